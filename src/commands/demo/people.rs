//! Who is in the demo: programs, niches, the team, 24 partners, a few who would like to be.

use crate::accounts::model::{Email, Status};
use crate::accounts::store::{NewAccount, insert_account};
use crate::db::schema::{affiliate_refs, consents, member_niches, members, niches, programs, tier_changes};
use crate::db::{DAY, HOUR, Ms, Tx};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::viewer::{MemberId, Role};
use diesel::prelude::*;
use std::collections::HashMap;

/// One person of the demo.
pub struct Person {
    /// Shown name.
    pub name: &'static str,
    /// Language.
    pub lang: Lang,
    /// Role.
    pub role: Role,
    /// Rank of the tier that the sales have earned.
    pub rank: i32,
    /// Slugs of niches.
    pub niches: &'static [&'static str],
    /// Slugs of programs with an own code.
    pub programs: &'static [&'static str],
    /// Turnover a month in euros, as reported.
    pub turnover: i64,
    /// Joined this many days ago.
    pub joined: i64,
    /// Seen this many hours ago.
    pub seen: i64,
    /// Newsletter and tracking consent.
    pub consents: (bool, bool),
    /// A few sentences.
    pub bio: &'static str,
}

const FITNORD: &[&str] = &["fitnord"];
const PLANKRAFT: &[&str] = &["plankraft"];
const BOTH: &[&str] = &["fitnord", "plankraft"];

macro_rules! person {
    ($name:literal $lang:ident $role:ident $rank:literal [$($niche:literal)*] $programs:expr, $turnover:literal, $joined:literal d, $seen:literal h, $news:literal $track:literal, $bio:literal) => {
        Person {
            name: $name,
            lang: Lang::$lang,
            role: Role::$role,
            rank: $rank,
            niches: &[$($niche),*],
            programs: $programs,
            turnover: $turnover,
            joined: $joined,
            seen: $seen,
            consents: ($news, $track),
            bio: $bio,
        }
    };
}

