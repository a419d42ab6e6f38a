//! Rows of every table, whatever they mean: out of one database and into another, of either backend.
//!
//! A row travels as one JSON array of its columns in the table's order, made and read by the database itself:
//! numbers as they are, flags as 0 or 1, bytes as hexadecimal digits. What a database derives (the words of the
//! search) is left out and made again.

mod catalog;
mod compare;
mod load;
mod moving;
mod scan;

pub use catalog::{Column, Kind, Table, list_tables};
pub use compare::{Found, walk};
pub(super) use load::PROGRESS;
pub use load::{ForeignKey, Loading, check_references, clear, delete_rows, insert_rows, restart_ids, vacancy};
pub use moving::{Held, begin, end, prove_alone};
pub use scan::{Scan, Snapshot};

use crate::error::{Error, Result};
use serde_json::Value;

/// The values of a row.
///
/// # Errors
/// When the line is no JSON array.
pub fn parse(line: &str) -> Result<Vec<Value>> {
    serde_json::from_str(line).map_err(Error::internal)
}

/// One spelling of a row for both databases, to compare by.
///
/// # Errors
/// When the line is no JSON array.
pub fn canonical(table: &Table, line: &str) -> Result<String> {
    let mut values = parse(line)?;
    for (value, column) in values.iter_mut().zip(&table.columns) {
        if column.kind == Kind::Real
            && let Some(number) = value.as_f64()
        {
            *value = Value::from(number);
        }
    }
    serde_json::to_string(&values).map_err(Error::internal)
}

/// What becomes of a place that something is to be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vacancy {
    /// Nothing there.
    Empty,
    /// Tables, and nobody in them.
    Unused,
    /// People live there.
    Occupied,
}
