//! One search over everything: each kind with the rights of its own page, filters, and whom the reader has blocked.

use crate::support::{Client, Server, join_foyer};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Asks until `enough` holds: the index follows behind the answer.
async fn eventually(client: &Client, path: &str, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let items = client.get(path).await.expect(200).json()["items"].as_array().unwrap().clone();
        if enough(&items) {
            return items;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "it never came: {items:?}");
        tokio::task::yield_now().await;
    }
}

fn kinds(items: &[Value]) -> Vec<&str> {
    items.iter().map(|i| i["kind"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_search_finds_every_kind_and_obeys_filters_and_blocks() {
    let server = Server::start().await;
    let ruth = server.admin().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Pfefferminz").await);
    for (slug, name) in [("garten", "Garten"), ("sport", "Sport")] {
        ruth.post("/api/v1/niches", json!({"slug": slug, "name": {"de": name, "en": name}})).await.expect(201);
    }
    let threads = "/api/v1/niches/garten/threads";
    let thread = json!({"title": "Pfefferminz im Beet", "body": "Sie wuchert.", "lang": "de"});
    let thread = tom.post(threads, thread).await.expect(201).json();
    let posts = format!("/api/v1/threads/{}/posts", thread["id"]);
    mara.post(&posts, json!({"body": "Pfefferminze lässt sich teilen <script>"})).await.expect(201);
    let room = join_foyer(&[&mara, &tom]).await;
    let said = json!({"cid": "1", "body": "Wer hat Pfefferminz-Texte?"});
    let said = tom.post(&format!("/api/v1/rooms/{room}/messages"), said).await.json();

    let found = eventually(&mara, "/api/v1/search?q=pfefferminz", |i| i.len() >= 4).await;
    assert_eq!(kinds(&found), ["thread", "post", "message", "member"]);
    assert_eq!((&found[0]["by"], &found[1]["by"]), (&json!("Tom Pfefferminz"), &json!("Mara Lindt")));
    assert_eq!(found[2]["title"], "#foyer");
    assert!(found[2]["path"].as_str().unwrap().ends_with(&format!("?m={}", said["id"])), "{}", found[2]);
    assert!(found[1]["excerpt_html"].as_str().unwrap().contains("<mark>Pfefferminze</mark> lässt"));
    assert!(!found[1]["excerpt_html"].as_str().unwrap().contains("<script"));

    // Where few are wanted, each kind has its share.
    let few = mara.get("/api/v1/search?q=pfefferminz&limit=2").await.expect(200).json();
    assert_eq!(kinds(few["items"].as_array().unwrap()), ["thread", "post"]);

    // Filters: what a kind does not know leaves it out.
    let of = async |path: &str| {
        let items = mara.get(path).await.expect(200).json()["items"].as_array().unwrap().clone();
        kinds(&items).join(" ")
    };
    assert_eq!(of("/api/v1/search?q=pfefferminz&niche=garten").await, "thread post");
    assert_eq!(of("/api/v1/search?q=pfefferminz&niche=sport").await, "");
    assert_eq!(of("/api/v1/search?q=pfefferminz&niche=keine").await, "");
    assert_eq!(of("/api/v1/search?q=pfefferminz&kind=message").await, "message");
    assert_eq!(of("/api/v1/search?q=pfefferminz%20from:mara").await, "post");
    assert_eq!(of("/api/v1/search?q=pfefferminz%20von:tom").await, "thread message");
    assert_eq!(of("/api/v1/search?q=pfefferminz&lang=en").await, "");
    assert_eq!(of("/api/v1/search?q=pfefferminz%20after:2099-01-01").await, "");
    for (asked, field) in [("kind=keins", "kind"), ("lang=fr", "lang"), ("sort=x", "sort"), ("cursor=%25", "cursor")] {
        let refused = mara.get(&format!("/api/v1/search?q=a&{asked}")).await.expect(422).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }

    // The page shows every kind at a glance and one kind at length.
    let page = mara.get("/search?q=pfefferminz").await.expect(200).text;
    for part in ["found-thread", "found-post", "found-message", "found-member"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = mara.get("/search?q=pfefferminz&kind=post&after=kein-tag").await.expect(200).text;
    assert!(page.contains("found-post") && !page.contains("found-thread"), "{page}");

    // Whom she has blocked, she finds nowhere.
    mara.put(&format!("/api/v1/me/blocks/{}", tom.member), json!({})).await.expect(204);
    assert_eq!(of("/api/v1/search?q=pfefferminz").await, "post");
    let page = mara.get("/search?q=pfefferminz").await.expect(200).text;
    assert!(!page.contains("Tom Pfefferminz"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_shows_what_is_open_to_its_member_and_ends_with_its_secret() {
    let server = Server::start().await;
    let ruth = server.admin().await;
    let mara = server.member("Mara Lindt").await;
    let garden = json!({"slug": "garten", "name": {"de": "Garten", "en": "Garden"}});
    ruth.post("/api/v1/niches", garden).await.expect(201);
    let tiers = ruth.get("/api/v1/tiers").await.expect(200).json();
    let highest = tiers["items"].as_array().unwrap().last().unwrap()["slug"].clone();
    let top = json!({"slug": "oben", "name": {"de": "Oben", "en": "Top"}, "min_tier": highest});
    ruth.post("/api/v1/niches", top).await.expect(201);
    let opening = json!({"title": "Beete & <b>Töpfe</b>", "body": "Erde *mischen* \u{1}"});
    ruth.post("/api/v1/niches/garten/threads", opening).await.expect(201);
    ruth.post("/api/v1/niches/oben/threads", json!({"title": "Geheim", "body": "x"})).await.expect(201);

    let page = mara.form("/me/feeds", &[]).await.expect(200).text;
    let address = |page: &str, name: &str| {
        let end = page.find(&format!("/{name}.atom")).unwrap_or_else(|| panic!("{name}: {page}"));
        let from = page[..end].rfind("/feeds/").unwrap();
        page[from..end + name.len() + 6].to_owned()
    };
    assert!(!page.contains("niche-oben"), "{page}");
    let (all, garten) = (address(&page, "all"), address(&page, "niche-garten"));
    // A reader has no login.
    let reader = server.visitor();
    let feed = reader.get(&all).await.expect(200);
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    assert!(feed.text.contains("<title>Beete &amp; &lt;b&gt;Töpfe&lt;/b&gt;</title>"), "{}", feed.text);
    assert!(feed.text.contains("&lt;em&gt;mischen&lt;/em&gt;") && !feed.text.contains('\u{1}'), "{}", feed.text);
    assert!(!feed.text.contains("Geheim"));
    assert!(reader.get(&garten).await.expect(200).text.contains("Beete"));
    reader.get(&garten.replace("niche-garten", "niche-oben")).await.expect(404);
    reader.get(&garten.replace(".atom", "")).await.expect(404);
    reader.get("/feeds/erraten/all.atom").await.expect(404);
    // The secret is nowhere to be read again, and a new one ends it.
    assert!(!mara.get("/me/feeds").await.expect(200).text.contains(".atom"));
    let renewed = address(&mara.form("/me/feeds", &[]).await.expect(200).text, "all");
    reader.get(&all).await.expect(404);
    reader.get(&renewed).await.expect(200);
    mara.form("/me/feeds", &[("end", "1")]).await.expect(303);
    reader.get(&renewed).await.expect(404);
}
