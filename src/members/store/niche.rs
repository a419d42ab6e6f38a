//! Writing niches.

use super::Niche;
use crate::db::schema::{member_niches, niches};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use diesel::prelude::*;

/// A niche as it is to be.
#[derive(Debug, Clone)]
pub struct NicheText {
    /// Address.
    pub slug: String,
    /// German and English name.
    pub name: (String, String),
    /// German and English description.
    pub description: (String, String),
    /// Lowest tier rank that may enter.
    pub min_rank: i32,
    /// Colour, 0 to 11.
    pub hue: i32,
}

/// Stores a niche, as the last in lists.
///
/// # Errors
/// `taken` on `slug`.
pub fn insert_niche(tx: &mut Tx<'_>, niche: &NicheText) -> Result<Niche> {
    let now = tx.now();
    let last: Option<i32> = niches::table.select(diesel::dsl::max(niches::position)).first(&mut **tx)?;
    let id: i64 = diesel::insert_into(niches::table)
        .values((
            niches::slug.eq(&niche.slug),
            niches::name_de.eq(&niche.name.0),
            niches::name_en.eq(&niche.name.1),
            niches::description_de.eq(&niche.description.0),
            niches::description_en.eq(&niche.description.1),
            niches::min_rank.eq(niche.min_rank),
            niches::hue.eq(niche.hue),
            niches::position.eq(last.unwrap_or(0) + 1),
            niches::created_at.eq(now),
        ))
        .returning(niches::id)
        .get_result(&mut **tx)
        .map_err(|e| if crate::db::is_duplicate(&e) { Error::field("slug", "taken") } else { e.into() })?;
    Ok(niches::table.find(id).first(&mut **tx)?)
}

/// Changes everything about a niche but its address.
pub fn update_niche(tx: &mut Tx<'_>, id: i64, niche: &NicheText) -> Result<()> {
    diesel::update(niches::table.find(id))
        .set((
            niches::name_de.eq(&niche.name.0),
            niches::name_en.eq(&niche.name.1),
            niches::description_de.eq(&niche.description.0),
            niches::description_en.eq(&niche.description.1),
            niches::min_rank.eq(niche.min_rank),
            niches::hue.eq(niche.hue),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// How many niches there are.
pub fn count_niches(conn: &mut Conn) -> Result<i64> {
    Ok(niches::table.count().get_result(conn)?)
}

/// Members of each niche, by niche id.
pub fn count_niche_members(conn: &mut Conn) -> Result<Vec<(i64, i64)>> {
    Ok(member_niches::table
        .group_by(member_niches::niche_id)
        .select((member_niches::niche_id, diesel::dsl::count_star()))
        .load(conn)?)
}
