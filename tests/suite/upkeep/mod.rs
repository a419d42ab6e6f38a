//! Upkeep: backups and the way back, moving, the doctor, alerts, what the operator's files promise.

mod alerts;
mod backups;
mod bucket;
mod deaths;
mod doctor;
mod moving;
mod operator;
mod schedule;

use kontor::config::Config;
use kontor::db::Conn;
use kontor::db::copy::{Scan, Snapshot, canonical};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty folder of this test.
pub fn folder(name: &str) -> PathBuf {
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("kontor-{name}-{}-{n}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The binary with exactly this environment.
pub fn kontor(vars: &[(&str, &str)], args: &[&str]) -> Output {
    command(vars, args).output().unwrap()
}

pub fn command(vars: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.env_clear().env("KONTOR_LISTEN", "127.0.0.1:0").env("KONTOR_LOG", "error").envs(vars.iter().copied());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Every row of every table.
pub type Rows = BTreeMap<String, Vec<String>>;

pub fn rows_of(url: &str) -> Rows {
    let mut snapshot = Snapshot::open(url).unwrap();
    let mut out = Rows::new();
    for table in snapshot.tables().unwrap() {
        let mut scan = Scan::new(&table);
        let rows = out.entry(table.name.clone()).or_default();
        loop {
            let lines = scan.next(snapshot.conn(), 500).unwrap();
            if lines.is_empty() {
                break;
            }
            rows.extend(lines.iter().map(|l| canonical(&table, l).unwrap()));
        }
    }
    out
}

/// Runs `work` on the database of `url`, past the server.
pub fn db_on<T>(url: &str, work: impl FnOnce(&mut Conn) -> T) -> T {
    work(kontor::db::copy::Loading::open(url).unwrap().conn())
}

/// The configuration of an empty place: `sqlite`, or a fresh database of the PostgreSQL this run has.
pub fn place(dir: &Path, backend: &str) -> Config {
    match backend {
        "sqlite" => {
            let file = dir.join("kontor.db").display().to_string();
            crate::support::config(dir, &[("DATABASE_URL", file.as_str())])
        }
        _ => crate::support::config(dir, &[]),
    }
}

/// The backends of this run.
pub fn backends() -> Vec<&'static str> {
    if std::env::var("KONTOR_TEST_POSTGRES").is_ok() { vec!["sqlite", "postgres"] } else { vec!["sqlite"] }
}
