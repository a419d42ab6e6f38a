//! Backups by themselves: every day, before every migration, thinned out, into a folder or a bucket.

use super::{db_on, folder, kontor, place, rows_of, said};
use crate::support::Server;
use diesel::prelude::*;
use kontor::db::copy::Loading;
use kontor::db::{DAY, migrations};
use kontor::upkeep::backups::LOOK_EVERY;

fn archives(dir: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|n| n.ends_with(".tar.gz"))
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_passes_and_a_backup_is_there_and_old_ones_go() {
    let server = Server::start_with(&[("KONTOR_BACKUP_KEEP", "2d")]).await;
    let folder = server.dir.join("backups");
    // The running worker takes what is due as well; both ways end the same.
    for day in 1..=4 {
        server.advance(DAY).await;
        server.drain().await;
        for _ in 0..200 {
            if archives(&folder).len() >= day.min(2) {
                break;
            }
            server.drain().await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    let kept = archives(&folder);
    assert!((2..=3).contains(&kept.len()), "{kept:?}");
    let contents = kontor::upkeep::archive::Reader::open(&folder.join(kept.last().unwrap()), None)
        .unwrap()
        .walk(|_| Ok(()), |_| Ok(()))
        .unwrap();
    assert!(contents.rows["rooms"] == 1);
    server.stop().await;
}

/// All migrations but the last: the release before.
fn older(url: &str) -> String {
    let all = migrations::state("/nowhere/kontor.db").unwrap().pending;
    let (last, before) = all.split_last().unwrap();
    let mut loading = Loading::open(url).unwrap();
    migrations::apply_listed(loading.conn(), before).unwrap();
    last.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_migration_there_is_a_backup_that_an_older_and_a_newer_version_take() {
    let dir = folder("older");
    let config = place(&dir, "postgres");
    let last = older(&config.database_url);
    db_on(&config.database_url, |c| {
        diesel::sql_query("INSERT INTO settings (key, value, updated_at) VALUES ('mark', 'before', 1)")
            .execute(c)
            .unwrap();
    });
    let data = dir.display().to_string();
    let vars = [("KONTOR_DATA_DIR", data.as_str()), ("DATABASE_URL", config.database_url.as_str())];
    let told = kontor(&vars, &["upgrade-check"]);
    assert!(told.status.success() && said(&told).contains(&last), "{}", said(&told));
    assert!(archives(&dir.join("backups")).is_empty(), "a check changes nothing");
    let done = kontor(&vars, &["migrate"]);
    assert!(done.status.success() && said(&done).contains("backup before migrating"), "{}", said(&done));
    let kept = archives(&dir.join("backups"));
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(said(&kontor(&vars, &["upgrade-check"])).contains("up to date"));
    // The old state goes into an empty place and is brought up to this version.
    let there = folder("older-restored");
    let target = place(&there, "postgres");
    kontor::upkeep::restore::restore(&target, &dir.join("backups").join(&kept[0]), 1).unwrap();
    assert!(rows_of(&target.database_url)["settings"].iter().any(|r| r.contains("mark")));
    assert!(migrations::state(&target.database_url).unwrap().pending.is_empty());
    std::fs::remove_dir_all(&dir).unwrap();
    std::fs::remove_dir_all(&there).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused_in_words() {
    let dir = folder("newer");
    let config = place(&dir, "postgres");
    migrations::apply(&config.database_url).unwrap();
    db_on(&config.database_url, |c| {
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231999999')")
            .execute(c)
            .unwrap();
    });
    let data = dir.display().to_string();
    let vars = [("KONTOR_DATA_DIR", data.as_str()), ("DATABASE_URL", config.database_url.as_str())];
    for args in [["serve"].as_slice(), &["migrate"], &["upgrade-check"], &["backup", "/dev/null"]] {
        let refused = kontor(&vars, args);
        assert!(!refused.status.success(), "{args:?}");
        assert!(said(&refused).contains("newer Kontor"), "{args:?}: {}", said(&refused));
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_backup_says_why_and_is_tried_again_later() {
    let server = Server::start().await;
    // A file stands where the folder should be.
    std::fs::write(server.dir.join("backups"), "in the way").unwrap();
    let states = || {
        db_on(&server.house().config.database_url, |c| {
            use kontor::db::schema::backups;
            backups::table
                .order(backups::id)
                .select((backups::state, backups::error))
                .load::<(String, String)>(c)
                .unwrap()
        })
    };
    for _ in 0..200 {
        // The look comes every ten minutes of the clock.
        server.advance(LOOK_EVERY).await;
        if states().first().is_some_and(|(state, _)| state == "failed") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(states()[0].1.contains("backups"), "{:?}", states());
    std::fs::remove_file(server.dir.join("backups")).unwrap();
    for _ in 0..200 {
        server.advance(LOOK_EVERY).await;
        if states().last().is_some_and(|(state, _)| state == "done") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(states().last().unwrap().0, "done");
    server.stop().await;
}
