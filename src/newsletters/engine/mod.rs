//! The engine: fixes the recipients, then sends, as a job that may end anywhere and goes on where it was.

mod deliver;
mod snapshot;
mod way;
mod worker;

use super::model::Status;
use super::store;
use crate::db::{HOUR, Ms, Tx};
use crate::error::Result;
use crate::house::{House, Parts};
use crate::jobs::{NewJob, enqueue};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Kind of the job that moves one campaign.
pub const RUN_JOB: &str = "newsletters.run";
/// Kind of the job that looks for campaigns that stand still.
pub const WATCH_JOB: &str = "newsletters.watch";

/// A scheduled start missed by more than this asks a human first.
const GRACE: Ms = 2 * HOUR;

/// Payload of [`RUN_JOB`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    campaign: i64,
}

/// Name of this process among the leases of all nodes.
static NODE: LazyLock<String> = LazyLock::new(|| {
    let mut bytes = [0_u8; 6];
    // Without randomness the process id still tells two nodes of one machine apart.
    if getrandom::fill(&mut bytes).is_err() {
        return format!("p{}:", std::process::id());
    }
    format!("{}:", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>())
});

type Turn = Arc<tokio::sync::Mutex<()>>;

/// One run of a campaign at a time in a house; a second one waits and then sees for itself.
static TURNS: LazyLock<Mutex<HashMap<(usize, i64), Turn>>> = LazyLock::new(Mutex::default);

fn turn(house: &House, campaign: i64) -> Turn {
    let parts: &Parts = house;
    let key = (std::ptr::from_ref(parts) as usize, campaign);
    let mut turns = TURNS.lock();
    turns.retain(|k, turn| *k == key || Arc::strong_count(turn) > 1);
    turns.entry(key).or_default().clone()
}

/// Lets a campaign move now.
///
/// # Errors
/// When the job cannot be written.
pub fn wake(tx: &mut Tx<'_>, campaign: i64) -> Result<()> {
    enqueue(tx, NewJob::new(RUN_JOB, &Run { campaign })?.once(format!("campaign:{campaign}:now")))
}

/// Lets a campaign move at a moment.
///
/// # Errors
/// When the job cannot be written.
pub fn wake_at(tx: &mut Tx<'_>, campaign: i64, at: Ms) -> Result<()> {
    enqueue(tx, NewJob::new(RUN_JOB, &Run { campaign })?.at(at).once(format!("campaign:{campaign}:{}", at / 1_000)))
}

/// At the start of a node: every campaign that should move does.
///
/// # Errors
/// When the database fails.
pub async fn resume_all(house: &House) -> Result<()> {
    let now = house.db.now();
    let ids = house.db.read(move |c| store::list_moving(c, now)).await?;
    if ids.is_empty() {
        return Ok(());
    }
    house.db.write(move |tx| ids.iter().try_for_each(|id| wake(tx, *id))).await
}

/// The job that looks for campaigns whose next step was lost.
///
/// # Errors
/// When the database fails.
pub async fn watch(house: House, (): ()) -> Result<()> {
    resume_all(&house).await
}

/// The job that moves one campaign as far as it goes now.
///
/// # Errors
/// When the database fails; the queue tries again.
pub async fn run(house: House, Run { campaign: id }: Run) -> Result<()> {
    let turn = turn(&house, id);
    let _mine = turn.lock().await;
    loop {
        if house.jobs.stopping().is_cancelled() {
            return Ok(());
        }
        let campaign = match house.db.read(move |c| store::find(c, id)).await {
            Err(crate::error::Error::NotFound) => return Ok(()),
            other => other?,
        };
        match campaign.status() {
            Status::Scheduled => {
                if !house.db.write(move |tx| begin_scheduled(tx, id)).await? {
                    return Ok(());
                }
            }
            Status::Snapshotting => snapshot::step(&house, campaign).await?,
            Status::Running => {
                if deliver::round(&house, &campaign).await? {
                    return Ok(());
                }
            }
            Status::Cancelled => {
                house.db.write_background(move |tx| store::mark_cancelled(tx, id)).await?;
                return Ok(());
            }
            _ => return Ok(()),
        }
    }
}

/// Answers whether the campaign began.
fn begin_scheduled(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let campaign = store::find(tx, id)?;
    let (now, at) = (tx.now(), campaign.scheduled_at.unwrap_or(0));
    if at > now {
        wake_at(tx, id, at)?;
        return Ok(false);
    }
    if now - at > GRACE {
        store::mark_held(tx, id, "overdue")?;
        return Ok(false);
    }
    match super::actions::begin(tx, &campaign) {
        Ok(()) => Ok(true),
        // What was right when it was scheduled may be wrong by now: a human must look.
        Err(crate::error::Error::Conflict(reason)) => store::mark_held(tx, id, reason).map(|()| false),
        Err(crate::error::Error::Invalid(_)) => store::mark_held(tx, id, "incomplete").map(|()| false),
        Err(other) => Err(other),
    }
}

/// Tells who watches how far a campaign is.
pub async fn tell(house: &House, id: i64) {
    let counted = house.db.read(move |c| Ok((store::find(c, id)?, store::count_states(c, id)?))).await;
    if let Ok((campaign, counts)) = counted {
        let value = serde_json::json!({"id": id, "status": campaign.status, "counts": counts});
        house.live.publish_info(&format!("campaign:{id}"), &value.to_string());
    }
}
