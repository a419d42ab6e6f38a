//! Files with sales, people and suppressions: checked at the door, worked off in the background in small steps,
//! tried first without changing anything, and taken back as a whole.
//!
//! Invariants: a date that the file does not have is asked for and never assumed; a step and its progress are one
//! transaction, so that a crash repeats nothing; taking back restores what this import changed and leaves alone
//! what somebody else changed since.

mod columns;
pub mod drafts;
mod lists;
mod people;
mod report;
mod rows;
pub mod run;
mod table;
pub mod undo;

pub use columns::{Seen, check_file, names_of};
pub use report::{Counts, Report, RowError, RowLine};

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
    /// Mailchimp's export of an audience: an archive of lists.
    Mailchimp,
    /// listmonk's export of subscribers.
    Listmonk,
    /// Addresses that must not be mailed.
    SuppressionsCsv,
}

impl Kind {
    /// Those that can be read.
    pub const ALL: [Kind; 7] = [
        Kind::PapFull,
        Kind::PapSimple,
        Kind::ConversionsCsv,
        Kind::MembersCsv,
        Kind::Mailchimp,
        Kind::Listmonk,
        Kind::SuppressionsCsv,
    ];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::PapSimple => "pap_simple",
            Self::PapFull => "pap_full",
            Self::ConversionsCsv => "conversions_csv",
            Self::MembersCsv => "members_csv",
            Self::Mailchimp => "mailchimp",
            Self::Listmonk => "listmonk",
            Self::SuppressionsCsv => "suppressions_csv",
        }
    }

    /// Reads a kind of the API.
    ///
    /// # Errors
    /// `required` or `choice` on `kind`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let found = Self::ALL.into_iter().find(|k| k.code() == text.trim());
        found.ok_or_else(|| match text.trim() {
            "" => FieldError::new("kind", "required"),
            _ => FieldError::new("kind", "choice").arg("choices", Self::ALL.map(Kind::code).join(", ")),
        })
    }

    /// Whether its file has parts with headings of their own.
    pub fn has_sections(self) -> bool {
        matches!(self, Self::PapFull | Self::Mailchimp)
    }

    /// Whether it brings people of a mailing list: addresses that must not be mailed go first.
    pub fn is_list(self) -> bool {
        matches!(self, Self::MembersCsv | Self::Mailchimp | Self::Listmonk)
    }

    /// Whether it brings people, each of whom is spoken to in one language.
    pub fn has_people(self) -> bool {
        matches!(self, Self::PapFull | Self::MembersCsv | Self::Mailchimp | Self::Listmonk)
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
    /// The sentence people agreed to where they subscribed, for rows that carry none.
    #[serde(default)]
    pub wording: String,
    /// Whether people of whom the file says no language are spoken to in German; in English otherwise.
    #[serde(default)]
    pub german: bool,
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
    /// The sentence people agreed to where they subscribed.
    pub consent_wording: String,
    /// `de` or `en`: of people of whom the file says none; empty: `en`.
    pub language: String,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
    /// Name of the sent file.
    pub file_name: String,
    /// Where it was put; none when there was no file.
    pub file: Option<PathBuf>,
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
/// Invalid fields: `kind`, `file`, `time_zone`, `sale_date`, `program`, `mapping`, `number_format`, `language`.
pub async fn accept(house: &House, actor: MemberId, draft: Draft) -> Result<i64> {
    let (kind, options, path, program_error) = check(house, &draft).await?;
    let programs = house.db.read(super::store::list_programs).await?;
    let looked = {
        let (options, path, sent_as) = (options.clone(), path.clone(), draft.file_name.clone());
        run_blocking(move || {
            if kind == Kind::Mailchimp && !lists::is_flat(&path) {
                lists::unpack(&path, &sent_as, MOST_BYTES as u64)?;
            }
            check_file(kind, &options, &programs, &path)
        })
        .await?
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

/// At the start of the only process: what was being taken back when it died goes on at once.
///
/// # Errors
/// When it cannot be written.
pub async fn resume(house: &House) -> Result<()> {
    house
        .db
        .write_background(|tx| {
            if tx.is_postgres() {
                return Ok(());
            }
            for id in super::store::imports::list_undoing(tx)? {
                crate::jobs::enqueue(tx, crate::jobs::NewJob::new(undo::UNDO_JOB, &ImportJob { id })?)?;
            }
            Ok(())
        })
        .await
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
    let german = match draft.language.trim() {
        "" | "en" => false,
        "de" => true,
        _ => {
            check.add(FieldError::new("language", "choice").arg("choices", "de, en"));
            false
        }
    };
    let wording = check.text("consent_wording", &draft.consent_wording, 0, 2_000);
    let (program, program_error) = program(house, kind, &draft.program).await?;
    // A named program that is not there is wrong whatever the file says.
    if let Some(error) = program_error.clone().filter(|_| kind.is_none() || !draft.program.trim().is_empty()) {
        check.add(error);
    }
    check.done()?;
    let (Some(kind), Some(path)) = (kind, draft.file.clone()) else {
        return Err(Error::internal("checked fields are missing"));
    };
    let program = program.map(|p| p.id);
    let options = Options { time_zone: zone.to_owned(), sale_date, program, mapping, numbers, wording, german };
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
