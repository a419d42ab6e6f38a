//! SQL of campaign kits: which resources, in which order, on which day.

use crate::db::schema::{kit_items as items, resources};
use crate::db::{Conn, Tx};
use crate::error::Result;
use diesel::prelude::*;

/// One step of a kit.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct KitItem {
    /// The kit.
    pub kit_id: i64,
    /// Place, from 0.
    pub position: i32,
    /// What to send or post.
    pub resource_id: i64,
    /// Days after the first one.
    pub day: i32,
    /// What to mind; may be empty.
    pub note: String,
}

/// The steps of these kits in order.
pub fn list_items(conn: &mut Conn, kits: &[i64]) -> Result<Vec<KitItem>> {
    Ok(items::table
        .filter(items::kit_id.eq_any(kits.to_vec()))
        .order((items::kit_id.asc(), items::position.asc()))
        .load(conn)?)
}

/// Writes the steps of a kit in place of the old ones.
pub fn put_items(tx: &mut Tx<'_>, kit: i64, steps: &[(i64, i32, String)]) -> Result<()> {
    diesel::delete(items::table.filter(items::kit_id.eq(kit))).execute(&mut **tx)?;
    for (i, (resource, day, note)) in steps.iter().enumerate() {
        diesel::insert_into(items::table)
            .values((
                items::kit_id.eq(kit),
                items::position.eq(i32::try_from(i).unwrap_or(i32::MAX)),
                items::resource_id.eq(resource),
                items::day.eq(day),
                items::note.eq(note),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Which of `ids` are resources that may be part of a kit (a kit is not).
pub fn list_possible(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>> {
    Ok(resources::table
        .filter(resources::id.eq_any(ids.to_vec()))
        .filter(resources::kind.ne("kit"))
        .select(resources::id)
        .load(conn)?)
}

/// Title and id of the newest resources that may be part of a kit, or follow another.
pub fn list_titles(conn: &mut Conn, limit: i64) -> Result<Vec<(i64, String)>> {
    Ok(resources::table
        .order(resources::id.desc())
        .filter(resources::kind.ne("kit"))
        .select((resources::id, resources::title))
        .limit(limit)
        .load(conn)?)
}

/// Title of a resource, whoever may see it.
pub fn find_title(conn: &mut Conn, id: i64) -> Result<Option<String>> {
    Ok(resources::table.find(id).select(resources::title).first(conn).optional()?)
}
