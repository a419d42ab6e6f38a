//! Speed of the house: cold start, idle memory, and the thread page of fifty posts with SQL, beside a bare actix
//! handler that sends the same bytes. `cargo bench --bench pages` prints a table; rate limits are off, everything
//! runs on this machine, client included, so the figures are lower bounds.

use bytes::Bytes;
use diesel::prelude::*;
use kontor::accounts::model::{Email, Status};
use kontor::accounts::store::{NewAccount, insert_account, insert_session};
use kontor::accounts::token;
use kontor::app;
use kontor::config::Config;
use kontor::db::schema::{niches, posts, threads};
use kontor::db::{Clock, MINUTE};
use kontor::house::House;
use kontor::i18n::Lang;
use kontor::web::viewer::{MemberId, Role};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const THREADS: i64 = 1_080;
const POSTS: i32 = 50;
const CONNECTIONS: usize = 16;
const LASTS: Duration = Duration::from_secs(8);

fn main() -> Fallible<()> {
    let dir = std::env::temp_dir().join(format!("kontor-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(measure(&dir));
    std::fs::remove_dir_all(&dir)?;
    done
}

async fn measure(dir: &Path) -> Fallible<()> {
    let (fresh, again, memory) = starts(&dir.join("start")).await?;
    let data = dir.join("house");
    let vars = HashMap::from([
        ("KONTOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("KONTOR_DATA_DIR", data.display().to_string()),
        ("KONTOR_RATE_LIMITS", "off".to_owned()),
    ]);
    let config = Config::load(|name| vars.get(name).cloned())?;
    let running = app::start(config, Clock::default()).await?;
    let (session, ids) = fill(&running.house).await?;
    let head = format!("host: localhost\r\ncookie: kontor_session={session}\r\n\r\n");
    let request = move |n: usize| format!("GET /threads/{} HTTP/1.1\r\n{head}", ids[n % ids.len()]);

    // Once through every thread: reading positions are written, caches are warm.
    let mut one = Connection::open(running.address).await?;
    for n in 0..usize::try_from(THREADS)? {
        one.get(&request(n)).await?;
    }
    let mut single = Vec::new();
    for n in 0..400 {
        let began = Instant::now();
        one.get(&request(n * 7)).await?;
        single.push(began.elapsed());
    }
    let page = one.get(&request(1)).await?;
    let posts = String::from_utf8_lossy(&page).matches("<article class=\"post\"").count();
    assert_eq!(posts, usize::try_from(POSTS)?, "the page shows all posts");
    let pages = load(running.address, request.clone()).await?;
    let (bare_at, bare_handle) = bare(page.clone())?;
    let bare = load(bare_at, |_| "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned()).await?;
    bare_handle.stop(false).await;

    println!("| figure | value |");
    println!("| --- | --- |");
    println!("| cold start to ready, empty data directory | {} |", ms(fresh));
    println!("| cold start to ready, existing database | {} |", ms(again));
    println!("| idle memory (RSS) | {:.1} MB |", memory as f64 / 1024.0);
    println!("| thread page, {POSTS} posts of {} | {:.1} KB |", THREADS * i64::from(POSTS), page.len() as f64 / 1024.0);
    println!(
        "| one request at a time | p50 {} p95 {} |",
        ms(quantile(&mut single, 0.5)),
        ms(quantile(&mut single, 0.95))
    );
    for (name, mut run) in [("thread pages", pages), ("bare actix, same bytes", bare)] {
        let rate = run.len() as f64 / LASTS.as_secs_f64();
        let (p50, p95) = (quantile(&mut run, 0.5), quantile(&mut run, 0.95));
        println!("| {name}, {CONNECTIONS} connections | {rate:.0}/s, p50 {} p95 {} |", ms(p50), ms(p95));
    }
    running.stop().await;
    Ok(())
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn quantile(times: &mut [Duration], q: f64) -> Duration {
    times.sort_unstable();
    times.get((times.len() as f64 * q) as usize).copied().unwrap_or_default()
}

/// Starts the real binary twice: on an empty folder and on what that left. Times, and memory in KB.
async fn starts(dir: &Path) -> Fallible<(Duration, Duration, u64)> {
    let (mut first, fresh) = start(dir).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", first.id()))?;
    let memory = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next());
    let memory = memory.unwrap_or("0").parse()?;
    end(&mut first)?;
    let (mut second, again) = start(dir).await?;
    end(&mut second)?;
    Ok((fresh, again, memory))
}

async fn start(dir: &Path) -> Fallible<(Child, Duration)> {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kontor"))
        .env("KONTOR_LISTEN", "127.0.0.1:0")
        .env("KONTOR_DATA_DIR", dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let out = child.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(out).lines();
    let line = lines.next().ok_or("no address")??;
    let address = line.rsplit("http://").next().unwrap_or("").trim_end_matches('/').parse()?;
    let mut connection = Connection::open(address).await?;
    connection.get("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
    let took = began.elapsed();
    // The pipe stays open: a server that cannot print its lines stops.
    std::thread::spawn(move || lines.for_each(drop));
    Ok((child, took))
}

fn end(child: &mut Child) -> Fallible<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// One niche with [`THREADS`] threads of [`POSTS`] posts by forty members; a session of one of them and the ids.
async fn fill(house: &House) -> Fallible<(String, Vec<i64>)> {
    let session = token::fresh()?;
    let hash = token::hash(&session);
    let (niche, members) = house
        .db
        .write(move |tx| {
            let mut members = Vec::new();
            for n in 0..40 {
                let email =
                    Email::parse(&format!("member{n}@example.org")).map_err(|_| kontor::error::Error::NotFound)?;
                let name = format!("Mitglied Nummer{n}");
                members.push(insert_account(tx, &account(&email, &name))?);
            }
            insert_session(tx, members[0], &hash, "127.0.0.1", "bench")?;
            let now = tx.now();
            let niche: i64 = diesel::insert_into(niches::table)
                .values((
                    niches::slug.eq("bench"),
                    niches::name_de.eq("Heimfitness"),
                    niches::name_en.eq("Home fitness"),
                    niches::created_at.eq(now),
                ))
                .returning(niches::id)
                .get_result(&mut **tx)?;
            Ok((niche, members))
        })
        .await?;
    let texts: Vec<(String, String)> = (0..40).map(text).collect();
    let mut ids = Vec::new();
    for first in (0..THREADS).step_by(60) {
        let (members, texts) = (members.clone(), texts.clone());
        ids.extend(house.db.write(move |tx| fill_threads(tx, niche, first, &members, &texts)).await?);
    }
    Ok((session, ids))
}

fn account<'a>(email: &'a Email, name: &'a str) -> NewAccount<'a> {
    NewAccount {
        email,
        name,
        password_hash: None,
        role: Role::Member,
        status: Status::Active,
        lang: Lang::De,
        pitch: "",
    }
}

/// Markdown of about 500 characters and its HTML.
fn text(n: usize) -> (String, String) {
    let body = format!(
        "Nach {n} Wochen mit der **Vergleichstabelle** oben sieht es so aus:\n\n- Klicks: {}\n- EPC: 0,{} Euro\n\n\
         Ich habe nichts anderes geändert und messe weiter. Wer hat das auch schon versucht, und mit welcher Zielgruppe? \
         Bei mir kommen die meisten über [den Newsletter](https://example.org/artikel/{n}), einige über die Suche. \
         Der Hinweis auf die Kennzeichnung steht jetzt direkt am Link, das hat den Klicks nicht geschadet.\n\n\
         > Zeig mal die Seite, dann schauen wir gemeinsam darauf.\n",
        1_200 + n * 17,
        31 + n,
    );
    let html = kontor::text::post_html(&body);
    (body, html)
}

fn fill_threads(
    tx: &mut kontor::db::Tx<'_>,
    niche: i64,
    first: i64,
    members: &[MemberId],
    texts: &[(String, String)],
) -> kontor::error::Result<Vec<i64>> {
    let now = tx.now();
    let mut ids = Vec::new();
    for n in first..(first + 60).min(THREADS) {
        let at = now - (THREADS - n) * MINUTE;
        let by = |i: i64| members[usize::try_from(i).unwrap_or(0) % members.len()].0;
        let id: i64 = diesel::insert_into(threads::table)
            .values((
                threads::niche_id.eq(niche),
                threads::author_id.eq(Some(by(n))),
                threads::title.eq(format!("Vergleichstabellen, Versuch {n}")),
                threads::title_key.eq(format!("vergleichstabellen, versuch {n}")),
                threads::post_count.eq(POSTS),
                threads::last_number.eq(POSTS),
                threads::last_post_at.eq(at),
                threads::last_post_by.eq(Some(by(n + 7))),
                threads::created_at.eq(at),
            ))
            .returning(threads::id)
            .get_result(&mut **tx)?;
        for number in 1..=POSTS {
            let who = i64::from(number) * 3 + n;
            let (body, html) = &texts[usize::try_from(who).unwrap_or(0) % texts.len()];
            diesel::insert_into(posts::table)
                .values((
                    posts::thread_id.eq(id),
                    posts::number.eq(number),
                    posts::author_id.eq(Some(by(who))),
                    posts::reply_to.eq((number % 5 == 0).then_some(number - 1)),
                    posts::body.eq(body),
                    posts::html.eq(html),
                    posts::created_at.eq(at - i64::from(POSTS - number) * MINUTE),
                ))
                .execute(&mut **tx)?;
        }
        ids.push(id);
    }
    Ok(ids)
}

/// A keep-alive connection that speaks as much HTTP/1.1 as this needs.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Fallible<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(256 * 1024) })
    }

    /// Sends a request and reads its whole answer; answers the body.
    async fn get(&mut self, request: &str) -> Fallible<Bytes> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let (begin, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            if let Some(found) = head(&self.buffer)? {
                break found;
            }
        };
        while self.buffer.len() < begin + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
        }
        Ok(Bytes::copy_from_slice(&self.buffer[begin..begin + length]))
    }
}

/// Where the body begins and how long it is, once the head is there; another status than 200 is an error.
fn head(buffer: &[u8]) -> Fallible<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        return Err(text.into());
    }
    let length = text.lines().find_map(|l| l.strip_prefix("content-length:")).ok_or("no length")?.trim().parse()?;
    Ok(Some((end + 4, length)))
}

