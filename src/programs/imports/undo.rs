//! Taking an import back: latest change first, each one restored from what was written down before it.

use super::{ImportJob, Report};
use crate::db::{SECOND, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{self, NewJob};
use crate::members::store::insert_audit;
use crate::programs::model::Facts;
use crate::programs::store::{imports as store, sales};
use crate::programs::{ingest, tiers};
use crate::web::viewer::MemberId;
use std::collections::BTreeSet;

/// Job that finishes what a stopped node left undone.
pub const UNDO_JOB: &str = "imports.undo";
/// Changes of one transaction.
const STEP: i64 = 250;
/// Up to this many changes the caller waits for the end.
const AT_ONCE: i64 = 20_000;

/// Takes an import back; true when it is done, false when it goes on in the background.
///
/// # Errors
/// [`Error::NotFound`]; `import_not_done` while it runs, was a trial, or is taken back already.
pub async fn undo(house: &House, actor: MemberId, id: i64) -> Result<bool> {
    let changes = house
        .db
        .write(move |tx| {
            store::find_import(tx, id)?;
            if !store::mark_undoing(tx, id)? {
                return Err(Error::Conflict("import_not_done"));
            }
            insert_audit(tx, Some(actor), "import.undo", ("import", Some(id)), "")?;
            let changes = sales::count_changes_of(tx, id)?;
            // Beside the caller's own run: if this node dies, the job ends what it began.
            let at = if changes > AT_ONCE { tx.now() } else { tx.now() + 120 * SECOND };
            jobs::enqueue(tx, NewJob::new(UNDO_JOB, &ImportJob { id })?.at(at))?;
            Ok(changes)
        })
        .await?;
    if changes > AT_ONCE {
        return Ok(false);
    }
    take_back(house.clone(), ImportJob { id }).await?;
    Ok(true)
}

/// Works the taking back off; does nothing where it has been done.
///
/// # Errors
/// When the database fails; the job starts again and goes on.
pub async fn take_back(house: House, job: ImportJob) -> Result<()> {
    let id = job.id;
    let row = house.db.read(move |c| store::find_import(c, id)).await?;
    if row.status != "running" || row.undone_at.is_none() {
        return Ok(());
    }
    let mut cursor = i64::MAX;
    let mut kept = 0;
    loop {
        let (next, left) = house.db.write_background(move |tx| step(tx, id, cursor)).await?;
        kept += left;
        match next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    while house.db.write_background(move |tx| marks(tx, id)).await? {}
    while house.db.write_background(move |tx| ingest::match_waiting(tx, None)).await? > 0 {}
    let mut report = Report::stored(&row.report);
    report.kept = kept;
    let text = report.to_json()?;
    house
        .db
        .write(move |tx| {
            store::mark_progress(tx, id, row.rows_done, row.rows_done, &text)?;
            store::mark_undone(tx, id)
        })
        .await
}

/// Takes the latest changes below `cursor` back; answers where to go on and how many were left alone.
fn step(tx: &mut Tx<'_>, import: i64, cursor: i64) -> Result<(Option<i64>, i64)> {
    let changes = sales::list_changes_of(tx, import, cursor, STEP)?;
    let (mut next, mut kept) = (None, 0);
    let mut members = BTreeSet::new();
    for (change, sale, before, after) in changes {
        next = Some(change);
        if sales::has_later_change(tx, sale, change, import)? {
            kept += 1;
            continue;
        }
        let after: Facts = serde_json::from_str(&after).map_err(Error::internal)?;
        members.extend(after.member_id);
        if before.is_empty() {
            sales::delete_sale(tx, sale)?;
            continue;
        }
        let before: Facts = serde_json::from_str(&before).map_err(Error::internal)?;
        members.extend(before.member_id);
        sales::update_facts(tx, sale, &before)?;
        sales::delete_change(tx, change)?;
    }
    tiers::enqueue_for(tx, &members)?;
    Ok((next, kept))
}

/// Takes some of the people, references and suppressions back; false when there are none left.
fn marks(tx: &mut Tx<'_>, import: i64) -> Result<bool> {
    let found = store::list_marks(tx, import, STEP)?;
    for (mark, kind, id) in &found {
        match kind.as_str() {
            "member" => store::delete_invited(tx, *id)?,
            "ref" => store::delete_ref(tx, *id)?,
            "suppression" => store::delete_suppression(tx, *id)?,
            other => return Err(Error::internal(format!("unknown mark {other}"))),
        }
        store::delete_mark(tx, *mark)?;
    }
    Ok(!found.is_empty())
}
