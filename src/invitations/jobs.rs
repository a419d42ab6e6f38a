//! Work of invitations behind the scenes: sending a wave no faster than told, reminding once, hearing what became of
//! letters and people.

use super::letters::Invitation;
use super::model::State;
use super::store::{self, Invited};
use crate::accounts::model::{Purpose, Status};
use crate::accounts::store as accounts;
use crate::accounts::token;
use crate::db::{DAY, HOUR, Ms, Tx};
use crate::error::Result;
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs::{NewJob, enqueue};
use crate::mail::To;
use crate::web::viewer::MemberId;
use serde::{Deserialize, Serialize};

/// Job that sends the next letters of a wave.
pub const SEND_JOB: &str = "invitations.send";
/// Job that reminds, every hour.
pub const REMIND_JOB: &str = "invitations.remind";
/// Job that listens to `letter.sent`.
pub const LETTER_JOB: &str = "invitations.letter_sent";
/// Job that listens to `member.changed`.
pub const MEMBER_JOB: &str = "invitations.member_changed";
/// Job that listens to `application.confirmed`.
pub const APPLIED_JOB: &str = "invitations.applied";

/// An invitation is good for a month.
pub const LIFE: Ms = 30 * DAY;

/// Which wave.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct OfWave {
    /// Row id.
    pub id: i64,
}

/// The key under which at most one sender of a wave waits.
pub fn once(wave: i64) -> String {
    format!("{SEND_JOB}:{wave}")
}

/// The pause behind each letter, so that no hour whatever has more than `per_hour`.
fn pause(per_hour: i64) -> Ms {
    (HOUR + per_hour - 1) / per_hour
}

/// Sends the next letter of a wave and waits for its next turn.
///
/// # Errors
/// When they cannot be written; nothing of the run was sent then.
pub async fn send(house: House, of: OfWave) -> Result<()> {
    let inner = house.clone();
    house
        .db
        .write_background(move |tx| {
            let wave = store::find_wave(tx, of.id)?;
            if wave.status != "running" {
                return Ok(());
            }
            let people = store::list_queued(tx, of.id, 2)?;
            let programs = programs_of(tx, &people)?;
            if let Some(person) = people.first() {
                if may_be_mailed(tx, person)? {
                    if store::mark(tx, person.id, State::Invited)? {
                        post(&inner, tx, person, &programs, false)?;
                    }
                } else if person.status == Status::Invited.code() {
                    store::mark(tx, person.id, State::Failed)?;
                } else {
                    // They came by themselves before their turn.
                    store::mark(tx, person.id, State::Active)?;
                }
            }
            if people.len() < 2 {
                store::mark_wave(tx, of.id, &["running"], "finished")?;
                return Ok(());
            }
            let next = tx.now() + pause(wave.per_hour);
            enqueue(tx, NewJob::new(SEND_JOB, &of)?.at(next).once(once(of.id)))
        })
        .await
}

fn programs_of(tx: &mut Tx<'_>, people: &[Invited]) -> Result<Vec<(i64, String, String)>> {
    let ids: Vec<i64> = people.iter().map(|p| p.member_id).collect();
    store::list_programs_of(tx, &ids)
}

/// Whether somebody still waits for an invitation and may be mailed.
fn may_be_mailed(tx: &mut Tx<'_>, person: &Invited) -> Result<bool> {
    let hash = token::hash(&person.email_key);
    Ok(person.status == Status::Invited.code() && store::list_suppressed(tx, &[hash])?.is_empty())
}

fn post(
    house: &House,
    tx: &mut Tx<'_>,
    person: &Invited,
    programs: &[(i64, String, String)],
    reminder: bool,
) -> Result<()> {
    let fresh = token::fresh()?;
    accounts::insert_mail_token(tx, Some(MemberId(person.member_id)), Purpose::Invite, &token::hash(&fresh), LIFE)?;
    let (program, reference) = programs
        .iter()
        .find(|(member, _, _)| *member == person.member_id)
        .map(|(_, program, reference)| (program.clone(), reference.clone()))
        .unwrap_or_default();
    let to = To { email: person.email.clone(), name: person.name.clone(), lang: Lang::stored(&person.locale) };
    let link = house.config.absolute(&format!("/invitation/{fresh}"));
    let letter = Invitation { name: person.name.clone(), program, reference, link, days: LIFE / DAY, reminder };
    house.mailer.post_tagged(tx, &to, &letter, &tag(person.id))
}

fn tag(invitation: i64) -> String {
    format!("invitation:{invitation}")
}

/// Reminds those who have not come, once, a few an hour.
///
/// # Errors
/// When it cannot be written.
pub async fn remind(house: House, (): ()) -> Result<()> {
    let waves = house.db.read(store::list_reminding).await?;
    for wave in waves {
        let inner = house.clone();
        house
            .db
            .write_background(move |tx| {
                let before = tx.now() - wave.remind_days * DAY;
                let people = store::list_to_remind(tx, wave.id, before, wave.per_hour)?;
                let programs = programs_of(tx, &people)?;
                for person in &people {
                    if may_be_mailed(tx, person)? && store::mark_reminded(tx, person.id)? {
                        post(&inner, tx, person, &programs, true)?;
                    }
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// What became of a letter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LetterSent {
    /// What it was about.
    pub tag: String,
    /// Whether the mail server took it.
    pub accepted: bool,
    /// Its code.
    pub code: u16,
}

/// Notes that an invitation was delivered or refused.
///
/// # Errors
/// When the database fails.
pub async fn letter_sent(house: House, sent: LetterSent) -> Result<()> {
    let Some(id) = sent.tag.strip_prefix("invitation:").and_then(|id| id.parse().ok()) else { return Ok(()) };
    house
        .db
        .write_background(move |tx| {
            store::mark(tx, id, if sent.accepted { State::Delivered } else { State::Failed })?;
            if !sent.accepted {
                store::mark_code(tx, id, i32::from(sent.code))?;
            }
            Ok(())
        })
        .await
}

/// Who changed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct OfMember {
    /// The member.
    pub member_id: i64,
}

/// Notes that an invited person is in, whichever way they came.
///
/// # Errors
/// When the database fails.
pub async fn member_changed(house: House, of: OfMember) -> Result<()> {
    let found = house.db.read(move |c| store::find_of_member(c, of.member_id)).await?;
    let Some(id) = found else { return Ok(()) };
    house
        .db
        .write_background(move |tx| {
            let account = match accounts::find_account(tx, MemberId(of.member_id)) {
                Err(crate::error::Error::NotFound) => return Ok(()),
                other => other?,
            };
            if account.status == Status::Active.code() {
                store::mark(tx, id, State::Active)?;
            }
            Ok(())
        })
        .await
}

/// An application whose address was confirmed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applied {
    /// Who.
    pub member_id: i64,
    /// The standing link they came by; may be empty.
    #[serde(default)]
    pub via: String,
}

/// Notes by which standing link somebody applied.
///
/// # Errors
/// When the database fails.
pub async fn applied(house: House, of: Applied) -> Result<()> {
    if of.via.is_empty() {
        return Ok(());
    }
    house.db.write_background(move |tx| store::insert_use(tx, &of.via, of.member_id)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_never_sends_more_than_it_was_told_in_an_hour() {
        for per_hour in [1, 7, 59, 60, 61, 120, 3_599, 3_600] {
            let sent = (0..).map(|n| n * pause(per_hour)).take_while(|at| *at < HOUR).count();
            assert!(i64::try_from(sent).unwrap() <= per_hour, "{sent} of {per_hour}");
        }
    }
}
