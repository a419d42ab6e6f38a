//! Segments and campaigns: one sent, one scheduled, one draft.

use super::people::{Everybody, PEOPLE};
use crate::accounts::token;
use crate::db::schema::{campaign_events, campaign_links, campaigns, deliveries, members, segments};
use crate::db::{DAY, HOUR, MINUTE, SECOND, Tx};
use crate::error::Result;
use crate::web::viewer::Role;
use diesel::prelude::*;

const SENT: (&str, &str) = (include_str!("texts/sent.de.md"), include_str!("texts/sent.en.md"));
const SCHEDULED: (&str, &str) = (include_str!("texts/scheduled.de.md"), include_str!("texts/scheduled.en.md"));
const DRAFT: (&str, &str) = (include_str!("texts/draft.de.md"), include_str!("texts/draft.en.md"));

/// Stores segments and campaigns.
///
/// # Errors
/// When they cannot be written.
pub fn insert_campaigns(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let now = tx.now();
    let jana = all.id("Jana Petersen")?;
    let everyone = segment(tx, jana, "Alle Partner", r#"{"field":"status","op":"eq","value":"active"}"#)?;
    let rising = segment(
        tx,
        jana,
        "Aktiv und höher",
        r#"{"all":[{"field":"tier","op":"in","value":["active","pro","top"]},{"field":"status","op":"eq","value":"active"}]}"#,
    )?;
    segment(
        tx,
        jana,
        "Ruhig geworden",
        r#"{"all":[{"field":"status","op":"eq","value":"active"},{"field":"last_seen_at","op":"not_within","value":"14d"}]}"#,
    )?;
    let fitnord = all.places.programs.get("fitnord").copied();
    let insert =
        |tx: &mut Tx<'_>, name: &str, segment: i64, subject: (&str, &str), body: (&str, &str)| -> Result<i64> {
            Ok(diesel::insert_into(campaigns::table)
                .values((
                    campaigns::name.eq(name),
                    campaigns::segment_id.eq(segment),
                    campaigns::subject_de.eq(subject.0),
                    campaigns::subject_en.eq(subject.1),
                    campaigns::body_de.eq(body.0.trim()),
                    campaigns::body_en.eq(body.1.trim()),
                    campaigns::program_id.eq(fitnord),
                    campaigns::created_by.eq(Some(jana)),
                    campaigns::created_at.eq(now - 9 * DAY),
                    campaigns::updated_at.eq(now - 2 * DAY),
                ))
                .returning(campaigns::id)
                .get_result(&mut **tx)?)
        };
    let sent = insert(
        tx,
        "Herbstaktion: Start",
        everyone,
        ("Die Herbstaktion läuft, {{member.name}}", "The autumn offer is on, {{member.name}}"),
        SENT,
    )?;
    mark_sent(tx, all, sent)?;
    let scheduled = insert(
        tx,
        "Letzte Woche der Herbstaktion",
        rising,
        ("Noch eine Woche: was gerade gut läuft", "One week left: what works right now"),
        SCHEDULED,
    )?;
    diesel::update(campaigns::table.find(scheduled))
        .set((
            campaigns::status.eq("scheduled"),
            campaigns::scheduled_at.eq(Some(now + 2 * DAY)),
            campaigns::tier_offsets.eq(r#"{"active":120,"pro":60}"#),
        ))
        .execute(&mut **tx)?;
    insert(tx, "Jahresrückblick (Entwurf)", everyone, ("Dein Jahr bei Nordlicht", "Your year with Nordlicht"), DRAFT)?;
    Ok(())
}

fn segment(tx: &mut Tx<'_>, by: i64, name: &str, rule: &str) -> Result<i64> {
    let at = tx.now() - 30 * DAY;
    Ok(diesel::insert_into(segments::table)
        .values((
            segments::name.eq(name),
            segments::rule.eq(rule),
            segments::created_by.eq(Some(by)),
            segments::created_at.eq(at),
            segments::updated_at.eq(at),
        ))
        .returning(segments::id)
        .get_result(&mut **tx)?)
}

/// Links of the campaign that was sent.
const LINKS: [&str; 2] = ["{{affiliate.link}}", "https://nordlicht.example/library"];

/// What a reader who allows it did with the mail, and how many hours later.
fn read_by(i: i64) -> Vec<(&'static str, &'static str, i64)> {
    match i % 5 {
        0 => vec![("open", "", 1), ("click", LINKS[0], 1)],
        1 => vec![("open", "", 3), ("click", LINKS[1], 4), ("click", LINKS[0], 20)],
        2 => vec![("open", "", 9)],
        3 => vec![("open", "", 26), ("click", LINKS[1], 26)],
        _ => vec![("scan", LINKS[1], 0)],
    }
}

fn mark_read(tx: &mut Tx<'_>, campaign: i64, reader: (i64, i64), start: i64) -> Result<()> {
    for (kind, url, hours) in read_by(reader.0) {
        diesel::insert_into(campaign_events::table)
            .values((
                campaign_events::campaign_id.eq(campaign),
                campaign_events::member_id.eq(reader.1),
                campaign_events::kind.eq(kind),
                campaign_events::url.eq(url),
                campaign_events::at.eq(start + hours * HOUR + reader.0 * 7 * MINUTE),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Everybody with consent got it eight days ago.
fn mark_sent(tx: &mut Tx<'_>, all: &Everybody, campaign: i64) -> Result<()> {
    let start = tx.now() - 8 * DAY;
    for (i, person) in (0..).zip(PEOPLE.iter().filter(|p| p.role == Role::Member && p.consents.0)) {
        let id = all.id(person.name)?;
        let (email, key): (String, String) =
            members::table.find(id).select((members::email, members::email_key)).first(&mut **tx)?;
        let at = start + i * SECOND;
        diesel::insert_into(deliveries::table)
            .values((
                deliveries::campaign_id.eq(campaign),
                deliveries::member_id.eq(id),
                deliveries::email.eq(email),
                deliveries::email_hash.eq(token::hash(&key)),
                deliveries::state.eq("accepted"),
                deliveries::tier_rank.eq(person.rank),
                deliveries::due_at.eq(start),
                deliveries::attempts.eq(1),
                deliveries::stage.eq("done"),
                deliveries::code.eq(250),
                deliveries::updated_at.eq(at),
                deliveries::tracked.eq(person.consents.1),
            ))
            .execute(&mut **tx)?;
        if person.consents.1 {
            mark_read(tx, campaign, (i, id), start)?;
        }
    }
    for url in LINKS {
        diesel::insert_into(campaign_links::table)
            .values((campaign_links::campaign_id.eq(campaign), campaign_links::url.eq(url)))
            .execute(&mut **tx)?;
    }
    diesel::update(campaigns::table.find(campaign))
        .set((
            campaigns::status.eq("finished"),
            campaigns::tracking.eq(true),
            campaigns::started_at.eq(Some(start)),
            campaigns::finished_at.eq(Some(start + HOUR / 30)),
            campaigns::updated_at.eq(start + HOUR / 30),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
