//! Runs a bulk upload: read and check everything, then make all of it or nothing.

use super::archive::{Archive, ENTRY_BYTES, TEXT_BYTES, base};
use super::{Bulk, MOST_ROWS, Made, Report, RowNote};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::files;
use crate::house::House;
use crate::library::actions::create_in;
use crate::library::input::{ResourceInput, VariantInput, Vocabulary, check};
use crate::library::material::actions::{MaterialInput, save_in};
use crate::library::material::model::{Details, PieceInput, check_pieces};
use crate::library::material::{prints, store};
use crate::settings::Bilingual;
use crate::web::viewer::MemberId;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;

const COLUMNS: [&str; 19] = [
    "file",
    "kind",
    "title",
    "summary",
    "niche",
    "program",
    "min_tier",
    "status",
    "role",
    "file_title",
    "alt_de",
    "alt_en",
    "licence",
    "credit",
    "lang",
    "variant",
    "subject",
    "body",
    "valid_until",
];

/// One resource as the rows describe it.
#[derive(Debug, Clone, Default)]
struct Plan {
    row: u64,
    input: ResourceInput,
    valid_until: String,
    /// Name in the archive, with what is said of it and the row it stands in.
    files: Vec<(u64, String, PieceInput)>,
}

/// Runs [`super::BULK_JOB`]. May run twice: the end is written in the transaction that makes the resources.
///
/// # Errors
/// When the store or the database is away.
pub async fn run(house: House, job: Bulk) -> Result<()> {
    let row = match house.db.read(move |c| store::find_bulk(c, job.id)).await {
        Ok(row) if row.status == "queued" => row,
        Ok(_) | Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let path = fetch(&house, row.file_id).await?;
    let outcome = work(&house, &row, path.clone()).await;
    if let Err(error) = tokio::fs::remove_file(&path).await {
        tracing::warn!(%error, "the copy of an archive could not be removed");
    }
    outcome
}

/// The archive on this machine's disk: reading one means jumping about in it.
async fn fetch(house: &House, file: i64) -> Result<PathBuf> {
    let info = house.db.read(move |c| files::store::find(c, file)).await?;
    let folder = house.config.data_dir.join("tmp");
    tokio::fs::create_dir_all(&folder).await.map_err(Error::internal)?;
    let path = folder.join(format!("{}.zip", crate::accounts::token::fresh()?));
    let mut out = tokio::fs::File::create(&path).await.map_err(Error::internal)?;
    let mut bytes = house.files.stream(&info.object_key).await?;
    while let Some(chunk) = bytes.next().await {
        out.write_all(&chunk?).await.map_err(Error::internal)?;
    }
    out.flush().await.map_err(Error::internal)?;
    Ok(path)
}

async fn work(house: &House, row: &store::BulkRow, path: PathBuf) -> Result<()> {
    let id = row.id;
    let end = move |status: &'static str, report: Report| {
        let house = house.clone();
        async move {
            let text = serde_json::to_string(&report).map_err(Error::internal)?;
            house.db.write_background(move |tx| store::finish_bulk(tx, id, status, &text).map(|_| ())).await
        }
    };
    let opened = tokio::task::spawn_blocking(move || {
        let mut archive = Archive::open(&path)?;
        let table = archive.csv()?;
        Ok::<_, RowNote>((archive, table))
    })
    .await
    .map_err(Error::internal)?;
    let (archive, table) = match opened {
        Ok(opened) => opened,
        Err(note) => return end("failed", Report { errors: vec![note], ..Report::default() }).await,
    };
    let archive = Arc::new(Mutex::new(archive));
    let mut report = Report::default();
    let mut plans = read_table(&table, &mut report);
    fill(&archive, &mut plans, &mut report).await?;
    inspect(house, row, &archive, &plans, &mut report).await?;
    for plan in &plans {
        report.made.push(Made {
            id: None,
            title: plan.input.title.clone().unwrap_or_default(),
            kind: plan.input.kind.clone().unwrap_or_default(),
            files: plan.files.len(),
            texts: plan.input.variants.as_ref().map_or(0, Vec::len),
        });
    }
    if !report.errors.is_empty() || row.dry_run {
        let status = if report.errors.is_empty() || row.dry_run { "done" } else { "failed" };
        return end(status, report).await;
    }
    make(house, row, &archive, plans, report).await
}

