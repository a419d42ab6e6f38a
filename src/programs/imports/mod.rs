//! Files with sales, people and suppressions: checked at the door, worked off in the background in small steps,
//! tried first without changing anything, and taken back as a whole.
//!
//! Invariants: a date that the file does not have is asked for and never assumed; a step and its progress are one
//! transaction, so that a crash repeats nothing; taking back restores what this import changed and leaves alone
//! what somebody else changed since.

mod columns;
mod people;
mod rows;
pub mod run;
mod table;
pub mod undo;

pub use columns::check_file;

use super::amount::Style;
use super::model::Program;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::members::store::insert_audit;
use crate::web::viewer::MemberId;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The largest file in bytes.
pub const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Row errors that a report keeps; further ones are counted.
pub const MOST_ERRORS: usize = 1_000;
/// Job that works a file off.
pub const RUN_JOB: &str = "imports.run";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Post Affiliate Pro, simple transaction file.
    PapSimple,
    /// Post Affiliate Pro, full export with sections.
    PapFull,
    /// Sales with a header of our own names.
    ConversionsCsv,
    /// People.
    MembersCsv,
    /// Addresses that must not be mailed.
    SuppressionsCsv,
}

impl Kind {
    /// Those that can be read.
    pub const ALL: [Kind; 5] =
        [Kind::PapSimple, Kind::PapFull, Kind::ConversionsCsv, Kind::MembersCsv, Kind::SuppressionsCsv];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::PapSimple => "pap_simple",
            Self::PapFull => "pap_full",
            Self::ConversionsCsv => "conversions_csv",
            Self::MembersCsv => "members_csv",
            Self::SuppressionsCsv => "suppressions_csv",
        }
    }

    /// Reads a kind of the API.
    ///
    /// # Errors
    /// `unsupported_kind` for kinds that the contract knows and this version cannot read, `choice` otherwise.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let found = Self::ALL.into_iter().find(|k| k.code() == text.trim());
        found.ok_or_else(|| match text.trim() {
            "" => FieldError::new("kind", "required"),
            "mailchimp" | "listmonk" => FieldError::new("kind", "unsupported_kind"),
            _ => FieldError::new("kind", "choice").arg("choices", Self::ALL.map(Kind::code).join(", ")),
        })
    }

    /// Whether it brings sales.
    pub fn has_sales(self) -> bool {
        matches!(self, Self::PapSimple | Self::PapFull | Self::ConversionsCsv)
    }
}

/// The day of sales whose file has no date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaleDate {
    /// Nothing was said: every row must have a date.
    Unsaid,
    /// Every row has a date.
    PerRow,
    /// All sales are of this day (`YYYY-MM-DD`).
    Day(String),
}

/// How a file is to be read.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Options {
    /// IANA zone of the file's dates.
    pub time_zone: String,
    /// Where dates come from.
    pub sale_date: SaleDate,
    /// Program of rows that name none.
    pub program: Option<i64>,
    /// Our column name to the file's header.
    #[serde(default)]
    pub mapping: BTreeMap<String, String>,
    /// How numbers are written.
    #[serde(default)]
    pub numbers: Style,
}

/// An import as somebody asks for it, before it is checked.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Kind code.
    pub kind: String,
    /// IANA zone.
    pub time_zone: String,
    /// A date, `per_row`, or empty.
    pub sale_date: String,
    /// Slug of a program, or empty.
    pub program: String,
    /// JSON object, or empty.
    pub mapping: String,
    /// `auto`, `de`, `en`, or empty.
    pub number_format: String,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
    /// Name of the sent file.
    pub file_name: String,
    /// Where it was put; none when there was no file.
    pub file: Option<PathBuf>,
}

/// Three counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// New.
    pub created: i64,
    /// Known, with other facts.
    pub updated: i64,
    /// Known.
    pub unchanged: i64,
}

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RowError {
    /// Line of the file, from 1.
    pub row: u64,
    /// Stable code; the text is `error-row-<code>`.
    pub code: String,
    /// The cell in question.
    #[serde(default)]
    pub value: String,
}

/// What an import has done so far.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Report {
    /// People.
    pub members: Counts,
    /// Sales.
    pub conversions: Counts,
    /// Suppressions.
    pub suppressions: Counts,
    /// Sales kept for people who are not there yet.
    pub waiting: i64,
    /// Rows that are no sale: clicks, sponsor shares.
    pub skipped: i64,
    /// The first row errors.
    pub errors: Vec<RowError>,
    /// All row errors.
    pub errors_total: i64,
    /// After taking back: changes left alone because somebody changed the sale since.
    pub kept: i64,
}

impl Report {
    /// Notes a row error.
    pub fn wrong(&mut self, row: u64, code: &str, value: &str) {
        self.errors_total += 1;
        if self.errors.len() < MOST_ERRORS {
            let value = value.chars().take(100).collect();
            self.errors.push(RowError { row, code: code.to_owned(), value });
        }
    }

    /// As stored.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// Reads a stored report; an empty one where nothing was written yet.
    pub fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// What the job is told.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct ImportJob {
    /// The import.
    pub id: i64,
}

/// Folder of the files.
pub fn folder(house: &House) -> PathBuf {
    house.config.data_dir.join("imports")
}

