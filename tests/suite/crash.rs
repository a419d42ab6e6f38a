//! `kill -9`: the real binary dies a hundred times while clients send. What was acknowledged is there once, in order,
//! and resuming finds no hole.

use crate::support::{Client, Said, Socket};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const DEATHS: usize = 100;
const SENDERS: usize = 3;

struct Node {
    child: Child,
    base: String,
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command
        .env_clear()
        .env("KONTOR_LISTEN", "127.0.0.1:0")
        .env("KONTOR_DATA_DIR", dir)
        .env("KONTOR_RATE_LIMITS", "off")
        .env("KONTOR_CONNECTIONS_PER_MEMBER", "100")
        .env("KONTOR_LOG", "error");
    if let Ok(url) = std::fs::read_to_string(dir.join("database-url")) {
        command.env("DATABASE_URL", url);
    }
    command
}

/// Starts the server and reads its address from what it prints.
fn start(dir: &Path) -> Node {
    let mut child = command(dir).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let base = loop {
        let line = lines.next().expect("the server ended before it said where it listens").unwrap();
        if let Some(base) = line.strip_prefix("Kontor listens on ") {
            break base.trim_end_matches('/').to_owned();
        }
    };
    // What it prints later is read as well: a full pipe would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    Node { child, base }
}

impl Node {
    /// SIGKILL: nothing is flushed, nobody says goodbye.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn folder() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("kontor-crash-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let config = crate::support::config(&dir, &[]);
    if std::env::var("KONTOR_TEST_POSTGRES").is_ok() {
        std::fs::write(dir.join("database-url"), config.database_url).unwrap();
    }
    dir
}

