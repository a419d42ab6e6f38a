//! The migrations of both databases, compiled in.

use super::conn::{Conn, Use, sqlite_file};
use crate::error::{Error, Result};
use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Which migrations a database has, next to those of this binary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Those it has, in order.
    pub applied: Vec<String>,
    /// Those of this binary that it lacks, in order.
    pub pending: Vec<String>,
    /// Those it has and this binary does not know: it belongs to a newer release.
    pub foreign: Vec<String>,
    /// A move into it was begun and is not finished.
    pub half_moved: bool,
}

impl State {
    fn of(applied: Vec<String>, half_moved: bool) -> Result<Self> {
        let known = known(&SQLITE)?;
        Ok(Self {
            pending: known.iter().filter(|v| !applied.contains(v)).cloned().collect(),
            foreign: applied.iter().filter(|v| !known.contains(v)).cloned().collect(),
            applied,
            half_moved,
        })
    }

    /// Whether this binary may work with it.
    ///
    /// # Errors
    /// In words that say what to do.
    pub fn check(&self) -> Result<()> {
        if let Some(foreign) = self.foreign.first() {
            return Err(Error::config(format!(
                "the database was migrated by a newer Kontor (migration {foreign}); start that version, or restore a backup"
            )));
        }
        if self.half_moved {
            return Err(Error::config(
                "a move into this database is not finished: run the same `kontor move --to …` again, it goes on where it was",
            ));
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Looks at the database of `url` without changing it; one that is not there yet has nothing.
///
/// # Errors
/// When the database cannot be reached.
pub fn state(url: &str) -> Result<State> {
    if sqlite_file(url).is_some_and(|file| !file.metadata().is_ok_and(|m| m.len() > 0)) {
        return State::of(Vec::new(), false);
    }
    state_of(&mut Conn::open(url, Use::Read)?)
}

fn state_of(conn: &mut Conn) -> Result<State> {
    let read = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    // Before the first migration there is no such table.
    let rows: Vec<Version> = diesel::sql_query(read).load(conn).unwrap_or_default();
    let half_moved = diesel::sql_query(format!("SELECT 1 FROM {}", super::copy::PROGRESS)).execute(conn).is_ok();
    State::of(rows.into_iter().map(|v| v.version).collect(), half_moved)
}

/// Applies what is pending; answers the names applied.
///
/// # Errors
/// A database that knows a migration this binary does not is refused: it belongs to a newer release.
pub fn apply(url: &str) -> Result<Vec<String>> {
    let mut conn = Conn::open(url, Use::Write)?;
    // Two nodes may start at once: PostgreSQL lets one migrate, SQLite's write lock does the same.
    if let Conn::Postgres(c) = &mut conn {
        c.batch_execute("SELECT pg_advisory_lock(7225913)")?;
    }
    let state = state_of(&mut conn)?;
    state.check()?;
    if conn.is_postgres() || !state.applied.is_empty() {
        return apply_pending(&mut conn);
    }
    // A new house is made in one piece: one wait for the disk instead of one for each migration.
    super::write::begin_immediate(&mut conn)?;
    let done = apply_pending(&mut conn);
    match &done {
        Ok(_) => <Conn as Connection>::TransactionManager::commit_transaction(&mut conn)?,
        Err(_) => <Conn as Connection>::TransactionManager::rollback_transaction(&mut conn)?,
    }
    done
}

/// Applies what is pending on an open connection.
///
/// # Errors
/// When a migration fails.
pub fn apply_pending(conn: &mut Conn) -> Result<Vec<String>> {
    let done = conn.run_pending_migrations(source_of(conn)).map_err(Error::boxed)?;
    Ok(done.iter().map(ToString::to_string).collect())
}

/// Applies those named by `versions` and no others: the state that a backup was taken in.
///
/// # Errors
/// When this binary does not know one of them, or it fails.
pub fn apply_listed(conn: &mut Conn, versions: &[String]) -> Result<()> {
    let all: Vec<Box<dyn Migration<super::conn::Db>>> =
        MigrationSource::<super::conn::Db>::migrations(&source_of(conn)).map_err(Error::boxed)?;
    if let Some(foreign) = versions.iter().find(|v| !all.iter().any(|m| m.name().version().to_string() == **v)) {
        return Err(Error::config(format!("this was made by a newer Kontor (migration {foreign}); use that version")));
    }
    conn.applied_migrations().map_err(Error::boxed)?;
    for migration in all.iter().filter(|m| versions.contains(&m.name().version().to_string())) {
        conn.run_migration(migration).map_err(Error::boxed)?;
    }
    Ok(())
}

/// Takes every migration back, newest first: tests prove that each has a way down.
///
/// # Errors
/// When one has none.
pub fn revert_all(url: &str) -> Result<()> {
    revert_on(&mut Conn::open(url, Use::Write)?)
}

/// Takes every migration back on an open connection.
///
/// # Errors
/// When one cannot be taken back.
pub fn revert_on(conn: &mut Conn) -> Result<()> {
    conn.revert_all_migrations(source_of(conn)).map_err(Error::boxed)?;
    Ok(())
}

fn source_of(conn: &Conn) -> EmbeddedMigrations {
    if conn.is_postgres() { POSTGRES } else { SQLITE }
}

fn known(source: &EmbeddedMigrations) -> Result<Vec<String>> {
    let all = MigrationSource::<super::conn::Db>::migrations(source).map_err(Error::boxed)?;
    let mut versions: Vec<String> = all.iter().map(|m| m.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}
