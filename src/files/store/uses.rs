//! What uses which file.

use super::super::model::{FileInfo, State, Used};
use super::{ROW, find_own};
use crate::db::schema::{file_uses, files};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Attaches a file of `by` to the thing `used_id` of the kind `used_by`, inside the caller's transaction.
/// A file that is still being checked may be attached: nobody reads it before it is ready.
///
/// # Errors
/// `file`: `not_found` when it is not theirs, `file_unfinished` or `file_refused` by its state.
pub fn attach(tx: &mut Tx<'_>, by: MemberId, file: i64, used_by: &'static str, used_id: i64) -> Result<()> {
    let info = match find_own(tx, by, file) {
        Err(Error::NotFound) => return Err(Error::field("file", "not_found")),
        other => other?,
    };
    match info.state() {
        State::Uploading => return Err(Error::field("file", "file_unfinished")),
        State::Refused => return Err(Error::field("file", "file_refused")),
        State::Scanning | State::Ready => {}
    }
    link(tx, file, used_by, used_id)
}

/// Records a use without asking whose the file is: for what already uses the file elsewhere (a copy, a new revision).
pub fn link(tx: &mut Tx<'_>, file: i64, used_by: &'static str, used_id: i64) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(file_uses::table)
        .values((
            file_uses::file_id.eq(file),
            file_uses::used_by.eq(used_by),
            file_uses::used_id.eq(used_id),
            file_uses::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Takes one use away. Without any use left the file is collected a day later.
pub fn detach(tx: &mut Tx<'_>, file: i64, used_by: &'static str, used_id: i64) -> Result<()> {
    diesel::delete(file_uses::table.find((file, used_by, used_id))).execute(&mut **tx)?;
    touch(tx, &[file])
}

/// Takes every file from a thing that goes.
pub fn detach_all(tx: &mut Tx<'_>, used_by: &'static str, used_id: i64) -> Result<()> {
    let ids: Vec<i64> =
        diesel::delete(file_uses::table.filter(file_uses::used_by.eq(used_by)).filter(file_uses::used_id.eq(used_id)))
            .returning(file_uses::file_id)
            .get_results(&mut **tx)?;
    touch(tx, &ids)
}

/// The day of grace counts from the last use.
fn touch(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    let now = tx.now();
    diesel::update(files::table.filter(files::id.eq_any(ids.to_vec())))
        .set(files::updated_at.eq(now))
        .execute(&mut **tx)?;
    Ok(())
}

/// The files of these things, in the order in which they were attached.
pub fn list_used(conn: &mut Conn, used_by: &'static str, used_ids: &[i64]) -> Result<Vec<Used>> {
    let mut out = Vec::new();
    // Each id is a bind of its own; the databases take only so many.
    for some in used_ids.chunks(500) {
        let found: Vec<(i64, FileInfo)> = file_uses::table
            .inner_join(files::table)
            .filter(file_uses::used_by.eq(used_by))
            .filter(file_uses::used_id.eq_any(some.to_vec()))
            .order((file_uses::used_id.asc(), file_uses::created_at.asc(), files::id.asc()))
            .select((file_uses::used_id, ROW))
            .load(conn)?;
        out.extend(found.into_iter().map(|(used_id, file)| Used { used_id, file }));
    }
    Ok(out)
}
