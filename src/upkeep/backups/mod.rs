//! Backups of the running house: by the schedule, by an admin, into a folder or a bucket, old ones thinned out.

mod place;
mod retention;

pub use retention::outdated;

use super::archive::{self, Made};
use super::model::Cause;
use super::{folder, store};
use crate::config::BackupPlace;
use crate::db::{Clock, DAY, HOUR, MINUTE, Ms, is_postgres};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::members::store::insert_audit;
use crate::web::viewer::MemberId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Kind of the job that looks whether a backup is due.
pub const DUE_JOB: &str = "upkeep.backup_due";
/// Kind of the job that takes one.
pub const RUN_JOB: &str = "upkeep.backup";
/// How often that is looked at.
pub const LOOK_EVERY: Ms = 10 * MINUTE;
/// After a failure it is tried again this much later.
const RETRY: Ms = HOUR;
/// Nobody works this long on one; whoever did is gone.
const LOST: Ms = 6 * HOUR;

/// Payload of [`RUN_JOB`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    backup: i64,
}

/// A moment as names carry it: `20261125T221500Z`.
pub fn stamp(now: Ms) -> String {
    let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// After this age without a good one somebody must look.
pub fn alarm_age(every: Ms) -> Ms {
    every + (every / 2).clamp(2 * HOUR, DAY)
}

/// At the start of a node: what a sudden end left running is over.
///
/// # Errors
/// When the database fails.
pub async fn tidy_up(house: &House) -> Result<()> {
    let alone = !is_postgres(&house.config.database_url);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let until = if alone { i64::MAX } else { now - LOST };
            store::end_running_since(tx, "interrupted", now, until).map(|_| ())
        })
        .await?;
    if alone {
        remove_parts(&folder(&house.config));
    }
    Ok(())
}

fn remove_parts(folder: &std::path::Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().ends_with(".part")) {
        if let Err(error) = std::fs::remove_file(entry.path()) {
            tracing::warn!(%error, "a half-written backup could not be removed");
        }
    }
}

/// Begins a backup and answers its id; the work is a job.
///
/// # Errors
/// Conflict `backup_off` where there is no place for one, `backup_running` while one is under way.
pub async fn begin(house: &House, cause: Cause, by: Option<MemberId>) -> Result<i64> {
    let operations = &house.config.operations;
    let place = operations.backup_to.as_ref().ok_or(Error::Conflict("backup_off"))?.to_string();
    let ending = if operations.backup_passphrase.is_some() { "tar.gz.age" } else { "tar.gz" };
    let ending = ending.to_owned();
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::end_running_since(tx, "interrupted", now, now - LOST)?;
            if store::is_running(tx)? {
                return Err(Error::Conflict("backup_running"));
            }
            let name = format!("kontor-{}.{ending}", stamp(now));
            let id = store::insert_backup(tx, (&name, &place), cause, by)?;
            if by.is_some() {
                insert_audit(tx, by, "backup.start", ("backup", Some(id)), &name)?;
            }
            enqueue(tx, NewJob::new(RUN_JOB, &Run { backup: id })?.once(format!("backup:{id}")))?;
            Ok(id)
        })
        .await
}

/// The job that looks whether a backup is due.
///
/// # Errors
/// When the database fails.
pub async fn look(house: House, (): ()) -> Result<()> {
    if house.config.operations.backup_to.is_none() || house.config.demo {
        return Ok(());
    }
    let (now, every) = (house.db.now(), house.config.operations.backup_every);
    let (good, tried) = house.db.read(|c| Ok((store::last_good(c)?, store::last_try(c)?))).await?;
    // A little early is on time: otherwise a daily one drifts by one look a day.
    let is_due = good.is_none_or(|at| now - at >= every - LOOK_EVERY / 2);
    let may_try = tried.is_none_or(|at| now - at >= RETRY.min(every) - LOOK_EVERY / 2) || good == tried;
    if !is_due || !may_try {
        return Ok(());
    }
    match begin(&house, Cause::Schedule, None).await {
        Ok(_) | Err(Error::Conflict(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The job that takes a backup. A second run of the same job finds it ended and does nothing.
///
/// # Errors
/// When the database fails; what else fails is noted in the backup.
pub async fn run(house: House, Run { backup: id }: Run) -> Result<()> {
    let backup = match house.db.read(move |c| store::find_backup(c, id)).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if backup.state != "running" {
        return Ok(());
    }
    match take(&house, &backup.name).await {
        Ok(made) => {
            house.db.write(move |tx| store::mark_done(tx, id, &made)).await?;
            thin_out(&house, &backup.place).await
        }
        Err(error) => {
            tracing::error!(%error, "a backup failed");
            let why = error.to_string();
            house.db.write(move |tx| store::mark_failed(tx, id, &why)).await
        }
    }
}

async fn take(house: &House, name: &str) -> Result<Made> {
    let local = folder(&house.config);
    let (config, file, now) = (house.config.clone(), local.join(name), house.db.now());
    let path = file.clone();
    let made = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&local)
            .map_err(|e| Error::config(format!("cannot create {}: {e}", local.display())))?;
        archive::write(&config, &path, true, now)
    })
    .await
    .map_err(Error::internal)??;
    if let Some(BackupPlace::Bucket { .. }) = &house.config.operations.backup_to {
        let sent = place::send(&house.config, &file, name, &made.sha256).await;
        for gone in [file.clone(), file.with_file_name(format!("{name}.sha256"))] {
            if let Err(error) = tokio::fs::remove_file(&gone).await {
                tracing::warn!(%error, "a backup that went to the bucket still stands here");
            }
        }
        sent?;
    }
    Ok(made)
}

/// Removes what its time is over for. A failure leaves it for the next time.
async fn thin_out(house: &House, place_name: &str) -> Result<()> {
    let (keep, wanted) = (house.config.operations.backup_keep, place_name.to_owned());
    let all = house.db.read(move |c| store::list_kept(c, &wanted)).await?;
    let moments: Vec<Ms> = all.iter().map(|(_, _, at)| *at).collect();
    for i in outdated(&moments, keep) {
        let (id, name) = (all[i].0, all[i].1.clone());
        match place::remove(&house.config, &name).await {
            Ok(()) => house.db.write(move |tx| store::mark_removed(tx, id)).await?,
            Err(error) => tracing::warn!(%error, name, "an old backup could not be removed"),
        }
    }
    Ok(())
}

/// `kontor backup FILE`: takes one beside a running server and notes it.
///
/// # Errors
/// When something cannot be read or written.
pub async fn by_command(config: &crate::config::Config, file: std::path::PathBuf) -> Result<Made> {
    let db = crate::app::open_database(config, Clock::default())?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let place = file.parent().map(|p| p.display().to_string()).unwrap_or_default();
    let id = db.write(move |tx| store::insert_backup(tx, (&name, &place), Cause::Command, None)).await?;
    let (inner, now) = (config.clone(), db.now());
    let made =
        tokio::task::spawn_blocking(move || archive::write(&inner, &file, true, now)).await.map_err(Error::internal)?;
    let noted = made.as_ref().map(Made::clone).map_err(ToString::to_string);
    db.write(move |tx| match &noted {
        Ok(made) => store::mark_done(tx, id, made),
        Err(why) => store::mark_failed(tx, id, why),
    })
    .await?;
    db.close();
    made
}
