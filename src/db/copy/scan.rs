//! Reading every row of a table, in the order of its key, at one moment.

use super::catalog::{Kind, Table, list_tables, quoted};
use crate::db::Conn;
use crate::db::conn::Use;
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// A connection that sees one moment, while others go on writing: a read transaction of SQLite's log, a repeatable
/// read of PostgreSQL.
pub struct Snapshot(Conn);

impl Snapshot {
    /// Fixes the moment.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn open(url: &str) -> Result<Self> {
        let mut conn = Conn::open(url, Use::Read)?;
        match &mut conn {
            // The first read fixes the moment, not BEGIN.
            Conn::Sqlite(c) => c.batch_execute("BEGIN; SELECT count(*) FROM sqlite_master")?,
            Conn::Postgres(c) => c.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")?,
        }
        Ok(Self(conn))
    }

    /// The tables of this moment.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn tables(&mut self) -> Result<Vec<Table>> {
        list_tables(&mut self.0)
    }

    /// The migrations that made them.
    ///
    /// # Errors
    /// When there are none: the database belongs to something else.
    pub fn migrations(&mut self) -> Result<Vec<String>> {
        let rows: Vec<Version> = diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version")
            .load(&mut self.0)
            .map_err(|_| Error::config("there is no Kontor in this database"))?;
        Ok(rows.into_iter().map(|v| v.version).collect())
    }

    /// The connection, for reads of the same moment.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// A walk through one table.
pub struct Scan {
    table: Table,
    after: Option<String>,
    is_open: bool,
}

impl Scan {
    /// A walk from the first row.
    pub fn new(table: &Table) -> Self {
        Self { table: table.clone(), after: None, is_open: false }
    }

    /// The next rows, at most `most`; none at the end. One walk of a connection at a time.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next(&mut self, conn: &mut Conn, most: i64) -> Result<Vec<String>> {
        let lines: Vec<Line> = match conn {
            Conn::Sqlite(c) => {
                let query = diesel::sql_query(sqlite_query(&self.table, self.after.is_some()));
                match &self.after {
                    Some(after) => query.bind::<Text, _>(after).bind::<BigInt, _>(most).load(c)?,
                    None => query.bind::<BigInt, _>(most).load(c)?,
                }
            }
            Conn::Postgres(c) => {
                if !self.is_open {
                    self.is_open = true;
                    c.batch_execute(&format!(
                        "DECLARE kontor_scan NO SCROLL CURSOR FOR {}",
                        postgres_query(&self.table)
                    ))?;
                }
                let lines: Vec<Line> = diesel::sql_query(format!("FETCH {most} FROM kontor_scan")).load(c)?;
                if lines.is_empty() {
                    c.batch_execute("CLOSE kontor_scan")?;
                    self.is_open = false;
                }
                lines
            }
        };
        if let Some(last) = lines.last() {
            self.after = Some(serde_json::to_string(&self.table.key_of(&last.line)?).map_err(Error::internal)?);
        }
        Ok(lines.into_iter().map(|l| l.line).collect())
    }

    /// Ends a walk before its end.
    ///
    /// # Errors
    /// When the database fails.
    pub fn close(mut self, conn: &mut Conn) -> Result<()> {
        if let Conn::Postgres(c) = conn
            && std::mem::take(&mut self.is_open)
        {
            c.batch_execute("CLOSE kontor_scan")?;
        }
        Ok(())
    }
}

fn sqlite_query(table: &Table, goes_on: bool) -> String {
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|c| {
            let name = quoted(&c.name);
            match c.kind {
                Kind::Bytes => format!("CASE WHEN {name} IS NULL THEN NULL ELSE hex({name}) END"),
                _ => name,
            }
        })
        .collect();
    let key: Vec<String> = table.key.iter().map(|i| quoted(&table.columns[*i].name)).collect();
    let after: Vec<String> = (0..key.len()).map(|i| format!("json_extract($1, '$[{i}]')")).collect();
    let key = key.join(", ");
    // SQLite numbers by first appearance.
    let (rest, most) = match goes_on {
        true => (format!("WHERE ({key}) > ({})", after.join(", ")), "$2"),
        false => (String::new(), "$1"),
    };
    format!(
        "SELECT json_array({}) AS line FROM {} {rest} ORDER BY {key} LIMIT {most}",
        values.join(", "),
        quoted(&table.name)
    )
}

fn postgres_query(table: &Table) -> String {
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|c| {
            let name = quoted(&c.name);
            match c.kind {
                Kind::Flag => format!("{name}::int"),
                Kind::Bytes => format!("upper(encode({name}, 'hex'))"),
                _ => name,
            }
        })
        .collect();
    // The order of bytes, as SQLite sorts.
    let order: Vec<String> = table
        .key
        .iter()
        .map(|i| {
            let column = &table.columns[*i];
            let collate = if column.kind == Kind::Text { " COLLATE \"C\"" } else { "" };
            format!("{}{collate}", quoted(&column.name))
        })
        .collect();
    format!(
        "SELECT json_build_array({})::text AS line FROM {} ORDER BY {}",
        values.join(", "),
        quoted(&table.name),
        order.join(", ")
    )
}
