//! SQL of programs and of the partners' references.

use crate::db::schema::{affiliate_refs as refs, conversions, members, programs};
use crate::db::{Conn, Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::on;
use crate::programs::model::{OwnLink, Program, affiliate_link, ref_key};
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Every program, oldest first.
pub fn list_programs(conn: &mut Conn) -> Result<Vec<Program>> {
    Ok(programs::table.order(programs::id.asc()).load(conn)?)
}

/// The program of that id.
pub fn find_program(conn: &mut Conn, id: i64) -> Result<Program> {
    Ok(programs::table.find(id).first(conn)?)
}

/// The program of that slug, if there is one.
pub fn find_program_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Program>> {
    Ok(programs::table.filter(programs::slug.eq(slug)).first(conn).optional()?)
}

/// The program whose shop knows `secret`.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_program_by_secret(conn: &mut Conn, secret: &str) -> Result<Program> {
    Ok(programs::table.filter(programs::s2s_secret.eq(secret)).first(conn)?)
}

/// A program about to be written.
#[derive(Debug, Clone)]
pub struct ProgramFields {
    /// Stable name.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Link pattern.
    pub link_base: String,
    /// ISO 4217.
    pub currency: String,
    /// German description.
    pub description_de: String,
    /// English description.
    pub description_en: String,
    /// Parameter of the sub-id.
    pub sub_param: String,
}

fn taken(e: diesel::result::Error) -> Error {
    if is_duplicate(&e) { Error::field("slug", "taken") } else { e.into() }
}

/// Stores a program.
///
/// # Errors
/// `taken` on `slug`.
pub fn insert_program(tx: &mut Tx<'_>, new: &ProgramFields, secret: &str) -> Result<i64> {
    let now = tx.now();
    diesel::insert_into(programs::table)
        .values((
            programs::slug.eq(&new.slug),
            programs::name.eq(&new.name),
            programs::link_base.eq(&new.link_base),
            programs::currency.eq(&new.currency),
            programs::description_de.eq(&new.description_de),
            programs::description_en.eq(&new.description_en),
            programs::s2s_secret.eq(secret),
            programs::sub_param.eq(&new.sub_param),
            programs::created_at.eq(now),
        ))
        .returning(programs::id)
        .get_result(&mut **tx)
        .map_err(taken)
}