fn create_admin(dir: &Path) {
    let mut made = command(dir)
        .args(["admin", "create", "--email", "ruth@example.org", "--name", "Ruth Okafor", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    made.stdin.take().unwrap().write_all(b"a long enough one\n").unwrap();
    assert!(made.wait().unwrap().success());
}

/// A member's session in the running server.
async fn sign_in(base: &str) -> String {
    let answer = Client::new(base.to_owned())
        .post("/api/v1/session", json!({ "email": "ruth@example.org", "password": "a long enough one" }))
        .await
        .expect(201);
    let cookie = answer.header("set-cookie");
    cookie.split(';').next().unwrap().split_once('=').unwrap().1.to_owned()
}

/// What a client knows: its position, what it waits for, what was acknowledged.
#[derive(Default)]
struct Sender {
    name: usize,
    sent: usize,
    waiting: BTreeMap<usize, String>,
    acked: BTreeMap<String, (i64, i64)>,
    last: i64,
    heard: BTreeMap<String, i64>,
}

impl Sender {
    /// One life of the server: resume, send again what waits, go on until the connection dies.
    async fn live(&mut self, base: &str, session: &str, room: i64, epoch: &str) {
        let (cookie, url) = (format!("kontor_session={session}"), format!("{base}/api/v1/live"));
        let Ok(opened) = tokio::time::timeout(
            Duration::from_secs(5),
            Socket::try_open(&url, &[("cookie", &cookie), ("origin", base)]),
        )
        .await
        else {
            return;
        };
        let Some(mut socket) = opened else { return };
        let subs = json!([{ "r": room, "epoch": epoch, "s": self.last }]);
        socket.say_text(json!({ "t": "hello", "v": 1, "subs": subs }).to_string()).await;
        let mut resumed = false;
        loop {
            match socket.next().await {
                Said::Closed(_) => return,
                Said::Object(o) if o["t"] == "sub_ok" => {
                    assert_eq!(o["rec"], true, "a position was lost: {o}");
                    o["ev"].as_array().unwrap().iter().for_each(|ev| self.hear(ev));
                    if o["more"] == true {
                        let sub = json!({ "t": "sub", "r": room, "epoch": epoch, "s": self.last });
                        socket.say_text(sub.to_string()).await;
                        continue;
                    }
                    if !resumed {
                        resumed = true;
                        let again: Vec<String> = self.waiting.values().cloned().collect();
                        for cid in again {
                            self.say(&mut socket, room, &cid).await;
                        }
                        for _ in 0..4 {
                            self.send(&mut socket, room).await;
                        }
                    }
                }
                Said::Object(o) if o["t"] == "ev" => self.hear(&o),
                Said::Object(o) if o["t"] == "ack" => {
                    let cid = o["cid"].as_str().unwrap().to_owned();
                    let place = (o["m"].as_i64().unwrap(), o["s"].as_i64().unwrap());
                    self.waiting.retain(|_, c| *c != cid);
                    if let Some(first) = self.acked.insert(cid, place) {
                        assert_eq!(first, place, "a repeat was answered with another message");
                    }
                    self.send(&mut socket, room).await;
                }
                Said::Object(o) => assert_ne!(o["t"], "err", "{o}"),
            }
        }
    }

    async fn send(&mut self, socket: &mut Socket, room: i64) {
        self.sent += 1;
        let cid = format!("{}-{}", self.name, self.sent);
        self.waiting.insert(self.sent, cid.clone());
        self.say(socket, room, &cid).await;
    }

    async fn say(&self, socket: &mut Socket, room: i64, cid: &str) {
        let frame = json!({ "t": "send", "cid": cid, "r": room, "body": format!("Nachricht {cid}") });
        socket.say_text(frame.to_string()).await;
    }

    /// Every event is the next one.
    fn hear(&mut self, ev: &Value) {
        assert_eq!(ev["s"], self.last + 1, "a hole or a repeat");
        self.last += 1;
        if let Some(cid) = ev["cid"].as_str() {
            assert!(self.heard.insert(cid.to_owned(), self.last).is_none(), "{cid} was shown twice");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_sudden_deaths_lose_nothing_and_show_nothing_twice() {
    let dir = folder();
    create_admin(&dir);
    let node = start(&dir);
    let session = sign_in(&node.base).await;
    let client = Client::new(node.base.clone()).with_session(&session, kontor::web::viewer::MemberId(1));
    let rooms = client.get("/api/v1/rooms").await.expect(200).json();
    let room = rooms["items"][0]["id"].as_i64().unwrap();
    let epoch = rooms["items"][0]["epoch"].as_str().unwrap().to_owned();
    client.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    node.kill();

    let mut senders: Vec<Sender> = (0..SENDERS).map(|name| Sender { name, ..Sender::default() }).collect();
    for death in 0..DEATHS {
        let node = start(&dir);
        let mut lives = tokio::task::JoinSet::new();
        for mut sender in senders.drain(..) {
            let (base, session, epoch) = (node.base.clone(), session.clone(), epoch.clone());
            lives.spawn(async move {
                sender.live(&base, &session, room, &epoch).await;
                sender
            });
        }
        // The moment of death is the test's input, spread over connecting, resuming, sending and committing.
        tokio::time::sleep(Duration::from_millis(20 + (death as u64 * 37) % 180)).await;
        node.kill();
        while let Some(sender) = lives.join_next().await {
            senders.push(sender.unwrap());
        }
    }

    let node = start(&dir);
    let client = Client::new(node.base.clone()).with_session(&session, kontor::web::viewer::MemberId(1));
    let mut stored: BTreeMap<String, i64> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page =
            client.get(&format!("/api/v1/rooms/{room}/messages?after={after}&limit=200")).await.expect(200).json();
        let items = page["items"].as_array().unwrap().clone();
        for item in &items {
            let seq = item["seq"].as_i64().unwrap();
            assert_eq!(seq, after + 1, "a hole in the log");
            after = seq;
            let cid = item["html"].as_str().unwrap().replace("<p>Nachricht ", "").replace("</p>", "").trim().to_owned();
            assert!(stored.insert(cid.clone(), seq).is_none(), "{cid} is stored twice");
        }
        if items.is_empty() {
            break;
        }
    }
    let mut acked = BTreeSet::new();
    for sender in &senders {
        for (cid, (_, seq)) in &sender.acked {
            assert_eq!(stored.get(cid), Some(seq), "{cid} was acknowledged and is not where it was");
            acked.insert(cid.clone());
        }
    }
    assert!(acked.len() > DEATHS, "only {} messages got through", acked.len());
    node.kill();
    let _ = std::fs::remove_dir_all(&dir);
}
