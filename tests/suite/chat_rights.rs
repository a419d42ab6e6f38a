//! Rights on open sockets and in replay: kick, ban, role, logout, the end of a session, a block.

use crate::support::{Client, Said, Server, Socket, join_foyer};
use kontor::db::DAY;
use serde_json::json;
use std::time::{Duration, Instant};

async fn lively() -> Server {
    Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await
}

/// Everything this connection still hears after `since`, until it is silent.
async fn heard_after(socket: &mut Socket, since: Instant) -> Vec<(Duration, String)> {
    let mut heard = Vec::new();
    while let Some(Said::Object(said)) = socket.next_within(Duration::from_millis(1_500)).await {
        if said["t"] == "ev" || said["t"] == "sub_ok" {
            heard.push((since.elapsed(), said.to_string()));
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_after_the_rights_are_gone_nothing_of_the_room_arrives() {
    let server = lively().await;
    let (jana, mara) = (server.manager().await, server.member("Mara Lindt").await);
    let tier = json!({ "slug": "profis", "name": "profis", "access": "tier", "min_tier": "pro" });
    let room = jana.post("/api/v1/rooms", tier).await.expect(201).id();
    let me = format!("/api/v1/rooms/{room}/members/me");
    jana.put(&me, json!({})).await.expect(204);
    let ways = [
        ("kick", ""),
        ("tier", "UPDATE members SET rights_version = rights_version + 1, tier_rank = 0 WHERE id ="),
        ("status", "UPDATE members SET status = 'suspended' WHERE id ="),
        ("session", "DELETE FROM sessions WHERE member_id ="),
    ];
    for (way, sql) in ways {
        let pia = server.member_of_tier(&format!("Pia {way}"), 20).await;
        pia.put(&me, json!({})).await.expect(204);
        let mut p = Socket::hello(&server, &pia, json!([{ "r": room }])).await;
        p.next_of("sub_ok").await;
        let (talker, url) = (jana.clone(), format!("/api/v1/rooms/{room}/messages"));
        let name = way.to_owned();
        let talk = tokio::spawn(async move {
            for n in 0..60 {
                talker.post(&url, json!({ "cid": format!("{name}{n}"), "body": "geheim" })).await.expect(201);
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        });
        p.next_of("ev").await;
        if way == "kick" {
            jana.delete(&format!("/api/v1/rooms/{room}/members/{}", pia.member)).await.expect(204);
        } else {
            db_run(&server, format!("{sql} {}", pia.member.0)).await;
        }
        let since = Instant::now();
        for (when, what) in heard_after(&mut p, since).await {
            assert!(when < Duration::from_millis(1_100), "{way}: after {when:?}: {what}");
        }
        talk.await.unwrap();
    }
    drop(mara);
    server.stop().await;
}

async fn db_run(server: &Server, sql: String) {
    let write = server.house().db.write(move |tx| {
        use diesel::prelude::*;
        diesel::sql_query(sql.clone()).execute(&mut **tx)?;
        Ok(())
    });
    write.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_runs_out_ends_its_connections() {
    let server = lively().await;
    let tom = server.member("Tom Alder").await;
    let room = join_foyer(&[&tom]).await;
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    t.next_of("sub_ok").await;
    db_run(
        &server,
        format!("UPDATE sessions SET expires_at = {} WHERE member_id = {}", server.house().db.now() + DAY, tom.member),
    )
    .await;
    server.clock.advance(DAY + 1);
    let code = t.closed().await;
    assert!(code == 4007 || code == 4003, "{code}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_asked_for_anew_and_shows_nothing_of_what_is_no_longer_open() {
    let server = lively().await;
    let (jana, pia) = (server.manager().await, server.member_of_tier("Pia Profi", 20).await);
    let tier = json!({ "slug": "profis", "name": "profis", "access": "tier", "min_tier": "pro" });
    let room = jana.post("/api/v1/rooms", tier).await.expect(201).id();
    pia.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    let mut p = Socket::hello(&server, &pia, json!([{ "r": room }])).await;
    let epoch = p.next_of("sub_ok").await["epoch"].clone();
    let url = format!("/api/v1/rooms/{room}/messages");
    for n in 0..400 {
        jana.post(&url, json!({ "cid": n.to_string(), "body": "geheim" })).await.expect(201);
    }
    p.say(json!({ "t": "unsub", "r": room })).await;
    p.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": 0 })).await;
    let page = p.next_of("sub_ok").await;
    assert_eq!(page["more"], true);
    db_run(
        &server,
        format!("UPDATE members SET tier_rank = 0, rights_version = rights_version + 1 WHERE id = {}", pia.member),
    )
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    p.say(json!({ "t": "sub", "ref": 9, "r": room, "epoch": epoch, "s": page["s"] })).await;
    let refused = p.next_of("err").await;
    assert_eq!((&refused["ref"], &refused["code"]), (&json!(9), &json!("not_found")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_that_ends_while_its_subscription_is_looked_up_listens_to_nothing() {
    let server = lively().await;
    let (jana, tom) = (server.manager().await, server.member("Tom Alder").await);
    let room = join_foyer(&[&jana, &tom]).await;
    for n in 0..8_u64 {
        tom.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
        let mut t = Socket::hello(&server, &tom, json!([])).await;
        t.say(json!({ "t": "sub", "r": room })).await;
        tokio::time::sleep(Duration::from_micros(n * 400)).await;
        tom.delete(&format!("/api/v1/rooms/{room}/members/me")).await.expect(204);
        // Within a second of the end something may still arrive; of what is said after it nothing does.
        let (ended, mut post) = (Instant::now(), 0);
        loop {
            let late = ended.elapsed() >= Duration::from_secs(1);
            post += 1;
            let line = json!({ "cid": format!("{n}-{post}"), "body": if late { "late" } else { "early" } });
            jana.post(&format!("/api/v1/rooms/{room}/messages"), line).await.expect(201);
            while let Some(Said::Object(said)) = t.next_within(Duration::from_millis(150)).await {
                assert!(said["t"] != "ev" || !said.to_string().contains("late"), "round {n}: {said}");
            }
            if late {
                break;
            }
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_hidden_keeps_their_place_and_nothing_else() {
    let server = lively().await;
    let (tom, mara) = (server.member("Tom Alder").await, server.member("Mara Lindt").await);
    let room = join_foyer(&[&tom, &mara]).await;
    let mut t = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    let epoch = t.next_of("sub_ok").await["epoch"].clone();
    let hide = |client: &Client| client.member.0;
    for peer in server.house().live.peers_of(tom.member.0) {
        peer.hide([hide(&mara)].into());
    }
    let url = format!("/api/v1/rooms/{room}/messages");
    mara.post(&url, json!({ "cid": "1", "body": "von Mara" })).await.expect(201);
    tom.post(&url, json!({ "cid": "2", "body": "von Tom" })).await.expect(201);
    assert_eq!(t.next_of("ev").await, json!({ "t": "ev", "r": room, "s": 1, "k": "skip" }));
    assert_eq!(t.next_of("ev").await["cid"], "2");
    t.say(json!({ "t": "sub", "r": room, "epoch": epoch, "s": 0 })).await;
    let page = t.next_of("sub_ok").await;
    let kinds: Vec<&str> = page["ev"].as_array().unwrap().iter().map(|e| e["k"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["skip", "msg"]);
    assert!(!page.to_string().contains("von Mara"));
    server.stop().await;
}
