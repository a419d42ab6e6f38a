//! Own versions: free where the text is free, locked where it is locked, and what becomes of them.

use crate::library::{LINK, publish, shop, take};
use crate::support::Client;
use serde_json::{Value, json};

const BODY: &str = "Hallo,\n\n:::locked price\nBis Sonntag für 499 €.\n:::\n\nNur {=mit Garantie=}. {{affiliate.link}}";

fn own_path(id: i64) -> String {
    format!("/api/v1/resources/{id}/own/short/de")
}

async fn published(jana: &Client) -> i64 {
    publish(jana, json!({"variants": [{"key": "short", "lang": "de", "subject": "Rudern", "body": BODY}]})).await
}

async fn write(who: &Client, id: i64, body: &str) -> crate::support::Answer {
    who.put(&own_path(id), json!({"subject": "Mein Rudern", "body": body})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_version_keeps_what_is_locked_and_leaves_with_it() {
    let (server, jana, lena) = shop().await;
    let id = published(&jana).await;
    for wrong in
        [BODY.replace("499", "399"), BODY.replace("{=mit Garantie=}", "mit Garantie"), "Ganz anders".to_owned()]
    {
        let refused = write(&lena, id, &wrong).await.expect(422);
        assert_eq!(refused.field_errors(), ["body:locked"], "{wrong}");
    }
    let refused = write(&lena, id, &format!("{BODY} {{{{wetter}}}}")).await.expect(422);
    assert_eq!(refused.field_errors(), ["body:merge_unknown"]);
    write(&lena, id, &BODY.replace("Hallo", "Moin zusammen")).await.expect(204);

    let own = take(&lena, id, "own=true").await.expect(200).text;
    assert_eq!(own, format!("Anzeige\n\nMoin zusammen,\n\nBis Sonntag für 499 €.\n\nNur mit Garantie. {LINK}\n"));
    assert!(take(&lena, id, "").await.expect(200).text.contains("Hallo,"), "the original is still there");
    let page = lena.get(&format!("/library/{id}?own=1")).await.expect(200).text;
    assert!(page.contains("Moin zusammen") && page.contains("own&#x3D;true"), "{page}");
    // Nobody else has it, and nobody else can read it.
    let uwe = server.member("Uwe").await;
    uwe.get(&own_path(id)).await.expect(404);
    take(&jana, id, "own=true").await.expect(404);
    lena.delete(&own_path(id)).await.expect(204);
    lena.get(&own_path(id)).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_price_of_the_original_reaches_the_own_version_before_it_leaves_again() {
    let (server, jana, lena) = shop().await;
    let id = published(&jana).await;
    write(&lena, id, &BODY.replace("Hallo", "Moin")).await.expect(204);
    let new = BODY.replace("499", "459");
    jana.patch(
        &format!("/api/v1/resources/{id}"),
        json!({"variants": [{"key": "short", "lang": "de", "subject": "Rudern", "body": new}]}),
    )
    .await
    .expect(200);
    assert_eq!(take(&lena, id, "own=true").await.expect(409).json()["code"], "locked_changed");
    let own: Value = lena.get(&own_path(id)).await.expect(200).json();
    assert_eq!((&own["original_changed"], &own["keeps_locked"]), (&json!(true), &json!(false)));
    let runs = own["changes"].as_array().unwrap();
    assert!(runs.iter().any(|r| r["kind"] == "new" && r["text"].as_str().unwrap().contains("459")), "{own}");
    let page = lena.get(&format!("/library/{id}/mine?variant=short&lang=de")).await.expect(200).text;
    assert!(page.contains("<ins>459</ins>") && page.contains("<del>499</del>"), "{page}");
    // One press takes the new part over and leaves the own words alone.
    let refreshed = own["refreshed"].as_str().unwrap();
    assert!(refreshed.contains("Moin") && refreshed.contains("459"));
    let fields =
        [("variant", "short"), ("lang", "de"), ("act", "refresh"), ("subject", "Rudern"), ("refreshed", refreshed)];
    lena.form(&format!("/library/{id}/mine"), &fields).await.expect(303);
    assert!(take(&lena, id, "own=true").await.expect(200).text.contains("459"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offered_version_becomes_the_text_once_a_manager_takes_it() {
    let (server, jana, lena) = shop().await;
    let id = published(&jana).await;
    write(&lena, id, &BODY.replace("Hallo", "Moin")).await.expect(204);
    lena.get("/api/v1/offered-versions").await.expect(403);
    lena.post(&format!("{}/offer", own_path(id)), json!({})).await.expect(202);
    assert_eq!(lena.post(&format!("{}/offer", own_path(id)), json!({})).await.expect(409).json()["code"], "offered");
    let offers = jana.get("/api/v1/offered-versions").await.expect(200).json();
    let offer = offers["items"][0]["id"].as_i64().unwrap();
    let inbox = jana.get("/manage/library/inbox").await.expect(200).text;
    assert!(inbox.contains("<ins>Moin,</ins>") && inbox.contains("Lena Brandt"), "{inbox}");
    jana.post(&format!("/api/v1/offered-versions/{offer}"), json!({"yes": true, "note": "Schön!"})).await.expect(204);
    let uwe_sees = jana.get(&format!("/api/v1/resources/{id}")).await.expect(200).json();
    assert!(uwe_sees["variants"][0]["body"].as_str().unwrap().starts_with("Moin"), "{uwe_sees}");
    assert_eq!(lena.get(&own_path(id)).await.expect(200).json()["offer"], "accepted");
    server.mail_with("lena-brandt@example.org", "Schön!").await;
    jana.post(&format!("/api/v1/offered-versions/{offer}"), json!({"yes": true})).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_own_version_comes_back_with_its_words_and_its_mistake() {
    let (server, jana, lena) = shop().await;
    let id = published(&jana).await;
    let fields =
        [("variant", "short"), ("lang", "de"), ("act", "save"), ("subject", "x"), ("body", "Alles neu, nichts fest")];
    let page = lena.form(&format!("/library/{id}/mine"), &fields).await.expect(422).text;
    assert!(page.contains("Alles neu, nichts fest") && page.contains("Ein gesperrter Teil wurde verändert"), "{page}");
    assert!(lena.get("/library/mine").await.expect(200).text.contains("Noch keine eigene Fassung"));
    server.stop().await;
}
