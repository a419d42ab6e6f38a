//! Changing names and thresholds of tiers.

use super::super::model::{TierInput, both};
use super::super::store::{self, TierChange};
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::jobs::emit;
use crate::settings;
use crate::web::forms::Check;
use crate::web::viewer::Viewer;
use serde_json::json;

/// Changes the named tiers; the others stay. Listeners of `tiers.changed` look at everybody's tier again.
///
/// # Errors
/// Wrong fields; thresholds that do not rise with the tiers.
pub async fn change_tiers(house: &House, by: &Viewer, wanted: Vec<TierInput>) -> Result<()> {
    let actor = by.id;
    house
        .db
        .write(move |tx| {
            let currency = settings::load(tx)?.currency;
            let mut check = Check::new();
            for input in &wanted {
                let rank = store::rank_of(tx, &input.slug, "slug")?;
                let (name_de, name_en) = both(&mut check, "name", &input.name, 40);
                let minor = check.keep(input.min_turnover.minor("min_turnover", &currency));
                if !(0..=24).contains(&input.periods) {
                    check.add(FieldError::new("periods", "range").arg("min", 0).arg("max", 24));
                }
                if !(1..=720).contains(&input.response_hours) {
                    check.add(FieldError::new("response_hours", "range").arg("min", 1).arg("max", 720));
                }
                let change = TierChange {
                    name_de: &name_de,
                    name_en: &name_en,
                    min_turnover: minor.unwrap_or(0),
                    periods: input.periods,
                    response_hours: input.response_hours,
                };
                store::update_tier(tx, rank, &change)?;
            }
            check.done()?;
            let tiers = store::list_tiers(tx)?;
            if tiers.windows(2).any(|pair| matches!(pair, [low, high] if high.min_turnover < low.min_turnover)) {
                return Err(Error::field("min_turnover", "not_rising"));
            }
            let names = wanted.iter().map(|t| t.slug.as_str()).collect::<Vec<_>>().join(", ");
            store::insert_audit(tx, Some(actor), "tiers.change", ("tiers", None), &names)?;
            emit(tx, "tiers.changed", &json!({}))
        })
        .await
}
