//! SQL of the library. Whoever reads takes a [`Sight`]: what it may not see is not found.

pub mod kits;
pub mod links;
pub mod offers;
pub mod opinions;
pub mod own;
pub mod recalls;
pub mod results;
pub mod versions;

use super::input::Ready;
use super::model::{Embargo, ProgramOf, Resource, Variant, Whole};
use crate::access::Sight;
use crate::db::schema::{
    downloads, members, niches, programs, resource_embargoes, resource_offers, resource_variants, resources,
};
use crate::db::{Backend, Conn, DAY, Ms, Tx};
use crate::error::Result;
use crate::i18n::Lang;
use crate::on;
use crate::text::fold;
use crate::web::viewer::MemberId;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Restricts a query over resources and niches to what `$sight` may see at `$now`.
macro_rules! visible {
    ($query:expr, $sight:expr, $now:expr) => {{
        let (sight, now): (Sight, Ms) = ($sight, $now);
        let mut query = $query;
        if !sight.manages {
            query = query
                .filter(resources::status.eq("published"))
                .filter(resources::publish_at.is_null().or(resources::publish_at.le(Some(now))))
                .filter(resources::min_rank.le(sight.rank))
                .filter(resources::niche_id.is_null().or(niches::min_rank.nullable().le(Some(sight.rank))))
                .filter(not(exists(
                    resource_embargoes::table
                        .filter(resource_embargoes::resource_id.eq(resources::id))
                        .filter(resource_embargoes::rank.ge(sight.rank))
                        .filter(resource_embargoes::until.gt(now)),
                )));
        }
        query
    }};
}

/// A resource with niche, program and offer, as [`Resource`] reads it.
macro_rules! row {
    () => {
        (
            (
                resources::id,
                resources::kind,
                resources::title,
                resources::summary,
                resources::min_rank,
                resources::publish_at,
                resources::status,
                resources::rev,
                resources::download_count,
                resources::created_at,
                resources::updated_at,
                resources::star_sum,
                resources::star_count,
            ),
            (niches::slug, niches::name_de, niches::name_en, niches::hue).nullable(),
            (programs::id, programs::slug, programs::name, programs::link_base, programs::sub_param).nullable(),
            (
                resource_offers::occasion,
                resource_offers::problem,
                resource_offers::country,
                resource_offers::starts_at,
                resource_offers::valid_until,
                resource_offers::price,
                resource_offers::currency,
                resource_offers::price_until,
                resource_offers::successor_id,
                resource_offers::recalled_at,
                resource_offers::recall_reason,
                resource_offers::review_by,
                resource_offers::review_note,
            )
                .nullable(),
        )
    };
}

mod list;
pub use list::list_visible;

/// The resource `id` with its texts and embargoes, if `sight` may see it at `now`.
pub fn find_visible(conn: &mut Conn, sight: Sight, id: i64, now: Ms) -> Result<Whole> {
    let mut all = list_wholes(conn, sight, &[id], now)?;
    all.pop().ok_or(crate::error::Error::NotFound)
}

/// Those of `ids` that `sight` may see at `now`, each with its texts and embargoes, by id.
pub fn list_wholes(conn: &mut Conn, sight: Sight, ids: &[i64], now: Ms) -> Result<Vec<Whole>> {
    let query = resources::table
        .left_join(niches::table)
        .left_join(programs::table)
        .left_join(resource_offers::table)
        .select(row!())
        .filter(resources::id.eq_any(ids.to_vec()))
        .order(resources::id.asc())
        .into_boxed::<Backend>();
    let found: Vec<Resource> = visible!(query, sight, now).load(conn)?;
    let ids: Vec<i64> = found.iter().map(|r| r.id).collect();
    let (variants, embargoes) = (list_variants(conn, &ids)?, list_embargoes(conn, &ids)?);
    Ok(found
        .into_iter()
        .map(|resource| Whole {
            variants: variants.iter().filter(|v| v.resource_id == resource.id).cloned().collect(),
            embargoes: embargoes.iter().filter(|e| e.resource_id == resource.id).cloned().collect(),
            resource,
        })
        .collect())
}

