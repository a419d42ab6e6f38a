//! Frames nobody should send: each has its code, and the server stays as it was.

use crate::support::{Server, Socket, join_foyer};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

fn part(text: &[u8], code: OpCode, last: bool) -> Message {
    let mut frame = Frame::message(text.to_vec(), code, last);
    frame.header_mut().is_final = last;
    Message::Frame(frame)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_abuse_has_its_code() {
    let server = Server::start_with(&[("KONTOR_CONNECTIONS_PER_MEMBER", "100")]).await;
    let tom = server.member("Tom Alder").await;
    let room = join_foyer(&[&tom]).await;

    let mut big = Socket::hello(&server, &tom, json!([])).await;
    big.say_raw(Message::text("x".repeat(1024 * 1024))).await;
    assert_eq!(big.closed().await, 1009);

    let mut tiny = Socket::hello(&server, &tom, json!([])).await;
    tiny.say_raw(part(b"{", OpCode::Data(Data::Text), false)).await;
    for _ in 0..10_000 {
        tiny.say_raw(part(b" ", OpCode::Data(Data::Continue), false)).await;
    }
    assert_eq!(tiny.closed().await, 4006, "fragments are frames too");

    let mut garbled = Socket::hello(&server, &tom, json!([])).await;
    garbled.say_raw(part(b"{\"t\":\"\xff\xfe\"}", OpCode::Data(Data::Text), true)).await;
    assert_eq!(garbled.closed().await, 4500);

    let mut binary = Socket::hello(&server, &tom, json!([])).await;
    binary.say_raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(binary.closed().await, 4500);

    let mut flood = Socket::hello(&server, &tom, json!([])).await;
    for _ in 0..1_000 {
        flood.say_raw(Message::text("{}")).await;
    }
    assert_eq!(flood.closed().await, 4006);

    let mut old = Socket::of(&server, &tom).await;
    old.say(json!({ "t": "hello", "v": 2, "subs": [] })).await;
    assert_eq!(old.closed().await, 4505);

    let mut greedy = Socket::hello(&server, &tom, json!([])).await;
    let subs: Vec<_> = (0..1_000).map(|r| json!({ "r": r })).collect();
    greedy.say_raw(Message::text(json!({ "t": "hello", "v": 1, "subs": subs }).to_string())).await;
    let mut many = Socket::of(&server, &tom).await;
    let subs: Vec<_> = (0..1_000).map(|r| json!({ "r": r })).collect();
    many.say(json!({ "t": "hello", "v": 1, "subs": subs })).await;
    assert_eq!(many.next_of("err").await["code"], "bad_request");

    let mut good = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    assert_eq!(good.send(room, "c", "noch da").await["dup"], false);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_frames_and_connections_is_the_operators_to_set() {
    let vars = [("KONTOR_FRAMES_PER_MINUTE", "20"), ("KONTOR_CONNECTIONS_PER_MEMBER", "2")];
    let server = Server::start_with(&vars).await;
    let tom = server.member("Tom Alder").await;
    let mut flood = Socket::hello(&server, &tom, json!([])).await;
    let _second = Socket::hello(&server, &tom, json!([])).await;
    assert_eq!(Socket::of(&server, &tom).await.closed().await, 4504);
    for _ in 0..25 {
        flood.say_raw(Message::text("{}")).await;
    }
    assert_eq!(flood.closed().await, 4006);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_messages_are_refused_with_the_time_to_wait() {
    let server = Server::start().await;
    let tom = server.member("Tom Alder").await;
    let room = join_foyer(&[&tom]).await;
    let mut t = Socket::hello(&server, &tom, json!([])).await;
    for n in 0..20 {
        t.say(json!({ "t": "send", "cid": n.to_string(), "r": room, "body": "x" })).await;
    }
    let err = t.next_of("err").await;
    assert_eq!((&err["code"], &err["temp"]), (&json!("rate_limited"), &json!(true)));
    assert!(err["retry_ms"].as_i64().unwrap() > 0 && err["cid"].is_string());
    t.say(json!({ "t": "send", "cid": "long", "r": room, "body": "x".repeat(4_001) })).await;
    loop {
        let err = t.next_of("err").await;
        if err["cid"] == "long" {
            assert_eq!(err["code"], "too_large");
            break;
        }
    }
    server.stop().await;
}
