//! The job that brings an old forum in, thread by thread; killed anywhere and begun again, it ends the same.

use super::arrivals::{niches, people};
use super::read::read;
use super::threads::bring_thread;
use super::{Archive, Report};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::forums::store::{self, ImportRow};
use crate::house::House;
use crate::i18n::{Lang, parse_zone};
use crate::jobs::NewJob;
use crate::members::store::insert_audit;
use crate::web::viewer::{MemberId, Viewer};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Runs an import.
pub const IMPORT: &str = "forums.import";

/// Payload of [`IMPORT`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    /// Its row.
    pub id: i64,
}

fn enqueue(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    crate::jobs::enqueue(tx, NewJob::new(IMPORT, &Import { id })?.once(format!("forum-import-{id}")))
}

/// Keeps a file that lies at `path` and asks for a trial of it; answers the id of the import.
///
/// # Errors
/// When it cannot be written; the file stays the caller's then.
pub async fn begin(house: &House, viewer: &Viewer, (path, name): (&Path, &str), lang: Lang) -> Result<i64> {
    let (path, name) = (path.to_string_lossy().into_owned(), name.to_owned());
    let (zone, by) = (viewer.time_zone.clone(), viewer.id.0);
    house
        .db
        .write(move |tx| {
            let id = store::insert_import(tx, (&name, &path), (lang.code(), &zone), true, by)?;
            enqueue(tx, id)?;
            Ok(id)
        })
        .await
}

/// Brings in what a trial has shown, or goes on where a fault has stopped.
///
/// # Errors
/// [`Error::NotFound`]; `stale` when it is neither.
pub async fn go_on(house: &House, id: i64) -> Result<()> {
    house
        .db
        .write(move |tx| {
            store::find_import(tx, id)?;
            if store::mark_wanted(tx, id)? { enqueue(tx, id) } else { Err(Error::Conflict("stale")) }
        })
        .await
}

/// Notes in the audit log that everything is taken out.
///
/// # Errors
/// When the line cannot be written.
pub async fn note_export(house: &House, viewer: &Viewer) -> Result<()> {
    let actor = viewer.id;
    house.db.write(move |tx| insert_audit(tx, Some(actor), "forum.exported", ("forum", None), "")).await
}

/// Runs [`IMPORT`].
///
/// # Errors
/// When the database fails; the job comes again and goes on.
pub async fn import(house: House, job: Import) -> Result<()> {
    let row = house.db.read(move |c| store::find_import(c, job.id)).await?;
    if !matches!(row.status.as_str(), "waiting" | "running") {
        return Ok(());
    }
    let (path, name, zone) = (PathBuf::from(&row.path), row.file_name.clone(), parse_zone(&row.time_zone));
    let own = house.config.absolute("");
    let archive =
        tokio::task::spawn_blocking(move || read(&path, &name, &zone, &own)).await.map_err(Error::internal)?;
    let mut report = Report::default();
    let status = match archive {
        Ok(archive) => match bring(&house, &row, archive, &mut report).await {
            Ok(()) => "done",
            // What has come in stays; the file stays too, and the import can be told to go on.
            Err(error) => {
                tracing::error!(import = row.id, %error, "a forum import has stopped");
                "stopped".clone_into(&mut report.failure);
                "stopped"
            }
        },
        Err(code) => {
            code.clone_into(&mut report.failure);
            "failed"
        }
    };
    let text = serde_json::to_string(&report).map_err(Error::internal)?;
    let (id, by, dry_run) = (row.id, row.created_by.map(MemberId), row.dry_run);
    house
        .db
        .write_background(move |tx| {
            store::mark_ended(tx, id, status, &text)?;
            if dry_run { Ok(()) } else { insert_audit(tx, by, "forum.imported", ("forum_import", Some(id)), status) }
        })
        .await?;
    if status == "failed" || (status == "done" && !row.dry_run) {
        // A trial keeps its file for the import that may follow.
        if let Err(error) = tokio::fs::remove_file(&row.path).await {
            tracing::warn!(%error, "the file of a forum import could not be removed");
        }
    }
    Ok(())
}

async fn bring(house: &House, row: &ImportRow, archive: Archive, report: &mut Report) -> Result<()> {
    for (what, code) in &archive.problems {
        report.problem(what, code);
    }
    let lang = Lang::parse(&row.lang).unwrap_or(Lang::De);
    let people = people(house, row, archive.people, lang, report).await?;
    let niches = niches(house, row, archive.niches, report).await?;
    let total = i64::try_from(archive.threads.len()).unwrap_or(i64::MAX);
    for (done, thread) in (1..).zip(archive.threads) {
        let Some(niche) = niches.get(&thread.niche).copied() else {
            report.problem(format!("topic {}", thread.key), "no_niche");
            continue;
        };
        bring_thread(house, row, (thread, niche), &people, report).await?;
        let id = row.id;
        house.db.write_background(move |tx| store::update_progress(tx, id, (done, total))).await?;
    }
    Ok(())
}
