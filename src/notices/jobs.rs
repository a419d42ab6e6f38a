//! What happens after the commit.

use crate::db::DAY;
use crate::error::Result;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::notices::push::{GRACE, PUSH_JOB, Push};
use crate::notices::store;
use crate::web::viewer::MemberId;
use serde::{Deserialize, Serialize};

/// Kind of the job that tells members at once.
pub const DELIVER_JOB: &str = "notices.deliver";
/// Kind of the job that forgets old notifications.
pub const TIDY_JOB: &str = "notices.tidy";

/// Whose counters changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deliver {
    /// Members.
    pub members: Vec<i64>,
}

/// Tells the open pages of members, on every node.
///
/// # Errors
/// When the database fails.
pub async fn deliver(house: House, job: Deliver) -> Result<()> {
    for member in &job.members {
        house.live.counters_changed_everywhere(MemberId(*member));
    }
    house
        .db
        .write_background(move |tx| {
            let at = tx.now() + GRACE;
            for member in store::list_pushable(tx, &job.members)? {
                let push = NewJob::new(PUSH_JOB, &Push { member })?;
                enqueue(tx, push.at(at).once(format!("push-{member}")))?;
            }
            Ok(())
        })
        .await
}

/// Forgets what was read 90 days ago and everything after half a year.
///
/// # Errors
/// When the database fails.
pub async fn tidy(house: House, (): ()) -> Result<()> {
    let now = house.db.now();
    house.db.write_background(move |tx| store::delete_old(tx, now - 90 * DAY, now - 180 * DAY)).await?;
    Ok(())
}
