//! SQL of files that wait for answers, and of the answers given before.

use crate::db::schema::{import_drafts as drafts, import_mappings as mappings};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::prelude::*;

/// A file about which questions are open.
#[derive(Debug, Clone, Queryable)]
pub struct DraftRow {
    /// Row id.
    pub id: i64,
    /// Kind code.
    pub kind: String,
    /// Name of the file as it was sent.
    pub file_name: String,
    /// Where the file lies, below the folder of imports.
    pub file_path: String,
    /// Who sent it.
    pub created_by: i64,
    /// When it was sent.
    pub created_at: Ms,
}

/// Keeps a file.
pub fn insert_draft(tx: &mut Tx<'_>, kind: &str, (file_name, file_path): (&str, &str), by: i64) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(drafts::table)
        .values((
            drafts::kind.eq(kind),
            drafts::file_name.eq(file_name),
            drafts::file_path.eq(file_path),
            drafts::created_by.eq(by),
            drafts::created_at.eq(now),
        ))
        .returning(drafts::id)
        .get_result(&mut **tx)?)
}

/// The file of that id.
pub fn find_draft(conn: &mut Conn, id: i64) -> Result<DraftRow> {
    Ok(drafts::table.find(id).first(conn)?)
}

/// Forgets a file; answers whether it was there.
pub fn delete_draft(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(diesel::delete(drafts::table.find(id)).execute(&mut **tx)? == 1)
}

/// Files that wait since before `before`.
pub fn list_old_drafts(conn: &mut Conn, before: Ms) -> Result<Vec<DraftRow>> {
    Ok(drafts::table.filter(drafts::created_at.lt(before)).order(drafts::id.asc()).limit(100).load(conn)?)
}

/// The answers given for a file of this kind with this head.
pub fn find_answers(conn: &mut Conn, kind: &str, header: &str) -> Result<Option<String>> {
    Ok(mappings::table.find((kind, header)).select(mappings::answers).first(conn).optional()?)
}

/// Remembers answers.
pub fn put_answers(tx: &mut Tx<'_>, kind: &str, header: &str, answers: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(mappings::table)
        .values((
            mappings::kind.eq(kind),
            mappings::header.eq(header),
            mappings::answers.eq(answers),
            mappings::updated_at.eq(now),
        ))
        .on_conflict((mappings::kind, mappings::header))
        .do_update()
        .set((mappings::answers.eq(answers), mappings::updated_at.eq(now)))
        .execute(c))?;
    Ok(())
}
