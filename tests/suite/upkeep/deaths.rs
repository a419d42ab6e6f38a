//! `kill -9` in the middle: nothing half done is visible, and the next start goes on or says what to do.

use super::{command, db_on, folder, kontor, place, rows_of, said};
use kontor::commands::bench_data::{Wanted, fill};
use kontor::config::Config;
use kontor::db::{Clock, copy};
use std::path::Path;
use std::time::Duration;

/// Messages of the house: enough to meet a command among them.
const MESSAGES: i64 = 8_000;

/// A house with enough in it that a command can be met in the middle.
async fn big_house(dir: &Path) -> Config {
    let config = place(dir, "postgres");
    let db = kontor::app::open_database(&config, Clock::default()).unwrap();
    let tokens = dir.join(".tokens");
    let wanted = Wanted { members: 200, threads: 20, posts: 10, messages: MESSAGES, seed: 7, tokens };
    fill(&db, wanted).await.unwrap();
    db.close();
    std::fs::create_dir_all(dir.join("imports")).unwrap();
    std::fs::write(dir.join("imports/a.csv"), "x".repeat(100_000)).unwrap();
    config
}

fn vars(config: &Config) -> Vec<(&'static str, String)> {
    vec![("KONTOR_DATA_DIR", config.data_dir.display().to_string()), ("DATABASE_URL", config.database_url.clone())]
}

fn borrowed<'a>(vars: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    vars.iter().map(|(n, v)| (*n, v.as_str())).collect()
}

/// Starts a command and kills it after `ms`; answers whether it was met alive.
fn kill_after(vars: &[(&str, &str)], args: &[&str], ms: u64) -> bool {
    let mut child = command(vars, args).spawn().unwrap();
    // The moment of death is the test's input.
    std::thread::sleep(Duration::from_millis(ms));
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    alive
}

const MOMENTS: [u64; 7] = [30, 80, 150, 250, 400, 650, 1_000];

#[tokio::test(flavor = "multi_thread")]
async fn a_sudden_death_of_backup_restore_or_move_leaves_nothing_half_done() {
    let dir = folder("deaths");
    let config = big_house(&dir).await;
    a_backup_that_dies_leaves_no_archive_and_the_next_one_is_whole(&dir, &config);
    a_restore_that_dies_is_not_visible_and_the_same_command_ends_it(&dir, &config);
    a_move_that_dies_goes_on_and_no_server_starts_on_half_of_it(&config);
    a_migration_that_dies_goes_on_at_the_next_start(&config);
    std::fs::remove_dir_all(&dir).unwrap();
}

fn a_backup_that_dies_leaves_no_archive_and_the_next_one_is_whole(dir: &Path, config: &Config) {
    let vars = vars(config);
    let file = dir.join("out.archive");
    let path = file.display().to_string();
    let mut met = 0;
    for ms in MOMENTS {
        if kill_after(&borrowed(&vars), &["backup", &path], ms) {
            met += 1;
            // It has its name from the moment it is whole, a little before the command ends.
            if file.exists() {
                whole(&file);
            }
        }
        let _ = std::fs::remove_file(&file);
    }
    assert!(met > 1, "the command was never met alive");
    let done = kontor(&borrowed(&vars), &["backup", &path]);
    assert!(done.status.success(), "{}", said(&done));
    whole(&file);
}

fn whole(archive: &Path) {
    let contents = kontor::upkeep::archive::Reader::open(archive, None).unwrap().walk(|_| Ok(()), |_| Ok(())).unwrap();
    assert_eq!(contents.rows["messages"], MESSAGES as u64);
}

