//! SQL of the office: rows of any table as JSON, for the export of everything stored about one person.

use crate::db::Conn;
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The rows of `table` whose column `owner` is `member`, each a JSON object of `columns`, in the order of the first one.
/// All names are the caller's own constants.
pub fn rows_of(
    conn: &mut Conn,
    (table, owner, columns): (&'static str, &'static str, &'static [&'static str]),
    member: MemberId,
) -> Result<Vec<String>> {
    let object = if conn.is_postgres() { "json_build_object" } else { "json_object" };
    let pairs: Vec<String> = columns.iter().map(|c| format!("'{c}', {c}")).collect();
    let first = columns.first().copied().unwrap_or(owner);
    let pairs = pairs.join(", ");
    let sql =
        format!("SELECT CAST({object}({pairs}) AS TEXT) AS line FROM {table} WHERE {owner} = $1 ORDER BY {first}");
    let rows: Vec<Row> = diesel::sql_query(sql).bind::<BigInt, _>(member.0).load(conn)?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}
