//! Forums beyond talking: kinds, tags, polls, answers, following, drafts, what is kept, labels on links.

use crate::support::{Client, Server};
use diesel::prelude::*;
use kontor::db::DAY;
use kontor::db::schema::niches;
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::{Value, json};

/// A house with the niche `offen`, open to all.
pub async fn house() -> Server {
    let server = Server::start().await;
    niche(&server, "offen", 0).await;
    server
}

/// Writes a niche for members of tier `min_rank` and above.
pub async fn niche(server: &Server, slug: &'static str, min_rank: i32) {
    let write = move |tx: &mut kontor::db::Tx<'_>| {
        let now = tx.now();
        diesel::insert_into(niches::table)
            .values((
                niches::slug.eq(slug),
                niches::name_de.eq(slug),
                niches::name_en.eq(slug),
                niches::min_rank.eq(min_rank),
                niches::created_at.eq(now),
            ))
            .execute(&mut **tx)?;
        Ok(())
    };
    server.house().db.write(write).await.unwrap();
}

/// Opens a thread in `offen` with these fields.
pub async fn open(client: &Client, fields: Value) -> Value {
    let mut all = json!({"title": "Ein Thema", "body": "Text"});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    client.post("/api/v1/niches/offen/threads", all).await.expect(201).json()
}

/// Answers in a thread.
pub async fn answer(client: &Client, thread: &Value, body: &str) -> Value {
    client.post(&format!("/api/v1/threads/{}/posts", thread["id"]), json!({"body": body})).await.expect(201).json()
}

async fn notices(client: &Client) -> Vec<(String, String)> {
    let page = client.get("/api/v1/me/notifications?limit=200").await.expect(200).json();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|n| (n["kind"].as_str().unwrap().to_owned(), n["href"].as_str().unwrap().to_owned())).collect()
}

