//! Writers. SQLite has one thread that commits whatever has queued up as a group, so that one fsync pays
//! for many acknowledgements; PostgreSQL has a few, one transaction each, and groups commits itself.
//!
//! Two lanes: people first, background in slices. Each job runs in a savepoint and behind `catch_unwind`,
//! so that one failure fails alone; a failed COMMIT fails all of its group.

use super::conn::{Conn, Use};
use super::fixed::Fixed;
use super::tx::{Effect, Tx};
use super::{Clock, Wiring, is_postgres, tally};
use crate::error::{Error, Result};
use diesel::RunQueryDsl;
use diesel::connection::{Connection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Jobs of one group at most; bounds how long a reader of the acknowledgement waits.
const GROUP_JOBS: usize = 512;
/// A group is closed after this long, even when more is queued.
const GROUP_TIME: Duration = Duration::from_millis(10);
/// Background work gets this much of a group.
const BACKGROUND_TIME: Duration = Duration::from_millis(5);
/// PostgreSQL writers; each is one connection.
const POSTGRES_WRITERS: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    People,
    Background,
}

/// A unit of work with the place its result goes to.
trait Job: Send {
    /// Runs inside a transaction; keeps the outcome and answers whether to commit, and the effects.
    fn run(&mut self, conn: &mut Conn, clock: &Clock, wiring: &Wiring) -> Ran;
    /// Sends the kept outcome (or, when the commit failed, that) to the caller.
    fn finish(self: Box<Self>, commit: std::result::Result<(), String>);
}

enum Ran {
    Commit(Vec<Effect>),
    Fail,
    Again,
}

struct Work<T, F> {
    work: F,
    out: Option<Result<T>>,
    reply: Option<oneshot::Sender<Result<T>>>,
    tally: Option<Arc<AtomicU64>>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send,
{
    fn run(&mut self, conn: &mut Conn, clock: &Clock, wiring: &Wiring) -> Ran {
        let tally = self.tally.clone();
        let work = &mut self.work;
        let mut effects = Vec::new();
        let out = tally::tallied(tally.as_deref(), || {
            in_own(conn, |conn| {
                let mut tx = Tx::new(conn, clock.now(), wiring);
                let out = catch_unwind(AssertUnwindSafe(|| work(&mut tx)))
                    .unwrap_or_else(|_| Err(Error::internal("a write panicked")));
                if out.is_ok() {
                    effects = tx.into_effects();
                }
                out
            })
        });
        let again = matches!(&out, Err(Error::Internal(source)) if is_deadlock(source.as_ref()));
        let failed = out.is_err();
        self.out = Some(out);
        match (again, failed) {
            (true, _) => Ran::Again,
            (_, true) => Ran::Fail,
            _ => Ran::Commit(effects),
        }
    }

    fn finish(mut self: Box<Self>, commit: std::result::Result<(), String>) {
        let out = self.out.take().unwrap_or_else(|| Err(Error::internal("a write never ran")));
        let out = match (out, commit) {
            (Ok(_), Err(why)) => Err(Error::internal(why)),
            (out, _) => out,
        };
        if let Some(reply) = self.reply.take() {
            // The caller may have hung up; what it asked for is committed all the same.
            let _ = reply.send(out);
        }
    }
}

/// Runs `work` so that its failure takes back its own writes only: in a transaction on PostgreSQL, in a savepoint of the
/// group's on SQLite. Diesel's savepoints are parsed anew each time, which cost a seventh of a message.
fn in_own<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    if conn.is_postgres() {
        return conn.transaction(work);
    }
    run(conn, "SAVEPOINT one_job")?;
    match work(conn) {
        Ok(out) => {
            run(conn, "RELEASE one_job")?;
            Ok(out)
        }
        Err(error) => {
            // Where this fails the group's transaction is gone as well; the writer looks for that.
            if run(conn, "ROLLBACK TO one_job").is_ok() {
                run(conn, "RELEASE one_job")?;
            }
            Err(error)
        }
    }
}

fn run(conn: &mut Conn, sql: &'static str) -> Result<()> {
    crate::on!(conn, c => Fixed::<()>::new(sql, &[]).execute(c))?;
    Ok(())
}

fn is_deadlock(source: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    match source.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
        // diesel has no kind of its own for 40P01.
        Some(DieselError::DatabaseError(_, info)) => info.message().contains("deadlock detected"),
        _ => false,
    }
}

#[derive(Default)]
struct Queue {
    people: VecDeque<Box<dyn Job>>,
    background: VecDeque<Box<dyn Job>>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    url: String,
    clock: Clock,
    wiring: Wiring,
}

/// The way in for writes.
#[derive(Clone)]
pub(super) struct Writers {
    shared: Arc<Shared>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Writers {
    pub fn open(url: &str, clock: Clock, wiring: Wiring) -> Result<Self> {
        let shared =
            Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new(), url: url.to_owned(), clock, wiring });
        let postgres = is_postgres(url);
        let mut threads = Vec::new();
        for n in 0..if postgres { POSTGRES_WRITERS } else { 1 } {
            let shared = shared.clone();
            let conn = Conn::open(url, Use::Write)?;
            let spawned = std::thread::Builder::new()
                .name(format!("writer-{n}"))
                .spawn(move || if postgres { write_each(&shared, conn) } else { write_groups(&shared, conn) });
            threads.push(spawned.map_err(Error::internal)?);
        }
        Ok(Self { shared, threads: Arc::new(Mutex::new(threads)) })
    }

    pub async fn run<T, F>(&self, lane: Lane, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work { work, out: None, reply: Some(reply), tally: tally::current() });
        {
            let mut queue = self.shared.queue.lock();
            if queue.closed {
                return Err(Error::internal("the database is closed"));
            }
            match lane {
                Lane::People => queue.people.push_back(job),
                Lane::Background => queue.background.push_back(job),
            }
        }
        self.shared.wake.notify_one();
        answer.await.map_err(Error::internal)?
    }

    pub fn close(&self) {
        self.shared.queue.lock().closed = true;
        self.shared.wake.notify_all();
        for thread in self.threads.lock().drain(..) {
            // It may be waiting for a database that is away.
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a writer thread panicked");
            }
        }
        // Nothing is left here unless the database was away: nobody shall wait for an answer to it.
        let mut queue = self.shared.queue.lock();
        queue.people.clear();
        queue.background.clear();
    }
}

