//! A move into another database: the mark that it is under way, and a source that nobody writes to meanwhile.

use super::load::PROGRESS;
use super::{ForeignKey, Loading, Table, catalog, check_references, clear, list_tables, restart_ids};
use crate::db::Conn;
use crate::db::conn::Use;
use crate::db::{is_postgres, migrations};
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(QueryableByName)]
struct Progress {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    foreign_keys: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// A source that nobody writes to while this is held.
pub struct Held(Conn);

impl Held {
    /// Holds the database of `url`.
    ///
    /// # Errors
    /// When a server works on it.
    pub fn take(url: &str) -> Result<Self> {
        let in_use = || Error::config("a Kontor server works on the source: stop it first, then move");
        if !is_postgres(url) {
            prove_alone(url).map_err(|_| in_use())?;
        }
        let mut conn = Conn::open(url, Use::Write)?;
        match &mut conn {
            Conn::Sqlite(c) => {
                c.batch_execute("BEGIN IMMEDIATE").map_err(|_| in_use())?;
            }
            Conn::Postgres(c) => {
                // Connections of our own that were closed just now may take a moment to go.
                let mut looks = 20;
                while count_others(c)? > 0 {
                    looks -= 1;
                    if looks == 0 {
                        return Err(in_use());
                    }
                    std::thread::sleep(std::time::Duration::from_millis(100));
                }
                c.batch_execute("BEGIN")?;
                let mut held = Conn::Postgres(PgConnection::establish(url).map_err(Error::internal)?);
                for table in list_tables(&mut held)? {
                    let name = catalog::quoted(&table.name);
                    c.batch_execute(&format!("LOCK TABLE {name} IN SHARE MODE")).map_err(|_| in_use())?;
                }
            }
        }
        Ok(Self(conn))
    }

    /// Lets it go, unchanged.
    ///
    /// # Errors
    /// When the database fails.
    pub fn release(mut self) -> Result<()> {
        self.0.batch_execute("ROLLBACK")?;
        Ok(())
    }
}

fn count_others(c: &mut PgConnection) -> Result<i64> {
    let others: Count = diesel::sql_query(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name = 'kontor' AND pid <> pg_backend_pid()",
    )
    .get_result(c)?;
    Ok(others.n)
}

/// Succeeds only where no other connection to an SQLite database is open.
///
/// # Errors
/// When there is one.
pub fn prove_alone(url: &str) -> Result<()> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let mut probe = SqliteConnection::establish(path).map_err(Error::internal)?;
    probe.batch_execute("PRAGMA busy_timeout = 200; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT")?;
    Ok(())
}

/// Makes the target ready: migrated, marked, empty and without references; or finds it ready from before. Answers
/// whether it goes on with an earlier move.
///
/// # Errors
/// When the target holds something else.
pub fn begin(into: &mut Loading, source: &str) -> Result<bool> {
    let conn = into.conn();
    let earlier: Option<Progress> =
        diesel::sql_query(format!("SELECT source, foreign_keys FROM {PROGRESS}")).load(conn).unwrap_or_default().pop();
    if let Some(earlier) = earlier {
        if earlier.source == source {
            return Ok(true);
        }
        return Err(Error::config("a move from another database into this one is not finished"));
    }
    into.transaction(|conn| {
        migrations::apply_pending(conn)?;
        let references = ForeignKey::take_all(conn)?;
        let tables = list_tables(conn)?;
        clear(conn, &tables)?;
        conn.batch_execute(&format!("CREATE TABLE {PROGRESS} (source TEXT NOT NULL, foreign_keys TEXT NOT NULL)"))?;
        let references = serde_json::to_string(&references).map_err(Error::internal)?;
        diesel::sql_query(format!("INSERT INTO {PROGRESS} (source, foreign_keys) VALUES ($1, $2)"))
            .bind::<Text, _>(source)
            .bind::<Text, _>(references)
            .execute(conn)?;
        Ok(false)
    })
}

/// Ends a move: ids go on, references are checked, `finish` makes what the database derives, the mark goes.
///
/// # Errors
/// When a row points nowhere, or the database fails.
pub fn end(into: &mut Loading, tables: &[Table], finish: impl FnOnce(&mut Conn) -> Result<()>) -> Result<()> {
    into.transaction(|conn| {
        let progress: Progress =
            diesel::sql_query(format!("SELECT source, foreign_keys FROM {PROGRESS}")).get_result(conn)?;
        let references: Vec<ForeignKey> = serde_json::from_str(&progress.foreign_keys).map_err(Error::internal)?;
        restart_ids(conn, tables)?;
        ForeignKey::put_back(conn, &references)?;
        check_references(conn)?;
        finish(conn)?;
        conn.batch_execute(&format!("DROP TABLE {PROGRESS}"))?;
        Ok(())
    })
}
