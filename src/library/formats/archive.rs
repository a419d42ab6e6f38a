//! Archives with the same bytes for the same content: entries carry a fixed time.

use crate::error::{Error, Result};
use bytes::Bytes;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// One file of an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    name: String,
    bytes: Bytes,
    is_packed: bool,
}

impl Entry {
    /// A file of that name, folders with `/`.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into().into(), is_packed: false }
    }

    /// A file that would not become smaller, such as a picture: it is stored as it is.
    pub fn packed(name: impl Into<String>, bytes: Bytes) -> Self {
        Self { name: name.into(), bytes, is_packed: true }
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
        let way = if entry.is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(entry.name, options.compression_method(way)).map_err(Error::internal)?;
        zip.write_all(&entry.bytes).map_err(Error::internal)?;
    }
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}
