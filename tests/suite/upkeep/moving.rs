//! `kontor move`: from one database into another, of either backend, row by row.

use super::{backends, db_on, folder, kontor, place, rows_of, said};
use crate::support::Server;
use diesel::prelude::*;
use kontor::commands::demo;
use kontor::db::schema::{members, niches};
use kontor::upkeep::moving;

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_a_move_and_ids_go_on() {
    let server = Server::start().await;
    demo::populate(server.house()).await.unwrap();
    let (config, dir) = (server.house().config.clone(), server.dir.clone());
    server.running.stop().await;
    let was = rows_of(&config.database_url);
    for backend in backends() {
        let elsewhere = folder("moved");
        let to = place(&elsewhere, backend).database_url;
        let (inner, target) = (config.clone(), to.clone());
        let moved = tokio::task::spawn_blocking(move || moving::move_to(&inner, &target, |_, _| {})).await.unwrap();
        let moved = moved.unwrap();
        assert!(!moved.resumed && moved.rows == moved.written, "{moved:?}");
        assert_eq!(moved.rows as usize, was.values().map(Vec::len).sum::<usize>());
        assert_eq!(rows_of(&to), was, "{backend}");
        let (top, next): (i64, i64) = db_on(&to, |c| {
            let top = niches::table.select(diesel::dsl::max(niches::id)).first::<Option<i64>>(c).unwrap().unwrap();
            let new = (
                niches::slug.eq("after"),
                niches::name_de.eq("Danach"),
                niches::name_en.eq("After"),
                niches::created_at.eq(1),
            );
            diesel::insert_into(niches::table).values(new).execute(c).unwrap();
            (top, niches::table.select(diesel::dsl::max(niches::id)).first::<Option<i64>>(c).unwrap().unwrap())
        });
        assert_eq!(next, top + 1);
        // References hold again.
        let orphan = db_on(&to, |c| {
            use kontor::db::schema::member_tags;
            if let kontor::db::Conn::Sqlite(c) = c {
                diesel::sql_query("PRAGMA foreign_keys = ON").execute(c).unwrap();
            }
            diesel::insert_into(member_tags::table)
                .values((member_tags::member_id.eq(987_654), member_tags::tag.eq("x")))
                .execute(c)
        });
        assert!(orphan.is_err(), "{backend}");
        let _ = std::fs::remove_dir_all(&elsewhere);
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_wants_an_empty_target_and_a_source_that_nobody_writes_to() {
    let server = Server::start().await;
    let _ruth = server.admin().await;
    let other = Server::start().await;
    let _jana = other.manager().await;
    let (url, dir) = (server.house().config.database_url.clone(), server.dir.display().to_string());
    let vars = [("KONTOR_DATA_DIR", dir.as_str()), ("DATABASE_URL", url.as_str())];
    let elsewhere = folder("busy-source");
    let free = place(&elsewhere, "postgres").database_url;
    let busy = kontor(&vars, &["move", "--to", &free]);
    assert!(!busy.status.success() && said(&busy).contains("stop it first"), "{}", said(&busy));
    let config = server.house().config.clone();
    server.running.stop().await;
    for (to, why) in
        [(other.house().config.database_url.as_str(), "not empty"), (url.as_str(), "moves from"), ("ftp://x", "--to")]
    {
        let refused = kontor(&vars, &["move", "--to", to]);
        assert!(!refused.status.success() && said(&refused).contains(why), "{to}: {}", said(&refused));
    }
    let people: i64 = db_on(&other.house().config.database_url, |c| members::table.count().get_result(c).unwrap());
    assert_eq!(people, 1);
    let done = kontor(&vars, &["move", "--to", &free]);
    assert!(done.status.success() && said(&done).contains("every row compared"), "{}", said(&done));
    assert_eq!(rows_of(&free)["members"], rows_of(&url)["members"]);
    other.stop().await;
    let _ = std::fs::remove_dir_all(&config.data_dir);
    let _ = std::fs::remove_dir_all(&elsewhere);
}
