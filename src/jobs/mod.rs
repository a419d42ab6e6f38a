//! The durable queue. A job is a row written in the transaction that causes it; a worker leases it, runs it,
//! and deletes it when done. What fails is tried again with growing pauses and ends as `dead`, visible to admins.
//! A job may run twice (a crash between the work and the deletion), so each handler is idempotent.
//!
//! Events between features are jobs too: [`emit`] writes one for every listener that `app.rs` wired.

mod store;
mod worker;

pub use store::{DeadJob, Overview, hold_letters, oldest_due, overview, retry_dead};
pub use worker::{Handler, Jobs, Registry, Schedule, handler};

use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use serde::Serialize;

/// What to enqueue.
#[must_use]
pub struct NewJob {
    kind: &'static str,
    payload: String,
    run_at: Option<Ms>,
    dedup_key: Option<String>,
    priority: i32,
}

impl NewJob {
    /// A job of `kind` with its payload.
    ///
    /// # Errors
    /// When the payload cannot be written as JSON.
    pub fn new(kind: &'static str, payload: &impl Serialize) -> Result<Self> {
        let payload = serde_json::to_string(payload).map_err(Error::internal)?;
        Ok(Self { kind, payload, run_at: None, dedup_key: None, priority: 0 })
    }

    /// Not before this moment.
    pub fn at(mut self, run_at: Ms) -> Self {
        self.run_at = Some(run_at);
        self
    }

    /// At most one waiting job of this key: a second one changes nothing.
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }

    /// Higher runs first; 0 when not set. Letters people wait for are 10.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }
}

/// Writes a job in the caller's transaction; the worker is woken by the poll or by [`Jobs::wake`] after the commit.
///
/// # Errors
/// When the row cannot be written.
pub fn enqueue(tx: &mut Tx<'_>, job: NewJob) -> Result<()> {
    let now = tx.now();
    store::insert(tx, job.kind, &job.payload, job.dedup_key.as_deref(), job.priority, job.run_at.unwrap_or(now))?;
    tx.after_commit(worker::wake_all);
    Ok(())
}

/// Writes a durable event: one job for each listener.
///
/// # Errors
/// When a row cannot be written.
pub fn emit(tx: &mut Tx<'_>, event: &str, payload: &impl Serialize) -> Result<()> {
    for kind in tx.listeners(event) {
        enqueue(tx, NewJob::new(kind, payload)?)?;
    }
    Ok(())
}

/// On SQLite there is one process: what it held when it died is free at its next start, without waiting for the lease.
///
/// # Errors
/// When it cannot be written.
pub async fn free_leases(db: &crate::db::Db) -> Result<()> {
    db.write_background(|tx| if tx.is_postgres() { Ok(0) } else { store::free_leases(tx) }).await?;
    Ok(())
}
