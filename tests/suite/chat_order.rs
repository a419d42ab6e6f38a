//! Order in rooms: pace, speakers, decisions about members; and how they reach open connections.

use crate::support::{Client, Server, Socket, join_foyer};
use kontor::db::{MINUTE, SECOND};
use serde_json::json;
use std::time::{Duration, Instant};

async fn moderator(server: &Server) -> Client {
    server.db_member("Mo Wacht", kontor::web::viewer::Role::Moderator, 0, kontor::i18n::Lang::En).await
}

async fn post(client: &Client, room: i64, cid: &str) -> crate::support::Answer {
    client.post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": cid, "body": format!("Text {cid}") })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slowed_room_lets_one_message_through_and_says_when_the_next_may_come() {
    let server = Server::start().await;
    let (mo, tom) = (moderator(&server).await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mo, &tom]).await;
    let order = format!("/api/v1/rooms/{room}/order");
    mo.patch(&order, json!({ "slow_seconds": 21_601 })).await.expect(422);
    tom.patch(&order, json!({ "slow_seconds": 1 })).await.expect(403);
    mo.patch(&order, json!({ "slow_seconds": 30 })).await.expect(200);
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    t.send(room, "a", "eins").await;
    t.say(json!({ "t": "send", "cid": "b", "r": room, "body": "zwei" })).await;
    let err = t.next_of("err").await;
    assert_eq!((&err["cid"], &err["code"], &err["temp"]), (&json!("b"), &json!("slow_mode"), &json!(true)));
    assert!((1..=30_000).contains(&err["retry_ms"].as_i64().unwrap()), "{err}");
    assert_eq!(t.send(room, "a", "eins").await["dup"], true, "a repeat is no new message");
    let refused = post(&tom, room, "c").await.expect(429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 30);
    for n in 0..3 {
        post(&mo, room, &format!("m{n}")).await.expect(201);
    }
    server.advance(31 * SECOND).await;
    assert_eq!(t.send(room, "b", "zwei").await["dup"], false);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_muted_reads_on_and_going_out_and_in_ends_nothing() {
    let server = Server::start().await;
    let (mo, tom) = (moderator(&server).await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mo, &tom]).await;
    let mute = format!("/api/v1/rooms/{room}/mutes/{}", tom.member);
    let first = post(&tom, room, "a").await.expect(201).id();
    mo.put(&mute, json!({ "minutes": 0 })).await.expect(422);
    mo.put(&mute, json!({ "minutes": 10, "reason": "Lärm" })).await.expect(204);
    assert_eq!(post(&tom, room, "b").await.expect(403).json()["code"], "muted");
    let me = format!("/api/v1/rooms/{room}/members/me");
    tom.delete(&me).await.expect(204);
    tom.put(&me, json!({})).await.expect(204);
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    t.say(json!({ "t": "send", "cid": "b", "r": room, "body": "zwei" })).await;
    assert_eq!(t.next_of("err").await["code"], "muted");
    t.say(json!({ "t": "react", "ref": 1, "r": room, "m": first, "e": "👍", "on": true })).await;
    assert_eq!(t.next_of("err").await["code"], "muted");
    t.say(json!({ "t": "del", "ref": 2, "r": room, "m": first })).await;
    assert_eq!(t.next_of("ack").await["ref"], 2, "taking back is always allowed");
    let sanctions = mo.get(&format!("/api/v1/rooms/{room}/order")).await.expect(200).json();
    assert_eq!(sanctions["sanctions"][0]["reason"], "Lärm");
    server.advance(11 * MINUTE).await;
    post(&tom, room, "c").await.expect(201);
    mo.put(&mute, json!({ "minutes": 10 })).await.expect(204);
    mo.delete(&mute).await.expect(204);
    post(&tom, room, "d").await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kick_and_ban_end_the_subscription_within_a_second() {
    let server = Server::start().await;
    let (mo, tom) = (moderator(&server).await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mo, &tom]).await;
    let me = format!("/api/v1/rooms/{room}/members/me");
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    let began = Instant::now();
    mo.delete(&format!("/api/v1/rooms/{room}/members/{}", tom.member)).await.expect(204);
    assert_eq!(t.next_of("out").await, json!({ "t": "out", "r": room, "code": "not_member" }));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    tom.put(&me, json!({})).await.expect(204);
    t.say(json!({ "t": "sub", "r": room })).await;
    t.next_of("sub_ok").await;
    let ban = format!("/api/v1/rooms/{room}/bans/{}", tom.member);
    let began = Instant::now();
    mo.put(&ban, json!({ "reason": "Werbung" })).await.expect(204);
    assert_eq!(t.next_of("out").await, json!({ "t": "out", "r": room, "code": "banned" }));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    post(&mo, room, "secret").await.expect(201);
    assert_eq!(tom.put(&me, json!({})).await.expect(403).json()["code"], "banned");
    tom.get(&format!("/api/v1/rooms/{room}/messages")).await.expect(403);
    mo.delete(&ban).await.expect(204);
    tom.put(&me, json!({})).await.expect(204);
    mo.put(&ban, json!({ "minutes": 5 })).await.expect(204);
    server.advance(6 * MINUTE).await;
    tom.put(&me, json!({})).await.expect(204);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_acts_on_the_own_rank_or_above_and_everything_is_in_the_audit_log() {
    let server = Server::start().await;
    let (mo, tom, jana, ruth) =
        (moderator(&server).await, server.member("Tom Alder").await, server.manager().await, server.admin().await);
    let room = join_foyer(&[&mo, &tom, &jana]).await;
    for (actor, whom, status) in [(&mo, &jana, 403), (&mo, &mo, 403), (&tom, &mo, 403), (&jana, &mo, 204)] {
        actor.put(&format!("/api/v1/rooms/{room}/mutes/{}", whom.member), json!({ "minutes": 5 })).await.expect(status);
    }
    mo.put(&format!("/api/v1/rooms/{room}/mutes/999999"), json!({ "minutes": 5 })).await.expect(422);
    mo.put(&format!("/api/v1/rooms/999999/mutes/{}", tom.member), json!({ "minutes": 5 })).await.expect(404);
    mo.patch(&format!("/api/v1/rooms/{room}/order"), json!({ "read_only": true })).await.expect(200);
    let log = ruth.get("/admin/audit").await.expect(200).text;
    assert!(log.contains("room.muted") && log.contains("room.order_set"), "{log}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_room_and_a_room_for_announcements_say_so_to_everybody() {
    let server = Server::start().await;
    let (mo, tom) = (moderator(&server).await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mo, &tom]).await;
    let order = format!("/api/v1/rooms/{room}/order");
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    let first = post(&tom, room, "a").await.expect(201).id();
    t.next_of("ev").await;
    mo.patch(&order, json!({ "announce": true })).await.expect(200);
    let ev = t.next_of("ev").await;
    assert_eq!((&ev["k"], &ev["s"]), (&json!("room"), &json!(2)));
    assert_eq!(ev["d"], json!({ "slow_seconds": 0, "read_only": false, "announce": true }));
    assert_eq!(post(&tom, room, "b").await.expect(403).json()["code"], "announcements_only");
    let react = format!("/api/v1/rooms/{room}/messages/{first}/reactions");
    tom.post(&react, json!({ "e": "👍", "on": true })).await.expect(200);
    post(&mo, room, "m").await.expect(201);
    mo.patch(&order, json!({ "announce": false, "read_only": true })).await.expect(200);
    tom.post(&react, json!({ "e": "🎉", "on": true })).await.expect(403);
    t.say(json!({ "t": "send", "cid": "c", "r": room, "body": "x" })).await;
    assert_eq!(t.next_of("err").await["code"], "forbidden");
    mo.patch(&order, json!({ "read_only": false })).await.expect(200);
    post(&tom, room, "d").await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_all_of_a_member_leaves_their_places_and_nothing_else() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let (mo, tom) = (moderator(&server).await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mo, &tom]).await;
    for n in 0..130 {
        post(&tom, room, &format!("t{n}")).await.expect(201);
    }
    post(&mo, room, "stays").await.expect(201);
    let mut m = Socket::hello(&server, &mo, json!([{ "r": room }])).await;
    let epoch = m.next_of("sub_ok").await["epoch"].clone();
    let gone = mo.delete(&format!("/api/v1/rooms/{room}/members/{}/messages", tom.member)).await.expect(200).json();
    assert_eq!(gone["deleted"], 130);
    for n in 0..130 {
        let ev = m.next_of("ev").await;
        assert_eq!((&ev["k"], &ev["s"]), (&json!("del"), &json!(132 + n)));
    }
    let left = mo.get(&format!("/api/v1/rooms/{room}/messages")).await.expect(200).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    m.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": 0 })).await;
    let page = m.next_of("sub_ok").await.to_string();
    assert!(!page.contains("Text t") && page.contains("Text stays"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_do_all_of_it_by_forms_without_a_script() {
    let server = Server::start().await;
    let (mo, tom) = (moderator(&server).await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mo, &tom]).await;
    tom.get("/rooms/foyer/order").await.expect(403);
    let page = mo.get("/rooms/foyer/order").await.expect(200);
    assert!(page.text.contains("Tom Alder"));
    mo.form("/rooms/foyer/order", &[("slow_seconds", "60"), ("speakers", "team")]).await.expect(303);
    let now = mo.get(&format!("/api/v1/rooms/{room}/order")).await.expect(200).json();
    assert_eq!((&now["slow_seconds"], &now["announce"]), (&json!(60), &json!(true)));
    mo.form("/rooms/foyer/order", &[("slow_seconds", "zehn"), ("speakers", "all")]).await.expect(422);
    let id = tom.member.0.to_string();
    let mute = [("member_id", id.as_str()), ("act", "mute"), ("minutes", "0"), ("reason", "Lärm")];
    assert!(mo.form("/rooms/foyer/order/members", &mute).await.expect(422).text.contains("minutes-error"));
    mo.form("/rooms/foyer/order/members", &[mute[0], mute[1], ("minutes", "60"), mute[3]]).await.expect(303);
    let page = mo.get("/rooms/foyer/order").await.expect(200);
    assert!(page.text.contains("Lärm") && page.text.contains("unmute"));
    mo.form("/rooms/foyer/order/members", &[mute[0], ("act", "ban"), ("minutes", "0")]).await.expect(303);
    assert_eq!(
        tom.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(403).json()["code"],
        "banned"
    );
    server.stop().await;
}
