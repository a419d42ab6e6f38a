//! Moving in: 2,000 partners and 200,000 dated commissions of Post Affiliate Pro, and a mailing list of 10,000; then the
//! same once more, which changes nothing; then all of it taken back, which leaves nothing. The bar: under two minutes
//! for the move. Run it in release: `cargo bench --bench imports`.
#![expect(clippy::unwrap_used, reason = "a bench stops at the first failure")]

use kontor::config::Config;
use kontor::db::{Clock, Conn};
use kontor::house::House;
use kontor::programs::imports::{self, Counts, Draft, Report, undo};
use kontor::programs::{actions, store};
use kontor::web::viewer::MemberId;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const PARTNERS: usize = 2_000;
const SALES: usize = 200_000;
const LISTED: usize = 10_000;

#[tokio::main]
async fn main() {
    let dir = std::env::temp_dir().join(format!("kontor-bench-imports-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let mut vars: HashMap<&str, String> =
        HashMap::from([("KONTOR_LISTEN", "127.0.0.1:0".to_owned()), ("KONTOR_DATA_DIR", dir.display().to_string())]);
    if let Ok(url) = std::env::var("KONTOR_BENCH_DATABASE") {
        vars.insert("DATABASE_URL", url);
    }
    let config = Config::load(|name| vars.get(name).cloned()).unwrap();
    let running = kontor::app::start(config, Clock::default()).await.unwrap();
    let house = running.house.clone();
    let admin = kontor::accounts::actions::create_admin(
        &house.db,
        "ruth@example.org",
        "Ruth Okafor",
        "a long enough one",
        kontor::i18n::Lang::En,
    )
    .await
    .unwrap();
    let program = actions::ProgramDraft {
        name: "FitNord".into(),
        link_base: "https://fitnord.example/?a={ref}".into(),
        ..actions::ProgramDraft::default()
    };
    actions::create_program(&house, admin, program).await.unwrap();
    let (pap, list) = files(&house, &dir);
    let empty = picture(&house).await;

    watch_memory();
    let began = Instant::now();
    let first = move_in(&house, admin, &pap, &list).await;
    let took = began.elapsed();
    println!(
        "{PARTNERS} partners, {SALES} commissions and {LISTED} addresses moved in after {:.1} s; {:.0} MB of its own at most",
        took.as_secs_f64(),
        peak()
    );
    assert!(took < Duration::from_secs(120), "the bar is two minutes");
    assert_eq!((first[0].0.created, first[0].1.created), (PARTNERS as i64, SALES as i64));
    let full = picture(&house).await;

    let began = Instant::now();
    let again = move_in(&house, admin, &pap, &list).await;
    println!("the same again: {:.1} s", began.elapsed().as_secs_f64());
    for (people, sales, stops) in &again {
        for counts in [people, sales, stops] {
            assert_eq!((counts.created, counts.updated), (0, 0), "the same again changes nothing");
        }
    }
    assert_eq!(picture(&house).await, full, "the same again changes nothing");

    let began = Instant::now();
    for id in [4, 3, 2, 1] {
        undo::undo(&house, admin, id).await.unwrap();
        ended(&house, id).await;
    }
    println!("taken back: {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(picture(&house).await, empty, "nothing is left");
    running.stop().await;
    let _ = std::fs::remove_dir_all(&dir);
}

fn files(house: &House, dir: &Path) -> (PathBuf, PathBuf) {
    let mut pap =
        String::from("[[AFFILIATES]]\n!USERID,!REFID,!PARENTUSERID,!USERNAME,!FIRSTNAME,!LASTNAME,!RSTATUS\n");
    for i in 0..PARTNERS {
        let parent = if i % 5 == 0 { String::new() } else { format!("u{:06}", i / 5) };
        writeln!(pap, "u{i:06},ref{i},{parent},p{i}@example.org,Pia{i},Muster,A").unwrap();
    }
    pap.push_str("[[COMMISSIONS]]\n!TRANSID,!USERID,!RSTATUS,!RTYPE,!DATEINSERTED,!COMMISSION,!ORDERID,!PRODUCTID,!TOTALCOST,!TIER\n");
    for i in 0..SALES {
        let (who, status) = (i * 7919 % PARTNERS, ["A", "A", "A", "P", "D"][i % 5]);
        let (month, day, hour) = (1 + i % 10, 1 + i % 28, i % 24);
        let cents = 1_000 + i * 37 % 50_000;
        writeln!(
            pap,
            "t{i:07},u{who:06},{status},S,2026-{month:02}-{day:02} {hour:02}:15:00,{}.{:02},O-{i},R{},{}.{:02},1",
            cents / 1_000,
            cents / 10 % 100,
            i % 9,
            cents / 100,
            cents % 100
        )
        .unwrap();
    }
    let folder = imports::folder(house);
    std::fs::create_dir_all(&folder).unwrap();
    let path = dir.join("pap.csv");
    std::fs::write(&path, pap).unwrap();
    let head = "Email Address,First Name,Last Name,CONFIRM_TIME,CONFIRM_IP\n";
    let mut parts =
        [("subscribed", String::from(head)), ("unsubscribed", String::from(head)), ("cleaned", String::from(head))];
    for i in 0..LISTED {
        let part = match i % 10 {
            0 => 1,
            1 => 2,
            _ => 0,
        };
        // Half of them sell here already.
        let name = if i % 2 == 0 { format!("p{}", i % PARTNERS) } else { format!("l{i}") };
        writeln!(parts[part].1, "{name}@example.org,Lisa{i},Muster,2024-03-04 10:15:00,203.0.113.7").unwrap();
    }
    let list = dir.join("list.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&list).unwrap());
    for (name, text) in parts {
        zip.start_file(format!("{name}_export.csv"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    (path, list)
}

async fn move_in(house: &House, by: MemberId, pap: &Path, list: &Path) -> Vec<(Counts, Counts, Counts)> {
    let mut out = Vec::new();
    for (kind, file) in [("pap_full", pap), ("mailchimp", list)] {
        // An import takes its file with it.
        let copy = imports::folder(house).join(format!("{kind}-{}.csv", out.len()));
        std::fs::copy(file, &copy).unwrap();
        let draft = Draft {
            kind: kind.into(),
            time_zone: "America/Los_Angeles".into(),
            file_name: file.file_name().unwrap().to_string_lossy().into_owned(),
            file: Some(copy),
            ..Draft::default()
        };
        let id = imports::accept(house, by, draft).await.unwrap();
        let report = ended(house, id).await;
        assert_eq!(report.errors_total, 0, "{:?}", report.errors.first());
        out.push((report.members, report.conversions, report.suppressions));
    }
    out
}

/// Waits for the end of an import, of its matching and of its tiers.
async fn ended(house: &House, id: i64) -> Report {
    loop {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let row = house.db.read(move |c| store::imports::find_import(c, id)).await.unwrap();
        assert_ne!(row.status, "failed", "{}", row.report);
        if matches!(row.status.as_str(), "done" | "undone") && open_jobs(house).await == 0 {
            return Report::stored(&row.report);
        }
    }
}

async fn open_jobs(house: &House) -> i64 {
    let now = house.db.now();
    house
        .db
        .read(move |c| {
            use diesel::prelude::*;
            use kontor::db::schema::jobs;
            Ok(jobs::table.filter(jobs::run_at.le(now)).count().get_result(c)?)
        })
        .await
        .unwrap()
}

/// Number of rows and a digest of what they say, of every table that imports write to.
async fn picture(house: &House) -> Vec<(String, usize, u64)> {
    let tables = [
        ("members", "id, email, name, status, tier_rank, newsletter_consent"),
        ("affiliate_refs", "id, member_id, ref, for_links"),
        ("affiliate_sponsors", "id, member_id, sponsor_ref"),
        ("conversions", "id, order_id, member_id, amount, status, occurred_at, import_id, updated_at"),
        ("conversion_changes", "id, conversion_id, import_id, before, after"),
        ("tier_changes", "id, member_id, from_rank, to_rank"),
        ("suppressions", "id, email, reason"),
        ("consents", "id, member_id, kind, state, at, proof"),
    ];
    house.db.read(move |c| Ok(tables.map(|(table, columns)| digest(c, table, columns)).to_vec())).await.unwrap()
}

fn digest(conn: &mut Conn, table: &str, columns: &str) -> (String, usize, u64) {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let cells: Vec<String> = columns.split(", ").map(|c| format!("coalesce(CAST({c} AS TEXT), '-')")).collect();
    let sql = format!("SELECT {} AS line FROM {table} ORDER BY id", cells.join(" || '|' || "));
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn).unwrap();
    let mut hasher = DefaultHasher::new();
    rows.iter().for_each(|r| r.line.hash(&mut hasher));
    (table.to_owned(), rows.len(), hasher.finish())
}

/// The most memory of its own that this process had so far, in MB, looked at twenty times a second. Pages of the mapped
/// database are the system's, which takes them back when it needs them.
fn peak() -> f64 {
    MOST.load(Ordering::Relaxed) as f64 / 1024.0
}

static MOST: AtomicU64 = AtomicU64::new(0);

fn watch_memory() {
    std::thread::spawn(|| {
        loop {
            let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
            let line = status.lines().find(|l| l.starts_with("RssAnon")).unwrap_or("");
            let now = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
            MOST.fetch_max(now, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
    });
}
