//! The text itself: what fills it in, what must stand in it, and when it may not leave.

use crate::library::{LINK, publish, shop, take, take_bytes};
use kontor::db::{DAY, HOUR};
use kontor::i18n::iso;
use serde_json::json;
use std::io::Read;

#[tokio::test(flavor = "multi_thread")]
async fn own_words_are_asked_for_once_and_stand_in_every_format() {
    let (server, jana, lena) = shop().await;
    let body =
        "Hallo,\n\n:::free Warum ruderst du?\n{{own.story}}\n:::\n\nCode {{affiliate.coupon}}, {{affiliate.link}}";
    let id = publish(&jana, json!({"variants": [{"key": "short", "lang": "de", "subject": "x", "body": body}]})).await;
    let refused = take(&lena, id, "format=txt").await.expect(422);
    assert_eq!(refused.field_errors(), ["values.affiliate.coupon:required", "values.own.story:required"]);
    let page = lena.get(&format!("/library/{id}")).await.expect(200);
    assert!(page.text.contains("name=\"own.story\""));
    assert!(!page.text.contains("/download?"), "no file before the words are there");

    // The text follows what is typed and keeps nothing of it.
    let typed =
        [("variant", "short"), ("lang", "de"), ("own.story", "Weil es **ruhig** ist."), ("affiliate.coupon", "L10")];
    let live = lena.form(&format!("/library/{id}/text"), &typed).await.expect(200);
    assert!(live.text.contains("Weil es **ruhig** ist.") && live.text.contains("Code L10"), "{}", live.text);
    take(&lena, id, "format=txt").await.expect(422);

    let words = json!({"program": "fitnord", "values": {"own.story": "Erst Rücken.\n\nDann <b>Rudern</b>.", "affiliate.coupon": "LENA10"}});
    lena.put("/api/v1/me/words", words).await.expect(204);
    let txt = take(&lena, id, "format=txt").await.expect(200).text;
    assert_eq!(txt, format!("Anzeige\n\nHallo,\n\nErst Rücken.\n\nDann <b>Rudern</b>.\n\nCode LENA10, {LINK}\n"));
    let docx = take_bytes(&lena, id, "format=docx").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut xml = String::new();
    zip.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
    assert!(xml.contains("LENA10") && xml.contains("&lt;b&gt;Rudern&lt;/b&gt;") && !xml.contains(":::"), "{xml}");
    let pdf = take_bytes(&lena, id, "format=pdf").await;
    assert!(pdf.starts_with(b"%PDF-"));

    // Another text of the program needs no second question; the words are shown to their owner alone.
    let next = publish(&jana, json!({"title": "Zweiter", "variants": [{"key": "social", "lang": "de", "body": "{{affiliate.coupon}}: {{affiliate.link}}"}]})).await;
    assert_eq!(take(&lena, next, "").await.expect(200).text, format!("Anzeige\n\nLENA10: {LINK}\n"));
    assert_eq!(jana.get("/api/v1/me/words").await.expect(200).json()["items"], json!([]));
    let wrong = json!({"program": "fitnord", "values": {"member.email": "x", "own.story": "x".repeat(5_000)}});
    let refused = lena.put("/api/v1/me/words", wrong).await.expect(422);
    assert_eq!(refused.field_errors(), ["values.member.email:unknown", "values.own.story:too_long"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_cannot_be_taken_and_names_its_successor() {
    let (server, jana, lena) = shop().await;
    let now = server.house().db.now();
    let next = publish(&jana, json!({"title": "Winteraktion"})).await;
    let text = json!([{"key": "short", "lang": "de", "body": "Nur {{product.price}} bis {{promotion.date}}: {{affiliate.link}}"}]);
    let lacking = jana.post("/api/v1/resources", json!({"kind": "swipe_copy", "title": "x", "variants": text})).await;
    assert_eq!(lacking.expect(422).field_errors(), ["price:required", "valid_until:required"]);
    let id = publish(
        &jana,
        json!({"variants": text, "occasion": "Herbstaktion", "valid_until": iso(now + 2 * DAY), "price_until": iso(now + DAY),
            "price": {"amount": "499.00", "currency": "EUR"}, "successor": next}),
    )
    .await;
    assert!(take(&lena, id, "").await.expect(200).text.contains("Nur 499,00 € bis"));
    server.advance(DAY + HOUR).await;
    let refused = take(&lena, id, "").await.expect(409).json();
    assert_eq!((&refused["code"], &refused["id"]), (&json!("price_expired"), &json!(next)));
    server.advance(DAY).await;
    assert_eq!(take(&lena, id, "format=pdf").await.expect(409).json()["code"], "expired");
    let page = lena.get(&format!("/library/{id}")).await.expect(200).text;
    assert!(
        page.contains("Die Aktion ist vorbei")
            && page.contains(&format!("/library/{next}"))
            && !page.contains("/download?")
    );
    let listed = |q: &'static str| {
        let lena = &lena;
        async move { lena.get(q).await.expect(200).json()["items"].as_array().unwrap().len() }
    };
    assert_eq!(listed("/api/v1/resources?occasion=herbstaktion").await, 0, "what is over leaves the shelf");
    assert_eq!(listed("/api/v1/resources?occasion=herbstaktion&past=true").await, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_fits_channel_and_country_and_a_text_its_channel() {
    let (server, jana, lena) = shop().await;
    let texts = json!([
        {"key": "instagram", "lang": "de", "body": "Rudern. {{affiliate.link}}"},
        {"key": "sms", "lang": "de", "body": "Rudern: {{affiliate.link}}"},
        {"key": "short", "lang": "de", "body": "Rudern. {{affiliate.link}}"},
        {"key": "subjects", "lang": "en", "body": "Six weeks\n\nFifteen minutes"}]);
    let id = publish(&jana, json!({"variants": texts})).await;
    let first = |rest: &'static str| {
        let lena = &lena;
        async move { take(lena, id, rest).await.expect(200).text.lines().next().unwrap().to_owned() }
    };
    assert_eq!(first("variant=instagram").await, "Werbung");
    assert_eq!(first("variant=sms").await, format!("Anzeige: Rudern: {LINK}"));
    assert_eq!(first("variant=short").await, "Anzeige");
    assert_eq!(first("variant=subjects").await, "Ad");
    jana.patch(&format!("/api/v1/resources/{id}"), json!({"country": "CH"})).await.expect(200);
    assert_eq!(first("variant=short").await, "Werbung");
    let text = lena.get(&format!("/api/v1/resources/{id}/text?variant=sms")).await.expect(200).json();
    assert_eq!(text["most_characters"], 459);
    assert!(text["label_why"].as_str().unwrap().contains("Schweiz"), "{text}");

    let long = json!({"variants": [{"key": "x", "lang": "de", "body": "Wort ".repeat(80)}]});
    let refused = jana.patch(&format!("/api/v1/resources/{id}"), long).await.expect(422);
    assert_eq!(refused.field_errors(), ["variants[0].body:too_long"]);
    let draft = json!({"text": "Schaut mal #ad", "lang": "de", "channel": "tiktok"});
    let checked = lena.post("/api/v1/label-checks", draft).await.expect(200).json();
    assert_eq!((&checked["labelled"], &checked["label"]), (&json!(false), &json!("Werbung")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_marks_foreign_links_and_swallowed_parts_are_told_with_their_place() {
    let (server, jana, _) = shop().await;
    for (body, wanted) in [
        ("a\n:::locked\nb", "variants[0].body:mark_open"),
        (":::geheim\nb\n:::", "variants[0].body:mark_unknown"),
        ("[hier](javascript:alert(1))", "variants[0].body:link_scheme"),
        ("[hier](/library/1)", "variants[0].body:link_scheme"),
        ("Hallo\n\n[x]:\n{{affiliate.link}}", "variants[0].body:swallowed"),
        ("{{#each members}}{{email}}{{/each}}", "variants[0].body:merge_unknown"),
    ] {
        let input =
            json!({"kind": "swipe_copy", "title": "x", "variants": [{"key": "short", "lang": "de", "body": body}]});
        let refused = jana.post("/api/v1/resources", input).await.expect(422);
        assert!(refused.field_errors().contains(&wanted.to_owned()), "{body}: {:?}", refused.field_errors());
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_mails_a_text_to_the_own_address_and_nowhere_else() {
    let (server, jana, lena) = shop().await;
    let id = publish(&jana, json!({})).await;
    lena.post(&format!("/api/v1/resources/{id}/mail"), json!({"variant": "short", "lang": "de"})).await.expect(202);
    let mail = server.mail_with("lena-brandt@example.org", LINK).await;
    assert_eq!(mail.subject, "Sechs Wochen Rudern, Lena Brandt");
    assert!(mail.text.starts_with("Anzeige") && mail.text.contains(LINK) && mail.html.contains(LINK), "{}", mail.text);
    let uwe = server.member("Uwe").await;
    let refused = uwe.post(&format!("/api/v1/resources/{id}/mail"), json!({})).await.expect(409);
    assert_eq!(refused.json()["code"], "no_affiliate_ref");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_shared_in_a_thread_is_a_card_with_the_readers_own_link() {
    let (server, jana, lena) = shop().await;
    let id = publish(&jana, json!({})).await;
    let gated = publish(&jana, json!({"title": "Für die Spitze", "min_tier": "top"})).await;
    jana.post("/api/v1/niches", json!({"slug": "fit", "name": {"de": "Fit", "en": "Fit"}})).await.expect(201);
    let body = format!("Schaut mal:\n\n{}\n\n/library/{gated} bleibt Text", server.url(&format!("/library/{id}")));
    let thread = jana.post("/api/v1/niches/fit/threads", json!({"title": "Neu", "body": body})).await.expect(201).id();
    let page = lena.get(&format!("/threads/{thread}")).await.expect(200).text;
    assert!(page.contains("library-card") && page.contains(LINK) && page.contains("Lena Brandt"), "{page}");
    assert!(!page.contains("Für die Spitze"));
    let uwe = server.member("Uwe").await;
    let page = uwe.get(&format!("/threads/{thread}")).await.expect(200).text;
    assert!(page.contains("library-card") && page.contains("no affiliate code") && !page.contains("lena-b"), "{page}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_introduces_only_what_is_open_to_everybody() {
    let (server, jana, _) = shop().await;
    let open = publish(&jana, json!({"title": "Offen für alle"})).await;
    let gated = publish(&jana, json!({"title": "Für die Spitze", "min_tier": "top"})).await;
    let house = server.url("");
    let body = format!("Neu:\n\n{house}/library/{open}\n\n{house}/library/{gated}\n");
    let segment = jana.post("/api/v1/segments", json!({"name": "Alle", "rule": {"all": []}})).await.expect(201).id();
    let campaign = json!({"name": "Neues", "segment_id": segment, "subject": {"de": "Neues", "en": "News"}, "body": {"de": body, "en": body}});
    let id = jana.post("/api/v1/campaigns", campaign).await.expect(201).id();
    let page = jana.get(&format!("/manage/campaigns/{id}/preview?lang=de&part=text")).await.expect(200).text;
    assert!(page.contains("Offen für alle") && page.contains(&format!("/library/{gated}")), "{page}");
    assert!(!page.contains("Für die Spitze"), "{page}");
    server.stop().await;
}
