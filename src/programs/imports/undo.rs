//! Taking an import back: latest change first, each one restored from what was written down before it.

use super::{ImportJob, Report};
use crate::accounts::store::delete_proved_consent;
use crate::db::{SECOND, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{self, NewJob};
use crate::members::store::insert_audit;
use crate::programs::model::Facts;
use crate::programs::store::{imports as store, sales, tiers as reads};
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
    let mut kept = Report::stored(&row.report).kept;
    while house.db.write_background(move |tx| tiers_back(tx, id)).await? {}
    let mut cursor = i64::MAX;
    loop {
        let (next, left) = house.db.write_background(move |tx| step(tx, id, cursor)).await?;
        kept += left;
        match next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    loop {
        let (more, left) = house.db.write_background(move |tx| marks(tx, id)).await?;
        kept += left;
        if !more {
            break;
        }
    }
    while house.db.write_background(move |tx| ingest::match_waiting(tx, None, None)).await? > 0 {}
    while house.db.write_background(move |tx| touched(tx, id)).await? {}
    let mut report = Report::stored(&row.report);
    report.kept = kept;
    let text = report.to_json()?;
    house
        .db
        .write(move |tx| {
            store::mark_progress(tx, id, row.rows_done, row.rows_done, &text)?;
            store::mark_undone(tx, id)
        })
        .await?;
    super::run::tell(&house, id).await;
    Ok(())
}

/// Takes some of the moves between tiers back, first of all: nothing looks at sales that are half gone.
fn tiers_back(tx: &mut Tx<'_>, import: i64) -> Result<bool> {
    let found = store::list_marks(tx, import, &["tier"], STEP)?;
    for (mark, _, change) in &found {
        if let Some(member) = reads::delete_tier_change(tx, *change)? {
            jobs::emit(tx, "member.changed", &serde_json::json!({ "member_id": member }))?;
        }
        store::delete_mark(tx, *mark)?;
    }
    Ok(!found.is_empty())
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
            members.extend(sales::delete_sale(tx, sale)?);
            continue;
        }
        let before: Facts = serde_json::from_str(&before).map_err(Error::internal)?;
        members.extend(before.member_id);
        sales::update_facts(tx, sale, &before)?;
        sales::delete_change(tx, change)?;
    }
    // Looked at in the end, when all of them are gone.
    let marks: Vec<(&str, i64)> = members.into_iter().map(|m| ("touched", m)).collect();
    store::insert_marks(tx, import, &marks)?;
    Ok((next, kept))
}

/// Takes some of the people, references, consents and suppressions back; answers whether there may be more, and how
/// many people have come to life since.
fn marks(tx: &mut Tx<'_>, import: i64) -> Result<(bool, i64)> {
    let kinds = ["member", "ref", "suppression", "consent", "sponsor"];
    let found = store::list_marks(tx, import, &kinds, STEP)?;
    let mut kept = 0;
    for (mark, kind, id) in &found {
        match kind.as_str() {
            "member" => kept += i64::from(!store::delete_invited(tx, *id)?),
            "ref" => store::delete_ref(tx, *id)?,
            "suppression" => store::delete_suppression(tx, *id)?,
            "consent" => delete_proved_consent(tx, *id)?,
            "sponsor" => store::delete_sponsor(tx, *id)?,
            other => return Err(Error::internal(format!("unknown mark {other}"))),
        }
        store::delete_mark(tx, *mark)?;
    }
    Ok((!found.is_empty(), kept))
}

/// Looks at the tiers of some partners whose sales were taken back.
fn touched(tx: &mut Tx<'_>, import: i64) -> Result<bool> {
    let found = store::list_marks(tx, import, &["touched"], STEP)?;
    let members: BTreeSet<i64> = found.iter().map(|(_, _, member)| *member).collect();
    tiers::recompute(tx, &members.into_iter().collect::<Vec<_>>())?;
    for (mark, _, _) in &found {
        store::delete_mark(tx, *mark)?;
    }
    Ok(!found.is_empty())
}
