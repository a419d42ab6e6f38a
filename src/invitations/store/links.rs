//! SQL of standing links.

use crate::db::schema::{invite_link_uses as uses, invite_links as links};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::prelude::*;

/// A standing link.
#[derive(Debug, Clone, Queryable)]
pub struct LinkRow {
    /// Row id.
    pub id: i64,
    /// Last part of its address.
    pub code: String,
    /// What the team calls it.
    pub name: String,
    /// How often it was opened.
    pub visits: i64,
    /// When it was made.
    pub created_at: Ms,
    /// When it was closed.
    pub closed_at: Option<Ms>,
}

const LINK: (links::id, links::code, links::name, links::visits, links::created_at, links::closed_at) =
    (links::id, links::code, links::name, links::visits, links::created_at, links::closed_at);

/// Makes a link.
pub fn insert_link(tx: &mut Tx<'_>, code: &str, name: &str, by: i64) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(links::table)
        .values((links::code.eq(code), links::name.eq(name), links::created_by.eq(Some(by)), links::created_at.eq(now)))
        .returning(links::id)
        .get_result(&mut **tx)?)
}

/// All links, newest first.
pub fn list_links(conn: &mut Conn) -> Result<Vec<LinkRow>> {
    Ok(links::table.order(links::id.desc()).limit(200).select(LINK).load(conn)?)
}

/// The link of that id.
pub fn find_link(conn: &mut Conn, id: i64) -> Result<LinkRow> {
    Ok(links::table.find(id).select(LINK).first(conn)?)
}

/// Closes a link for good; false when it was.
pub fn mark_closed(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = Some(tx.now());
    let open = links::table.find(id).filter(links::closed_at.is_null());
    Ok(diesel::update(open).set(links::closed_at.eq(now)).execute(&mut **tx)? == 1)
}

/// Counts a visit of an open link; false where there is none.
pub fn count_visit(tx: &mut Tx<'_>, code: &str) -> Result<bool> {
    let open = links::table.filter(links::code.eq(code)).filter(links::closed_at.is_null());
    Ok(diesel::update(open).set(links::visits.eq(links::visits + 1)).execute(&mut **tx)? == 1)
}

/// Notes by which link somebody applied; the first one stands.
pub fn insert_use(tx: &mut Tx<'_>, code: &str, member: i64) -> Result<()> {
    let now = tx.now();
    let link: Option<i64> = links::table.filter(links::code.eq(code)).select(links::id).first(&mut **tx).optional()?;
    let Some(link) = link else { return Ok(()) };
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(uses::table)
        .values((uses::member_id.eq(member), uses::link_id.eq(link), uses::at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Confirmed applications by link.
pub fn count_applications(conn: &mut Conn) -> Result<Vec<(i64, i64)>> {
    Ok(uses::table.group_by(uses::link_id).select((uses::link_id, diesel::dsl::count_star())).load(conn)?)
}
