//! Archives with the same bytes for the same content: entries carry a fixed time.

use crate::error::{Error, Result};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// One file of an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    name: String,
    bytes: Vec<u8>,
}

impl Entry {
    /// A file of that name, folders with `/`.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

/// Packs `entries` in their order.
///
/// # Errors
/// When two have one name.
pub fn archive(entries: Vec<Entry>) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for entry in entries {
        zip.start_file(entry.name, options).map_err(Error::internal)?;
        zip.write_all(&entry.bytes).map_err(Error::internal)?;
    }
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}
