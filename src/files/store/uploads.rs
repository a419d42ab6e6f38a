//! From the first byte to ready: each step with its condition inside the statement.

use super::super::model::Size;
use crate::db::schema::{file_parts, files};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A whole object that becomes a file.
#[derive(Debug, Clone)]
pub struct Whole {
    /// Clean name.
    pub name: String,
    /// Media type by its bytes.
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Hash of them.
    pub sha256: String,
    /// Where they lie.
    pub object_key: String,
}

/// A file that is whole and waits for its check.
pub fn insert_whole(tx: &mut Tx<'_>, owner: MemberId, whole: &Whole) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(files::table)
        .values((
            files::owner_id.eq(Some(owner.0)),
            files::name.eq(&whole.name),
            files::mime.eq(&whole.mime),
            files::size.eq(whole.size),
            files::received.eq(whole.size),
            files::sha256.eq(&whole.sha256),
            files::etag.eq(&whole.sha256),
            files::state.eq("scanning"),
            files::object_key.eq(&whole.object_key),
            files::created_at.eq(now),
            files::updated_at.eq(now),
        ))
        .returning(files::id)
        .get_result(&mut **tx)?)
}

/// An upload that will come in parts.
pub fn insert_announced(tx: &mut Tx<'_>, owner: MemberId, name: &str, size: i64, sha256: &str) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(files::table)
        .values((
            files::owner_id.eq(Some(owner.0)),
            files::name.eq(name),
            files::size.eq(size),
            files::wanted_sha256.eq(sha256),
            files::state.eq("uploading"),
            files::created_at.eq(now),
            files::updated_at.eq(now),
        ))
        .returning(files::id)
        .get_result(&mut **tx)?)
}

/// Takes a part that begins where the upload stands; false: somebody was faster.
pub fn insert_part(tx: &mut Tx<'_>, id: i64, at: i64, size: i64, object_key: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(
        files::table
            .find(id)
            .filter(files::state.eq("uploading"))
            .filter(files::received.eq(at))
            .filter(files::size.ge(at + size)),
    )
    .set((files::received.eq(files::received + size), files::updated_at.eq(now)))
    .execute(&mut **tx)?;
    if rows == 0 {
        return Ok(false);
    }
    diesel::insert_into(file_parts::table)
        .values((
            file_parts::file_id.eq(id),
            file_parts::at.eq(at),
            file_parts::size.eq(size),
            file_parts::object_key.eq(object_key),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// The parts of an upload in order: where each begins, its size and object.
pub fn list_parts(conn: &mut Conn, id: i64) -> Result<Vec<(i64, i64, String)>> {
    Ok(file_parts::table
        .filter(file_parts::file_id.eq(id))
        .order(file_parts::at.asc())
        .select((file_parts::at, file_parts::size, file_parts::object_key))
        .load(conn)?)
}

/// The hash an announced upload must have; empty: any.
pub fn wanted_sha256(conn: &mut Conn, id: i64) -> Result<String> {
    Ok(files::table.find(id).select(files::wanted_sha256).first(conn)?)
}

/// Makes an upload whose parts are all here a file that waits for its check; false: it already is one.
pub fn mark_whole(tx: &mut Tx<'_>, id: i64, whole: &Whole) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(
        files::table.find(id).filter(files::state.eq("uploading")).filter(files::received.eq(files::size)),
    )
    .set((
        files::mime.eq(&whole.mime),
        files::sha256.eq(&whole.sha256),
        files::etag.eq(&whole.sha256),
        files::state.eq("scanning"),
        files::object_key.eq(&whole.object_key),
        files::updated_at.eq(now),
    ))
    .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Lets a checked file be read; `clean`: the object that takes the place of what was sent. False: it was checked before.
pub fn mark_ready(tx: &mut Tx<'_>, id: i64, pixels: Option<(i32, i32)>, clean: Option<&Whole>) -> Result<bool> {
    let now = tx.now();
    let waiting = files::table.find(id).filter(files::state.eq("scanning"));
    let (width, height) = (pixels.map(|p| p.0), pixels.map(|p| p.1));
    let state = (files::state.eq("ready"), files::width.eq(width), files::height.eq(height), files::updated_at.eq(now));
    let rows = match clean {
        None => diesel::update(waiting).set(state).execute(&mut **tx)?,
        Some(clean) => diesel::update(waiting)
            .set((
                state,
                files::size.eq(clean.size),
                files::received.eq(clean.size),
                files::etag.eq(&clean.sha256),
                files::object_key.eq(&clean.object_key),
            ))
            .execute(&mut **tx)?,
    };
    Ok(rows == 1)
}

/// Refuses a file for `reason`; its object is garbage from here. False: it already was.
pub fn mark_refused(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<bool> {
    let now = tx.now();
    let found: Option<String> = files::table
        .find(id)
        .filter(files::state.ne("refused"))
        .select(files::object_key)
        .first(&mut **tx)
        .optional()?;
    let Some(object_key) = found else { return Ok(false) };
    let sizes: Vec<Size> = super::list_sizes(tx, &[id])?;
    diesel::delete(crate::db::schema::file_sizes::table.filter(crate::db::schema::file_sizes::file_id.eq(id)))
        .execute(&mut **tx)?;
    diesel::update(files::table.find(id))
        .set((
            files::state.eq("refused"),
            files::reason.eq(reason),
            files::object_key.eq(""),
            files::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    super::throw_away(tx, sizes.into_iter().map(|s| s.object_key).chain([object_key]))?;
    Ok(true)
}
