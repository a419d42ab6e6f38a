//! SQL of affiliate references: the names under which programs know a member.

use crate::db::schema::{affiliate_refs, affiliate_sponsors, members, programs};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::text::fold;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// One reference.
#[derive(Debug, Clone, Queryable)]
pub struct RefRow {
    /// Whose.
    pub member_id: i64,
    /// Row id of the program.
    pub program_id: i64,
    /// Address of the program.
    pub program: String,
    /// The reference as programs write it.
    pub code: String,
    /// Whether links carry it; the others only match sales.
    pub for_links: bool,
}

/// References of each member of `ids`, the one for links first.
pub fn list_refs(conn: &mut Conn, ids: &[i64]) -> Result<Vec<RefRow>> {
    Ok(affiliate_refs::table
        .inner_join(programs::table)
        .filter(affiliate_refs::member_id.eq_any(ids))
        .order((
            affiliate_refs::member_id.asc(),
            affiliate_refs::program_id.asc(),
            affiliate_refs::for_links.desc(),
            affiliate_refs::id.asc(),
        ))
        .select((
            affiliate_refs::member_id,
            affiliate_refs::program_id,
            programs::slug,
            affiliate_refs::ref_code,
            affiliate_refs::for_links,
        ))
        .load(conn)?)
}

/// Who brought a member into a program.
#[derive(Debug, Clone, Queryable)]
pub struct SponsorRow {
    /// Who was brought.
    pub member_id: i64,
    /// Address of the program.
    pub program: String,
    /// The sponsor's reference, as a file named it.
    pub code: String,
    /// The sponsor, once they are there: id and name.
    pub sponsor: Option<(i64, String)>,
}

/// Sponsors of each member of `ids`; who has the named reference is looked up each time, so that they may come later.
pub fn list_sponsors(conn: &mut Conn, ids: &[i64]) -> Result<Vec<SponsorRow>> {
    let sponsor = affiliate_refs::program_id
        .eq(affiliate_sponsors::program_id)
        .and(affiliate_refs::ref_key.eq(affiliate_sponsors::sponsor_key));
    Ok(affiliate_sponsors::table
        .inner_join(programs::table.on(programs::id.eq(affiliate_sponsors::program_id)))
        .left_join(affiliate_refs::table.on(sponsor))
        .left_join(members::table.on(members::id.nullable().eq(affiliate_refs::member_id.nullable())))
        .filter(affiliate_sponsors::member_id.eq_any(ids))
        .order(affiliate_sponsors::id.asc())
        .select((
            affiliate_sponsors::member_id,
            programs::slug,
            affiliate_sponsors::sponsor_ref,
            (members::id, members::name).nullable(),
        ))
        .load(conn)?)
}

/// Ids and addresses of all programs, oldest first.
pub fn list_program_slugs(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    Ok(programs::table.order(programs::id.asc()).select((programs::id, programs::slug)).load(conn)?)
}

/// Replaces the references of a member in one program.
///
/// # Errors
/// `taken` on `field` when another member has one of them.
pub fn replace_refs(
    tx: &mut Tx<'_>,
    member: MemberId,
    program: i64,
    code: Option<&str>,
    match_ids: &[String],
    field: &'static str,
) -> Result<()> {
    let now = tx.now();
    let mine = affiliate_refs::table
        .filter(affiliate_refs::member_id.eq(member.0))
        .filter(affiliate_refs::program_id.eq(program));
    diesel::delete(mine).execute(&mut **tx)?;
    let mut seen: Vec<String> = Vec::new();
    let all = code.into_iter().map(|c| (c, true)).chain(match_ids.iter().map(|m| (m.as_str(), false)));
    for (code, for_links) in all {
        let key = fold(code);
        if seen.contains(&key) {
            continue;
        }
        diesel::insert_into(affiliate_refs::table)
            .values((
                affiliate_refs::program_id.eq(program),
                affiliate_refs::member_id.eq(member.0),
                affiliate_refs::ref_code.eq(code.trim()),
                affiliate_refs::ref_key.eq(&key),
                affiliate_refs::for_links.eq(for_links),
                affiliate_refs::created_at.eq(now),
            ))
            .execute(&mut **tx)
            .map_err(|e| if crate::db::is_duplicate(&e) { Error::field(field, "taken") } else { e.into() })?;
        seen.push(key);
    }
    Ok(())
}
