//! The worker: claims due jobs, runs a few at a time, sleeps until woken or until the next one is due.

use super::store::{self, Leased};
use crate::db::{Db, HOUR, MINUTE, Ms, SECOND};
use crate::error::{Error, Result};
use crate::house::House;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Runs one job from its payload.
pub type Handler = Arc<dyn Fn(House, String) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

/// Makes a handler of an async function that takes the house and the payload as a type.
pub fn handler<P, F, R>(run: F) -> Handler
where
    P: serde::de::DeserializeOwned + Send + 'static,
    F: Fn(House, P) -> R + Send + Sync + Copy + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    Arc::new(move |house, payload| {
        Box::pin(async move {
            let payload = serde_json::from_str(&payload).map_err(Error::internal)?;
            run(house, payload).await
        })
    })
}

/// A job that comes back by itself.
pub struct Schedule {
    /// Kind of the job; its payload is `null`.
    pub kind: &'static str,
    /// Time between two runs.
    pub every: Ms,
}

/// Which code runs which kind; filled by `app.rs`.
#[derive(Default)]
pub struct Registry {
    handlers: BTreeMap<&'static str, Handler>,
    schedules: Vec<Schedule>,
}

impl Registry {
    /// Names the code for a kind.
    pub fn on(&mut self, kind: &'static str, handler: Handler) {
        self.handlers.insert(kind, handler);
    }

    /// Names the code for a kind that runs every so often.
    pub fn every(&mut self, every: Ms, kind: &'static str, handler: Handler) {
        self.on(kind, handler);
        self.schedules.push(Schedule { kind, every });
    }
}

/// How many jobs run side by side; heavy ones bring their own concurrency.
const SIDE_BY_SIDE: usize = 8;
/// A job whose lease was not renewed for this long is taken for dead and starts again, here or elsewhere.
const LEASE: Ms = 2 * MINUTE;
/// A running job renews its lease this often.
const RENEWAL: Duration = Duration::from_secs(30);
/// The longest sleep: other nodes' jobs and moved clocks are noticed by then.
const NAP: Duration = Duration::from_millis(500);

/// How long [`Jobs::drain`] waits for jobs of the worker.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);

/// One bell for all workers of the process: the writer rings it after each commit with jobs.
static BELL: LazyLock<Notify> = LazyLock::new(Notify::new);

pub(super) fn wake_all() {
    BELL.notify_waiters();
    BELL.notify_one();
}

/// Handle to the queue of this node.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    registry: Registry,
    stop: CancellationToken,
    tasks: TaskTracker,
    places: Arc<Semaphore>,
}

impl Jobs {
    /// A queue with its handlers; [`Jobs::start`] sets it going.
    pub fn new(registry: Registry) -> Self {
        Self(Arc::new(Inner {
            registry,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            places: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
        }))
    }

    /// Starts the worker of this node.
    pub fn start(&self, house: &House) {
        let (me, house) = (self.clone(), house.clone());
        self.0.tasks.spawn(async move { me.work(house).await });
    }

    /// Stops taking jobs and waits for the running ones, at most `patience`.
    pub async fn stop(&self, patience: Duration) {
        self.0.stop.cancel();
        wake_all();
        self.0.tasks.close();
        if tokio::time::timeout(patience, self.0.tasks.wait()).await.is_err() {
            tracing::warn!("a job did not end in time; its lease will run out and it starts again");
        }
    }

