//! Writing rows as they were, past every rule of the features. References between tables are taken away first and
//! put back, checked, at the end, so that the order of tables and rows does not matter.

use super::Vacancy;
use super::catalog::{Column, Kind, Table, list_tables, quoted};
use crate::db::Conn;
use crate::db::conn::Use;
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::{Deserialize, Serialize};

/// Table that stands in a database while a move into it is not finished.
pub(in crate::db) const PROGRESS: &str = "kontor_move";

/// A reference of PostgreSQL, taken away while rows are written.
#[derive(Debug, Clone, QueryableByName, Serialize, Deserialize)]
pub struct ForeignKey {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

const FOREIGN_KEYS: &str = "SELECT c.relname::text AS table_name, k.conname::text AS name, \
    pg_get_constraintdef(k.oid)::text AS definition FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
    JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE k.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2";

/// A connection that writes rows as they were.
pub struct Loading(Conn);

impl Loading {
    /// Opens the database of `url`; SQLite checks no reference on it until the end.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn open(url: &str) -> Result<Self> {
        let mut conn = Conn::open(url, Use::Write)?;
        match &mut conn {
            Conn::Sqlite(c) => c.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -64000")?,
            // Two of them, or one and a start of the server, wait for each other.
            Conn::Postgres(c) => c.batch_execute("SET lock_timeout = 0; SELECT pg_advisory_lock(7225913)")?,
        }
        Ok(Self(conn))
    }

    /// The connection.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }

    /// Runs `work` as one transaction.
    ///
    /// # Errors
    /// What `work` says; nothing of it is there then.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.0.transaction(work)
    }

    /// Everything written is in the one file, without a log beside it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settle(mut self) -> Result<()> {
        if let Conn::Sqlite(c) = &mut self.0 {
            c.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")?;
        }
        Ok(())
    }
}

impl ForeignKey {
    /// Takes every reference away and answers them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn take_all(conn: &mut Conn) -> Result<Vec<Self>> {
        if !conn.is_postgres() {
            return Ok(Vec::new());
        }
        let all: Vec<Self> = diesel::sql_query(FOREIGN_KEYS).load(conn)?;
        for key in &all {
            let (table, name) = (quoted(&key.table_name), quoted(&key.name));
            conn.batch_execute(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
        }
        Ok(all)
    }

