//! Conversations of a few: requests first, blocks everywhere, nobody else looks in.

use crate::support::{Client, Server, Socket};
use serde_json::{Value, json};

async fn lively() -> Server {
    Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await
}

async fn write(from: &Client, to: &[&Client], cid: &str, body: &str) -> Value {
    let members: Vec<i64> = to.iter().map(|c| c.member.0).collect();
    from.post("/api/v1/messages", json!({ "members": members, "cid": cid, "body": body })).await.expect(201).json()
}

async fn talks(who: &Client) -> Vec<Value> {
    who.get("/api/v1/messages").await.expect(200).json()["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_first_message_is_a_request_and_the_only_one() {
    let server = lively().await;
    let (mara, tom, jana) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.manager().await);
    let mut socket = Socket::hello(&server, &tom, json!([])).await;
    socket.next_of("info").await;
    let begun = write(&mara, &[&tom], "1", "Hallo Tom, darf ich?").await;
    let room = begun["id"].as_i64().unwrap();
    assert_eq!(talks(&mara).await[0]["state"], "waiting");
    let asked = talks(&tom).await[0].clone();
    assert_eq!(
        (&asked["state"], &asked["from"], &asked["last"]),
        (&json!("request"), &json!(mara.member.0), &json!("Hallo Tom, darf ich?"))
    );
    assert!(tom.get("/messages").await.expect(200).text.contains("Hallo Tom, darf ich?"));
    let messages = format!("/api/v1/rooms/{room}/messages");
    mara.post(&messages, json!({ "cid": "2", "body": "Noch da?" })).await.expect(403);
    tom.get(&messages).await.expect(404);
    jana.get(&messages).await.expect(404);
    assert!(
        !jana.get("/api/v1/rooms").await.text.contains(begun["slug"].as_str().unwrap()),
        "the team looks into none"
    );
    jana.get(&format!("/rooms/{}", begun["slug"].as_str().unwrap())).await.expect(404);
    tom.post(&format!("/api/v1/messages/{room}/accept"), json!({})).await.expect(204);
    let page = tom.get(&format!("/rooms/{}", begun["slug"].as_str().unwrap())).await.expect(200).text;
    assert!(page.contains("Mara Lindt") && page.contains("darf ich?"));
    assert_eq!(talks(&tom).await[0]["unread"], 1, "what was asked is unread");
    mara.post(&messages, json!({ "cid": "3", "body": "Danke" })).await.expect(201);
    tom.post(&messages, json!({ "cid": "4", "body": "Gern" })).await.expect(201);
    // One conversation of two, whoever begins.
    let again = write(&tom, &[&mara], "5", "Übrigens").await;
    assert_eq!(again["id"], room);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_request_stays_declined_and_tells_nobody() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = write(&mara, &[&tom], "1", "Angebot!").await["id"].as_i64().unwrap();
    tom.form(&format!("/messages/{room}"), &[("do", "decline")]).await.expect(303);
    assert!(talks(&tom).await.is_empty());
    assert_eq!(talks(&mara).await[0]["state"], "waiting", "who asked sees no difference");
    let again = json!({ "members": [tom.member.0], "cid": "2", "body": "Angebot!!" });
    mara.post("/api/v1/messages", again).await.expect(403);
    assert!(talks(&tom).await.is_empty());
    tom.post(&format!("/api/v1/messages/{room}/accept"), json!({})).await.expect(404);
    // Who said no may still write first, and that is a yes.
    write(&tom, &[&mara], "3", "Doch, ja").await;
    mara.post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": "4", "body": "Schön" })).await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_writes_and_is_written_to_without_asking() {
    let server = lively().await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let room = write(&jana, &[&mara], "1", "Willkommen").await["id"].as_i64().unwrap();
    assert_eq!(talks(&mara).await[0]["state"], "open");
    mara.post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": "2", "body": "Danke" })).await.expect(201);
    mara.put(&format!("/api/v1/me/blocks/{}", jana.member.0), json!({})).await.expect(409);
    mara.put(&format!("/api/v1/me/blocks/{}", mara.member.0), json!({})).await.expect(409);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_member_reaches_nobody_and_notices_nothing() {
    let server = lively().await;
    let (mara, tom, eva) =
        (server.member("Mara Lindt").await, server.member("Tom Test").await, server.member("Eva Ernst").await);
    tom.put(&format!("/api/v1/me/blocks/{}", mara.member.0), json!({})).await.expect(204);
    let begun = write(&mara, &[&tom], "1", "Hallo?").await;
    assert!(talks(&tom).await.is_empty(), "no request");
    assert!(!tom.get("/messages").await.text.contains("Hallo?"));
    tom.post(&format!("/api/v1/messages/{}/accept", begun["id"]), json!({})).await.expect(404);
    // In a common room.
    let rooms = eva.get("/api/v1/rooms").await.json();
    let room = rooms["items"][0]["id"].as_i64().unwrap();
    for member in [&mara, &tom, &eva] {
        member.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    }
    let mut socket = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    let url = format!("/api/v1/rooms/{room}/messages");
    mara.post(&url, json!({ "cid": "2", "body": "@Tom Test lies das" })).await.expect(201);
    eva.post(&url, json!({ "cid": "3", "body": "und das" })).await.expect(201);
    let (first, second) = (socket.next_of("ev").await, socket.next_of("ev").await);
    assert_eq!(first["k"], "skip", "{first}");
    assert!(!first.to_string().contains("lies das"));
    assert_eq!((&second["k"], second["s"].as_i64()), (&json!("msg"), first["s"].as_i64().map(|s| s + 1)));
    let seen = tom.get(&format!("/api/v1/rooms/{room}")).await.json();
    assert_eq!((&seen["unread"], &seen["mentions"]), (&json!(1), &json!(0)));
    let blocked = tom.get("/api/v1/me/blocks").await.expect(200).json();
    assert_eq!(blocked["items"][0]["name"], "Mara Lindt");
    assert!(tom.get("/me/blocked").await.expect(200).text.contains("Mara Lindt"));
    tom.form(&format!("/members/{}/block", mara.member), &[("off", "1")]).await.expect(303);
    assert_eq!(tom.get(&format!("/api/v1/rooms/{room}")).await.json()["unread"], 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_eight_talk_together() {
    let server = lively().await;
    let mara = server.member("Mara Lindt").await;
    let mut others = Vec::new();
    for i in 0..8 {
        others.push(server.member(&format!("Person {i}")).await);
    }
    let all: Vec<i64> = others.iter().map(|o| o.member.0).collect();
    let too_many = json!({ "members": all, "cid": "1", "body": "x" });
    assert_eq!(mara.post("/api/v1/messages", too_many).await.expect(422).field_errors(), ["members:too_many"]);
    let nobody = json!({ "members": [mara.member.0], "cid": "1", "body": "x" });
    assert_eq!(mara.post("/api/v1/messages", nobody).await.expect(422).field_errors(), ["members:required"]);
    let unknown = json!({ "members": [987_654], "cid": "1", "body": "x" });
    assert_eq!(mara.post("/api/v1/messages", unknown).await.expect(422).field_errors(), ["members:not_found"]);
    let begun = write(&mara, &[&others[0], &others[1]], "2", "Runde").await;
    let room = begun["id"].as_i64().unwrap();
    for other in &others[..2] {
        other.post(&format!("/api/v1/messages/{room}/accept"), json!({})).await.expect(204);
    }
    for other in &others[2..7] {
        let add = json!({ "member_id": other.member.0 });
        others[0].post(&format!("/api/v1/messages/{room}/members"), add).await.expect(204);
    }
    let add = json!({ "member_id": others[7].member.0 });
    mara.post(&format!("/api/v1/messages/{room}/members"), add.clone()).await.expect(422);
    others[7].post(&format!("/api/v1/messages/{room}/members"), add).await.expect(404);
    // A lost answer: the same cid is the same conversation.
    let again = json!({ "members": [others[0].member.0, others[1].member.0], "cid": "2", "body": "Runde" });
    let same = mara.post("/api/v1/messages", again).await.expect(200).json();
    assert_eq!((&same["id"], &same["dup"]), (&json!(room), &json!(true)));
    let page = others[2].get("/messages").await.expect(200).text;
    assert!(page.contains("Runde"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_begins_without_a_script_too() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let page = mara.get("/messages/new?q=tom").await.expect(200).text;
    assert!(page.contains("Tom Test") && page.contains(&format!("value=\"{}\"", tom.member)));
    let to = tom.member.to_string();
    mara.form("/messages", &[("cid", "1"), ("body", "Hallo")]).await.expect(422);
    mara.form("/messages", &[("to", &to), ("cid", "1"), ("body", " ")]).await.expect(422);
    let done = mara.form("/messages", &[("to", &to), ("cid", "1"), ("body", "Hallo")]).await.expect(303);
    assert!(done.header("location").starts_with("/rooms/~"));
    let slug = done.header("location").trim_start_matches("/rooms/").split('#').next().unwrap().to_owned();
    let page = mara.form(&format!("/rooms/{slug}"), &[("cid", "2"), ("body", "und noch was")]).await.expect(403).text;
    assert!(page.contains("und noch was"), "the text is kept");
    let member = mara.get(&format!("/members/{to}")).await.expect(200).text;
    assert!(member.contains(&format!("/messages/new?to={to}")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_a_conversation_of_two_is_brought_back_by_the_next_word() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = write(&mara, &[&tom], "1", "Hallo").await["id"].as_i64().unwrap();
    tom.post(&format!("/api/v1/messages/{room}/accept"), json!({})).await.expect(204);
    tom.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    assert!(talks(&tom).await.is_empty());
    let again = mara.post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": "2", "body": "Noch etwas" })).await;
    again.expect(201);
    assert_eq!(talks(&tom).await.len(), 1);
    server.stop().await;
}
