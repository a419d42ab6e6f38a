//! A member at a client as good as the page's own: keeps a position and an outbox, comes back after every failure, and writes
//! down what was heard and acknowledged. The one invariant of every failure test is checked over these notes.

use super::{Client, Said, Socket};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Silence for so long while something is due means a dead line.
const SILENCE: Duration = Duration::from_secs(4);
/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Person {
    /// Where to connect, in turn.
    pub bases: Vec<String>,
    session: String,
    room: i64,
    epoch: String,
    name: String,
    turn: usize,
    sent: usize,
    outbox: VecDeque<String>,
    /// Position.
    pub last: i64,
    /// Every event: place, kind, message.
    pub log: Vec<(i64, String, i64)>,
    /// Acknowledged: cid to message and place.
    pub acked: BTreeMap<String, (i64, i64)>,
    /// Refusals that may pass, of everybody who shares the counter.
    pub refused: Arc<AtomicUsize>,
    /// Closes by their code.
    pub closes: BTreeMap<u16, usize>,
}

impl Person {
    /// Somebody in `room`, who knows nothing yet.
    pub async fn new(name: &str, client: &Client, room: i64, bases: &[&str]) -> Self {
        let page = client.get(&format!("/api/v1/rooms/{room}/messages")).await.expect(200).json();
        Self {
            bases: bases.iter().map(|b| b.trim_end_matches('/').to_owned()).collect(),
            session: client.session.clone(),
            room,
            epoch: page["epoch"].as_str().unwrap().to_owned(),
            name: name.to_owned(),
            turn: 0,
            sent: 0,
            outbox: VecDeque::new(),
            last: 0,
            log: Vec::new(),
            acked: BTreeMap::new(),
            refused: Arc::default(),
            closes: BTreeMap::new(),
        }
    }

    /// Says `n` messages, some under way at once, until every one is acknowledged.
    pub async fn talk(&mut self, n: usize) {
        let goal = self.acked.len() + n;
        self.run(goal, |me| me.acked.len() >= goal).await;
    }

    /// Listens until the event at `place` was heard.
    pub async fn listen(&mut self, place: i64) {
        self.run(0, |me| me.last >= place).await;
    }

    /// One connection, for as long as it lasts: resume, send again what waits, go on sending.
    pub async fn live_once(&mut self) {
        let base = self.bases[0].clone();
        let (cookie, url) = (format!("kontor_session={}", self.session), format!("{base}/api/v1/live"));
        let headers = [("cookie", cookie.as_str()), ("origin", base.as_str())];
        let open = Socket::try_open(&url, &headers);
        let Ok(Some(mut socket)) = tokio::time::timeout(SILENCE, open).await else { return };
        self.greet(&mut socket).await;
        self.converse(&mut socket, usize::MAX, &|_| false).await;
    }

    async fn greet(&self, socket: &mut Socket) {
        let subs = json!([{ "r": self.room, "epoch": self.epoch, "s": self.last }]);
        socket.say_text(json!({ "t": "hello", "v": 1, "subs": subs }).to_string()).await;
    }

