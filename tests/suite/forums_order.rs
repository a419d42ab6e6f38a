//! Order in the forum: merging and splitting, promotion quotas, embargo by tier, acknowledgement, warnings, blocks, translations.

use crate::forums_craft::{answer, house, niche, open};
use crate::support::{Client, Server};
use kontor::db::{DAY, HOUR};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::{Value, json};

async fn moderator(server: &Server) -> Client {
    server.db_member("Tom Alder", Role::Moderator, 0, Lang::En).await
}

async fn numbers(client: &Client, thread: &Value) -> Vec<(i64, String, bool)> {
    let page = client.get(&format!("/api/v1/threads/{thread}/posts?limit=200")).await.expect(200).json();
    let posts = page["items"].as_array().unwrap();
    posts
        .iter()
        .map(|p| (p["number"].as_i64().unwrap(), p["body"].as_str().unwrap().to_owned(), !p["moved_to"].is_null()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_move_without_losing_their_address_or_a_number() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let tom = moderator(&server).await;
    let thread = open(&mara, json!({"title": "Rudern und anderes", "body": "eins"})).await;
    let mut posts = vec![];
    for text in ["zwei", "drei", "vier", "fünf"] {
        posts.push(answer(&tobias, &thread, text).await["id"].clone());
    }
    let split = format!("/api/v1/threads/{}/split", thread["id"]);
    mara.post(&split, json!({"posts": [posts[1]], "title": "Anderes"})).await.expect(403);
    tom.post(&split, json!({"posts": [], "title": "Anderes"})).await.expect(422);
    tom.post(&split, json!({"posts": [999_999], "title": "Anderes"})).await.expect(422);
    tom.post(&split, json!({"posts": [posts[1]], "into": thread["id"]})).await.expect(422);
    let new = tom.post(&split, json!({"posts": [posts[1], posts[2]], "title": "Anderes"})).await.expect(200).json();
    let moved: Vec<(i64, String, bool)> = vec![(1, "drei".to_owned(), false), (2, "vier".to_owned(), false)];
    assert_eq!(numbers(&mara, &new["id"]).await, moved);
    let left: Vec<_> = numbers(&mara, &thread["id"]).await;
    assert_eq!(left.iter().map(|p| p.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5], "numbers stay without a gap");
    assert_eq!(left.iter().map(|p| p.2).collect::<Vec<_>>(), [false, false, true, true, false]);
    assert_eq!((&new["post_count"], &new["last_number"]), (&json!(2), &json!(2)));
    let old = mara.get(&format!("/api/v1/threads/{}", thread["id"])).await.json();
    assert_eq!((&old["post_count"], &old["last_number"]), (&json!(3), &json!(5)));
    let to = mara.get(&format!("/posts/{}", posts[1])).await.expect(303);
    assert!(to.header("location").starts_with(new["path"].as_str().unwrap()), "{}", to.header("location"));
    let page = mara.get(thread["path"].as_str().unwrap()).await.text;
    assert!(page.contains(&format!("href=\"/posts/{}\"", posts[1])), "the old place says where it went");
    // Writing goes on behind the signs.
    assert_eq!(answer(&mara, &thread, "sechs").await["number"], 6);

    // Merged, the first thread leads to the second; its posts stand behind those there, and their authors' likes with them.
    tobias.put(&format!("/api/v1/posts/{}/like", posts[0]), json!({})).await.expect(200);
    let merge = format!("/api/v1/threads/{}/merge", thread["id"]);
    tom.post(&merge, json!({"into": thread["id"]})).await.expect(422);
    mara.post(&merge, json!({"into": new["id"]})).await.expect(403);
    tom.post(&merge, json!({"into": new["id"], "reason": "gehört zusammen"})).await.expect(200);
    let all: Vec<i64> = numbers(&mara, &new["id"]).await.iter().map(|p| p.0).collect();
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8]);
    let gone = mara.get(&format!("/threads/{}", thread["id"])).await.expect(303);
    assert_eq!(gone.header("location"), format!("/threads/{}", new["id"]));
    mara.post(&format!("/api/v1/threads/{}/posts", thread["id"]), json!({"body": "x"})).await.expect(409);
    tom.post(&merge, json!({"into": new["id"]})).await.expect(409);
    assert!(!mara.get("/niches/offen").await.text.contains("Rudern und anderes"), "it is in no list");
    server.drain().await;
    let found = mara.get("/api/v1/search?q=sechs").await.json();
    assert!(found["items"][0]["path"].as_str().unwrap().starts_with(new["path"].as_str().unwrap()), "{found}");
    // The pages do the same.
    let page = tom.get(&format!("/moderate/threads/{}/move", new["id"])).await.expect(200).text;
    assert!(page.contains("name=\"posts\""));
    let refused =
        tom.form(&format!("/moderate/threads/{}/move", new["id"]), &[("title", "Ohne Auswahl")]).await.expect(422);
    assert!(refused.text.contains("Ohne Auswahl"), "nothing typed is lost");
    let path = format!("/moderate/threads/{}/merge", new["id"]);
    tom.form(&path, &[("merge_into", "kein Thema")]).await.expect(422);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_and_movers_at_once_leave_no_gap_and_no_double() {
    let server = house().await;
    let mara = server.member("Mara Lindqvist").await;
    let tom = moderator(&server).await;
    let (a, b) = (open(&mara, json!({"title": "Erstes"})).await, open(&mara, json!({"title": "Zweites"})).await);
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(answer(&mara, &a, &format!("a{n}")).await["id"].clone());
    }
    let split = format!("/api/v1/threads/{}/split", a["id"]);
    let posts = format!("/api/v1/threads/{}/posts", b["id"]);
    let moves = ids.iter().map(|id| tom.post(&split, json!({"posts": [id], "into": b["id"]})));
    let writes = (0..6).map(|n| mara.post(&posts, json!({"body": format!("b{n}")})));
    let (moved, written) =
        futures_util::future::join(futures_util::future::join_all(moves), futures_util::future::join_all(writes)).await;
    moved.into_iter().for_each(|m| drop(m.expect(200)));
    written.into_iter().for_each(|w| drop(w.expect(201)));
    let all = numbers(&mara, &b["id"]).await;
    assert_eq!(all.iter().map(|p| p.0).collect::<Vec<_>>(), (1..=13).collect::<Vec<i64>>());
    let thread = mara.get(&format!("/api/v1/threads/{}", b["id"])).await.json();
    assert_eq!((&thread["post_count"], &thread["last_number"]), (&json!(13), &json!(13)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_waits_for_its_slot() {
    let server = house().await;
    let (mara, manager) = (server.member("Mara Lindqvist").await, server.manager().await);
    mara.put("/api/v1/niches/offen/forum", json!({"promo_days": 7})).await.expect(403);
    manager.put("/api/v1/niches/offen/forum", json!({"promo_days": 400})).await.expect(422);
    let set =
        json!({"promo_days": 7, "rules_de": "Nur **eine** Aktion die Woche.", "rules_en": "One promotion a week."});
    manager.put("/api/v1/niches/offen/forum", set).await.expect(204);
    assert!(mara.get("/niches/offen").await.text.contains("One promotion a week."));
    // Ten at once: one comes through, whoever is first.
    let tries = (0..10).map(|n| {
        let body = json!({"title": format!("Aktion {n}"), "body": "Jetzt", "promo": true});
        mara.post("/api/v1/niches/offen/threads", body)
    });
    let codes: Vec<u16> = futures_util::future::join_all(tries).await.iter().map(|a| a.status.as_u16()).collect();
    assert_eq!(codes.iter().filter(|c| **c == 201).count(), 1, "{codes:?}");
    let body = json!({"title": "Aktion", "body": "Jetzt", "promo": true});
    let refused = mara.post("/api/v1/niches/offen/threads", body.clone()).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "promo_wait");
    assert!(mara.get("/niches/offen/new").await.text.contains("The next promotional thread is possible from"));
    open(&mara, json!({"title": "Nur geredet"})).await;
    server.advance(7 * DAY).await;
    mara.post("/api/v1/niches/offen/threads", body.clone()).await.expect(201);
    manager.put("/api/v1/niches/offen/forum", json!({"promo_days": 0})).await.expect(204);
    let refused = mara.post("/api/v1/niches/offen/threads", body).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "promo_none");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_opens_tier_by_tier_on_every_surface() {
    let server = house().await;
    let manager = server.manager().await;
    let tiers = manager.get("/api/v1/tiers").await.expect(200).json();
    let slugs: Vec<(String, i32)> = tiers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["slug"].as_str().unwrap().to_owned(), i32::try_from(t["rank"].as_i64().unwrap()).unwrap()))
        .collect();
    let (low, high) = (slugs[0].clone(), slugs[slugs.len() - 1].clone());
    let (lena, ewa) =
        (server.member_of_tier("Lena Vogt", low.1).await, server.member_of_tier("Ewa Zielinska", high.1).await);
    for who in [&lena, &ewa] {
        who.form("/niches/offen/follow", &[("level", "all")]).await.expect(303);
    }
    let at = |ms: i64| kontor::i18n::iso(server.house().db.now() + ms);
    let waits: serde_json::Map<String, Value> =
        slugs[..slugs.len() - 1].iter().map(|(s, _)| (s.clone(), json!(at(24 * HOUR)))).collect();
    let body = json!({"title": "Neue Konditionen", "body": "Zwanzig Prozent ab Montag", "embargo": waits});
    lena.post("/api/v1/niches/offen/threads", body.clone()).await.expect(422);
    let thread = manager.post("/api/v1/niches/offen/threads", body).await.expect(201).json();
    server.drain().await;
    let post = manager.get(&format!("/api/v1/threads/{}/posts", thread["id"])).await.json()["items"][0]["id"].clone();
    let surfaces = [
        format!("/threads/{}", thread["id"]),
        format!("/threads/{}/find?q=Prozent", thread["id"]),
        format!("/threads/{}/print", thread["id"]),
        format!("/posts/{post}/history"),
        format!("/api/v1/threads/{}", thread["id"]),
        format!("/api/v1/threads/{}/posts", thread["id"]),
        format!("/api/v1/posts/{post}"),
        format!("/api/v1/posts/{post}/revisions"),
    ];
    let lists = [
        "/niches",
        "/niches?view=unread",
        "/niches/offen",
        "/niches/offen?only=unanswered",
        "/api/v1/threads",
        "/api/v1/niches/offen/threads",
        "/api/v1/search?q=Konditionen",
        "/search?q=Montag",
        "/threads/similar?q=Neue+Konditionen",
        "/api/v1/me/notifications",
        "/",
    ];
    let silent = |text: &str| !text.contains("Neue Konditionen") && !text.contains("Zwanzig Prozent");
    for path in &surfaces {
        lena.get(path).await.expect(404);
        assert_eq!(ewa.get(path).await.status, 200, "{path}");
    }
    for path in lists {
        let text = lena.get(path).await.text;
        assert!(silent(&text), "{path} tells: {text}");
    }
    lena.post(&format!("/api/v1/threads/{}/posts", thread["id"]), json!({"body": "x"})).await.expect(404);
    lena.put(&format!("/api/v1/posts/{post}/like"), json!({})).await.expect(404);
    assert!(ewa.get("/api/v1/me/notifications").await.text.contains("thread_new"), "those it is open to are told");
    // A day later the clock opens it, and those it opens to are told then.
    server.advance(25 * HOUR).await;
    server.drain().await;
    assert!(lena.get("/niches/offen").await.text.contains("Neue Konditionen"));
    assert!(lena.get("/api/v1/search?q=Konditionen").await.text.contains("Neue Konditionen"));
    assert!(lena.get(&format!("/threads/{}/print", thread["id"])).await.expect(200).text.contains("Zwanzig Prozent"));
    assert_eq!(lena.get("/api/v1/me/notifications").await.text.matches("thread_new").count(), 1);
    assert_eq!(ewa.get("/api/v1/me/notifications").await.text.matches("thread_new").count(), 1, "nobody is told twice");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_asks_until_it_is_acknowledged() {
    let server = house().await;
    let (mara, tom) = (server.member("Mara Lindqvist").await, moderator(&server).await);
    server.member("Tobias Krüger").await;
    let thread = open(&tom, json!({"kind": "announcement", "needs_ack": true, "title": "Neue Bedingungen"})).await;
    let path = thread["path"].as_str().unwrap();
    assert!(mara.get(path).await.text.contains("asks you to confirm"));
    let list = format!("/moderate/threads/{}/acks", thread["id"]);
    mara.get(&list).await.expect(403);
    let before = tom.get(&list).await.expect(200).text;
    assert!(before.contains("Mara Lindqvist") && before.contains("Tobias Krüger"));
    mara.form(&format!("/threads/{}/ack", thread["id"]), &[]).await.expect(303);
    mara.put(&format!("/api/v1/threads/{}/ack", thread["id"]), json!({})).await.expect(204);
    assert!(!mara.get(path).await.text.contains("asks you to confirm"));
    let after = tom.get(&list).await.text;
    assert!(
        !after.contains("Mara Lindqvist") && after.contains("Tobias Krüger") && after.contains("1 acknowledgement")
    );
    let other = open(&mara, json!({})).await;
    mara.put(&format!("/api/v1/threads/{}/ack", other["id"]), json!({})).await.expect(409);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_moderated_reads_why() {
    let server = house().await;
    let (mara, tobias, tom) =
        (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await, moderator(&server).await);
    let thread = open(&mara, json!({})).await;
    let post = answer(&tobias, &thread, "Schreib mir privat").await;
    let warnings = format!("/api/v1/posts/{}/warnings", post["id"]);
    mara.post(&warnings, json!({"reason": "Abwerben"})).await.expect(403);
    tom.post(&warnings, json!({"reason": ""})).await.expect(422);
    tom.post(&warnings, json!({"reason": "Abwerben ist hier nicht erlaubt"})).await.expect(204);
    tom.patch(&format!("/api/v1/posts/{}", post["id"]), json!({"hidden": true, "reason": "Regel 3"})).await.expect(200);
    server.drain().await;
    let told = tobias.get("/api/v1/me/notifications").await.json();
    assert_eq!(told["items"].as_array().unwrap().iter().filter(|n| n["kind"] == "moderation").count(), 2);
    let page = tobias.get(&format!("/posts/{}/moderated", post["id"])).await.expect(200).text;
    assert!(page.contains("Abwerben ist hier nicht erlaubt") && page.contains("Regel 3"), "{page}");
    mara.get(&format!("/posts/{}/moderated", post["id"])).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_is_not_heard() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let thread = open(&mara, json!({})).await;
    let post = answer(&tobias, &thread, "Ein Satz von Tobias").await;
    let block = format!("/members/{}/block", Server::id_of(&tobias));
    mara.form(&block, &[]).await.expect(303);
    assert!(!mara.get(thread["path"].as_str().unwrap()).await.text.contains("Ein Satz von Tobias"));
    let told = mara.get(&format!("/api/v1/posts/{}", post["id"])).await.json();
    assert_eq!((&told["body"], &told["html"], &told["blocked"]), (&json!(""), &json!(""), &json!(true)));
    assert!(!mara.get("/api/v1/mentions?q=tob").await.text.contains("Tobias"), "nor offered by name");
    assert!(!tobias.get("/api/v1/mentions?q=mara").await.text.contains("Mara"), "from either side");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_threads_say_the_same_in_two_languages() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let german = open(&mara, json!({"title": "Rudern zu Hause", "lang": "de"})).await;
    let english = open(&mara, json!({"title": "Rowing at home", "lang": "en"})).await;
    let path = format!("/api/v1/threads/{}/translation", german["id"]);
    tobias.put(&path, json!({"thread": english["id"]})).await.expect(403);
    mara.put(&path, json!({"thread": german["id"]})).await.expect(422);
    mara.put(&path, json!({"thread": english["id"]})).await.expect(204);
    let page = tobias.get(english["path"].as_str().unwrap()).await.text;
    assert!(page.contains(german["path"].as_str().unwrap()), "each leads to the other");
    assert!(tobias.get(german["path"].as_str().unwrap()).await.text.contains(english["path"].as_str().unwrap()));
    // A pasted address does as well; nothing takes the two apart, from both sides.
    let typed = format!("http://house.example{}", english["path"].as_str().unwrap());
    mara.form(&format!("/threads/{}/twin", german["id"]), &[("twin", &typed)]).await.expect(303);
    mara.put(&path, json!({"thread": null})).await.expect(204);
    assert!(!tobias.get(english["path"].as_str().unwrap()).await.text.contains(german["path"].as_str().unwrap()));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_costs_the_same_however_much_is_in_it() {
    let server = house().await;
    niche(&server, "zweite", 0).await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let first =
        open(&mara, json!({"kind": "question", "tags": ["eins"], "poll": {"question": "Was?", "choices": ["a", "b"]}}))
            .await;
    let thread = format!("/threads/{}", first["id"]);
    let pages = [
        "/niches",
        "/niches?view=unread",
        "/niches/offen",
        "/niches/offen?kind=question&lang=en&order=long",
        "/tags/eins",
        "/me/bookmarks",
        "/me/drafts",
        "/niches/offen/new",
        &thread,
    ];
    let marked = answer(&tobias, &first, "Antwort").await;
    // One more statement where there are marks at all, however many.
    mara.put(&format!("/api/v1/posts/{}/marks/idea", marked["id"]), json!({})).await.expect(200);
    for page in pages {
        mara.get(page).await.expect(200);
    }
    let mut before = Vec::new();
    for page in pages {
        before.push(mara.get(page).await.expect(200).statements());
    }
    for n in 0..6 {
        let more = open(
            &tobias,
            json!({"title": format!("Mehr {n}"), "kind": "question", "tags": ["eins", &format!("t{n}")]}),
        )
        .await;
        answer(&mara, &more, "x").await;
        let post = answer(&tobias, &first, &format!("Noch {n}")).await;
        mara.put(&format!("/api/v1/posts/{}/bookmark", post["id"]), json!({})).await.expect(204);
        mara.put(&format!("/api/v1/posts/{}/marks/thanks", post["id"]), json!({})).await.expect(200);
        mara.put(&format!("/api/v1/me/post-drafts/thread-{}", more["id"]), json!({"body": "Entwurf"}))
            .await
            .expect(204);
    }
    for page in pages {
        mara.get(page).await.expect(200);
    }
    for (page, before) in pages.iter().zip(before) {
        let now = mara.get(page).await.expect(200).statements();
        assert_eq!(now, before, "{page}");
        // A thread with a poll, tags and marks asks for each of these once.
        let most = match *page {
            page if page == thread => 18,
            "/niches/offen/new" => 14,
            _ => 12,
        };
        assert!(now <= most, "{page} asks {now} times");
    }
    server.stop().await;
}