fn titles(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|t| t["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_are_sorted_by_kind_language_and_tag() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let manager = server.manager().await;
    let question =
        open(&mara, json!({"title": "Wie misst ihr?", "kind": "question", "lang": "de", "tags": ["Messen", "#SEO"]}))
            .await;
    open(&mara, json!({"title": "Rowing sells", "kind": "strategy", "lang": "en", "tags": ["seo"]})).await;
    assert_eq!((&question["kind"], &question["lang"]), (&json!("question"), &json!("de")));

    // Team only, unknown values, too many tags: each names its field.
    for (fields, field) in [
        (json!({"kind": "announcement"}), "kind:team_only"),
        (json!({"kind": "gibtsnicht"}), "kind:invalid"),
        (json!({"lang": "fr"}), "lang:invalid"),
        (json!({"tags": ["a", "b", "c", "d", "e", "f"]}), "tags:too_many"),
        (json!({"needs_ack": true}), "kind:team_only"),
    ] {
        let mut all = json!({"title": "Ein Thema", "body": "Text"});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let refused = mara.post("/api/v1/niches/offen/threads", all).await.expect(422);
        assert_eq!(refused.field_errors(), [field], "{fields}");
    }

    for (query, found) in [
        ("kind=question", vec!["Wie misst ihr?"]),
        ("lang=en", vec!["Rowing sells"]),
        ("tag=seo", vec!["Rowing sells", "Wie misst ihr?"]),
        ("tag=messen", vec!["Wie misst ihr?"]),
        ("tag=nirgends", vec![]),
        ("only=unsolved", vec!["Wie misst ihr?"]),
        ("only=own", vec!["Rowing sells", "Wie misst ihr?"]),
        ("order=new&limit=1", vec!["Rowing sells"]),
    ] {
        let list = mara.get(&format!("/api/v1/niches/offen/threads?{query}")).await.expect(200).json();
        assert_eq!(titles(&list), found, "{query}");
        assert_eq!(titles(&mara.get(&format!("/api/v1/threads?{query}")).await.expect(200).json()), found);
    }
    assert!(titles(&tobias.get("/api/v1/threads?only=own").await.json()).is_empty());
    mara.get("/api/v1/threads?kind=x").await.expect(422);
    // Pages know the same narrowing, and never fail on their address.
    let page = mara.get("/niches/offen?kind=question&lang=de").await.expect(200).text;
    assert!(page.contains("Wie misst ihr?") && !page.contains("Rowing sells"));
    mara.get("/niches/offen?kind=x&order=y&only=z&cursor=q").await.expect(200);
    assert!(mara.get("/tags/seo").await.expect(200).text.contains("Rowing sells"));
    mara.get("/tags/nirgends").await.expect(404);

    // A list that was read in parts has everything once, in every order.
    for n in 0..5 {
        open(&tobias, json!({"title": format!("Weiteres {n}")})).await;
    }
    for order in ["active", "new", "long"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = mara.get(&format!("/api/v1/threads?order={order}&limit=2&cursor={cursor}")).await.json();
            seen.extend(titles(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((all, seen.len()), (7, 7), "{order}");
    }

    // Its author sorts a thread anew, nobody else does.
    let path = format!("/api/v1/threads/{}", question["id"]);
    tobias.patch(&path, json!({"tags": []})).await.expect(403);
    mara.patch(&path, json!({"kind": "talk", "tags": ["neu"], "lang": "en"})).await.expect(200);
    assert_eq!(titles(&mara.get("/api/v1/threads?tag=messen").await.json()), Vec::<String>::new());
    manager.patch(&path, json!({"promo": true, "reason": "wirbt"})).await.expect(200);
    assert!(!mara.get("/niches/offen").await.text.contains("Wie misst ihr?"), "advertising has a place of its own");
    assert!(mara.get("/niches/offen?only=promo").await.text.contains("Wie misst ihr?"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_is_told_once_and_only_of_what_they_may_see() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let (lena, cem) = (server.member("Lena Vogt").await, server.member("Cem Aydin").await);
    let id = |c: &Client| Server::id_of(c).0;
    lena.form("/niches/offen/follow", &[("level", "all")]).await.expect(303);
    cem.put(&format!("/api/v1/me/blocks/{}", id(&mara)), json!({})).await.expect(204);

    let thread = open(&mara, json!({"title": "Neues Gerät", "body": "Hallo @Tobias Krüger und @Cem Aydin"})).await;
    server.drain().await;
    assert_eq!(notices(&tobias).await[0].0, "post_mention");
    assert_eq!(notices(&lena).await[0].0, "thread_new");
    assert!(notices(&cem).await.is_empty(), "whoever blocked the writer is told nothing");
    assert!(notices(&mara).await.is_empty(), "nobody is told of their own doing");

    // Writing follows; an answer is told to the followers once, whatever else is true of them.
    answer(&tobias, &thread, "Danke @Mara Lindqvist").await;
    server.drain().await;
    let told = notices(&mara).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "post_mention");
    answer(&lena, &thread, "Auch von mir").await;
    server.drain().await;
    assert_eq!(notices(&mara).await.iter().filter(|n| n.0 == "post_answer").count(), 1);
    assert_eq!(notices(&tobias).await.iter().filter(|n| n.0 == "post_answer").count(), 1);
    // Reading the thread reads what was told of it.
    mara.get(&format!("/threads/{}", thread["id"])).await.expect(200);
    let began = std::time::Instant::now();
    while mara.get("/api/v1/me/notifications?unread=true").await.json()["unread"] != json!(0) {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "it stays unread");
        tokio::task::yield_now().await;
    }
    // Muted means muted.
    tobias.form(&format!("/threads/{}/follow", thread["id"]), &[("level", "none")]).await.expect(303);
    let before = notices(&tobias).await.len();
    answer(&lena, &thread, "Noch eins @Tobias Krüger").await;
    server.drain().await;
    assert_eq!(notices(&tobias).await.len(), before);
    // A place out of sight cannot be followed.
    niche(&server, "oben", 30).await;
    lena.form("/niches/oben/follow", &[("level", "all")]).await.expect(404);
    // A like is told, once for all that come before it is read.
    for who in [&tobias, &lena] {
        who.put(&format!("/api/v1/posts/{}/like", thread["id"]), json!({})).await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_counts_every_member_once() {
    let server = house().await;
    let mara = server.member("Mara Lindqvist").await;
    for (poll, field) in [
        (json!({"question": "Was?", "choices": ["eins"]}), "choices:too_few"),
        (json!({"question": "", "choices": ["a", "b"]}), "question:required"),
        (json!({"question": "Was?", "choices": ["a", "b"], "days": 0}), "days:invalid"),
    ] {
        let body = json!({"title": "Umfrage", "body": "x", "poll": poll});
        assert_eq!(mara.post("/api/v1/niches/offen/threads", body).await.expect(422).field_errors(), [field]);
    }
    let poll = json!({"question": "Womit messt ihr?", "choices": ["Pixel", "Server", "Gar nicht"], "days": 7});
    let thread = open(&mara, json!({"poll": poll})).await;
    let base = format!("/api/v1/threads/{}", thread["id"]);
    let shown = mara.get(&format!("{base}/poll")).await.expect(200).json();
    let choice = |n: usize| shown["choices"][n]["id"].clone();
    let (one, two) = (choice(0), choice(1));
    mara.put(&format!("{base}/vote"), json!({"choices": [one, two]})).await.expect(422);
    mara.put(&format!("{base}/vote"), json!({"choices": [999_999]})).await.expect(422);
    // Fifty votes at once, some of them twice and some changed: each member counts once.
    let mut voters = Vec::new();
    for n in 0..10 {
        voters.push(server.member(&format!("Mitglied {n}")).await);
    }
    let path = format!("{base}/vote");
    let mut votes = Vec::new();
    for (n, voter) in voters.iter().enumerate() {
        for round in 0..5 {
            let chosen = if (n + round) % 2 == 0 { one.clone() } else { two.clone() };
            votes.push(voter.put(&path, json!({"choices": [chosen]})));
        }
    }
    for vote in futures_util::future::join_all(votes).await {
        vote.expect(200);
    }
    let after = mara.get(&format!("{base}/poll")).await.json();
    let sum: i64 = (0..3).map(|n| after["choices"][n]["votes"].as_i64().unwrap()).sum();
    assert_eq!((sum, &after["voters"]), (10, &json!(10)));
    // The page shows and takes votes without a script, and the clock closes the poll.
    let page = mara.get(thread["path"].as_str().unwrap()).await.expect(200).text;
    assert!(page.contains("Womit messt ihr?") && page.contains("10 votes"), "{page}");
    mara.form(&format!("/threads/{}/vote", thread["id"]), &[("choice", &two.to_string())]).await.expect(303);
    server.advance(8 * DAY).await;
    let refused = mara.put(&format!("{base}/vote"), json!({"choices": [one]})).await.expect(409).json();
    assert_eq!(refused["code"], "poll_closed");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_accepted_by_who_asked() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let thread = open(&mara, json!({"kind": "question", "title": "Wer weiß es?"})).await;
    let help = answer(&tobias, &thread, "So geht es").await;
    let path = format!("/api/v1/posts/{}/accepted", help["id"]);
    tobias.put(&path, json!({})).await.expect(403);
    mara.put(&path, json!({})).await.expect(204);
    mara.put(&path, json!({})).await.expect(204);
    server.drain().await;
    assert_eq!(notices(&tobias).await.iter().filter(|n| n.0 == "answer_accepted").count(), 1);
    assert_eq!(titles(&mara.get("/api/v1/threads?only=unsolved").await.json()), Vec::<String>::new());
    let page = mara.get(thread["path"].as_str().unwrap()).await.text;
    assert!(page.contains("To the answer that helped") && page.contains("#p2"));
    // An answer that is taken back answers nothing; where nothing is asked there is nothing to accept.
    tobias.delete(&format!("/api/v1/posts/{}", help["id"])).await.expect(204);
    assert_eq!(mara.get(&format!("/api/v1/threads/{}", thread["id"])).await.json()["accepted_post"], Value::Null);
    let talk = open(&mara, json!({})).await;
    let post = answer(&tobias, &talk, "Hm").await;
    let refused = mara.put(&format!("/api/v1/posts/{}/accepted", post["id"]), json!({})).await.expect(409);
    assert_eq!(refused.json()["code"], "no_answer_here");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_remembers_what_it_said_and_can_come_back() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let moderator = server.db_member("Tom Alder", Role::Moderator, 0, Lang::En).await;
    let thread = open(&mara, json!({})).await;
    let post = answer(&mara, &thread, "Das ist der erste <b>Text</b>").await;
    let path = format!("/api/v1/posts/{}", post["id"]);
    mara.patch(&path, json!({"body": "Das ist der zweite Text"})).await.expect(200);
    let page = tobias.get(&format!("/posts/{}/history", post["id"])).await.expect(200).text;
    assert!(page.contains("<del>erste</del>") && page.contains("<ins>zweite</ins>"), "{page}");
    assert!(page.contains("&lt;b&gt;"), "everything in it is escaped");
    assert_eq!(tobias.get(&format!("{path}/revisions")).await.json()["items"].as_array().unwrap().len(), 1);

    mara.delete(&path).await.expect(204);
    assert_eq!(tobias.get(&path).await.json()["body"], "", "a deleted text is not told");
    assert_eq!(tobias.get(&format!("{path}/revisions")).await.json()["items"], json!([]), "nor is what it said before");
    tobias.get(&format!("/posts/{}/history", post["id"])).await.expect(404);
    tobias.post(&format!("{path}/return"), json!({})).await.expect(403);
    mara.post(&format!("{path}/return"), json!({})).await.expect(204);
    assert_eq!(tobias.get(&path).await.json()["body"], "Das ist der zweite Text");
    assert_eq!(mara.post(&format!("{path}/return"), json!({})).await.expect(409).json()["code"], "not_deleted");
    assert_eq!(mara.get(&format!("/api/v1/threads/{}", thread["id"])).await.json()["post_count"], 2);
    // What a moderator took back only a moderator returns; after thirty days nobody does.
    moderator.delete(&path).await.expect(204);
    mara.post(&format!("{path}/return"), json!({})).await.expect(403);
    server.advance(31 * DAY).await;
    server.drain().await;
    // A session does not last that long.
    let moderator = server.db_member("Tom Berg", Role::Moderator, 0, Lang::En).await;
    let gone = moderator.post(&format!("{path}/return"), json!({})).await.expect(409);
    assert_eq!(gone.json()["code"], "gone_for_good");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_and_what_is_kept_follows_the_member() {
    let server = house().await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let thread = open(&mara, json!({"title": "Mit Entwurf"})).await;
    let place = format!("/api/v1/me/post-drafts/thread-{}", thread["id"]);
    tobias.put(&place, json!({"body": "Noch nicht fert"})).await.expect(204);
    tobias.put("/api/v1/me/post-drafts/anderswo", json!({"body": "x"})).await.expect(422);
    let page = tobias.get(thread["path"].as_str().unwrap()).await.expect(200).text;
    assert!(page.contains(">Noch nicht fert</textarea>"), "it is there on the next device");
    assert!(tobias.get("/me/drafts").await.text.contains("Mit Entwurf"));
    assert!(!mara.get("/me/drafts").await.text.contains("Noch nicht"), "a draft is nobody else's");
    answer(&tobias, &thread, "Fertig").await;
    assert_eq!(tobias.get("/api/v1/me/post-drafts").await.json()["items"], json!([]), "what is sent is no draft");

    let posts = mara.get(&format!("/api/v1/threads/{}/posts", thread["id"])).await.json();
    let post = &posts["items"][1]["id"];
    mara.put(&format!("/api/v1/posts/{post}/bookmark"), json!({"note": "merken", "days": 3})).await.expect(204);
    mara.put(&format!("/api/v1/posts/{post}/bookmark"), json!({"days": 400})).await.expect(422);
    assert_eq!(mara.get("/api/v1/me/bookmarks").await.json()["items"][0]["note"], "merken");
    assert!(mara.get("/me/bookmarks").await.expect(200).text.contains("Mit Entwurf"));
    server.advance(4 * DAY).await;
    server.drain().await;
    assert_eq!(notices(&mara).await.iter().filter(|n| n.0 == "bookmark_due").count(), 1);
    // Changed before it is due, only the last wish counts.
    mara.put(&format!("/api/v1/posts/{post}/bookmark"), json!({"days": 1})).await.expect(204);
    mara.put(&format!("/api/v1/posts/{post}/bookmark"), json!({"days": 5})).await.expect(204);
    server.advance(2 * DAY).await;
    server.drain().await;
    assert_eq!(notices(&mara).await.iter().filter(|n| n.0 == "bookmark_due").count(), 1);
    mara.delete(&format!("/api/v1/posts/{post}/bookmark")).await.expect(204);
    server.advance(4 * DAY).await;
    server.drain().await;
    assert_eq!(notices(&mara).await.iter().filter(|n| n.0 == "bookmark_due").count(), 1);

    // Marks: one of a kind a member, told to all who look.
    let marks = format!("/api/v1/posts/{post}/marks");
    for who in [&mara, &tobias] {
        who.put(&format!("{marks}/thanks"), json!({})).await.expect(200);
        who.put(&format!("{marks}/thanks"), json!({})).await.expect(200);
    }
    mara.put(&format!("{marks}/krone"), json!({})).await.expect(404);
    let given = mara.delete(&format!("{marks}/thanks")).await.expect(200).json();
    assert_eq!(given["items"], json!([{"mark": "thanks", "count": 1, "mine": false}]));
    assert!(mara.get(thread["path"].as_str().unwrap()).await.text.contains("data-mark=\"thanks\""));
    mara.form(&format!("/posts/{post}/mark"), &[("mark", "idea")]).await.expect(303);
    assert!(mara.get(thread["path"].as_str().unwrap()).await.text.contains("data-mark=\"idea\""));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_affiliate_link_goes_out_without_a_word() {
    let server = house().await;
    let mara = server.db_member("Mara Lindqvist", Role::Member, 0, Lang::De).await;
    let tobias = server.member("Tobias Krüger").await;
    let thread = open(&mara, json!({})).await;
    let posts = format!("/api/v1/threads/{}/posts", thread["id"]);
    let body = "Mein Gerät: https://shop.example/rudern?ref=mara7";
    let refused = mara.post(&posts, json!({"body": body})).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["code"], "unlabelled");
    // Without a script the form comes back with the text and two ways on.
    let page = mara.form(&format!("/threads/{}/posts", thread["id"]), &[("body", body)]).await.expect(422).text;
    assert!(page.contains("Als Anzeige kennzeichnen und senden") && page.contains("mara7"), "{page}");
    let sent = mara.post(&posts, json!({"body": body, "disclosure": "label"})).await.expect(201).json();
    assert!(sent["html"].as_str().unwrap().contains("<span class=\"ad-label\">Anzeige</span><a "), "{sent}");
    assert!(sent["html"].as_str().unwrap().contains("rel=\"nofollow sponsored"), "{sent}");
    // Each reads the label in the own language.
    let page = tobias.get(thread["path"].as_str().unwrap()).await.text;
    assert!(page.contains("<span class=\"ad-label\">Ad</span>"), "{page}");
    // Who says that it is none is believed, and it is written down.
    mara.post(&posts, json!({"body": body, "disclosure": "none"})).await.expect(201);
    let admin = server.admin().await;
    assert!(admin.get("/api/v1/audit").await.text.contains("post.no_ads"));
    // An ordinary link goes through.
    mara.post(&posts, json!({"body": "https://de.wikipedia.org/wiki/Rudern"})).await.expect(201);
    server.stop().await;
}
