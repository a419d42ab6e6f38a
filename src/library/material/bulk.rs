//! Many at once: an archive with files and one CSV that says what they are. A dry run changes nothing and reports the
//! same. Rows of one title become one resource with several files; a row with text becomes a text.
//!
//! Columns (any order, `;` or `,`): `file, kind, title, summary, niche, program, min_tier, status, role, file_title,
//! alt_de, alt_en, licence, credit, lang, variant, subject, body, valid_until`. A `.md` or `.txt` in `file` with a
//! `variant` is read as the text of that variant.

mod archive;
mod run;

pub use run::run;

use super::store;
use crate::error::{Error, Result};
use crate::files;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::web::viewer::Viewer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Runs one bulk upload.
pub const BULK_JOB: &str = "library.bulk";
/// How the library names its use of an archive.
pub const USED_BY: &str = "bulk";
/// Rows of one CSV at most.
pub const MOST_ROWS: usize = 2_000;

/// Payload of [`BULK_JOB`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Bulk {
    /// Row id.
    pub id: i64,
}

/// What is wrong with, or to be known of, a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowNote {
    /// Line of the CSV, from 1; 0: the archive itself.
    pub row: u64,
    /// Column.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// The value in question.
    pub value: String,
}

/// A resource that was made, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Made {
    /// Row id; none in a dry run.
    pub id: Option<i64>,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: String,
    /// Files of it.
    pub files: usize,
    /// Texts of it.
    pub texts: usize,
}

/// The outcome of a bulk upload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Report {
    /// Resources made, or that would be.
    pub made: Vec<Made>,
    /// What is wrong; with one of these nothing was made.
    pub errors: Vec<RowNote>,
    /// What should be known: near copies, files that are there already, files without a row.
    pub warnings: Vec<RowNote>,
}

/// Takes an archive of `viewer` to be read by the job; answers the id of the bulk upload.
///
/// # Errors
/// `file: not_found` when it is not theirs.
pub async fn accept(house: &House, viewer: &Viewer, file: i64, dry_run: bool) -> Result<i64> {
    let by = viewer.id;
    house
        .db
        .write(move |tx| {
            let id = store::insert_bulk(tx, by, file, dry_run)?;
            files::store::attach(tx, by, file, USED_BY, id)?;
            enqueue(tx, NewJob::new(BULK_JOB, &Bulk { id })?)?;
            Ok(id)
        })
        .await
}

/// Runs the archive of a dry run for good.
///
/// # Errors
/// Not found; `bulk_running` while it has not ended, `bulk_errors` when it found mistakes.
pub async fn repeat(house: &House, viewer: &Viewer, id: i64) -> Result<i64> {
    let by = viewer.id;
    house
        .db
        .write(move |tx| {
            let row = store::find_bulk(tx, id)?;
            let report: Report = serde_json::from_str(&row.report).unwrap_or_default();
            match (row.status.as_str(), row.dry_run) {
                ("queued", _) => return Err(Error::Conflict("bulk_running")),
                ("done", true) if report.errors.is_empty() => {}
                _ => return Err(Error::Conflict("bulk_errors")),
            }
            let again = store::insert_bulk(tx, by, row.file_id, false)?;
            files::store::link(tx, row.file_id, USED_BY, again)?;
            enqueue(tx, NewJob::new(BULK_JOB, &Bulk { id: again })?)?;
            Ok(again)
        })
        .await
}
