//! The migrations of both databases, compiled in.

use super::conn::{Conn, Use};
use crate::error::{Error, Result};
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Applies what is pending; answers the names applied.
///
/// # Errors
/// A database that knows a migration this binary does not is refused: it belongs to a newer release.
pub fn apply(url: &str) -> Result<Vec<String>> {
    let mut conn = Conn::open(url, Use::Write)?;
    // Two nodes may start at once: PostgreSQL lets one migrate, SQLite's write lock does the same.
    if let Conn::Postgres(c) = &mut conn {
        use diesel::connection::SimpleConnection;
        c.batch_execute("SELECT pg_advisory_lock(7225913)")?;
    }
    let source = match &conn {
        Conn::Sqlite(_) => SQLITE,
        Conn::Postgres(_) => POSTGRES,
    };
    let known = known(&source)?;
    let applied = conn.applied_migrations().map_err(Error::boxed)?;
    if let Some(foreign) = applied.iter().find(|v| !known.contains(&v.to_string())) {
        return Err(Error::config(format!(
            "the database was migrated by a newer Kontor (migration {foreign}); start that version, or restore a backup"
        )));
    }
    let done = conn.run_pending_migrations(source).map_err(Error::boxed)?;
    Ok(done.iter().map(ToString::to_string).collect())
}

/// Takes every migration back, newest first: tests prove that each has a way down.
pub fn revert_all(url: &str) -> Result<()> {
    let mut conn = Conn::open(url, Use::Write)?;
    let source = match &conn {
        Conn::Sqlite(_) => SQLITE,
        Conn::Postgres(_) => POSTGRES,
    };
    conn.revert_all_migrations(source).map_err(Error::boxed)?;
    Ok(())
}

fn known(source: &EmbeddedMigrations) -> Result<Vec<String>> {
    let all = MigrationSource::<super::conn::Db>::migrations(source).map_err(Error::boxed)?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}
