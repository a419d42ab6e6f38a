//! Who was told of which state of a resource.

use crate::db::schema::{
    downloads, member_niches, members, niches, resource_details, resource_embargoes, resource_offers, resource_told,
    resources,
};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// A resource that somebody sees now.
#[derive(Debug, Clone)]
pub struct Open {
    /// Row id.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Grows with every change.
    pub rev: i32,
    /// Since when it is there.
    pub since: Ms,
    /// When it was changed.
    pub changed: Ms,
    /// Who made it; hears nothing of it.
    pub created_by: Option<i64>,
    /// Its niche.
    pub niche_id: Option<i64>,
    /// Lowest tier rank that sees it now.
    pub rank: i32,
}

/// The resource `id` as far as it is open now; none: nobody sees it.
pub fn find_told(conn: &mut Conn, id: i64, now: Ms) -> Result<Option<Open>> {
    type Row = (String, i32, (Ms, Ms), Option<Ms>, Option<i64>, Option<i64>, i32, Option<i32>);
    let found: Option<Row> = resources::table
        .left_join(niches::table)
        .left_join(resource_offers::table)
        .filter(resource_offers::recalled_at.nullable().is_null())
        .filter(resources::id.eq(id))
        .filter(resources::status.eq("published"))
        .select((
            resources::title,
            resources::rev,
            (resources::created_at, resources::updated_at),
            resources::publish_at,
            resources::created_by,
            resources::niche_id,
            resources::min_rank,
            niches::min_rank.nullable(),
        ))
        .first(conn)
        .optional()?;
    let Some((title, rev, (created, changed), publish, created_by, niche_id, min_rank, niche_rank)) = found else {
        return Ok(None);
    };
    if publish.is_some_and(|at| at > now) {
        return Ok(None);
    }
    let waiting: Option<i32> = resource_embargoes::table
        .filter(resource_embargoes::resource_id.eq(id))
        .filter(resource_embargoes::until.gt(now))
        .select(diesel::dsl::max(resource_embargoes::rank))
        .first(conn)?;
    let rank = min_rank.max(niche_rank.unwrap_or(0)).max(waiting.map_or(0, |w| w + 1));
    // A tier that waited sees it as new when its time has come.
    let lifted: Option<Ms> = resource_embargoes::table
        .filter(resource_embargoes::resource_id.eq(id))
        .filter(resource_embargoes::until.le(now))
        .select(diesel::dsl::max(resource_embargoes::until))
        .first(conn)?;
    let since = [Some(created), publish, lifted].into_iter().flatten().max().unwrap_or(created);
    Ok(Some(Open { id, title, rev, since, changed, created_by, niche_id, rank }))
}

/// Partners to whom it is open and who were told nothing of it yet.
pub fn list_untold(conn: &mut Conn, open: &Open, limit: i64) -> Result<Vec<i64>> {
    let told = resource_told::table
        .filter(resource_told::resource_id.eq(open.id))
        .filter(resource_told::member_id.eq(members::id));
    let query = members::table
        .filter(members::status.eq("active"))
        .filter(members::role.eq("member"))
        .filter(members::tier_rank.ge(open.rank))
        .filter(not(exists(told)))
        .order(members::id.asc())
        .limit(limit)
        .select(members::id);
    Ok(match open.niche_id {
        None => query.load(conn)?,
        Some(niche) => query
            .filter(exists(
                member_niches::table
                    .filter(member_niches::member_id.eq(members::id))
                    .filter(member_niches::niche_id.eq(niche)),
            ))
            .load(conn)?,
    })
}

/// People who took something of it and know only an earlier state.
pub fn list_stale_takers(conn: &mut Conn, open: &Open, limit: i64) -> Result<Vec<i64>> {
    let knows = resource_told::table
        .filter(resource_told::resource_id.eq(open.id))
        .filter(resource_told::member_id.eq(members::id))
        .filter(resource_told::rev.ge(open.rev));
    let took = downloads::table
        .filter(downloads::resource_id.eq(open.id))
        .filter(downloads::member_id.eq(members::id))
        .filter(downloads::at.lt(open.changed));
    Ok(members::table
        .filter(members::status.eq("active"))
        .filter(members::tier_rank.ge(open.rank).or(members::role.ne("member")))
        .filter(exists(took))
        .filter(not(exists(knows)))
        .order(members::id.asc())
        .limit(limit)
        .select(members::id)
        .load(conn)?)
}

/// Notes that these members know the state `rev`.
pub fn mark_told(tx: &mut Tx<'_>, id: i64, rev: i32, people: &[i64]) -> Result<()> {
    for member in people {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(resource_told::table)
            .values((resource_told::resource_id.eq(id), resource_told::member_id.eq(*member), resource_told::rev.eq(rev)))
            .on_conflict((resource_told::resource_id, resource_told::member_id))
            .do_update()
            .set(resource_told::rev.eq(rev))
            .execute(c))?;
    }
    Ok(())
}

/// Published resources that end between two moments: id, title, last day.
pub fn list_expiring(conn: &mut Conn, now: Ms, ahead: Ms) -> Result<Vec<(i64, String, String)>> {
    let mut out: Vec<(i64, String, String)> = resources::table
        .inner_join(resource_details::table)
        .filter(resources::status.eq("published"))
        .filter(resource_details::valid_until.ge(Some(day(now))))
        .filter(resource_details::valid_until.le(Some(day(ahead))))
        .select((resources::id, resources::title, resource_details::valid_until.assume_not_null()))
        .limit(500)
        .load(conn)?;
    // What has an end as an offer counts as well; its day stands for it.
    let offers: Vec<(i64, String, Ms)> = resources::table
        .inner_join(resource_offers::table)
        .filter(resources::status.eq("published"))
        .filter(resource_offers::recalled_at.is_null())
        .filter(resource_offers::valid_until.gt(Some(now)))
        .filter(resource_offers::valid_until.le(Some(ahead)))
        .select((resources::id, resources::title, resource_offers::valid_until.assume_not_null()))
        .limit(500)
        .load(conn)?;
    for (id, title, at) in offers {
        if !out.iter().any(|(known, ..)| *known == id) {
            out.push((id, title, day(at)));
        }
    }
    Ok(out)
}

/// A moment as its date.
fn day(at: Ms) -> String {
    crate::i18n::iso(at).get(..10).unwrap_or("").to_owned()
}

/// Takers of a resource who were not warned of this last day yet.
pub fn list_unwarned(conn: &mut Conn, id: i64, until: &str) -> Result<Vec<i64>> {
    let warned = resource_told::table
        .filter(resource_told::resource_id.eq(id))
        .filter(resource_told::member_id.eq(members::id))
        .filter(resource_told::warned.eq(until));
    let took = downloads::table.filter(downloads::resource_id.eq(id)).filter(downloads::member_id.eq(members::id));
    Ok(members::table
        .filter(members::status.eq("active"))
        .filter(exists(took))
        .filter(not(exists(warned)))
        .order(members::id.asc())
        .select(members::id)
        .load(conn)?)
}

/// Notes that these takers were warned of this last day.
pub fn mark_warned(tx: &mut Tx<'_>, id: i64, until: &str, people: &[i64]) -> Result<()> {
    for member in people {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(resource_told::table)
            .values((
                resource_told::resource_id.eq(id),
                resource_told::member_id.eq(*member),
                resource_told::warned.eq(until),
            ))
            .on_conflict((resource_told::resource_id, resource_told::member_id))
            .do_update()
            .set(resource_told::warned.eq(until))
            .execute(c))?;
    }
    Ok(())
}
