//! Which files of the data directory belong into an archive.

use crate::config::Config;
use crate::db::sqlite_file;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Names at the top of the data directory that are not the community's: backups, keys, marks of a restore.
pub const OWN_NAMES: [&str; 4] = ["backups", "keys", "restoring", "restoring.json"];

/// Whether the entry `name` at the top of the data directory is the house's own, not the community's.
pub fn is_ours(config: &Config, name: &str) -> bool {
    if OWN_NAMES.contains(&name) || name.starts_with('.') || name.ends_with(".part") {
        return true;
    }
    let Some(file) = sqlite_file(&config.database_url) else { return false };
    let here = |folder: &Path| folder.canonicalize().ok() == config.data_dir.canonicalize().ok();
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(base) = file.file_name().map(|n| n.to_string_lossy().into_owned()) else { return false };
    here(folder)
        && (name == base || ["-wal", "-shm", "-journal", ".restoring"].iter().any(|s| name == format!("{base}{s}")))
}

/// Files below the data directory, with their paths in it.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(config: &Config) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let is_top = folder.as_os_str().is_empty();
        let entries = match std::fs::read_dir(config.data_dir.join(&folder)) {
            Ok(entries) => entries,
            // A folder that went away meanwhile held nothing that the snapshot knows.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(Error::internal(e)),
        };
        for entry in entries {
            let entry = entry.map_err(Error::internal)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Half-written files carry such names.
            if name.starts_with('.') || name.ends_with(".part") || (is_top && is_ours(config, &name)) {
                continue;
            }
            let kind = entry.file_type().map_err(Error::internal)?;
            let path = folder.join(&name);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                out.push(path);
            }
        }
    }
    out.sort();
    Ok(out)
}
