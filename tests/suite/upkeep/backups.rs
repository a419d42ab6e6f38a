//! The drill: what was taken under load comes back whole, into either backend, and nothing half-right is taken.

use super::{Rows, backends, db_on, folder, kontor, place, rows_of, said};
use crate::support::Server;
use diesel::prelude::*;
use kontor::app;
use kontor::commands::demo;
use kontor::config::Config;
use kontor::db::schema::{campaigns, jobs, rooms};
use kontor::db::{Clock, Ms};
use kontor::upkeep::archive::{self, Entry, Reader};
use kontor::upkeep::restore;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const NOW: Ms = 1_795_388_700_000;

/// What a restore changes on purpose.
fn without_changes(mut rows: Rows) -> Rows {
    for table in ["backups", "campaigns", "rooms", "jobs"] {
        rows.remove(table);
    }
    rows.get_mut("settings").unwrap().retain(|r| !r.contains("upkeep.restored"));
    rows
}

async fn full_house() -> Server {
    // The drill writes as fast as it can.
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    demo::populate(server.house()).await.unwrap();
    std::fs::create_dir_all(server.dir.join("imports")).unwrap();
    std::fs::write(server.dir.join("imports/old.csv"), "a;b\n1;2\n").unwrap();
    server
}

async fn take(config: &Config, file: &Path) -> archive::Made {
    let (config, file) = (config.clone(), file.to_owned());
    tokio::task::spawn_blocking(move || archive::write(&config, &file, true, NOW)).await.unwrap().unwrap()
}

