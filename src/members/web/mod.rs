//! Pages of members: profile, directory, applications, niches, tiers, roles.

mod applications;
mod blocks;
mod directory;
mod niches;
mod profile;
mod roles;
mod tiers;

pub use applications::{applications, decide};
pub use blocks::{block, blocked};
pub use directory::{change, contact_choices, directory, member, of_contact};
pub use niches::{create_niche, niches, update_niche};
pub use profile::{ZONES, profile, save_profile, to_profile};
pub use roles::{roles, set_role};
pub use tiers::{save_tiers, tiers};

use super::store::{NicheOf, Tier};
use crate::i18n::{Lang, t};
use crate::web::forms::Choice;
use crate::web::viewer::{hue, initials};
use serde::Serialize;

/// A face beside a name.
#[derive(Debug, Serialize)]
struct Face {
    name: String,
    initials: String,
    hue: i64,
}

impl Face {
    fn of(id: i64, name: &str) -> Self {
        Self { name: name.to_owned(), initials: initials(name), hue: hue(id) }
    }
}

/// A niche as a tag.
#[derive(Debug, Serialize)]
struct NicheTag {
    slug: String,
    name: String,
    hue: i32,
}

impl NicheTag {
    fn of(niche: &NicheOf, lang: Lang) -> Self {
        let name = lang.pick(&niche.name_de, &niche.name_en).clone();
        Self { slug: niche.slug.clone(), name, hue: niche.hue }
    }
}

/// The tiers as options, after one that stands for none of them.
fn tier_choices(tiers: &[Tier], lang: Lang, none: Option<&str>, current: &str) -> Vec<Choice> {
    let first = none.map(|key| Choice::of("", t(lang, key), current));
    first.into_iter().chain(tiers.iter().map(|tier| Choice::of(&*tier.slug, tier.name(lang), current))).collect()
}

fn word(lang: Lang, group: &str, code: &str) -> String {
    t(lang, &format!("members-{group}-{code}")).into_owned()
}
