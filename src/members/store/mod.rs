//! SQL of members, niches and tiers.

mod audit;
mod blocks;
mod contact;
mod full;
mod niche;
mod person;
mod refs;

pub use audit::*;
pub use blocks::*;
pub use contact::*;
pub use full::*;
pub use niche::*;
pub use person::*;
pub use refs::*;

use crate::access::Sight;
use crate::db::schema::{audit_log, niches, tiers};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A tier: a level earned by sales.
#[derive(Debug, Clone, Default, Queryable, serde::Serialize)]
pub struct Tier {
    /// Order and identity; 0 is the lowest.
    pub rank: i32,
    /// Stable name.
    pub slug: String,
    /// German name.
    pub name_de: String,
    /// English name.
    pub name_en: String,
    /// Turnover a month in minor units of the community's currency.
    pub min_turnover: i64,
    /// Months it must be held.
    pub periods: i32,
    /// Promised time for an answer, in hours.
    pub response_hours: i32,
}

impl Tier {
    /// The name in `lang`.
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.name_de, &self.name_en)
    }
}

/// All tiers, lowest first.
pub fn list_tiers(conn: &mut Conn) -> Result<Vec<Tier>> {
    Ok(tiers::table.order(tiers::rank.asc()).load(conn)?)
}

/// Rank of the tier `slug`.
///
/// # Errors
/// `not_found` on `field`.
pub fn rank_of(conn: &mut Conn, slug: &str, field: &'static str) -> Result<i32> {
    let rank: Option<i32> = tiers::table.filter(tiers::slug.eq(slug)).select(tiers::rank).first(conn).optional()?;
    rank.ok_or_else(|| Error::field(field, "not_found"))
}

/// The name of the tier `rank` in `lang`; empty where there is none.
pub fn tier_name(conn: &mut Conn, rank: i32, lang: Lang) -> Result<String> {
    let tier: Option<Tier> = tiers::table.find(rank).first(conn).optional()?;
    Ok(tier.map(|t| t.name(lang).to_owned()).unwrap_or_default())
}

/// What an admin may change about a tier.
pub struct TierChange<'a> {
    /// German name.
    pub name_de: &'a str,
    /// English name.
    pub name_en: &'a str,
    /// Turnover a month in minor units.
    pub min_turnover: i64,
    /// Months it must be held.
    pub periods: i32,
    /// Promised time for an answer, in hours.
    pub response_hours: i32,
}

/// Changes the tier `rank`.
pub fn update_tier(tx: &mut Tx<'_>, rank: i32, change: &TierChange<'_>) -> Result<()> {
    diesel::update(tiers::table.find(rank))
        .set((
            tiers::name_de.eq(change.name_de),
            tiers::name_en.eq(change.name_en),
            tiers::min_turnover.eq(change.min_turnover),
            tiers::periods.eq(change.periods),
            tiers::response_hours.eq(change.response_hours),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// A niche.
#[derive(Debug, Clone, Queryable, serde::Serialize)]
pub struct Niche {
    /// Row id.
    pub id: i64,
    /// Address.
    pub slug: String,
    /// German name.
    pub name_de: String,
    /// English name.
    pub name_en: String,
    /// German description.
    pub description_de: String,
    /// English description.
    pub description_en: String,
    /// Lowest tier rank that may enter.
    pub min_rank: i32,
    /// Colour, 0 to 11.
    pub hue: i32,
    /// Place in lists.
    pub position: i32,
    /// When it was made.
    pub created_at: i64,
}

impl Niche {
    /// The name in `lang`.
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.name_de, &self.name_en)
    }

    /// The description in `lang`, or the other one where it is empty.
    pub fn description(&self, lang: Lang) -> &str {
        let (first, second) =
            lang.pick((&self.description_de, &self.description_en), (&self.description_en, &self.description_de));
        if first.is_empty() { second } else { first }
    }
}

/// The niches `sight` may enter.
pub fn list_visible_niches(conn: &mut Conn, sight: Sight) -> Result<Vec<Niche>> {
    Ok(niches::table
        .filter(niches::min_rank.le(sight.rank))
        .order((niches::position.asc(), niches::id.asc()))
        .load(conn)?)
}

/// The niche `slug`, if `sight` may enter it.
pub fn find_visible_niche(conn: &mut Conn, sight: Sight, slug: &str) -> Result<Niche> {
    Ok(niches::table.filter(niches::slug.eq(slug)).filter(niches::min_rank.le(sight.rank)).first(conn)?)
}

/// Writes one line of the audit log: who did what to which thing.
pub fn insert_audit(
    tx: &mut Tx<'_>,
    actor: Option<MemberId>,
    action: &str,
    (object_type, object_id): (&str, Option<i64>),
    detail: &str,
) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::at.eq(now),
            audit_log::actor_id.eq(actor.map(|m| m.0)),
            audit_log::action.eq(action),
            audit_log::object_type.eq(object_type),
            audit_log::object_id.eq(object_id),
            audit_log::detail.eq(detail),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
