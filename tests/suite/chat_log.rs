//! Failures of the log: repeats across a restart, lost positions, jumping clocks, a full disk, state against events, counters.

use crate::support::{Node, Person, Said, Server, Socket, join_foyer, settle_and_check, stored};
use kontor::db::{HOUR, SECOND};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

async fn lively() -> Server {
    Server::start_with(&[("KONTOR_RATE_LIMITS", "off"), ("KONTOR_CONNECTIONS_PER_MEMBER", "1000")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_a_restart_is_answered_with_the_first_message() {
    let dir = Node::folder();
    Node::create_admin(&dir);
    let node = Node::start(&dir);
    let ruth = node.ruth().await;
    let room = join_foyer(&[&ruth]).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    let first = ruth.post(&url, json!({ "cid": "once", "body": "einmal" })).await.expect(201).json();
    node.kill();
    let node = Node::start(&dir);
    let ruth = node.ruth().await;
    let again = ruth.post(&url, json!({ "cid": "once", "body": "einmal" })).await.expect(200).json();
    assert_eq!((&again["m"], &again["seq"], &again["dup"]), (&first["m"], &first["seq"], &json!(true)));
    assert_eq!(
        ruth.post(&url, json!({ "cid": "once", "body": "anders" })).await.expect(409).json()["code"],
        "idem_conflict"
    );
    assert_eq!(stored(&ruth, room).await.len(), 1);
    node.kill();
    let _ = std::fs::remove_dir_all(&dir);
}

async fn db_sql(server: &Server, sql: String) {
    let write = server.house().db.write(move |tx| {
        use diesel::prelude::*;
        diesel::sql_query(sql.clone()).execute(&mut **tx)?;
        Ok(())
    });
    write.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_position_is_never_made_up_for_in_part() {
    let server = lively().await;
    let tom = server.member("Tom Alder").await;
    let room = join_foyer(&[&tom]).await;
    let mut person = Person::new("p", &tom, room, &[&server.url("")]).await;
    person.talk(2_050).await;
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    let ok = t.next_of("sub_ok").await;
    let (epoch, end) = (ok["epoch"].clone(), ok["s"].as_i64().unwrap());
    for (epoch, s) in [(epoch.clone(), end + 1), (epoch.clone(), -1), (epoch.clone(), 10), (json!("of old"), end)] {
        t.say(json!({ "t": "sub", "ref": 1, "r": room, "epoch": epoch, "s": s })).await;
        let lost = t.next_of("sub_ok").await;
        assert_eq!((&lost["rec"], &lost["ev"], &lost["s"]), (&json!(false), &json!([]), &json!(end)), "{s}");
    }
    // A backup was put back: the log has another name, and every position of old means nothing.
    db_sql(&server, format!("UPDATE rooms SET epoch = 'new', seq = 7 WHERE id = {room}")).await;
    let mut other = Socket::hello(&server, &tom, json!([{ "r": room, "epoch": epoch, "s": 3 }])).await;
    let lost = other.next_of("sub_ok").await;
    assert_eq!((&lost["rec"], &lost["epoch"], &lost["s"]), (&json!(false), &json!("new"), &json!(7)));
    assert_eq!(t.closed().await, 4005, "who listened at a position of old starts anew");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_stays_when_the_clock_jumps() {
    let server = lively().await;
    let (tom, mara) = (server.member("Tom Alder").await, server.member("Mara Lindt").await);
    let room = join_foyer(&[&tom, &mara]).await;
    let base = server.url("");
    let mut people = vec![Person::new("t", &tom, room, &[&base]).await, Person::new("m", &mara, room, &[&base]).await];
    for jump in [HOUR, -2 * HOUR, 5 * SECOND, HOUR] {
        server.clock.advance(jump);
        for person in &mut people {
            person.talk(10).await;
        }
    }
    settle_and_check(&mut people, &tom, room).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_for_a_while_and_loses_nothing() {
    if std::env::var("KONTOR_TEST_POSTGRES").is_ok() {
        // PostgreSQL has its own disk; the page limit is SQLite's.
        return;
    }
    let server = lively().await;
    let members =
        [server.member("Tom Alder").await, server.member("Mara Lindt").await, server.member("Pia Profi").await];
    let room = join_foyer(&members.iter().collect::<Vec<_>>()).await;
    let base = server.url("");
    let mut people = Vec::new();
    for (n, member) in members.iter().enumerate() {
        people.push(Person::new(&format!("p{n}"), member, room, &[&base]).await);
    }
    people[0].talk(5).await;
    db_sql(&server, "PRAGMA max_page_count = 1".into()).await;
    let refused = people[0].refused.clone();
    let mut talks = tokio::task::JoinSet::new();
    for mut person in people {
        person.refused = refused.clone();
        talks.spawn(async move {
            person.talk(150).await;
            person
        });
    }
    // Space comes back once somebody was refused. (A writer that lost its transaction opens anew, and has space at once.)
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while refused.load(Ordering::Relaxed) == 0 {
        assert!(std::time::Instant::now() < until, "nobody met the full disk");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    db_sql(&server, "PRAGMA max_page_count = 1073741823".into()).await;
    let mut people = Vec::new();
    while let Some(person) = talks.join_next().await {
        people.push(person.unwrap());
    }
    settle_and_check(&mut people, &members[0], room).await;
    server.stop().await;
}

/// What a client shows of a room: message to text, revision and reactions.
type State = BTreeMap<i64, (String, i64, BTreeMap<String, i64>)>;

fn apply(state: &mut State, ev: &Value) {
    let m = ev["m"].as_i64().unwrap_or(0);
    match ev["k"].as_str().unwrap() {
        "msg" => {
            let html = ev["d"]["html"].as_str().unwrap().to_owned();
            state.insert(m, (html, ev["d"]["rev"].as_i64().unwrap_or(0), BTreeMap::new()));
        }
        "edit" => {
            if let Some(line) = state.get_mut(&m) {
                line.0 = ev["d"]["html"].as_str().unwrap().to_owned();
                line.1 = ev["d"]["rev"].as_i64().unwrap();
            }
        }
        "del" => drop(state.remove(&m)),
        "react" => {
            if let Some(line) = state.get_mut(&m) {
                let (e, n) = (ev["d"]["e"].as_str().unwrap().to_owned(), ev["d"]["n"].as_i64().unwrap());
                line.2.insert(e, n);
                line.2.retain(|_, n| *n > 0);
            }
        }
        "skip" | "member" | "room" | "pin" => {}
        other => panic!("an unknown kind {other}"),
    }
}

async fn fresh(client: &crate::support::Client, room: i64) -> (State, i64) {
    let page = client.get(&format!("/api/v1/rooms/{room}/messages?limit=200")).await.expect(200).json();
    let state = page["items"].as_array().unwrap().iter().map(|i| {
        let reactions = i["reactions"].as_array().unwrap().iter();
        let reactions = reactions.map(|r| (r["e"].as_str().unwrap().to_owned(), r["n"].as_i64().unwrap())).collect();
        (i["m"].as_i64().unwrap(), (i["html"].as_str().unwrap().to_owned(), i["rev"].as_i64().unwrap(), reactions))
    });
    (state.collect(), page["seq"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_and_the_events_after_it_are_the_state_of_now() {
    let server = lively().await;
    let (jana, tom, sven) =
        (server.manager().await, server.member("Tom Alder").await, server.member("Sven Start").await);
    let made = json!({ "slug": "kreis", "name": "kreis", "access": "private" });
    let room = jana.post("/api/v1/rooms", made).await.expect(201).id();
    jana.post(&format!("/api/v1/rooms/{room}/members"), json!({ "member_id": tom.member })).await.expect(204);
    let url = format!("/api/v1/rooms/{room}/messages");
    let mut rng = SmallRng::seed_from_u64(7);
    let mut mine: Vec<(i64, i32)> = Vec::new();
    let mut snapshots: Vec<(State, i64)> = vec![fresh(&tom, room).await];
    let mut listener = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    let epoch = listener.next_of("sub_ok").await["epoch"].clone();
    for n in 0..120 {
        let at = rng.random_range(0..mine.len().max(1));
        match rng.random_range(0..10) {
            _ if mine.is_empty() => mine.push((jana.post(&url, json!({ "cid": "0", "body": "eins" })).await.id(), 0)),
            0..=3 => {
                mine.push((jana.post(&url, json!({ "cid": n.to_string(), "body": format!("Text {n}") })).await.id(), 0))
            }
            4..=5 => {
                let (m, rev) = mine[at];
                let edit = json!({ "rev": rev, "body": format!("neu {n}") });
                jana.patch(&format!("{url}/{m}"), edit).await.expect(200);
                mine[at].1 += 1;
            }
            6 => {
                let (m, _) = mine.remove(at);
                jana.delete(&format!("{url}/{m}")).await.expect(204);
            }
            7..=8 => {
                let who = if rng.random_bool(0.5) { &jana } else { &tom };
                let react = json!({ "e": "👍", "on": rng.random_bool(0.7) });
                who.post(&format!("{url}/{}/reactions", mine[at].0), react).await.expect(200);
            }
            _ => {
                let invite = json!({ "member_id": sven.member });
                jana.post(&format!("/api/v1/rooms/{room}/members"), invite).await.expect(204);
                let order = json!({ "slow_seconds": rng.random_range(0..5) });
                jana.patch(&format!("/api/v1/rooms/{room}/order"), order).await.expect(200);
                sven.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
            }
        }
        if n % 30 == 0 {
            snapshots.push(fresh(&tom, room).await);
        }
    }
    let (now, end) = fresh(&tom, room).await;
    let mut kinds = std::collections::BTreeSet::new();
    for (state, from) in snapshots {
        // Caught up from the log of the database and from memory, and heard live: all the same.
        let (mut state, mut at) = (state, from);
        let mut t = Socket::hello(&server, &tom, json!([{ "r": room, "epoch": epoch, "s": at }])).await;
        while at < end {
            let page = t.next_of("sub_ok").await;
            assert_eq!(page["rec"], true);
            for ev in page["ev"].as_array().unwrap() {
                at += 1;
                assert_eq!(ev["s"], at);
                kinds.insert(ev["k"].as_str().unwrap().to_owned());
                apply(&mut state, ev);
            }
        }
        assert_eq!(state, now, "from {from}");
    }
    let (mut state, mut at) = (State::new(), 1);
    while at < end {
        let ev = listener.next_of("ev").await;
        at = ev["s"].as_i64().unwrap();
        apply(&mut state, &ev);
    }
    assert_eq!(state, now, "live");
    for kind in ["msg", "edit", "del", "react", "member", "room", "skip"] {
        assert!(kinds.contains(kind), "{kind} was not met: {kinds:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_counters_equal_a_recount_whatever_three_tabs_do() {
    let server = lively().await;
    let (tom, mara) = (server.member("Tom Alder").await, server.member("Mara Lindt").await);
    let room = join_foyer(&[&tom, &mara]).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    let mut tabs = Vec::new();
    for _ in 0..3 {
        tabs.push(Socket::hello(&server, &tom, json!([{ "r": room }])).await);
    }
    let mut rng = SmallRng::seed_from_u64(11);
    let (mut there, mut read, mut end): (Vec<(i64, i64)>, i64, i64) = (Vec::new(), 0, 0);
    for n in 0..150 {
        match rng.random_range(0..6) {
            0..=2 => {
                let sent = mara.post(&url, json!({ "cid": n.to_string(), "body": format!("Text {n}") })).await.json();
                end = sent["seq"].as_i64().unwrap();
                there.push((sent["m"].as_i64().unwrap(), end));
            }
            3 if !there.is_empty() => {
                let (m, _) = there.remove(rng.random_range(0..there.len()));
                mara.delete(&format!("{url}/{m}")).await.expect(204);
                end += 1;
            }
            4 => {
                end = tom.post(&url, json!({ "cid": n.to_string(), "body": "von mir" })).await.json()["seq"]
                    .as_i64()
                    .unwrap();
            }
            _ => {
                let to = rng.random_range(0..=end.max(1)).min(end);
                tom.put(&format!("/api/v1/rooms/{room}/read"), json!({ "s": to })).await.expect(204);
                read = read.max(to);
            }
        }
    }
    let recount = there.iter().filter(|(_, s)| *s > read).count();
    let listed = tom.get("/api/v1/rooms").await.expect(200).json();
    let of_room = listed["items"].as_array().unwrap().iter().find(|r| r["id"] == room).unwrap();
    assert_eq!(of_room["unread"], recount.min(100), "the page");
    for tab in &mut tabs {
        let mut last = Value::Null;
        // The last value is the true one; nothing comes after it.
        while let Some(Said::Object(said)) = tab.next_within(Duration::from_millis(1_500)).await {
            if said["t"] == "info" && said["topic"] == "me" {
                last = said["d"]["unread"].clone();
            }
        }
        assert_eq!(last, recount.min(100), "a tab");
    }
    server.stop().await;
}
