//! `kontor restore`: an archive back into an empty place, of either backend.
//!
//! Nothing half done is ever visible: SQLite grows in a file beside its place and is renamed at the end, PostgreSQL
//! gets everything in one transaction, files wait in `<data>/restoring`. A mark in the data directory says which
//! restore is under way; whoever starts there either finds it complete or is told to run it again.

use super::archive::{Entry, Manifest, OWN_NAMES, Reader, put_file, put_object};
use crate::config::Config;
use crate::db::copy::{self, ForeignKey, Loading, Table, Vacancy};
use crate::db::{Conn, Ms, migrations, sqlite_file};
use crate::error::{Error, Result};
use crate::{jobs, newsletters, rooms, search, settings};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the mark in the data directory.
const MARK: &str = "restoring.json";
/// Folder where files wait.
const WAITING: &str = "restoring";
/// Setting that says which restore filled a database.
const DONE: &str = "upkeep.restored";
/// Rows written by one statement.
const STEP: usize = 500;

/// A restore under way.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    id: String,
    /// What it put at the top of the data directory.
    names: Vec<String>,
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The moment the archive shows.
    pub at: Ms,
    /// Its backend.
    pub backend: String,
    /// Rows.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// Campaigns that wait for a human now.
    pub held: usize,
    /// Letters that wait for a human now: the archive cannot know whether they went out since.
    pub letters: usize,
    /// Whether the keys of encrypted fields came with it.
    pub keys: bool,
}

/// Puts the archive `from` into the place that `config` names. Blocks: call it off the event loop.
///
/// # Errors
/// When the place is not empty, the archive is damaged, or something cannot be written; the place is as before then.
pub fn restore(config: &Config, from: &Path, now: Ms) -> Result<Restored> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|e| Error::config(format!("KONTOR_DATA_DIR: cannot create {}: {e}", config.data_dir.display())))?;
    if finish(config).is_err() {
        sweep(config)?;
    }
    let vacancy = check_place(config)?;
    let mark = Mark { id: fresh_id()?, names: Vec::new() };
    write_mark(config, &mark)?;
    let put = match sqlite_file(&config.database_url) {
        Some(file) => into_sqlite(config, from, file, mark, now),
        None => into_postgres(config, from, mark, vacancy, now),
    };
    if put.is_err() {
        sweep(config)?;
    }
    put
}

/// At every start: a restore that is complete is put in order, one that is not is named.
///
/// # Errors
/// When a restore into this place was interrupted.
pub fn finish(config: &Config) -> Result<()> {
    let Some(mark) = read_mark(config) else { return Ok(()) };
    let there = copy::vacancy(&config.database_url).is_ok_and(|v| v != Vacancy::Empty);
    let done = there && {
        let mut loading = copy::Snapshot::open(&config.database_url)?;
        settings::value(loading.conn(), DONE)?.as_deref() == Some(mark.id.as_str())
    };
    if !done {
        return Err(Error::config(format!(
            "a restore into {} was interrupted and nothing of it counts: run `kontor restore FILE` again",
            config.data_dir.display()
        )));
    }
    remove_mark(config)
}

fn check_place(config: &Config) -> Result<Vacancy> {
    let vacancy = copy::vacancy(&config.database_url)?;
    if vacancy == Vacancy::Occupied {
        return Err(Error::config(
            "the database is not empty: a restore goes into an empty place only; choose another KONTOR_DATA_DIR or DATABASE_URL",
        ));
    }
    let database =
        sqlite_file(&config.database_url).and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    for entry in std::fs::read_dir(&config.data_dir).map_err(Error::internal)? {
        let entry = entry.map_err(Error::internal)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_database = database.as_ref().is_some_and(|d| name.starts_with(d.as_str()));
        if is_database || OWN_NAMES.contains(&name.as_str()) || name.starts_with('.') || is_hollow(&entry.path()) {
            continue;
        }
        return Err(Error::config(format!(
            "{} is not empty (there is {name}): a restore goes into an empty place only",
            config.data_dir.display()
        )));
    }
    Ok(vacancy)
}

/// A folder without a file in it, such as a server makes when it starts.
fn is_hollow(path: &Path) -> bool {
    path.is_dir()
        && std::fs::read_dir(path).is_ok_and(|entries| entries.flatten().all(|entry| is_hollow(&entry.path())))
}

