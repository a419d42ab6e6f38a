//! Notifications: what a member learns, where, and what nobody learns.

use super::support::{Client, Server, Socket};
use kontor::i18n::Lang;
use kontor::notices::actions::notify;
use kontor::notices::kinds;
use kontor::notices::model::{Level, Notice};
use kontor::notices::store;
use kontor::web::viewer::{MemberId, Role};
use serde_json::{Value, json};

/// Keeps a notification as a feature would, inside a transaction; answers whether it was kept.
async fn db_notify(server: &Server, notice: Notice) -> bool {
    let kept = server.house().db.write(move |tx| notify(tx, &notice)).await.unwrap();
    server.drain().await;
    kept
}

fn mention(to: &Client, room: i64) -> Notice {
    Notice::new(to.member, &kinds::MENTION, "/rooms/foyer", json!({ "by": "Tom", "room": "foyer", "text": "Look!" }))
        .about("room", room)
        .in_place("room", room)
}

async fn foyer(client: &Client) -> i64 {
    let rooms = client.get("/api/v1/rooms").await.expect(200).json();
    let foyer = rooms["items"].as_array().unwrap().iter().find(|r| r["slug"] == "foyer").unwrap()["id"].as_i64();
    foyer.unwrap()
}

async fn list(client: &Client) -> Value {
    client.get("/api/v1/me/notifications").await.expect(200).json()
}

#[tokio::test]
async fn a_member_reads_a_notification_in_the_own_language_and_nobody_else_sees_it() {
    let server = Server::start().await;
    let mara = server.db_member("Mara Lindt", Role::Member, 0, Lang::De).await;
    let tom = server.member("Tom Alder").await;
    let room = foyer(&mara).await;
    assert!(db_notify(&server, mention(&mara, room).by(tom.member)).await);
    let hers = list(&mara).await;
    assert_eq!(hers["unread"], 1);
    let one = &hers["items"][0];
    assert_eq!(one["text"], "Erwähnung von Tom in #foyer");
    assert_eq!((one["quote"].as_str(), one["read"].as_bool()), (Some("Look!"), Some(false)));
    assert_eq!(list(&tom).await["items"], json!([]));
    let page = mara.get("/notifications").await.expect(200).text;
    assert!(page.contains("Erwähnung von Tom in #foyer") && page.contains("data-bell"), "{page}");
    // Reading one that belongs to somebody else changes nothing.
    let id = one["id"].as_i64().unwrap();
    tom.put("/api/v1/me/notifications/read", json!({ "ids": [id] })).await.expect(204);
    assert_eq!(list(&mara).await["unread"], 1);
    mara.put("/api/v1/me/notifications/read", json!({ "ids": [id] })).await.expect(204);
    assert_eq!(list(&mara).await["unread"], 0);
    assert_eq!(mara.get("/api/v1/me/notifications?unread=true").await.expect(200).json()["items"], json!([]));
    server.visitor().get("/api/v1/me/notifications").await.expect(401);
    server.stop().await;
}

#[tokio::test]
async fn open_pages_learn_the_absolute_count_after_the_commit() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&mara).await;
    let mut socket = Socket::hello(&server, &mara, json!([])).await;
    assert_eq!(socket.next_of("info").await["d"]["notifications"], 0);
    db_notify(&server, mention(&mara, room)).await;
    assert_eq!(socket.next_of("info").await["d"]["notifications"], 1);
    db_notify(&server, mention(&mara, room)).await;
    assert_eq!(socket.next_of("info").await["d"]["notifications"], 2);
    mara.form("/notifications/read", &[("_csrf", &kontor::web::csrf::token_for(&mara.session))]).await.expect(303);
    assert_eq!(socket.next_of("info").await["d"]["notifications"], 0);
    server.stop().await;
}

#[tokio::test]
async fn what_a_member_may_not_see_any_more_is_neither_shown_nor_counted() {
    let server = Server::start().await;
    let boss = server.manager().await;
    let mara = server.member("Mara Lindt").await;
    let room = boss.post("/api/v1/rooms", json!({ "slug": "inner", "name": "inner", "access": "private" })).await.id();
    boss.post(&format!("/api/v1/rooms/{room}/members"), json!({ "member_id": mara.member })).await;
    db_notify(&server, mention(&mara, room)).await;
    assert_eq!(list(&mara).await["unread"], 2, "the invitation and the mention");
    mara.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    let now = list(&mara).await;
    assert_eq!((now["unread"].as_i64(), now["items"].as_array().unwrap().len()), (Some(0), 0));
    // A subject nobody answers for stays unseen.
    let stray =
        Notice::new(mara.member, &kinds::SALE, "/", json!({ "program": "X", "amount": "1" })).about("nothing", 1);
    db_notify(&server, stray).await;
    assert_eq!(list(&mara).await["unread"], 0);
    server.stop().await;
}

#[tokio::test]
async fn nobody_is_told_of_their_own_doing_or_of_a_muted_place() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&mara).await;
    assert!(!db_notify(&server, mention(&mara, room).by(mara.member)).await);
    let me = mara.member;
    server.house().db.write(move |tx| store::set_level(tx, me, ("room", room), Level::None)).await.unwrap();
    assert!(!db_notify(&server, mention(&mara, room)).await);
    server.house().db.write(move |tx| store::set_level(tx, me, ("room", room), Level::Mentions)).await.unwrap();
    let loud = Notice { kind: &kinds::ROOM_MESSAGE, ..mention(&mara, room) };
    assert!(!db_notify(&server, loud.clone()).await, "only what speaks to her");
    assert!(db_notify(&server, mention(&mara, room)).await);
    server.house().db.write(move |tx| store::set_level(tx, me, ("room", room), Level::All)).await.unwrap();
    assert!(db_notify(&server, loud).await);
    // Somebody who is not here is not told.
    assert!(!db_notify(&server, Notice { to: MemberId(99_999), ..mention(&mara, room) }).await);
    server.stop().await;
}

#[tokio::test]
async fn unread_ones_of_a_fold_become_one_and_reading_the_place_reads_them() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&mara).await;
    mara.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await;
    let notice = Notice { kind: &kinds::ROOM_MESSAGE, ..mention(&mara, room) }.folding(format!("room-{room}"));
    for _ in 0..3 {
        db_notify(&server, notice.clone()).await;
    }
    let now = list(&mara).await;
    assert_eq!(now["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (now["items"][0]["count"].as_i64(), &now["items"][0]["text"]),
        (Some(3), &json!("3 new messages in #foyer"))
    );
    mara.put(&format!("/api/v1/rooms/{room}/read"), json!({ "s": 0 })).await;
    assert_eq!(list(&mara).await["unread"], 0);
    db_notify(&server, notice).await;
    assert_eq!(list(&mara).await["items"][0]["count"], 1);
    server.stop().await;
}