/// Team first, then partners from the top.
pub const PEOPLE: [Person; 27] = [
    person!("Ruth Okafor" En Admin 0 [] &[], 0, 400 d, 3 h, true false, "Runs the house. If something does not work, it is my problem, not yours."),
    person!("Jana Petersen" De Manager 0 ["heimfitness" "ernaehrung" "region-handwerk"] &[], 0, 390 d, 1 h, true true, "Betreut FitNord. Sprechstunde donnerstags um 18 Uhr, Antworten auch dazwischen."),
    person!("Tom Alder" En Manager 0 ["pm-tools" "produktivitaet"] &[], 0, 380 d, 2 h, true true, "Looks after Plankraft. Ask me for screenshots, sample data and honest opinions."),
    person!("Mehmet Aydin" De Member 30 ["heimfitness" "ernaehrung"] FITNORD, 16600, 360 d, 4 h, true true, "Video-Tests von Geräten, die in normale Wohnungen passen. Kocht besser, als er rudert."),
    person!("Dave Coleman" En Member 30 ["pm-tools" "heimfitness"] BOTH, 18800, 340 d, 6 h, true true, "Reviews for people who hate reviews. Tennessee football, two dogs, one standing desk."),
    person!("Katharina Voss" De Member 30 ["heimfitness"] FITNORD, 15400, 310 d, 9 h, true false, "Langzeittests. Was nach neunzig Tagen noch benutzt wird, darf bleiben."),
    person!("Lena Brandt" De Member 20 ["heimfitness" "ernaehrung"] FITNORD, 5200, 290 d, 2 h, true true, "Blog über Training mit Kindern im Haus. Läuft gern im Wald, am liebsten bergauf."),
    person!("Priya Nair" En Member 20 ["pm-tools" "produktivitaet"] PLANKRAFT, 4800, 280 d, 3 h, true true, "Newsletter on project work for small agencies, 9,000 readers, one very strict editor."),
    person!("Igor Novak" De Member 20 ["heimfitness"] FITNORD, 6900, 270 d, 20 h, true true, "Heimtraining auf dem Land, wo das nächste Studio zwanzig Kilometer weg ist."),
    person!("Aoife Byrne" En Member 20 ["pm-tools" "produktivitaet"] PLANKRAFT, 4500, 250 d, 8 h, true false, "Writes about tools for calm teams. Collects notes of everything that broke."),
    person!("Clara Neumann" De Member 20 ["produktivitaet"] PLANKRAFT, 4400, 240 d, 5 h, true true, "Wochenplanung für Menschen, die Wochenplanung nicht mögen."),
    person!("Henrik Sörensen" De Member 20 ["heimfitness" "region-handwerk"] FITNORD, 4600, 230 d, 30 h, true false, "Physiotherapeut in Flensburg, empfiehlt nur, was er selbst in der Praxis stehen hat."),
    person!("Sofie Lindqvist" De Member 10 ["ernaehrung"] BOTH, 1000, 220 d, 1 h, true true, "Rezepte für Leute, die nach der Arbeit noch trainieren wollen. In Teilzeit dabei."),
    person!("Carla Weiß" De Member 10 ["ernaehrung"] FITNORD, 1800, 215 d, 506 h, true true, "Ernährungsberaterin in Kassel. Schreibt über Frühstück."),
    person!("Hanna Krüger" De Member 10 ["heimfitness" "region-handwerk"] FITNORD, 1300, 200 d, 26 h, true true, "Training im vierten Stock ohne Aufzug, mit Rücksicht auf die Nachbarn."),
    person!("Marek Zielinski" De Member 10 ["ernaehrung"] FITNORD, 1050, 190 d, 18 h, true false, "Kocht für zwei mit 23 Euro in der Woche und schreibt es auf."),
    person!("Oliver Grant" En Member 10 ["produktivitaet"] PLANKRAFT, 1500, 180 d, 44 h, true true, "Podcast about getting less done, better."),
    person!("Yuki Tanaka" En Member 10 ["pm-tools"] PLANKRAFT, 1200, 170 d, 12 h, false false, "Illustrated notes on how teams plan."),
    person!("Birte Claussen" De Member 10 ["region-handwerk"] FITNORD, 950, 160 d, 70 h, true true, "Sanitätshaus in Rendsburg. Berät lieber einmal zu viel."),
    person!("Samuel Osei" En Member 10 ["heimfitness"] FITNORD, 1700, 150 d, 15 h, true true, "Strength at home for people over fifty."),
    person!("Uwe Harms" De Member 0 ["region-handwerk"] FITNORD, 0, 24 d, 2 h, true true, "Tischler in Husum. Empfiehlt, was seinem Rücken geholfen hat."),
    person!("Jonas Petri" De Member 0 ["produktivitaet"] PLANKRAFT, 0, 140 d, 7 h, true true, "Elternzeit, drei Projekte, ein Blog."),
    person!("Svenja Thomsen" De Member 0 ["region-handwerk" "ernaehrung"] FITNORD, 120, 37 d, 3 h, true false, "Hofladen mit Café an der Schlei und ein Newsletter mit 640 Adressen."),
    person!("Emma Whitfield" En Member 0 ["ernaehrung"] FITNORD, 180, 60 d, 52 h, true true, "Plant-based recipes from a very small kitchen in Leeds."),
    person!("Tobias Reinhardt" De Member 0 ["produktivitaet"] PLANKRAFT, 90, 90 d, 120 h, false false, "Lehrer, testet Werkzeuge für die Unterrichtsplanung."),
    person!("Lucía Fernández" En Member 0 ["pm-tools"] PLANKRAFT, 220, 75 d, 34 h, true true, "Runs a translation studio and writes about the planning behind it."),
    person!("Malte Jessen" De Member 0 ["heimfitness"] FITNORD, 0, 6 d, 28 h, true true, "Student in Kiel, fängt gerade an."),
];

const APPLICANTS: [(&str, Lang, Status, i64, &str); 4] = [
    (
        "Frauke Behrens",
        Lang::De,
        Status::PendingApproval,
        5,
        "Ich betreibe seit vier Jahren einen Blog über Training nach der Geburt, rund 3.000 Leserinnen im Monat. Das R2 habe ich selbst und würde gern darüber schreiben, mit allem, was daran nervt.",
    ),
    (
        "Callum Reid",
        Lang::En,
        Status::PendingApproval,
        26,
        "I run a newsletter for freelance architects (2,400 subscribers). They ask me about planning tools every week and I would like to recommend one I actually use.",
    ),
    (
        "Ayşe Yıldız",
        Lang::De,
        Status::PendingApproval,
        50,
        "Kanal mit kurzen Küchenvideos, 11.000 Abonnenten, viele davon sportlich. Ich suche ein Programm, bei dem ich ehrlich sein darf.",
    ),
    (
        "Nils Wagner",
        Lang::De,
        Status::PendingEmail,
        2,
        "Verein für Rückengesundheit in Lübeck, Rundbrief an 900 Mitglieder.",
    ),
];