/// The rows as resources: those of one title and kind are one.
fn read_table(table: &str, report: &mut Report) -> Vec<Plan> {
    let table = table.trim_start_matches('\u{feff}');
    let head = table.lines().next().unwrap_or("");
    let delimiter = if head.matches(';').count() > head.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(table.as_bytes());
    let headers: Vec<String> =
        reader.headers().map(|h| h.iter().map(|c| c.trim().to_lowercase()).collect()).unwrap_or_default();
    for header in headers.iter().filter(|h| !COLUMNS.contains(&h.as_str())) {
        report.errors.push(wrong(1, header, "bulk_column_unknown", header));
    }
    let mut plans: Vec<Plan> = Vec::new();
    for (i, record) in reader.records().enumerate() {
        let line = i as u64 + 2;
        if i >= MOST_ROWS {
            report.errors.push(wrong(line, "file", "bulk_too_many", &MOST_ROWS.to_string()));
            break;
        }
        let Ok(record) = record else {
            report.errors.push(wrong(line, "file", "bulk_row_broken", ""));
            continue;
        };
        let cell = |name: &str| -> String {
            let at = headers.iter().position(|h| h == name);
            at.and_then(|at| record.get(at)).unwrap_or("").trim().to_owned()
        };
        if record.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        add_row(&mut plans, line, &cell);
    }
    plans
}

fn wrong(row: u64, field: &str, code: &str, value: &str) -> RowNote {
    RowNote { row, field: field.to_owned(), code: code.to_owned(), value: value.chars().take(200).collect() }
}

fn add_row(plans: &mut Vec<Plan>, line: u64, cell: &dyn Fn(&str) -> String) {
    let given = |name: &str| Some(cell(name)).filter(|c| !c.is_empty());
    let file = cell("file");
    let title =
        given("title").unwrap_or_else(|| file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem).to_owned());
    let text = given("variant");
    let kind = given("kind").unwrap_or_else(|| if text.is_some() { "swipe_copy" } else { "image" }.to_owned());
    let known = plans.iter().position(|p| {
        p.input.title.as_deref() == Some(title.as_str()) && p.input.kind.as_deref() == Some(kind.as_str())
    });
    let at = known.unwrap_or_else(|| {
        plans.push(Plan {
            row: line,
            input: ResourceInput {
                kind: Some(kind),
                title: Some(title),
                summary: given("summary"),
                niche: given("niche").map(Some),
                program: given("program").map(Some),
                min_tier: given("min_tier").map(Some),
                status: given("status"),
                variants: Some(Vec::new()),
                ..ResourceInput::default()
            },
            valid_until: cell("valid_until"),
            files: Vec::new(),
        });
        plans.len() - 1
    });
    let Some(plan) = plans.get_mut(at) else { return };
    if let Some(key) = text {
        let lang = given("lang").unwrap_or_else(|| "de".to_owned());
        // Until the archive is read, the body is the name of its file.
        let body = given("body").unwrap_or_else(|| format!("\u{1}{file}"));
        let variant = VariantInput { key, lang, subject: cell("subject"), body };
        plan.input.variants.get_or_insert_default().push(variant);
        return;
    }
    if !file.is_empty() {
        let piece = PieceInput {
            file: i64::try_from(plan.files.len()).unwrap_or(0),
            role: cell("role"),
            title: cell("file_title"),
            alt: Bilingual { de: cell("alt_de"), en: cell("alt_en") },
            licence: cell("licence"),
            credit: cell("credit"),
            lang: cell("lang"),
        };
        plan.files.push((line, file, piece));
    }
}

/// Puts the texts of the archive in, and says what is missing and what is left over.
async fn fill(archive: &Arc<Mutex<Archive>>, plans: &mut [Plan], report: &mut Report) -> Result<()> {
    let mut used: Vec<String> = Vec::new();
    for plan in plans.iter_mut() {
        for variant in plan.input.variants.iter_mut().flatten() {
            let Some(name) = variant.body.strip_prefix('\u{1}').map(str::to_owned) else { continue };
            used.push(base(&name));
            match entry(archive, &name, TEXT_BYTES).await? {
                Ok(bytes) => match String::from_utf8(bytes) {
                    Ok(text) => variant.body = text.replace('\0', ""),
                    Err(_) => report.errors.push(wrong(plan.row, "file", "bulk_not_utf8", &name)),
                },
                Err(note) => report.errors.push(RowNote { row: plan.row, ..note }),
            }
        }
        let archive = archive.lock().map_err(|_| Error::internal("an archive was left open"))?;
        for (line, name, _) in &plan.files {
            used.push(base(name));
            if !archive.has(name) {
                report.errors.push(wrong(*line, "file", "bulk_no_file", name));
            }
        }
    }
    let archive = archive.lock().map_err(|_| Error::internal("an archive was left open"))?;
    for name in archive.names().filter(|n| !n.ends_with(".csv") && !used.iter().any(|u| u == n)) {
        report.warnings.push(wrong(0, "file", "bulk_unused", name));
    }
    Ok(())
}

async fn entry(archive: &Arc<Mutex<Archive>>, name: &str, most: u64) -> Result<std::result::Result<Vec<u8>, RowNote>> {
    let (archive, name) = (archive.clone(), name.to_owned());
    tokio::task::spawn_blocking(move || {
        let mut archive = archive.lock().map_err(|_| Error::internal("an archive was left open"))?;
        Ok(archive.read(&name, most))
    })
    .await
    .map_err(Error::internal)?
}

