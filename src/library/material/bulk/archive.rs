//! Reading an archive without believing it: bounded entries, bounded bytes, no paths.

use super::RowNote;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Entries of an archive at most.
const MOST_ENTRIES: usize = 3_000;
/// Bytes of one entry at most, unpacked.
pub const ENTRY_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of the CSV and of texts at most.
pub const TEXT_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes of all entries at most, unpacked: an archive of a few kilobytes may claim terabytes.
const ALL_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// An open archive: names in lower case to entries.
pub struct Archive {
    zip: zip::ZipArchive<std::fs::File>,
    names: BTreeMap<String, usize>,
}

fn note(code: &str, value: &str) -> RowNote {
    RowNote { row: 0, field: "file".into(), code: code.into(), value: value.into() }
}

/// The last part of a name, in lower case.
pub fn base(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or("").trim().to_lowercase()
}

impl Archive {
    /// Opens an archive on disk.
    pub fn open(path: &Path) -> Result<Self, RowNote> {
        let file = std::fs::File::open(path).map_err(|_| note("bulk_no_zip", ""))?;
        let mut zip = zip::ZipArchive::new(file).map_err(|_| note("bulk_no_zip", ""))?;
        if zip.len() > MOST_ENTRIES {
            return Err(note("bulk_too_many", &zip.len().to_string()));
        }
        let mut names = BTreeMap::new();
        let mut all = 0_u64;
        for i in 0..zip.len() {
            let entry = zip.by_index_raw(i).map_err(|_| note("bulk_no_zip", ""))?;
            let full = entry.name().map(std::borrow::Cow::into_owned).map_err(|_| note("bulk_no_zip", ""))?;
            let name = base(&full);
            // What a Mac and Windows leave in archives.
            if entry.is_dir() || name.starts_with('.') || full.starts_with("__MACOSX/") || name == "thumbs.db" {
                continue;
            }
            all = all.saturating_add(entry.size());
            if entry.encrypted() {
                return Err(note("bulk_encrypted", &full));
            }
            if entry.size() > ENTRY_BYTES || all > ALL_BYTES {
                return Err(note("bulk_too_large", &full));
            }
            if names.insert(name, i).is_some() {
                return Err(note("bulk_same_name", &full));
            }
        }
        Ok(Self { zip, names })
    }

    /// Names of all entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Whether there is an entry of that name.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(&base(name))
    }

    /// Reads an entry of at most `most` bytes, whatever its header claims.
    pub fn read(&mut self, name: &str, most: u64) -> Result<Vec<u8>, RowNote> {
        let Some(i) = self.names.get(&base(name)) else { return Err(note("bulk_no_file", name)) };
        let entry = self.zip.by_index(*i).map_err(|_| note("bulk_broken", name))?;
        let mut out = Vec::new();
        entry.take(most + 1).read_to_end(&mut out).map_err(|_| note("bulk_broken", name))?;
        if out.len() as u64 > most { Err(note("bulk_too_large", name)) } else { Ok(out) }
    }

    /// The one CSV of the archive.
    pub fn csv(&mut self) -> Result<String, RowNote> {
        let tables: Vec<String> = self.names.keys().filter(|n| n.ends_with(".csv")).cloned().collect();
        match tables.as_slice() {
            [] => Err(note("bulk_no_csv", "")),
            [one] => {
                let bytes = self.read(one, TEXT_BYTES)?;
                String::from_utf8(bytes).map_err(|_| note("bulk_not_utf8", one))
            }
            [_, second, ..] => Err(note("bulk_two_csv", second)),
        }
    }
}
