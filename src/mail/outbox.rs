//! The outbox: with no mail route configured, every mail is a file `<data>/outbox/<time>-<id>.eml`.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// A folder of mails.
#[derive(Debug, Clone)]
pub struct Outbox(PathBuf);

/// A kept mail.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Kept {
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

impl Outbox {
    /// The outbox below the data directory.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join("outbox");
        std::fs::create_dir_all(&folder).map_err(Error::internal)?;
        Ok(Self(folder))
    }

    /// Keeps one mail, on disk when it returns. The same name again replaces the file: a repeat is the same mail.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<()> {
        use std::io::Write;
        let part = self.0.join(format!(".{name}.part"));
        let write = || -> std::io::Result<()> {
            let mut file = std::fs::File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            std::fs::rename(&part, self.0.join(name))
        };
        write().map_err(Error::internal)
    }

    /// Newest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self, most: usize) -> Result<Vec<Kept>> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(&self.0).map_err(Error::internal)? {
            let entry = entry.map_err(Error::internal)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".eml") && !name.starts_with('.') {
                all.push(Kept { name, size: entry.metadata().map_or(0, |m| m.len()) });
            }
        }
        all.sort_by(|a, b| b.name.cmp(&a.name));
        all.truncate(most);
        Ok(all)
    }

    /// The bytes of one mail.
    ///
    /// # Errors
    /// [`Error::NotFound`] for anything that is not the name of a kept mail.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let plain = name.ends_with(".eml") && !name.starts_with('.') && !name.contains(['/', '\\']);
        if !plain {
            return Err(Error::NotFound);
        }
        std::fs::read(self.0.join(name)).map_err(|_| Error::NotFound)
    }
}
