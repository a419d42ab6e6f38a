//! What members change about themselves.

use super::super::model::ProfileChange;
use super::super::store::{self, Profile};
use crate::access::Sight;
use crate::accounts::actions::set_consent;
use crate::accounts::model::Origin;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::web::viewer::Viewer;

/// Changes the own profile, all of it or nothing.
///
/// # Errors
/// Wrong fields; `niches:not_found` for a niche the member may not enter.
pub async fn change_profile(house: &House, me: &Viewer, change: ProfileChange, origin: Origin) -> Result<()> {
    let change = change.parse()?;
    let (id, sight) = (me.id, Sight::of(me));
    house
        .db
        .write(move |tx| {
            let before = store::find_person(tx, id)?;
            let lang = change.locale.as_deref().map_or_else(|| Lang::stored(&before.locale), Lang::stored);
            let after = Profile {
                name: change.name.clone().unwrap_or(before.name),
                bio: change.bio.clone().unwrap_or(before.bio),
                lang,
                theme: change.theme.clone().unwrap_or(before.theme),
                time_zone: change.time_zone.clone().unwrap_or(before.time_zone),
            };
            store::update_profile(tx, id, &after)?;
            if let Some(wanted) = &change.niches {
                let visible = store::list_visible_niches(tx, sight)?;
                let mut ids = Vec::new();
                for slug in wanted {
                    let found = visible.iter().find(|n| n.slug == *slug);
                    let niche = found.ok_or_else(|| Error::field("niches", "not_found"))?;
                    if !ids.contains(&niche.id) {
                        ids.push(niche.id);
                    }
                }
                store::replace_visible_niches(tx, id, sight.rank, &ids)?;
            }
            for consent in change.consents.unwrap_or_default().wanted() {
                set_consent(tx, id, consent, lang, "profile", &origin)?;
            }
            Ok(())
        })
        .await
}