/// Checks each resource as the page would, and looks for copies.
async fn inspect(
    house: &House,
    row: &store::BulkRow,
    archive: &Arc<Mutex<Archive>>,
    plans: &[Plan],
    report: &mut Report,
) -> Result<()> {
    let sight = sight(row);
    let (known, all_prints) = house.db.read(move |c| Ok((Vocabulary::load(c, sight)?, store::list_prints(c)?))).await?;
    for plan in plans {
        let mut errors = Vec::new();
        for checked in
            [check(&plan.input, None, &known).map(|_| ()), check_pieces(&numbered(plan)), details(plan).check()]
        {
            if let Err(Error::Invalid(fields)) = checked {
                errors.extend(fields);
            }
        }
        report.errors.extend(errors.into_iter().map(|e| field_note(plan, e)));
        for variant in plan.input.variants.iter().flatten() {
            let Some(own) = prints::print(&variant.body) else { continue };
            if let Some((id, ..)) = all_prints.iter().find(|(_, _, p)| prints::is_near(*p, own)) {
                report.warnings.push(wrong(plan.row, "body", "bulk_near_copy", &id.to_string()));
            }
        }
        for (line, name, _) in &plan.files {
            let Ok(bytes) = entry(archive, name, ENTRY_BYTES).await? else { continue };
            let hash = files::sha256(&bytes);
            let holders = house.db.read(move |c| store::list_holders(c, &hash)).await?;
            if let Some((id, _)) = holders.first() {
                report.warnings.push(wrong(*line, "file", "bulk_same_file", &id.to_string()));
            }
        }
    }
    Ok(())
}

fn sight(row: &store::BulkRow) -> Sight {
    Sight { member: MemberId(row.created_by), rank: i32::MAX, team: true, manages: true }
}

/// The files of a plan, each with a number of its own in place of an id.
fn numbered(plan: &Plan) -> Vec<PieceInput> {
    plan.files.iter().map(|(_, _, piece)| piece.clone()).collect()
}

fn details(plan: &Plan) -> Details {
    Details { valid_until: plan.valid_until.clone(), ..Details::default() }
}

/// A field of a resource as the column and row of the CSV.
fn field_note(plan: &Plan, error: FieldError) -> RowNote {
    let field = error.field.to_string();
    let inside = |name: &str| field.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?.0.parse::<usize>().ok();
    let row = inside("files").and_then(|i| plan.files.get(i)).map_or(plan.row, |(line, ..)| *line);
    let column = field.rsplit('.').next().unwrap_or("").to_owned();
    let column = if column == "key" { "variant".to_owned() } else { column };
    wrong(row, &column, error.code, error.args.first().map_or("", |(_, v)| v))
}

/// Stores the files, then makes all resources in one transaction with the end of the bulk upload.
async fn make(
    house: &House,
    row: &store::BulkRow,
    archive: &Arc<Mutex<Archive>>,
    mut plans: Vec<Plan>,
    mut report: Report,
) -> Result<()> {
    let owner = MemberId(row.created_by);
    for plan in &mut plans {
        for (line, name, piece) in &mut plan.files {
            let kept = match entry(archive, name, ENTRY_BYTES).await? {
                Ok(bytes) => files::actions::keep_bytes(house, owner, name, bytes.into()).await,
                Err(note) => {
                    report.errors.push(RowNote { row: *line, ..note });
                    continue;
                }
            };
            match kept {
                Ok(file) if file.state() == files::State::Refused => {
                    report.errors.push(wrong(*line, "file", "file_refused", name));
                }
                Ok(file) => piece.file = file.id,
                Err(Error::TooLarge(_)) => report.errors.push(wrong(*line, "file", "bulk_too_large", name)),
                Err(Error::Conflict(code)) => report.errors.push(wrong(*line, "file", code, name)),
                Err(Error::Invalid(fields)) => {
                    report.errors.extend(fields.iter().map(|f| wrong(*line, "file", f.code, name)));
                }
                Err(other) => return Err(other),
            }
        }
    }
    let (id, sight) = (row.id, sight(row));
    if !report.errors.is_empty() {
        report.made.clear();
        let text = serde_json::to_string(&report).map_err(Error::internal)?;
        return house.db.write_background(move |tx| store::finish_bulk(tx, id, "failed", &text).map(|_| ())).await;
    }
    house
        .db
        .write_background(move |tx| {
            let mut made: BTreeMap<usize, i64> = BTreeMap::new();
            for (i, plan) in plans.iter().enumerate() {
                let resource = create_in(tx, sight, &plan.input)?;
                let input = MaterialInput { details: Some(details(plan)), files: Some(numbered(plan)) };
                save_in(tx, sight, resource, &input)?;
                made.insert(i, resource);
            }
            let mut report = report.clone();
            for (i, one) in report.made.iter_mut().enumerate() {
                one.id = made.get(&i).copied();
            }
            let text = serde_json::to_string(&report).map_err(Error::internal)?;
            if store::finish_bulk(tx, id, "done", &text)? { Ok(()) } else { Err(Error::Conflict("bulk_running")) }
        })
        .await
}
