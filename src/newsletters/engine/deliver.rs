//! One round of sending: workers with a connection each share a line of leased deliveries.

use super::worker::Worker;
use super::{NODE, snapshot, tell, wake, wake_at};
use crate::db::{Db, MINUTE, Ms, SECOND, Tx};
use crate::error::Result;
use crate::house::House;
use crate::mail::{Pace, Transport};
use crate::newsletters::edition::Edition;
use crate::newsletters::keys::Key;
use crate::newsletters::model::{Campaign, Recipient, Status};
use crate::newsletters::store;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Open intents of a node at most; what a crash leaves in doubt is never more.
pub const MOST_OPEN: usize = 64;
/// Open intents of one worker at most.
const MOST_BATCH: usize = 8;
/// Deliveries leased at once.
const CLAIM: i64 = 256;
/// A lease of deliveries that wait in line.
const LEASE: Ms = 5 * MINUTE;
/// After this long a round ends, so that other campaigns get their turn.
const ROUND: Duration = Duration::from_secs(30);
/// Pause of a campaign whose route is away.
const TROUBLE: Ms = 15 * SECOND;
/// How often the progress is told.
const TELL: Duration = Duration::from_millis(500);

static OPEN: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MOST_OPEN)));

/// A delivery in line.
pub struct Waiting {
    pub to: Recipient,
    pub attempts: i32,
}

/// What the workers of a round share.
pub struct Round {
    pub house: House,
    pub id: i64,
    pub edition: Edition,
    pub any_status: bool,
    pub started: Ms,
    line: tokio::sync::Mutex<VecDeque<Waiting>>,
    program: Option<i64>,
    /// How fast the route may be used; `None`: as fast as it takes.
    pub pace: Option<Pace>,
    rest_until: Mutex<Option<Ms>>,
    began: Instant,
    ended: AtomicBool,
    trouble: Mutex<Option<String>>,
    batches: AtomicU64,
}

impl Round {
    /// Owner of the leases of this process.
    pub fn node(&self) -> &'static str {
        &NODE
    }

    /// A name no other batch of intents has, here or elsewhere.
    pub fn next_batch(&self) -> String {
        static ALL: AtomicU64 = AtomicU64::new(0);
        self.batches.fetch_add(1, Ordering::Relaxed);
        format!("{}{}", self.node(), ALL.fetch_add(1, Ordering::Relaxed))
    }

    /// No worker begins anything more.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// The route has had what it may have in this window; the round ends.
    pub fn rest_until(&self, at: Ms) {
        *self.rest_until.lock() = Some(at);
        self.end();
    }

    /// The route does not work; the round ends.
    pub fn give_up(&self, why: String) {
        tracing::warn!(campaign = self.id, why, "the mail route does not work");
        *self.trouble.lock() = Some(why);
    }

    fn is_over(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.began.elapsed() > ROUND || self.house.jobs.stopping().is_cancelled()
    }

    /// The next deliveries, at most `most`; none when the round is over.
    pub async fn take(&self, most: usize) -> Result<Vec<Waiting>> {
        if self.is_over() {
            return Ok(Vec::new());
        }
        // An async mutex: whoever finds the line empty fills it while the others wait for the same rows.
        let mut line = self.line.lock().await;
        if line.is_empty() {
            let (id, program) = (self.id, self.program);
            line.extend(self.house.db.write_background(move |tx| claim(tx, id, program)).await?);
        }
        let n = most.min(line.len());
        Ok(line.drain(..n).collect())
    }
}

fn claim(tx: &mut Tx<'_>, id: i64, program: Option<i64>) -> Result<Vec<Waiting>> {
    let leased = store::claim(tx, id, &NODE, LEASE, CLAIM)?;
    let ids: Vec<i64> = leased.iter().map(|l| l.member_id).collect();
    let people = store::list_recipients(tx, &ids, program)?;
    let mut people: HashMap<i64, Recipient> = people.into_iter().map(|p| (p.member, p)).collect();
    let mut line = Vec::with_capacity(leased.len());
    for row in leased {
        match people.remove(&row.member_id) {
            Some(mut to) => {
                to.email = row.email;
                line.push(Waiting { to, attempts: row.attempts });
            }
            // The account is gone, and with it the consent.
            None => store::mark_skipped(tx, id, &NODE, row.member_id, "unsubscribed")?,
        }
    }
    Ok(line)
}

