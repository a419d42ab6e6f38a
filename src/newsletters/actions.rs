//! Rules of campaigns.

use super::edition::Edition;
use super::engine::{wake, wake_at};
use super::input::{Raw, complete};
use super::keys::Key;
use super::model::{Campaign, Recipient, Status};
use super::store;
use crate::accounts::model::Email;
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::mail::{Outcome, Transport};
use crate::members::store::insert_audit;
use crate::segments::store as segments;
use crate::web::viewer::MemberId;

/// Stores a draft.
///
/// # Errors
/// Every field that must be mended.
pub async fn create(house: &House, raw: Raw, by: MemberId) -> Result<i64> {
    house
        .db
        .write(move |tx| {
            let draft = raw.clone().check(tx)?;
            let id = store::insert(tx, &draft, by)?;
            insert_audit(tx, Some(by), "campaign.create", ("campaign", Some(id)), &draft.name)?;
            Ok(id)
        })
        .await
}

/// Changes a campaign that has not begun. `change` gets it as it stands.
///
/// # Errors
/// Conflict `campaign_started`; every field that must be mended; [`Error::NotFound`].
pub async fn update(
    house: &House,
    id: i64,
    change: impl Fn(&mut Conn, &Campaign) -> Result<Raw> + Send + 'static,
) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let campaign = store::find(tx, id)?;
            if !matches!(campaign.status(), Status::Draft | Status::Scheduled) {
                return Err(Error::Conflict("campaign_started"));
            }
            let draft = change(tx, &campaign)?.check(tx)?;
            store::update_draft(tx, id, &draft)
        })
        .await
}

/// What must be right before a campaign begins: texts, imprint, somebody to get it. Answers the rule as JSON.
fn may_begin(conn: &mut Conn, campaign: &Campaign, now: Ms) -> Result<String> {
    complete(conn, campaign)?;
    let settings = crate::settings::load(conn)?;
    if settings.imprint.is_empty() {
        return Err(Error::Conflict("imprint_empty"));
    }
    let segment = segments::find(conn, campaign.segment_id)?;
    let rule = segment.parsed()?;
    let counts = segments::count(conn, &rule, now, &settings.currency)?;
    if counts.count - counts.no_consent - counts.suppressed <= 0 {
        return Err(Error::Conflict("segment_empty"));
    }
    Ok(segment.rule)
}

/// Freezes the rule and lets the snapshot begin.
///
/// # Errors
/// What is missing; conflict `campaign_started`.
pub fn begin(tx: &mut Tx<'_>, campaign: &Campaign) -> Result<()> {
    let now = tx.now();
    let rule = may_begin(tx, campaign, now)?;
    if !store::mark_begun(tx, campaign.id, &rule)? {
        return Err(Error::Conflict("campaign_started"));
    }
    wake(tx, campaign.id)
}

/// Starts a campaign now or at a moment.
///
/// # Errors
/// Conflicts `imprint_empty`, `segment_empty`, `campaign_started`; missing texts; [`Error::NotFound`].
pub async fn start(house: &House, id: i64, at: Option<Ms>, by: MemberId) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let campaign = store::find(tx, id)?;
            if !matches!(campaign.status(), Status::Draft | Status::Scheduled) {
                return Err(Error::Conflict("campaign_started"));
            }
            insert_audit(tx, Some(by), "campaign.start", ("campaign", Some(id)), &campaign.name)?;
            match at.filter(|at| *at > tx.now()) {
                None => begin(tx, &campaign),
                Some(at) => {
                    let now = tx.now();
                    may_begin(tx, &campaign, now)?;
                    store::mark_scheduled(tx, id, at)?;
                    wake_at(tx, id, at)
                }
            }
        })
        .await
}

/// Stops a campaign; what is on the wire ends, nothing more begins. A scheduled one becomes a draft again.
///
/// # Errors
/// Conflict `campaign_not_running`; [`Error::NotFound`].
pub async fn pause(house: &House, id: i64, by: MemberId) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let campaign = store::find(tx, id)?;
            let done = match campaign.status() {
                Status::Scheduled => store::mark_status(tx, id, &[Status::Scheduled], Status::Draft)?,
                Status::Paused => true,
                _ => store::mark_status(tx, id, &[Status::Snapshotting, Status::Running], Status::Paused)?,
            };
            if !done {
                return Err(Error::Conflict("campaign_not_running"));
            }
            insert_audit(tx, Some(by), "campaign.pause", ("campaign", Some(id)), &campaign.name)
        })
        .await
}

