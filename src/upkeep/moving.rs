//! `kontor move --to URL`: everything of the database into another one, of either backend, verified row by row.
//!
//! It may be killed anywhere: a mark stands in the target until the last row is verified, no server starts on a marked
//! database, and the same command goes on where it was, because what is there and right is left alone.

use crate::config::Config;
use crate::db::copy::{self, Held, Loading, Snapshot, Vacancy};
use crate::db::{is_postgres, migrations, sqlite_file};
use crate::error::{Error, Result};
use crate::search;

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Tables.
    pub tables: usize,
    /// Rows, each compared on both sides.
    pub rows: u64,
    /// Rows written by this run; fewer than all where an earlier one was interrupted.
    pub written: u64,
    /// Whether it went on with an earlier run.
    pub resumed: bool,
}

/// Moves the database of `config` to `to`; `tell` hears each table. Blocks: call it off the event loop.
///
/// # Errors
/// When a server works on the source, the target is not empty, or something cannot be read or written.
pub fn move_to(config: &Config, to: &str, mut tell: impl FnMut(&str, u64)) -> Result<Moved> {
    let from = config.database_url.as_str();
    check(from, to)?;
    let held = Held::take(from)?;
    let mut source = Snapshot::open(from)?;
    let tables = source.tables()?;
    let mut writer = Loading::open(to)?;
    let resumed = copy::begin(&mut writer, &name_of(from))?;
    let known = copy::list_tables(writer.conn())?;
    let mut out = Moved { tables: tables.len(), rows: 0, written: 0, resumed };
    for table in &tables {
        let into = known.iter().find(|t| t.name == table.name);
        let into = into.ok_or_else(|| Error::internal(format!("the target has no table {}", table.name)))?;
        let mut before = Snapshot::open(to)?;
        let copied = copy::walk((&mut source, table), (&mut before, into), Some(&mut writer))?;
        out.written += copied.different;
        drop(before);
        // Read again from the beginning on both sides: this is the proof.
        let mut after = Snapshot::open(to)?;
        let verified = copy::walk((&mut source, table), (&mut after, into), None)?;
        if verified.different > 0 {
            return Err(Error::config(format!(
                "{} rows of {} are different after copying: run the same command again",
                verified.different, table.name
            )));
        }
        out.rows += verified.rows;
        tell(&table.name, verified.rows);
    }
    copy::end(&mut writer, &tables, search::rebuild)?;
    held.release()?;
    Ok(out)
}

fn check(from: &str, to: &str) -> Result<()> {
    let has_scheme = to.split_once("://").is_some_and(|(scheme, _)| !matches!(scheme, "postgres" | "postgresql"));
    if to.trim().is_empty() || has_scheme {
        return Err(Error::config("--to: expected postgres://… or the path of an SQLite file"));
    }
    if name_of(from) == name_of(to) {
        return Err(Error::config("--to: that is the database it moves from"));
    }
    if sqlite_file(from).is_some_and(|file| !file.exists()) {
        return Err(Error::config(format!("there is no database {from} to move")));
    }
    let source = migrations::state(from)?;
    source.check()?;
    if !source.pending.is_empty() {
        return Err(Error::config("the source lacks migrations: run `kontor migrate` first"));
    }
    let target = migrations::state(to)?;
    if !target.half_moved && copy::vacancy(to)? == Vacancy::Occupied {
        return Err(Error::config("the target is not empty"));
    }
    if !target.foreign.is_empty() {
        target.check()?;
    }
    Ok(())
}

/// How a database is called in the mark: without passwords, a file by its full path.
fn name_of(url: &str) -> String {
    if is_postgres(url) {
        return url::Url::parse(url).map_or_else(
            |_| url.to_owned(),
            |u| format!("postgres://{}:{}{}", u.host_str().unwrap_or(""), u.port().unwrap_or(5432), u.path()),
        );
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |p| p.display().to_string())
}
