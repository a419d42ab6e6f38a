//! SQL of recalls: who took a resource, and who has been told that it was taken back.

use crate::db::schema::{downloads, kit_items, members, recall_tells as tells};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

/// Somebody who took a resource.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Taker {
    /// Who.
    pub member_id: i64,
    /// Shown name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Language.
    pub locale: String,
    /// When last.
    pub at: Option<Ms>,
}

/// Everybody who took a resource, by name; its kits record their parts, so theirs are among them.
pub fn list_takers(conn: &mut Conn, id: i64) -> Result<Vec<Taker>> {
    Ok(downloads::table
        .inner_join(members::table)
        .filter(downloads::resource_id.eq(id))
        .group_by((members::id, members::name, members::email, members::locale, members::name_key))
        .order((members::name_key.asc(), members::id.asc()))
        .select((members::id, members::name, members::email, members::locale, max(downloads::at)))
        .load(conn)?)
}

/// Takers who have not been told yet.
pub fn list_untold(conn: &mut Conn, id: i64, limit: i64) -> Result<Vec<Taker>> {
    Ok(downloads::table
        .inner_join(members::table)
        .filter(downloads::resource_id.eq(id))
        .filter(not(exists(tells::table.filter(tells::resource_id.eq(id)).filter(tells::member_id.eq(members::id)))))
        .group_by((members::id, members::name, members::email, members::locale))
        .order(members::id.asc())
        .limit(limit)
        .select((members::id, members::name, members::email, members::locale, max(downloads::at)))
        .load(conn)?)
}

/// Notes that a taker has been told; whether for the first time.
pub fn insert_tell(tx: &mut Tx<'_>, id: i64, member: i64) -> Result<bool> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(tells::table)
        .values((tells::resource_id.eq(id), tells::member_id.eq(member), tells::at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows > 0)
}

/// Who has been told, and when.
pub fn list_told(conn: &mut Conn, id: i64) -> Result<Vec<(i64, Ms)>> {
    Ok(tells::table.filter(tells::resource_id.eq(id)).select((tells::member_id, tells::at)).load(conn)?)
}

/// The kits that hold a resource.
pub fn list_kits_with(conn: &mut Conn, id: i64) -> Result<Vec<i64>> {
    Ok(kit_items::table.filter(kit_items::resource_id.eq(id)).select(kit_items::kit_id).distinct().load(conn)?)
}

/// One thing taken: resource, form, language, format, when.
pub type Taken = (i64, String, String, String, Ms);

/// Everything a member took.
pub fn list_taken(conn: &mut Conn, member: crate::web::viewer::MemberId) -> Result<Vec<Taken>> {
    Ok(downloads::table
        .filter(downloads::member_id.eq(member.0))
        .order(downloads::id.asc())
        .select((downloads::resource_id, downloads::variant, downloads::lang, downloads::format, downloads::at))
        .load(conn)?)
}
