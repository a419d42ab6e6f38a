//! Reading an archive from its beginning to its end, checking every part on the way.

use super::{CONTENTS, Contents, FORMAT, MANIFEST, Manifest, envelope, hex};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};

/// One part of an archive.
pub enum Entry<'a> {
    /// Rows of a table, a JSON array a line.
    Rows {
        /// Name of the table.
        table: String,
        /// The lines.
        lines: Vec<String>,
    },
    /// A file: where it belongs and its bytes.
    File {
        /// `data`, `uploads` or `keys`.
        room: &'static str,
        /// Path in it.
        path: PathBuf,
        /// Its bytes.
        bytes: &'a mut dyn Read,
    },
}

/// An archive being read.
pub struct Reader {
    tar: tar::Archive<Box<dyn Read>>,
    name: String,
}

impl Reader {
    /// Opens the archive at `path`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, passphrase: Option<&str>) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|e| Error::config(format!("cannot read {name}: {e}")))?;
        let inner = envelope::open(file, passphrase).map_err(|why| Error::config(format!("{name}: {why}")))?;
        Ok(Self { tar: tar::Archive::new(inner), name })
    }

    /// Walks through it: the manifest first, then each part; answers what was in it, checked against its sums.
    ///
    /// # Errors
    /// When it is damaged or not ours, and what the callbacks say.
    pub fn walk(
        mut self,
        manifest: impl FnOnce(&Manifest) -> Result<()>,
        mut each: impl FnMut(Entry<'_>) -> Result<()>,
    ) -> Result<Contents> {
        let name = self.name;
        let damaged = |why: String| Error::config(format!("{name} is damaged or no backup of Kontor: {why}"));
        let mut begin = Some(manifest);
        let (mut seen, mut told) = (Contents::default(), None);
        for entry in self.tar.entries().map_err(|e| damaged(e.to_string()))? {
            let entry = entry.map_err(|e| damaged(e.to_string()))?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if told.is_some() {
                return Err(damaged("something stands behind its end".to_owned()));
            }
            let mut from = Summing { from: entry, sum: Sha256::new() };
            if let Some(begin) = begin.take() {
                if path != MANIFEST {
                    return Err(damaged("it does not begin with a manifest".to_owned()));
                }
                let mut text = String::new();
                (&mut from).take(16 << 20).read_to_string(&mut text).map_err(|e| damaged(e.to_string()))?;
                let manifest: Manifest = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
                if manifest.format > FORMAT {
                    return Err(Error::config(format!("{name} was written by a newer Kontor ({})", manifest.kontor)));
                }
                begin(&manifest)?;
            } else if path == CONTENTS {
                told = Some(serde_json::from_reader::<_, Contents>(&mut from).map_err(|e| damaged(e.to_string()))?);
                continue;
            } else if let Some(table) = path.strip_prefix("db/").and_then(|p| p.split_once('/')).map(|(t, _)| t) {
                let lines: std::io::Result<Vec<String>> = BufReader::new(&mut from).lines().collect();
                let lines = lines.map_err(|e| damaged(e.to_string()))?;
                *seen.rows.entry(table.to_owned()).or_default() += lines.len() as u64;
                each(Entry::Rows { table: table.to_owned(), lines })?;
            } else {
                let (room, inner) = room_of(&path).ok_or_else(|| damaged(format!("an unknown part {path}")))?;
                each(Entry::File { room, path: inner, bytes: &mut from })?;
            }
            std::io::copy(&mut from, &mut std::io::sink()).map_err(|e| damaged(e.to_string()))?;
            seen.sums.insert(path, hex(&from.sum.finalize()));
        }
        let told = told.ok_or_else(|| damaged("its end is missing".to_owned()))?;
        let rows_differ = told.rows.iter().any(|(table, n)| seen.rows.get(table).copied().unwrap_or(0) != *n);
        if told.sums != seen.sums || rows_differ {
            return Err(damaged("its parts are not those it was written with".to_owned()));
        }
        Ok(told)
    }
}

/// Where a file of this name belongs; `None` for one that would leave its room.
fn room_of(path: &str) -> Option<(&'static str, PathBuf)> {
    if path == "keys" {
        return Some(("keys", PathBuf::from("keys")));
    }
    let (room, inner) = path.split_once('/')?;
    let room = ["data", "uploads"].into_iter().find(|r| *r == room)?;
    let inner = PathBuf::from(inner);
    let stays = inner.components().all(|c| matches!(c, Component::Normal(_))) && inner.components().count() > 0;
    stays.then_some((room, inner))
}

struct Summing<R> {
    from: R,
    sum: Sha256,
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(buf)?;
        self.sum.update(&buf[..n]);
        Ok(n)
    }
}

/// Writes `bytes` to `path`, with the folders it needs, for its owner alone.
///
/// # Errors
/// When the file cannot be written.
pub fn put_file(path: &Path, bytes: &mut dyn Read) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::internal)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::internal)?;
    std::io::copy(bytes, &mut file).map_err(Error::internal)?;
    file.flush().and_then(|()| file.sync_all()).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::room_of;

    #[test]
    fn no_file_of_an_archive_leaves_its_room() {
        assert!(room_of("data/outbox/a.eml").is_some_and(|(room, p)| room == "data" && p.ends_with("a.eml")));
        for bad in ["data/../x", "data//etc/passwd", "/etc/passwd", "data/", "other/x", "..", "data/a/../../x"] {
            assert!(room_of(bad).is_none(), "{bad}");
        }
    }
}
