//! SQL of the queue.

use crate::db::schema::jobs;
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::prelude::*;

/// A leased job. `fence` grows with every lease, so that a worker that slept through its lease changes nothing.
#[derive(Debug, Clone, Queryable)]
pub struct Leased {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    pub attempts: i32,
    pub max_attempts: i32,
    pub fence: i64,
}

pub fn insert(
    tx: &mut Tx<'_>,
    kind: &str,
    payload: &str,
    dedup: Option<&str>,
    priority: i32,
    run_at: Ms,
) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(jobs::table)
        .values((
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::dedup_key.eq(dedup),
            jobs::priority.eq(priority),
            jobs::run_at.eq(run_at),
            jobs::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Leases up to `limit` due jobs. A lease that ran out is due again; its key is free for a new job while it runs.
pub fn claim(tx: &mut Tx<'_>, kinds: &[&'static str], limit: i64, lease: Ms) -> Result<Vec<Leased>> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let ids: Vec<i64> = match conn {
        Conn::Sqlite(c) => due(now, kinds, limit).load(c)?,
        // Two nodes must not wait for each other's rows.
        Conn::Postgres(c) => due(now, kinds, limit).for_update().skip_locked().load(c)?,
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut leased: Vec<(Leased, i32)> = on!(conn, c => diesel::update(jobs::table.filter(jobs::id.eq_any(&ids)))
        .set((
            jobs::state.eq("leased"),
            jobs::lease_until.eq(Some(now + lease)),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::fence.eq(jobs::fence + 1),
            jobs::dedup_key.eq(None::<String>),
        ))
        .returning(((jobs::id, jobs::kind, jobs::payload, jobs::attempts, jobs::max_attempts, jobs::fence), jobs::priority))
        .get_results(c))?;
    leased.sort_by_key(|(job, priority)| (-priority, job.id));
    Ok(leased.into_iter().map(|(job, _)| job).collect())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn due<'a>(now: Ms, kinds: &'a [&'static str], limit: i64) -> _ {
    let ready = jobs::state.eq("ready").and(jobs::run_at.le(now));
    let lost = jobs::state.eq("leased").and(jobs::lease_until.assume_not_null().lt(now));
    let wanted: diesel::dsl::EqAny<jobs::kind, &'a [&'static str]> = jobs::kind.eq_any(kinds);
    jobs::table
        .filter(ready.or(lost))
        .filter(wanted)
        .order((jobs::priority.desc(), jobs::run_at.asc(), jobs::id.asc()))
        .limit(limit)
        .select(jobs::id)
}

/// Frees every lease: of a process that was the only one and is gone.
pub fn free_leases(tx: &mut Tx<'_>) -> Result<usize> {
    Ok(diesel::update(jobs::table.filter(jobs::state.eq("leased")))
        .set((jobs::state.eq("ready"), jobs::lease_until.eq(None::<i64>)))
        .execute(&mut **tx)?)
}

/// Takes a finished job away, if the lease still holds.
pub fn delete_done(tx: &mut Tx<'_>, id: i64, fence: i64) -> Result<bool> {
    let rows = diesel::delete(jobs::table.filter(jobs::id.eq(id)).filter(jobs::fence.eq(fence))).execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Puts a failed job back for `next_at`, or buries it.
pub fn mark_failed(tx: &mut Tx<'_>, id: i64, fence: i64, error: &str, next_at: Option<Ms>) -> Result<()> {
    let now = tx.now();
    let mine = jobs::table.filter(jobs::id.eq(id)).filter(jobs::fence.eq(fence));
    let error: String = error.chars().take(500).collect();
    match next_at {
        Some(at) => diesel::update(mine)
            .set((
                jobs::state.eq("ready"),
                jobs::run_at.eq(at),
                jobs::last_error.eq(Some(error)),
                jobs::lease_until.eq(None::<i64>),
            ))
            .execute(&mut **tx)?,
        None => diesel::update(mine)
            .set((
                jobs::state.eq("dead"),
                jobs::finished_at.eq(Some(now)),
                jobs::last_error.eq(Some(error)),
                jobs::lease_until.eq(None::<i64>),
            ))
            .execute(&mut **tx)?,
    };
    Ok(())
}

/// Holds a running job's lease for another while.
pub fn renew(tx: &mut Tx<'_>, id: i64, fence: i64, lease: Ms) -> Result<()> {
    let until = tx.now() + lease;
    diesel::update(jobs::table.filter(jobs::id.eq(id)).filter(jobs::fence.eq(fence)))
        .set(jobs::lease_until.eq(Some(until)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Lets a job that a stopping worker did not finish start again at once.
pub fn release(tx: &mut Tx<'_>, id: i64, fence: i64) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(id)).filter(jobs::fence.eq(fence)))
        .set((jobs::state.eq("ready"), jobs::lease_until.eq(None::<i64>)))
        .execute(&mut **tx)?;
    Ok(())
}

/// When the next job is due; `None` when nothing waits.
pub fn next_due(conn: &mut Conn) -> Result<Option<Ms>> {
    Ok(jobs::table
        .filter(jobs::state.eq("ready"))
        .order(jobs::run_at.asc())
        .select(jobs::run_at)
        .first(conn)
        .optional()?)
}

/// A job that was given up.
#[derive(Debug, Clone, Queryable, serde::Serialize)]
pub struct DeadJob {
    /// Row id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Tries made.
    pub attempts: i32,
    /// Last error, at most 500 characters.
    pub last_error: Option<String>,
    /// When it was given up.
    pub finished_at: Option<Ms>,
}

/// What an admin sees of the queue.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Overview {
    /// Jobs that wait or run.
    pub waiting: i64,
    /// Jobs that were given up, newest first, at most 50.
    pub dead: Vec<DeadJob>,
}

/// Reads the state of the queue.
pub fn overview(conn: &mut Conn) -> Result<Overview> {
    let waiting = jobs::table.filter(jobs::state.ne("dead")).count().get_result(conn)?;
    let dead = jobs::table
        .filter(jobs::state.eq("dead"))
        .order(jobs::id.desc())
        .limit(50)
        .select((jobs::id, jobs::kind, jobs::attempts, jobs::last_error, jobs::finished_at))
        .load(conn)?;
    Ok(Overview { waiting, dead })
}

/// When the job that waits longest for its turn became due.
pub fn oldest_due(conn: &mut Conn, now: Ms) -> Result<Option<Ms>> {
    let due = jobs::table.filter(jobs::state.eq("ready")).filter(jobs::run_at.le(now));
    Ok(due.select(diesel::dsl::min(jobs::run_at)).first(conn)?)
}

/// Buries every waiting job of `kind`, so that a human decides: in a restored house nobody knows whether it ran since.
pub fn hold_letters(conn: &mut Conn, kind: &str, now: Ms) -> Result<usize> {
    let waiting = jobs::table.filter(jobs::kind.eq(kind)).filter(jobs::state.ne("dead"));
    Ok(diesel::update(waiting)
        .set((
            jobs::state.eq("dead"),
            jobs::dedup_key.eq(None::<String>),
            jobs::lease_until.eq(None::<i64>),
            jobs::last_error.eq(Some("restored from a backup: it may have gone out since")),
            jobs::finished_at.eq(Some(now)),
        ))
        .execute(conn)?)
}

/// Lets a dead job try once more.
pub fn retry_dead(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(jobs::table.filter(jobs::id.eq(id)).filter(jobs::state.eq("dead")))
        .set((jobs::state.eq("ready"), jobs::run_at.eq(now), jobs::attempts.eq(0), jobs::finished_at.eq(None::<i64>)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// When the next job is due, counting leases that ran out.
pub fn next_or_lost(conn: &mut Conn) -> Result<Option<Ms>> {
    let ready = next_due(conn)?;
    let lost: Option<Option<Ms>> = jobs::table
        .filter(jobs::state.eq("leased"))
        .order(jobs::lease_until.asc())
        .select(jobs::lease_until)
        .first(conn)
        .optional()?;
    Ok(ready.into_iter().chain(lost.flatten()).min())
}

/// Which of `kinds` have no run waiting or under way.
pub fn missing(conn: &mut Conn, kinds: &[&'static str]) -> Result<Vec<&'static str>> {
    let known: Vec<String> =
        jobs::table.filter(jobs::kind.eq_any(kinds)).filter(jobs::state.ne("dead")).select(jobs::kind).load(conn)?;
    Ok(kinds.iter().copied().filter(|k| !known.iter().any(|n| n == k)).collect())
}
