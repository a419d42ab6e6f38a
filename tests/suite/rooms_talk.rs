//! Around messages: threads, quotes, polls, pins, what members keep, counters, the search.

use crate::support::{Client, Server, Socket};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

async fn lively() -> Server {
    Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await
}

async fn foyer(members: &[&Client]) -> i64 {
    let rooms = members[0].get("/api/v1/rooms").await.expect(200).json();
    let rooms = rooms["items"].as_array().unwrap();
    let room = rooms.iter().find(|r| r["slug"] == "foyer").unwrap()["id"].as_i64().unwrap();
    for member in members {
        member.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    }
    room
}

async fn say(client: &Client, room: i64, cid: &str, body: Value) -> i64 {
    let mut body = body;
    body["cid"] = cid.into();
    client.post(&format!("/api/v1/rooms/{room}/messages"), body).await.expect(201).id()
}

async fn history(client: &Client, room: i64, query: &str) -> Vec<Value> {
    let all = client.get(&format!("/api/v1/rooms/{room}/messages{query}")).await.expect(200).json();
    all["items"].as_array().unwrap().clone()
}

async fn waiting(client: &Client, room: i64) -> (i64, i64) {
    let room = client.get(&format!("/api/v1/rooms/{room}")).await.expect(200).json();
    (room["unread"].as_i64().unwrap(), room["mentions"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_message_keeps_its_former_texts_for_those_who_may() {
    let server = lively().await;
    let (mara, tom, jana) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.manager().await);
    let room = foyer(&[&mara, &tom, &jana]).await;
    let m = say(&mara, room, "1", json!({ "body": "erster **Text**" })).await;
    let url = format!("/api/v1/rooms/{room}/messages/{m}");
    mara.patch(&url, json!({ "rev": 0, "body": "zweiter" })).await.expect(200);
    mara.patch(&url, json!({ "rev": 1, "body": "dritter" })).await.expect(200);
    let old = mara.get(&format!("{url}/revisions")).await.expect(200).json();
    let bodies: Vec<&str> = old["items"].as_array().unwrap().iter().map(|r| r["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["erster **Text**", "zweiter"]);
    jana.get(&format!("{url}/revisions")).await.expect(200);
    tom.get(&format!("{url}/revisions")).await.expect(403);
    let page = mara.get(&format!("/rooms/foyer/m/{m}")).await.expect(200).text;
    assert!(page.contains("<strong>Text</strong>") && page.contains("zweiter"));
    let page = tom.get(&format!("/rooms/foyer/m/{m}")).await.expect(200).text;
    assert!(!page.contains("zweiter"), "former texts are not everybody's");
    mara.delete(&url).await.expect(204);
    jana.get(&format!("{url}/revisions")).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_stays_out_of_the_room_and_counts_its_answers() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = foyer(&[&mara, &tom]).await;
    let root = say(&mara, room, "1", json!({ "body": "Wer kommt mit?" })).await;
    let mut socket = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    let answer = say(&tom, room, "2", json!({ "body": "Ich!", "thread_of": root })).await;
    assert_eq!(socket.next_of("ev").await["d"]["thread_of"], root);
    // Who answers an answer continues the same thread.
    let second = say(&mara, room, "3", json!({ "body": "Fein", "thread_of": answer })).await;
    let all = history(&mara, room, "").await;
    assert_eq!(all[0]["thread_count"], 2);
    assert_eq!(all[2]["thread_of"], root);
    let thread = history(&mara, room, &format!("?thread={root}")).await;
    assert_eq!(thread.iter().map(|i| i["m"].as_i64().unwrap()).collect::<Vec<_>>(), [answer, second]);
    let page = mara.get("/rooms/foyer").await.expect(200).text;
    assert!(page.contains("Wer kommt mit?") && !page.contains("Ich!") && page.contains(&format!("/t/{root}")));
    let page = mara.get(&format!("/rooms/foyer/t/{answer}")).await.expect(200).text;
    assert!(page.contains("Wer kommt mit?") && page.contains("Ich!") && page.contains("Fein"));
    // Without a script.
    let done = tom
        .form("/rooms/foyer", &[("cid", "4"), ("body", "Noch eine"), ("thread_of", &root.to_string())])
        .await
        .expect(303);
    assert!(done.header("location").starts_with(&format!("/rooms/foyer/t/{root}#m")));
    tom.delete(&format!("/api/v1/rooms/{room}/messages/{answer}")).await.expect(204);
    assert_eq!(history(&mara, room, "").await[0]["thread_count"], 2);
    assert_eq!(waiting(&mara, room).await.0, 0, "what is said in threads is not unread in the room");
    let errors = tom
        .post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": "9", "body": "x", "thread_of": 999_999 }))
        .await
        .expect(422)
        .field_errors();
    assert_eq!(errors, ["thread_of:not_found"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_quotes_as_far_as_its_reader_may_see() {
    let server = lively().await;
    let (mara, tom, eva) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.member("Eva Ernst").await);
    let room = foyer(&[&mara, &tom, &eva]).await;
    let m = say(&mara, room, "1", json!({ "body": "Ein *langer* Gedanke" })).await;
    say(&tom, room, "2", json!({ "body": "Stimmt", "reply_to": m })).await;
    let reply = history(&eva, room, "").await[1]["reply"].clone();
    assert_eq!(
        (&reply["m"], &reply["name"], &reply["text"]),
        (&json!(m), &json!("Mara Lindt"), &json!("Ein langer Gedanke"))
    );
    eva.put(&format!("/api/v1/me/blocks/{}", mara.member.0), json!({})).await.expect(204);
    let seen = history(&eva, room, "").await;
    assert_eq!(seen.len(), 1, "the blocked one's message is not there");
    assert!(seen[0]["reply"].is_null(), "nor its quote");
    let page = eva.get("/rooms/foyer").await.expect(200).text;
    assert!(!page.contains("langer Gedanke") && page.contains("Stimmt"));
    mara.delete(&format!("/api/v1/rooms/{room}/messages/{m}")).await.expect(204);
    assert!(history(&tom, room, "").await[0]["reply"].is_null(), "a deleted text lives on in no quote");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_counts_every_voter_once_and_tells_everybody() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = foyer(&[&mara, &tom]).await;
    let mut socket = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    let ask = json!({ "body": "Wann?", "poll": { "options": ["Montag", "Dienstag"] } });
    let m = say(&mara, room, "1", ask.clone()).await;
    let told = socket.next_of("ev").await;
    assert_eq!(told["d"]["poll"]["options"][1]["label"], "Dienstag");
    // The same message again is the same message; another poll under its cid is not.
    let mut again = ask.clone();
    again["cid"] = "1".into();
    let messages = format!("/api/v1/rooms/{room}/messages");
    assert_eq!(mara.post(&messages, again.clone()).await.expect(200).json()["dup"], true);
    again["poll"]["options"][0] = "Mittwoch".into();
    mara.post(&messages, again).await.expect(409);
    let ids: Vec<i64> =
        told["d"]["poll"]["options"].as_array().unwrap().iter().map(|o| o["id"].as_i64().unwrap()).collect();
    let vote = format!("/api/v1/rooms/{room}/messages/{m}/vote");
    tom.put(&vote, json!({ "options": [ids[0]] })).await.expect(200);
    let told = socket.next_of("ev").await;
    assert_eq!((&told["k"], &told["d"]["poll"]["options"][0]["n"]), (&json!("edit"), &json!(1)));
    assert!(told["by"].is_null() || told["by"] == 0, "nobody learns who voted for what: {told}");
    assert_eq!(tom.put(&vote, json!({ "options": [ids[0]] })).await.expect(200).json()["dup"], true);
    tom.put(&vote, json!({ "options": ids })).await.expect(422);
    tom.put(&vote, json!({ "options": [ids[1]] })).await.expect(200);
    mara.form(&format!("/rooms/foyer/m/{m}"), &[("do", "vote"), ("option", &ids[1].to_string())]).await.expect(303);
    let poll = history(&tom, room, "").await[0]["poll"].clone();
    assert_eq!(
        (&poll["voters"], &poll["options"][0]["n"], &poll["options"][1]["n"]),
        (&json!(2), &json!(0), &json!(2))
    );
    assert_eq!((&poll["options"][0]["mine"], &poll["options"][1]["mine"]), (&json!(false), &json!(true)));
    tom.post(&format!("/api/v1/rooms/{room}/messages/{m}/close"), json!({})).await.expect(403);
    mara.post(&format!("/api/v1/rooms/{room}/messages/{m}/close"), json!({})).await.expect(200);
    tom.put(&vote, json!({ "options": [] })).await.expect(409);
    // Who was away gets the poll as it stands.
    let epoch = tom.get(&format!("/api/v1/rooms/{room}")).await.json()["epoch"].clone();
    let mut late = Socket::hello(&server, &mara, json!([{ "r": room, "epoch": epoch, "s": 0 }])).await;
    let missed = late.next_of("sub_ok").await["ev"].clone();
    let last = missed.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["d"]["poll"]["closed"], &last["d"]["poll"]["voters"]), (&json!(true), &json!(2)));
    let page = tom.get("/rooms/foyer").await.expect(200).text;
    assert!(page.contains("Dienstag") && page.contains("poll-option"));
    for (options, code) in [(json!(["nur eine"]), "too_few_options"), (json!(["a", "a"]), "same_options")] {
        let bad = json!({ "cid": "x", "body": "?", "poll": { "options": options } });
        assert_eq!(mara.post(&messages, bad).await.expect(422).field_errors(), [format!("poll:{code}")]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_pin_and_everybody_in_the_room_sees_it() {
    let server = lively().await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let room = foyer(&[&mara, &jana]).await;
    let m = say(&mara, room, "1", json!({ "body": "Die Regeln" })).await;
    let pin = format!("/api/v1/rooms/{room}/messages/{m}/pin");
    mara.put(&pin, json!({})).await.expect(403);
    let mut socket = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    jana.put(&pin, json!({})).await.expect(200);
    let told = socket.next_of("ev").await;
    assert_eq!((&told["k"], &told["m"], &told["d"]["on"]), (&json!("pin"), &json!(m), &json!(true)));
    assert_eq!(jana.put(&pin, json!({})).await.expect(200).json()["dup"], true);
    let pins = mara.get(&format!("/api/v1/rooms/{room}/pins")).await.expect(200).json();
    assert_eq!((&pins["items"][0]["m"], &pins["items"][0]["pinned"]), (&json!(m), &json!(true)));
    assert!(mara.get("/rooms/foyer/pins").await.expect(200).text.contains("Die Regeln"));
    jana.form(&format!("/rooms/foyer/m/{m}"), &[("do", "unpin")]).await.expect(303);
    assert_eq!(socket.next_of("ev").await["d"]["on"], false);
    assert!(mara.get(&format!("/api/v1/rooms/{room}/pins")).await.json()["items"].as_array().unwrap().is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_saves_is_the_own_business_and_follows_the_rights() {
    let server = lively().await;
    let (mara, tom, jana) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.manager().await);
    let room = jana
        .post("/api/v1/rooms", json!({ "slug": "kreis", "name": "kreis", "access": "private" }))
        .await
        .expect(201)
        .id();
    jana.post(&format!("/api/v1/rooms/{room}/members"), json!({ "member_id": mara.member.0 })).await.expect(204);
    let m = say(&jana, room, "1", json!({ "body": "Vertraulich" })).await;
    tom.put(&format!("/api/v1/rooms/{room}/messages/{m}/save"), json!({})).await.expect(404);
    mara.put(&format!("/api/v1/rooms/{room}/messages/{m}/save"), json!({})).await.expect(204);
    let saved = mara.get("/api/v1/me/saved").await.expect(200).json();
    assert_eq!(saved["items"][0]["message"]["m"], m);
    assert!(mara.get("/me/saved").await.expect(200).text.contains("Vertraulich"));
    assert!(tom.get("/api/v1/me/saved").await.json()["items"].as_array().unwrap().is_empty());
    mara.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    assert!(!mara.get("/me/saved").await.expect(200).text.contains("Vertraulich"), "who left reads no more");
    assert!(mara.get("/api/v1/me/saved").await.json()["items"].as_array().unwrap().is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_comes_once_at_its_time() {
    let server = lively().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&[&mara]).await;
    let m = say(&mara, room, "1", json!({ "body": "Steuer" })).await;
    let due = kontor::i18n::iso(server.clock.now() + 30 * MINUTE);
    let body = json!({ "room_id": room, "message": m, "due_at": due });
    let id = mara.post("/api/v1/me/reminders", body).await.expect(201).id();
    let past = json!({ "room_id": room, "message": m, "due_at": "2020-01-01T00:00:00Z" });
    assert_eq!(mara.post("/api/v1/me/reminders", past).await.expect(422).field_errors(), ["due_at:past"]);
    server.advance(29 * MINUTE).await;
    assert!(mara.get("/api/v1/me/reminders").await.json()["items"][0]["told_at"].is_null());
    server.advance(2 * MINUTE).await;
    let told = mara.get("/api/v1/me/reminders").await.json()["items"][0]["told_at"].clone();
    assert!(told.is_string());
    server.advance(60 * MINUTE).await;
    assert_eq!(mara.get("/api/v1/me/reminders").await.json()["items"][0]["told_at"], told, "once");
    assert!(mara.get("/me/saved").await.expect(200).text.contains("Steuer"));
    mara.delete(&format!("/api/v1/me/reminders/{id}")).await.expect(204);
    mara.delete(&format!("/api/v1/me/reminders/{id}")).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_later_is_sent_once_by_the_clock_with_the_rights_of_that_moment() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = foyer(&[&mara, &tom]).await;
    let at = |minutes: i64| kontor::i18n::iso(server.clock.now() + minutes * MINUTE);
    let new = |body: &str, at: String| json!({ "room_id": room, "body": body, "send_at": at });
    let first = mara.post("/api/v1/me/scheduled", new("Guten Morgen", at(10))).await.expect(201).id();
    let moved = mara.post("/api/v1/me/scheduled", new("später", at(10))).await.expect(201).id();
    let gone = mara.post("/api/v1/me/scheduled", new("nie", at(10))).await.expect(201).id();
    tom.post("/api/v1/me/scheduled", new("Tom auch", at(10))).await.expect(201);
    mara.put(&format!("/api/v1/me/scheduled/{moved}"), json!({ "body": "viel später", "send_at": at(60) }))
        .await
        .expect(204);
    mara.delete(&format!("/api/v1/me/scheduled/{gone}")).await.expect(204);
    tom.delete(&format!("/api/v1/me/scheduled/{first}")).await.expect(404);
    tom.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    server.advance(11 * MINUTE).await;
    let said: Vec<String> =
        history(&mara, room, "").await.iter().map(|i| i["html"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said, ["<p>Guten Morgen</p>\n"], "moved, called off and out of the room: not sent");
    let refused = tom.get("/api/v1/me/scheduled").await.json()["items"][0].clone();
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("not_member")));
    assert!(tom.get("/me/scheduled").await.expect(200).text.contains("Tom auch"));
    server.advance(60 * MINUTE).await;
    assert_eq!(history(&mara, room, "").await.len(), 2);
    // The form of the page, in the member's own zone.
    let local = "2031-05-01T09:00";
    mara.form("/me/scheduled", &[("room", "foyer"), ("body", "x"), ("send_at", local)]).await.expect(422);
    let soon = kontor::i18n::iso(server.clock.now() + 3 * 24 * 60 * MINUTE);
    mara.form("/me/scheduled", &[("room", "foyer"), ("body", "per Formular"), ("send_at", &soon[..16])])
        .await
        .expect(303);
    assert!(mara.get("/me/scheduled").await.expect(200).text.contains("per Formular"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_follows_its_author_and_nobody_else() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = foyer(&[&mara, &tom]).await;
    let url = format!("/api/v1/rooms/{room}/draft");
    mara.put(&url, json!({ "body": "angefangen" })).await.expect(204);
    mara.put(&format!("{url}?thread=7"), json!({ "body": "im Faden" })).await.expect(204);
    assert_eq!(mara.get(&url).await.json()["body"], "angefangen");
    assert_eq!(mara.get(&format!("{url}?thread=7")).await.json()["body"], "im Faden");
    assert_eq!(tom.get(&url).await.json()["body"], "");
    assert!(mara.get("/rooms/foyer").await.expect(200).text.contains(">angefangen</textarea>"));
    mara.form("/rooms/foyer", &[("cid", "1"), ("body", "fertig")]).await.expect(303);
    assert_eq!(mara.get(&url).await.json()["body"], "");
    mara.put(&url, json!({ "body": "x".repeat(20_001) })).await.expect(422);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_room_is_called_by_managers_only() {
    let server = lively().await;
    let (mara, tom, jana) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.manager().await);
    let room = foyer(&[&mara, &tom, &jana]).await;
    say(&mara, room, "1", json!({ "body": "@room hört mal" })).await;
    assert_eq!(waiting(&tom, room).await, (1, 0), "a member's @room calls nobody");
    let m = say(&jana, room, "2", json!({ "body": "@room um 18 Uhr geht es los" })).await;
    assert_eq!((waiting(&tom, room).await, waiting(&mara, room).await), ((2, 1), (1, 1)));
    assert_eq!(waiting(&jana, room).await.1, 0);
    jana.patch(&format!("/api/v1/rooms/{room}/messages/{m}"), json!({ "rev": 0, "body": "um 18 Uhr, @Tom Test" }))
        .await
        .expect(200);
    assert_eq!((waiting(&tom, room).await.1, waiting(&mara, room).await.1), (1, 0), "an edit calls whom it names now");
    server.stop().await;
}

/// What a stranger would count by hand, from the history alone.
async fn recount(client: &Client, name: &str, room: i64, read: i64) -> (i64, i64) {
    let all = history(client, room, "?limit=200").await;
    let open = |i: &&Value| i["seq"].as_i64().unwrap() > read && i["by"] != client.member.0;
    let unread = all.iter().filter(open).filter(|i| i["thread_of"].is_null()).count();
    let called = all.iter().filter(open).filter(|i| i["html"].as_str().unwrap().contains(&format!("@{name}"))).count();
    (i64::try_from(unread).unwrap(), i64::try_from(called).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_and_mentions_always_equal_a_recount() {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    let server = lively().await;
    let names = ["Mara Lindt", "Tom Test", "Eva Ernst"];
    let mut members = Vec::new();
    for name in names {
        members.push(server.member(name).await);
    }
    let room = foyer(&members.iter().collect::<Vec<_>>()).await;
    let mut dice = StdRng::seed_from_u64(7);
    let (mut said, mut read) = (Vec::<(usize, i64, i32)>::new(), [0_i64; 3]);
    for step in 0..140 {
        let who = dice.random_range(0..3);
        let me = &members[who];
        match dice.random_range(0..10) {
            0..=4 => {
                let whom = names[dice.random_range(0..3)];
                let mut body = json!({ "body": if dice.random_bool(0.5) { format!("hallo @{whom}") } else { "hallo".to_owned() } });
                if !said.is_empty() && dice.random_bool(0.2) {
                    body["thread_of"] = said[dice.random_range(0..said.len())].1.into();
                }
                let m = say(me, room, &format!("c{step}"), body).await;
                said.push((who, m, 0));
            }
            5 if !said.is_empty() => {
                let at = dice.random_range(0..said.len());
                let (author, m, _) = said[at];
                members[author].delete(&format!("/api/v1/rooms/{room}/messages/{m}")).await;
                said.remove(at);
            }
            6 if !said.is_empty() => {
                let at = dice.random_range(0..said.len());
                let (author, m, rev) = said[at];
                let whom = names[dice.random_range(0..3)];
                members[author]
                    .patch(
                        &format!("/api/v1/rooms/{room}/messages/{m}"),
                        json!({ "rev": rev, "body": format!("neu {step} @{whom}") }),
                    )
                    .await
                    .expect(200);
                said[at].2 += 1;
            }
            7 => {
                let other = members[(who + 1) % 3].member.0;
                let url = format!("/api/v1/me/blocks/{other}");
                if dice.random_bool(0.5) {
                    me.put(&url, json!({})).await.expect(204)
                } else {
                    me.delete(&url).await.expect(204)
                };
            }
            _ => {
                let head = me.get(&format!("/api/v1/rooms/{room}")).await.json()["seq"].as_i64().unwrap();
                let to = dice.random_range(0..=head);
                me.put(&format!("/api/v1/rooms/{room}/read"), json!({ "s": to })).await.expect(204);
                read[who] = read[who].max(to);
            }
        }
        for (i, member) in members.iter().enumerate() {
            assert_eq!(
                waiting(member, room).await,
                recount(member, names[i], room, read[i]).await,
                "{} after step {step}",
                names[i]
            );
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_obeys_filters_and_every_right() {
    let server = lively().await;
    let (mara, tom, jana) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.manager().await);
    let room = foyer(&[&mara, &tom, &jana]).await;
    let closed = jana
        .post("/api/v1/rooms", json!({ "slug": "kreis", "name": "kreis", "access": "private" }))
        .await
        .expect(201)
        .id();
    say(&jana, closed, "1", json!({ "body": "Die Provision im Kreis" })).await;
    let old = say(&mara, room, "2", json!({ "body": "Provision für Ernährung" })).await;
    server.clock.advance(3 * 24 * 60 * MINUTE);
    let new = say(&tom, room, "3", json!({ "body": "Provisionen siehe https://example.org/x" })).await;
    let found = async |who: &Client, q: &str| -> Vec<i64> {
        let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let all = who.get(&format!("/api/v1/search/messages?q={q}")).await.expect(200).json();
        all["items"].as_array().unwrap().iter().map(|i| i["message"]["m"].as_i64().unwrap()).collect()
    };
    assert_eq!(found(&mara, "provision").await, [new, old], "said a moment ago, found now; not in rooms of others");
    assert_eq!(found(&mara, "ernaehrung").await, [old]);
    assert_eq!(found(&mara, "provision from:tom").await, [new]);
    assert_eq!(found(&mara, "from:me").await, [old]);
    assert_eq!(found(&mara, "has:link").await, [new]);
    assert_eq!(found(&jana, "provision in:kreis").await.len(), 1);
    let day = kontor::i18n::iso(server.clock.now() - 24 * 60 * MINUTE)[..10].to_owned();
    assert_eq!(found(&mara, &format!("provision before:{day}")).await, [old]);
    assert_eq!(found(&mara, &format!("provision after:{day}")).await, [new]);
    assert!(found(&mara, "\"' OR 1=1 --").await.is_empty());
    mara.put(&format!("/api/v1/me/blocks/{}", tom.member.0), json!({})).await.expect(204);
    assert_eq!(found(&mara, "provision").await, [old], "a block counts here too");
    mara.delete(&format!("/api/v1/me/blocks/{}", tom.member.0)).await.expect(204);
    tom.patch(&format!("/api/v1/rooms/{room}/messages/{new}"), json!({ "rev": 0, "body": "Wetter" })).await.expect(200);
    assert_eq!(found(&mara, "provision").await, [old]);
    assert_eq!(found(&mara, "wetter").await, [new]);
    mara.delete(&format!("/api/v1/rooms/{room}/messages/{old}")).await.expect(204);
    assert!(found(&mara, "provision").await.is_empty());
    let page = mara.get("/search/chat?q=wetter%20has:katze").await.expect(200).text;
    assert!(page.contains("Wetter") && page.contains("has:katze"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permalink_and_a_day_lead_into_the_middle_of_a_long_room() {
    let server = lively().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&[&mara]).await;
    let mut all = Vec::new();
    for i in 0..70 {
        all.push(say(&mara, room, &format!("a{i}"), json!({ "body": format!("alt {i}") })).await);
    }
    server.clock.advance(2 * 24 * 60 * MINUTE);
    for i in 0..70 {
        all.push(say(&mara, room, &format!("b{i}"), json!({ "body": format!("neu {i}") })).await);
    }
    let m = all[40];
    let page = mara.get(&format!("/rooms/foyer?m={m}")).await.expect(200).text;
    assert!(page.contains("line-target") && page.contains("alt 40") && !page.contains("neu 60"));
    assert!(page.contains("?before=") && page.contains("?after="), "both ways lead on");
    let around = history(&mara, room, &format!("?around={m}&limit=20")).await;
    assert!(around.iter().any(|i| i["m"] == m) && around.len() == 20);
    let day = kontor::i18n::iso(server.clock.now())[..10].to_owned();
    let page = mara.get(&format!("/rooms/foyer?date={day}")).await.expect(200).text;
    assert!(page.contains("neu 0") && !page.contains("alt 69"));
    let from = history(&mara, room, &format!("?date={day}&limit=5")).await;
    assert_eq!(from[0]["m"], all[70]);
    mara.get("/rooms/foyer?m=999999").await.expect(200);
    mara.get(&format!("/api/v1/rooms/{room}/messages?around=999999")).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sidebar_stands_as_its_owner_wants() {
    let server = lively().await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let room = foyer(&[&mara, &jana]).await;
    let other = jana.post("/api/v1/rooms", json!({ "slug": "technik", "name": "technik" })).await.expect(201).id();
    mara.put(&format!("/api/v1/rooms/{other}/members/me"), json!({})).await.expect(204);
    let section = mara.post("/api/v1/me/sections", json!({ "name": "Arbeit" })).await.expect(201).id();
    mara.put(&format!("/api/v1/rooms/{other}/place"), json!({ "section_id": section })).await.expect(204);
    mara.put(&format!("/api/v1/rooms/{room}/place"), json!({ "favourite": true, "silenced": true })).await.expect(204);
    let rooms = mara.get("/api/v1/rooms").await.json();
    let of = |id: i64| rooms["items"].as_array().unwrap().iter().find(|r| r["id"] == id).unwrap().clone();
    assert_eq!((&of(room)["favourite"], &of(room)["silenced"]), (&json!(true), &json!(true)));
    assert_eq!(of(other)["section_id"], section);
    let page = mara.get("/rooms").await.expect(200).text;
    let (top, work) = (page.find("<h2>On top</h2>").unwrap(), page.find("<h2>Arbeit</h2>").unwrap());
    assert!(top < work);
    say(&jana, room, "1", json!({ "body": "laut" })).await;
    assert_eq!(waiting(&mara, room).await.0, 1, "silence hides the badge, not the count");
    mara.form("/me/rooms", &[("do", "delete"), ("id", &section.to_string())]).await.expect(303);
    assert!(!mara.get("/rooms").await.text.contains("<h2>Arbeit</h2>"));
    jana.put(&format!("/api/v1/rooms/{other}/place"), json!({ "section_id": section })).await.expect(422);
    mara.get("/me/rooms").await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_changes_closes_and_reopens_a_room() {
    let server = lively().await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let room = jana.post("/api/v1/rooms", json!({ "slug": "technik", "name": "technik" })).await.expect(201).id();
    mara.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    let mut socket = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    mara.get("/rooms/technik/settings").await.expect(403);
    let form = [("do", "save"), ("name", "Werkstatt"), ("topic", "Löten"), ("access", "open")];
    jana.form("/rooms/technik/settings", &form).await.expect(303);
    let told = socket.next_of("ev").await;
    assert_eq!((&told["k"], &told["d"]["name"]), (&json!("room"), &json!("Werkstatt")));
    jana.patch(&format!("/api/v1/rooms/{room}"), json!({ "access": "tier" })).await.expect(422);
    jana.patch(&format!("/api/v1/rooms/{room}"), json!({ "access": "tier", "min_tier": "pro" })).await.expect(204);
    assert_eq!(socket.next_of("out").await["r"], room, "who lost the tier is shown out");
    mara.get("/rooms/technik").await.expect(404);
    jana.form("/rooms/technik/settings", &[("do", "archive")]).await.expect(303);
    jana.get("/rooms/technik").await.expect(404);
    jana.get("/rooms/technik/settings").await.expect(200);
    jana.form("/rooms/technik/settings", &[("do", "reopen")]).await.expect(303);
    jana.get("/rooms/technik").await.expect(200);
    server.stop().await;
}