impl Shared {
    /// Waits for work; `None` once closed and empty.
    fn wait(&self) -> Option<Box<dyn Job>> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(job) = queue.people.pop_front().or_else(|| queue.background.pop_front()) {
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            self.wake.wait(&mut queue);
        }
    }

    fn next_in_group(&self, since: Instant) -> Option<Box<dyn Job>> {
        let mut queue = self.queue.lock();
        if let Some(job) = queue.people.pop_front() {
            return Some(job);
        }
        if since.elapsed() < BACKGROUND_TIME { queue.background.pop_front() } else { None }
    }
}

fn write_groups(shared: &Shared, mut conn: Conn) {
    while let Some(first) = shared.wait() {
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut effects: Vec<Effect> = Vec::new();
        let began = Instant::now();
        let mut lost = false;
        let commit = begin_immediate(&mut conn).map_err(|e| e.to_string());
        if commit.is_ok() {
            let mut next = Some(first);
            while let Some(mut job) = next {
                let ran = job.run(&mut conn, &shared.clock, &shared.wiring);
                done.push(job);
                match ran {
                    Ran::Commit(more) => effects.extend(more),
                    Ran::Fail | Ran::Again if is_rolled_back(&mut conn) => {
                        lost = true;
                        break;
                    }
                    Ran::Fail | Ran::Again => {}
                }
                next = if done.len() < GROUP_JOBS && began.elapsed() < GROUP_TIME {
                    shared.next_in_group(began)
                } else {
                    None
                };
            }
        } else {
            done.push(first);
        }
        if lost {
            settle(done, Vec::new(), Err("the transaction was rolled back: is the disk full?".to_owned()));
            match reconnect(shared) {
                Some(fresh) => conn = fresh,
                None => return,
            }
            continue;
        }
        let commit = commit.and_then(|()| {
            <Conn as Connection>::TransactionManager::commit_transaction(&mut conn).map_err(|e| {
                let _ = <Conn as Connection>::TransactionManager::rollback_transaction(&mut conn);
                e.to_string()
            })
        });
        settle(done, effects, commit);
    }
}

fn write_each(shared: &Shared, mut conn: Conn) {
    while let Some(mut job) = shared.wait() {
        let mut effects = Vec::new();
        let mut failed = false;
        for attempt in 0..5 {
            match job.run(&mut conn, &shared.clock, &shared.wiring) {
                Ran::Commit(more) => {
                    effects = more;
                    break;
                }
                Ran::Again if attempt < 4 => {}
                Ran::Again | Ran::Fail => {
                    failed = true;
                    break;
                }
            }
        }
        settle(vec![job], effects, Ok(()));
        if failed && is_broken(&mut conn) {
            match reconnect(shared) {
                Some(fresh) => conn = fresh,
                None => return,
            }
        }
    }
}

/// Effects first: an acknowledgement that arrives before its own event would surprise nobody,
/// but a caller that reads right after it must find what the effects woke.
fn settle(done: Vec<Box<dyn Job>>, effects: Vec<Effect>, commit: std::result::Result<(), String>) {
    if commit.is_ok() {
        for effect in effects {
            if catch_unwind(AssertUnwindSafe(effect)).is_err() {
                tracing::error!("an effect after a commit panicked");
            }
        }
    } else if let Err(why) = &commit {
        tracing::error!(why, "a group of writes could not be committed");
    }
    for job in done {
        job.finish(commit.clone());
    }
}

/// BEGIN IMMEDIATE: a deferred transaction that reads first may fail to upgrade its lock.
pub(super) fn begin_immediate(conn: &mut Conn) -> diesel::QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => diesel::connection::AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        Conn::Postgres(_) => <Conn as Connection>::TransactionManager::begin_transaction(conn),
    }
}

/// A full disk makes SQLite roll back the whole transaction by itself, and with it every job of the group that was done
/// before. Inside a transaction a second BEGIN fails; where it does not, the transaction is gone.
fn is_rolled_back(conn: &mut Conn) -> bool {
    use diesel::connection::SimpleConnection;
    match conn {
        Conn::Sqlite(c) => c.batch_execute("BEGIN").is_ok(),
        Conn::Postgres(_) => false,
    }
}

fn is_broken(conn: &mut Conn) -> bool {
    use diesel::r2d2::R2D2Connection;
    conn.is_broken() || conn.ping().is_err()
}

/// Waits for the database to come back; `None` when the house stops before it does: what waits in the queue was never
/// acknowledged, and is refused when the queue goes.
fn reconnect(shared: &Shared) -> Option<Conn> {
    let mut wait = Duration::from_millis(50);
    loop {
        match Conn::open(&shared.url, Use::Write) {
            Ok(conn) => return Some(conn),
            Err(_) if shared.queue.lock().closed => return None,
            Err(error) => {
                tracing::warn!(%error, "the database is away; trying again");
                std::thread::park_timeout(wait);
                wait = (wait * 2).min(Duration::from_secs(2));
            }
        }
    }
}
