//! Progress through guides and training: a mark for each section a member is through with.

use crate::access::Sight;
use crate::db::schema::{members, section_marks};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Marks a section as done; a second time changes nothing.
pub fn mark_section(tx: &mut Tx<'_>, member: MemberId, resource: i64, section: i32) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(section_marks::table)
        .values((
            section_marks::member_id.eq(member.0),
            section_marks::resource_id.eq(resource),
            section_marks::section.eq(section),
            section_marks::done_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Takes a mark back.
pub fn unmark_section(tx: &mut Tx<'_>, member: MemberId, resource: i64, section: i32) -> Result<()> {
    diesel::delete(section_marks::table.find((member.0, resource, section))).execute(&mut **tx)?;
    Ok(())
}

/// The sections of these resources that `member` is through with: resource and place.
pub fn list_marks(conn: &mut Conn, member: MemberId, resources: &[i64]) -> Result<Vec<(i64, i32)>> {
    Ok(section_marks::table
        .filter(section_marks::member_id.eq(member.0))
        .filter(section_marks::resource_id.eq_any(resources.to_vec()))
        .order((section_marks::resource_id.asc(), section_marks::section.asc()))
        .select((section_marks::resource_id, section_marks::section))
        .load(conn)?)
}

/// How many people are through with how many sections of a resource: sections, people.
pub fn count_marks(conn: &mut Conn, resource: i64) -> Result<Vec<(i64, i64)>> {
    let each: Vec<i64> = section_marks::table
        .inner_join(members::table)
        .filter(section_marks::resource_id.eq(resource))
        .filter(members::status.eq("active"))
        .group_by(section_marks::member_id)
        .select(diesel::dsl::count_star())
        .load(conn)?;
    let mut out: std::collections::BTreeMap<i64, i64> = std::collections::BTreeMap::new();
    for n in each {
        *out.entry(n).or_default() += 1;
    }
    Ok(out.into_iter().collect())
}

/// Everything a member is through with, for the export of what is stored about them.
pub fn export_marks(conn: &mut Conn, member: MemberId) -> Result<Vec<(i64, i32, i64)>> {
    Ok(section_marks::table
        .filter(section_marks::member_id.eq(member.0))
        .select((section_marks::resource_id, section_marks::section, section_marks::done_at))
        .load(conn)?)
}

/// Whether somebody may mark at all: what is not visible is not there.
pub fn require_visible(conn: &mut Conn, sight: Sight, id: i64, now: i64) -> Result<()> {
    if crate::library::store::any_visible(conn, sight, &[id], now)? {
        Ok(())
    } else {
        Err(crate::error::Error::NotFound)
    }
}