/// Checks what was asked for against the file and puts it into the queue.
///
/// # Errors
/// Invalid fields: `kind`, `file`, `time_zone`, `sale_date`, `program`, `mapping`, `number_format`.
pub async fn accept(house: &House, actor: MemberId, draft: Draft) -> Result<i64> {
    let (kind, options, path, program_error) = check(house, &draft).await?;
    let programs = house.db.read(super::store::list_programs).await?;
    let looked = {
        let (options, path) = (options.clone(), path.clone());
        run_blocking(move || check_file(kind, &options, &programs, &path)).await?
    };
    let mut wrong: Vec<FieldError> = program_error.into_iter().collect();
    match looked {
        // A program column replaces the choice.
        Ok(has_program) if has_program && draft.program.trim().is_empty() => wrong.clear(),
        Ok(_) => {}
        Err(error) => wrong.push(error),
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let options = serde_json::to_string(&options).map_err(Error::internal)?;
    enqueue(house, actor, (kind, draft.dry_run), draft.file_name, path, options).await
}

/// Puts an import of a checked file into the queue.
async fn enqueue(
    house: &House,
    actor: MemberId,
    (kind, dry_run): (Kind, bool),
    file_name: String,
    path: PathBuf,
    options: String,
) -> Result<i64> {
    let stored = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
    house
        .db
        .write(move |tx| {
            let id = super::store::imports::insert_import(
                tx,
                (kind.code(), dry_run),
                (&file_name, &stored),
                &options,
                actor.0,
            )?;
            if !dry_run {
                insert_audit(tx, Some(actor), "import.start", ("import", Some(id)), kind.code())?;
            }
            crate::jobs::enqueue(tx, crate::jobs::NewJob::new(RUN_JOB, &ImportJob { id })?)?;
            Ok(id)
        })
        .await
}

/// Runs the file of a finished trial for good.
///
/// # Errors
/// [`Error::NotFound`]; `import_not_ready` where the trial has not ended, `import_file_gone` without its file.
pub async fn repeat_for_good(house: &House, actor: MemberId, id: i64) -> Result<i64> {
    let row = house.db.read(move |c| super::store::imports::find_import(c, id)).await?;
    if !row.dry_run || row.status != "done" {
        return Err(Error::Conflict("import_not_ready"));
    }
    let kind = Kind::parse(&row.kind).map_err(|e| Error::Invalid(vec![e]))?;
    let path = folder(house).join(&row.file_path);
    if !path.is_file() {
        return Err(Error::Conflict("import_file_gone"));
    }
    enqueue(house, actor, (kind, false), row.file_name, path, row.options).await
}

async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

type Checked = (Kind, Options, PathBuf, Option<FieldError>);

async fn check(house: &House, draft: &Draft) -> Result<Checked> {
    let mut check = crate::web::forms::Check::new();
    let kind = check.keep(Kind::parse(&draft.kind));
    if draft.file.is_none() {
        check.add(FieldError::new("file", "required"));
    }
    let zone = draft.time_zone.trim();
    if zone.is_empty() {
        check.add(FieldError::new("time_zone", "required"));
    } else if jiff::tz::TimeZone::get(zone).is_err() {
        check.add(FieldError::new("time_zone", "time_zone"));
    }
    let sale_date = match draft.sale_date.trim() {
        "" => SaleDate::Unsaid,
        "per_row" => SaleDate::PerRow,
        day => match day.parse::<jiff::civil::Date>() {
            Ok(day) => SaleDate::Day(day.to_string()),
            Err(_) => {
                check.add(FieldError::new("sale_date", "date"));
                SaleDate::Unsaid
            }
        },
    };
    if kind == Some(Kind::PapSimple) && draft.sale_date.trim().is_empty() {
        check.add(FieldError::new("sale_date", "required"));
    }
    let mapping = match draft.mapping.trim() {
        "" => BTreeMap::new(),
        text => check
            .keep(serde_json::from_str(text).map_err(|_| FieldError::new("mapping", "mapping")))
            .unwrap_or_default(),
    };
    let numbers = match draft.number_format.trim() {
        "" | "auto" => Style::Auto,
        "de" => Style::De,
        "en" => Style::En,
        _ => {
            check.add(FieldError::new("number_format", "choice").arg("choices", "auto, de, en"));
            Style::Auto
        }
    };
    let (program, program_error) = program(house, kind, &draft.program).await?;
    // A named program that is not there is wrong whatever the file says.
    if let Some(error) = program_error.clone().filter(|_| kind.is_none() || !draft.program.trim().is_empty()) {
        check.add(error);
    }
    check.done()?;
    let (Some(kind), Some(path)) = (kind, draft.file.clone()) else {
        return Err(Error::internal("checked fields are missing"));
    };
    let options = Options { time_zone: zone.to_owned(), sale_date, program: program.map(|p| p.id), mapping, numbers };
    Ok((kind, options, path, program_error))
}

async fn program(house: &House, kind: Option<Kind>, slug: &str) -> Result<(Option<Program>, Option<FieldError>)> {
    let slug = slug.to_owned();
    let found = house.db.read(move |c| Ok(super::actions::resolve_program(c, Some(&slug)))).await?;
    match found {
        Ok(program) => Ok((Some(program), None)),
        Err(Error::Invalid(mut fields)) => Ok((None, fields.pop().filter(|_| kind.is_some_and(|k| k.has_sales())))),
        Err(other) => Err(other),
    }
}
