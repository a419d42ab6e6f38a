//! SQL of imports.

use crate::db::schema::{
    affiliate_refs, affiliate_sponsors, conversions, import_marks, import_steps, imports, members, suppressions,
};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::paging::Cursor;
use diesel::prelude::*;

/// An import as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct ImportRow {
    /// Row id.
    pub id: i64,
    /// Kind code.
    pub kind: String,
    /// `queued`, `running`, `done`, `failed` or `undone`.
    pub status: String,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
    /// Name of the file as it was sent.
    pub file_name: String,
    /// Where the file lies, below the data folder.
    pub file_path: String,
    /// Options as JSON.
    pub options: String,
    /// Report as JSON.
    pub report: String,
    /// Rows behind us.
    pub rows_done: i64,
    /// Rows of the file; 0 until they are counted.
    pub rows_total: i64,
    /// Who sent it.
    pub created_by: Option<i64>,
    /// When it was sent.
    pub created_at: Ms,
    /// When it ended.
    pub finished_at: Option<Ms>,
    /// When it was taken back.
    pub undone_at: Option<Ms>,
}

/// Stores an import that waits for its turn.
pub fn insert_import(
    tx: &mut Tx<'_>,
    (kind, dry_run): (&str, bool),
    (file_name, file_path): (&str, &str),
    options: &str,
    by: i64,
) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(imports::table)
        .values((
            imports::kind.eq(kind),
            imports::dry_run.eq(dry_run),
            imports::file_name.eq(file_name),
            imports::file_path.eq(file_path),
            imports::options.eq(options),
            imports::created_by.eq(Some(by)),
            imports::created_at.eq(now),
        ))
        .returning(imports::id)
        .get_result(&mut **tx)?)
}

/// The import of that id.
pub fn find_import(conn: &mut Conn, id: i64) -> Result<ImportRow> {
    Ok(imports::table.find(id).first(conn)?)
}

/// Imports, newest first.
pub fn list_imports(conn: &mut Conn, after: Option<Cursor>, limit: i64) -> Result<Vec<ImportRow>> {
    let mut wanted = imports::table.into_boxed();
    if let Some(at) = after {
        wanted = wanted.filter(imports::id.lt(at.id));
    }
    Ok(wanted.order(imports::id.desc()).limit(limit + 1).load(conn)?)
}

/// Imports that failed after `since`, newest first: id, name of the file, when they began.
pub fn list_failed(conn: &mut Conn, since: Ms, limit: i64) -> Result<Vec<(i64, String, Ms)>> {
    Ok(imports::table
        .filter(imports::status.eq("failed"))
        .filter(imports::created_at.gt(since))
        .order(imports::id.desc())
        .limit(limit)
        .select((imports::id, imports::file_name, imports::created_at))
        .load(conn)?)
}

