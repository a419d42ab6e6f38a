//! `cargo bench --bench chat`: how much chat one node carries, over real sockets on this machine. Durable messages a second
//! (SQLite, `synchronous=FULL`, acknowledged after the commit), deliveries a second into a room of 2,000 in bursts, and beside
//! it the floor: a bare actix-ws broadcast to as many connections, without a database and without a protocol.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use kontor::accounts::model::{Email, Status};
use kontor::accounts::store::{NewAccount, insert_account, insert_session};
use kontor::accounts::token;
use kontor::app::{self, Running};
use kontor::config::Config;
use kontor::db::Clock;
use kontor::i18n::Lang;
use kontor::rooms::model::RoomId;
use kontor::rooms::store::insert_place;
use kontor::web::viewer::Role;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Fail = Box<dyn std::error::Error + Send + Sync>;
type Done<T> = Result<T, Fail>;

const ROOM_SIZE: usize = 2_000;
const BURST: usize = 100;
const BURSTS: usize = 10;
const SENDERS: usize = 16;

/// A WebSocket client that costs as little as it can: it shares the machine with the server it measures.
struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    at: usize,
}

impl Wire {
    async fn open(address: SocketAddr, path: &str, session: &str) -> Done<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: kontor_session={session}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut me = Self { stream, buffer: Vec::with_capacity(16 * 1024), at: 0 };
        loop {
            if let Some(end) = me.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                if !me.buffer.starts_with(b"HTTP/1.1 101") {
                    return Err(String::from_utf8_lossy(&me.buffer).into_owned().into());
                }
                me.at = end + 4;
                return Ok(me);
            }
            me.fill().await?;
        }
    }

    async fn fill(&mut self) -> Done<()> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        Ok(())
    }

    /// The next text frame.
    async fn next(&mut self) -> Done<&str> {
        let (from, to) = loop {
            if let Some(range) = self.frame() {
                break range;
            }
            self.fill().await?;
        };
        self.at = to;
        Ok(std::str::from_utf8(&self.buffer[from..to])?)
    }

    fn frame(&self) -> Option<(usize, usize)> {
        let rest = &self.buffer[self.at..];
        let (head, len) = match rest.get(1)? {
            126 => (4, usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]))),
            127 => (10, usize::try_from(u64::from_be_bytes(rest.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(*short)),
        };
        (rest.len() >= head + len).then_some((self.at + head, self.at + head + len))
    }

    /// Sends text frames in one write; a mask of zeros leaves the text as it is.
    async fn say(&mut self, texts: &[String]) -> Done<()> {
        let mut out = Vec::new();
        for text in texts {
            out.push(0x81);
            match text.len() {
                n if n < 126 => out.push(0x80 | n as u8),
                n => {
                    out.push(0x80 | 126);
                    out.extend((n as u16).to_be_bytes());
                }
            }
            out.extend([0; 4]);
            out.extend(text.as_bytes());
        }
        Ok(self.stream.write_all(&out).await?)
    }

    async fn until(&mut self, kind: &str) -> Done<()> {
        let wanted = format!("{{\"t\":\"{kind}\"");
        loop {
            let text = self.next().await?;
            if text.starts_with(&wanted) {
                return Ok(());
            }
            if text.starts_with("{\"t\":\"err\"") {
                return Err(text.to_owned().into());
            }
        }
    }
}

/// Says hello, with a subscription or without.
async fn hello(address: SocketAddr, session: &str, room: Option<i64>) -> Done<Wire> {
    let mut wire = Wire::open(address, "/api/v1/live", session).await?;
    let subs = room.map_or_else(|| "[]".to_owned(), |r| format!("[{{\"r\":{r}}}]"));
    wire.say(&[format!("{{\"t\":\"hello\",\"v\":1,\"subs\":{subs}}}")]).await?;
    if room.is_some() {
        wire.until("sub_ok").await?;
    }
    Ok(wire)
}

async fn house(dir: &std::path::Path) -> Done<Running> {
    let vars = [
        ("KONTOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("KONTOR_DATA_DIR", dir.display().to_string()),
        ("KONTOR_RATE_LIMITS", "off".to_owned()),
        ("KONTOR_CONNECTIONS_PER_MEMBER", "1000".to_owned()),
    ];
    let config = Config::load(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()))?;
    Ok(app::start(config, Clock::default()).await?)
}

