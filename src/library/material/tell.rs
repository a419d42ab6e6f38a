//! Who hears of new, changed and soon expiring material. New: every partner to whom it is open now (and whose niche it
//! is), as soon as it is. Changed, and expiring within a week: whoever took something of it. Nobody hears of the same
//! state twice: what was told is noted in the transaction that tells it.

use super::store;
use crate::db::{DAY, MINUTE, Tx};
use crate::error::Result;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::library::model::Whole;
use crate::notices::actions::notify_many;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::web::viewer::MemberId;
use serde::{Deserialize, Serialize};

/// Tells of one resource.
pub const TELL_JOB: &str = "library.tell";
/// Looks for what expires soon.
pub const EXPIRES_JOB: &str = "library.expires";
/// Several changes in a row are told once.
const REST: i64 = 10 * MINUTE;
/// What is older than this is no news any more.
const NEWS: i64 = 14 * DAY;
/// How long before its end an expiry is told.
const AHEAD: i64 = 7 * DAY;
/// Members of one transaction.
const SOME: i64 = 500;

/// Payload of [`TELL_JOB`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Tell {
    /// The resource.
    pub id: i64,
}

/// Asks for a resource to be told once it has rested. Called whenever it was indexed: after each change and at each
/// moment from which somebody sees it.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_tell(tx: &mut Tx<'_>, whole: &Whole) -> Result<()> {
    let (id, now) = (whole.resource.id, tx.now());
    // What opens later is told at once then: nothing has changed in it meanwhile.
    let at = (whole.resource.updated_at + REST).max(now);
    enqueue(tx, NewJob::new(TELL_JOB, &Tell { id })?.at(at).once(format!("{TELL_JOB}:{id}")))
}

/// Runs [`TELL_JOB`].
///
/// # Errors
/// When the database fails.
pub async fn tell(house: House, job: Tell) -> Result<()> {
    let id = job.id;
    while house.db.write_background(move |tx| tell_some(tx, id)).await? {}
    Ok(())
}

/// Tells some of those who do not know yet; whether there may be more.
fn tell_some(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = tx.now();
    let Some(open) = store::find_told(tx, id, now)? else { return Ok(false) };
    let notice = Notice::new(
        MemberId(0),
        &kinds::RESOURCE_NEW,
        format!("/library/{id}"),
        serde_json::json!({"title": open.title}),
    )
    .about("resource", id)
    .folding(format!("resource-{id}"));
    let notice = match open.created_by {
        Some(by) => notice.by(MemberId(by)),
        None => notice,
    };
    if now - open.since <= NEWS {
        let fresh = store::list_untold(tx, &open, SOME)?;
        if !fresh.is_empty() {
            store::mark_told(tx, id, open.rev, &fresh)?;
            notify_many(tx, &fresh.iter().copied().map(MemberId).collect::<Vec<_>>(), &notice)?;
            return Ok(true);
        }
    }
    let takers = store::list_stale_takers(tx, &open, SOME)?;
    if takers.is_empty() {
        return Ok(false);
    }
    store::mark_told(tx, id, open.rev, &takers)?;
    notify_many(tx, &takers.iter().copied().map(MemberId).collect::<Vec<_>>(), &notice)?;
    Ok(true)
}

/// Runs [`EXPIRES_JOB`], once a day.
///
/// # Errors
/// When the database fails.
pub async fn expires(house: House, (): ()) -> Result<()> {
    house
        .db
        .write_background(|tx| {
            let now = tx.now();
            for (id, title, until) in store::list_expiring(tx, now, now + AHEAD)? {
                let takers = store::list_unwarned(tx, id, &until)?;
                store::mark_warned(tx, id, &until, &takers)?;
                let notice = Notice::new(
                    MemberId(0),
                    &kinds::RESOURCE_EXPIRES,
                    format!("/library/{id}"),
                    serde_json::json!({"title": title}),
                )
                .about("resource", id)
                .folding(format!("resource-expires-{id}"));
                notify_many(tx, &takers.into_iter().map(MemberId).collect::<Vec<_>>(), &notice)?;
            }
            Ok(())
        })
        .await
}
