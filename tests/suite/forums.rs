//! Forums: talking in threads, reading state, order, and what below-tier members never see.

use crate::support::{Client, Server};
use diesel::prelude::*;
use kontor::db::schema::{niches, posts, threads};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Writes a niche for members of tier `min_rank` and above.
pub async fn db_niche(server: &Server, name: &str, min_rank: i32) {
    let (slug, name) = (kontor::text::slug(name), name.to_owned());
    server
        .house()
        .db
        .write(move |tx| {
            let now = tx.now();
            diesel::insert_into(niches::table)
                .values((
                    niches::slug.eq(&slug),
                    niches::name_de.eq(&name),
                    niches::name_en.eq(&name),
                    niches::min_rank.eq(min_rank),
                    niches::created_at.eq(now),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

pub async fn open(client: &Client, niche: &str, title: &str, body: &str) -> Value {
    let path = format!("/api/v1/niches/{niche}/threads");
    client.post(&path, json!({"title": title, "body": body})).await.expect(201).json()
}

pub async fn answer(client: &Client, thread: &Value, body: &str) -> Value {
    let path = format!("/api/v1/threads/{}/posts", thread["id"]);
    client.post(&path, json!({"body": body})).await.expect(201).json()
}

/// Asks until `enough` holds: reading positions and the search follow behind the answer.
async fn eventually(client: &Client, path: &str, enough: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let text = client.get(path).await.text;
        if enough(&text) {
            return text;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "it never came: {text}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_talk_and_unread_shows_then_clears() {
    let server = Server::start().await;
    db_niche(&server, "Heimfitness", 0).await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let thread = open(&mara, "heimfitness", "Rudergerät im Wohnzimmer", "Drei Wochen **Erfahrung**.").await;
    assert_eq!((&thread["last_number"], &thread["unread"]), (&json!(1), &json!(false)));

    let page = tobias.get("/niches/heimfitness").await.expect(200);
    assert!(page.text.contains("data-unread"), "a new thread is bold");
    let path = thread["path"].as_str().unwrap();
    let page = tobias.get(path).await.expect(200);
    assert!(page.text.contains("id=\"p1\"") && page.text.contains("<strong>Erfahrung</strong>"), "{}", page.text);
    eventually(&tobias, "/niches/heimfitness", |t| !t.contains("data-unread")).await;

    let post = answer(&tobias, &thread, "Wie laut ist es?").await;
    assert_eq!((&post["number"], &post["author"]["name"]), (&json!(2), &json!("Tobias Krüger")));
    let page = mara.get("/niches").await.expect(200);
    assert!(page.text.contains("data-unread") && page.text.contains("#p2"), "the list leads to the first unread post");
    let page = mara.get(path).await.expect(200);
    let line = page.text.find("New since your last visit").expect("the line of new posts");
    assert!(line > page.text.find("id=\"p1\"").unwrap() && line < page.text.find("id=\"p2\"").unwrap());
    eventually(&mara, &format!("/api/v1/threads/{}", thread["id"]), |t| t.contains("\"unread\":false")).await;
    assert!(!mara.get(path).await.text.contains("New since your last visit"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_below_the_tier_finds_nothing_anywhere() {
    let server = Server::start().await;
    db_niche(&server, "Spitzenkreis", 30).await;
    db_niche(&server, "Offen", 0).await;
    let top = server.member_of_tier("Ewa Zielinska", 30).await;
    let starter = server.member("Lena Vogt").await;
    let thread = open(&top, "spitzenkreis", "Geheime Konditionen", "Zwanzig Prozent Sonderprovision").await;
    let post = answer(&top, &thread, "Ab Montag Sonderprovision").await;
    let (t, p) = (&thread["id"], &post["id"]);
    eventually(&top, "/api/v1/search?q=sonderprov", |s| s.matches("\"kind\"").count() == 2).await;

    for path in [
        "/niches/spitzenkreis".to_owned(),
        "/niches/spitzenkreis/new".to_owned(),
        format!("/threads/{t}"),
        format!("/posts/{p}"),
        format!("/posts/{p}/report"),
        "/api/v1/niches/spitzenkreis/threads".to_owned(),
        format!("/api/v1/threads/{t}"),
        format!("/api/v1/threads/{t}/posts"),
        format!("/api/v1/posts/{p}"),
    ] {
        starter.get(&path).await.expect(404);
        top.get(&path).await;
    }
    let hidden = |text: &str| !text.contains("Geheime") && !text.contains("onderprov") && !text.contains("pitzenkreis");
    for path in ["/niches", "/niches/offen", "/search?q=geheime"] {
        let page = starter.get(path).await.expect(200);
        let text = page.text.replace("value=\"geheime\"", "").replace("“geheime”", "");
        assert!(hidden(&text), "{path} tells: {text}");
    }
    assert_eq!(starter.get("/api/v1/search?q=sonderprov").await.expect(200).json()["items"], json!([]));
    let body = json!({"body": "", "reply_to": 1});
    starter.post(&format!("/api/v1/threads/{t}/posts"), body).await.expect(404);
    starter.post("/api/v1/niches/spitzenkreis/threads", json!({"title": "", "body": ""})).await.expect(404);
    starter.put(&format!("/api/v1/posts/{p}/like"), json!({})).await.expect(404);
    starter.patch(&format!("/api/v1/posts/{p}"), json!({"body": "x"})).await.expect(404);
    starter.patch(&format!("/api/v1/threads/{t}"), json!({"title": "abc"})).await.expect(404);
    starter.post(&format!("/api/v1/posts/{p}/reports"), json!({"reason": "abc"})).await.expect(404);
    starter.form(&format!("/threads/{t}/posts"), &[("body", "x")]).await.expect(404);
    server.visitor().get(&format!("/api/v1/threads/{t}")).await.expect(401);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gap_under_concurrent_replies() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    db_niche(&server, "Produktivität", 0).await;
    let mara = server.member("Mara Lindqvist").await;
    let thread = open(&mara, "produktivitaet", "Zwanzig auf einmal", "Los").await;
    let mut running = Vec::new();
    for n in 0..20 {
        let (mara, thread) = (mara.clone(), thread.clone());
        running.push(tokio::spawn(async move { answer(&mara, &thread, &format!("Antwort {n}")).await }));
    }
    let mut numbers = vec![1];
    for one in running {
        numbers.push(one.await.unwrap()["number"].as_i64().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
    let now = mara.get(&format!("/api/v1/threads/{}", thread["id"])).await.json();
    assert_eq!((&now["last_number"], &now["post_count"]), (&json!(21), &json!(21)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_thread_takes_no_answer_and_the_text_is_not_lost() {
    let server = Server::start().await;
    db_niche(&server, "Ernährung", 0).await;
    let (mara, jana) = (server.member("Mara Lindqvist").await, server.manager().await);
    let thread = open(&mara, "ernaehrung", "Eiweiß am Morgen", "Ja oder nein?").await;
    let api = format!("/api/v1/threads/{}", thread["id"]);
    mara.patch(&api, json!({"locked": true})).await.expect(403);
    let locked = jana.patch(&api, json!({"locked": true, "reason": "geklärt"})).await.expect(200);
    assert_eq!(locked.json()["locked"], json!(true));
    let refused = mara.post(&format!("{api}/posts"), json!({"body": "Noch etwas"})).await.expect(409);
    assert_eq!(refused.json()["code"], json!("thread_locked"));
    mara.patch(&api, json!({"title": "Anders"})).await.expect(409);
    let page =
        mara.form(&format!("/threads/{}/posts", thread["id"]), &[("body", "Mein langer Text")]).await.expect(409);
    assert!(page.text.contains("Mein langer Text") && page.text.contains("This thread is closed."));
    jana.patch(&api, json!({"locked": false})).await.expect(200);
    answer(&mara, &thread, "Jetzt geht es wieder").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_counts_once_however_often_it_is_given() {
    let server = Server::start().await;
    db_niche(&server, "Handwerk", 0).await;
    let mara = server.member("Mara Lindqvist").await;
    let thread = open(&mara, "handwerk", "Hobelbank", "Aus Buche").await;
    let posts = mara.get(&format!("/api/v1/threads/{}/posts", thread["id"])).await.expect(200).json();
    let like = format!("/api/v1/posts/{}/like", posts["items"][0]["id"]);
    let mut running = Vec::new();
    for n in 0..6 {
        let fan = server.member(&format!("Fan Nummer{n}")).await;
        for _ in 0..3 {
            let (fan, like) = (fan.clone(), like.clone());
            running.push(tokio::spawn(async move { fan.put(&like, json!({})).await.expect(200) }));
        }
    }
    for one in running {
        one.await.unwrap();
    }
    let count = mara.put(&like, json!({})).await.expect(200).json();
    assert_eq!(count, json!({"likes": 7, "liked": true}));
    mara.delete(&like).await.expect(200);
    assert_eq!(mara.delete(&like).await.expect(200).json(), json!({"likes": 6, "liked": false}));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_becomes_a_guide_with_its_accepted_answer() {
    let server = Server::start().await;
    let (ruth, mara) = (server.admin().await, server.member("Mara Lindt").await);
    db_niche(&server, "Garten", 0).await;
    let path = "/api/v1/niches/garten/threads";
    let asked = json!({"title": "Wie mulche ich?", "body": "Womit *am besten*?", "kind": "question", "lang": "de"});
    let thread = mara.post(path, asked).await.expect(201).json();
    let post = answer(&ruth, &thread, "Mit Stroh.").await;
    mara.put(&format!("/api/v1/posts/{}/accepted", post["id"]), json!({})).await.expect(204);
    let page = ruth.get(&format!("/threads/{}", thread["id"])).await.expect(200).text;
    let link = format!("/manage/library/new?thread={}", thread["id"]);
    assert!(page.contains(&link), "{page}");
    let form = ruth.get(&link).await.expect(200).text;
    for part in ["value=\"Wie mulche ich?\"", "Womit *am besten*?", "Mit Stroh.", "Womit am besten? Mit Stroh."] {
        assert!(form.contains(part), "{part}: {form}");
    }
    // Only managers make guides, and only of what is there.
    mara.get(&link).await.expect(403);
    assert!(!mara.get(&format!("/threads/{}", thread["id"])).await.text.contains("/manage/library/new"));
    ruth.get("/manage/library/new?thread=99999").await.expect(404);
    ruth.get("/manage/library/new?thread=x").await.expect(200);
}

/// Fills a thread with posts up to `last`, directly.
async fn db_fill(server: &Server, thread: &Value, last: i32) {
    let (id, author) = (thread["id"].as_i64().unwrap(), thread["author"]["id"].as_i64().unwrap());
    server
        .house()
        .db
        .write(move |tx| {
            let now = tx.now();
            for number in 2..=last {
                diesel::insert_into(posts::table)
                    .values((
                        posts::thread_id.eq(id),
                        posts::number.eq(number),
                        posts::author_id.eq(Some(author)),
                        posts::body.eq("x"),
                        posts::html.eq(format!("<p>Text {number}</p>")),
                        posts::created_at.eq(now),
                    ))
                    .execute(&mut **tx)?;
            }
            diesel::update(threads::table.find(id))
                .set((threads::last_number.eq(last), threads::post_count.eq(last)))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_takes_as_many_statements_for_fifty_posts_as_for_one() {
    let server = Server::start().await;
    db_niche(&server, "Zahlen", 0).await;
    let mara = server.member("Mara Lindqvist").await;
    let short = open(&mara, "zahlen", "Kurz", "Ein Beitrag").await;
    let one = mara.get(&format!("/threads/{}", short["id"])).await.expect(200).statements();
    let list_one = mara.get("/niches/zahlen").await.expect(200).statements();
    let index_one = mara.get("/niches").await.expect(200).statements();
    let long = open(&mara, "zahlen", "Lang", "Viele Beiträge").await;
    db_fill(&server, &long, 130).await;
    for n in 0..15 {
        open(&mara, "zahlen", &format!("Noch eines {n}"), "Text").await;
    }
    let fifty = mara.get(&format!("/threads/{}", long["id"])).await.expect(200);
    assert_eq!(fifty.text.matches("<article class=\"post\"").count(), 50);
    assert_eq!(fifty.statements(), one);
    assert!(one <= 12, "{one} statements");
    assert_eq!(mara.get("/niches/zahlen").await.expect(200).statements(), list_one);
    assert_eq!(mara.get("/niches").await.expect(200).statements(), index_one);
    assert!(index_one <= 12 && list_one <= 12, "{index_one} {list_one}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_opens_at_any_number() {
    let server = Server::start().await;
    db_niche(&server, "Zahlen", 0).await;
    let mara = server.member("Mara Lindqvist").await;
    let thread = open(&mara, "zahlen", "Lang & breit", "Viele Beiträge").await;
    db_fill(&server, &thread, 130).await;
    let path = thread["path"].as_str().unwrap();
    let shows = |text: &str, numbers: &[i32], not: &[i32]| {
        numbers.iter().all(|n| text.contains(&format!("id=\"p{n}\"")))
            && not.iter().all(|n| !text.contains(&format!("id=\"p{n}\"")))
    };
    let page = mara.get(&format!("{path}?from=77")).await.expect(200);
    assert!(shows(&page.text, &[77, 126], &[76, 127]));
    let page = mara.get(&format!("{path}?page=2")).await.expect(200);
    assert!(shows(&page.text, &[51, 100], &[50, 101]));
    for strange in ["?from=9999", "?page=3", "?page=99999999999"] {
        let page = mara.get(&format!("{path}{strange}")).await.expect(200);
        assert!(shows(&page.text, if strange.contains("page=9") { &[1] } else { &[101, 130] }, &[51]), "{strange}");
    }
    let id = &thread["id"];
    for address in [format!("/threads/{id}"), format!("/threads/{id}-any-words"), format!("/threads/{id}/other-words")]
    {
        mara.get(&address).await.expect(200);
    }
    mara.get("/threads/none").await.expect(404);
    let list = mara.get(&format!("/api/v1/threads/{id}/posts?from=100&limit=20")).await.expect(200).json();
    assert_eq!((&list["items"][0]["number"], list["items"].as_array().unwrap().len()), (&json!(100), 20));
    let next = list["next_cursor"].as_str().unwrap();
    let list = mara.get(&format!("/api/v1/threads/{id}/posts?limit=20&cursor={next}")).await.expect(200).json();
    assert_eq!(list["items"][0]["number"], json!(120));
    assert_eq!((list["items"].as_array().unwrap().len(), &list["next_cursor"]), (11, &Value::Null));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_mistakes_keeps_what_was_typed() {
    let server = Server::start().await;
    db_niche(&server, "Formulare", 0).await;
    let mara = server.member("Mara Lindqvist").await;
    let fields = [("title", "ab"), ("body", "Mein <Text> bleibt")];
    let page = mara.form("/niches/formulare/new", &fields).await.expect(422);
    assert!(page.text.contains("value=\"ab\"") && page.text.contains("Mein &lt;Text&gt; bleibt"), "{}", page.text);
    assert!(page.text.contains("At least 3 characters"));
    let fields = [("title", "Ein Titel"), ("body", "Ein Text")];
    let done = mara.form("/niches/formulare/new", &fields).await.expect(303);
    let path = done.header("location").to_owned();
    let id = path.split('/').nth(2).unwrap().to_owned();
    mara.form(&format!("/threads/{id}/posts"), &[("body", "   ")]).await.expect(422);
    let done = mara.form(&format!("/threads/{id}/posts"), &[("body", "Antwort"), ("reply_to", "1")]).await.expect(303);
    assert!(done.header("location").ends_with("#p2"), "{}", done.header("location"));
    let api = format!("/api/v1/threads/{id}/posts");
    assert_eq!(mara.post(&api, json!({"body": ""})).await.expect(422).field_errors(), ["body:required"]);
    let far = json!({"body": "x", "reply_to": 99});
    assert_eq!(mara.post(&api, far).await.expect(422).field_errors(), ["reply_to:not_found"]);
    let long = json!({"title": "x".repeat(151), "body": "y".repeat(50_001)});
    let errors = mara.post("/api/v1/niches/formulare/threads", long).await.expect(422).field_errors();
    assert_eq!(errors, ["title:too_long", "body:too_long"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_edited_by_its_author_and_a_deleted_text_is_gone_everywhere() {
    let server = Server::start().await;
    db_niche(&server, "Worte", 0).await;
    let (mara, tobias) = (server.member("Mara Lindqvist").await, server.member("Tobias Krüger").await);
    let thread = open(&mara, "worte", "Worte zählen", "Anfang").await;
    let post = answer(&mara, &thread, "Unwiederbringliches").await;
    let api = format!("/api/v1/posts/{}", post["id"]);
    tobias.patch(&api, json!({"body": "Meins"})).await.expect(403);
    let edited = mara.patch(&api, json!({"body": "Unwiederbringliches, besser", "rev": 0})).await.expect(200).json();
    assert_eq!((&edited["rev"], edited["edited_at"].is_string()), (&json!(1), true));
    let stale = mara.patch(&api, json!({"body": "Zu spät", "rev": 0})).await.expect(409).json();
    assert_eq!(stale["code"], json!("edited_meanwhile"));
    eventually(&tobias, "/api/v1/search?q=unwieder", |t| t.contains("<mark>Unwiederbringliches</mark>")).await;
    tobias.delete(&api).await.expect(403);
    mara.delete(&api).await.expect(204);
    mara.delete(&api).await.expect(204);
    let gone = tobias.get(&api).await.expect(200).json();
    assert_eq!((&gone["deleted"], &gone["body"], &gone["html"]), (&json!(true), &json!(""), &json!("")));
    let page = tobias.get(thread["path"].as_str().unwrap()).await.expect(200);
    assert!(page.text.contains("This post was deleted.") && !page.text.contains("Unwieder"));
    eventually(&tobias, "/api/v1/search?q=unwieder", |t| t.contains("\"items\":[]")).await;
    let now = mara.get(&format!("/api/v1/threads/{}", thread["id"])).await.json();
    assert_eq!((&now["post_count"], &now["last_number"]), (&json!(1), &json!(2)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn order_is_kept_with_a_reason_and_reports_reach_the_moderators() {
    let server = Server::start().await;
    db_niche(&server, "Markt", 0).await;
    db_niche(&server, "Oben", 20).await;
    let (mara, lena) = (server.member("Mara Lindqvist").await, server.member("Lena Vogt").await);
    let tom = server.db_member("Tom Alder", Role::Moderator, 0, Lang::De).await;
    let thread = open(&mara, "markt", "Billige Uhren", "Kauft bei mir").await;
    let post = answer(&mara, &thread, "Rabattschleuder").await;
    let report = format!("/posts/{}/report", post["id"]);
    lena.get(&report).await.expect(200);
    lena.form(&report, &[("reason", "")]).await.expect(422);
    lena.form(&report, &[("reason", "Das ist Werbung")]).await.expect(303);
    lena.get("/moderate").await.expect(403);
    let list = tom.get("/moderate").await.expect(200);
    assert!(list.text.contains("Das ist Werbung") && list.text.contains("Rabattschleuder"));
    let open_reports = tom.get("/api/v1/reports").await.expect(200).json();
    let close = format!("/moderate/reports/{}", open_reports["items"][0]["id"]);
    tom.form(&close, &[("act", "hide")]).await.expect(303);
    tom.form(&close, &[("act", "hide")]).await.expect(404);
    let path = thread["path"].as_str().unwrap();
    assert!(!lena.get(path).await.text.contains("Rabattschleuder"));
    assert!(tom.get(path).await.text.contains("Rabattschleuder"));
    let moderate = format!("/threads/{}/moderate", thread["id"]);
    lena.form(&moderate, &[("act", "pin")]).await.expect(403);
    tom.form(&moderate, &[("act", "move"), ("niche", "oben"), ("reason", "passt besser")]).await.expect(303);
    lena.get(path).await.expect(404);
    tom.form(&moderate, &[("act", "hide")]).await.expect(303);
    let top = server.member_of_tier("Ewa Zielinska", 30).await;
    top.get(path).await.expect(404);
    tom.get(path).await.expect(200);
    let lines: Vec<(String, String)> = server
        .house()
        .db
        .read(|c| {
            use kontor::db::schema::audit_log;
            Ok(audit_log::table.select((audit_log::action, audit_log::detail)).load(c)?)
        })
        .await
        .unwrap();
    for (action, why) in [("post.report", "Das ist Werbung"), ("post.hide", ""), ("thread.move", "passt besser")] {
        assert!(lines.contains(&(action.to_owned(), why.to_owned())), "{action} in {lines:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_threads_come_first_and_the_list_goes_on_without_a_gap() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    db_niche(&server, "Listen", 0).await;
    let jana = server.manager().await;
    let mut ids = Vec::new();
    for n in 0..9 {
        ids.push(open(&jana, "listen", &format!("Thema Nummer {n}"), "Text").await["id"].clone());
    }
    for n in [1, 4, 6] {
        jana.patch(&format!("/api/v1/threads/{}", ids[n]), json!({"pinned": true})).await.expect(200);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = jana.get(&format!("/api/v1/niches/listen/threads?limit=2&cursor={cursor}")).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|t| t["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let wanted: Vec<Value> = [6, 4, 1, 8, 7, 5, 3, 2, 0].iter().map(|n| ids[*n].clone()).collect();
    assert_eq!(seen, wanted);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_forgives_umlauts_and_never_takes_words_for_syntax() {
    let server = Server::start().await;
    db_niche(&server, "Suche", 0).await;
    let mara = server.member("Mara Lindqvist").await;
    open(&mara, "suche", "Ernährung im Winter", "Grüße aus der Hauptstraße 5.").await;
    eventually(&mara, "/api/v1/search?q=ernahr", |t| t.contains("\"thread\"")).await;
    for q in ["Ernährung", "ernaehr", "ERNAHRUNG", "hauptstrasse", "Hauptstraße", "grusse winter", "gr%C3%BC%C3%9Fe"]
    {
        let found = mara.get(&format!("/api/v1/search?q={q}")).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{q}");
    }
    for q in ["winter%22%20OR%20%22a", "NEAR(a%20b)", "title:winter*", "a%20AND", "-%20%26%20|%20!", "%27%3B--"] {
        let status = mara.get(&format!("/api/v1/search?q={q}")).await.status.as_u16();
        assert!(status == 200 || status == 422, "{q} gave {status}");
        mara.get(&format!("/search?q={q}")).await.expect(200);
    }
    let none = mara.get("/api/v1/search?q=winter&kind=post").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn german_pages_of_the_forum_speak_german() {
    let server = Server::start().await;
    db_niche(&server, "Sprache", 0).await;
    let tom = server.db_member("Tom Alder", Role::Moderator, 0, Lang::De).await;
    let thread = open(&tom, "sprache", "Titel", "Inhalt").await;
    let post = answer(&tom, &thread, "Antwort").await;
    let pages = [
        "/niches".to_owned(),
        "/niches/sprache".to_owned(),
        "/niches/sprache/new".to_owned(),
        format!("/threads/{}", thread["id"]),
        format!("/posts/{}/edit", post["id"]),
        format!("/posts/{}/report", post["id"]),
        "/moderate".to_owned(),
        "/search?q=inhalt".to_owned(),
    ];
    let english: Vec<String> = kontor::i18n::keys(Lang::En)
        .into_iter()
        .filter(|k| k.starts_with("forums-") || k.starts_with("search-") || k.starts_with("ui-"))
        .map(|k| kontor::i18n::t(Lang::En, &k).into_owned())
        .filter(|text| text.len() > 6 && !text.contains('{'))
        .filter(|text| !["Moderation", "Markdown works."].contains(&text.as_str()) || text.contains("works"))
        .collect();
    for path in pages {
        let page = tom.get(&path).await.expect(200);
        assert!(page.text.contains("<html lang=\"de\""));
        for text in &english {
            let german = |t: &str| format!(">{t}<");
            assert!(!page.text.contains(&german(text)), "{path} says {text}");
        }
        assert!(!page.text.contains("forums-"), "{path} shows a key");
    }
    server.stop().await;
}
