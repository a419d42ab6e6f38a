//! Mails a second end to end: campaigns of 20,000 personalised mails of 20 kB, unsigned and signed, state in SQLite with
//! `synchronous=FULL`, into a mail server on the loopback with eight connections; beside them, in the same run, lettre's own pool and
//! Postfix's `smtp-source` as the limit line. Before that the count of a segment over 100,000 members with a year of sales.
//! `cargo bench --bench mail`; `KONTOR_BENCH_RECIPIENTS=1000000` shows memory and snapshot of a large campaign.
#![expect(clippy::unwrap_used, reason = "a bench stops at the first failure")]
#![expect(dead_code, reason = "the mail server is shared with the tests")]

#[path = "../tests/suite/support/sink.rs"]
mod sink;

use diesel::connection::SimpleConnection;
use kontor::config::Config;
use kontor::db::{Clock, Conn, DAY};
use kontor::house::House;
use kontor::mail::dkim::{self, Algorithm, Key};
use kontor::newsletters::{actions, input, store};
use kontor::segments::{actions as segments, store as segment_store};
use kontor::settings::{self, Bilingual};
use kontor::web::viewer::MemberId;
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde_json::json;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const MEMBERS: i64 = 100_000;
const CONNECTIONS: usize = 8;
const PARAGRAPH: &str = "Hallo {{member.name}}, in dieser Ausgabe zeigen wir dir **neue Texte**, Zahlen und [Beispiele](https://nordlicht.example/).\n\n";

