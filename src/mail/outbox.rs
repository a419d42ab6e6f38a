//! The outbox: with no mail route configured, every mail is a file `<data>/outbox/<time>-<id>.eml`.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// A folder of mails.
#[derive(Debug, Clone)]
pub struct Outbox(PathBuf);

/// A kept mail, taken apart for reading.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Opened {
    /// File name.
    pub name: String,
    /// Who sent it.
    pub from: String,
    /// Who was to get it.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// When it was written, in milliseconds since 1970, if it says.
    pub date: Option<i64>,
    /// Every header as it stands in the file, in order.
    pub headers: Vec<(String, String)>,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Opened {
    fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        let mail = mail_parser::MessageParser::default().parse(bytes).ok_or(Error::NotFound)?;
        let person = |address: Option<&mail_parser::Address<'_>>| {
            let first = address.and_then(|a| a.first());
            let (name, email) = (first.and_then(|a| a.name()), first.and_then(|a| a.address()).unwrap_or(""));
            name.map_or_else(|| email.to_owned(), |name| format!("{name} <{email}>"))
        };
        Ok(Self {
            name: name.to_owned(),
            from: person(mail.from()),
            to: person(mail.to()),
            subject: mail.subject().unwrap_or("").to_owned(),
            date: mail.date().map(|d| d.to_timestamp() * 1000),
            headers: mail.headers_raw().map(|(n, v)| (n.to_owned(), v.trim().to_owned())).collect(),
            text: mail.body_text(0).unwrap_or_default().into_owned(),
            html: mail.body_html(0).unwrap_or_default().into_owned(),
        })
    }
}

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

    /// One mail, taken apart.
    ///
    /// # Errors
    /// [`Error::NotFound`] for anything that is not the name of a kept mail.
    pub fn open_mail(&self, name: &str) -> Result<Opened> {
        Opened::parse(name, &self.read(name)?)
    }

    /// How many mails are kept.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn count(&self) -> Result<usize> {
        Ok(self.list(usize::MAX)?.len())
    }
}
