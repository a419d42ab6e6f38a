//! Working a file off: one pass to learn how it is written, one to keep its rows in small transactions.

use super::report::Said;
use super::rows::{Person, Reader, Row};
use super::{ImportJob, Kind, Options, Report, columns, folder, people};
use crate::accounts::model::Email;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{self, NewJob};
use crate::programs::ingest::{self, Applied, Outcome};
use crate::programs::model::{NewSale, Program};
use crate::programs::store::imports::{self as store, ImportRow};
use crate::programs::{store as reads, tiers};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Rows of one transaction: short enough that people's writes never wait for them.
const STEP: usize = 250;
/// Job that matches waiting sales and looks at tiers after an import.
pub const SETTLE_JOB: &str = "imports.settle";

type Step = Vec<(Said, Row)>;

/// Works an import off, or goes on where it stopped.
///
/// # Errors
/// When the database fails or the node stops; the job starts again and goes on.
pub async fn run(house: House, job: ImportJob) -> Result<()> {
    let id = job.id;
    let (row, programs) = house.db.read(move |c| Ok((store::find_import(c, id)?, reads::list_programs(c)?))).await?;
    if !matches!(row.status.as_str(), "queued" | "running") || row.undone_at.is_some() {
        return Ok(());
    }
    let path = folder(&house).join(&row.file_path);
    match work(&house, row, programs, path.clone()).await {
        Ok(true) => Ok(()),
        // Another worker has taken over.
        Ok(false) => Ok(()),
        Err(Error::Invalid(fields)) => {
            let mut report = Report::default();
            let first = Said { row: 1, part: "".into() };
            fields.iter().for_each(|f| report.wrong(&first, "", f.code, &f.field));
            let text = report.to_json()?;
            house.db.write_background(move |tx| store::mark_ended(tx, id, "failed", &text)).await?;
            tell(&house, id).await;
            Ok(())
        }
        Err(other) => Err(other),
    }
}

async fn work(house: &House, row: ImportRow, programs: Vec<Program>, path: PathBuf) -> Result<bool> {
    let kind = Kind::parse(&row.kind).map_err(|e| Error::Invalid(vec![e]))?;
    let options: Options = serde_json::from_str(&row.options).map_err(Error::internal)?;
    if !path.is_file() {
        return Err(Error::field("file", "unreadable"));
    }
    let plan = {
        let (options, path) = (options.clone(), path.clone());
        super::run_blocking(move || columns::plan(kind, &options, &path)).await??
    };
    let (id, dry_run, total) = (row.id, row.dry_run, plan.rows);
    if !house.db.write_background(move |tx| store::mark_running(tx, id, total)).await? {
        return Ok(false);
    }
    // A trial keeps nothing, so it starts over after a crash.
    let mut done = if dry_run { 0 } else { row.rows_done };
    let mut report = if dry_run { Report::default() } else { Report::stored(&row.report) };
    if dry_run && row.rows_done > 0 {
        house
            .db
            .write_background(move |tx| {
                store::delete_steps(tx, id)?;
                store::mark_progress(tx, id, row.rows_done, 0, "{}")
            })
            .await?;
    }
    let (sender, mut steps) = mpsc::channel::<Result<Step>>(4);
    let behind = done;
    let style = plan.evidence.style();
    let reading = {
        let path = path.clone();
        tokio::task::spawn_blocking(move || {
            let mut reader = Reader::new(kind, &options, programs, style);
            if let Err(error) = read(kind, &options, &path, plan.shape, &mut reader, behind, &sender) {
                // Nobody listens any more only when the work below has ended.
                let _ = sender.blocking_send(Err(error));
            }
        })
    };
    let mut trial = Trial::default();
    while let Some(step) = steps.recv().await {
        if house.jobs.stopping().is_cancelled() {
            return Err(Error::Unavailable);
        }
        let step = Arc::new(step?);
        let rows = i64::try_from(step.len()).unwrap_or(0);
        let moved;
        (report, moved) = if dry_run {
            let (kept, before) = (step.clone(), report);
            let mut known = std::mem::take(&mut trial);
            let report;
            (report, trial) = house
                .db
                .read(move |c| {
                    let mut report = before;
                    preview_step(c, &kept, &mut known, &mut report)?;
                    Ok((report, known))
                })
                .await?;
            let (mut after, live) = (report, house.live.clone());
            let lines = after.take_lines();
            let text = after.to_json()?;
            let moved = house
                .db
                .write_background(move |tx| {
                    let moved = store::mark_progress(tx, id, done, done + rows, &text)?;
                    if moved {
                        store::insert_step(tx, id, done + rows, &lines)?;
                        publish(tx, &live, id, (done + rows, total), &text);
                    }
                    Ok(moved)
                })
                .await?;
            (after, moved)
        } else {
            let (before, live) = (report.clone(), house.live.clone());
            house
                .db
                .write_background(move |tx| {
                    let mut report = before.clone();
                    keep_step(tx, id, &step, &mut report)?;
                    let (lines, text) = (report.take_lines(), report.to_json()?);
                    let moved = store::mark_progress(tx, id, done, done + rows, &text)?;
                    // Another worker was faster: nothing of this step may stay.
                    if !moved {
                        return Err(Error::Conflict("import_moved"));
                    }
                    store::insert_step(tx, id, done + rows, &lines)?;
                    publish(tx, &live, id, (done + rows, total), &text);
                    Ok((report, true))
                })
                .await?
        };
        if !moved {
            return Ok(false);
        }
        done += rows;
    }
    reading.await.map_err(Error::internal)?;
    let text = report.to_json()?;
    house
        .db
        .write_background(move |tx| {
            let ended = store::mark_ended(tx, id, "done", &text)?;
            if ended && !dry_run {
                jobs::enqueue(tx, NewJob::new(SETTLE_JOB, &ImportJob { id })?)?;
            }
            Ok(())
        })
        .await?;
    tell(house, id).await;
    if !dry_run {
        // What the file said is in the database; people's data is not kept twice.
        if let Err(error) = tokio::fs::remove_file(&path).await {
            tracing::warn!(%error, id, "the file of an import could not be removed");
        }
    }
    Ok(true)
}