/// Goes on with a paused or held campaign.
///
/// # Errors
/// Conflict `campaign_not_paused`; [`Error::NotFound`].
pub async fn resume(house: &House, id: i64, by: MemberId) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let campaign = store::find(tx, id)?;
            insert_audit(tx, Some(by), "campaign.resume", ("campaign", Some(id)), &campaign.name)?;
            match campaign.status() {
                Status::Running | Status::Snapshotting => return Ok(()),
                Status::Held if campaign.started_at.is_none() => return begin(tx, &campaign),
                Status::Paused | Status::Held => {}
                _ => return Err(Error::Conflict("campaign_not_paused")),
            }
            let to = if campaign.snapshot_cursor < 0 { Status::Running } else { Status::Snapshotting };
            store::mark_status(tx, id, &[Status::Paused, Status::Held], to)?;
            wake(tx, id)
        })
        .await
}

/// Ends a campaign for good: who was not served is skipped.
///
/// # Errors
/// Conflict `campaign_over`; [`Error::NotFound`].
pub async fn cancel(house: &House, id: i64, by: MemberId) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let campaign = store::find(tx, id)?;
            let open =
                [Status::Draft, Status::Scheduled, Status::Snapshotting, Status::Running, Status::Paused, Status::Held];
            if !store::mark_status(tx, id, &open, Status::Cancelled)? {
                return if campaign.status() == Status::Cancelled {
                    Ok(())
                } else {
                    Err(Error::Conflict("campaign_over"))
                };
            }
            store::mark_cancelled(tx, id)?;
            insert_audit(tx, Some(by), "campaign.cancel", ("campaign", Some(id)), &campaign.name)
        })
        .await
}

/// A campaign compiled, with somebody who looks at it. Where the reader has no code a sample stands in.
///
/// # Errors
/// Missing texts; [`Error::NotFound`] for campaign or member.
pub async fn sample(house: &House, id: i64, member: MemberId) -> Result<(Edition, Recipient)> {
    let key = house.db.write(Key::find_or_make).await?;
    let for_edition = house.clone();
    house
        .db
        .read(move |c| {
            let campaign = store::find(c, id)?;
            if !crate::i18n::Lang::ALL.into_iter().any(|l| campaign.speaks(l)) {
                return Err(Error::field("body", "required"));
            }
            let edition = Edition::compile(&for_edition, c, &campaign, key.clone())?;
            let program = store::find_link_program(c, campaign.program_id)?;
            let mut people = store::list_recipients(c, &[member.0], program)?;
            let mut reader = people.pop().ok_or(Error::NotFound)?;
            reader.reference.get_or_insert_with(|| "partner-42".to_owned());
            Ok((edition, reader))
        })
        .await
}

/// Sends the campaign as `me` would get it to any address, at once.
///
/// # Errors
/// `email` on `to`; conflict `test_not_sent`; missing texts; [`Error::NotFound`].
pub async fn send_test(house: &House, id: i64, to: &str, me: MemberId) -> Result<()> {
    let address = Email::parse(to).map_err(|mut e| {
        e.field = "to".into();
        Error::Invalid(vec![e])
    })?;
    let (edition, mut reader) = sample(house, id, me).await?;
    reader.email = address.address;
    let now = house.db.now();
    let ready = edition.mail(&reader, now)?;
    let outcome = match house.mailer.transport() {
        Transport::Outbox(outbox) => {
            outbox.keep(&format!("{now:013}-test-{id}-{}.eml", me.0), &ready.bytes)?;
            Outcome::Accepted(String::new())
        }
        smtp => smtp.send_plain(&edition.sender, &reader.email, &ready.bytes).await,
    };
    match outcome {
        Outcome::Accepted(_) => Ok(()),
        other => {
            tracing::warn!(campaign = id, ?other, "a test mail did not leave");
            Err(Error::Conflict("test_not_sent"))
        }
    }
}