/// Sets a waiting import going, with the number of its rows; running ones go on.
pub fn mark_running(tx: &mut Tx<'_>, id: i64, rows_total: i64) -> Result<bool> {
    let rows = diesel::update(imports::table.find(id).filter(imports::status.eq_any(["queued", "running"])))
        .set((imports::status.eq("running"), imports::rows_total.eq(rows_total)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Moves the progress on; false when another worker has moved it.
pub fn mark_progress(tx: &mut Tx<'_>, id: i64, from: i64, to: i64, report: &str) -> Result<bool> {
    let mine = imports::table.find(id).filter(imports::rows_done.eq(from)).filter(imports::status.eq("running"));
    let rows = diesel::update(mine).set((imports::rows_done.eq(to), imports::report.eq(report))).execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Ends an import that runs.
pub fn mark_ended(tx: &mut Tx<'_>, id: i64, status: &str, report: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(imports::table.find(id).filter(imports::status.eq_any(["queued", "running"])))
        .set((imports::status.eq(status), imports::report.eq(report), imports::finished_at.eq(Some(now))))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Claims an ended import for being taken back; true for who was first.
pub fn mark_undoing(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = tx.now();
    let ended = imports::table
        .find(id)
        .filter(imports::status.eq_any(["done", "failed"]))
        .filter(imports::dry_run.eq(false))
        .filter(imports::undone_at.is_null());
    let rows = diesel::update(ended)
        .set((imports::status.eq("running"), imports::undone_at.eq(Some(now))))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Imports that are being taken back.
pub fn list_undoing(conn: &mut Conn) -> Result<Vec<i64>> {
    Ok(imports::table
        .filter(imports::status.eq("running"))
        .filter(imports::undone_at.is_not_null())
        .select(imports::id)
        .load(conn)?)
}

/// Ends the taking back.
pub fn mark_undone(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    diesel::update(imports::table.find(id))
        .set((imports::status.eq("undone"), imports::undone_at.eq(Some(now))))
        .execute(&mut **tx)?;
    Ok(())
}

/// Remembers things an import made, so that they can be taken back.
pub fn insert_marks(tx: &mut Tx<'_>, import: i64, made: &[(&str, i64)]) -> Result<()> {
    let conn: &mut Conn = tx;
    for part in made.chunks(1_000) {
        on!(conn, c => {
            let rows: Vec<_> = part
                .iter()
                .map(|(kind, id)| {
                    (import_marks::import_id.eq(import), import_marks::kind.eq(*kind), import_marks::object_id.eq(*id))
                })
                .collect();
            diesel::insert_into(import_marks::table).values(rows).execute(c)
        })?;
    }
    Ok(())
}

/// The latest things of some kinds that an import made: mark, kind, id.
pub fn list_marks(conn: &mut Conn, import: i64, kinds: &[&str], limit: i64) -> Result<Vec<(i64, String, i64)>> {
    Ok(import_marks::table
        .filter(import_marks::import_id.eq(import))
        .filter(import_marks::kind.eq_any(kinds))
        .order(import_marks::id.desc())
        .limit(limit)
        .select((import_marks::id, import_marks::kind, import_marks::object_id))
        .load(conn)?)
}

/// Forgets a mark.
pub fn delete_mark(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(import_marks::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Takes an imported person away, unless they have come to life since; answers whether it did.
pub fn delete_invited(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let rows = diesel::delete(members::table.find(id).filter(members::status.eq("invited"))).execute(&mut **tx)?;
    if rows == 1 {
        // Their sales wait again.
        diesel::update(conversions::table.filter(conversions::member_id.eq(id)))
            .set(conversions::member_id.eq(None::<i64>))
            .execute(&mut **tx)?;
    }
    Ok(rows == 1)
}

/// Takes an imported reference away.
pub fn delete_ref(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(affiliate_refs::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Takes an imported suppression away.
pub fn delete_suppression(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(suppressions::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Suppresses an address; answers the new row's id, none when it is suppressed already.
pub fn insert_suppression(tx: &mut Tx<'_>, hash: &str, email: &str, reason: &str, source: &str) -> Result<Option<i64>> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => diesel::insert_into(suppressions::table)
        .values((
            suppressions::email_hash.eq(hash),
            suppressions::email.eq(Some(email)),
            suppressions::reason.eq(reason),
            suppressions::source.eq(source),
            suppressions::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(suppressions::id)
        .get_result(c)
        .optional())?)
}

/// Which of these hashes are suppressed.
pub fn list_suppressed(conn: &mut Conn, hashes: &[String]) -> Result<Vec<String>> {
    Ok(suppressions::table
        .filter(suppressions::email_hash.eq_any(hashes))
        .select(suppressions::email_hash)
        .load(conn)?)
}

/// Members by folded address: address, id.
pub fn list_members_by_key(conn: &mut Conn, keys: &[String]) -> Result<Vec<(String, i64)>> {
    Ok(members::table.filter(members::email_key.eq_any(keys)).select((members::email_key, members::id)).load(conn)?)
}

/// Whose reference named the sponsor of a member: member id to sponsor's reference, in one program.
pub fn list_sponsor_refs(conn: &mut Conn, program: i64, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    Ok(affiliate_sponsors::table
        .filter(affiliate_sponsors::program_id.eq(program))
        .filter(affiliate_sponsors::member_id.eq_any(ids))
        .select((affiliate_sponsors::member_id, affiliate_sponsors::sponsor_ref))
        .load(conn)?)
}

/// Keeps the reference of a member's sponsor; answers the new row's id, none where one is known.
pub fn insert_sponsor(tx: &mut Tx<'_>, program: i64, member: i64, reference: &str) -> Result<Option<i64>> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => diesel::insert_into(affiliate_sponsors::table)
        .values((
            affiliate_sponsors::program_id.eq(program),
            affiliate_sponsors::member_id.eq(member),
            affiliate_sponsors::sponsor_ref.eq(reference),
            affiliate_sponsors::sponsor_key.eq(crate::programs::model::ref_key(reference)),
            affiliate_sponsors::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(affiliate_sponsors::id)
        .get_result(c)
        .optional())?)
}

/// Forgets a sponsor.
pub fn delete_sponsor(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(affiliate_sponsors::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Keeps what became of the rows of one step, one a line.
pub fn insert_step(tx: &mut Tx<'_>, import: i64, rows_done: i64, lines: &str) -> Result<()> {
    diesel::insert_into(import_steps::table)
        .values((
            import_steps::import_id.eq(import),
            import_steps::rows_done.eq(rows_done),
            import_steps::lines.eq(lines),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Some steps of an import behind `after`, in order: place, lines.
pub fn list_steps(conn: &mut Conn, import: i64, after: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    Ok(import_steps::table
        .filter(import_steps::import_id.eq(import))
        .filter(import_steps::rows_done.gt(after))
        .order(import_steps::rows_done.asc())
        .limit(limit)
        .select((import_steps::rows_done, import_steps::lines))
        .load(conn)?)
}

/// Forgets the steps of a trial that starts over.
pub fn delete_steps(tx: &mut Tx<'_>, import: i64) -> Result<()> {
    diesel::delete(import_steps::table.filter(import_steps::import_id.eq(import))).execute(&mut **tx)?;
    Ok(())
}
