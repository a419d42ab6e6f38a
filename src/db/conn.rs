//! One connection type over two databases, chosen at run time by `DATABASE_URL`.

use super::tally::count_statements;
use crate::error::{Error, Result};
use diesel::connection::{Connection, SimpleConnection};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// Embedded, the default.
    Sqlite(SqliteConnection),
    /// For several nodes.
    Postgres(PgConnection),
}

/// The backend type of [`Conn`], for boxed expressions.
pub type Db = MultiBackend;

/// Types the same expression once per backend, for what `Conn` cannot say itself:
/// batch inserts, `ON CONFLICT`, `as_returning`, row locks.
#[macro_export]
macro_rules! on {
    ($conn:expr, $c:ident => $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($c) => $query,
            $crate::db::Conn::Postgres($c) => $query,
        }
    };
}

/// Whether `url` names PostgreSQL.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The file of an SQLite database; `None` for PostgreSQL.
pub fn sqlite_file(url: &str) -> Option<&std::path::Path> {
    (!is_postgres(url)).then(|| std::path::Path::new(url.strip_prefix("sqlite:").unwrap_or(url)))
}

/// What a connection is for: readers may not write, and only writers sync.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
}

impl Conn {
    /// Opens a connection with the settings its use needs.
    pub(super) fn open(url: &str, for_use: Use) -> Result<Self> {
        let mut conn = if is_postgres(url) {
            let mut c = PgConnection::establish(url).map_err(Error::internal)?;
            c.batch_execute("SET application_name = 'kontor'; SET TIME ZONE 'UTC'; SET lock_timeout = '10s'; SET client_min_messages = warning")?;
            Self::Postgres(c)
        } else {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            let mut c = SqliteConnection::establish(path).map_err(Error::internal)?;
            // FULL: an acknowledgement means "on disk", after a power cut too. WAL lets readers go on.
            c.batch_execute(
                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; \
                 PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864",
            )?;
            if for_use == Use::Read {
                c.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -4000")?;
            }
            Self::Sqlite(c)
        };
        conn.set_instrumentation(count_statements);
        Ok(conn)
    }

    /// Whether this connection speaks to PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Runs on [`Conn`] any fragment that both backends can render, even where
/// the generated backend lacks the marker (`ON CONFLICT`, for one).
#[derive(Debug, Clone, Copy)]
pub struct Portable<T>(pub T);

impl<T> QueryFragment<Db> for Portable<T>
where
    T: QueryFragment<Sqlite> + QueryFragment<Pg>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}
impl<T: QueryId> QueryId for Portable<T> {
    type QueryId = T::QueryId;
    const HAS_STATIC_QUERY_ID: bool = T::HAS_STATIC_QUERY_ID;
}
impl<T: Query> Query for Portable<T> {
    type SqlType = T::SqlType;
}
impl<T> RunQueryDsl<Conn> for Portable<T> {}
