//! One consistent archive of database and files, the same for both backends.
//!
//! It is a tar of `manifest.json` (first: what is in it and what is not), `db/<table>/<n>.ndjson` (every row of one
//! moment, one JSON array a line), `data/<path>` (files of the data directory), `uploads/<path>` (what members
//! uploaded, wherever it is kept) and `contents.json` (last: rows and SHA-256 of everything before it), in gzip, and
//! with a passphrase in the format of age (age-encryption.org/v1), so that other tools open it too.

mod envelope;
mod objects;
mod reader;
mod tree;
mod writer;

pub use objects::put_object;
pub use reader::{Entry, Reader, put_file};
pub use tree::{OWN_NAMES, is_ours};
pub use writer::{Made, write};

use crate::db::Ms;
use crate::db::copy::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format this binary writes and reads.
pub const FORMAT: u32 = 1;
/// Name of the first entry.
const MANIFEST: &str = "manifest.json";
/// Name of the last entry.
const CONTENTS: &str = "contents.json";

/// What an archive says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format.
    pub format: u32,
    /// Version of the Kontor that wrote it.
    pub kontor: String,
    /// The moment it shows, in milliseconds since 1970 UTC.
    pub at: Ms,
    /// `sqlite` or `postgres`; an archive goes into either.
    pub backend: String,
    /// Migrations of the database.
    pub migrations: Vec<String>,
    /// Tables with their columns.
    pub tables: Vec<Table>,
    /// Whether it is encrypted.
    pub sealed: bool,
    /// What is in it, in words.
    pub holds: Vec<String>,
    /// What is not in it, secrets above all, in words.
    pub lacks: Vec<String>,
}

/// What an archive held, written at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// SHA-256 of each entry.
    pub sums: BTreeMap<String, String>,
}

/// Digits of a SHA-256.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
