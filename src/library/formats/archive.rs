//! Archives with the same bytes for the same content: entries carry a fixed time.

use crate::error::{Error, Result};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

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

    /// Name and content, for an entity tag.
    pub fn parts(&self) -> [&[u8]; 2] {
        [self.name.as_bytes(), &self.bytes]
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().last_modified_time(zip::DateTime::default())
}

/// Packs `entries` in their order.
///
/// # Errors
/// When two have one name.
pub fn archive(entries: Vec<Entry>) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        zip.start_file(entry.name, options()).map_err(Error::internal)?;
        zip.write_all(&entry.bytes).map_err(Error::internal)?;
    }
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}

/// An archive that is written while it is sent.
pub struct Growing<W: Write>(ZipWriter<StreamWriter<W>>);

impl<W: Write> Growing<W> {
    /// An archive that grows into `out`.
    pub fn new(out: W) -> Self {
        Self(ZipWriter::new_stream(out))
    }

    /// Adds a file that was made here.
    ///
    /// # Errors
    /// When its name is taken, or nobody reads any more.
    pub fn add(&mut self, entry: &Entry) -> Result<()> {
        self.0.start_file(entry.name.as_str(), options()).map_err(Error::internal)?;
        self.0.write_all(&entry.bytes).map_err(Error::internal)
    }

    /// Begins a file that would not become smaller, such as a picture: [`Growing::more`] brings its bytes.
    ///
    /// # Errors
    /// As [`Growing::add`].
    pub fn begin(&mut self, name: &str) -> Result<()> {
        self.0.start_file(name, options().compression_method(CompressionMethod::Stored)).map_err(Error::internal)
    }

    /// More bytes of the file that was begun.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn more(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(Error::internal)
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn finish(self) -> Result<()> {
        self.0.finish().map_err(Error::internal)?;
        Ok(())
    }
}
