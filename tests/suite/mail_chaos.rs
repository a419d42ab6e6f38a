//! A campaign through a bad day: the binary dies by `kill -9` again and again while the mail server defers, refuses, hangs up before
//! and after the final dot and answers slowly, and readers unsubscribe. Nobody is forgotten, nobody gets it twice, and what is in
//! doubt is counted.
//!
//! `KONTOR_TEST_CHAOS=100000` makes it as large as that; a run of the suite takes a campaign of some thousands.

use crate::support::{Act, Client, Node, Sink};
use diesel::prelude::*;
use kontor::app::{self, Running};
use kontor::config::Config;
use kontor::db::schema::{deliveries, members};
use kontor::db::{Clock, HOUR, MINUTE, Ms, Tx};
use kontor::newsletters::keys::Key;
use kontor::newsletters::{actions, input};
use kontor::segments::actions as segments;
use kontor::settings::{self, Bilingual};
use kontor::web::viewer::MemberId;
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// Readers of the lowest tier get it an hour later than the others: not while the node dies.
const LATER: Ms = HOUR;
/// Open intents of a node at most ([`kontor::newsletters`] promises it): what one death leaves in doubt.
const OPEN: usize = 64;
/// A mail that is on its way when somebody unsubscribes still arrives; this long after the answer none may begin.
const IN_FLIGHT: Duration = Duration::from_secs(3);

fn size() -> i64 {
    std::env::var("KONTOR_TEST_CHAOS").ok().and_then(|n| n.parse().ok()).unwrap_or(8_000)
}

/// What the server does with the n-th mail to an address: one in eight meets trouble.
fn mood(to: &str, nth: u32) -> Option<Act> {
    let number: u32 = to.trim_start_matches('p').split('@').next()?.parse().ok()?;
    match (number % 100, nth) {
        (3 | 4, 0) => Some(Act::Rcpt("450 4.2.0 greylisted")),
        (5, 0) => Some(Act::Final("451 4.3.0 come back later")),
        (6, _) => Some(Act::Rcpt("550 5.1.1 nobody of that name")),
        (7, _) => Some(Act::Final("554 5.7.1 not this")),
        (8, 0) => Some(Act::DropBeforeDot),
        (9, 0) if number % 200 == 9 => Some(Act::DropAfterDot),
        (10, _) => Some(Act::Slow(50)),
        (11, 0) => Some(Act::Rcpt("421 4.7.0 too many")),
        _ => None,
    }
}

/// The house in `dir`, in this process, by a clock that can be moved.
async fn at_home(dir: &Path, sink: &Sink, clock: &Clock) -> Running {
    let database = std::fs::read_to_string(dir.join("database-url")).ok();
    let (data, smtp) = (dir.display().to_string(), sink.url());
    let config = Config::load(|name| match name {
        "KONTOR_LISTEN" => Some("127.0.0.1:0".to_owned()),
        "KONTOR_DATA_DIR" => Some(data.clone()),
        "SMTP_URL" => Some(smtp.clone()),
        "KONTOR_RATE_LIMITS" => Some("off".to_owned()),
        "KONTOR_MAIL_FROM" => Some("Nordlicht <news@nordlicht.example>".to_owned()),
        "DATABASE_URL" => database.clone(),
        _ => None,
    });
    app::start(config.unwrap(), clock.clone()).await.unwrap()
}

/// Readers, a quarter of them of the lowest tier, and the draft they will get; answers its id.
async fn prepare(running: &Running, readers: i64) -> i64 {
    let house = &running.house;
    let fill = move |tx: &mut Tx<'_>| {
        let mut own = settings::load(tx)?;
        own.imprint = Bilingual { de: "Nordlicht".into(), en: "Nordlicht".into() };
        settings::save(tx, &own)?;
        let now = tx.now();
        diesel::sql_query(format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {readers}) \
             INSERT INTO members (email, email_key, name, name_key, status, locale, tier_rank, newsletter_consent, created_at, \
             joined_at) SELECT 'p' || i || '@example.org', 'p' || i || '@example.org', 'Partner ' || i, 'partner ' || i, 'active', \
             'de', CASE WHEN i % 4 = 0 THEN 0 ELSE 20 END, TRUE, {now}, {now} FROM n"
        ))
        .execute(&mut **tx)?;
        Ok(())
    };
    house.db.write(fill).await.unwrap();
    let rule = json!({ "field": "locale", "op": "eq", "value": "de" });
    let segment = segments::save(house, None, "Alle".into(), rule, MemberId(1)).await.unwrap();
    let raw = input::Raw {
        name: "Ein schlechter Tag".into(),
        segment_id: segment,
        subject: input::Words::One("Neues für {{member.name}}".into()),
        body: input::Words::One("Hallo {{member.name}}, heute gibt es **neue Texte**.\n\n".repeat(20)),
        tier_offsets: [("starter".to_owned(), LATER / MINUTE)].into(),
        ..input::Raw::default()
    };
    actions::create(house, raw, MemberId(1)).await.unwrap()
}