fn a_restore_that_dies_is_not_visible_and_the_same_command_ends_it(dir: &Path, config: &Config) {
    let file = dir.join("whole.archive");
    kontor::upkeep::archive::write(config, &file, true, 1).unwrap();
    let path = file.display().to_string();
    let there = folder("dead-restore");
    let target = place(&there, "postgres");
    let vars = vars(&target);
    let mut met = 0;
    for ms in MOMENTS {
        if !kill_after(&borrowed(&vars), &["restore", &path], ms) {
            break;
        }
        met += 1;
        // It is visible from the moment it is whole, a little before the command ends: then everything has to be there.
        if copy::vacancy(&target.database_url).unwrap() == copy::Vacancy::Occupied {
            break;
        }
        if there.join("restoring.json").exists() {
            let refused = kontor(&borrowed(&vars), &["migrate"]);
            assert!(
                !refused.status.success() && said(&refused).contains("run `kontor restore FILE` again"),
                "{}",
                said(&refused)
            );
        }
    }
    assert!(met > 1, "the command was never met alive");
    if copy::vacancy(&target.database_url).unwrap() != copy::Vacancy::Occupied {
        let done = kontor(&borrowed(&vars), &["restore", &path]);
        assert!(done.status.success(), "{}", said(&done));
    }
    // Whoever starts here first puts away what the restore left behind.
    let started = kontor(&borrowed(&vars), &["migrate"]);
    assert!(started.status.success(), "{}", said(&started));
    let (was, is) = (rows_of(&config.database_url), rows_of(&target.database_url));
    for table in ["members", "messages", "posts", "room_events", "conversions"] {
        assert_eq!(is[table], was[table], "{table}");
    }
    assert_eq!(std::fs::read(there.join("imports/a.csv")).unwrap().len(), 100_000);
    assert!(!there.join("restoring.json").exists() && !there.join("restoring").exists());
    std::fs::remove_dir_all(&there).unwrap();
}

fn a_move_that_dies_goes_on_and_no_server_starts_on_half_of_it(config: &Config) {
    let there = folder("dead-move");
    let target = place(&there, "postgres");
    let from = vars(config);
    let (mut met, mut marked) = (0, 0);
    // On a busy machine it takes longer until the first row moves: later and later, until it was met in the middle twice.
    let mut ms = 150;
    while marked < 2 && kill_after(&borrowed(&from), &["move", "--to", &target.database_url], ms) {
        ms = ms * 3 / 2;
        met += 1;
        let at_target = vars(&target);
        let started = kontor(&borrowed(&at_target), &["upgrade-check"]);
        if said(&started).contains("a move into this database is not finished") {
            assert!(!started.status.success());
            marked += 1;
        }
    }
    assert!(met > 1 && marked > 0, "met {met}, marked {marked}");
    // A row that came wrong on the way is found and mended.
    let state = kontor::db::migrations::state(&target.database_url).unwrap();
    if state.half_moved {
        db_on(&target.database_url, |c| {
            use diesel::prelude::*;
            diesel::sql_query("UPDATE members SET name = 'somebody else' WHERE id = 3").execute(c).unwrap();
        });
        let done = kontor(&borrowed(&from), &["move", "--to", &target.database_url]);
        assert!(done.status.success(), "{}", said(&done));
    }
    assert_eq!(rows_of(&target.database_url), rows_of(&config.database_url));
    assert!(kontor(&borrowed(&vars(&target)), &["upgrade-check"]).status.success());
    std::fs::remove_dir_all(&there).unwrap();
}

fn a_migration_that_dies_goes_on_at_the_next_start(whole: &Config) {
    let dir = folder("dead-migration");
    let config = place(&dir, "postgres");
    let vars = vars(&config);
    for ms in [15, 25, 35, 45, 60, 80] {
        kill_after(&borrowed(&vars), &["migrate"], ms);
    }
    let done = kontor(&borrowed(&vars), &["migrate"]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(kontor::db::migrations::state(&config.database_url).unwrap().pending.is_empty());
    let shape = |url: &str| {
        let mut all = copy::Snapshot::open(url).unwrap().tables().unwrap();
        all.iter_mut().for_each(|t| t.last_id = None);
        all
    };
    assert_eq!(shape(&config.database_url), shape(&whole.database_url));
    std::fs::remove_dir_all(&dir).unwrap();
}
