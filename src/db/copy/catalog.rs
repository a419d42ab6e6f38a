//! What tables there are, as the catalog of either database tells.

use crate::db::Conn;
use crate::error::{Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::{Deserialize, Serialize};

/// How a column's values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An integer.
    Number,
    /// Text.
    Text,
    /// A flag.
    Flag,
    /// Bytes.
    Bytes,
    /// A floating-point number.
    Real,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Kind of its values.
    pub kind: Kind,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Columns in their order; derived ones are left out.
    pub columns: Vec<Column>,
    /// Places of the columns of the primary key, in the key's order; all columns where there is no key.
    pub key: Vec<usize>,
    /// The highest id ever given, where the database gives ids; they never come back.
    pub last_id: Option<i64>,
}

impl Table {
    /// The key of a row as a JSON array.
    ///
    /// # Errors
    /// When the line is no row of this table.
    pub fn key_of(&self, line: &str) -> Result<Vec<serde_json::Value>> {
        let row = super::parse(line)?;
        self.key
            .iter()
            .map(|i| row.get(*i).cloned().ok_or_else(|| Error::internal(format!("a short row of {}", self.name))))
            .collect()
    }
}

/// A name in the quotes of SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    key_place: i64,
}

#[derive(QueryableByName)]
struct LastId {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = BigInt)]
    last_id: i64,
}

const COLUMNS_OF_SQLITE: &str = "SELECT l.name AS table_name, p.name AS column_name, lower(p.type) AS kind, \
    CAST(p.pk AS BIGINT) AS key_place FROM pragma_table_list l JOIN pragma_table_info(l.name) p \
    WHERE l.\"schema\" = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    ORDER BY l.name, p.cid";
const COLUMNS_OF_POSTGRES: &str = "SELECT c.relname::text AS table_name, a.attname::text AS column_name, \
    format_type(a.atttypid, NULL)::text AS kind, \
    coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)::bigint AS key_place \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' \
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
    WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY c.relname, a.attnum";
const IDS_OF_SQLITE: &str = "SELECT name AS table_name, CAST(seq AS BIGINT) AS last_id FROM sqlite_sequence";
const IDS_OF_POSTGRES: &str = "SELECT c.relname::text AS table_name, coalesce(s.last_value, 0)::bigint AS last_id \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_depend d ON d.refobjid = c.oid AND d.deptype IN ('i', 'a') JOIN pg_class q ON q.oid = d.objid \
    JOIN pg_sequences s ON s.schemaname = n.nspname AND s.sequencename = q.relname \
    WHERE c.relkind = 'r' AND q.relkind = 'S' AND n.nspname = current_schema()";

/// Tables that belong to the machinery, not to the house.
const OWN: [&str; 2] = ["__diesel_schema_migrations", super::load::PROGRESS];

/// Every table of the house, by name.
///
/// # Errors
/// When the database fails, or has a column that cannot travel.
pub fn list_tables(conn: &mut Conn) -> Result<Vec<Table>> {
    let (columns, ids) = match conn {
        Conn::Sqlite(_) => (COLUMNS_OF_SQLITE, IDS_OF_SQLITE),
        Conn::Postgres(_) => (COLUMNS_OF_POSTGRES, IDS_OF_POSTGRES),
    };
    let rows: Vec<ColumnRow> = diesel::sql_query(columns).load(conn)?;
    let mut tables: Vec<(Table, Vec<(i64, usize)>)> = Vec::new();
    for row in rows.into_iter().filter(|r| !OWN.contains(&r.table_name.as_str())) {
        if tables.last().is_none_or(|(t, _)| t.name != row.table_name) {
            let empty = Table { name: row.table_name.clone(), columns: Vec::new(), key: Vec::new(), last_id: None };
            tables.push((empty, Vec::new()));
        }
        let Some((table, key)) = tables.last_mut() else { continue };
        let Some(kind) = kind_of(&row)? else { continue };
        if row.key_place > 0 {
            key.push((row.key_place, table.columns.len()));
        }
        table.columns.push(Column { name: row.column_name, kind });
    }
    let has_ids = conn.is_postgres() || !tables.is_empty();
    let last: Vec<LastId> = if has_ids { diesel::sql_query(ids).load(conn)? } else { Vec::new() };
    Ok(tables
        .into_iter()
        .map(|(mut table, mut key)| {
            key.sort_unstable();
            table.key = key.into_iter().map(|(_, place)| place).collect();
            if table.key.is_empty() {
                table.key = (0..table.columns.len()).collect();
            }
            table.last_id = last.iter().find(|l| l.table_name == table.name).map(|l| l.last_id);
            table
        })
        .collect())
}

fn kind_of(row: &ColumnRow) -> Result<Option<Kind>> {
    Ok(Some(match row.kind.as_str() {
        "bigint" | "integer" | "smallint" => Kind::Number,
        "text" => Kind::Text,
        "boolean" => Kind::Flag,
        "blob" | "bytea" => Kind::Bytes,
        "real" | "double precision" => Kind::Real,
        // Derived from the texts; made again where it arrives.
        "tsvector" => return Ok(None),
        other => {
            return Err(Error::internal(format!(
                "column {} of {} is {other}, which cannot travel",
                row.column_name, row.table_name
            )));
        }
    }))
}
