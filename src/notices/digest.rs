//! The mail digest: what a member has not seen half an hour after their last visit. Each member is one transaction that marks
//! what it queues, so a run that dies goes on where it stood and nobody gets the same twice.

use super::kinds;
use super::letters::{Digest as DigestLetter, DigestLine};
use super::model::{Channels, Digest};
use super::{actions, keys, store};
use crate::accounts::store::list_viewers;
use crate::db::{HOUR, MINUTE, Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::mail::To;
use crate::web::viewer::MemberId;
use std::collections::HashSet;

/// Kind of the job.
pub const DIGEST_JOB: &str = "notices.digest";
/// So long nothing is mailed after a visit or a notification: who is here reads it here.
pub const QUIET_TIME: Ms = 30 * MINUTE;
/// Digests come no closer together than this.
const APART: Ms = HOUR;
/// A daily digest, with some play for the schedule.
const A_DAY: Ms = 23 * HOUR;
/// Members looked at in one read.
const BATCH: i64 = 200;
/// Notifications in one letter.
const LINES: usize = 20;

/// Mails what waits, member by member.
///
/// # Errors
/// When the database fails; what was queued until then stays queued.
pub async fn run(house: House, (): ()) -> Result<()> {
    let mut after = 0;
    while !house.jobs.stopping().is_cancelled() {
        let before = house.db.now() - QUIET_TIME;
        let due = house.db.read(move |c| store::list_due(c, before, after, BATCH)).await?;
        let Some(last) = due.last().copied() else { break };
        for member in due {
            let inner = house.clone();
            house.db.write_background(move |tx| mail_one(tx, &inner, MemberId(member))).await?;
        }
        after = last;
    }
    Ok(())
}

/// Queues the digest of one member, if it is time for one.
fn mail_one(tx: &mut Tx<'_>, house: &House, member: MemberId) -> Result<()> {
    let now = tx.now();
    let wishes = store::find_wishes(tx, member)?;
    let Some(viewer) = list_viewers(tx, &[member.0])?.pop() else { return Ok(()) };
    if wishes.digest == Digest::Off || wishes.is_quiet(now, &viewer.time_zone) {
        return Ok(());
    }
    let Some((email, key, digest_at)) = store::find_address(tx, member, now - QUIET_TIME)? else { return Ok(()) };
    let apart = if wishes.digest == Digest::Daily { A_DAY } else { APART };
    if digest_at.is_some_and(|at| now - at < apart) {
        return Ok(());
    }
    if let Some(mailable) = &house.sources.mailable
        && !mailable(tx, &key)?
    {
        return Ok(());
    }
    let waiting = store::list_unmailed(tx, member)?;
    let ids: Vec<i64> = waiting.iter().map(|k| k.id).collect();
    // Whatever becomes of them: they were looked at, and are not looked at again.
    store::mark_mailed(tx, &ids)?;
    let prefs = store::list_prefs(tx, member)?;
    let silent: HashSet<&str> = kinds::ALL
        .iter()
        .filter(|k| !prefs.get(k.code).copied().unwrap_or_else(|| Channels::of(k)).mail)
        .map(|k| k.code)
        .collect();
    let wanted = waiting.into_iter().filter(|k| !silent.contains(k.kind.as_str())).collect();
    let shown = actions::visible(tx, &house.sources.gates, &viewer, wanted)?;
    if shown.is_empty() {
        return Ok(());
    }
    let token = keys::off_token(tx, member)?;
    let link = |path: &str| house.config.absolute(path);
    let count = shown.len();
    let lines = shown.iter().take(LINES).map(|k| DigestLine {
        text: k.text(viewer.lang),
        quote: k.quote(),
        link: link(&k.href),
    });
    let letter = DigestLetter {
        name: viewer.name.clone(),
        count,
        one: count == 1,
        lines: lines.collect(),
        more: count.saturating_sub(LINES),
        all: link("/notifications"),
        settings: link("/me/notifications"),
        off: link(&format!("/u/digest/{token}")),
    };
    let way_out = letter.off.clone();
    house.mailer.post_with_way_out(tx, &To { email, name: viewer.name, lang: viewer.lang }, &letter, Some(way_out))?;
    store::mark_digest(tx, member, now)
}

/// Whose token it is.
///
/// # Errors
/// [`Error::NotFound`] when it is not one of ours.
pub async fn member_of(house: &House, token: String) -> Result<MemberId> {
    house.db.read(move |c| keys::member_of(c, &token)?.ok_or(Error::NotFound)).await
}

/// Ends the digest of a member; a repeat changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when the token is not one of ours.
pub async fn end(house: &House, token: String) -> Result<()> {
    let member = member_of(house, token).await?;
    house
        .db
        .write(move |tx| {
            if store::list_active(tx, &[member.0])?.is_empty() {
                return Ok(());
            }
            let wishes = store::find_wishes(tx, member)?;
            store::set_wishes(tx, member, &super::model::Wishes { digest: Digest::Off, ..wishes })
        })
        .await
}
