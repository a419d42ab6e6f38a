//! What became of an import: counts, the first errors, and a line for every row.

use super::MOST_ERRORS;
use crate::error::{Error, Result};

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

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Line of its file, from 1.
    pub row: u64,
    /// The file in an archive; empty where there is one.
    pub part: std::sync::Arc<str>,
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
    /// The file in an archive; empty where there is one.
    #[serde(default)]
    pub file: String,
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
    /// What became of the rows of this step; written beside it, not into it.
    #[serde(skip)]
    lines: String,
}

impl Report {
    /// Notes what became of a row: `what` is `sales`, `people` or `suppressions`, `outcome` `created`, `updated`,
    /// `unchanged`, `skipped` or `invalid`.
    pub fn note(&mut self, said: &Said, what: &str, outcome: &str, code: &str, value: &str) {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        let fields =
            [&said.row.to_string(), &clean(&said.part), what, outcome, &clean(code), &clean(value)].map(String::from);
        self.lines.push_str(&fields.join("\t"));
        self.lines.push('\n');
    }

    /// Notes a row error.
    pub fn wrong(&mut self, said: &Said, what: &str, code: &str, value: &str) {
        self.errors_total += 1;
        if self.errors.len() < MOST_ERRORS {
            let value = value.chars().take(100).collect();
            self.errors.push(RowError { row: said.row, code: code.to_owned(), value, file: said.part.to_string() });
        }
        self.note(said, what, "invalid", code, value);
    }

    /// Hands the lines of this step over.
    pub fn take_lines(&mut self) -> String {
        std::mem::take(&mut self.lines)
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

/// One line of the list of rows.
#[derive(Debug, Clone, Default, serde::Serialize, utoipa::ToSchema)]
pub struct RowLine {
    /// Line of its file, from 1.
    pub row: u64,
    /// The file in an archive.
    pub file: String,
    /// `sales`, `people` or `suppressions`.
    pub what: String,
    /// `created`, `updated`, `unchanged`, `skipped` or `invalid`.
    pub outcome: String,
    /// Why, as a stable code; may be empty.
    pub code: String,
    /// The order, the address or the cell in question.
    pub value: String,
}

impl RowLine {
    /// Reads a stored line.
    pub fn stored(line: &str) -> Self {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut next = || fields.next().unwrap_or_default();
        Self {
            row: next().parse().unwrap_or(0),
            file: next(),
            what: next(),
            outcome: next(),
            code: next(),
            value: next(),
        }
    }
}