async fn put_back(config: &Config, file: &Path) -> kontor::error::Result<restore::Restored> {
    let (config, file) = (config.clone(), file.to_owned());
    tokio::task::spawn_blocking(move || restore::restore(&config, &file, NOW)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_write_load_comes_back_whole_and_consistent() {
    let server = full_house().await;
    let lena = server.member("Lena Brandt").await;
    let room = lena.get("/api/v1/rooms").await.json()["items"][0]["id"].as_i64().unwrap();
    lena.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    let over = Arc::new(AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..3 {
        let (lena, over) = (lena.clone(), over.clone());
        writers.spawn(async move {
            let mut acked = Vec::new();
            for n in 0.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let cid = format!("drill-{writer}-{n}");
                let sent = json!({"cid": cid, "body": format!("Nachricht {cid}")});
                lena.post(&format!("/api/v1/rooms/{room}/messages"), sent).await.expect(201);
                acked.push(cid);
            }
            acked
        });
    }
    // Whatever was acknowledged before it began is in it.
    let before = json!({"cid": "before", "body": "vor dem Backup"});
    lena.post(&format!("/api/v1/rooms/{room}/messages"), before).await.expect(201);
    let file = server.dir.join("drill.part-of-test");
    let made = take(&server.house().config, &file).await;
    lena.post(&format!("/api/v1/rooms/{room}/messages"), json!({"cid": "after", "body": "danach"})).await.expect(201);
    over.store(true, Ordering::Relaxed);
    let mut acked = BTreeSet::new();
    while let Some(some) = writers.join_next().await {
        acked.extend(some.unwrap());
    }
    assert!(made.rows > 2_000 && made.files >= 1, "{made:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().len(), made.bytes);

    let dir = folder("drill");
    let config = place(&dir, "postgres");
    put_back(&config, &file).await.unwrap();
    let (now, then) = (rows_of(&server.house().config.database_url), rows_of(&config.database_url));
    // Nothing is there that was never written, and what nobody touched meanwhile is the same to the letter.
    for table in ["members", "threads", "posts", "conversions", "resources", "deliveries", "segments", "tiers"] {
        assert_eq!(then[table], now[table], "{table}");
    }
    let all: BTreeSet<&String> = now["messages"].iter().collect();
    assert!(then["messages"].iter().all(|m| all.contains(m)));
    assert!(then["messages"].iter().any(|m| m.contains("vor dem Backup")));
    assert!(!then["messages"].iter().any(|m| m.contains("danach")));
    assert!(acked.len() > 3);
    // One moment: counters, log and messages agree with each other.
    let counted: Vec<(i64, i64)> =
        db_on(&config.database_url, |c| rooms::table.select((rooms::id, rooms::seq)).load(c).unwrap());
    for (id, seq) in counted {
        let events: i64 = db_on(&config.database_url, |c| {
            use kontor::db::schema::room_events;
            room_events::table.filter(room_events::room_id.eq(id)).count().get_result(c).unwrap()
        });
        assert_eq!(events, seq, "room {id}");
    }
    assert_eq!(std::fs::read_to_string(dir.join("imports/old.csv")).unwrap(), "a;b\n1;2\n");
    server.stop().await;
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_goes_into_either_backend_and_everything_in_it_is_the_same() {
    let server = full_house().await;
    server.drain().await;
    let found = server.manager().await.get("/api/v1/search?q=heimtraining").await.expect(200).json();
    server.running.house.jobs.stop(std::time::Duration::from_secs(2)).await;
    let file = server.dir.join("whole.archive");
    take(&server.house().config, &file).await;
    let was = without_changes(rows_of(&server.house().config.database_url));
    assert!(was.values().map(Vec::len).sum::<usize>() > 2_000);
    for backend in backends() {
        let dir = folder("either");
        let config = place(&dir, backend);
        put_back(&config, &file).await.unwrap();
        let is = without_changes(rows_of(&config.database_url));
        assert_eq!(is.keys().collect::<Vec<_>>(), was.keys().collect::<Vec<_>>());
        for (table, rows) in &was {
            assert_eq!(&is[table], rows, "{table} on {backend}");
        }
        // It lives: somebody signs in, finds what was searchable, and new rows get new ids.
        let running = app::start(config, Clock::default()).await.unwrap();
        let visitor = crate::support::Client::new(format!("http://{}", running.address));
        let login = json!({"email": "jana.petersen@nordlicht.example", "password": demo::PASSWORD});
        let answer = visitor.post("/api/v1/session", login).await.expect(201);
        let jana = visitor.with_header("x-csrf-token", answer.json()["csrf"].as_str().unwrap());
        let again = jana.get("/api/v1/search?q=heimtraining").await.expect(200).json();
        assert_eq!(again["items"].as_array().map(Vec::len), found["items"].as_array().map(Vec::len), "{backend}");
        assert!(!again["items"].as_array().unwrap().is_empty());
        let niche = json!({"slug": "neu", "name": {"de": "Neu", "en": "New"}});
        jana.post("/api/v1/niches", niche).await.expect(201);
        running.stop().await;
        std::fs::remove_dir_all(&dir).unwrap();
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_house_mails_nobody_by_itself_and_its_rooms_begin_a_new_epoch() {
    let server = full_house().await;
    server.running.house.jobs.stop(std::time::Duration::from_secs(2)).await;
    let url = server.house().config.database_url.clone();
    let open = ["scheduled", "snapshotting", "running"];
    let running: i64 = db_on(&url, |c| {
        diesel::update(campaigns::table.filter(campaigns::status.eq("draft")))
            .set(campaigns::status.eq("running"))
            .execute(c)
            .unwrap();
        diesel::insert_into(jobs::table)
            .values((
                jobs::kind.eq("mail.send"),
                jobs::payload.eq("{}"),
                jobs::run_at.eq(NOW),
                jobs::created_at.eq(NOW),
            ))
            .execute(c)
            .unwrap();
        campaigns::table.filter(campaigns::status.eq_any(open)).count().get_result(c).unwrap()
    });
    assert!(running >= 2);
    let before: Vec<(i64, String)> = db_on(&url, |c| rooms::table.select((rooms::id, rooms::epoch)).load(c).unwrap());
    let file = server.dir.join("held.archive");
    take(&server.house().config, &file).await;
    let dir = folder("held");
    let config = place(&dir, "postgres");
    let restored = put_back(&config, &file).await.unwrap();
    assert_eq!((restored.held as i64, restored.letters), (running, 1));
    db_on(&config.database_url, |c| {
        let left: i64 = campaigns::table.filter(campaigns::status.eq_any(open)).count().get_result(c).unwrap();
        let held: Vec<String> =
            campaigns::table.filter(campaigns::status.eq("held")).select(campaigns::hold_reason).load(c).unwrap();
        assert_eq!((left, held.iter().filter(|r| *r == "restored").count() as i64), (0, running));
        let waiting: i64 = jobs::table
            .filter(jobs::kind.eq("mail.send"))
            .filter(jobs::state.ne("dead"))
            .count()
            .get_result(c)
            .unwrap();
        assert_eq!(waiting, 0);
        let after: Vec<(i64, String)> = rooms::table.select((rooms::id, rooms::epoch)).load(c).unwrap();
        assert_eq!(after.len(), before.len());
        assert!(after.iter().all(|room| !before.contains(room)), "{after:?}");
    });
    server.stop().await;
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_goes_into_an_empty_place_only() {
    let server = full_house().await;
    let file = server.dir.join("mine.archive");
    take(&server.house().config, &file).await;
    let url = server.house().config.database_url.clone();
    let was = rows_of(&url)["members"].clone();
    let refused = put_back(&server.house().config, &file).await.unwrap_err().to_string();
    assert!(refused.contains("not empty"), "{refused}");
    assert_eq!(rows_of(&url)["members"], was);
    // A folder that somebody uses for something else.
    let dir = folder("busy");
    std::fs::write(dir.join("thesis.txt"), "mine").unwrap();
    let refused = put_back(&place(&dir, "sqlite"), &file).await.unwrap_err().to_string();
    assert!(refused.contains("thesis.txt"), "{refused}");
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
    std::fs::remove_dir_all(&dir).unwrap();
    // A first start that nobody used yet is empty enough, once its server has ended.
    let fresh = Server::start().await;
    if !kontor::db::is_postgres(&fresh.house().config.database_url) {
        let busy = put_back(&fresh.house().config, &file).await.unwrap_err().to_string();
        assert!(busy.contains("stop the server"), "{busy}");
    }
    let config = fresh.house().config.clone();
    fresh.running.stop().await;
    put_back(&config, &file).await.unwrap();
    assert_eq!(rows_of(&config.database_url)["members"], was);
    server.stop().await;
    std::fs::remove_dir_all(&config.data_dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_archive_wants_its_passphrase_and_a_damaged_one_is_refused() {
    let server = full_house().await;
    std::fs::write(server.dir.join("keys"), "k1:geheim\n").unwrap();
    let mut sealed = server.house().config.clone();
    sealed.operations.backup_passphrase = Some("drei nasse Bretter".into());
    let file = server.dir.join("sealed.archive");
    let made = take(&sealed, &file).await;
    assert!(made.sealed);
    assert!(std::fs::read(&file).unwrap().starts_with(b"age-encryption.org/v1"));
    let sum = std::fs::read_to_string(server.dir.join("sealed.archive.sha256")).unwrap();
    assert!(sum.starts_with(&made.sha256) && sum.ends_with("  sealed.archive\n"));
    let open = |passphrase: Option<&str>| Reader::open(&file, passphrase).map(|_| ()).map_err(|e| e.to_string());
    assert!(open(None).unwrap_err().contains("KONTOR_BACKUP_PASSPHRASE"));
    assert!(open(Some("falsch")).unwrap_err().contains("passphrase"));
    let mut names = Vec::new();
    let mut lacks = Vec::new();
    Reader::open(&file, Some("drei nasse Bretter"))
        .unwrap()
        .walk(
            |m| {
                lacks.clone_from(&m.lacks);
                Ok(())
            },
            |e| {
                if let Entry::File { room, path, .. } = e {
                    names.push(format!("{room}:{}", path.display()));
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(names.contains(&"keys:keys".to_owned()) && names.contains(&"data:imports/old.csv".to_owned()), "{names:?}");
    assert!(lacks.iter().any(|l| l.contains("SMTP_URL")), "{lacks:?}");

    let plain = server.dir.join("plain.archive");
    take(&server.house().config, &plain).await;
    let bytes = std::fs::read(&plain).unwrap();
    let dir = folder("damaged");
    let config = place(&dir, "postgres");
    for (what, damaged) in [
        ("cut", bytes[..bytes.len() - bytes.len() / 3].to_vec()),
        ("flipped", {
            let mut b = bytes.clone();
            let at = b.len() / 2;
            b[at] ^= 0x40;
            b
        }),
        ("something else", b"hello".to_vec()),
    ] {
        let bad = server.dir.join("bad.archive");
        std::fs::write(&bad, damaged).unwrap();
        assert!(put_back(&config, &bad).await.is_err(), "{what}");
        let left: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{what}: {left:?}");
    }
    // And after all that the good one goes in.
    put_back(&config, &plain).await.unwrap();
    server.stop().await;
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_say_what_is_in_it_and_what_is_not() {
    let server = full_house().await;
    let (url, dir) = (server.house().config.database_url.clone(), server.dir.display().to_string());
    let vars = [("KONTOR_DATA_DIR", dir.as_str()), ("DATABASE_URL", url.as_str())];
    let file = server.dir.join("by-hand.tar.gz").display().to_string();
    let done = kontor(&vars, &["backup", &file]);
    assert!(done.status.success(), "{}", said(&done));
    for part in ["rows", "sha256", "Not encrypted", "SMTP_URL"] {
        assert!(said(&done).contains(part), "{}", said(&done));
    }
    let elsewhere = folder("by-hand");
    let there = place(&elsewhere, "postgres");
    let dir = elsewhere.display().to_string();
    let vars = [("KONTOR_DATA_DIR", dir.as_str()), ("DATABASE_URL", there.database_url.as_str())];
    let done = kontor(&vars, &["restore", &file]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(said(&done).contains("new epoch") && said(&done).contains("wait for a human"), "{}", said(&done));
    assert_eq!(rows_of(&there.database_url)["members"], rows_of(&url)["members"]);
    let again = kontor(&vars, &["restore", &file]);
    assert!(!again.status.success() && said(&again).contains("not empty"), "{}", said(&again));
    let none = kontor(&vars, &["restore", "/nowhere/at/all"]);
    assert!(!none.status.success() && said(&none).contains("not empty"), "{}", said(&none));
    server.stop().await;
    std::fs::remove_dir_all(&elsewhere).unwrap();
}