/// Members of the one room, with a session each.
async fn people(running: &Running, room: i64, n: usize) -> Done<Vec<String>> {
    let mut sessions = Vec::new();
    for chunk in (0..n).collect::<Vec<_>>().chunks(500) {
        let fresh = chunk.iter().map(|i| Ok((*i, token::fresh()?))).collect::<Done<Vec<_>>>()?;
        sessions.extend(fresh.iter().map(|(_, s)| s.clone()));
        let work = running.house.db.write(move |tx| {
            for (i, session) in &fresh {
                let email =
                    Email::parse(&format!("m{i}@example.org")).map_err(|e| kontor::error::Error::Invalid(vec![e]))?;
                let new = NewAccount {
                    email: &email,
                    name: &format!("Member {i}"),
                    password_hash: None,
                    role: Role::Member,
                    status: Status::Active,
                    lang: Lang::En,
                    pitch: "",
                };
                let id = insert_account(tx, &new)?;
                insert_session(tx, id, &token::hash(session), "127.0.0.1", "bench")?;
                insert_place(tx, RoomId(room), id, 0)?;
            }
            Ok(())
        });
        work.await?;
    }
    Ok(sessions)
}

fn send(room: i64, cid: &str) -> String {
    let body = "Heute schon wieder drei Abschlüsse über den Vergleichsartikel, wie läuft es bei euch?";
    format!("{{\"t\":\"send\",\"cid\":\"{cid}\",\"r\":{room},\"body\":\"{body}\"}}")
}

/// Messages a second that are on disk and acknowledged, with so many on the way at once.
async fn durable(address: SocketAddr, sessions: &[String], room: i64, in_flight: usize) -> Done<()> {
    let each = (in_flight / SENDERS).max(1);
    let end = Instant::now() + Duration::from_secs(4);
    let mut all = tokio::task::JoinSet::new();
    let began = Instant::now();
    for (n, session) in sessions.iter().take(SENDERS).cloned().enumerate() {
        all.spawn(async move {
            let mut wire = hello(address, &session, None).await?;
            let mut sent_at = std::collections::VecDeque::new();
            let (mut next, mut took) = (0_usize, Vec::new());
            let mut batch = Vec::new();
            for _ in 0..each {
                batch.push(send(room, &format!("{in_flight}-{n}-{next}")));
                sent_at.push_back(Instant::now());
                next += 1;
            }
            wire.say(&batch).await?;
            while !sent_at.is_empty() {
                wire.until("ack").await?;
                // One connection's messages are acknowledged in their order.
                took.extend(sent_at.pop_front().map(|t| t.elapsed()));
                if Instant::now() < end {
                    wire.say(&[send(room, &format!("{in_flight}-{n}-{next}"))]).await?;
                    sent_at.push_back(Instant::now());
                    next += 1;
                }
            }
            Ok::<_, Fail>(took)
        });
    }
    let mut took = Vec::new();
    while let Some(done) = all.join_next().await {
        took.extend(done??);
    }
    let rate = took.len() as f64 / began.elapsed().as_secs_f64();
    let (p50, p99) = quantiles(&mut took);
    println!(
        "durable messages, {in_flight:>5} in flight over {SENDERS} connections: {rate:>9.0}/s   p50 {p50:.1} ms   p99 {p99:.1} ms"
    );
    Ok(())
}

fn quantiles(took: &mut [Duration]) -> (f64, f64) {
    took.sort_unstable();
    let at = |q: f64| {
        took.get(((took.len() as f64 * q) as usize).min(took.len().saturating_sub(1)))
            .map_or(0.0, |d| d.as_secs_f64() * 1e3)
    };
    (at(0.5), at(0.99))
}