    async fn run(&mut self, goal: usize, done: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(Instant::now() < until, "{} is not done: {} acked, at {}", self.name, self.acked.len(), self.last);
            self.turn += 1;
            let base = self.bases[self.turn % self.bases.len()].clone();
            let (cookie, url) = (format!("kontor_session={}", self.session), format!("{base}/api/v1/live"));
            let headers = [("cookie", cookie.as_str()), ("origin", base.as_str())];
            let open = Socket::try_open(&url, &headers);
            let Ok(Some(mut socket)) = tokio::time::timeout(SILENCE, open).await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            self.greet(&mut socket).await;
            self.converse(&mut socket, goal, &done).await;
        }
    }

    async fn converse(&mut self, socket: &mut Socket, goal: usize, done: &impl Fn(&Self) -> bool) {
        while !done(self) {
            let said = match socket.next_within(SILENCE).await {
                Some(Said::Object(said)) => said,
                Some(Said::Closed(code)) => {
                    *self.closes.entry(code).or_default() += 1;
                    return;
                }
                None => return,
            };
            match said["t"].as_str().unwrap_or("ping") {
                "sub_ok" => {
                    assert_eq!(said["rec"], true, "{}: a position was lost: {said}", self.name);
                    for ev in said["ev"].as_array().unwrap() {
                        self.hear(ev);
                    }
                    if said["more"] == true {
                        let sub = json!({ "t": "sub", "r": self.room, "epoch": self.epoch, "s": self.last });
                        socket.say_text(sub.to_string()).await;
                    } else {
                        for cid in self.outbox.clone() {
                            self.send(socket, &cid).await;
                        }
                        self.fill(socket, goal).await;
                    }
                }
                "ev" => self.hear(&said),
                "ack" => {
                    let cid = said["cid"].as_str().unwrap().to_owned();
                    let place = (said["m"].as_i64().unwrap(), said["s"].as_i64().unwrap());
                    self.outbox.retain(|c| *c != cid);
                    if let Some(first) = self.acked.insert(cid, place) {
                        assert_eq!(first, place, "a repeat was answered with another message");
                    }
                    self.fill(socket, goal).await;
                }
                "err" => {
                    assert_eq!(said["temp"], true, "{}: {said}", self.name);
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if let Some(cid) = said["cid"].as_str().map(str::to_owned) {
                        self.send(socket, &cid).await;
                    } else {
                        return;
                    }
                }
                "ping" => socket.say_text("{}".to_owned()).await,
                _ => {}
            }
        }
    }

    async fn fill(&mut self, socket: &mut Socket, goal: usize) {
        while self.outbox.len() < 4 && self.acked.len() + self.outbox.len() < goal {
            self.sent += 1;
            let cid = format!("{}-{}", self.name, self.sent);
            self.outbox.push_back(cid.clone());
            self.send(socket, &cid).await;
        }
    }

    async fn send(&self, socket: &mut Socket, cid: &str) {
        let frame = json!({ "t": "send", "cid": cid, "r": self.room, "body": format!("Nachricht {cid}") });
        socket.say_text(frame.to_string()).await;
    }

    /// Every event is the next one.
    fn hear(&mut self, ev: &Value) {
        let s = ev["s"].as_i64().unwrap();
        assert_eq!(s, self.last + 1, "{}: a hole, a double or a wrong order", self.name);
        self.last = s;
        self.log.push((s, ev["k"].as_str().unwrap().to_owned(), ev["m"].as_i64().unwrap_or(0)));
    }
}

/// Every message of a room as it is stored: place to message and text.
pub async fn stored(client: &Client, room: i64) -> BTreeMap<i64, (i64, String)> {
    let (mut all, mut after) = (BTreeMap::new(), 0);
    loop {
        let page =
            client.get(&format!("/api/v1/rooms/{room}/messages?after={after}&limit=200")).await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        for item in items {
            after = item["seq"].as_i64().unwrap();
            let text = item["html"].as_str().unwrap().replace("<p>", "").replace("</p>", "").trim().to_owned();
            all.insert(after, (item["m"].as_i64().unwrap(), text));
        }
        if items.is_empty() {
            return all;
        }
    }
}

/// The invariant: every acknowledged `cid` is stored once and in each entitled log once, in order, without holes.
pub fn check(people: &[Person], stored: &BTreeMap<i64, (i64, String)>) {
    let mut texts = BTreeSet::new();
    for (_, text) in stored.values() {
        assert!(texts.insert(text.clone()), "{text} is stored twice");
    }
    let acked: BTreeMap<&String, &(i64, i64)> = people.iter().flat_map(|p| &p.acked).collect();
    for (cid, (m, s)) in &acked {
        let at = stored.get(s).unwrap_or_else(|| panic!("{cid} was acknowledged and is not there"));
        assert_eq!((at.0, at.1.as_str()), (*m, format!("Nachricht {cid}").as_str()));
    }
    for person in people {
        let heard: BTreeMap<i64, i64> =
            person.log.iter().filter(|(_, k, _)| k == "msg").map(|(s, _, m)| (*s, *m)).collect();
        let messages: BTreeSet<i64> = heard.values().copied().collect();
        assert_eq!(heard.len(), messages.len(), "{} heard a message twice", person.name);
        let places: Vec<i64> = person.log.iter().map(|(s, ..)| *s).collect();
        assert_eq!(places, (1..=person.last).collect::<Vec<_>>(), "{}", person.name);
        for (cid, (m, s)) in acked.iter().filter(|(_, (_, s))| *s <= person.last) {
            assert_eq!(heard.get(s), Some(m), "{} never heard {cid}", person.name);
        }
    }
}

/// Lets everybody hear everything, then checks.
pub async fn settle_and_check(people: &mut [Person], client: &Client, room: i64) {
    let all = stored(client, room).await;
    let end = all.keys().next_back().copied().unwrap_or(0);
    for person in people.iter_mut() {
        person.listen(end).await;
    }
    check(people, &all);
}

/// Everybody comes into the foyer; answers its id.
pub async fn join_foyer(members: &[&Client]) -> i64 {
    let rooms = members[0].get("/api/v1/rooms").await.expect(200).json();
    let foyer = rooms["items"].as_array().unwrap().iter().find(|r| r["slug"] == "foyer").unwrap();
    let room = foyer["id"].as_i64().unwrap();
    for member in members {
        member.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    }
    room
}
