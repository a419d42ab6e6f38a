//! What holds in the demo: terms with an older version, privacy, who accepted them, who looks after whom.

use super::people::{Everybody, PEOPLE};
use crate::db::Tx;
use crate::error::Result;
use crate::members::store::update_contact;
use crate::policies::model::{From, Kind};
use crate::policies::store::{accept, insert, list_current};
use crate::settings::{self, Bilingual};
use crate::web::viewer::{MemberId, Role};

/// Terms of a program: German and English.
const TERMS: [(&str, &str, &str); 2] = [
    (
        "fitnord",
        "Provision: 8 bis 15 % auf den Warenwert. Werbung ist als Anzeige zu kennzeichnen. Gebote auf den Markennamen in Suchmaschinen sind nicht erlaubt.",
        "Commission: 8 to 15 % of the value of goods. Promotion is to be labelled as an ad. No bids on the brand name in search engines.",
    ),
    (
        "plankraft",
        "Provision: 20 % auf jede Zahlung des Kunden, solange er bleibt. Eigene Käufe zählen nicht.",
        "Commission: 20 % of every payment of the customer for as long as they stay. Own purchases do not count.",
    ),
];

fn both(de: &str, en: &str) -> Bilingual {
    Bilingual { de: de.to_owned(), en: en.to_owned() }
}

/// Publishes the texts, has everybody accept them, and gives partners their contact.
pub fn insert_rules(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let house = settings::load(tx)?;
    let ruth = Some(MemberId(all.id("Ruth Okafor")?));
    insert(tx, (Kind::Imprint, None), &house.imprint, false, ruth)?;
    insert(tx, (Kind::Privacy, None), &house.privacy, false, ruth)?;
    let older = both("Wir werben ehrlich.", "We promote honestly.");
    insert(tx, (Kind::Terms, None), &older, true, ruth)?;
    let terms = both(
        "Wir werben ehrlich, kennzeichnen jede Werbung und versprechen nichts, was das Produkt nicht hält.",
        "We promote honestly, label every promotion and promise nothing the product does not keep.",
    );
    insert(tx, (Kind::Terms, None), &terms, true, ruth)?;
    for (slug, de, en) in TERMS {
        if let Some(program) = all.places.programs.get(slug) {
            insert(tx, (Kind::Terms, Some(*program)), &both(de, en), true, ruth)?;
        }
    }
    let current = list_current(tx)?;
    let (jana, tom) = (all.id("Jana Petersen")?, all.id("Tom Alder")?);
    for person in PEOPLE.iter().filter(|p| p.role == Role::Member) {
        let id = MemberId(all.id(person.name)?);
        let from = From { source: "application", locale: person.lang.code(), ..From::default() };
        let mine: Vec<i64> = person.programs.iter().filter_map(|slug| all.places.programs.get(slug).copied()).collect();
        let theirs: Vec<i64> = current
            .iter()
            .filter(|p| p.kind != Kind::Imprint && p.program_id.is_none_or(|id| mine.contains(&id)))
            .map(|p| p.id)
            .collect();
        accept(tx, id, &theirs, &from)?;
        update_contact(tx, id, Some(person.lang.pick(jana, tom)))?;
    }
    Ok(())
}