/// Whether `sight` may see one of these resources at `now`.
pub fn any_visible(conn: &mut Conn, sight: Sight, ids: &[i64], now: Ms) -> Result<bool> {
    let query = resources::table
        .left_join(niches::table)
        .left_join(programs::table)
        .filter(resources::id.eq_any(ids.to_vec()))
        .select(resources::id)
        .limit(1)
        .into_boxed::<Backend>();
    let found: Option<i64> = visible!(query, sight, now).first(conn).optional()?;
    Ok(found.is_some())
}

/// Which of these resources `sight` may see at `now`.
pub fn list_visible_ids(conn: &mut Conn, sight: Sight, ids: &[i64], now: Ms) -> Result<Vec<i64>> {
    let query = resources::table
        .left_join(niches::table)
        .left_join(programs::table)
        .filter(resources::id.eq_any(ids.to_vec()))
        .select(resources::id)
        .into_boxed::<Backend>();
    Ok(visible!(query, sight, now).load(conn)?)
}

/// The texts of these resources: short, long, social, German before English.
pub fn list_variants(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Variant>> {
    let mut all: Vec<Variant> = resource_variants::table
        .filter(resource_variants::resource_id.eq_any(ids.to_vec()))
        .select((
            resource_variants::resource_id,
            resource_variants::key,
            resource_variants::lang,
            resource_variants::subject,
            resource_variants::body,
            resource_variants::words,
        ))
        .load(conn)?;
    all.sort_by(|a, b| (a.resource_id, a.key(), &a.lang).cmp(&(b.resource_id, b.key(), &b.lang)));
    Ok(all)
}

/// The embargoes of these resources, lowest tier first.
pub fn list_embargoes(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Embargo>> {
    Ok(resource_embargoes::table
        .filter(resource_embargoes::resource_id.eq_any(ids.to_vec()))
        .order((resource_embargoes::resource_id.asc(), resource_embargoes::rank.asc()))
        .load(conn)?)
}

/// Every program, by name.
pub fn list_programs(conn: &mut Conn) -> Result<Vec<ProgramOf>> {
    Ok(programs::table
        .select((programs::id, programs::slug, programs::name, programs::link_base, programs::sub_param))
        .order(programs::name.asc())
        .load(conn)?)
}

/// The niche of a resource, whoever may see it.
pub fn niche_of(conn: &mut Conn, id: i64) -> Result<Option<i64>> {
    Ok(resources::table.find(id).select(resources::niche_id).first(conn)?)
}

/// Active and invited members by name, for the preview of a manager: id and name.
pub fn list_people(conn: &mut Conn, limit: i64) -> Result<Vec<(i64, String)>> {
    Ok(members::table
        .filter(members::status.eq_any(["active", "invited"]))
        .order((members::name_key.asc(), members::id.asc()))
        .select((members::id, members::name))
        .limit(limit)
        .load(conn)?)
}

/// Name, tier rank and language of an active or invited member.
pub fn find_person(conn: &mut Conn, id: i64) -> Result<(String, i32, String)> {
    Ok(members::table
        .find(id)
        .filter(members::status.eq_any(["active", "invited"]))
        .select((members::name, members::tier_rank, members::locale))
        .first(conn)?)
}

/// Where somebody is written to.
#[derive(Debug, Clone, Queryable)]
pub struct Address {
    /// Shown name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Language.
    pub locale: String,
}

/// Name, address and language of a member.
pub fn find_address(conn: &mut Conn, id: i64) -> Result<Address> {
    Ok(members::table.find(id).select((members::name, members::email, members::locale)).first(conn)?)
}

/// Whether a member allowed clicks to be kept with the name.
pub fn allows_tracking(conn: &mut Conn, id: MemberId) -> Result<bool> {
    Ok(members::table.find(id.0).select(members::tracking_consent).first(conn).optional()?.unwrap_or(false))
}

/// Whether a resource was taken back.
pub fn is_recalled(conn: &mut Conn, id: i64) -> Result<bool> {
    let back = resource_offers::table.find(id).filter(resource_offers::recalled_at.is_not_null());
    Ok(diesel::select(exists(back)).get_result(conn)?)
}

/// What a search looks into.
fn search_key(ready: &Ready) -> String {
    fold(&format!("{} {} {} {}", ready.title, ready.summary, ready.offer.occasion, ready.offer.problem))
}

/// Stores a resource without its texts.
pub fn insert_resource(tx: &mut Tx<'_>, ready: &Ready, by: MemberId) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(resources::table)
        .values((
            resources::kind.eq(ready.kind.code()),
            resources::title.eq(&ready.title),
            resources::summary.eq(&ready.summary),
            resources::search_key.eq(search_key(ready)),
            resources::niche_id.eq(ready.niche_id),
            resources::program_id.eq(ready.program_id),
            resources::min_rank.eq(ready.min_rank),
            resources::publish_at.eq(ready.publish_at),
            resources::status.eq(ready.status),
            resources::created_by.eq(Some(by.0)),
            resources::created_at.eq(now),
            resources::updated_at.eq(now),
        ))
        .returning(resources::id)
        .get_result(&mut **tx)?)
}

/// Writes a changed resource without its texts.
pub fn update_resource(tx: &mut Tx<'_>, id: i64, ready: &Ready) -> Result<()> {
    let now = tx.now();
    diesel::update(resources::table.find(id))
        .set((
            resources::kind.eq(ready.kind.code()),
            resources::title.eq(&ready.title),
            resources::summary.eq(&ready.summary),
            resources::search_key.eq(search_key(ready)),
            resources::niche_id.eq(ready.niche_id),
            resources::program_id.eq(ready.program_id),
            resources::min_rank.eq(ready.min_rank),
            resources::publish_at.eq(ready.publish_at),
            resources::status.eq(ready.status),
            resources::rev.eq(resources::rev + 1),
            resources::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes away every text and embargo of a resource, before the new ones are written.
pub fn delete_parts(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(resource_variants::table.filter(resource_variants::resource_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(resource_embargoes::table.filter(resource_embargoes::resource_id.eq(id))).execute(&mut **tx)?;
    Ok(())
}

/// Stores the texts of a resource.
pub fn insert_variants(tx: &mut Tx<'_>, id: i64, ready: &Ready) -> Result<()> {
    for text in &ready.variants {
        let words = i32::try_from(crate::text::words(&crate::text::plain_text(&super::marks::strip(&text.body))))
            .unwrap_or(i32::MAX);
        diesel::insert_into(resource_variants::table)
            .values((
                resource_variants::resource_id.eq(id),
                resource_variants::key.eq(text.key.code()),
                resource_variants::lang.eq(text.lang.code()),
                resource_variants::subject.eq(&text.subject),
                resource_variants::body.eq(&text.body),
                resource_variants::words.eq(words),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Stores the embargoes of a resource.
pub fn insert_embargoes(tx: &mut Tx<'_>, id: i64, ready: &Ready) -> Result<()> {
    for (rank, until) in &ready.embargo {
        diesel::insert_into(resource_embargoes::table)
            .values((
                resource_embargoes::resource_id.eq(id),
                resource_embargoes::rank.eq(rank),
                resource_embargoes::until.eq(until),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Deletes a resource with all that hangs on it; whether there was one.
pub fn delete_resource(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(diesel::delete(resources::table.find(id)).execute(&mut **tx)? > 0)
}

/// Notes a download, once a day for each variant, language and format; whether it was the day's first.
pub fn insert_download(
    tx: &mut Tx<'_>,
    id: i64,
    member: MemberId,
    (variant, lang, format): (&str, Lang, &str),
) -> Result<bool> {
    let now = tx.now();
    let day = i32::try_from(now / DAY).unwrap_or(i32::MAX);
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(downloads::table)
        .values((
            downloads::resource_id.eq(id),
            downloads::member_id.eq(member.0),
            downloads::day.eq(day),
            downloads::variant.eq(variant),
            downloads::lang.eq(lang.code()),
            downloads::format.eq(format),
            downloads::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows > 0)
}

/// Counts one download more.
pub fn mark_downloaded(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::update(resources::table.find(id))
        .set(resources::download_count.eq(resources::download_count + 1))
        .execute(&mut **tx)?;
    Ok(())
}