const NICHES: [(&str, &str, &str, &str, &str, i32); 5] = [
    (
        "heimfitness",
        "Heimfitness",
        "Home fitness",
        "Geräte, Tests und Texte für das Training zu Hause.",
        "Machines, tests and texts for training at home.",
        4,
    ),
    (
        "ernaehrung",
        "Ernährung",
        "Nutrition",
        "Essen, das zum Training passt, und Empfehlungen mit Maß.",
        "Food that goes with training, and recommendations in moderation.",
        3,
    ),
    (
        "produktivitaet",
        "Produktivität",
        "Productivity",
        "Wochen planen, Texte schreiben, Feierabend machen.",
        "Plan weeks, write texts, call it a day.",
        9,
    ),
    (
        "pm-tools",
        "Projektmanagement-Tools",
        "Project management tools",
        "Werkzeuge für Teams von drei bis fünfzehn.",
        "Tools for teams of three to fifteen.",
        7,
    ),
    (
        "region-handwerk",
        "Handwerk & Region",
        "Crafts & region",
        "Läden, Praxen und Werkstätten im Norden.",
        "Shops, practices and workshops in the north.",
        1,
    ),
];

/// Slug to id of niches and programs.
pub struct Places {
    /// Niches.
    pub niches: HashMap<&'static str, i64>,
    /// Programs.
    pub programs: HashMap<&'static str, i64>,
}

/// Everybody with their ids.
pub struct Everybody {
    /// Name to id.
    pub ids: HashMap<&'static str, i64>,
    /// Niches and programs.
    pub places: Places,
}

impl Everybody {
    /// The id behind a name in the demo's texts.
    ///
    /// # Errors
    /// When the text names somebody who is not there.
    pub fn id(&self, name: &str) -> Result<i64> {
        self.ids.get(name).copied().ok_or_else(|| Error::internal(format!("the demo does not know {name}")))
    }
}

/// The code of a person in links: `mehmet`, `dave`.
pub fn code_of(person: &Person) -> String {
    crate::text::slug(person.name.split(' ').next().unwrap_or(person.name))
}

/// Stores programs and niches.
///
/// # Errors
/// When they cannot be written.
pub fn insert_places(tx: &mut Tx<'_>) -> Result<Places> {
    let made = tx.now() - 400 * DAY;
    let mut out = Places { niches: HashMap::new(), programs: HashMap::new() };
    for (slug, name, base, de, en) in [
        (
            "fitnord",
            "FitNord Heimtraining",
            "https://fitnord.example/?partner={ref}",
            "Geräte für Wohnungen, 49 bis 899 €. Provision 8 bis 15 %, je nach Stufe.",
            "Machines for homes, €49 to €899. Commission 8 to 15 % by tier.",
        ),
        (
            "plankraft",
            "Plankraft",
            "https://plankraft.example/start?ref={ref}",
            "Wochenplanung für Teams ab 19 € im Monat. 20 % Provision, solange der Kunde bleibt.",
            "Weekly planning for teams from €19 a month. 20 % commission for as long as the customer stays.",
        ),
    ] {
        let id: i64 = diesel::insert_into(programs::table)
            .values((
                programs::slug.eq(slug),
                programs::name.eq(name),
                programs::link_base.eq(base),
                programs::description_de.eq(de),
                programs::description_en.eq(en),
                programs::s2s_secret.eq(crate::accounts::token::fresh()?),
                programs::created_at.eq(made),
            ))
            .returning(programs::id)
            .get_result(&mut **tx)?;
        out.programs.insert(slug, id);
    }
    for (position, (slug, de, en, text_de, text_en, hue)) in NICHES.into_iter().enumerate() {
        let id: i64 = diesel::insert_into(niches::table)
            .values((
                niches::slug.eq(slug),
                niches::name_de.eq(de),
                niches::name_en.eq(en),
                niches::description_de.eq(text_de),
                niches::description_en.eq(text_en),
                niches::min_rank.eq(0),
                niches::hue.eq(hue),
                niches::position.eq(i32::try_from(position).unwrap_or(0)),
                niches::created_at.eq(made),
            ))
            .returning(niches::id)
            .get_result(&mut **tx)?;
        out.niches.insert(slug, id);
    }
    Ok(out)
}

