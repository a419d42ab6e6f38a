//! Writing an archive: the snapshot first, then the files that were there by then.

use super::envelope::Envelope;
use super::{CONTENTS, Contents, FORMAT, MANIFEST, Manifest, hex, objects, tree};
use crate::config::Config;
use crate::db::copy::{Scan, Snapshot};
use crate::db::{Ms, is_postgres};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Rows asked for at once.
const ROWS: i64 = 1_000;
/// Bytes of one entry of rows.
const PART: usize = 1 << 20;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Length of the archive.
    pub bytes: u64,
    /// SHA-256 of the archive.
    pub sha256: String,
    /// Rows in it.
    pub rows: u64,
    /// Files in it.
    pub files: u64,
    /// Whether it is encrypted.
    pub sealed: bool,
}

struct Tar {
    tar: tar::Builder<Envelope>,
    contents: Contents,
    at: Ms,
}

impl Tar {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.contents.sums.insert(name.to_owned(), hex(&Sha256::digest(bytes)));
        self.append(name, bytes.len() as u64, bytes)
    }

    fn append(&mut self, name: &str, size: u64, from: impl Read) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.at / 1_000).unwrap_or(0));
        self.tar.append_data(&mut header, name, from).map_err(Error::internal)
    }

    /// A file; one that went away meanwhile is left out.
    fn add_file(&mut self, name: &str, path: &Path) -> Result<bool> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(Error::internal(e)),
        };
        let size = file.metadata().map_err(Error::internal)?.len();
        self.add_stream(name, size, &mut (&mut file).take(size))?;
        Ok(true)
    }

    /// As many bytes as were announced.
    fn add_stream(&mut self, name: &str, size: u64, from: &mut dyn Read) -> Result<()> {
        let mut summing = Summing { from, sum: Sha256::new(), read: 0 };
        self.append(name, size, &mut summing)?;
        if summing.read != size {
            return Err(Error::internal(format!("{name} changed while it was read")));
        }
        let sum = hex(&summing.sum.finalize());
        self.contents.sums.insert(name.to_owned(), sum);
        Ok(())
    }
}

struct Summing<R> {
    from: R,
    sum: Sha256,
    read: u64,
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(buf)?;
        self.sum.update(&buf[..n]);
        self.read += n as u64;
        Ok(n)
    }
}

/// Writes the archive of `config` into the file `into`, which appears only when it is whole and on disk; beside it
/// stands `<into>.sha256`. Without `with_files` it holds the database alone. Blocks: call it off the event loop.
///
/// # Errors
/// When something cannot be read or written; nothing is left then.
pub fn write(config: &Config, into: &Path, with_files: bool, now: Ms) -> Result<Made> {
    let part = beside(into, ".part");
    let written = write_part(config, &part, with_files, now).and_then(|made| {
        std::fs::rename(&part, into).map_err(Error::internal)?;
        let name = into.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        std::fs::write(beside(into, ".sha256"), format!("{}  {name}\n", made.sha256)).map_err(Error::internal)?;
        sync_folder(into);
        Ok(made)
    });
    if written.is_err() {
        // What is not whole helps nobody; it may never have been made.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// `path` with `ending` added to its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// The new name is on disk too.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn write_part(config: &Config, part: &Path, with_files: bool, now: Ms) -> Result<Made> {
    let passphrase = config.operations.backup_passphrase.as_ref().map(|p| p.reveal());
    let mut snapshot = Snapshot::open(&config.database_url)?;
    let tables = snapshot.tables()?;
    let manifest = Manifest {
        format: FORMAT,
        kontor: env!("CARGO_PKG_VERSION").to_owned(),
        at: now,
        backend: if is_postgres(&config.database_url) { "postgres" } else { "sqlite" }.to_owned(),
        migrations: snapshot.migrations()?,
        tables: tables.clone(),
        sealed: passphrase.is_some(),
        holds: holds(with_files, passphrase.is_some()),
        lacks: lacks(with_files, passphrase.is_some()),
    };
    let file = private(part)?;
    let envelope = Envelope::new(file, passphrase).map_err(Error::internal)?;
    let mut out = Tar { tar: tar::Builder::new(envelope), contents: Contents::default(), at: now };
    out.add(MANIFEST, &serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?)?;
    let mut rows = 0;
    for table in &tables {
        let n = write_table(&mut out, &mut snapshot, table)?;
        out.contents.rows.insert(table.name.clone(), n);
        rows += n;
    }
    let mut files = 0;
    if with_files {
        for path in tree::files(config)? {
            let name = format!("data/{}", path.display());
            files += u64::from(out.add_file(&name, &config.data_dir.join(&path))?);
        }
        files += objects::write_all(&mut snapshot, config, |name, size, from| out.add_stream(name, size, from))?;
    }
    // The keys of encrypted fields only where nobody reads them without the passphrase.
    if passphrase.is_some() {
        out.add_file("keys", &config.data_dir.join("keys"))?;
    }
    let contents = serde_json::to_vec(&out.contents).map_err(Error::internal)?;
    out.append(CONTENTS, contents.len() as u64, contents.as_slice())?;
    let envelope = out.tar.into_inner().map_err(Error::internal)?;
    let (bytes, sha256) = envelope.finish().map_err(Error::internal)?;
    Ok(Made { bytes, sha256, rows, files, sealed: passphrase.is_some() })
}

fn write_table(out: &mut Tar, snapshot: &mut Snapshot, table: &crate::db::copy::Table) -> Result<u64> {
    let (mut scan, mut rows, mut part, mut buffer) = (Scan::new(table), 0, 0, String::new());
    loop {
        let lines = scan.next(snapshot.conn(), ROWS)?;
        let ended = lines.is_empty();
        for line in lines {
            buffer.push_str(&line);
            buffer.push('\n');
            rows += 1;
        }
        if buffer.len() >= PART || (ended && !buffer.is_empty()) {
            out.add(&format!("db/{}/{part:06}.ndjson", table.name), buffer.as_bytes())?;
            buffer.clear();
            part += 1;
        }
        if ended {
            return Ok(rows);
        }
    }
}

/// A new file that only its owner reads.
fn private(path: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| Error::config(format!("cannot write {}: {e}", path.display())))
}

fn holds(with_files: bool, sealed: bool) -> Vec<String> {
    let mut out =
        vec!["every table of the database at one moment, password hashes and hashed tokens among them".to_owned()];
    if with_files {
        out.push("the files of the data directory: uploads, imported files, mails kept in the outbox".to_owned());
    }
    if sealed {
        out.push("the keys of encrypted fields (the file `keys`), because the archive itself is encrypted".to_owned());
    }
    out
}

fn lacks(with_files: bool, sealed: bool) -> Vec<String> {
    let mut out = vec![
        "everything of the environment: SMTP_URL, DATABASE_URL, REDIS_URL, passphrases, S3 keys, KONTOR_SECRET_KEYS"
            .to_owned(),
        "the private key of TLS".to_owned(),
    ];
    if !sealed {
        out.push(
            "the keys of encrypted fields (`<data>/keys`): keep a copy elsewhere, without them those fields stay shut"
                .to_owned(),
        );
    }
    if !with_files {
        out.push("files: this archive was taken before a migration and holds the database alone".to_owned());
    }
    out
}
