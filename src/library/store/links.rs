//! SQL of the house's own short links and their clicks.

use crate::db::schema::{link_clicks as clicks, link_visits as visits, programs, short_links as links};
use crate::db::{Conn, DAY, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A short link.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct ShortLink {
    /// Row id.
    pub id: i64,
    /// What stands behind `/l/`.
    pub code: String,
    /// Whose it is.
    pub member_id: i64,
    /// The program.
    pub program_id: i64,
    /// The text it stands in; 0: none.
    pub resource_id: i64,
    /// Name the member gave it; may be empty.
    pub name: String,
    /// Sub-id in the target.
    pub sub_id: String,
    /// Where it leads.
    pub target: String,
    /// Clicks of all days.
    pub clicks: i64,
    /// When it was made.
    pub created_at: Ms,
}

/// A link about to be made.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Random code.
    pub code: String,
    /// The program.
    pub program: i64,
    /// The text it stands in; 0: none.
    pub resource: i64,
    /// Name.
    pub name: String,
    /// Sub-id in the target.
    pub sub_id: String,
    /// Where it leads.
    pub target: String,
}

/// The link of a member to this target, made if it is not there yet.
pub fn ensure_link(tx: &mut Tx<'_>, member: MemberId, new: &NewLink) -> Result<ShortLink> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(links::table)
        .values((
            links::code.eq(&new.code),
            links::member_id.eq(member.0),
            links::program_id.eq(new.program),
            links::resource_id.eq(new.resource),
            links::name.eq(&new.name),
            links::sub_id.eq(&new.sub_id),
            links::target.eq(&new.target),
            links::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(links::table
        .filter(links::member_id.eq(member.0))
        .filter(links::program_id.eq(new.program))
        .filter(links::resource_id.eq(new.resource))
        .filter(links::sub_id.eq(&new.sub_id))
        .filter(links::target.eq(&new.target))
        .first(&mut **tx)?)
}

/// The links of a member, newest first.
pub fn list_links(conn: &mut Conn, member: MemberId, limit: i64) -> Result<Vec<(ShortLink, String)>> {
    Ok(links::table
        .inner_join(programs::table)
        .filter(links::member_id.eq(member.0))
        .order(links::id.desc())
        .limit(limit)
        .select((links::all_columns, programs::name))
        .load(conn)?)
}

/// How many links a member has made by hand.
pub fn count_links(conn: &mut Conn, member: MemberId) -> Result<i64> {
    Ok(links::table.filter(links::member_id.eq(member.0)).filter(links::resource_id.eq(0)).count().get_result(conn)?)
}

/// A short link in a text: resource, sub-id, target, code.
pub type InText = (i64, String, String, String);

/// The short links that stand in the texts of these resources for a member.
pub fn list_of_texts(conn: &mut Conn, member: MemberId, resources: &[i64]) -> Result<Vec<InText>> {
    Ok(links::table
        .filter(links::member_id.eq(member.0))
        .filter(links::resource_id.eq_any(resources.to_vec()))
        .order(links::id.asc())
        .select((links::resource_id, links::sub_id, links::target, links::code))
        .load(conn)?)
}

/// A member's own link.
pub fn find_own(conn: &mut Conn, member: MemberId, id: i64) -> Result<ShortLink> {
    Ok(links::table.find(id).filter(links::member_id.eq(member.0)).first(conn)?)
}

/// Deletes a member's own link; whether there was one.
pub fn delete_own(tx: &mut Tx<'_>, member: MemberId, id: i64) -> Result<bool> {
    Ok(diesel::delete(links::table.find(id).filter(links::member_id.eq(member.0))).execute(&mut **tx)? > 0)
}

/// The link of a code.
pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<ShortLink> {
    Ok(links::table.filter(links::code.eq(code)).first(conn)?)
}

/// Counts a click: the day's number and nothing else.
pub fn mark_click(tx: &mut Tx<'_>, link: i64) -> Result<()> {
    let day = i32::try_from(tx.now() / DAY).unwrap_or(i32::MAX);
    diesel::update(links::table.find(link)).set(links::clicks.eq(links::clicks + 1)).execute(&mut **tx)?;
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(clicks::table)
        .values((clicks::link_id.eq(link), clicks::day.eq(day), clicks::clicks.eq(1)))
        .on_conflict((clicks::link_id, clicks::day))
        .do_update()
        .set(clicks::clicks.eq(clicks::clicks + 1))
        .execute(c))?;
    Ok(())
}

/// Keeps who clicked; only for a member who allowed it.
pub fn insert_visit(tx: &mut Tx<'_>, link: i64, member: MemberId) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(visits::table)
        .values((visits::link_id.eq(link), visits::member_id.eq(member.0), visits::at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}
