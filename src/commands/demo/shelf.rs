//! What lies in the library, through the library's own action.

use super::people::Everybody;
use crate::access::Sight;
use crate::db::schema::resources;
use crate::db::{DAY, Tx};
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::library::actions::create_in;
use crate::library::input::{ResourceInput, VariantInput};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::BTreeMap;

const SHELF: &str = include_str!("texts/shelf.md");

/// Stores the resources; the newest ones are the last in the text.
///
/// # Errors
/// When a text is broken or refused.
pub fn insert_resources(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let jana = MemberId(all.id("Jana Petersen")?);
    let sight = Sight { member: jana, rank: i32::MAX, team: true, manages: true };
    let now = tx.now();
    let items: Vec<&str> = SHELF.split("@@@ ").skip(1).collect();
    for (i, item) in items.iter().enumerate() {
        let mut input = parse(item)?;
        if input.title.as_deref().is_some_and(|t| t.starts_with("Vorab")) {
            // The top tier sees it now, the others in five days.
            input.min_tier = None;
            input.embargo = Some(Some(BTreeMap::from([("pro".to_owned(), iso(now + 5 * DAY))])));
        }
        let id = create_in(tx, sight, &input)?;
        let age = i64::try_from(items.len() - i).unwrap_or(0) * 4 * DAY;
        diesel::update(resources::table.find(id))
            .set((
                resources::created_at.eq(now - age - DAY),
                resources::updated_at.eq(now - age),
                resources::download_count.eq(i64::try_from(i * 7 % 23).unwrap_or(0) + 3),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// `kind | program | niche | tier | title`, a summary, then `@@ key lang | subject` and a body for each text.
fn parse(item: &str) -> Result<ResourceInput> {
    let broken =
        || Error::internal(format!("the demo's text is broken: {}", item.chars().take(60).collect::<String>()));
    let mut parts = item.split("\n@@ ");
    let (head, summary) = parts.next().and_then(|h| h.split_once('\n')).ok_or_else(broken)?;
    let fields: Vec<&str> = head.split('|').map(str::trim).collect();
    let [kind, program, niche, tier, title] = fields.as_slice() else { return Err(broken()) };
    let optional = |text: &str| Some(Some(text.to_owned()).filter(|t| !t.is_empty()));
    let mut variants = Vec::new();
    for part in parts {
        let (line, body) = part.split_once('\n').ok_or_else(broken)?;
        let (place, subject) = line.split_once('|').ok_or_else(broken)?;
        let (key, lang) = place.trim().split_once(' ').ok_or_else(broken)?;
        variants.push(VariantInput {
            key: key.to_owned(),
            lang: lang.trim().to_owned(),
            subject: subject.trim().to_owned(),
            body: body.trim().to_owned(),
        });
    }
    Ok(ResourceInput {
        kind: Some((*kind).to_owned()),
        title: Some((*title).to_owned()),
        summary: Some(summary.trim().to_owned()),
        niche: optional(niche),
        program: optional(program),
        min_tier: optional(tier),
        variants: Some(variants),
        ..ResourceInput::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_two_long_texts_and_many_short_ones_have_the_promised_length() {
        let all: Vec<ResourceInput> = SHELF.split("@@@ ").skip(1).map(|i| parse(i).unwrap()).collect();
        let words = |key: &str| -> Vec<usize> {
            all.iter()
                .filter(|r| r.kind.as_deref() == Some("swipe_copy"))
                .flat_map(|r| r.variants.clone().unwrap())
                .filter(|v| v.key == key)
                .map(|v| crate::text::words(&crate::text::plain_text(&v.body)))
                .collect()
        };
        assert!(words("long").iter().filter(|n| (750..=1_200).contains(*n)).count() >= 2, "{:?}", words("long"));
        assert!(words("short").iter().all(|n| (220..=380).contains(n)), "{:?}", words("short"));
    }
}
