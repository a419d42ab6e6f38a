//! `kill -9` during an import and while it is taken back: nothing half done is to be seen, and the next start goes on.

use crate::support::{Client, Node};
use kontor::config::Config;
use kontor::db::{Clock, Db};
use kontor::web::viewer::MemberId;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

const ROWS: usize = 8_000;
const DEATHS: u64 = 6;

/// The database of the dead server.
fn open(dir: &Path) -> Db {
    let mut vars = HashMap::from([("KONTOR_DATA_DIR".to_owned(), dir.display().to_string())]);
    if let Ok(url) = std::fs::read_to_string(dir.join("database-url")) {
        vars.insert("DATABASE_URL".to_owned(), url);
    }
    let config = Config::load(|name| vars.get(name).cloned()).unwrap();
    kontor::app::open_database(&config, Clock::default()).unwrap()
}

/// What lies on disk: rows behind the import, sales it made, lines of its report; and the leases of the dead run out.
async fn db_look(dir: &Path, import: i64) -> (i64, i64, i64) {
    let db = open(dir);
    let found = db
        .write(move |tx| {
            use diesel::prelude::*;
            use kontor::db::schema::{conversions, import_steps, imports, jobs};
            let done: i64 = imports::table.find(import).select(imports::rows_done).first(&mut **tx)?;
            let made: i64 =
                conversions::table.filter(conversions::import_id.eq(import)).count().get_result(&mut **tx)?;
            let steps: Vec<String> = import_steps::table
                .filter(import_steps::import_id.eq(import))
                .select(import_steps::lines)
                .load(&mut **tx)?;
            let lines: usize = steps.iter().map(|s| s.lines().count()).sum();
            if tx.is_postgres() {
                // Several nodes may share that database, so a start waits for the leases; the test does not.
                diesel::update(jobs::table)
                    .set((jobs::lease_until.eq(Some(0_i64)), jobs::run_at.eq(0)))
                    .execute(&mut **tx)?;
            }
            Ok((done, made, i64::try_from(lines).unwrap()))
        })
        .await
        .unwrap();
    db.close();
    found
}

async fn state(client: &Client, id: i64) -> Value {
    client.get(&format!("/api/v1/imports/{id}")).await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_while_it_imports_goes_on_and_takes_back_all_the_same() {
    let dir = Node::folder();
    Node::create_admin(&dir);
    let mut node = Node::start(&dir);
    let session = node.ruth().await.session.clone();
    let client = |base: &str| Client::new(base.to_owned()).with_session(&session, MemberId(1));
    let ruth = client(&node.base);
    let program = json!({"slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?a={ref}"});
    ruth.post("/api/v1/programs", program).await.expect(201);
    let mut file = String::from("affiliate_ref,order_id,amount,status,date\n");
    for row in 0..ROWS {
        writeln!(file, "p{},K-{row},12.50,A,2026-10-{:02}", row % 40, 1 + row % 28).unwrap();
    }
    let form = Form::new()
        .part("file", Part::bytes(file.clone().into_bytes()).file_name("sales.csv"))
        .text("kind", "conversions_csv")
        .text("time_zone", "Europe/Berlin")
        .text("sale_date", "per_row");
    let id = Client::send(ruth.request(Method::POST, "/api/v1/imports").multipart(form)).await.expect(202).id();

    let (mut deaths, mut looks, mut behind) = (0, 0, 0);
    loop {
        // The moment of death is the test's input; soon enough that several fit into one import.
        tokio::time::sleep(Duration::from_millis(60 + deaths * 25)).await;
        let report = state(&client(&node.base), id).await;
        if report["status"] == "done" {
            break;
        }
        looks += 1;
        assert!(looks < 1_000, "it never ended: {report}");
        // A slow machine gets no more deaths than a fast one.
        if deaths == DEATHS {
            continue;
        }
        node.kill();
        deaths += 1;
        let (done, made, lines) = db_look(&dir, id).await;
        assert_eq!((done, done), (made, lines), "a step was half done");
        assert!(done >= behind, "what was done is done");
        behind = done;
        node = Node::start(&dir);
    }
    assert!(deaths >= 2, "it died {deaths} times only");
    let report = state(&client(&node.base), id).await;
    let rows = i64::try_from(ROWS).unwrap();
    assert_eq!(report["conversions"], json!({"created": rows, "updated": 0, "unchanged": 0}));
    assert_eq!((report["errors_total"].as_i64(), report["waiting"].as_i64()), (Some(0), Some(rows)));

    // And back again, with deaths on the way.
    let path = format!("/api/v1/imports/{id}/undo");
    let ruth = client(&node.base);
    let asking = tokio::spawn(async move {
        let request = ruth.request(Method::POST, &path).json(&json!({})).send();
        // The server dies under it.
        let _ = request.await;
    });
    let mut undo_deaths = 0;
    loop {
        tokio::time::sleep(Duration::from_millis((80 + undo_deaths * 60).min(400))).await;
        let now = state(&client(&node.base), id).await;
        if now["status"] == "undone" {
            break;
        }
        assert!(undo_deaths < 600, "it was never taken back: {now}");
        if undo_deaths < 3 && now["status"] == "running" {
            node.kill();
            db_look(&dir, id).await;
            node = Node::start(&dir);
        }
        undo_deaths += 1;
    }
    let _ = asking.await;
    let left = client(&node.base).get("/api/v1/conversions").await.expect(200).json();
    assert_eq!(left["items"], json!([]));
    node.kill();
    let _ = std::fs::remove_dir_all(&dir);
}
