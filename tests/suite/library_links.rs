//! Links: the builder, short addresses that count and do not follow, and sales that come home to their text.

use crate::library::{LINK, publish, shop, take};
use crate::support::{Client, Server};
use kontor::i18n::iso;
use serde_json::json;

async fn with_sub(jana: &Client) {
    let id = jana.get("/api/v1/programs").await.json()["items"][0]["id"].as_i64().unwrap();
    assert_eq!(
        jana.patch(&format!("/api/v1/programs/{id}"), json!({"sub_param": "a&b"})).await.expect(422).field_errors(),
        ["sub_param:invalid"]
    );
    jana.patch(&format!("/api/v1/programs/{id}"), json!({"sub_param": "subid"})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_built_link_is_short_counts_clicks_and_keeps_nobodys_name() {
    let (server, jana, lena) = shop().await;
    with_sub(&jana).await;
    let wish = json!({"name": "Newsletter", "sub_id": "nl-10", "utm_source": "mail", "utm_campaign": "herbst"});
    let link = lena.post("/api/v1/me/links", wish.clone()).await.expect(201).json();
    let target = format!("{LINK}&subid=nl-10&utm_source=mail&utm_campaign=herbst");
    assert_eq!(link["target"], target);
    assert_eq!(
        lena.post("/api/v1/me/links", wish).await.expect(201).json()["id"],
        link["id"],
        "the same wish, the same link"
    );
    let short = link["short"].as_str().unwrap().to_owned();
    let path = &short[short.find("/l/").unwrap()..];
    let visitor = server.visitor();
    let went = visitor.get(path).await.expect(302);
    assert_eq!((went.header("location"), went.header("set-cookie")), (target.as_str(), ""));
    lena.get(path).await.expect(302);
    visitor.get("/l/gibtesnicht").await.expect(404);
    server.drain().await;
    assert_eq!(lena.get("/api/v1/me/links").await.json()["items"][0]["clicks"], 2);
    assert_eq!(db_visits(&server).await, 0, "nobody allowed to be followed");
    db_allow(&server, &jana).await;
    jana.get(path).await.expect(302);
    assert_eq!(db_visits(&server).await, 1);

    // Own parameters come last and change nothing of what decides whose sale it is.
    let more = json!({"name": "Rudern", "params": {"desturl": "https://shop.example/rudern?x=1"}});
    let deep = lena.post("/api/v1/me/links", more).await.expect(201).json();
    assert_eq!(deep["target"], format!("{LINK}&desturl=https%3A%2F%2Fshop.example%2Frudern%3Fx%3D1"));
    for (params, code) in [(json!({"subid": "x"}), "param_taken"), (json!({"a b": "x"}), "param_invalid")] {
        let refused = lena.post("/api/v1/me/links", json!({"params": params})).await.expect(422);
        assert_eq!(refused.field_errors(), [format!("params:{code}")]);
    }
    let typed = [("program", "fitnord"), ("params", "desturl=https://shop.example\nquatsch")];
    let page = lena.form("/library/links", &typed).await.expect(422).text;
    assert!(page.contains("quatsch") && page.contains("id=\"params-error\""), "{page}");

    let id = link["id"].as_i64().unwrap();
    let qr = lena.get(&format!("/api/v1/me/links/{id}/qr")).await.expect(200);
    assert!(qr.text.contains("<svg") && qr.header("content-type") == "image/svg+xml");
    lena.get(&format!("/api/v1/me/links/{id}/qr?format=png")).await.expect(200);
    lena.get(&format!("/api/v1/me/links/{id}/qr?format=gif")).await.expect(422);
    jana.get(&format!("/api/v1/me/links/{id}/qr")).await.expect(404);
    jana.delete(&format!("/api/v1/me/links/{id}")).await.expect(404);
    lena.delete(&format!("/api/v1/me/links/{id}")).await.expect(204);
    visitor.get(path).await.expect(404);
    let wrong = lena.post("/api/v1/me/links", json!({"sub_id": "a&b=c", "program": "nirgends"})).await.expect(422);
    assert_eq!(wrong.field_errors(), ["sub_id:invalid"]);
    let uwe = server.member("Uwe").await;
    assert_eq!(uwe.post("/api/v1/me/links", json!({})).await.expect(409).json()["code"], "no_affiliate_ref");
    assert!(uwe.get("/library/links").await.expect(200).text.contains("no affiliate code"));
    let fields = [("program", "fitnord"), ("name", "Blog"), ("sub_id", "ä ö")];
    let page = lena.form("/library/links", &fields).await.expect(422).text;
    assert!(page.contains("value=\"Blog\"") && page.contains("id=\"sub_id-error\""), "{page}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_come_home_to_the_text_that_made_them() {
    let (server, jana, lena) = shop().await;
    with_sub(&jana).await;
    let id = publish(&jana, json!({})).await;
    let other = publish(&jana, json!({"title": "Zweiter"})).await;
    let text = take(&lena, id, "variant=short&lang=de").await.expect(200).text;
    assert!(text.contains(&format!("{LINK}&subid=k{id}-short-de")), "{text}");
    lena.put(
        "/api/v1/me/words",
        json!({"program": "fitnord", "values": {"affiliate.subid": "blog", "short_links": "1"}}),
    )
    .await
    .expect(204);
    let text = take(&lena, id, "variant=short&lang=de").await.expect(200).text;
    let short = text
        .split_whitespace()
        .find_map(|w| w.find("/l/").map(|at| w[at..].trim_end_matches([')', ':']).to_owned()))
        .expect("a short link");
    let went = server.visitor().get(&short).await.expect(302);
    assert_eq!(went.header("location"), format!("{LINK}&subid=k{id}-short-de_blog"));
    assert!(
        !lena.get(&format!("/library/{id}")).await.expect(200).text.contains("subid="),
        "the page shows the short one too"
    );

    let now = iso(server.house().db.now());
    let sale = |order: &str, sub: &str, status: &str| {
        json!({"source": "fitnord", "order_id": order, "affiliate_ref": "lena-b", "amount": "100.00", "currency": "EUR",
            "status": status, "occurred_at": now, "sub_id": sub})
    };
    let sub = format!("k{id}-short-de");
    let items = json!({"items": [sale("1", &sub, "pending"), sale("2", &format!("{sub}_blog"), "approved"), sale("3", &sub, "declined"),
        sale("4", &format!("k{other}-short-de"), "approved"), sale("5", "", "approved"), sale("6", &format!("k{id}0-short-de"), "approved")]});
    assert_eq!(jana.post("/api/v1/conversions", items).await.expect(200).json()["created"], 6);
    // Reported again without the mark it keeps it; another mark replaces it.
    let again = json!({"items": [sale("1", "", "approved")]});
    assert_eq!(jana.post("/api/v1/conversions", again).await.expect(200).json()["updated"], 1);
    server.drain().await;
    let results = lena.get(&format!("/api/v1/resources/{id}/results")).await.expect(200).json();
    let own = &results["own"][0];
    assert_eq!((&own["key"], &own["clicks"], &own["sales"]), (&json!("short"), &json!(1), &json!(2)), "{results}");
    assert_eq!(own["amounts"], json!([{"amount": "200.00", "currency": "EUR"}]));
    let uwe = server.member("Uwe").await;
    let others = uwe.get(&format!("/api/v1/resources/{id}/results")).await.expect(200).json();
    assert_eq!((&others["own"], &others["community"][0]["sales"]), (&json!([]), &json!(2)));
    assert!(lena.get(&format!("/library/{id}")).await.expect(200).text.contains("Ergebnisse"));
    server.stop().await;
}

async fn db_visits(server: &Server) -> i64 {
    use diesel::prelude::*;
    let count = |c: &mut kontor::db::Conn| Ok(kontor::db::schema::link_visits::table.count().get_result(c)?);
    server.house().db.read(count).await.unwrap()
}

async fn db_allow(server: &Server, who: &Client) {
    let member = Server::id_of(who).0;
    server
        .house()
        .db
        .write(move |tx| {
            use diesel::prelude::*;
            use kontor::db::schema::members;
            diesel::update(members::table.find(member)).set(members::tracking_consent.eq(true)).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}
