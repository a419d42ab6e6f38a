//! Mails a second end to end: a campaign of 20,000 personalised mails of 20 kB, state in SQLite with
//! `synchronous=FULL`, into a mail server on the loopback with eight connections; and the count of a segment over
//! 100,000 members with a year of sales. Run it in release: `cargo bench --bench mail`.
#![expect(clippy::unwrap_used, reason = "a bench stops at the first failure")]
#![expect(dead_code, reason = "the mail server is shared with the tests")]

#[path = "../tests/suite/support/sink.rs"]
mod sink;

use diesel::connection::SimpleConnection;
use kontor::config::Config;
use kontor::db::{Clock, Conn, DAY};
use kontor::newsletters::{actions, input, store};
use kontor::segments::{actions as segments, store as segment_store};
use kontor::settings::{self, Bilingual};
use kontor::web::viewer::MemberId;
use serde_json::json;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const MEMBERS: i64 = 100_000;
const RECIPIENTS: i64 = 20_000;

#[tokio::main]
async fn main() {
    let sink = sink::Sink::start_with(1 << 30, false).await;
    let dir = std::env::temp_dir().join(format!("kontor-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let vars: HashMap<&str, String> = HashMap::from([
        ("KONTOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("KONTOR_DATA_DIR", dir.display().to_string()),
        ("SMTP_URL", sink.url()),
        ("KONTOR_MAIL_FROM", "Nordlicht <news@nordlicht.example>".to_owned()),
        ("KONTOR_MAIL_CONNECTIONS", "8".to_owned()),
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
    let paragraph = "Hallo {{member.name}}, in dieser Ausgabe zeigen wir dir **neue Texte**, Zahlen und [Beispiele](https://nordlicht.example/).\n\n";
    let raw = input::Raw {
        name: "bench".into(),
        segment_id: segment,
        subject: input::Words::One("Neues für {{member.name}}".into()),
        body: input::Words::One(paragraph.repeat(55)),
        ..input::Raw::default()
    };
    let id = actions::create(&house, raw, MemberId(1)).await.unwrap();
    let (edition, reader) = actions::sample(&house, id, MemberId(1)).await.unwrap();
    println!("a mail has {} bytes", edition.mail(&reader, now).unwrap().bytes.len());
    let began = Instant::now();
    actions::start(&house, id, None, MemberId(1)).await.unwrap();
    let mut first = None;
    loop {
        let campaign = house.db.read(move |c| store::find(c, id)).await.unwrap();
        if first.is_none() && sink.len() > 0 {
            first = Some(Instant::now());
        }
        if campaign.status.starts_with("finished") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (whole, sending) = (began.elapsed(), first.unwrap_or(began).elapsed());
    assert_eq!(sink.len() as i64, RECIPIENTS);
    println!(
        "{RECIPIENTS} mails in {:.2} s with the snapshot ({:.0}/s); {:.2} s of sending ({:.0}/s)",
        whole.as_secs_f64(),
        RECIPIENTS as f64 / whole.as_secs_f64(),
        sending.as_secs_f64(),
        RECIPIENTS as f64 / sending.as_secs_f64()
    );
    running.stop().await;
    let _ = std::fs::remove_dir_all(&dir);
}

/// Members with tiers, languages, tags and ten sales each over a year, in SQL: nothing else is that fast.
fn fill(conn: &mut Conn, now: i64) {
    let Conn::Sqlite(c) = conn else { return };
    c.batch_execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MEMBERS}) \
         INSERT INTO members (email, email_key, name, name_key, status, locale, tier_rank, newsletter_consent, created_at, joined_at) \
         SELECT 'p' || i || '@example.org', 'p' || i || '@example.org', 'Partner ' || i, 'partner ' || i, 'active', \
         CASE i % 2 WHEN 0 THEN 'de' ELSE 'en' END, (i % 4) * 10, 1, {now}, {now} FROM n; \
         INSERT INTO member_tags (member_id, tag) SELECT id, 'bench' FROM members WHERE id <= {RECIPIENTS}; \
         INSERT INTO niches (slug, name_de, name_en, created_at) VALUES ('n', 'n', 'n', 1); \
         INSERT INTO member_niches (member_id, niche_id) SELECT id, 1 FROM members WHERE id % 3 = 0; \
         WITH RECURSIVE k(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM k WHERE j < 9) \
         INSERT INTO conversions (source, order_id, affiliate_ref, ref_key, member_id, amount, currency, commission, status, occurred_at, created_at, updated_at) \
         SELECT 'bench', 'o' || id || '-' || j, 'x', 'x', id, (id * 7 + j * 131) % 60000, 'EUR', 100, \
         CASE (id + j) % 10 WHEN 0 THEN 'declined' ELSE 'approved' END, \
         {now} - ((id * 37 + j * 36) % 365) * {DAY}, {now}, {now} FROM members, k WHERE members.name LIKE 'Partner%';"
    ))
    .unwrap();
}