    /// Cancelled when the node stops: long jobs look at it between two steps.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    async fn work(&self, house: House) {
        while !self.0.stop.is_cancelled() {
            let rung = BELL.notified();
            match self.step(&house).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the queue could not be read"),
            }
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(NAP) => {}
                () = self.0.stop.cancelled() => {}
            }
        }
    }

    /// Starts what is due; answers whether there was anything.
    async fn step(&self, house: &House) -> Result<bool> {
        self.schedule(&house.db).await?;
        let free = self.0.places.available_permits();
        // Places are taken before jobs are: who holds all of them (`drain`) knows that nothing runs.
        let taken = u32::try_from(free).ok().and_then(|n| self.0.places.clone().try_acquire_many_owned(n).ok());
        let Some(mut places) = taken.filter(|_| free > 0) else { return Ok(false) };
        let batch = self.claim(&house.db, free).await?;
        let any = !batch.is_empty();
        for job in batch {
            let place = places.split(1).ok_or_else(|| Error::internal("more jobs than places"))?;
            let (me, house) = (self.clone(), house.clone());
            self.0.tasks.spawn(async move {
                me.run(&house, job).await;
                drop(place);
                wake_all();
            });
        }
        Ok(any)
    }

    async fn claim(&self, db: &Db, limit: usize) -> Result<Vec<Leased>> {
        let due = db.now();
        // A look before the write: an idle queue costs no transaction.
        if db.read(store::next_or_lost).await?.is_none_or(|at| at > due) {
            return Ok(Vec::new());
        }
        let kinds: Vec<&'static str> = self.0.registry.handlers.keys().copied().collect();
        let limit = i64::try_from(limit).unwrap_or(1);
        db.write_background(move |tx| store::claim(tx, &kinds, limit, LEASE)).await
    }

    /// Makes sure that each scheduled kind has its next run in the queue.
    async fn schedule(&self, db: &Db) -> Result<()> {
        let wanted: Vec<(&'static str, Ms)> = self.0.registry.schedules.iter().map(|s| (s.kind, s.every)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let kinds: Vec<&'static str> = wanted.iter().map(|(k, _)| *k).collect();
        let missing = db.read(move |c| store::missing(c, &kinds)).await?;
        if missing.is_empty() {
            return Ok(());
        }
        db.write_background(move |tx| {
            let now = tx.now();
            for (kind, every) in &wanted {
                if missing.contains(kind) {
                    let at = (now / every + 1) * every;
                    store::insert(tx, kind, "null", Some(&format!("every:{kind}")), -1, at)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn run(&self, house: &House, job: Leased) {
        let Some(handler) = self.0.registry.handlers.get(job.kind.as_str()) else { return };
        let (id, fence) = (job.id, job.fence);
        let mut work = tokio::spawn(handler(house.clone(), job.payload.clone()));
        let outcome = loop {
            tokio::select! {
                ended = &mut work => break ended.unwrap_or_else(|panic| Err(Error::internal(panic))),
                () = tokio::time::sleep(RENEWAL) => renew(&house.db, id, fence).await,
            }
        };
        let ended = match outcome {
            Ok(()) => house.db.write_background(move |tx| store::delete_done(tx, id, fence)).await.map(|_| ()),
            Err(_) if self.0.stop.is_cancelled() => {
                house.db.write_background(move |tx| store::release(tx, id, fence)).await
            }
            Err(error) => {
                let text = error.to_string();
                let again = job.attempts < job.max_attempts;
                tracing::warn!(kind = job.kind, id, attempt = job.attempts, again, error = text, "a job failed");
                let attempts = job.attempts;
                house
                    .db
                    .write_background(move |tx| {
                        let next = again.then(|| tx.now() + pause(attempts));
                        store::mark_failed(tx, id, fence, &text, next)
                    })
                    .await
            }
        };
        if let Err(error) = ended {
            tracing::error!(%error, id, "a job could not be settled; its lease will run out");
        }
    }

    /// Runs everything that is due on the (moved) clock, in order, until nothing is, and waits for what the worker of
    /// this node has in hand (at most [`DRAIN_PATIENCE`]: it may wait for the caller): for tests and `bench-data`.
    ///
    /// # Errors
    /// The first error of a job, so that a test sees it.
    pub async fn drain(&self, house: &House) -> Result<usize> {
        let mut done = 0;
        let mut all = None;
        loop {
            let kinds: Vec<&'static str> = self.0.registry.handlers.keys().copied().collect();
            let batch = house.db.write(move |tx| store::claim(tx, &kinds, 16, LEASE)).await?;
            if batch.is_empty() {
                if all.is_some() {
                    return Ok(done);
                }
                match tokio::time::timeout(DRAIN_PATIENCE, self.0.places.acquire_many(SIDE_BY_SIDE as u32)).await {
                    Ok(places) => all = Some(places.map_err(Error::internal)?),
                    Err(_) => return Ok(done),
                }
                continue;
            }
            all = None;
            for job in batch {
                let Some(handler) = self.0.registry.handlers.get(job.kind.as_str()) else { continue };
                handler(house.clone(), job.payload.clone()).await?;
                house.db.write(move |tx| store::delete_done(tx, job.id, job.fence)).await?;
                done += 1;
            }
        }
    }
}

async fn renew(db: &Db, id: i64, fence: i64) {
    if let Err(error) = db.write_background(move |tx| store::renew(tx, id, fence, LEASE)).await {
        tracing::warn!(%error, id, "the lease of a job could not be renewed");
    }
}

/// 10 s, 40 s, 160 s … at most six hours.
fn pause(attempts: i32) -> Ms {
    let factor = 4_i64.checked_pow(u32::try_from(attempts - 1).unwrap_or(0)).unwrap_or(i64::MAX / SECOND);
    (10 * SECOND).saturating_mul(factor).min(6 * HOUR)
}
