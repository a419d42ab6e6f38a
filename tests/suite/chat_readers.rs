//! Failures of readers: one that stops, all at once, one that comes and goes, one that is not there any more.

use crate::support::{Node, Person, Server, Socket, join_foyer, settle_and_check};
use kontor::db::SECOND;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn lively() -> Server {
    Server::start_with(&[("KONTOR_RATE_LIMITS", "off"), ("KONTOR_CONNECTIONS_PER_MEMBER", "1000")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_is_closed_comes_back_and_has_lost_nothing() {
    let server = lively().await;
    let (tom, mara) = (server.member("Tom Alder").await, server.member("Mara Lindt").await);
    let room = join_foyer(&[&tom, &mara]).await;
    let base = server.url("");
    let mut speaker = Person::new("s", &mara, room, &[&base]).await;
    let mut sleeper = Socket::narrow(&server, &tom, json!([{ "r": room }])).await;
    sleeper.next_of("sub_ok").await;
    // As many bytes as a message has, so that a replay still holds them all when every buffer on the way is full.
    let body = "あ".repeat(3_900);
    let mut m = Socket::hello(&server, &mara, json!([])).await;
    let mut worst = Duration::ZERO;
    // Less than a replay holds, more than a narrow connection and its queue do.
    for wave in 0..48 {
        for n in 0..40 {
            m.say(json!({ "t": "send", "cid": format!("{wave}-{n}"), "r": room, "body": body })).await;
        }
        for _ in 0..40 {
            m.next_of("ack").await;
        }
        let began = Instant::now();
        speaker.talk(1).await;
        worst = worst.max(began.elapsed());
        // It is there and says so; it only does not read.
        sleeper.say_text("{}".to_owned()).await;
        if server.house().live.peers_of(tom.member.0).is_empty() {
            break;
        }
    }
    // A room whose readers lag is told in larger steps, so the last of it may still be on its way.
    let patience = Instant::now() + Duration::from_secs(20);
    while !server.house().live.peers_of(tom.member.0).is_empty() {
        assert!(Instant::now() < patience, "it is kept, although it never reads");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(sleeper.closed().await, 4002);
    assert!(worst < Duration::from_secs(5), "others noticed: {worst:?}");
    let all = crate::support::stored(&tom, room).await;
    let end = all.keys().next_back().copied().unwrap();
    let mut back = Person::new("b", &tom, room, &[&base]).await;
    back.listen(end).await;
    speaker.listen(end).await;
    assert_eq!((back.log.len(), speaker.log.len()), (all.len(), all.len()));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_reconnects_is_served_from_memory() {
    const HERD: usize = 200;
    let server = lively().await;
    let tom = server.member("Tom Alder").await;
    let room = join_foyer(&[&tom]).await;
    let mut person = Person::new("p", &tom, room, &[&server.url("")]).await;
    person.talk(100).await;
    let epoch = tom.get(&format!("/api/v1/rooms/{room}/messages")).await.json()["epoch"].clone();
    let mut herd = Vec::new();
    for _ in 0..HERD {
        herd.push(Socket::hello(&server, &tom, json!([{ "r": room }])).await);
    }
    drop(herd);
    person.talk(50).await;
    let (before, began) = (server.house().live.hub().log_reads(), Instant::now());
    let mut back = tokio::task::JoinSet::new();
    for n in 0..HERD {
        let (url, session, epoch) = (server.url(""), tom.session.clone(), epoch.clone());
        back.spawn(async move {
            let (cookie, live) = (format!("kontor_session={session}"), format!("{url}/api/v1/live"));
            let mut socket = Socket::open(&live, &[("cookie", &cookie), ("origin", &url)]).await.unwrap();
            let from = 100 - (n as i64 % 30);
            let subs = json!([{ "r": room, "epoch": epoch, "s": from }]);
            socket.say(json!({ "t": "hello", "v": 1, "subs": subs })).await;
            let ok = socket.next_of("sub_ok").await;
            assert_eq!(ok["rec"], true);
            let places: Vec<i64> = ok["ev"].as_array().unwrap().iter().map(|e| e["s"].as_i64().unwrap()).collect();
            assert_eq!(places, (from + 1..=150).collect::<Vec<_>>());
        });
    }
    while let Some(one) = back.join_next().await {
        one.unwrap();
    }
    assert_eq!(server.house().live.hub().log_reads(), before, "the log was read although the memory reaches back");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_coming_and_going_leaves_no_ghost() {
    let server = lively().await;
    let (tom, mara) = (server.member("Tom Alder").await, server.member("Mara Lindt").await);
    let room = join_foyer(&[&tom, &mara]).await;
    let mut watcher = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    watcher.next_of("sub_ok").await;
    let mut all = tokio::task::JoinSet::new();
    for n in 0..60_u64 {
        let (url, session) = (server.url(""), tom.session.clone());
        all.spawn(async move {
            let (cookie, live) = (format!("kontor_session={session}"), format!("{url}/api/v1/live"));
            let mut socket = Socket::open(&live, &[("cookie", &cookie), ("origin", &url)]).await.unwrap();
            socket.say_text(json!({ "t": "hello", "v": 1, "subs": [{ "r": room }] }).to_string()).await;
            for _ in 0..n % 4 {
                socket.say_text(json!([{ "t": "unsub", "r": room }, { "t": "sub", "r": room }]).to_string()).await;
            }
            if n.is_multiple_of(3) {
                // Hangs up while its subscription is looked up.
                return;
            }
            socket.next_of("sub_ok").await;
        });
    }
    while let Some(one) = all.join_next().await {
        one.unwrap();
    }
    let until = Instant::now() + Duration::from_secs(10);
    while server.house().live.hub().listeners(room) > 1 {
        assert!(Instant::now() < until, "{} ghosts", server.house().live.hub().listeners(room) - 1);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Present for a while longer, then gone; and nobody leaves before they came.
    let (mut came, mut gone) = (false, false);
    while !gone {
        let pres = watcher.next_of("pres").await;
        let named = |list: &str| pres[list].as_array().unwrap().contains(&json!(tom.member));
        came |= named("join");
        if named("leave") {
            assert!(came, "left before they came");
            assert_eq!(pres["n"], 1);
            gone = true;
        } else if came {
            server.clock.advance(31 * SECOND);
            watcher.say(json!({})).await;
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_answers_no_ping_is_closed_and_its_member_goes_after_a_while() {
    let server = lively().await;
    let (tom, mara) = (server.member("Tom Alder").await, server.member("Mara Lindt").await);
    let room = join_foyer(&[&tom, &mara]).await;
    let mut dead = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    dead.next_of("sub_ok").await;
    let mut watcher = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    watcher.next_of("sub_ok").await;
    let whole = watcher.next_of("pres").await;
    assert_eq!(whole["n"], 2, "{whole}");
    // The ping comes within hb_ms; nobody answers it; the watcher says something now and then.
    let mut closed = None;
    for _ in 0..12 {
        server.clock.advance(9 * SECOND);
        watcher.say(json!({})).await;
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        if server.house().live.peers_of(tom.member.0).is_empty() {
            closed = Some(dead.closed().await);
            break;
        }
    }
    assert_eq!(closed, Some(4003));
    let mut gone = json!({});
    for _ in 0..30 {
        if gone["leave"] == json!([tom.member]) {
            break;
        }
        server.clock.advance(4 * SECOND);
        watcher.say(json!({})).await;
        if let Some(crate::support::Said::Object(said)) = watcher.next_within(Duration::from_millis(2_500)).await {
            gone = said;
        }
    }
    assert_eq!((&gone["leave"], &gone["n"]), (&json!([tom.member]), &json!(1)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_never_asks_is_hung_up() {
    let server = lively().await;
    let mut silent = tokio::net::TcpStream::connect(server.running.address).await.unwrap();
    let mut slow = tokio::net::TcpStream::connect(server.running.address).await.unwrap();
    slow.write_all(b"GET /api/v1/live HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    for socket in [&mut silent, &mut slow] {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(15), socket.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "it was still open");
    }
    server.stop().await;
}

/// The hour of coming and going, shortened: each round the same herd; memory and places stay level after the first ones.
#[tokio::test(flavor = "multi_thread")]
async fn coming_and_going_for_long_leaves_nothing_behind() {
    const ROUNDS: usize = 12;
    let dir = Node::folder();
    Node::create_admin(&dir);
    let node = Node::start(&dir);
    let ruth = node.ruth().await;
    let room = join_foyer(&[&ruth]).await;
    let mut people = vec![Person::new("p", &ruth, room, &[&node.base]).await];
    let mut level = 0;
    for round in 0..ROUNDS {
        let mut herd = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let (url, session) = (node.base.clone(), ruth.session.clone());
            herd.spawn(async move {
                let (cookie, live) = (format!("kontor_session={session}"), format!("{url}/api/v1/live"));
                let mut socket = Socket::open(&live, &[("cookie", &cookie), ("origin", &url)]).await.unwrap();
                socket.say(json!({ "t": "hello", "v": 1, "subs": [{ "r": room }] })).await;
                socket.next_of("sub_ok").await;
            });
        }
        while let Some(one) = herd.join_next().await {
            one.unwrap();
        }
        people[0].talk(20).await;
        if round == 3 {
            level = node.memory();
        }
    }
    let grown = node.memory().saturating_sub(level);
    assert!(grown < 12 * 1024, "{grown} KiB more than after the first rounds");
    settle_and_check(&mut people, &ruth, room).await;
    node.kill();
    let _ = std::fs::remove_dir_all(&dir);
}