/// [`CONNECTIONS`] connections ask one request after the other for [`LASTS`]; answers how long each took.
async fn load(
    address: SocketAddr,
    request: impl Fn(usize) -> String + Clone + Send + 'static,
) -> Fallible<Vec<Duration>> {
    let until = Instant::now() + LASTS;
    let mut running = Vec::new();
    for c in 0..CONNECTIONS {
        let request = request.clone();
        running.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut times = Vec::new();
            let mut n = c * 67;
            while Instant::now() < until {
                let began = Instant::now();
                connection.get(&request(n)).await?;
                times.push(began.elapsed());
                n += 1;
            }
            Fallible::Ok(times)
        }));
    }
    let mut all = Vec::new();
    for one in running {
        all.extend(one.await??);
    }
    Ok(all)
}

/// A server that does nothing but send `page`.
fn bare(page: Bytes) -> Fallible<(SocketAddr, actix_web::dev::ServerHandle)> {
    use actix_web::{App, HttpResponse, HttpServer, web};
    let server = HttpServer::new(move || {
        let page = page.clone();
        App::new().route(
            "/",
            web::get().to(move || {
                let page = page.clone();
                async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page) }
            }),
        )
    })
    .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
    .disable_signals()
    .bind("127.0.0.1:0")?;
    let address = *server.addrs().first().ok_or("no address")?;
    let running = server.run();
    let handle = running.handle();
    tokio::spawn(running);
    Ok((address, handle))
}
