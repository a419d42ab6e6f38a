//! The database layer: a failure fails alone, effects follow the commit, both databases have the same shape.

use crate::support::Server;
use diesel::prelude::*;
use kontor::db::Conn;
use kontor::error::Error;
use kontor::settings;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_or_panics_fails_alone() {
    let server = Server::start().await;
    let db = &server.house().db;
    let mut waiting = Vec::new();
    for n in 0..60 {
        let db = db.clone();
        waiting.push(tokio::spawn(async move {
            db.write(move |tx| {
                settings::put(tx, &format!("n{n}"), "there")?;
                match n % 3 {
                    0 => Ok(n),
                    1 => Err(Error::Conflict("conflict")),
                    _ => panic!("on purpose"),
                }
            })
            .await
        }));
    }
    for (n, task) in waiting.into_iter().enumerate() {
        assert_eq!(task.await.unwrap().is_ok(), n % 3 == 0);
    }
    for n in 0..60 {
        let found = db.read(move |c| settings::value(c, &format!("n{n}"))).await.unwrap();
        assert_eq!(found.is_some(), n % 3 == 0, "row of job {n}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn effects_happen_after_the_commit_and_only_then() {
    let server = Server::start().await;
    let db = &server.house().db;
    let seen: Arc<Mutex<Vec<i32>>> = Arc::default();
    for n in 0..10 {
        let log = seen.clone();
        let _ = db
            .write(move |tx| {
                let log = log.clone();
                tx.after_commit(move || log.lock().unwrap().push(n));
                if n % 2 == 0 { Ok(()) } else { Err(Error::Conflict("conflict")) }
            })
            .await;
    }
    assert_eq!(*seen.lock().unwrap(), [0, 2, 4, 6, 8]);
    server.stop().await;
}

#[derive(QueryableByName, Debug)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table_name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    column_name: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    required: bool,
}

const OF_SQLITE: &str = "SELECT m.name AS table_name, p.name AS column_name, (p.\"notnull\" = 1 OR p.pk > 0) AS required \
    FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' \
    AND m.name NOT LIKE '%\\_fts%' ESCAPE '\\'";
const OF_POSTGRES: &str = "SELECT table_name::text, column_name::text, (is_nullable = 'NO') AS required \
    FROM information_schema.columns WHERE table_schema = 'public' AND data_type <> 'tsvector'";

async fn shape(server: &Server) -> BTreeMap<String, BTreeMap<String, bool>> {
    let columns: Vec<Column> = server
        .house()
        .db
        .read(|c: &mut Conn| {
            let question = if c.is_postgres() { OF_POSTGRES } else { OF_SQLITE };
            Ok(diesel::sql_query(question).load(c)?)
        })
        .await
        .unwrap();
    let mut out: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
    for c in columns {
        out.entry(c.table_name).or_default().insert(c.column_name, c.required);
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: the postgres stage of tests/run brings it and runs it"]
async fn both_databases_have_the_same_tables_and_columns() {
    std::env::var("KONTOR_TEST_POSTGRES").expect("KONTOR_TEST_POSTGRES names the throw-away server");
    let postgres = Server::start().await;
    let folder = std::env::temp_dir().join(format!("kontor-shape-{}", std::process::id()));
    let file = folder.join("shape.db").display().to_string();
    std::fs::create_dir_all(&folder).unwrap();
    let sqlite = Server::start_with(&[("DATABASE_URL", &file)]).await;
    assert_eq!(shape(&sqlite).await, shape(&postgres).await);
    sqlite.stop().await;
    postgres.stop().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: the postgres stage of tests/run brings it and runs it"]
async fn a_server_whose_database_is_gone_still_ends_when_asked() {
    use diesel::connection::SimpleConnection;
    let base = std::env::var("KONTOR_TEST_POSTGRES").expect("KONTOR_TEST_POSTGRES names the throw-away server");
    let server = Server::start().await;
    let name = server.database.clone().unwrap();
    let mut conn = PgConnection::establish(&base).unwrap();
    conn.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    // Every writer loses its connection, and some writes wait behind them.
    let waiting: Vec<_> = (0..12)
        .map(|n| {
            let db = server.house().db.clone();
            tokio::spawn(async move { db.write(move |tx| settings::put(tx, &format!("n{n}"), "there")).await })
        })
        .collect();
    while !waiting.iter().any(tokio::task::JoinHandle::is_finished) {
        tokio::task::yield_now().await;
    }
    // The contract gives ten seconds.
    tokio::time::timeout(std::time::Duration::from_secs(10), server.running.stop()).await.expect("it hangs");
    for write in waiting {
        assert!(write.await.unwrap().is_err(), "nothing was written, so nobody may be told that it was");
    }
    std::fs::remove_dir_all(&server.dir).unwrap();
}
