//! SQL of members who ask for a reference.

use crate::db::schema::{affiliate_refs, members, programs, ref_requests as asks};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Somebody who asks for a reference.
#[derive(Debug, Clone, Queryable)]
pub struct AskRow {
    /// Row id.
    pub id: i64,
    /// Who.
    pub member_id: i64,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Slug of the program.
    pub program: String,
    /// Name of the program.
    pub program_name: String,
    /// What they wrote.
    pub note: String,
    /// When.
    pub created_at: Ms,
}

/// Keeps a request; a second one for the same program changes nothing.
pub fn insert_ask(tx: &mut Tx<'_>, member: MemberId, program: i64, note: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(asks::table)
        .values((
            asks::member_id.eq(member.0),
            asks::program_id.eq(program),
            asks::note.eq(note),
            asks::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Open requests, oldest first.
pub fn list_asks(conn: &mut Conn) -> Result<Vec<AskRow>> {
    Ok(asks::table
        .inner_join(members::table)
        .inner_join(programs::table)
        .filter(members::status.eq("active"))
        .order(asks::id.asc())
        .limit(200)
        .select((
            asks::id,
            members::id,
            members::name,
            members::email,
            programs::slug,
            programs::name,
            asks::note,
            asks::created_at,
        ))
        .load(conn)?)
}

/// How many requests are open.
pub fn count_asks(conn: &mut Conn) -> Result<i64> {
    Ok(asks::table.inner_join(members::table).filter(members::status.eq("active")).count().get_result(conn)?)
}

/// The request of that id.
pub fn find_ask(conn: &mut Conn, id: i64) -> Result<(i64, i64)> {
    Ok(asks::table.find(id).select((asks::member_id, asks::program_id)).first(conn)?)
}

/// Forgets a request.
pub fn delete_ask(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(diesel::delete(asks::table.find(id)).execute(&mut **tx)? == 1)
}

/// Forgets the requests of a member that have been answered: there is a reference for links now.
pub fn delete_answered(tx: &mut Tx<'_>, member: i64) -> Result<usize> {
    let given: Vec<i64> = affiliate_refs::table
        .filter(affiliate_refs::member_id.eq(member))
        .filter(affiliate_refs::for_links.eq(true))
        .select(affiliate_refs::program_id)
        .load(&mut **tx)?;
    let answered = asks::table.filter(asks::member_id.eq(member)).filter(asks::program_id.eq_any(given));
    Ok(diesel::delete(answered).execute(&mut **tx)?)
}

/// Programs in which a member has no reference that links carry: id, slug, name, whether they have asked.
pub fn list_missing(conn: &mut Conn, member: MemberId) -> Result<Vec<(i64, String, String, bool)>> {
    let mine: Vec<i64> = affiliate_refs::table
        .filter(affiliate_refs::member_id.eq(member.0))
        .filter(affiliate_refs::for_links.eq(true))
        .select(affiliate_refs::program_id)
        .load(conn)?;
    let asked: Vec<i64> = asks::table.filter(asks::member_id.eq(member.0)).select(asks::program_id).load(conn)?;
    let all: Vec<(i64, String, String)> = programs::table
        .filter(programs::id.ne_all(mine))
        .order(programs::id.asc())
        .select((programs::id, programs::slug, programs::name))
        .load(conn)?;
    Ok(all.into_iter().map(|(id, slug, name)| (id, slug, name, asked.contains(&id))).collect())
}