fn into_sqlite(config: &Config, from: &Path, file: &Path, mark: Mark, now: Ms) -> Result<Restored> {
    // An unused database of a first start makes room; one that a server holds open does not.
    if file.exists() {
        copy::prove_alone(&config.database_url).map_err(|_| {
            Error::config("the database is in use: stop the server that runs on this place, then restore")
        })?;
    }
    let part = with_ending(file, ".restoring");
    remove_database(&part)?;
    let url = part.display().to_string();
    let mut loading = Loading::open(&url)?;
    let restored = loading.transaction(|conn| load(conn, config, from, &mark.id, now));
    let restored = restored?;
    loading.settle()?;
    let file_on_disk = std::fs::File::open(&part).map_err(Error::internal)?;
    file_on_disk.sync_all().map_err(Error::internal)?;
    put_files(config, mark)?;
    remove_database(file)?;
    std::fs::rename(&part, file).map_err(Error::internal)?;
    remove_mark(config)?;
    Ok(restored)
}

fn into_postgres(config: &Config, from: &Path, mark: Mark, vacancy: Vacancy, now: Ms) -> Result<Restored> {
    let mut loading = Loading::open(&config.database_url)?;
    let restored = loading.transaction(|conn| {
        if vacancy == Vacancy::Unused {
            migrations::revert_on(conn)?;
        }
        let restored = load(conn, config, from, &mark.id, now)?;
        put_files(config, mark)?;
        Ok(restored)
    })?;
    remove_mark(config)?;
    Ok(restored)
}

/// Reads the archive into an empty database and the folder of waiting files.
fn load(conn: &mut Conn, config: &Config, from: &Path, id: &str, now: Ms) -> Result<Restored> {
    let passphrase = config.operations.backup_passphrase.as_ref().map(|p| p.reveal());
    let waiting = config.data_dir.join(WAITING);
    std::fs::create_dir_all(&waiting).map_err(Error::internal)?;
    let state = std::cell::RefCell::new((conn, None::<Loaded>));
    let contents = Reader::open(from, passphrase)?.walk(
        |manifest| {
            let (conn, loaded) = &mut *state.borrow_mut();
            *loaded = Some(Loaded::prepare(conn, manifest.clone())?);
            Ok(())
        },
        |entry| {
            let (conn, loaded) = &mut *state.borrow_mut();
            let Some(loaded) = loaded.as_mut() else { return Ok(()) };
            match entry {
                Entry::Rows { table, lines } => loaded.insert(conn, &table, &lines),
                Entry::File { room, path, bytes } => {
                    loaded.files += u64::from(room != "keys");
                    loaded.keys |= room == "keys";
                    // Uploads go where this house keeps them, wherever the other one did.
                    let upload = if room == "uploads" { Some(path.as_path()) } else { path.strip_prefix("files").ok() };
                    match upload.filter(|_| room != "keys") {
                        Some(key) if config.files.is_some() => put_object(config, key, bytes),
                        Some(key) => put_file(&waiting.join("data/files").join(key), bytes),
                        None => put_file(&waiting.join(room).join(path), bytes),
                    }
                }
            }
        },
    )?;
    let (conn, loaded) = state.into_inner();
    let loaded = loaded.ok_or_else(|| Error::internal("an archive without a manifest"))?;
    let (held, letters) = loaded.complete(conn, id, now)?;
    Ok(Restored {
        at: loaded.manifest.at,
        backend: loaded.manifest.backend.clone(),
        rows: contents.rows.values().sum(),
        files: loaded.files,
        held,
        letters,
        keys: loaded.keys,
    })
}

/// A database being filled.
struct Loaded {
    manifest: Manifest,
    tables: Vec<Table>,
    references: Vec<ForeignKey>,
    files: u64,
    keys: bool,
}

impl Loaded {
    /// The tables as they were when the archive was written, empty and without references.
    fn prepare(conn: &mut Conn, manifest: Manifest) -> Result<Self> {
        migrations::apply_listed(conn, &manifest.migrations)?;
        let references = ForeignKey::take_all(conn)?;
        let tables = copy::list_tables(conn)?;
        // Migrations bring rows of their own; the archive has them as they became.
        copy::clear(conn, &tables)?;
        Ok(Self { manifest, tables, references, files: 0, keys: false })
    }