/// Changes a program; its slug stays, sales are known by it.
pub fn update_program(tx: &mut Tx<'_>, id: i64, new: &ProgramFields) -> Result<()> {
    let rows = diesel::update(programs::table.find(id))
        .set((
            programs::name.eq(&new.name),
            programs::link_base.eq(&new.link_base),
            programs::currency.eq(&new.currency),
            programs::description_de.eq(&new.description_de),
            programs::description_en.eq(&new.description_en),
            programs::sub_param.eq(&new.sub_param),
        ))
        .execute(&mut **tx)?;
    if rows == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Gives the shop's address a new secret; the old one ends at once.
pub fn update_secret(tx: &mut Tx<'_>, id: i64, secret: &str) -> Result<()> {
    let rows = diesel::update(programs::table.find(id)).set(programs::s2s_secret.eq(secret)).execute(&mut **tx)?;
    if rows == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// The links of a member, one a program in which there is a reference for links, oldest program first.
pub fn links_of(conn: &mut Conn, member: MemberId) -> Result<Vec<OwnLink>> {
    let rows: Vec<(Program, String)> = refs::table
        .inner_join(programs::table)
        .filter(refs::member_id.eq(member.0))
        .filter(refs::for_links.eq(true))
        .order((programs::id.asc(), refs::id.asc()))
        .select((Program::as_select(), refs::ref_code))
        .load(conn)?;
    let mut links: Vec<OwnLink> = Vec::with_capacity(rows.len());
    for (program, reference) in rows {
        if links.last().is_some_and(|l| l.program_id == program.id) {
            continue;
        }
        let url = affiliate_link(&program, &reference);
        links.push(OwnLink { program_id: program.id, slug: program.slug, program: program.name, reference, url });
    }
    Ok(links)
}

/// The link of a member for one program, or for the only one where none is named.
pub fn find_link_of(conn: &mut Conn, member: MemberId, program: Option<i64>) -> Result<Option<OwnLink>> {
    let links = links_of(conn, member)?;
    Ok(match program {
        Some(id) => links.into_iter().find(|l| l.program_id == id),
        None => links.into_iter().next(),
    })
}

/// Who has this reference in this program.
pub fn find_ref(conn: &mut Conn, program: i64, reference: &str) -> Result<Option<MemberId>> {
    let owner: Option<i64> = refs::table
        .filter(refs::program_id.eq(program))
        .filter(refs::ref_key.eq(ref_key(reference)))
        .select(refs::member_id)
        .first(conn)
        .optional()?;
    Ok(owner.map(MemberId))
}

/// One reference per program, for trying a link on a real partner: program, reference.
pub fn list_sample_refs(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    let firsts: Vec<(i64, Option<i64>)> = refs::table
        .filter(refs::for_links.eq(true))
        .group_by(refs::program_id)
        .select((refs::program_id, diesel::dsl::min(refs::id)))
        .load(conn)?;
    let ids: Vec<i64> = firsts.into_iter().filter_map(|(_, id)| id).collect();
    Ok(refs::table.filter(refs::id.eq_any(ids)).select((refs::program_id, refs::ref_code)).load(conn)?)
}

/// Partners with the reference their links carry, the newest first: for trying a link on a real one.
pub fn list_partners(conn: &mut Conn, limit: i64) -> Result<Vec<(String, String)>> {
    Ok(refs::table
        .inner_join(members::table)
        .filter(refs::for_links.eq(true))
        .order(refs::id.desc())
        .limit(limit)
        .select((members::name, refs::ref_code))
        .load(conn)?)
}

/// The name of the partner whose links carry `reference`.
pub fn find_partner(conn: &mut Conn, reference: &str) -> Result<Option<String>> {
    Ok(refs::table
        .inner_join(members::table)
        .filter(refs::ref_key.eq(ref_key(reference)))
        .order(refs::for_links.desc())
        .select(members::name)
        .first(conn)
        .optional()?)
}

/// Number of partners per program.
pub fn count_partners(conn: &mut Conn) -> Result<Vec<(i64, i64)>> {
    Ok(refs::table
        .filter(refs::for_links.eq(true))
        .group_by(refs::program_id)
        .select((refs::program_id, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Sales per program and for how many of them nobody has the reference: program, waiting.
pub fn count_waiting(conn: &mut Conn) -> Result<Vec<(Option<i64>, i64)>> {
    Ok(conversions::table
        .filter(conversions::member_id.is_null())
        .group_by(conversions::program_id)
        .select((conversions::program_id, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Gives a member a reference; answers the new row's id, none when somebody has it already.
pub fn insert_ref(
    tx: &mut Tx<'_>,
    program: i64,
    member: MemberId,
    reference: &str,
    for_links: bool,
) -> Result<Option<i64>> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => diesel::insert_into(refs::table)
        .values((
            refs::program_id.eq(program),
            refs::member_id.eq(member.0),
            refs::ref_code.eq(reference),
            refs::ref_key.eq(ref_key(reference)),
            refs::for_links.eq(for_links),
            refs::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(refs::id)
        .get_result(c)
        .optional())?)
}

/// Makes one of a member's references the one that links carry; false where it is not theirs.
pub fn mark_for_links(tx: &mut Tx<'_>, program: i64, member: MemberId, reference: &str) -> Result<bool> {
    let mine = refs::table
        .filter(refs::program_id.eq(program))
        .filter(refs::member_id.eq(member.0))
        .filter(refs::ref_key.eq(ref_key(reference)));
    Ok(diesel::update(mine).set(refs::for_links.eq(true)).execute(&mut **tx)? == 1)
}

/// Owners of references: (program, folded reference) to member.
pub fn list_owners(conn: &mut Conn, keys: &[String]) -> Result<Vec<(i64, String, i64)>> {
    Ok(refs::table
        .filter(refs::ref_key.eq_any(keys))
        .order(refs::id.asc())
        .select((refs::program_id, refs::ref_key, refs::member_id))
        .load(conn)?)
}
