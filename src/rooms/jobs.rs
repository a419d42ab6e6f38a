//! What chat does later: the index of words, reminders.

use super::actions::RowJob;
use super::model::RoomId;
use super::store;
use crate::error::Result;
use crate::house::House;
use crate::notices::actions::notify;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::text::{excerpt, plain};
use crate::web::viewer::MemberId;

/// Job that puts messages into the index.
pub const INDEX_JOB: &str = "rooms.index";
/// Messages of one step.
const STEP: i64 = 1_000;

/// Puts what was said into the index of words.
///
/// # Errors
/// When the database fails.
pub async fn index(house: House, (): ()) -> Result<()> {
    catch_up(&house, 100).await
}

/// Indexes what waits, at most so many steps.
///
/// # Errors
/// When the database fails.
pub async fn catch_up(house: &House, steps: usize) -> Result<()> {
    for _ in 0..steps {
        // A look before the write: a quiet house writes nothing.
        if !house.db.read(store::is_index_behind).await? {
            break;
        }
        house.db.write_background(|tx| store::index_some(tx, STEP)).await?;
    }
    Ok(())
}

/// Brings a message back to who wanted to be reminded; once.
///
/// # Errors
/// When the database fails.
pub async fn remind(house: House, job: RowJob) -> Result<()> {
    let live = house.live.clone();
    house
        .db
        .write_background(move |tx| {
            if let Some((member, message, room)) = store::claim_reminder(tx, job.id)? {
                let text =
                    store::find_any(tx, message)?.map(|(_, m)| excerpt(&plain(&m.html), 120)).unwrap_or_default();
                let (slug, _) = store::find_address(tx, RoomId(room))?;
                let href = format!("/rooms/{slug}?m={message}");
                let notice = Notice::new(MemberId(member), &kinds::REMINDER, href, serde_json::json!({ "text": text }));
                notify(tx, &notice.about("message", message))?;
                let live = live.clone();
                tx.after_commit(move || live.counters_changed(MemberId(member)));
            }
            Ok(())
        })
        .await
}