/// What is stored: state by address.
async fn states(running: &Running, campaign: i64) -> BTreeMap<String, (String, String, String)> {
    let read = move |c: &mut kontor::db::Conn| {
        let rows: Vec<(String, String, String, String)> = deliveries::table
            .filter(deliveries::campaign_id.eq(campaign))
            .select((deliveries::email, deliveries::state, deliveries::reason, deliveries::message_id))
            .load(c)?;
        Ok(rows.into_iter().map(|(email, state, reason, id)| (email, (state, reason, id))).collect())
    };
    running.house.db.read(read).await.unwrap()
}

/// Starts nodes and kills them until everybody who is due was served, with readers who leave meanwhile. Answers the deaths, and when
/// who had left.
async fn bad_day(
    dir: &Path,
    sink: &Sink,
    campaign: i64,
    nodes: usize,
    leave: &[(String, String)],
) -> (usize, HashMap<String, Instant>) {
    let (smtp, due) = (sink.url(), size() - size() / 4);
    let vars = [("SMTP_URL", smtp.as_str()), ("KONTOR_MAIL_FROM", "Nordlicht <news@nordlicht.example>")];
    let (mut deaths, mut left, mut leave) = (0_usize, HashMap::new(), leave.iter());
    let mut alive: Vec<Node> = (0..nodes).map(|_| Node::start_with(dir, &vars)).collect();
    let ruth = alive[0].ruth().await;
    ruth.post(&format!("/api/v1/campaigns/{campaign}/start"), json!({})).await.expect(200);
    let mut quiet = 0;
    while quiet < 3 {
        let before = sink.len();
        // The moment of death is the test's input, spread over starting, leasing, sending and committing.
        let life = Duration::from_millis(if size() > 10_000 { 2_500 } else { 350 } + (deaths as u64 * 97) % 400);
        let until = Instant::now() + life;
        while Instant::now() < until {
            if let Some((address, token)) = leave.next() {
                let form = [("List-Unsubscribe", "One-Click")];
                let answer = Client::new(alive[0].base.clone()).form(&format!("/u/{token}"), &form).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                left.insert(address.clone(), Instant::now());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let victim = deaths % nodes;
        drop(std::mem::replace(&mut alive[victim], Node::start_with(dir, &vars)));
        deaths += 1;
        // Nothing came: what is left waits for its time, or for a lease to end.
        quiet = if sink.len() == before && sink.len() as i64 > due / 2 { quiet + 1 } else { 0 };
        assert!(deaths < 2_000, "{} of {due} after {deaths} deaths", sink.len());
    }
    alive.into_iter().for_each(Node::kill);
    (deaths, left)
}

async fn chaos(nodes: usize) {
    let (sink, dir, clock) = (Sink::moody(mood).await, Node::folder(), Clock::default());
    Node::create_admin(&dir);
    let running = at_home(&dir, &sink, &clock).await;
    let campaign = prepare(&running, size()).await;
    let key = running.house.db.write(Key::find_or_make).await.unwrap();
    let ids =
        running.house.db.read(|c| Ok(members::table.select((members::id, members::email)).load::<(i64, String)>(c)?));
    let tokens: Vec<(String, String)> = ids
        .await
        .unwrap()
        .into_iter()
        .filter(|(id, email)| email.starts_with('p') && id % 97 == 0)
        .map(|(id, email)| (email, key.unsubscribe_token(MemberId(id))))
        .collect();
    running.stop().await;

    let began = Instant::now();
    let (deaths, left) = bad_day(&dir, &sink, campaign, nodes, &tokens).await;
    let early: Vec<String> = sink.recipients().into_iter().filter(|to| is_later(to)).collect();
    assert!(early.is_empty(), "before their time: {early:?}");

    // The day after: the house stays up, pauses and leases end, and the last tier is served.
    let running = at_home(&dir, &sink, &clock).await;
    for _ in 0..40 {
        clock.advance(31 * MINUTE);
        running.house.jobs.drain(&running.house).await.unwrap();
        let open = states(&running, campaign).await;
        if open.values().all(|(s, ..)| matches!(s.as_str(), "accepted" | "rejected" | "unknown" | "skipped")) {
            break;
        }
    }
    let all = states(&running, campaign).await;
    let mut sums: BTreeMap<String, usize> = BTreeMap::new();
    for (state, reason, _) in all.values() {
        let name = if state == "skipped" { format!("skipped {reason}") } else { state.clone() };
        *sums.entry(name).or_default() += 1;
    }
    println!(
        "{nodes} node(s), {deaths} deaths in {:.0} s, {} mails taken: {sums:?}",
        began.elapsed().as_secs_f64(),
        sink.len()
    );

    // Conservation: everybody of the snapshot is there, and everybody has come to an end.
    let ended = running.house.db.read(move |c| kontor::newsletters::store::find(c, campaign)).await.unwrap();
    assert_eq!(ended.status, "finished_with_doubt");
    // Who left before the snapshot came to them is none of it: counted as left out, and served nothing.
    let out: Vec<String> =
        (1..=size()).map(|i| format!("p{i}@example.org")).filter(|to| !all.contains_key(to)).collect();
    assert!(out.iter().all(|to| left.contains_key(to)), "missing without having left: {out:?}");
    assert!(out.iter().all(|to| !sink.recipients().contains(to)), "left out and served: {out:?}");
    let counted = ended.excluded().get("no_consent").copied().unwrap_or(0);
    assert!(counted >= out.len() as i64, "{} left out, {counted} counted", out.len());
    assert_eq!((all.len() + out.len()) as i64, size());
    assert!(
        all.values().all(|(s, ..)| matches!(s.as_str(), "accepted" | "rejected" | "unknown" | "skipped")),
        "{sums:?}"
    );

    // At most once, and what is accepted has arrived.
    let taken = sink.mails();
    let ids: HashSet<&[u8]> = taken.iter().map(|(_, id)| id.as_slice()).collect();
    assert_eq!(ids.len(), taken.len(), "a Message-ID came twice");
    let came: HashMap<&str, &[u8]> = taken.iter().map(|(to, id)| (to.as_str(), local_part(id))).collect();
    for (email, (state, reason, id)) in &all {
        match (state.as_str(), came.get(email.as_str())) {
            ("accepted", came) => assert_eq!(came, Some(&id.as_bytes()), "{email}"),
            ("rejected" | "skipped", Some(_)) => panic!("{email} is {state} ({reason}) and got it"),
            _ => {}
        }
    }

    // Doubt is bounded: by the open intents of a death, and by what the server kept to itself.
    let count = |name: &str| sums.get(name).copied().unwrap_or(0);
    let silent = all.keys().filter(|to| mood(to, 0) == Some(Act::DropAfterDot)).count();
    assert!(count("unknown") <= OPEN * deaths + silent, "{} in doubt after {deaths} deaths", count("unknown"));
    assert!(count("accepted") > all.len() / 2, "{sums:?}");
    assert!(count("rejected") > 0 && count("unknown") >= silent / 2, "{sums:?}");

    // Who has left gets nothing that was not on its way.
    assert!(!left.is_empty());
    for (address, at) in &left {
        let late = sink.asked_for(address).into_iter().find(|came| *came > *at + IN_FLIGHT);
        assert_eq!(late, None, "{address} had unsubscribed");
    }
    running.stop().await;
    let _ = std::fs::remove_dir_all(&dir);
}

/// `<local@domain>` without what surrounds the local part.
fn local_part(id: &[u8]) -> &[u8] {
    let id = id.strip_prefix(b"<").unwrap_or(id);
    id.split(|b| *b == b'@').next().unwrap_or(id)
}

fn is_later(address: &str) -> bool {
    address.trim_start_matches('p').split('@').next().and_then(|n| n.parse::<i64>().ok()).is_some_and(|n| n % 4 == 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_dies_again_and_again_sends_to_everybody_and_to_nobody_twice() {
    chaos(1).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs KONTOR_TEST_POSTGRES: tests/run brings it"]
async fn two_nodes_that_die_in_turn_send_to_everybody_and_to_nobody_twice() {
    assert!(std::env::var("KONTOR_TEST_POSTGRES").is_ok(), "two nodes share a PostgreSQL");
    chaos(2).await;
}
