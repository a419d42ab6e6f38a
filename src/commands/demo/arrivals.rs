//! Who is on the way into the demo: partners of an old system, invited in a wave; a standing link; somebody who asks
//! for a reference.

use super::people::Everybody;
use crate::accounts::model::{Email, Status};
use crate::accounts::store::{NewAccount, insert_account};
use crate::db::schema::{
    affiliate_refs, import_marks, import_steps, imports, invitations, invite_links, invite_waves, ref_requests,
};
use crate::db::{DAY, HOUR, Ms, Tx};
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::viewer::{MemberId, Role};
use diesel::prelude::*;

/// Name, language, how far the invitation is (empty: not invited yet).
const ARRIVALS: [(&str, Lang, &str); 14] = [
    ("Annika Voss", Lang::De, "opened"),
    ("Bernd Kallies", Lang::De, "delivered"),
    ("Chloe Marsh", Lang::En, "opened"),
    ("Detlef Soltau", Lang::De, "delivered"),
    ("Edda Lorenzen", Lang::De, "delivered"),
    ("Fiona Byrne", Lang::En, "failed"),
    ("Gesa Thomsen", Lang::De, "delivered"),
    ("Harald Ploog", Lang::De, "opened"),
    ("Imke Carstens", Lang::De, ""),
    ("Jonas Reimer", Lang::De, ""),
    ("Kate Lindley", Lang::En, ""),
    ("Levke Paulsen", Lang::De, ""),
    ("Marten Hinrichs", Lang::De, ""),
    ("Nele Asmussen", Lang::De, ""),
];

/// Writes an import of last week with its people, a wave, a link, a request.
///
/// # Errors
/// When something of it cannot be written.
pub fn insert_arrivals(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let jana = all.id("Jana Petersen")?;
    let began = tx.now() - 6 * DAY;
    let import = insert_import(tx, jana, began)?;
    let wave = insert_wave(tx, jana, began + HOUR)?;
    let mut lines = String::new();
    for (i, (name, lang, state)) in ARRIVALS.into_iter().enumerate() {
        let number = i64::try_from(i).unwrap_or(0);
        let email = Email::parse(&format!("{}@partner.example", crate::text::slug(name)))
            .map_err(|e| crate::error::Error::Invalid(vec![e]))?;
        let new = NewAccount {
            email: &email,
            name,
            password_hash: None,
            role: Role::Member,
            status: Status::Invited,
            lang,
            pitch: "",
        };
        let MemberId(member) = insert_account(tx, &new)?;
        let reference = format!("alt-{}", 4_100 + number);
        diesel::insert_into(affiliate_refs::table)
            .values((
                affiliate_refs::program_id.eq(program(all, "fitnord")?),
                affiliate_refs::member_id.eq(member),
                affiliate_refs::ref_code.eq(&reference),
                affiliate_refs::ref_key.eq(&reference),
                affiliate_refs::for_links.eq(true),
                affiliate_refs::created_at.eq(began),
            ))
            .execute(&mut **tx)?;
        diesel::insert_into(import_marks::table)
            .values((
                import_marks::import_id.eq(import),
                import_marks::kind.eq("member"),
                import_marks::object_id.eq(member),
            ))
            .execute(&mut **tx)?;
        lines.push_str(&format!("{}\t\tpeople\tcreated\t\t{}\n", number + 2, email.address));
        if !state.is_empty() {
            insert_invitation(tx, (wave, member), state, began + 2 * HOUR + number * HOUR / 30)?;
        }
    }
    diesel::insert_into(import_steps::table)
        .values((import_steps::import_id.eq(import), import_steps::rows_done.eq(14_i64), import_steps::lines.eq(lines)))
        .execute(&mut **tx)?;
    insert_link(tx, jana, began)?;
    diesel::insert_into(ref_requests::table)
        .values((
            ref_requests::member_id.eq(all.id("Uwe Harms")?),
            ref_requests::program_id.eq(program(all, "plankraft")?),
            ref_requests::note.eq("Ich möchte die Werkstattplanung mit Plankraft zeigen."),
            ref_requests::created_at.eq(tx.now() - 5 * HOUR),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn program(all: &Everybody, slug: &str) -> Result<i64> {
    let known = all.places.programs.get(slug).copied();
    known.ok_or_else(|| crate::error::Error::internal(format!("the demo has no program {slug}")))
}

fn insert_import(tx: &mut Tx<'_>, by: i64, at: Ms) -> Result<i64> {
    let report = serde_json::json!({ "members": { "created": 14, "updated": 0, "unchanged": 0 } }).to_string();
    Ok(diesel::insert_into(imports::table)
        .values((
            imports::kind.eq("members_csv"),
            imports::status.eq("done"),
            imports::dry_run.eq(false),
            imports::file_name.eq("partner-aus-dem-alten-system.csv"),
            imports::file_path.eq(""),
            imports::report.eq(report),
            imports::rows_done.eq(14_i64),
            imports::rows_total.eq(14_i64),
            imports::created_by.eq(Some(by)),
            imports::created_at.eq(at),
            imports::finished_at.eq(Some(at + 1_000)),
        ))
        .returning(imports::id)
        .get_result(&mut **tx)?)
}

fn insert_wave(tx: &mut Tx<'_>, by: i64, at: Ms) -> Result<i64> {
    Ok(diesel::insert_into(invite_waves::table)
        .values((
            invite_waves::name.eq("Altes System: die ersten acht"),
            invite_waves::status.eq("finished"),
            invite_waves::per_hour.eq(30_i64),
            invite_waves::remind_days.eq(0_i64),
            invite_waves::created_by.eq(Some(by)),
            invite_waves::created_at.eq(at),
            invite_waves::finished_at.eq(Some(at + HOUR)),
        ))
        .returning(invite_waves::id)
        .get_result(&mut **tx)?)
}

fn insert_invitation(tx: &mut Tx<'_>, (wave, member): (i64, i64), state: &str, at: Ms) -> Result<()> {
    let code = if state == "failed" { 550 } else { 0 };
    diesel::insert_into(invitations::table)
        .values((
            invitations::wave_id.eq(wave),
            invitations::member_id.eq(member),
            invitations::state.eq(state),
            invitations::invited_at.eq(Some(at)),
            invitations::delivered_at.eq((code == 0).then_some(at + 2_000)),
            invitations::opened_at.eq((state == "opened").then_some(at + 9 * HOUR)),
            invitations::code.eq(code),
            invitations::created_at.eq(at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn insert_link(tx: &mut Tx<'_>, by: i64, at: Ms) -> Result<()> {
    let code: String = crate::accounts::token::fresh()?.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    diesel::insert_into(invite_links::table)
        .values((
            invite_links::code.eq(code),
            invite_links::name.eq("Rudergruppe Nord"),
            invite_links::visits.eq(37_i64),
            invite_links::created_by.eq(Some(by)),
            invite_links::created_at.eq(at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
