//! Making and changing niches.

use super::super::model::{NicheChange, NicheInput, both, check_niche};
use super::super::store::{self, Niche, NicheText};
use crate::access::Sight;
use crate::error::Result;
use crate::house::House;
use crate::jobs::emit;
use crate::settings::Bilingual;
use crate::web::forms::Check;
use crate::web::viewer::Viewer;
use serde_json::json;

/// Makes a niche; listeners of `niche.created` give it a room.
///
/// # Errors
/// Wrong fields, `slug:taken`.
pub async fn create_niche(house: &House, by: &Viewer, input: NicheInput) -> Result<Niche> {
    let mut check = Check::new();
    check_niche(&mut check, input.slug.trim(), &input.description, input.hue);
    let name = both(&mut check, "name", &input.name, 60);
    check.done()?;
    let actor = by.id;
    house
        .db
        .write(move |tx| {
            let min_rank = match input.min_tier.as_deref() {
                Some(slug) => store::rank_of(tx, slug, "min_tier")?,
                None => store::list_tiers(tx)?.first().map_or(0, |t| t.rank),
            };
            let hue = match input.hue {
                Some(hue) => hue,
                // Five is coprime to twelve: neighbours in the list differ in colour.
                None => i32::try_from(store::count_niches(tx)? * 5 % 12).unwrap_or(0),
            };
            let text = NicheText {
                slug: input.slug.trim().to_owned(),
                name: name.clone(),
                description: (input.description.de.trim().to_owned(), input.description.en.trim().to_owned()),
                min_rank,
                hue,
            };
            let niche = store::insert_niche(tx, &text)?;
            store::insert_audit(tx, Some(actor), "niche.create", ("niche", Some(niche.id)), &niche.slug)?;
            emit(tx, "niche.created", &json!({ "niche_id": niche.id }))?;
            Ok(niche)
        })
        .await
}

/// Changes a niche the actor may see.
///
/// # Errors
/// Wrong fields, [`crate::error::Error::NotFound`].
pub async fn change_niche(house: &House, by: &Viewer, slug: String, change: NicheChange) -> Result<Niche> {
    let (actor, sight) = (by.id, Sight::of(by));
    house
        .db
        .write(move |tx| {
            let before = store::find_visible_niche(tx, sight, &slug)?;
            let name = change.name.clone().unwrap_or(Bilingual { de: before.name_de, en: before.name_en });
            let description = change
                .description
                .clone()
                .unwrap_or(Bilingual { de: before.description_de, en: before.description_en });
            let mut check = Check::new();
            check_niche(&mut check, &slug, &description, change.hue);
            let name = both(&mut check, "name", &name, 60);
            check.done()?;
            let min_rank = match change.min_tier.as_deref() {
                Some(tier) => store::rank_of(tx, tier, "min_tier")?,
                None => before.min_rank,
            };
            let text = NicheText {
                slug: slug.clone(),
                name,
                description: (description.de.trim().to_owned(), description.en.trim().to_owned()),
                min_rank,
                hue: change.hue.unwrap_or(before.hue),
            };
            store::update_niche(tx, before.id, &text)?;
            store::insert_audit(tx, Some(actor), "niche.change", ("niche", Some(before.id)), &slug)?;
            emit(tx, "niche.changed", &json!({ "niche_id": before.id }))?;
            store::find_visible_niche(tx, sight, &slug)
        })
        .await
}
