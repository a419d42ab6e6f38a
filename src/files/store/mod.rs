//! SQL of the files.

mod gone;
mod uploads;
mod uses;

pub use gone::*;
pub use uploads::*;
pub use uses::*;

use super::model::{FileInfo, Size};
use crate::db::schema::{file_sizes, file_uses, files};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

pub(super) type Row = (
    files::id,
    files::owner_id,
    files::name,
    files::mime,
    files::size,
    files::received,
    files::sha256,
    files::etag,
    files::width,
    files::height,
    files::colour,
    files::state,
    files::reason,
    files::object_key,
    files::created_at,
);

/// The columns of a [`FileInfo`].
pub(super) const ROW: Row = (
    files::id,
    files::owner_id,
    files::name,
    files::mime,
    files::size,
    files::received,
    files::sha256,
    files::etag,
    files::width,
    files::height,
    files::colour,
    files::state,
    files::reason,
    files::object_key,
    files::created_at,
);

/// A file, whoever asks.
pub fn find(conn: &mut Conn, id: i64) -> Result<FileInfo> {
    Ok(files::table.find(id).select(ROW).first(conn)?)
}

/// A file of `owner`.
pub fn find_own(conn: &mut Conn, owner: MemberId, id: i64) -> Result<FileInfo> {
    Ok(files::table.find(id).filter(files::owner_id.eq(Some(owner.0))).select(ROW).first(conn)?)
}

/// These files of `owner`, in the order asked for; what is not theirs is left out.
pub fn list_own(conn: &mut Conn, owner: MemberId, ids: &[i64]) -> Result<Vec<FileInfo>> {
    let mut found: Vec<FileInfo> = files::table
        .filter(files::id.eq_any(ids.to_vec()))
        .filter(files::owner_id.eq(Some(owner.0)))
        .select(ROW)
        .load(conn)?;
    found.sort_by_key(|f| ids.iter().position(|id| *id == f.id));
    Ok(found)
}

/// The newest files of `owner` with an id below `before`.
pub fn list_newest(conn: &mut Conn, owner: MemberId, before: Option<i64>, limit: i64) -> Result<Vec<FileInfo>> {
    Ok(files::table
        .filter(files::owner_id.eq(Some(owner.0)))
        .filter(files::id.lt(before.unwrap_or(i64::MAX)))
        .order(files::id.desc())
        .limit(limit)
        .select(ROW)
        .load(conn)?)
}

/// What uses a file, at most 100: kind and id.
pub fn list_uses(conn: &mut Conn, id: i64) -> Result<Vec<(String, i64)>> {
    Ok(file_uses::table
        .filter(file_uses::file_id.eq(id))
        .select((file_uses::used_by, file_uses::used_id))
        .limit(100)
        .load(conn)?)
}

/// The stored sizes of these pictures, narrowest first.
pub fn list_sizes(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Size>> {
    Ok(file_sizes::table
        .filter(file_sizes::file_id.eq_any(ids.to_vec()))
        .order((file_sizes::file_id.asc(), file_sizes::width.asc()))
        .load(conn)?)
}

/// Keeps a size; one of that width is replaced by nothing.
pub fn insert_size(tx: &mut Tx<'_>, size: &Size) -> Result<bool> {
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(file_sizes::table)
        .values((
            file_sizes::file_id.eq(size.file_id),
            file_sizes::width.eq(size.width),
            file_sizes::height.eq(size.height),
            file_sizes::mime.eq(&size.mime),
            file_sizes::size.eq(size.size),
            file_sizes::object_key.eq(&size.object_key),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Notes the colour a picture is most of.
pub fn set_colour(tx: &mut Tx<'_>, id: i64, colour: &str) -> Result<()> {
    diesel::update(files::table.find(id)).set(files::colour.eq(colour)).execute(&mut **tx)?;
    Ok(())
}

/// Bytes that a member, or everybody, has stored or announced.
pub fn stored_bytes(conn: &mut Conn, owner: Option<MemberId>) -> Result<u64> {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(size), 0) AS BIGINT)");
    let query = files::table.filter(files::state.ne("refused"));
    let bytes: i64 = match owner {
        Some(owner) => query.filter(files::owner_id.eq(Some(owner.0))).select(sum).first(conn)?,
        None => query.select(sum).first(conn)?,
    };
    Ok(u64::try_from(bytes).unwrap_or(0))
}