/// Sends what is due; answers whether the campaign rests now (ended, waiting or stopped).
pub async fn round(house: &House, campaign: &Campaign) -> Result<bool> {
    let id = campaign.id;
    let alone = !crate::db::is_postgres(&house.config.database_url);
    let key = house
        .db
        .write_background(move |tx| {
            store::sweep(tx, id, &NODE, alone)?;
            Key::find_or_make(tx)
        })
        .await?;
    let (for_edition, copy) = (house.clone(), campaign.clone());
    let (mut edition, program) = house
        .db
        .read(move |c| {
            let edition = Edition::compile(&for_edition, c, &copy, key)?;
            Ok((edition, store::find_link_program(c, copy.program_id)?))
        })
        .await?;
    if campaign.tracking && !edition.links().is_empty() {
        let links = edition.links().to_vec();
        edition.measure(&house.db.write_background(move |tx| store::keep_links(tx, id, &links)).await?);
    }
    let round = Arc::new(Round {
        house: house.clone(),
        id,
        edition,
        any_status: snapshot::rule_of(campaign)?.names_status(),
        started: campaign.started_at.unwrap_or(0),
        line: tokio::sync::Mutex::default(),
        program,
        pace: Pace::of(&house.config),
        rest_until: Mutex::new(None),
        began: Instant::now(),
        ended: AtomicBool::new(false),
        trouble: Mutex::new(None),
        batches: AtomicU64::new(0),
    });
    send_all(&round).await?;
    let left: Vec<i64> = round.line.lock().await.drain(..).map(|w| w.to.member).collect();
    if !left.is_empty() {
        house.db.write(move |tx| store::release(tx, id, &NODE, &left)).await?;
    }
    let trouble = round.trouble.lock().take();
    let timed_out = round.began.elapsed() > ROUND;
    let rest_until = *round.rest_until.lock();
    let rests = settle(&house.db, id, (trouble.is_some(), timed_out), rest_until).await?;
    tell(house, id).await;
    Ok(rests)
}

async fn send_all(round: &Arc<Round>) -> Result<()> {
    let connections = match round.house.mailer.transport() {
        Transport::Smtp(_) => round.house.config.mail_connections.clamp(1, MOST_OPEN),
        Transport::Outbox(_) => 2,
    };
    let batch = (MOST_OPEN / connections).clamp(1, MOST_BATCH);
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let round = round.clone();
        workers.spawn(async move {
            // Held as long as the worker lives: together all campaigns of a node keep below the promise.
            let _places = OPEN.clone().acquire_many_owned(u32::try_from(batch).unwrap_or(1)).await;
            Worker::new(round, batch).work().await
        });
    }
    let mut failure = Ok(());
    loop {
        tokio::select! {
            ended = workers.join_next() => match ended {
                None => return failure,
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(error))) => { round.end(); failure = Err(error); }
                Some(Err(panic)) => { round.end(); failure = Err(crate::error::Error::internal(panic)); }
            },
            () = tokio::time::sleep(TELL) => tell(&round.house, round.id).await,
        }
    }
}

/// Ends the campaign when nothing is left, or says when to go on; answers whether the campaign rests.
async fn settle(db: &Db, id: i64, (trouble, timed_out): (bool, bool), rest: Option<Ms>) -> Result<bool> {
    db.write_background(move |tx| {
        let campaign = store::find(tx, id)?;
        if campaign.status() != Status::Running {
            // Cancelled or paused meanwhile: what came back from the wire since then follows.
            if campaign.status() == Status::Cancelled {
                store::mark_cancelled(tx, id)?;
            }
            return Ok(true);
        }
        let now = tx.now();
        match store::next_due(tx, id)? {
            None => {
                let doubt = store::count_states(tx, id)?.get("unknown").is_some_and(|n| *n > 0);
                let end = if doubt { Status::FinishedWithDoubt } else { Status::Finished };
                store::mark_status(tx, id, &[Status::Running], end)?;
                Ok(true)
            }
            Some(_) if trouble => wake_at(tx, id, now + TROUBLE).map(|()| true),
            Some(at) if rest.is_some_and(|rest| rest > at) => wake_at(tx, id, rest.unwrap_or(at)).map(|()| true),
            Some(at) if at > now => wake_at(tx, id, at).map(|()| true),
            Some(_) if timed_out => wake(tx, id).map(|()| true),
            Some(_) => Ok(false),
        }
    })
    .await
}