/// Connections that count what they get.
async fn listeners(wires: Vec<Wire>, counted: Arc<AtomicUsize>, mark: &'static str) {
    for mut wire in wires {
        let counted = counted.clone();
        tokio::spawn(async move {
            while let Ok(text) = wire.next().await {
                if text.starts_with(mark) {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
}

async fn reach(counted: &AtomicUsize, wanted: usize) -> Done<()> {
    let patience = Instant::now() + Duration::from_secs(30);
    while counted.load(Ordering::Relaxed) < wanted {
        if Instant::now() > patience {
            return Err(format!("{} of {wanted} deliveries", counted.load(Ordering::Relaxed)).into());
        }
        tokio::time::sleep(Duration::from_micros(300)).await;
    }
    Ok(())
}

/// Deliveries a second into a full room, posts coming in bursts.
async fn deliveries(address: SocketAddr, sessions: &[String], room: i64) -> Done<()> {
    let mut wires = Vec::new();
    for session in sessions {
        wires.push(hello(address, session, Some(room)).await?);
    }
    let counted = Arc::new(AtomicUsize::new(0));
    let first = sessions.first().ok_or("nobody")?;
    let mut sender = hello(address, first, None).await?;
    listeners(wires, counted.clone(), "{\"t\":\"ev\"").await;
    let mut took = Vec::new();
    let began = Instant::now();
    for burst in 0..BURSTS {
        let before = Instant::now();
        let texts: Vec<String> = (0..BURST).map(|n| send(room, &format!("burst-{burst}-{n}"))).collect();
        sender.say(&texts).await?;
        for _ in 0..BURST {
            sender.until("ack").await?;
        }
        reach(&counted, (burst + 1) * BURST * sessions.len()).await?;
        took.push(before.elapsed());
    }
    let total = counted.load(Ordering::Relaxed);
    let rate = total as f64 / began.elapsed().as_secs_f64();
    let (p50, p99) = quantiles(&mut took);
    println!(
        "deliveries into a room of {}: {rate:>9.0}/s   ({total} of {BURSTS} bursts of {BURST}; a burst reached everybody p50 {p50:.0} ms, worst {p99:.0} ms)",
        sessions.len()
    );
    // One message at a time: how long until the last of all has it.
    let mut single = Vec::new();
    for n in 0..50 {
        let before = Instant::now();
        sender.say(&[send(room, &format!("single-{n}"))]).await?;
        sender.until("ack").await?;
        reach(&counted, total + (n + 1) * sessions.len()).await?;
        single.push(before.elapsed());
    }
    let (p50, p99) = quantiles(&mut single);
    println!("one message to all {}: p50 {p50:.1} ms   p99 {p99:.1} ms until the last one has it", sessions.len());
    Ok(())
}

type Sessions = Arc<parking_lot::Mutex<Vec<actix_ws::Session>>>;

async fn bare(
    req: HttpRequest,
    body: web::Payload,
    all: web::Data<Sessions>,
) -> Result<HttpResponse, actix_web::Error> {
    let (answer, session, mut stream) = actix_ws::handle(&req, body)?;
    all.lock().push(session);
    actix_web::rt::spawn(async move { while stream.recv().await.is_some() {} });
    Ok(answer)
}

/// The floor: the same bytes to as many connections by a plain loop over actix-ws sessions.
async fn floor() -> Done<()> {
    let all: Sessions = Arc::default();
    let shared = all.clone();
    let server =
        HttpServer::new(move || App::new().app_data(web::Data::new(shared.clone())).route("/", web::get().to(bare)))
            .workers(2)
            .bind(("127.0.0.1", 0))?;
    let address = *server.addrs().first().ok_or("no address")?;
    let server = server.run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    let mut wires = Vec::new();
    for _ in 0..ROOM_SIZE {
        wires.push(Wire::open(address, "/", "none").await?);
    }
    let counted = Arc::new(AtomicUsize::new(0));
    listeners(wires, counted.clone(), "{\"t\":\"ev\"").await;
    let sessions: Vec<actix_ws::Session> = all.lock().clone();
    let text = format!("{{\"t\":\"ev\",\"r\":1,\"d\":{{\"html\":\"{}\"}}}}", "x".repeat(220));
    let began = Instant::now();
    for burst in 0..BURSTS {
        for mut session in sessions.iter().cloned() {
            for _ in 0..BURST {
                session.text(text.clone()).await.map_err(|_| "closed")?;
            }
        }
        reach(&counted, (burst + 1) * BURST * sessions.len()).await?;
    }
    let rate = counted.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    println!("floor, a bare actix-ws broadcast to {}: {rate:>9.0}/s", sessions.len());
    drop(sessions);
    handle.stop(false).await;
    running.await??;
    Ok(())
}

async fn run() -> Done<()> {
    let dir = std::env::temp_dir().join(format!("kontor-bench-chat-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let running = house(&dir).await?;
    let address = running.address;
    let room = 1;
    let sessions = people(&running, room, ROOM_SIZE).await?;
    for in_flight in [64, 1_000] {
        durable(address, &sessions, room, in_flight).await?;
    }
    deliveries(address, &sessions, room).await?;
    running.stop().await;
    floor().await?;
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = done {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