/// Tells who watches how far an import is, once the step is on disk.
fn publish(tx: &mut Tx<'_>, live: &crate::live::Live, id: i64, (done, total): (i64, i64), report: &str) {
    let (live, value) = (live.clone(), value(id, "running", (done, total), &Report::stored(report)));
    tx.after_commit(move || live.publish_info(&format!("import:{id}"), &value));
}

/// Progress as the topic `import:ID` carries it.
fn value(id: i64, status: &str, (rows_done, rows_total): (i64, i64), report: &Report) -> String {
    serde_json::json!({
        "id": id, "status": status, "rows_done": rows_done, "rows_total": rows_total, "members": report.members,
        "conversions": report.conversions, "suppressions": report.suppressions, "waiting": report.waiting,
        "errors_total": report.errors_total,
    })
    .to_string()
}

/// Tells who watches how an import stands.
pub(super) async fn tell(house: &House, id: i64) {
    if let Ok(row) = house.db.read(move |c| store::find_import(c, id)).await {
        let value = value(id, &row.status, (row.rows_done, row.rows_total), &Report::stored(&row.report));
        house.live.publish_info(&format!("import:{id}"), &value);
    }
}

fn read(
    kind: Kind,
    options: &Options,
    path: &std::path::Path,
    shape: super::table::Shape,
    reader: &mut Reader,
    behind: i64,
    sender: &mpsc::Sender<Result<Step>>,
) -> Result<()> {
    let mut step = Vec::with_capacity(STEP);
    let mut number = 0;
    // Addresses that must not be mailed go first, wherever in the file they stand.
    let turns: &[Option<bool>] = if kind.is_list() { &[Some(true), Some(false)] } else { &[None] };
    for turn in turns {
        let mut part: Arc<str> = "".into();
        columns::walk(kind, options, path, shape, |section, line| {
            // Rows behind us are read all the same: a row may contradict one of them.
            let row = reader.row(section, line);
            if turn.is_some_and(|stops| stops != row.stops()) {
                return Ok(true);
            }
            number += 1;
            if number > behind {
                if *part != *section.part {
                    part = section.part.as_str().into();
                }
                step.push((Said { row: line.number, part: part.clone() }, row));
            }
            if step.len() < STEP {
                return Ok(true);
            }
            Ok(sender.blocking_send(Ok(std::mem::replace(&mut step, Vec::with_capacity(STEP)))).is_ok())
        })?;
    }
    if !step.is_empty() {
        let _ = sender.blocking_send(Ok(step));
    }
    Ok(())
}

struct Sorted {
    sales: Vec<NewSale>,
    sale_rows: Vec<Said>,
    people: Vec<(Said, Person)>,
    suppressions: Vec<(Said, Email, String)>,
}

