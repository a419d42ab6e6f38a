//! What goes: rows first, then objects. An object's name is kept in `file_garbage` from the commit that took its row
//! until it is really deleted, so that nothing is forgotten and nothing is deleted that a row still names.

use super::list_sizes;
use crate::db::schema::{file_garbage, file_parts, file_sizes, file_uses, files};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Notes objects for deletion.
pub fn throw_away(tx: &mut Tx<'_>, keys: impl IntoIterator<Item = String>) -> Result<()> {
    let now = tx.now();
    for key in keys.into_iter().filter(|k| !k.is_empty()) {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(file_garbage::table)
            .values((file_garbage::object_key.eq(&key), file_garbage::created_at.eq(now)))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// Objects to delete, oldest first.
pub fn list_garbage(conn: &mut Conn, limit: i64) -> Result<Vec<String>> {
    Ok(file_garbage::table
        .order(file_garbage::created_at.asc())
        .select(file_garbage::object_key)
        .limit(limit)
        .load(conn)?)
}

/// Forgets objects that are deleted.
pub fn forget_garbage(tx: &mut Tx<'_>, keys: &[String]) -> Result<()> {
    diesel::delete(file_garbage::table.filter(file_garbage::object_key.eq_any(keys.to_vec()))).execute(&mut **tx)?;
    Ok(())
}

/// Files nobody uses, untouched since `before`.
pub fn list_unused(conn: &mut Conn, before: Ms, limit: i64) -> Result<Vec<i64>> {
    Ok(files::table
        .filter(files::updated_at.lt(before))
        .filter(not(exists(file_uses::table.filter(file_uses::file_id.eq(files::id)))))
        .order(files::updated_at.asc())
        .select(files::id)
        .limit(limit)
        .load(conn)?)
}

/// Deletes a file unless something uses it or it was touched since `before`; its objects become garbage in the same
/// transaction. On PostgreSQL a use that is committed at the same moment breaks this delete by its foreign key.
pub fn delete_unused(tx: &mut Tx<'_>, id: i64, before: Ms) -> Result<bool> {
    let parts: Vec<String> =
        file_parts::table.filter(file_parts::file_id.eq(id)).select(file_parts::object_key).load(&mut **tx)?;
    let sizes: Vec<String> = list_sizes(tx, &[id])?.into_iter().map(|s| s.object_key).collect();
    let gone: Option<String> = diesel::delete(
        files::table
            .find(id)
            .filter(files::updated_at.lt(before))
            .filter(not(exists(file_uses::table.filter(file_uses::file_id.eq(files::id))))),
    )
    .returning(files::object_key)
    .get_result(&mut **tx)
    .optional()?;
    let Some(own) = gone else { return Ok(false) };
    throw_away(tx, parts.into_iter().chain(sizes).chain([own]))?;
    Ok(true)
}

/// Lets the parts of an upload that is whole go.
pub fn delete_parts(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let keys: Vec<String> = diesel::delete(file_parts::table.filter(file_parts::file_id.eq(id)))
        .returning(file_parts::object_key)
        .get_results(&mut **tx)?;
    throw_away(tx, keys)
}

/// Every object that some row names: for backups.
pub fn all_keys(conn: &mut Conn) -> Result<Vec<String>> {
    let mut all: Vec<String> = files::table.select(files::object_key).load(conn)?;
    all.extend(file_sizes::table.select(file_sizes::object_key).load::<String>(conn)?);
    all.extend(file_parts::table.select(file_parts::object_key).load::<String>(conn)?);
    all.retain(|key| !key.is_empty());
    Ok(all)
}

/// Which of these objects some row names.
pub fn known_keys(conn: &mut Conn, keys: &[String]) -> Result<Vec<String>> {
    let mut known: Vec<String> =
        files::table.filter(files::object_key.eq_any(keys.to_vec())).select(files::object_key).load(conn)?;
    known.extend(
        file_sizes::table
            .filter(file_sizes::object_key.eq_any(keys.to_vec()))
            .select(file_sizes::object_key)
            .load::<String>(conn)?,
    );
    known.extend(
        file_parts::table
            .filter(file_parts::object_key.eq_any(keys.to_vec()))
            .select(file_parts::object_key)
            .load::<String>(conn)?,
    );
    Ok(known)
}
