//! What lies in the library, through the library's own action.

use super::people::Everybody;
use crate::access::Sight;
use crate::db::schema::{conversions, programs, resources};
use crate::db::{DAY, Tx};
use crate::error::{Error, Result};
use crate::i18n::{Lang, iso};
use crate::library::actions::create_in;
use crate::library::channels::Key;
use crate::library::input::{MoneyInput, ResourceInput, StepInput, VariantInput};
use crate::library::links::text_sub;
use crate::library::store;
use crate::library::store::links::NewLink;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::BTreeMap;

const SHELF: &str = include_str!("texts/shelf.md");
const CAMPAIGN: &str = include_str!("texts/campaign.md");

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
    insert_campaign(tx, all, sight)
}

/// A promotion as partners live it: three mails with locked prices, a kit with dates, one text that is over, stars,
/// favourites, an own version, short links with clicks, and sales that name their text.
fn insert_campaign(tx: &mut Tx<'_>, all: &Everybody, sight: Sight) -> Result<()> {
    let now = tx.now();
    let fitnord = all.places.programs.get("fitnord").copied().unwrap_or_default();
    diesel::update(programs::table.find(fitnord)).set(programs::sub_param.eq("subid")).execute(&mut **tx)?;
    let mut ids: BTreeMap<String, i64> = BTreeMap::new();
    for item in CAMPAIGN.split("@@@ ").skip(1) {
        let mut input = parse(item)?;
        let title = input.title.clone().unwrap_or_default();
        let until = if title.starts_with("Sommer") { now - 30 * DAY } else { now + 20 * DAY };
        input.occasion = Some(if title.starts_with("Sommer") { "Sommeraktion" } else { "Herbstaktion" }.to_owned());
        input.problem = Some("Wenig Zeit für Sport".to_owned());
        input.starts_at = Some(Some(iso(until - 40 * DAY)));
        input.valid_until = Some(Some(iso(until)));
        input.price = Some(Some(MoneyInput { amount: "499.00".into(), currency: "EUR".into() }));
        if title.starts_with("Sommer") {
            input.successor = Some(ids.get("Herbst-Mail 1: Ankündigung").copied());
        }
        if input.kind.as_deref() == Some("kit") {
            let sheet: Option<i64> = resources::table
                .filter(resources::title.like("Infoblatt Rudergerät R2%"))
                .select(resources::id)
                .first(&mut **tx)
                .optional()?;
            let steps = ids.iter().filter(|(t, _)| t.starts_with("Herbst-Mail")).enumerate();
            let mut items: Vec<StepInput> = steps
                .map(|(i, (_, id))| StepInput {
                    resource: *id,
                    day: [0, 2, 12].get(i).copied().unwrap_or(0),
                    note: ["Dienstag früh", "Donnerstag", "Nur am letzten Tag"]
                        .get(i)
                        .copied()
                        .unwrap_or("")
                        .to_owned(),
                })
                .collect();
            items.extend(sheet.map(|id| StepInput { resource: id, day: 1, note: "Für Rückfragen".to_owned() }));
            items.sort_by_key(|i| i.day);
            input.items = Some(items);
        }
        ids.insert(title, create_in(tx, sight, &input)?);
    }
    insert_life(tx, all, fitnord, &ids)
}

fn insert_life(tx: &mut Tx<'_>, all: &Everybody, fitnord: i64, ids: &BTreeMap<String, i64>) -> Result<()> {
    let first = ids.get("Herbst-Mail 1: Ankündigung").copied().unwrap_or_default();
    let kit = ids.iter().find(|(t, _)| t.contains("komplett")).map(|(_, id)| *id).unwrap_or_default();
    let lena = MemberId(all.id("Lena Brandt")?);
    for (field, words) in [
        ("affiliate.coupon", "LENA10"),
        (
            "own.story",
            "Im Frühjahr konnte ich nach einem Tag am Schreibtisch kaum aufstehen. Mein Physiotherapeut sagte: rudern. Ich sagte: nie. Drei Wochen später hatte er recht.",
        ),
        ("own.bonus", "Wer über meinen Link bestellt, bekommt von mir den Trainingsplan für die ersten vier Wochen."),
    ] {
        store::own::put_words(tx, lena, fitnord, field, words)?;
    }
    for (name, stars, comment) in [
        ("Lena Brandt", 5, "Die Geschichte am Anfang zieht. Beste Öffnungsrate seit Monaten."),
        ("Mehmet Aydin", 4, "Für Video etwas lang, als Mail sehr gut."),
        ("Sofie Lindqvist", 5, ""),
    ] {
        store::opinions::put_rating(tx, first, MemberId(all.id(name)?), stars, comment)?;
    }
    store::opinions::set_favourite(tx, first, lena, true)?;
    store::opinions::set_favourite(tx, kit, lena, true)?;
    store::opinions::insert_wish(
        tx,
        first,
        MemberId(all.id("Mehmet Aydin")?),
        "Eine Fassung für YouTube-Beschreibungen, mit Kapitelmarken.",
    )?;
    let sub = text_sub(first, Key::Short, Lang::De);
    let sold: Vec<i64> = conversions::table
        .filter(conversions::member_id.eq(Some(lena.0)))
        .filter(conversions::program_id.eq(Some(fitnord)))
        .order(conversions::occurred_at.desc())
        .limit(6)
        .select(conversions::id)
        .load(&mut **tx)?;
    for id in sold {
        diesel::update(conversions::table.find(id)).set(conversions::sub_id.eq(&sub)).execute(&mut **tx)?;
    }
    let link = NewLink {
        code: "herbst24".into(),
        program: fitnord,
        resource: first,
        name: String::new(),
        sub_id: sub,
        target: "https://fitnord.example/".into(),
    };
    let link = store::links::ensure_link(tx, lena, &link)?;
    for _ in 0..17 {
        store::links::mark_click(tx, link.id)?;
    }
    for (name, key) in [("Lena Brandt", "short"), ("Mehmet Aydin", "instagram"), ("Sofie Lindqvist", "short")] {
        if store::insert_download(tx, first, MemberId(all.id(name)?), (key, Lang::De, "txt"))? {
            store::mark_downloaded(tx, first)?;
        }
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