    /// Puts references back; rows that point nowhere are an error.
    ///
    /// # Errors
    /// When a row points nowhere.
    pub fn put_back(conn: &mut Conn, all: &[Self]) -> Result<()> {
        for key in all {
            let (table, name) = (quoted(&key.table_name), quoted(&key.name));
            conn.batch_execute(&format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", key.definition))?;
        }
        Ok(())
    }
}

/// Looks for rows that point nowhere in SQLite, which did not look while they were written.
///
/// # Errors
/// When there is one.
pub fn check_references(conn: &mut Conn) -> Result<()> {
    if let Conn::Sqlite(c) = conn {
        let found: Count = diesel::sql_query("SELECT count(*) AS n FROM pragma_foreign_key_check").get_result(c)?;
        if found.n > 0 {
            return Err(Error::internal(format!("{} rows point to something that is not there", found.n)));
        }
    }
    Ok(())
}

/// Takes every row of every table away.
///
/// # Errors
/// When the database fails.
pub fn clear(conn: &mut Conn, tables: &[Table]) -> Result<()> {
    for table in tables {
        conn.batch_execute(&format!("DELETE FROM {}", quoted(&table.name)))?;
    }
    Ok(())
}

/// Writes rows whose values stand in the order of `columns`.
///
/// # Errors
/// When the table lacks a column, or a row cannot be written.
pub fn insert_rows(conn: &mut Conn, table: &Table, columns: &[Column], lines: &[String]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut names = Vec::with_capacity(columns.len());
    let mut values = Vec::with_capacity(columns.len());
    for (i, from) in columns.iter().enumerate() {
        let into = table.columns.iter().find(|c| c.name == from.name).ok_or_else(|| {
            Error::config(format!("table {} has no column {}: another version wrote this", table.name, from.name))
        })?;
        names.push(quoted(&into.name));
        values.push(match (&*conn, into.kind) {
            (Conn::Sqlite(_), Kind::Bytes) => format!("unhex(json_extract(value, '$[{i}]'))"),
            (Conn::Sqlite(_), _) => format!("json_extract(value, '$[{i}]')"),
            (Conn::Postgres(_), Kind::Number) => format!("(value->>{i})::bigint"),
            (Conn::Postgres(_), Kind::Text) => format!("value->>{i}"),
            (Conn::Postgres(_), Kind::Flag) => format!("(value->>{i})::int::boolean"),
            (Conn::Postgres(_), Kind::Bytes) => format!("decode(value->>{i}, 'hex')"),
            (Conn::Postgres(_), Kind::Real) => format!("(value->>{i})::double precision"),
        });
    }
    let rows = match conn {
        Conn::Sqlite(_) => "json_each($1)",
        Conn::Postgres(_) => "json_array_elements($1::json) AS value",
    };
    let sql =
        format!("INSERT INTO {} ({}) SELECT {} FROM {rows}", quoted(&table.name), names.join(", "), values.join(", "));
    diesel::sql_query(sql).bind::<Text, _>(format!("[{}]", lines.join(","))).execute(conn)?;
    Ok(())
}

/// Takes away the rows with these keys, each a JSON array.
///
/// # Errors
/// When the database fails.
pub fn delete_rows(conn: &mut Conn, table: &Table, keys: &[Vec<serde_json::Value>]) -> Result<()> {
    let names: Vec<String> = table.key.iter().map(|i| quoted(&table.columns[*i].name)).collect();
    let values: Vec<String> = table
        .key
        .iter()
        .enumerate()
        .map(|(n, i)| match (&*conn, table.columns[*i].kind) {
            (Conn::Sqlite(_), _) => format!("json_extract($1, '$[{n}]')"),
            (Conn::Postgres(_), Kind::Number) => format!("($1::json->>{n})::bigint"),
            (Conn::Postgres(_), Kind::Flag) => format!("($1::json->>{n})::int::boolean"),
            (Conn::Postgres(_), _) => format!("$1::json->>{n}"),
        })
        .collect();
    let sql = format!("DELETE FROM {} WHERE ({}) = ({})", quoted(&table.name), names.join(", "), values.join(", "));
    for key in keys {
        let key = serde_json::to_string(key).map_err(Error::internal)?;
        diesel::sql_query(&sql).bind::<Text, _>(key).execute(conn)?;
    }
    Ok(())
}

/// Ids go on after the highest one ever given there.
///
/// # Errors
/// When the database fails.
pub fn restart_ids(conn: &mut Conn, tables: &[Table]) -> Result<()> {
    for table in tables {
        let Some(last) = table.last_id.filter(|n| *n > 0) else { continue };
        match conn {
            Conn::Sqlite(c) => {
                let gone = "DELETE FROM sqlite_sequence WHERE name = $1";
                diesel::sql_query(gone).bind::<Text, _>(&table.name).execute(c)?;
                diesel::sql_query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)")
                    .bind::<Text, _>(&table.name)
                    .bind::<BigInt, _>(last)
                    .execute(c)?;
            }
            Conn::Postgres(c) => {
                diesel::sql_query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2, true)")
                    .bind::<Text, _>(&table.name)
                    .bind::<BigInt, _>(last)
                    .execute(c)?;
            }
        }
    }
    Ok(())
}

/// What is in the database of `url`: a missing file is empty.
///
/// # Errors
/// When the database cannot be reached.
pub fn vacancy(url: &str) -> Result<Vacancy> {
    if let Some(file) = crate::db::sqlite_file(url)
        && !file.metadata().is_ok_and(|m| m.len() > 0)
    {
        return Ok(Vacancy::Empty);
    }
    let mut conn = Conn::open(url, Use::Read)?;
    let tables = list_tables(&mut conn)?;
    if tables.is_empty() {
        return Ok(Vacancy::Empty);
    }
    if !tables.iter().any(|t| t.name == "members") {
        return Ok(Vacancy::Occupied);
    }
    let people: Count = diesel::sql_query("SELECT count(*) AS n FROM members").get_result(&mut conn)?;
    Ok(if people.n == 0 { Vacancy::Unused } else { Vacancy::Occupied })
}
