//! Several nodes: repeats across them, clocks apart, presence, limits and revocations, a rolling restart under load.

use crate::support::{Node, Person, Said, Server, Socket, join_foyer, settle_and_check};
use kontor::db::{MINUTE, SECOND};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const WHY: &str = "the postgres stage of tests/run sets it";

/// Two nodes over one database and one Redis.
async fn two(vars: &[(&str, &str)]) -> (Server, Server) {
    let redis = std::env::var("KONTOR_TEST_REDIS").expect(WHY);
    let mut all = vec![("REDIS_URL", redis.as_str())];
    all.extend(vars);
    let one = Server::start_with(&all).await;
    let url = one.house().config.database_url.clone();
    all.push(("DATABASE_URL", &url));
    let two = Server::start_with(&all).await;
    let until = Instant::now() + Duration::from_secs(20);
    while !(one.house().live.is_linked() && two.house().live.is_linked()) {
        assert!(Instant::now() < until, "no link");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (one, two)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn one_cid_at_two_nodes_at_once_is_one_message() {
    let (one, two) = two(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let mara = one.member("Mara Lindt").await;
    let room = join_foyer(&[&mara]).await;
    let there = two.visitor().with_session(&mara.session, mara.member);
    let url = format!("/api/v1/rooms/{room}/messages");
    for round in 0..20 {
        let mut all = tokio::task::JoinSet::new();
        for n in 0..10 {
            let (client, url) = (if n % 2 == 0 { mara.clone() } else { there.clone() }, url.clone());
            all.spawn(async move { client.post(&url, json!({ "cid": round.to_string(), "body": "einmal" })).await });
        }
        let (mut fresh, mut places) = (0, std::collections::BTreeSet::new());
        while let Some(answer) = all.join_next().await {
            let answer = answer.unwrap();
            assert!(matches!(answer.status.as_u16(), 200 | 201), "{}", answer.text);
            fresh += usize::from(answer.status.as_u16() == 201);
            places.insert(answer.json()["seq"].as_i64().unwrap());
        }
        assert_eq!((fresh, places.len()), (1, 1));
    }
    there.post(&url, json!({ "cid": "0", "body": "anders" })).await.expect(409);
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn clocks_five_minutes_apart_change_no_order() {
    let (one, two) = two(&[("KONTOR_RATE_LIMITS", "off"), ("KONTOR_CONNECTIONS_PER_MEMBER", "100")]).await;
    two.clock.advance(5 * MINUTE);
    let (mara, tom) = (one.member("Mara Lindt").await, one.member("Tom Alder").await);
    let room = join_foyer(&[&mara, &tom]).await;
    let mut people =
        vec![Person::new("m", &mara, room, &[&one.url("")]).await, Person::new("t", &tom, room, &[&two.url("")]).await];
    let [m, t] = &mut people[..] else { unreachable!() };
    tokio::join!(m.talk(100), t.talk(100));
    settle_and_check(&mut people, &mara, room).await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn presence_limits_and_revocations_are_those_of_the_whole_house() {
    let (one, two) = two(&[("KONTOR_CONNECTIONS_PER_MEMBER", "2")]).await;
    let (mara, tom) = (one.member("Mara Lindt").await, one.member("Tom Alder").await);
    let room = join_foyer(&[&mara, &tom]).await;
    let tom_there = two.visitor().with_session(&tom.session, tom.member);
    let mut m = Socket::hello(&one, &mara, json!([{ "r": room }])).await;
    m.next_of("sub_ok").await;
    let mut t = Socket::hello(&two, &tom_there, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    // Presence: Mara at one node sees Tom at the other, and sees him go.
    loop {
        let pres = m.next_of("pres").await;
        if pres["join"].as_array().unwrap().contains(&json!(tom.member)) {
            assert_eq!(pres["n"], 2);
            break;
        }
    }
    // Connections: two are allowed, wherever they are.
    let second = Socket::hello(&two, &tom_there, json!([])).await;
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        // Mara answers the heartbeat meanwhile.
        m.say(json!({})).await;
        let mut third = Socket::of(&one, &tom).await;
        match third.next_within(Duration::from_millis(300)).await {
            Some(Said::Closed(4504)) => break,
            other => assert!(Instant::now() < until, "a third connection stays: {other:?}"),
        }
    }
    drop(second);
    // Messages: what was said at one node counts at the other.
    for n in 0..10 {
        t.say(json!({ "t": "send", "cid": n.to_string(), "r": room, "body": "x" })).await;
        t.next_of("ack").await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    tom.post(&url, json!({ "cid": "one too many", "body": "x" })).await;
    tom.post(&url, json!({ "cid": "two too many", "body": "x" })).await.expect(429);
    // Revocation: a logout at one node ends the connection at the other.
    let began = Instant::now();
    tom.form("/logout", &[]).await.expect(303);
    assert_eq!(t.closed().await, 4007);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    drop(t);
    'gone: loop {
        m.say(json!({})).await;
        two.clock.advance(31 * SECOND);
        while let Some(said) = m.next_within(Duration::from_secs(1)).await {
            let Said::Object(pres) = said else { panic!("{said:?}") };
            if pres["t"] == "pres" && pres["leave"].as_array().unwrap().contains(&json!(tom.member)) {
                assert_eq!(pres["n"], 1);
                break 'gone;
            }
        }
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn without_redis_rights_are_found_by_their_version_within_a_second() {
    std::env::var("KONTOR_TEST_REDIS").expect(WHY);
    // Two nodes that never hear each other.
    let one = Server::start_with(&[]).await;
    let url = one.house().config.database_url.clone();
    let two = Server::start_with(&[("DATABASE_URL", &url)]).await;
    two.clock.advance(5 * MINUTE);
    let tom = one.member("Tom Alder").await;
    let room = join_foyer(&[&tom]).await;
    let there = two.visitor().with_session(&tom.session, tom.member);
    let mut t = Socket::hello(&two, &there, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    let began = Instant::now();
    tom.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    assert_eq!(t.next_of("out").await["code"], "not_member");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let began = Instant::now();
    tom.form("/logout", &[]).await.expect(303);
    assert_eq!(t.closed().await, 4007);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    one.stop().await;
    two.stop().await;
}

/// An open connection that says nothing.
async fn listener(base: &str, session: &str) -> Socket {
    let cookie = format!("kontor_session={session}");
    let headers = [("cookie", cookie.as_str()), ("origin", base)];
    let mut socket = Socket::try_open(&format!("{base}/api/v1/live"), &headers).await.unwrap();
    socket.say_text(json!({ "t": "hello", "v": 1, "subs": [] }).to_string()).await;
    socket.next_of("hello").await;
    socket
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn three_nodes_restart_one_after_the_other_under_load_and_nothing_is_lost() {
    let redis = std::env::var("KONTOR_TEST_REDIS").expect(WHY);
    let dir = Node::folder();
    Node::create_admin(&dir);
    let vars = [("REDIS_URL", redis.as_str())];
    let mut nodes: Vec<Node> = (0..3).map(|_| Node::start_with(&dir, &vars)).collect();
    let ruth = nodes[0].ruth().await;
    let room = join_foyer(&[&ruth]).await;
    let mut talks = tokio::task::JoinSet::new();
    let over = Arc::new(AtomicBool::new(false));
    // Addresses stay the same over a restart, as they do behind a balancer.
    let bases: Vec<String> = nodes.iter().map(|n| n.base.clone()).collect();
    for n in 0..4 {
        let all: Vec<&str> = bases.iter().map(String::as_str).collect();
        let mut person = Person::new(&n.to_string(), &ruth, room, &all).await;
        person.bases.rotate_left(n % 3);
        let over = over.clone();
        talks.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                person.talk(10).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            person
        });
    }
    for base in &bases {
        let node = nodes.remove(0);
        let listen = base.trim_start_matches("http://").to_owned();
        // Somebody who only listens is asked to come back as well.
        let mut quiet = listener(base, &ruth.session).await;
        let took = node.terminate().await;
        assert!(took < Duration::from_secs(10), "{took:?}");
        let mut asked = false;
        loop {
            match quiet.next_within(Duration::from_secs(5)).await {
                Some(Said::Object(said)) => asked |= said["t"] == "drain",
                Some(Said::Closed(code)) => break assert_eq!((asked, code), (true, 4001), "{base}"),
                None => panic!("{base} ended without a word"),
            }
        }
        nodes.push(Node::start_with(&dir, &[vars[0], ("KONTOR_LISTEN", &listen)]));
    }
    over.store(true, Ordering::Relaxed);
    let mut people = Vec::new();
    while let Some(person) = talks.join_next().await {
        people.push(person.unwrap());
    }
    settle_and_check(&mut people, &ruth, room).await;
    nodes.into_iter().for_each(Node::kill);
    let _ = std::fs::remove_dir_all(&dir);
}