fn address(name: &str) -> Result<Email> {
    let slug = crate::text::slug(name).replace('-', ".");
    Email::parse(&format!("{slug}@nordlicht.example")).map_err(|_| Error::internal("a demo address is wrong"))
}

/// Stores the team, the partners and the applicants.
///
/// # Errors
/// When they cannot be written.
pub fn insert_everybody(tx: &mut Tx<'_>, hash: &str, places: Places) -> Result<Everybody> {
    let now = tx.now();
    let mut ids = HashMap::new();
    for person in &PEOPLE {
        let email = address(person.name)?;
        let new = NewAccount {
            email: &email,
            name: person.name,
            password_hash: Some(hash),
            role: person.role,
            status: Status::Active,
            lang: person.lang,
            pitch: "",
        };
        let id = insert_account(tx, &new)?;
        let joined = now - person.joined * DAY;
        diesel::update(members::table.find(id.0))
            .set((
                members::tier_rank.eq(person.rank),
                members::bio.eq(person.bio),
                members::newsletter_consent.eq(person.consents.0),
                members::tracking_consent.eq(person.consents.1),
                members::created_at.eq(joined - 2 * DAY),
                members::confirmed_at.eq(Some(joined - 2 * DAY + HOUR)),
                members::joined_at.eq(Some(joined)),
                members::last_seen_at.eq(Some(now - person.seen * HOUR)),
            ))
            .execute(&mut **tx)?;
        insert_belongings(tx, id, &email.key, person, &places, joined)?;
        ids.insert(person.name, id.0);
    }
    for (name, lang, status, hours, pitch) in APPLICANTS {
        let email = address(name)?;
        let new =
            NewAccount { email: &email, name, password_hash: Some(hash), role: Role::Member, status, lang, pitch };
        let id = insert_account(tx, &new)?;
        let at = now - hours * HOUR;
        let confirmed = (status == Status::PendingApproval).then_some(at + HOUR / 6);
        diesel::update(members::table.find(id.0))
            .set((members::created_at.eq(at), members::confirmed_at.eq(confirmed)))
            .execute(&mut **tx)?;
    }
    Ok(Everybody { ids, places })
}

fn insert_belongings(
    tx: &mut Tx<'_>,
    id: MemberId,
    email_key: &str,
    person: &Person,
    places: &Places,
    joined: Ms,
) -> Result<()> {
    for slug in person.niches {
        let niche = places.niches.get(slug).copied().ok_or_else(|| Error::internal("unknown niche"))?;
        diesel::insert_into(member_niches::table)
            .values((member_niches::member_id.eq(id.0), member_niches::niche_id.eq(niche)))
            .execute(&mut **tx)?;
    }
    for slug in person.programs {
        let program = places.programs.get(slug).copied().ok_or_else(|| Error::internal("unknown program"))?;
        let code = code_of(person);
        diesel::insert_into(affiliate_refs::table)
            .values((
                affiliate_refs::program_id.eq(program),
                affiliate_refs::member_id.eq(id.0),
                affiliate_refs::ref_key.eq(crate::text::fold(&code)),
                affiliate_refs::ref_code.eq(code),
                affiliate_refs::created_at.eq(joined),
            ))
            .execute(&mut **tx)?;
    }
    if person.rank > 0 {
        let at = (joined + 62 * DAY).min(tx.now() - 20 * DAY);
        diesel::insert_into(tier_changes::table)
            .values((
                tier_changes::member_id.eq(id.0),
                tier_changes::from_rank.eq(0),
                tier_changes::to_rank.eq(person.rank),
                tier_changes::reason.eq("rule"),
                tier_changes::at.eq(at),
            ))
            .execute(&mut **tx)?;
    }
    for (kind, given) in [("newsletter", person.consents.0), ("tracking", person.consents.1)] {
        if !given {
            continue;
        }
        let wording = match kind {
            "newsletter" => {
                person.lang.pick("Ich möchte den Newsletter bekommen.", "I would like to get the newsletter.")
            }
            _ => person.lang.pick("Öffnungen und Klicks dürfen gezählt werden.", "Openings and clicks may be counted."),
        };
        diesel::insert_into(consents::table)
            .values((
                consents::member_id.eq(Some(id.0)),
                consents::email_key.eq(email_key),
                consents::kind.eq(kind),
                consents::state.eq("confirmed"),
                consents::wording.eq(wording),
                consents::version.eq("1"),
                consents::locale.eq(person.lang.code()),
                consents::source.eq("apply"),
                consents::at.eq(joined),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}
