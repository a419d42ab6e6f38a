//! A forum moves in from Discourse's JSON and from CSV, again without a change, and out and in again.

use crate::support::{Client, Server};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Sends a file and waits for the trial; answers the address of its page.
async fn look(ruth: &Client, name: &str, file: Vec<u8>) -> String {
    let form = Form::new().part("file", Part::bytes(file).file_name(name.to_owned())).text("language", "de");
    let path = "/manage/forum";
    let sent = Client::send(ruth.request(Method::POST, path).multipart(form)).await.expect(303);
    let page = sent.header("location").to_owned();
    ended(ruth, &page).await;
    page
}

/// The page of an import that has ended.
async fn ended(ruth: &Client, page: &str) -> String {
    let began = Instant::now();
    loop {
        let text = ruth.get(page).await.expect(200).text;
        if !text.contains("data-module=\"forums/moved\"") {
            return text;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it never ended: {text}");
        tokio::task::yield_now().await;
    }
}

async fn bring(ruth: &Client, name: &str, file: Vec<u8>) -> String {
    let page = look(ruth, name, file).await;
    ruth.form(&format!("{page}/run"), &[]).await.expect(303);
    ended(ruth, &page).await
}

/// The numbers of a report: new and known of niches, authors, threads, posts.
fn counts(page: &str) -> Vec<i64> {
    let table = page.split("<tbody>").nth(1).unwrap_or_else(|| panic!("{page}")).split("</tbody>").next().unwrap();
    let cells = table.split("<td class=\"num\">").skip(1);
    cells.map(|cell| cell.split('<').next().unwrap().parse().unwrap()).collect()
}

fn discourse() -> Value {
    json!({
        "site": "https://alt.example",
        "users": [
            {"id": 1, "username": "mara", "name": "Mara Lindt", "email": "mara.lindt@example.org"},
            {"id": 2, "username": "gast", "name": "Gast *Stern*"},
        ],
        "categories": [
            {"id": 5, "name": "Garten", "slug": "garten", "description": "<p>Beete &amp; Töpfe</p>"},
            {"id": 6, "name": "Leitung", "slug": "leitung", "read_restricted": true},
        ],
        "topics": [
            {"id": 10, "title": "Kompost richtig", "category_id": 5, "tags": ["erde"], "closed": true},
            {"id": 11, "title": "Interna", "category_id": 6},
            {"id": 12, "title": "Unter uns", "category_id": 5, "archetype": "private_message"},
            {"id": 13, "title": "Ja", "category_id": 5},
        ],
        "posts": [
            {"id": 100, "topic_id": 10, "post_number": 1, "user_id": 1, "created_at": "2021-03-04T05:06:07Z",
             "raw": "Schicht um *Schicht*. <script>alert(1)</script> ![Haufen|10x10](upload://a.png)"},
            {"id": 101, "topic_id": 10, "post_number": 3, "user_id": 2, "created_at": "2021-03-05T05:06:07Z",
             "raw": "[quote=\"mara, post:1, topic:10\"]\nSchicht\n[/quote]\nGenau: https://shop.example/?aff=7",
             "reply_to_post_number": 1},
            {"id": 102, "topic_id": 10, "post_number": 4, "user_id": 1, "created_at": "2021-03-06T05:06:07Z", "raw": "weg",
             "deleted_at": "2021-03-07T00:00:00Z"},
            {"id": 103, "topic_id": 11, "post_number": 1, "username": "mara", "created_at": "2021-04-01T00:00:00Z",
             "raw": "Geheimes"},
            {"id": 104, "topic_id": 12, "post_number": 1, "user_id": 1, "created_at": "2021-04-01T00:00:00Z", "raw": "psst"},
            {"id": 105, "topic_id": 13, "post_number": 1, "user_id": 1, "created_at": "2021-04-02T00:00:00Z",
             "raw": "Zeile\n".repeat(12_000)},
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discourse_forum_moves_in_once_with_its_times_and_never_wider_than_it_was() {
    let server = Server::start().await;
    let (ruth, lena) = (server.admin().await, server.member("Lena Vogt").await);
    let file = discourse().to_string().into_bytes();
    let page = look(&ruth, "export.json", file.clone()).await;
    let trial = ruth.get(&page).await.text;
    // The post of 60,000 characters is one there and two here; the report counts what is there.
    assert_eq!(counts(&trial), [2, 0, 1, 0, 3, 0, 4, 0], "{trial}");
    assert!(trial.contains("post 102") && trial.contains("topic 12"), "{trial}");
    // A trial changes nothing.
    assert_eq!(lena.get("/api/v1/niches").await.json()["items"], json!([]));
    ruth.form(&format!("{page}/run"), &[]).await.expect(303);
    assert_eq!(counts(&ended(&ruth, &page).await), [2, 0, 1, 0, 3, 0, 4, 0]);

    let threads = lena.get("/api/v1/niches/garten/threads?order=new").await.expect(200).json();
    let titles: Vec<&str> = threads["items"].as_array().unwrap().iter().map(|t| t["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Ja …", "Kompost richtig"]);
    let compost = &threads["items"][1];
    assert_eq!((&compost["created_at"], &compost["locked"]), (&json!("2021-03-04T05:06:07.000Z"), &json!(true)));
    let posts = lena.get(&format!("/api/v1/threads/{}/posts", compost["id"])).await.expect(200).json();
    let (first, second) = (&posts["items"][0], &posts["items"][1]);
    assert_eq!(posts["items"].as_array().unwrap().len(), 2, "{posts}");
    let (one, two) = (first["html"].as_str().unwrap(), second["html"].as_str().unwrap());
    assert!(one.contains("<em>Schicht</em>") && one.contains("<em>Haufen</em>") && !one.contains("<script"), "{one}");
    assert!(two.contains("<blockquote>") && two.contains("Gast Stern") && two.contains("aff=7"), "{two}");
    assert_eq!((&second["number"], &second["reply_to"]), (&json!(2), &json!(1)), "{second}");
    let long = lena.get(&format!("/api/v1/threads/{}/posts", threads["items"][0]["id"])).await.expect(200).json();
    assert_eq!(long["items"].as_array().unwrap().len(), 2);
    // What was restricted stays so, and who was imported is no member yet.
    lena.get("/niches/leitung").await.expect(404);
    ruth.get("/niches/leitung").await.expect(200);
    let mara = ruth.get("/api/v1/members?q=Mara&status=invited").await.expect(200).json();
    assert_eq!(mara["items"].as_array().unwrap().len(), 1, "{mara}");

    // Again: everything is known. One answer more there is one more here.
    assert_eq!(counts(&bring(&ruth, "export.json", file).await), [0, 2, 0, 1, 0, 3, 0, 4]);
    let mut later = discourse();
    later["posts"].as_array_mut().unwrap().push(json!({"id": 106, "topic_id": 10, "post_number": 5, "user_id": 1,
        "created_at": "2021-05-01T00:00:00Z", "raw": "Nachtrag", "reply_to_post_number": 3}));
    assert_eq!(counts(&bring(&ruth, "export.json", later.to_string().into_bytes()).await), [0, 2, 0, 1, 0, 3, 1, 4]);
    let posts = lena.get(&format!("/api/v1/threads/{}/posts", compost["id"])).await.expect(200).json();
    assert_eq!((&posts["items"][2]["number"], &posts["items"][2]["reply_to"]), (&json!(3), &json!(2)), "{posts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_moves_in_and_what_goes_out_comes_in_again_elsewhere() {
    let server = Server::start().await;
    let (ruth, lena) = (server.admin().await, server.member("Lena Vogt").await);
    let csv = "title;niche;author;email;created_at;body;tags\n\
               Erste Frage;Sport;Lena Vogt;;2022-01-02 03:04;Wie fange ich an?;start\n\
               Erste Frage;Sport;Tom;tom@example.org;2022-01-02 04:00;Mit wenig.;\n\
               Kaputt;Sport;Tom;tom@example.org;gestern;Ohne Zeit;\n";
    assert_eq!(counts(&bring(&ruth, "alt.csv", csv.into()).await), [1, 0, 1, 1, 1, 0, 2, 0]);
    let found = lena.get("/api/v1/niches/sport/threads").await.expect(200).json();
    assert_eq!(
        (&found["items"][0]["title"], &found["items"][0]["post_count"]),
        (&json!("Erste Frage"), &json!(2)),
        "{found}"
    );

    // A manager takes everything out; a member does not.
    lena.get("/manage/forum/export.json").await.expect(403);
    lena.get("/manage/forum").await.expect(403);
    let out = ruth.get("/manage/forum/export.json").await.expect(200).text;
    let all: Value = serde_json::from_str(&out).unwrap();
    let parts = ["categories", "users", "topics", "posts"].map(|p| all[p].as_array().unwrap().len());
    assert_eq!(parts, [1, 2, 1, 2], "{all}");
    let other = Server::start().await;
    let anna = other.admin().await;
    assert_eq!(counts(&bring(&anna, "forum.json", out.into_bytes()).await)[4..], [1, 0, 2, 0]);
    let there = anna.get("/api/v1/niches/sport/threads").await.expect(200).json();
    assert_eq!(there["items"][0]["title"], "Erste Frage");

    // The house's own export is refused: everything in it is here.
    let again = ruth.get("/manage/forum/export.json").await.expect(200).text;
    let page = look(&ruth, "forum.json", again.into_bytes()).await;
    assert!(ruth.get(&page).await.text.contains("role=\"alert\""));
    assert_eq!(lena.get("/api/v1/niches/sport/threads").await.json()["items"].as_array().unwrap().len(), 1);
    ruth.form(&format!("{page}/run"), &[]).await.expect(409);

    // What is no export says so and changes nothing.
    for (name, file) in
        [("a.json", "{\"posts\": ["), ("b.json", "{}"), ("c.csv", "a,b\n1,2\n"), ("d.zip", "PK\u{3}\u{4}x")]
    {
        let page = look(&ruth, name, file.into()).await;
        assert!(ruth.get(&page).await.text.contains("role=\"alert\""), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_keeps_what_is_closed_closed_and_takes_odd_texts_as_they_are() {
    let server = Server::start().await;
    let (ruth, lena) = (server.admin().await, server.member("Lena Vogt").await);
    let open = json!({"slug": "leitung", "name": {"de": "Leitung", "en": "Lead"}});
    ruth.post("/api/v1/niches", open).await.expect(201);
    let mut file = discourse();
    file["topics"][1]["title"] = json!("In\u{0}ter\u{202e}na");
    file["users"][0]["name"] = json!(format!("Mara\u{0} {}", "x".repeat(500)));
    file["posts"][3]["created_at"] = json!("2199-01-01T00:00:00Z");
    file["posts"][3]["raw"] = json!("Geheimes\u{0}");
    file["posts"][1]["accepted_answer"] = json!(true);
    let page = bring(&ruth, "export.json", file.to_string().into_bytes()).await;
    assert!(!page.contains("role=\"alert\""), "{page}");
    // A closed category does not fall into the open niche of its name.
    assert_eq!(lena.get("/api/v1/niches/leitung/threads").await.expect(200).json()["items"], json!([]));
    lena.get("/api/v1/niches/leitung-x/threads").await.expect(404);
    let closed = ruth.get("/api/v1/niches/leitung-x/threads").await.expect(200).json();
    assert_eq!(closed["items"][0]["title"], "In terna");
    // Nothing was written in the future.
    assert!(closed["items"][0]["created_at"].as_str().unwrap() < "2199", "{closed}");
    let threads = ruth.get("/api/v1/niches/garten/threads?order=new").await.expect(200).json();
    let compost = &threads["items"][1];
    assert_eq!(compost["kind"], "question", "{compost}");
    let posts = ruth.get(&format!("/api/v1/threads/{}/posts", compost["id"])).await.json();
    assert_eq!(compost["accepted_post"], posts["items"][1]["id"], "{compost}");

    // What waits for a tier's hour here opens to nobody elsewhere, and a kind and an answer go along.
    let tiers = ruth.get("/api/v1/tiers").await.json();
    let lowest = tiers["items"][0]["slug"].as_str().unwrap().to_owned();
    let news = json!({"title": "Bald mehr", "body": "Noch nicht", "kind": "market",
        "embargo": {lowest: "2099-01-01T00:00:00Z"}});
    ruth.post("/api/v1/niches/garten/threads", news).await.expect(201);
    let out = ruth.get("/manage/forum/export.json").await.expect(200).text;
    let other = Server::start().await;
    let (anna, ben) = (other.admin().await, other.member("Ben Ott").await);
    bring(&anna, "forum.json", out.into_bytes()).await;
    assert!(!ben.get("/api/v1/niches/garten/threads").await.expect(200).text.contains("Bald mehr"));
    let there = anna.get("/api/v1/niches/garten/threads?order=new").await.expect(200).json();
    let kinds: Vec<_> = there["items"].as_array().unwrap().iter().map(|t| t["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["market", "talk", "question"], "{there}");
    assert!(there["items"][2]["accepted_post"].is_i64());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_pages_move_the_api_moves() {
    let server = Server::start().await;
    let (ruth, lena) = (server.admin().await, server.member("Lena Vogt").await);
    let send = async |who: &Client, lang: &str| {
        let form = Form::new().part("file", Part::bytes(discourse().to_string().into_bytes()).file_name("alt.json"));
        let form = form.text("language", lang.to_owned());
        Client::send(who.request(Method::POST, "/api/v1/forum-imports").multipart(form)).await
    };
    send(&lena, "de").await.expect(403);
    assert_eq!(send(&ruth, "fr").await.expect(422).field_errors(), ["language:invalid"]);
    let form = Form::new().text("language", "de");
    let empty = Client::send(ruth.request(Method::POST, "/api/v1/forum-imports").multipart(form)).await;
    assert_eq!(empty.expect(422).field_errors(), ["file:required"]);
    let path = format!("/api/v1/forum-imports/{}", send(&ruth, "de").await.expect(201).id());
    ended(&ruth, &path.replace("/api/v1/forum-imports", "/manage/forum")).await;
    let trial = ruth.get(&path).await.expect(200).json();
    assert_eq!(
        (&trial["status"], &trial["dry_run"], &trial["posts"]["new"]),
        (&json!("done"), &json!(true), &json!(4))
    );
    assert_eq!(trial["left_total"], 2, "{trial}");
    // Twice at once: one begins it, the other learns that it has begun.
    let run = format!("{path}/run");
    let both = futures_util::future::join(ruth.post(&run, json!({})), ruth.post(&run, json!({}))).await;
    let mut codes = [both.0.status.as_u16(), both.1.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
    ended(&ruth, &path.replace("/api/v1/forum-imports", "/manage/forum")).await;
    assert_eq!(ruth.get(&path).await.json()["dry_run"], false);
    assert_eq!(ruth.get("/api/v1/forum-imports").await.json()["items"].as_array().unwrap().len(), 1);
    for closed in [path.as_str(), "/api/v1/forum-imports", "/api/v1/forum-export"] {
        lena.get(closed).await.expect(403);
    }
    ruth.get("/api/v1/forum-imports/99").await.expect(404);
    ruth.post("/api/v1/forum-imports/99/run", json!({})).await.expect(404);
    assert_eq!(ruth.get("/api/v1/forum-export").await.expect(200).json()["posts"].as_array().unwrap().len(), 5);

    let feeds = lena.put("/api/v1/me/feeds", json!({})).await.expect(200).json();
    let url = feeds["feeds"][0]["url"].as_str().unwrap();
    let feed = url[url.find("/feeds/").unwrap()..].to_owned();
    assert!(server.visitor().get(&feed).await.expect(200).text.contains("Kompost richtig"));
    lena.delete("/api/v1/me/feeds").await.expect(204);
    server.visitor().get(&feed).await.expect(404);
}
