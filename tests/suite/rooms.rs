//! Chat: rooms and the live protocol.

use crate::support::{Client, Said, Server, Socket};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn foyer(server: &Server, members: &[&Client]) -> i64 {
    let anyone = members[0];
    let rooms = anyone.get("/api/v1/rooms").await.expect(200).json();
    let room =
        rooms["items"].as_array().unwrap().iter().find(|r| r["slug"] == "foyer").unwrap()["id"].as_i64().unwrap();
    for member in members {
        member.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    }
    let _ = server;
    room
}

async fn lively() -> Server {
    Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await
}

async fn history(client: &Client, room: i64, query: &str) -> Value {
    client.get(&format!("/api/v1/rooms/{room}/messages{query}")).await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_talk_and_each_hears_the_other() {
    let server = Server::start().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = foyer(&server, &[&mara, &tom]).await;
    let mut m = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    let mut t = Socket::hello(&server, &tom, json!([])).await;
    t.say(json!({ "t": "sub", "ref": 7, "r": room })).await;
    let ok = t.next_of("sub_ok").await;
    assert_eq!((&ok["ref"], &ok["r"], &ok["rec"], &ok["more"]), (&json!(7), &json!(room), &json!(true), &json!(false)));
    m.next_of("sub_ok").await;
    m.say(json!({ "t": "send", "cid": "c1", "r": room, "body": "Hallo **Tom**" })).await;
    let (mut own, mut ack) = (Value::Null, Value::Null);
    while own.is_null() || ack.is_null() {
        match m.next().await {
            Said::Object(o) if o["t"] == "ev" => own = o,
            Said::Object(o) if o["t"] == "ack" => ack = o,
            Said::Object(_) => {}
            Said::Closed(code) => panic!("closed with {code}"),
        }
    }
    assert_eq!(own["cid"], "c1", "the sending connection gets its own event too");
    assert_eq!((&ack["cid"], &ack["r"], &ack["dup"]), (&json!("c1"), &json!(room), &json!(false)));
    let heard = t.next_of("ev").await;
    assert_eq!((&heard["m"], &heard["s"], &heard["k"]), (&ack["m"], &ack["s"], &json!("msg")));
    assert_eq!(heard["by"], mara.member.0);
    assert!(heard["d"]["html"].as_str().unwrap().contains("<strong>Tom</strong>"));
    assert!(heard.get("cid").is_none(), "a cid is the sender's own business");
    t.send(room, "c2", "Moin").await;
    assert_eq!(m.next_of("ev").await["by"], tom.member.0);
    let items = history(&tom, room, "").await;
    let seqs: Vec<i64> = items["items"].as_array().unwrap().iter().map(|i| i["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [1, 2]);
    assert_eq!(items["seq"], 2);
    assert_eq!(items["epoch"], ok["epoch"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_cid_is_one_message_for_ever() {
    let server = lively().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&server, &[&mara]).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    let first = mara.post(&url, json!({ "cid": "x", "body": "eins" })).await.expect(201).json();
    assert_eq!(first["dup"], false);
    let again = mara.post(&url, json!({ "cid": "x", "body": "eins" })).await.expect(200).json();
    assert_eq!(
        (&again["m"], &again["seq"], &again["ts"], &again["dup"]),
        (&first["m"], &first["seq"], &first["ts"], &json!(true))
    );
    mara.post(&url, json!({ "cid": "x", "body": "zwei" })).await.expect(409);
    let mut socket = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    assert_eq!(socket.send(room, "x", "eins").await["dup"], true);
    socket.say(json!({ "t": "send", "cid": "x", "r": room, "body": "zwei" })).await;
    let err = socket.next_of("err").await;
    assert_eq!((&err["cid"], &err["code"], &err["temp"]), (&json!("x"), &json!("idem_conflict"), &json!(false)));
    // An edit does not change what a repeat is compared with.
    let m = first["m"].as_i64().unwrap();
    mara.patch(&format!("{url}/{m}"), json!({ "rev": 0, "body": "anders" })).await.expect(200);
    mara.post(&url, json!({ "cid": "x", "body": "eins" })).await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_with_one_cid_make_one_row() {
    let server = lively().await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&server, &[&mara]).await;
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (mara, url) = (mara.clone(), format!("/api/v1/rooms/{room}/messages"));
        all.spawn(async move { mara.post(&url, json!({ "cid": "storm", "body": "einmal" })).await });
    }
    let (mut fresh, mut ids) = (0, std::collections::BTreeSet::new());
    while let Some(answer) = all.join_next().await {
        let answer = answer.unwrap();
        fresh += usize::from(answer.status.as_u16() == 201);
        assert!(matches!(answer.status.as_u16(), 200 | 201), "{}", answer.text);
        ids.insert(answer.json()["m"].as_i64().unwrap());
    }
    assert_eq!((fresh, ids.len()), (1, 1));
    assert_eq!(history(&mara, room, "").await["items"].as_array().unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_tier_never_learns_that_the_room_exists() {
    let server = Server::start().await;
    let (jana, pro, starter) =
        (server.manager().await, server.member_of_tier("Pia Profi", 20).await, server.member("Sven Start").await);
    let new = json!({ "slug": "spitzenkreis", "name": "spitzenkreis", "access": "tier", "min_tier": "pro" });
    let room = jana.post("/api/v1/rooms", new).await.expect(201).id();
    starter.post("/api/v1/rooms", json!({ "slug": "x", "name": "x" })).await.expect(403);
    let join = format!("/api/v1/rooms/{room}/members/me");
    pro.put(&join, json!({})).await.expect(204);
    for (method, path) in
        [("get", "/rooms/spitzenkreis".to_owned()), ("get", format!("/api/v1/rooms/{room}/messages")), ("put", join)]
    {
        match method {
            "get" => starter.get(&path).await.expect(404),
            _ => starter.put(&path, json!({})).await.expect(404),
        };
    }
    starter.post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": "a", "body": "b" })).await.expect(404);
    assert!(!starter.get("/api/v1/rooms").await.text.contains("spitzenkreis"));
    assert!(!starter.get("/rooms").await.expect(200).text.contains("spitzenkreis"));
    let mut socket = Socket::hello(&server, &starter, json!([])).await;
    for r in [room, 999_999] {
        socket.say(json!({ "t": "sub", "ref": r, "r": r })).await;
        let err = socket.next_of("err").await;
        assert_eq!((&err["ref"], &err["code"]), (&json!(r), &json!("not_found")), "known and unknown look the same");
    }
    socket.say(json!({ "t": "send", "cid": "c", "r": room, "body": "hallo?" })).await;
    assert_eq!(socket.next_of("err").await["code"], "not_found");
    let mut inside = Socket::hello(&server, &pro, json!([{ "r": room }])).await;
    assert_eq!(inside.next_of("sub_ok").await["rec"], true);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_joined_an_open_room_reads_nothing_there() {
    let server = Server::start().await;
    let (mara, sven) = (server.member("Mara Lindt").await, server.member("Sven Start").await);
    let room = foyer(&server, &[&mara]).await;
    mara.post(&format!("/api/v1/rooms/{room}/messages"), json!({ "cid": "1", "body": "unter uns" })).await.expect(201);
    sven.get(&format!("/api/v1/rooms/{room}/messages")).await.expect(403);
    assert!(!sven.get("/rooms/foyer").await.expect(200).text.contains("unter uns"));
    let mut socket = Socket::hello(&server, &sven, json!([{ "r": room }])).await;
    assert_eq!(socket.next_of("err").await["code"], "not_member");
    sven.form("/rooms/foyer/join", &[]).await.expect(303);
    assert!(sven.get("/rooms/foyer").await.expect(200).text.contains("unter uns"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_drop_the_missed_events_come_in_order_without_a_hole() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = foyer(&server, &[&mara, &tom]).await;
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    let ok = t.next_of("sub_ok").await;
    let (epoch, from) = (ok["epoch"].clone(), ok["s"].as_i64().unwrap());
    drop(t);
    let url = format!("/api/v1/rooms/{room}/messages");
    for n in 0..700 {
        mara.post(&url, json!({ "cid": format!("n{n}"), "body": format!("Nachricht {n}") })).await.expect(201);
    }
    let mut t = Socket::hello(&server, &tom, json!([])).await;
    let (mut at, mut seen, mut pages) = (from, Vec::new(), 0);
    loop {
        t.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": at })).await;
        let page = t.next_of("sub_ok").await;
        assert_eq!(page["rec"], true);
        let events = page["ev"].as_array().unwrap();
        assert!(events.len() <= 300);
        seen.extend(events.iter().map(|e| e["s"].as_i64().unwrap()));
        at = page["s"].as_i64().unwrap();
        pages += 1;
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, (from + 1..=from + 700).collect::<Vec<_>>());
    assert!(pages >= 3);
    // Positions that mean nothing: never a part of what was missed.
    for (epoch, s) in [(json!("other"), 1), (epoch.clone(), 100_000)] {
        t.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": s })).await;
        let lost = t.next_of("sub_ok").await;
        assert_eq!((&lost["rec"], lost["ev"].as_array().unwrap().len()), (&json!(false), 0));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_during_a_subscription_is_neither_lost_nor_told_twice() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = foyer(&server, &[&mara, &tom]).await;
    let mut m = Socket::hello(&server, &mara, json!([])).await;
    let epoch = history(&tom, room, "").await["epoch"].clone();
    let total = 600;
    let talk = tokio::spawn(async move {
        for n in 0..total {
            m.say(json!({ "t": "send", "cid": format!("r{n}"), "r": room, "body": "x" })).await;
        }
        for _ in 0..total {
            m.next_of("ack").await;
        }
    });
    let mut listeners = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut t = Socket::hello(&server, &tom, json!([{ "r": room, "epoch": epoch, "s": 0 }])).await;
        let epoch = epoch.clone();
        listeners.spawn(async move {
            let mut last = 0;
            while last < total {
                match t.next().await {
                    Said::Object(o) if o["t"] == "sub_ok" => {
                        for e in o["ev"].as_array().unwrap() {
                            last += 1;
                            assert_eq!(e["s"], last);
                        }
                        if o["more"] == true {
                            t.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": last })).await;
                        }
                    }
                    Said::Object(o) if o["t"] == "ev" => {
                        last += 1;
                        assert_eq!(o["s"], last);
                    }
                    Said::Object(_) => {}
                    Said::Closed(code) => panic!("closed with {code}"),
                }
            }
        });
    }
    talk.await.unwrap();
    while let Some(done) = listeners.join_next().await {
        done.unwrap();
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_deletions_and_reactions_reach_those_who_were_away() {
    let server = lively().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = foyer(&server, &[&mara, &tom]).await;
    let mut m = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    let epoch = m.next_of("sub_ok").await["epoch"].clone();
    let first = m.send(room, "a", "geheim").await["m"].clone();
    let second = m.send(room, "b", "falsch").await["m"].clone();
    m.say(json!({ "t": "edit", "cid": "e1", "r": room, "m": second, "rev": 0, "body": "richtig" })).await;
    assert_eq!(m.next_of("ack").await["cid"], "e1");
    m.say(json!({ "t": "edit", "cid": "e2", "r": room, "m": second, "rev": 0, "body": "zu spät" })).await;
    assert_eq!(m.next_of("err").await["cid"], "e2");
    let mut t = Socket::hello(&server, &tom, json!([])).await;
    t.say(json!({ "t": "react", "ref": 4, "r": room, "m": second, "e": "👍", "on": true })).await;
    t.next_of("ack").await;
    t.say(json!({ "t": "del", "ref": 5, "r": room, "m": first })).await;
    assert_eq!(t.next_of("err").await["code"], "forbidden");
    m.say(json!({ "t": "del", "ref": 6, "r": room, "m": first })).await;
    m.next_of("ack").await;
    t.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": 0 })).await;
    let page = t.next_of("sub_ok").await;
    let kinds: Vec<&str> = page["ev"].as_array().unwrap().iter().map(|e| e["k"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["skip", "msg", "edit", "react", "del"]);
    let text = page.to_string();
    assert!(!text.contains("geheim") && !text.contains("falsch"), "{text}");
    let items = history(&tom, room, "").await;
    assert_eq!(items["items"][0]["reactions"], json!([{ "e": "👍", "n": 1, "mine": true }]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_own_pages_and_programs_with_a_token_come_in() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let url = server.url("/api/v1/live");
    let cookie = format!("kontor_session={}", mara.session);
    let open = async |headers: &[(&str, &str)]| Socket::open(&url, headers).await.map(|_| ()).err();
    assert_eq!(open(&[("cookie", &cookie), ("origin", "https://evil.example")]).await, Some(403));
    assert_eq!(open(&[("cookie", &cookie), ("origin", &format!("{}.evil.example", server.url("")))]).await, Some(403));
    assert_eq!(open(&[("cookie", &cookie)]).await, Some(403), "a cookie without an origin is no browser");
    assert_eq!(open(&[("origin", &server.url(""))]).await, Some(401));
    assert_eq!(open(&[("cookie", &cookie), ("origin", &server.url(""))]).await, None);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_break_the_rules_close_the_connection_with_their_code() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let mut silent = Socket::of(&server, &mara).await;
    server.clock.advance(6_000);
    assert_eq!(silent.closed().await, 4501);
    let hello = json!({ "t": "hello", "v": 1, "subs": [] });
    for (first, then, code) in [
        (json!({ "t": "hello", "v": 9 }).to_string(), String::new(), 4505),
        (json!({ "t": "typing", "r": 1 }).to_string(), String::new(), 4501),
        ("no json".to_owned(), String::new(), 4500),
        (hello.to_string(), json!({ "t": "typing", "r": 1, "x": "y".repeat(17_000) }).to_string(), 1009),
        (hello.to_string(), json!(vec![json!({ "t": "typing", "r": 1 }); 150]).to_string(), 4006),
    ] {
        let mut socket = Socket::of(&server, &mara).await;
        socket.say_text(first.clone()).await;
        if !then.is_empty() {
            socket.say_text(then).await;
        }
        assert_eq!(socket.closed().await, code, "{first}");
    }
    let room = foyer(&server, &[&mara]).await;
    let mut socket = Socket::hello(&server, &mara, json!([])).await;
    socket.say(json!({ "t": "send", "cid": "long", "r": room, "body": "ä".repeat(4_001) })).await;
    assert_eq!(socket.next_of("err").await["code"], "too_large");
    socket.say(json!({ "t": "send", "cid": "", "r": room, "body": "x" })).await;
    assert_eq!(socket.next_of("err").await["code"], "bad_request");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_a_ping_is_let_go() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let mut socket = Socket::hello(&server, &mara, json!([])).await;
    server.clock.advance(31_000);
    loop {
        match socket.next().await {
            Said::Object(o) if o == json!({}) => break,
            Said::Object(_) => {}
            Said::Closed(code) => panic!("closed with {code}"),
        }
    }
    server.clock.advance(11_000);
    assert_eq!(socket.closed().await, 4003);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_ten_connections_and_no_more() {
    let server = Server::start_with(&[("KONTOR_CONNECTIONS_PER_MEMBER", "3")]).await;
    let mara = server.member("Mara Lindt").await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        kept.push(Socket::hello(&server, &mara, json!([])).await);
    }
    let mut one_more = Socket::of(&server, &mara).await;
    assert_eq!(one_more.closed().await, 4504);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_ban_role_and_membership_reach_open_connections_within_a_second() {
    let server = Server::start().await;
    let (mara, tom, pia) =
        (server.member("Mara Lindt").await, server.member("Tom Alder").await, server.member("Pia").await);
    let room = foyer(&server, &[&mara, &tom, &pia]).await;
    let mut out = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    out.next_of("sub_ok").await;
    let began = Instant::now();
    mara.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    assert_eq!(out.next_of("out").await, json!({ "t": "out", "r": room, "code": "not_member" }));
    mara.form("/logout", &[]).await.expect(303);
    assert_eq!(out.closed().await, 4007);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for (client, field, value, code) in [(&tom, "role", "moderator", 4004), (&pia, "status", "suspended", 4503)] {
        let mut socket = Socket::hello(&server, client, json!([{ "r": room }])).await;
        socket.next_of("sub_ok").await;
        let began = Instant::now();
        db_set(&server, client, field, value).await;
        assert_eq!(socket.closed().await, code);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }
    server.stop().await;
}

async fn db_set(server: &Server, client: &Client, field: &'static str, value: &'static str) {
    let id = client.member.0;
    let write = server.house().db.write(move |tx| {
        use diesel::prelude::*;
        let sql =
            format!("UPDATE members SET {field} = '{value}', rights_version = rights_version + 1 WHERE id = {id}");
        diesel::sql_query(sql).execute(&mut **tx)?;
        Ok(())
    });
    write.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_room_takes_only_whom_a_manager_invites() {
    let server = Server::start().await;
    let (jana, tom, sven) =
        (server.manager().await, server.member("Tom Alder").await, server.member("Sven Start").await);
    let room = jana
        .post("/api/v1/rooms", json!({ "slug": "kreis", "name": "kreis", "access": "private" }))
        .await
        .expect(201)
        .id();
    tom.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(404);
    jana.post(&format!("/api/v1/rooms/{room}/members"), json!({ "member_id": tom.member })).await.expect(204);
    let page = history(&tom, room, "").await;
    assert_eq!(page["seq"], 1, "coming in is an event of a private room");
    sven.get("/rooms/kreis").await.expect(404);
    tom.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
    tom.get(&format!("/api/v1/rooms/{room}/messages")).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_counts_what_others_said_and_reading_takes_it_away() {
    let server = Server::start().await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = foyer(&server, &[&mara, &tom]).await;
    let mut t = Socket::hello(&server, &tom, json!([])).await;
    assert_eq!(t.next_of("info").await["d"]["unread"], 0);
    let url = format!("/api/v1/rooms/{room}/messages");
    mara.post(&url, json!({ "cid": "1", "body": "Hallo @Tom Alder" })).await.expect(201);
    let last = mara.post(&url, json!({ "cid": "2", "body": "Noch was" })).await.expect(201).json()["seq"].clone();
    loop {
        let info = t.next_of("info").await;
        if info["d"]["unread"] == 2 {
            assert_eq!((&info["topic"], &info["d"]["mentions"]), (&json!("me"), &json!(1)));
            break;
        }
    }
    let page = tom.get("/rooms").await.expect(200);
    assert!(page.text.contains("data-unread"), "{}", page.text);
    t.say(json!({ "t": "read", "r": room, "s": last })).await;
    loop {
        let info = t.next_of("info").await;
        if info["d"]["unread"] == 0 && info["d"]["mentions"] == 0 {
            break;
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_script_the_room_shows_and_posts() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    foyer(&server, &[&mara]).await;
    let page = mara.get("/rooms/foyer").await.expect(200);
    let cid = page.text.split("name=\"cid\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sent = [("cid", cid.as_str()), ("body", "Ohne Skript & <b>roh</b>")];
    let there = mara.form("/rooms/foyer", &sent).await.expect(303);
    mara.form("/rooms/foyer", &sent).await.expect(303);
    assert!(there.header("location").starts_with("/rooms/foyer#m"));
    let page = mara.get("/rooms/foyer").await.expect(200);
    assert_eq!(page.text.matches("Ohne Skript &amp; &lt;b&gt;roh").count(), 1);
    let empty = mara.form("/rooms/foyer", &[("cid", "other"), ("body", " ")]).await.expect(422);
    assert!(empty.text.contains("id=\"body-error\""));
    let before = page.statements();
    for n in 0..60 {
        server.house().limits.tidy();
        let url = "/api/v1/rooms/1/messages";
        let _ = mara.post(url, json!({ "cid": format!("f{n}"), "body": "füllt" })).await;
    }
    let full = mara.get("/rooms/foyer").await.expect(200);
    assert_eq!(full.statements(), before, "the number of statements does not grow with the room");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_niche_gets_its_room_with_the_same_tier() {
    let server = Server::start().await;
    let (jana, sven) = (server.manager().await, server.member("Sven Start").await);
    let write = server.house().db.write(|tx| {
        use diesel::prelude::*;
        diesel::sql_query(
            "INSERT INTO niches (slug, name_de, name_en, min_rank, created_at) VALUES ('top-nische', 'Top', 'Top', 20, 0)",
        )
        .execute(&mut **tx)?;
        kontor::jobs::emit(tx, "niche.created", &json!({ "niche_id": 1 }))
    });
    write.await.unwrap();
    server.drain().await;
    let seen = async |c: &Client| c.get("/api/v1/rooms").await.text.contains("top-nische");
    let mut tries = 0;
    while !seen(&jana).await {
        tries += 1;
        assert!(tries < 200, "no room");
    }
    assert!(!seen(&sven).await);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_asks_everybody_to_come_back() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let mut socket = Socket::hello(&server, &mara, json!([])).await;
    let stop = tokio::spawn(server.stop());
    assert!(socket.next_of("drain").await["after_ms"].as_i64().unwrap() > 0);
    assert_eq!(socket.closed().await, 4001);
    stop.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_of_a_campaign_reaches_the_managers_who_watch_it() {
    let server = Server::start().await;
    let (jana, mara) = (server.manager().await, server.member("Mara Lindt").await);
    server.house().live.publish_info("campaign:5", r#"{"sent":1}"#);
    let mut j = Socket::hello(&server, &jana, json!([])).await;
    j.say(json!({ "t": "watch", "topic": "campaign:5" })).await;
    let mut values = Vec::new();
    while values.len() < 2 {
        let info = j.next_of("info").await;
        if info["topic"] == "campaign:5" {
            values.push(info["d"]["sent"].clone());
            server.house().live.publish_info("campaign:5", r#"{"sent":2}"#);
        }
    }
    assert_eq!(values, [json!(1), json!(2)]);
    let mut m = Socket::hello(&server, &mara, json!([])).await;
    m.say(json!({ "t": "watch", "ref": 1, "topic": "campaign:5" })).await;
    assert_eq!(m.next_of("err").await["code"], "not_found");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn two_nodes_over_postgresql_and_redis_are_one_room() {
    std::env::var("KONTOR_TEST_POSTGRES").expect("KONTOR_TEST_POSTGRES names the throw-away server");
    let redis = std::env::var("KONTOR_TEST_REDIS").expect("KONTOR_TEST_REDIS belongs to KONTOR_TEST_POSTGRES");
    let one = Server::start_with(&[("REDIS_URL", &redis), ("KONTOR_RATE_LIMITS", "off")]).await;
    let url = one.house().config.database_url.clone();
    let two = Server::start_with(&[("REDIS_URL", &redis), ("DATABASE_URL", &url), ("KONTOR_RATE_LIMITS", "off")]).await;
    let (mara, tom) = (one.member("Mara Lindt").await, one.member("Tom Alder").await);
    let room = foyer(&one, &[&mara, &tom]).await;
    let mut m = Socket::hello(&one, &mara, json!([{ "r": room }])).await;
    let there = two.visitor().with_session(&tom.session, tom.member);
    let mut t = Socket::hello(&two, &there, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    for n in 0..50 {
        m.say(json!({ "t": "send", "cid": format!("a{n}"), "r": room, "body": "von eins" })).await;
        t.say(json!({ "t": "send", "cid": format!("b{n}"), "r": room, "body": "von zwei" })).await;
    }
    let (mut here, mut far) = (0, 0);
    while here < 100 || far < 100 {
        if here < 100 {
            here += 1;
            assert_eq!(m.next_of("ev").await["s"], here);
        }
        if far < 100 {
            far += 1;
            assert_eq!(t.next_of("ev").await["s"], far);
        }
    }
    one.stop().await;
    two.stop().await;
}
