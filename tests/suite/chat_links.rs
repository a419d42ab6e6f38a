//! Failures of the links behind the nodes: Redis cut, late, held and flushed; PostgreSQL cut.

use crate::support::{Client, Person, Proxy, Said, Server, Socket, Wire, join_foyer, settle_and_check};
use serde_json::json;
use std::time::{Duration, Instant};

const WHY: &str = "the postgres stage of tests/run sets it";

fn redis() -> String {
    std::env::var("KONTOR_TEST_REDIS").expect(WHY)
}

struct Pair {
    one: Server,
    two: Server,
    wires: [Proxy; 2],
    people: Vec<Person>,
    tom: Client,
    mara: Client,
    room: i64,
}

/// Two nodes over one database, each with a wire of its own to Redis; Mara talks at one, Tom at the other.
async fn pair() -> Pair {
    let wires = [Proxy::to(&redis()).await, Proxy::to(&redis()).await];
    let vars = [("KONTOR_RATE_LIMITS", "off"), ("KONTOR_CONNECTIONS_PER_MEMBER", "1000")];
    let (first, second) = (wires[0].through(&redis()), wires[1].through(&redis()));
    let one = Server::start_with(&[vars[0], vars[1], ("REDIS_URL", &first)]).await;
    let url = one.house().config.database_url.clone();
    let two = Server::start_with(&[vars[0], vars[1], ("REDIS_URL", &second), ("DATABASE_URL", &url)]).await;
    let (mara, tom) = (one.member("Mara Lindt").await, one.member("Tom Alder").await);
    let room = join_foyer(&[&mara, &tom]).await;
    let people =
        vec![Person::new("m", &mara, room, &[&one.url("")]).await, Person::new("t", &tom, room, &[&two.url("")]).await];
    let tom = two.visitor().with_session(&tom.session, tom.member);
    until_linked(&[&one, &two], true).await;
    Pair { one, two, wires, people, tom, mara, room }
}

async fn until_linked(servers: &[&Server], wanted: bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while servers.iter().any(|s| s.house().live.is_linked() != wanted) {
        assert!(Instant::now() < until, "the link is not {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Pair {
    /// Both talk at once.
    async fn talk(&mut self, n: usize) {
        let [m, t] = &mut self.people[..] else { unreachable!() };
        tokio::join!(m.talk(n), t.talk(n));
    }

    /// A message said at one node is heard at the other within ten seconds.
    async fn crosses(&self, cid: &str) -> Duration {
        let mut t = Socket::hello(&self.two, &self.tom, json!([{ "r": self.room }])).await;
        t.next_of("sub_ok").await;
        let began = Instant::now();
        let url = format!("/api/v1/rooms/{}/messages", self.room);
        let said = self.mara.post(&url, json!({ "cid": cid, "body": format!("Nachricht {cid}") })).await.expect(201);
        let m = said.id();
        loop {
            let heard = t.next_within(Duration::from_secs(10)).await.expect("it was not heard within ten seconds");
            match heard {
                Said::Object(o) if o["m"] == m => return began.elapsed(),
                Said::Object(_) => {}
                Said::Closed(code) => panic!("closed with {code}"),
            }
        }
    }

    async fn finish(mut self) {
        settle_and_check(&mut self.people, &self.tom, self.room).await;
        self.one.stop().await;
        self.two.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn with_redis_cut_chat_goes_on_and_heals() {
    let mut pair = pair().await;
    pair.talk(30).await;
    pair.wires.iter().for_each(|w| w.set(Wire::Cut));
    until_linked(&[&pair.one, &pair.two], false).await;
    pair.talk(30).await;
    let alone = pair.crosses("alone").await;
    assert!(alone < Duration::from_secs(5), "{alone:?}");
    pair.wires[0].set(Wire::Open);
    pair.talk(10).await;
    pair.wires[1].set(Wire::Open);
    until_linked(&[&pair.one, &pair.two], true).await;
    pair.talk(30).await;
    assert!(pair.crosses("healed").await < Duration::from_secs(2));
    pair.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn redis_late_or_silent_costs_time_and_nothing_else() {
    let mut pair = pair().await;
    pair.wires.iter().for_each(|w| w.set(Wire::Late(Duration::from_millis(300))));
    pair.talk(40).await;
    // A line that looks open and says nothing: nobody is told that hints are lost.
    pair.wires.iter().for_each(|w| w.set(Wire::Held));
    pair.talk(40).await;
    assert!(pair.crosses("held").await < Duration::from_secs(10));
    pair.wires.iter().for_each(|w| w.set(Wire::Open));
    pair.talk(20).await;
    pair.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn redis_flushed_and_restarted_while_sending_changes_nothing() {
    let mut pair = pair().await;
    let client = redis::Client::open(redis()).unwrap();
    let flush = tokio::spawn(async move {
        let mut link = client.get_multiplexed_async_connection().await.unwrap();
        for _ in 0..10 {
            let _: () = redis::cmd("FLUSHALL").query_async(&mut link).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    pair.talk(100).await;
    flush.await.unwrap();
    for _ in 0..3 {
        // What a restart is to its clients: every connection ends, and the next ones are taken.
        pair.wires.iter().for_each(|w| w.set(Wire::Cut));
        pair.wires.iter().for_each(|w| w.set(Wire::Open));
        pair.talk(30).await;
    }
    pair.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: the postgres stage of tests/run brings them and runs it"]
async fn with_postgresql_cut_nothing_is_acknowledged_and_no_ghost_is_told() {
    let direct = crate::support::config(&std::env::temp_dir(), &[]).database_url;
    let wire = Proxy::to(&direct).await;
    let vars = [("DATABASE_URL", wire.through(&direct)), ("KONTOR_RATE_LIMITS", "off".to_owned())];
    let vars: Vec<(&str, &str)> = vars.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let server = Server::start_with(&vars).await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mara, &tom]).await;
    let base = server.url("");
    let mut people = vec![Person::new("m", &mara, room, &[&base]).await, Person::new("t", &tom, room, &[&base]).await];
    people[0].talk(20).await;
    let mut m = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    m.next_of("sub_ok").await;
    wire.set(Wire::Cut);
    m.say(json!({ "t": "send", "cid": "ghost", "r": room, "body": "Nachricht ghost" })).await;
    loop {
        match m.next().await {
            Said::Object(o) if o["t"] == "err" => {
                assert_eq!((&o["cid"], &o["code"], &o["temp"]), (&json!("ghost"), &json!("internal"), &json!(true)));
                break;
            }
            Said::Object(o) => assert!(o["t"] != "ack" && o["t"] != "ev", "{o}"),
            Said::Closed(code) => panic!("closed with {code}"),
        }
    }
    wire.set(Wire::Open);
    let talk = async {
        let [a, b] = &mut people[..] else { unreachable!() };
        tokio::join!(a.talk(100), b.talk(100));
    };
    // Cut again and again while both talk.
    let cuts = async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            wire.set(Wire::Cut);
            tokio::time::sleep(Duration::from_millis(100)).await;
            wire.set(Wire::Open);
        }
    };
    tokio::join!(talk, cuts);
    // The same message again is one message, whether the first try was stored or not.
    let mut m = Socket::hello(&server, &mara, json!([])).await;
    m.send(room, "ghost", "Nachricht ghost").await;
    settle_and_check(&mut people, &tom, room).await;
    server.stop().await;
}