/// Recipients of a campaign: 20,000, or `KONTOR_BENCH_RECIPIENTS`.
fn recipients() -> i64 {
    std::env::var("KONTOR_BENCH_RECIPIENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000)
}

#[tokio::main]
async fn main() {
    let sink = sink::Sink::start_with(1 << 30, sink::Keep::Nothing).await;
    let dir = std::env::temp_dir().join(format!("kontor-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let vars: HashMap<&str, String> = HashMap::from([
        ("KONTOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("KONTOR_DATA_DIR", dir.display().to_string()),
        ("SMTP_URL", sink.url()),
        ("KONTOR_MAIL_FROM", "Nordlicht <news@nordlicht.example>".to_owned()),
        ("KONTOR_MAIL_CONNECTIONS", CONNECTIONS.to_string()),
        // Twenty thousand on the first day is no gentle start.
        ("KONTOR_RATE_LIMITS", "off".to_owned()),
    ]);
    let config = Config::load(|name| vars.get(name).cloned()).unwrap();
    let running = kontor::app::start(config, Clock::default()).await.unwrap();
    let house = running.house.clone();
    let now = house.db.now();
    house
        .db
        .write(move |tx| {
            let mut own = settings::load(tx)?;
            own.imprint = Bilingual { de: "Nordlicht".into(), en: "Nordlicht".into() };
            settings::save(tx, &own)?;
            fill(tx, now);
            Ok(())
        })
        .await
        .unwrap();

    for (name, rule) in [
        (
            "tier and language",
            json!({"all":[{"field":"tier","op":"gte","value":"active"},{"field":"locale","op":"eq","value":"de"}]}),
        ),
        ("turnover in 30 days", json!({"field":"revenue","op":"gte","value":"500","window":"30d"})),
        (
            "all of it",
            json!({"all":[{"field":"tier","op":"gte","value":"active"},{"field":"locale","op":"eq","value":"de"},
            {"field":"niche","op":"eq","value":"n"},{"field":"revenue","op":"gte","value":"500","window":"90d"}]}),
        ),
    ] {
        let mut best = Duration::MAX;
        let mut found = 0;
        for _ in 0..5 {
            let rule = rule.clone();
            let began = Instant::now();
            found = house
                .db
                .read(move |c| {
                    let rule = segments::checked(c, &rule)?;
                    Ok(segment_store::count(c, &rule, now, "EUR")?.count)
                })
                .await
                .unwrap();
            best = best.min(began.elapsed());
        }
        println!("segment count over {MEMBERS} members, {name}: {found} in {:.1} ms", best.as_secs_f64() * 1e3);
    }

    let rule = json!({"field":"tag","op":"eq","value":"bench"});
    let segment = segments::save(&house, None, "bench".into(), rule, MemberId(1)).await.unwrap();
    let first = campaign(&house, segment).await;
    let (edition, reader) = actions::sample(&house, first, MemberId(1)).await.unwrap();
    let sample = edition.mail(&reader, now).unwrap().bytes;
    println!("a mail has {} bytes; {CONNECTIONS} connections", sample.len());
    let ours = send(&house, &sink, first, "engine, unsigned").await;
    for algorithm in [Algorithm::Ed25519, Algorithm::Rsa] {
        sign_with(&house, algorithm).await;
        let id = campaign(&house, segment).await;
        send(&house, &sink, id, &format!("engine, signed by {}", algorithm.code())).await;
    }
    let pool = lettre_pool(&sink).await;
    println!("lettre's own pool, built for each: {pool:.0}/s; the engine is {:.1} times as fast", ours / pool);
    match smtp_source(&sink, sample.len()).await {
        Some(limit) => println!("smtp-source: {limit:.0}/s; the engine reaches {:.2} of that line", ours / limit),
        None => println!("smtp-source is not installed (apt: postfix), so there is no limit line"),
    }
    running.stop().await;
    let _ = std::fs::remove_dir_all(&dir);
}

/// A draft with twenty kilobytes of text.
async fn campaign(house: &House, segment: i64) -> i64 {
    let raw = input::Raw {
        name: "bench".into(),
        segment_id: segment,
        subject: input::Words::One("Neues für {{member.name}}".into()),
        body: input::Words::One(PARAGRAPH.repeat(43)),
        ..input::Raw::default()
    };
    actions::create(house, raw, MemberId(1)).await.unwrap()
}

/// Sends a campaign to its end; answers mails a second while mails leave.
async fn send(house: &House, sink: &sink::Sink, id: i64, what: &str) -> f64 {
    let (before, began, most) = (sink.len(), Instant::now(), recipients());
    actions::start(house, id, None, MemberId(1)).await.unwrap();
    let (mut first, mut peak) = (None, 0);
    loop {
        let campaign = house.db.read(move |c| store::find(c, id)).await.unwrap();
        if first.is_none() && sink.len() > before {
            first = Some(Instant::now());
        }
        peak = peak.max(resident());
        if campaign.status.starts_with("finished") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (whole, sending) = (began.elapsed(), first.unwrap_or(began).elapsed());
    assert_eq!((sink.len() - before) as i64, most);
    let rate = most as f64 / sending.as_secs_f64();
    println!(
        "{what}: {most} mails in {:.2} s ({rate:.0}/s) after a snapshot of {:.2} s; at most {peak} MiB resident, mail server included",
        sending.as_secs_f64(),
        (whole - sending).as_secs_f64(),
    );
    rate
}

/// A fresh key of this kind signs from now on, and none of another.
async fn sign_with(house: &House, algorithm: Algorithm) {
    let fresh = Key::generate(algorithm).unwrap();
    let inner = house.clone();
    let work = move |tx: &mut kontor::db::Tx<'_>| {
        for old in dkim::store::list_keys(tx)? {
            dkim::store::delete_key(tx, old.id)?;
        }
        dkim::store::insert_key(tx, &inner.secrets, "nordlicht.example", algorithm.code(), algorithm, &fresh)?;
        let key = dkim::store::list_keys(tx)?.remove(0);
        dkim::store::mark_active(tx, &key)?;
        Ok(())
    };
    house.db.write(work).await.unwrap();
}

/// What lettre does by itself: its pool, and a message built for each recipient. It does not set `TCP_NODELAY`.
async fn lettre_pool(sink: &sink::Sink) -> f64 {
    const MAILS: usize = 800;
    let pool = PoolConfig::new().max_size(CONNECTIONS as u32).min_idle(CONNECTIONS as u32);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(sink.port())
        .pool_config(pool)
        .build();
    let text = PARAGRAPH.repeat(43);
    let mut lives = tokio::task::JoinSet::new();
    let began = Instant::now();
    for worker in 0..CONNECTIONS {
        let (transport, text) = (transport.clone(), text.clone());
        lives.spawn(async move {
            for n in 0..MAILS / CONNECTIONS {
                let mail = Message::builder()
                    .from("Nordlicht <news@nordlicht.example>".parse().unwrap())
                    .to(format!("p{worker}-{n}@example.org").parse().unwrap())
                    .subject("Neues")
                    .multipart(MultiPart::alternative_plain_html(text.clone(), format!("<p>{text}</p>")))
                    .unwrap();
                transport.send(mail).await.unwrap();
            }
        });
    }
    while let Some(done) = lives.join_next().await {
        done.unwrap();
    }
    MAILS as f64 / began.elapsed().as_secs_f64()
}

/// Postfix's own load generator, which sends the same bytes again and again: the limit line of this machine.
async fn smtp_source(sink: &sink::Sink, bytes: usize) -> Option<f64> {
    const MAILS: usize = 40_000;
    let program =
        ["/usr/sbin/smtp-source", "/usr/bin/smtp-source"].into_iter().find(|p| std::path::Path::new(p).exists())?;
    let (before, began) = (sink.len(), Instant::now());
    let args =
        ["-4", "-s", &CONNECTIONS.to_string(), "-m", &MAILS.to_string(), "-l", &bytes.to_string()].map(str::to_owned);
    let mut child = tokio::process::Command::new(program)
        .args(args)
        .args(["-f", "news@nordlicht.example", "-t", "p@example.org", &format!("inet:127.0.0.1:{}", sink.port())])
        .spawn()
        .ok()?;
    let status = child.wait().await.ok()?;
    (status.success() && sink.len() - before == MAILS).then(|| MAILS as f64 / began.elapsed().as_secs_f64())
}

/// MiB of this process that are in memory now.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Members with tiers, languages, tags and ten sales each over a year, in SQL: nothing else is that fast.
fn fill(conn: &mut Conn, now: i64) {
    let Conn::Sqlite(c) = conn else { return };
    let (most, members) = (recipients(), MEMBERS.max(recipients()));
    c.batch_execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {members}) \
         INSERT INTO members (email, email_key, name, name_key, status, locale, tier_rank, newsletter_consent, created_at, joined_at) \
         SELECT 'p' || i || '@example.org', 'p' || i || '@example.org', 'Partner ' || i, 'partner ' || i, 'active', \
         CASE i % 2 WHEN 0 THEN 'de' ELSE 'en' END, (i % 4) * 10, 1, {now}, {now} FROM n; \
         INSERT INTO member_tags (member_id, tag) SELECT id, 'bench' FROM members WHERE id <= {most}; \
         INSERT INTO niches (slug, name_de, name_en, created_at) VALUES ('n', 'n', 'n', 1); \
         INSERT INTO member_niches (member_id, niche_id) SELECT id, 1 FROM members WHERE id % 3 = 0; \
         WITH RECURSIVE k(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM k WHERE j < 9) \
         INSERT INTO conversions (source, order_id, affiliate_ref, ref_key, member_id, amount, currency, commission, status, occurred_at, created_at, updated_at) \
         SELECT 'bench', 'o' || id || '-' || j, 'x', 'x', id, (id * 7 + j * 131) % 60000, 'EUR', 100, \
         CASE (id + j) % 10 WHEN 0 THEN 'declined' ELSE 'approved' END, \
         {now} - ((id * 37 + j * 36) % 365) * {DAY}, {now}, {now} FROM members, k WHERE members.name LIKE 'Partner%' AND id <= {MEMBERS};"
    ))
    .unwrap();
}