fn sort(step: &[(Said, Row)], report: &mut Report) -> Sorted {
    let mut out = Sorted { sales: Vec::new(), sale_rows: Vec::new(), people: Vec::new(), suppressions: Vec::new() };
    for (said, row) in step {
        match row {
            Row::Sale(sale) => {
                out.sales.push(sale.as_ref().clone());
                out.sale_rows.push(said.clone());
            }
            Row::Person(person) => out.people.push((said.clone(), person.as_ref().clone())),
            Row::Suppression { email, reason } => out.suppressions.push((said.clone(), email.clone(), reason.clone())),
            Row::Skipped => {
                report.skipped += 1;
                report.note(said, "", "skipped", "", "");
            }
            Row::Wrong(code, cell) => report.wrong(said, "", code, cell),
        }
    }
    out
}

fn count(applied: &Applied, sorted: &Sorted, report: &mut Report) {
    let outcomes = applied.outcomes.iter().zip(&sorted.sale_rows).zip(&sorted.sales);
    for (i, ((outcome, said), sale)) in outcomes.enumerate() {
        let waits = applied.waits.get(i).copied().unwrap_or(false);
        let word = match outcome {
            Outcome::Created => {
                report.conversions.created += 1;
                "created"
            }
            Outcome::Updated => {
                report.conversions.updated += 1;
                "updated"
            }
            Outcome::Unchanged => {
                report.conversions.unchanged += 1;
                "unchanged"
            }
            Outcome::Ambiguous => {
                report.wrong(said, "sales", "ambiguous_order", &sale.order_id);
                continue;
            }
        };
        report.note(said, "sales", word, if waits { "waiting" } else { "" }, &sale.order_id);
        report.waiting += i64::from(waits);
    }
}

fn keep_step(tx: &mut Tx<'_>, import: i64, step: &[(Said, Row)], report: &mut Report) -> Result<()> {
    let sorted = sort(step, report);
    people::keep_suppressions(tx, import, &sorted.suppressions, report)?;
    people::keep_people(tx, import, &sorted.people, report)?;
    let applied = ingest::apply(tx, &sorted.sales, Some(import))?;
    count(&applied, &sorted, report);
    report.errors.sort_by_key(|e| e.row);
    Ok(())
}

/// What a trial has seen: a second row of something new is not new.
#[derive(Default)]
struct Trial {
    people: people::Met,
    orders: HashSet<(String, String, String)>,
}

fn preview_step(conn: &mut Conn, step: &[(Said, Row)], known: &mut Trial, report: &mut Report) -> Result<()> {
    let sorted = sort(step, report);
    people::preview_suppressions(conn, &sorted.suppressions, &mut known.people, report)?;
    people::preview_people(conn, &sorted.people, &mut known.people, report)?;
    let mut applied = ingest::preview(conn, &sorted.sales)?;
    for (sale, outcome) in sorted.sales.iter().zip(&mut applied.outcomes) {
        let key = (sale.source.clone(), sale.order_id.clone(), sale.product.text().to_owned());
        if *outcome == Outcome::Created && !known.orders.insert(key) {
            *outcome = Outcome::Unchanged;
        }
    }
    count(&applied, &sorted, report);
    report.errors.sort_by_key(|e| e.row);
    Ok(())
}

/// After an import: sales that waited for its people, and the tiers of the partners it touched.
///
/// # Errors
/// When the database fails.
pub async fn settle(house: House, job: ImportJob) -> Result<()> {
    let id = job.id;
    if house.db.read(move |c| store::find_import(c, id)).await?.undone_at.is_some() {
        return Ok(());
    }
    while house.db.write_background(move |tx| ingest::match_waiting(tx, None, Some(id))).await? > 0 {}
    let mut after = 0;
    loop {
        let ids = house.db.read(move |c| reads::sales::list_members_of_import(c, id, after, tiers::AT_ONCE)).await?;
        let Some(last) = ids.last().copied() else { return Ok(()) };
        house
            .db
            .write_background(move |tx| {
                let newest = reads::tiers::find_last_tier_change(tx)?;
                tiers::recompute(tx, &ids)?;
                let moved = reads::tiers::list_tier_changes_of(tx, &ids, newest)?;
                let moved: Vec<(&str, i64)> = moved.into_iter().map(|change| ("tier", change)).collect();
                store::insert_marks(tx, id, &moved)
            })
            .await?;
        after = last;
    }
}
