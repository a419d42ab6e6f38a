//! SQL of upkeep.

use super::archive::Made;
use super::model::{Backup, Cause};
use crate::db::schema::{alerts, audit_log, backups, jobs, members};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Notes that a backup began.
pub fn insert_backup(tx: &mut Tx<'_>, (name, place): (&str, &str), cause: Cause, by: Option<MemberId>) -> Result<i64> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => diesel::insert_into(backups::table)
        .values((
            backups::name.eq(name),
            backups::place.eq(place),
            backups::kind.eq(cause.code()),
            backups::started_at.eq(now),
            backups::started_by.eq(by.map(|m| m.0)),
        ))
        .returning(backups::id)
        .get_result(c))?)
}

/// Notes that it is there.
pub fn mark_done(tx: &mut Tx<'_>, id: i64, made: &Made) -> Result<()> {
    let now = tx.now();
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    diesel::update(backups::table.find(id).filter(backups::state.eq("running")))
        .set((
            backups::state.eq("done"),
            backups::sealed.eq(made.sealed),
            backups::bytes.eq(count(made.bytes)),
            backups::sha256.eq(&made.sha256),
            backups::row_count.eq(count(made.rows)),
            backups::file_count.eq(count(made.files)),
            backups::finished_at.eq(Some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Notes that it failed.
pub fn mark_failed(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<()> {
    let now = tx.now();
    let why: String = why.chars().take(500).collect();
    diesel::update(backups::table.find(id).filter(backups::state.eq("running")))
        .set((backups::state.eq("failed"), backups::error.eq(why), backups::finished_at.eq(Some(now))))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends what nobody works on any more.
pub fn end_running(conn: &mut Conn, why: &str, now: Ms) -> Result<usize> {
    end_running_since(conn, why, now, i64::MAX)
}

/// Ends what began before `until`.
pub fn end_running_since(conn: &mut Conn, why: &str, now: Ms, until: Ms) -> Result<usize> {
    let open = backups::table.filter(backups::state.eq("running")).filter(backups::started_at.lt(until));
    Ok(diesel::update(open)
        .set((backups::state.eq("failed"), backups::error.eq(why), backups::finished_at.eq(Some(now))))
        .execute(conn)?)
}

/// Whether one is under way.
pub fn is_running(conn: &mut Conn) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(backups::table.filter(backups::state.eq("running")))).get_result(conn)?)
}

/// Newest first.
pub fn list_backups(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<Backup>> {
    Ok(backups::table
        .filter(backups::id.lt(before.unwrap_or(i64::MAX)))
        .order(backups::id.desc())
        .limit(limit)
        .select(Backup::as_select())
        .load(conn)?)
}

/// One backup.
pub fn find_backup(conn: &mut Conn, id: i64) -> Result<Backup> {
    Ok(backups::table.find(id).select(Backup::as_select()).first(conn)?)
}

/// When the last good one began: what it shows is from then.
pub fn last_good(conn: &mut Conn) -> Result<Option<Ms>> {
    let good = backups::table.filter(backups::state.eq_any(["done", "removed"]));
    Ok(good.select(diesel::dsl::max(backups::started_at)).first(conn)?)
}

/// When the house was last tried to be backed up.
pub fn last_try(conn: &mut Conn) -> Result<Option<Ms>> {
    Ok(backups::table.select(diesel::dsl::max(backups::started_at)).first(conn)?)
}

/// Good scheduled ones at `place`, newest first.
pub fn list_kept(conn: &mut Conn, place: &str) -> Result<Vec<(i64, String, Ms)>> {
    Ok(backups::table
        .filter(backups::state.eq("done"))
        .filter(backups::kind.eq(Cause::Schedule.code()))
        .filter(backups::place.eq(place))
        .order(backups::started_at.desc())
        .select((backups::id, backups::name, backups::started_at))
        .load(conn)?)
}

/// Notes that its time was over.
pub fn mark_removed(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::update(backups::table.find(id)).set(backups::state.eq("removed")).execute(&mut **tx)?;
    Ok(())
}

/// An alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::alerts)]
pub struct Alert {
    /// Topic of the doctor.
    pub kind: String,
    /// What it says, as JSON.
    pub detail: String,
    /// How often it was seen.
    pub seen: i32,
    /// When it was seen first.
    pub since: Ms,
    /// When it was seen last.
    pub seen_at: Ms,
    /// When it was told last.
    pub mailed_at: Option<Ms>,
}

/// One alert.
pub fn find_alert(conn: &mut Conn, kind: &str) -> Result<Option<Alert>> {
    Ok(alerts::table.find(kind).select(Alert::as_select()).first(conn).optional()?)
}

/// Every alert that stands, oldest first.
pub fn list_alerts(conn: &mut Conn) -> Result<Vec<Alert>> {
    Ok(alerts::table.order(alerts::since.asc()).select(Alert::as_select()).load(conn)?)
}

/// Notes that an alert was seen (once more).
pub fn put_alert(tx: &mut Tx<'_>, kind: &str, detail: &str, since: Ms, mailed_at: Option<Ms>) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let values = (alerts::detail.eq(detail), alerts::seen_at.eq(now), alerts::mailed_at.eq(mailed_at));
    on!(conn, c => diesel::insert_into(alerts::table)
        .values((alerts::kind.eq(kind), alerts::since.eq(since), values))
        .on_conflict(alerts::kind)
        .do_update()
        .set((values, alerts::seen.eq(alerts::seen + 1)))
        .execute(c))?;
    Ok(())
}

/// Notes that it is over.
pub fn delete_alert(tx: &mut Tx<'_>, kind: &str) -> Result<()> {
    diesel::delete(alerts::table.find(kind)).execute(&mut **tx)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Check {
    #[diesel(sql_type = diesel::sql_types::Text)]
    quick_check: String,
}

/// What the database finds wrong with itself: `None` is well. SQLite reads all of it, so a large one is not asked.
pub fn health_of(conn: &mut Conn) -> Result<Option<String>> {
    const LARGE: i64 = 2 << 30;
    let Conn::Sqlite(c) = conn else { return Ok(None) };
    let size: Number =
        diesel::sql_query("SELECT page_count * page_size AS n FROM pragma_page_count() JOIN pragma_page_size()")
            .get_result(c)?;
    if size.n > LARGE {
        return Ok(None);
    }
    let said: Check = diesel::sql_query("PRAGMA quick_check(1)").get_result(c)?;
    Ok(Some(said.quick_check).filter(|w| w != "ok"))
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// The time of the database's own machine; `None` where it is this one.
pub fn database_clock(conn: &mut Conn) -> Result<Option<Ms>> {
    let Conn::Postgres(c) = conn else { return Ok(None) };
    let now: Number =
        diesel::sql_query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS n").get_result(c)?;
    Ok(Some(now.n))
}

/// When the house began: the first account.
pub fn first_moment(conn: &mut Conn) -> Result<Option<Ms>> {
    Ok(members::table.select(diesel::dsl::min(members::created_at)).first(conn)?)
}

/// The newest moment written down by people or by the queue.
pub fn newest_moment(conn: &mut Conn) -> Result<Option<Ms>> {
    let audit: Option<Ms> = audit_log::table.select(diesel::dsl::max(audit_log::at)).first(conn)?;
    let queue: Option<Ms> = jobs::table.select(diesel::dsl::max(jobs::created_at)).first(conn)?;
    Ok(audit.max(queue))
}

/// Columns besides the settings that hold sealed texts: table, key, column.
const SEALED: [(&str, &str, &str); 2] = [("settings", "key", "value"), ("dkim_keys", "selector", "private_key")];

/// A sealed field.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Sealed {
    /// Table.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub place: String,
    /// Key of the row.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub id: String,
    /// The sealed text.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub value: String,
}

impl Sealed {
    /// The name it was sealed under: of a setting its key, else `table.column:id`.
    pub fn field(&self) -> String {
        if self.place == "settings.value" { self.id.clone() } else { format!("{}:{}", self.place, self.id) }
    }
}

/// Every sealed field of the house.
pub fn list_sealed(conn: &mut Conn) -> Result<Vec<Sealed>> {
    let mut out = Vec::new();
    for (table, key, column) in SEALED {
        let sql = format!(
            "SELECT '{table}.{column}' AS place, CAST({key} AS TEXT) AS id, {column} AS value FROM {table} \
             WHERE {column} LIKE 'sealed:%' ORDER BY {key}"
        );
        out.extend(diesel::sql_query(sql).load::<Sealed>(conn)?);
    }
    Ok(out)
}

/// Puts a field sealed anew in the place of the one it was made from; nothing where somebody changed it meanwhile.
pub fn replace_sealed(conn: &mut Conn, was: &Sealed, value: &str) -> Result<bool> {
    let Some((table, key, column)) = SEALED.iter().find(|(t, _, c)| was.place == format!("{t}.{c}")) else {
        return Ok(false);
    };
    let sql = format!("UPDATE {table} SET {column} = $1 WHERE CAST({key} AS TEXT) = $2 AND {column} = $3");
    let rows = diesel::sql_query(sql)
        .bind::<diesel::sql_types::Text, _>(value)
        .bind::<diesel::sql_types::Text, _>(&was.id)
        .bind::<diesel::sql_types::Text, _>(&was.value)
        .execute(conn)?;
    Ok(rows == 1)
}