    fn insert(&mut self, conn: &mut Conn, name: &str, lines: &[String]) -> Result<()> {
        let find = |all: &[Table]| all.iter().find(|t| t.name == name).cloned();
        let (Some(from), Some(into)) = (find(&self.manifest.tables), find(&self.tables)) else {
            return Err(Error::config(format!("the archive has a table {name} that this version does not know")));
        };
        lines.chunks(STEP).try_for_each(|some| copy::insert_rows(conn, &into, &from.columns, some))
    }

    /// References and ids again, the newest migrations, and what a restored house must not do by itself.
    fn complete(&self, conn: &mut Conn, id: &str, now: Ms) -> Result<(usize, usize)> {
        copy::restart_ids(conn, &self.manifest.tables)?;
        ForeignKey::put_back(conn, &self.references)?;
        copy::check_references(conn)?;
        migrations::apply_pending(conn)?;
        search::rebuild(conn)?;
        rooms::store::renew_epochs(conn)?;
        let held = newsletters::store::hold_all(conn, "restored", now)?;
        let letters = jobs::hold_letters(conn, crate::mail::SEND_JOB, now)?;
        super::store::end_running(conn, "restored", now)?;
        settings::put_on(conn, DONE, id, now)?;
        Ok((held, letters))
    }
}

/// Moves the waiting files to their places, after the mark names them.
fn put_files(config: &Config, mut mark: Mark) -> Result<()> {
    let waiting = config.data_dir.join(WAITING);
    let data = waiting.join("data");
    let mut names = Vec::new();
    if data.is_dir() {
        for entry in std::fs::read_dir(&data).map_err(Error::internal)? {
            names.push(entry.map_err(Error::internal)?.file_name().to_string_lossy().into_owned());
        }
    }
    let keys = waiting.join("keys/keys");
    let place_of_keys = config.data_dir.join("keys");
    let brings_keys = keys.is_file() && !place_of_keys.exists();
    mark.names.clone_from(&names);
    if brings_keys {
        mark.names.push("keys".to_owned());
    }
    write_mark(config, &mark)?;
    for name in &names {
        let place = config.data_dir.join(name);
        if place.is_dir() {
            // Hollow, as the check of the place found.
            std::fs::remove_dir_all(&place).map_err(Error::internal)?;
        }
        std::fs::rename(data.join(name), place).map_err(Error::internal)?;
    }
    if brings_keys {
        std::fs::rename(keys, place_of_keys).map_err(Error::internal)?;
    }
    Ok(())
}

/// Takes away what an interrupted restore left.
fn sweep(config: &Config) -> Result<()> {
    let Some(mark) = read_mark(config) else { return Ok(()) };
    for name in &mark.names {
        let path = config.data_dir.join(name);
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match gone {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::internal(e)),
            _ => {}
        }
    }
    if let Some(file) = sqlite_file(&config.database_url) {
        remove_database(&with_ending(file, ".restoring"))?;
    }
    remove_mark(config)
}

fn remove_database(file: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        match std::fs::remove_file(with_ending(file, ending)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::internal(e)),
            _ => {}
        }
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

fn fresh_id() -> Result<String> {
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

fn read_mark(config: &Config) -> Option<Mark> {
    let text = std::fs::read_to_string(config.data_dir.join(MARK)).ok()?;
    // A mark that was cut short by a crash names nothing yet.
    Some(serde_json::from_str(&text).unwrap_or(Mark { id: String::new(), names: Vec::new() }))
}

fn write_mark(config: &Config, mark: &Mark) -> Result<()> {
    let text = serde_json::to_string(mark).map_err(Error::internal)?;
    let (part, place) = (config.data_dir.join(".restoring.part"), config.data_dir.join(MARK));
    let write = || -> std::io::Result<()> {
        use std::io::Write;
        let mut file = std::fs::File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&part, &place)
    };
    write().map_err(Error::internal)
}

fn remove_mark(config: &Config) -> Result<()> {
    let waiting = config.data_dir.join(WAITING);
    if waiting.exists() {
        std::fs::remove_dir_all(&waiting).map_err(Error::internal)?;
    }
    match std::fs::remove_file(config.data_dir.join(MARK)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::internal(e)),
        _ => Ok(()),
    }
}
