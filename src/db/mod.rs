//! The database: one connection type over SQLite and PostgreSQL, reads from a pool,
//! writes through writer threads that acknowledge only what is committed.
//!
//! Invariants:
//! - a value returned by [`Db::write`] is on disk;
//! - effects registered with [`Tx::after_commit`] run after the commit, in commit order on
//!   SQLite (one writer), and never when the transaction failed;
//! - time comes from [`Clock`] only, in milliseconds since 1970 UTC.

mod clock;
mod conn;
pub mod copy;
mod fixed;
mod ids;
pub mod migrations;
mod read;
#[expect(missing_docs, reason = "the migrations describe the tables; diesel makes the items")]
pub mod schema;
mod statistics;
mod tally;
mod tx;
mod write;

pub use clock::{Clock, DAY, HOUR, MINUTE, Ms, SECOND};
pub use conn::{Conn, Db as Backend, Portable, is_postgres, sqlite_file};
pub use fixed::{Bind, Fixed};
pub use statistics::refresh_statistics;
pub use tally::{count_statements, statements_of};
pub use tx::Tx;

use crate::error::{Error, Result};
use std::sync::Arc;

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    readers: read::Readers,
    writers: write::Writers,
    clock: Clock,
}

/// Which listeners a durable event wakes: event name to job kinds. Filled by `app.rs`.
pub type Wiring = Arc<dyn Fn(&str) -> &'static [&'static str] + Send + Sync>;

impl Db {
    /// Opens the database at `url` (an SQLite path, `sqlite:` or `postgres://`) and applies pending migrations.
    ///
    /// # Errors
    /// When the database cannot be reached or a migration fails.
    pub fn open(url: &str, clock: Clock, wiring: Wiring) -> Result<Self> {
        migrations::apply(url)?;
        Ok(Self {
            readers: read::Readers::open(url)?,
            writers: write::Writers::open(url, clock.clone(), wiring)?,
            clock,
        })
    }

    /// The one clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Milliseconds since 1970 UTC, now.
    pub fn now(&self) -> Ms {
        self.clock.now()
    }

    /// Runs one unit of reading off the event loop: one call per unit of work, never per query.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs one write transaction and returns when it is committed to disk.
    ///
    /// The closure may run again (PostgreSQL deadlock), so it must not move out of what it captures.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.writers.run(write::Lane::People, work).await
    }

    /// Like [`Db::write`], for background work: people go first.
    pub async fn write_background<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.writers.run(write::Lane::Background, work).await
    }

    /// Waits until everything queued so far is committed, then stops the writers and closes idle readers.
    pub fn close(&self) {
        self.writers.close();
        self.readers.close();
    }

    /// Answers whether the database takes a query right now.
    pub async fn ping(&self) -> Result<()> {
        self.read(|c| {
            use diesel::prelude::*;
            diesel::sql_query("SELECT 1").execute(c)?;
            Ok(())
        })
        .await
    }
}

impl From<diesel::result::Error> for Error {
    fn from(e: diesel::result::Error) -> Self {
        match e {
            diesel::result::Error::NotFound => Error::NotFound,
            other => Error::internal(other),
        }
    }
}

/// Whether an error is a violated unique constraint: the way a store learns that somebody was faster.
pub fn is_duplicate(e: &diesel::result::Error) -> bool {
    matches!(e, diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _))
}
