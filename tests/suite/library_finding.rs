//! Finding: every filter alone and together, the orders, favourites, search inside the text.

use crate::library::{publish, shop, take};
use crate::support::Client;
use serde_json::{Value, json};

async fn titles(who: &Client, query: &str) -> Vec<String> {
    let list = who.get(&format!("/api/v1/resources?{query}")).await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|r: &Value| r["title"].as_str().unwrap().to_owned()).collect()
}

fn text(key: &str, lang: &str, body: &str) -> Value {
    json!({"key": key, "lang": lang, "body": body})
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_alone_and_together_and_the_text_itself_is_searched() {
    let (server, jana, lena) = shop().await;
    publish(&jana, json!({"title": "Mail", "occasion": "Herbstaktion", "problem": "Wenig Zeit",
        "variants": [text("short", "de", "Morgens fünfzehn Minuten mit dem Zugseil."), text("instagram", "en", "Row. Rest.")]})).await;
    publish(
        &jana,
        json!({"title": "Posts", "occasion": "Neujahr", "variants": [text("social", "de", "Kurz gesagt: rudern.")]}),
    )
    .await;
    publish(&jana, json!({"title": "SMS", "problem": "wenig zeit", "variants": [text("sms", "de", "Rudern!")]})).await;
    // The server's own worker may be indexing just now: at most ten seconds.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while titles(&lena, "q=zugseil").await.is_empty() && std::time::Instant::now() < until {
        server.drain().await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for (query, wanted) in [
        ("", vec!["SMS", "Posts", "Mail"]),
        ("channel=mail", vec!["Mail"]),
        ("channel=instagram", vec!["Posts", "Mail"]),
        ("channel=instagram&lang=de", vec!["Posts"]),
        ("variant=sms", vec!["SMS"]),
        ("occasion=herbstaktion", vec!["Mail"]),
        ("problem=Wenig%20Zeit", vec!["SMS", "Mail"]),
        ("q=zugseil", vec!["Mail"]),
        ("q=neujahr", vec!["Posts"]),
        ("q=100%25", vec![]),
        ("kind=guide", vec![]),
    ] {
        assert_eq!(titles(&lena, query).await, wanted, "{query}");
    }
    assert_eq!(
        lena.get("/api/v1/resources?channel=brief&order=egal").await.expect(422).field_errors(),
        ["channel:invalid", "order:invalid"]
    );
    let page = lena.get("/library?occasion=Neujahr").await.expect(200).text;
    assert!(
        page.contains("Posts")
            && !page.contains("card-title\"><a href=\"/library/1\"")
            && page.contains("Herbstaktion"),
        "{page}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_favourites_are_the_readers_own() {
    let (server, jana, lena) = shop().await;
    let a = publish(&jana, json!({"title": "A"})).await;
    let b = publish(&jana, json!({"title": "B"})).await;
    let c = publish(&jana, json!({"title": "C", "program": null, "variants": [text("short", "en", "Hello")]})).await;
    lena.put(&format!("/api/v1/resources/{a}/rating"), json!({"stars": 5})).await.expect(204);
    lena.put(&format!("/api/v1/resources/{b}/rating"), json!({"stars": 2})).await.expect(204);
    take(&jana, c, "").await.expect(200);
    lena.put(&format!("/api/v1/resources/{b}/favourite"), json!({})).await.expect(204);
    lena.put("/api/v1/resources/999/favourite", json!({})).await.expect(404);
    for (query, wanted) in [
        ("order=stars", vec!["A", "B", "C"]),
        ("order=used", vec!["C", "B", "A"]),
        ("stars=4", vec!["A"]),
        ("favourites=true", vec!["B"]),
        ("order=for_you", vec!["A", "B", "C"]),
    ] {
        assert_eq!(titles(&lena, query).await, wanted, "{query}");
    }
    assert!(titles(&jana, "favourites=true").await.is_empty(), "favourites are private");
    // What was taken already sinks behind what is new to the reader.
    take(&lena, a, "").await.expect(200);
    assert_eq!(titles(&lena, "order=for_you").await.first().unwrap(), "B");
    // Paging goes on where it stopped, in every order.
    let first = lena.get("/api/v1/resources?order=stars&limit=2").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(titles(&lena, &format!("order=stars&limit=2&cursor={cursor}")).await, ["C"]);
    let page = lena.get("/library?favourites=1").await.expect(200).text;
    assert!(page.contains(&format!("/library/{b}\"")) && !page.contains(&format!("/library/{a}\"")), "{page}");
    lena.form(&format!("/library/{b}/favourite"), &[("on", "")]).await.expect(303);
    assert!(titles(&lena, "favourites=true").await.is_empty());
    server.stop().await;
}
