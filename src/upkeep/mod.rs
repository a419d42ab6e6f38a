//! Upkeep: what lets an operator sleep. Backups and the way back, moving between databases, the doctor, alerts.
//!
//! Invariants:
//! - an archive shows one moment, is whole before it has its name, and is checked part by part before anything of it
//!   counts;
//! - a restore and a move are visible when they are complete, and not before; what was interrupted is named at the
//!   next start;
//! - no migration begins on a database with content before its backup is on disk;
//! - a restored house mails nobody by itself: campaigns and waiting letters are held for a human.
//!
//! Comes after the office, so that it may look at every feature.

pub mod alerts;
pub mod api;
pub mod archive;
pub mod backups;
pub mod dkim;
pub mod doctor;
pub mod keys;
pub mod letters;
pub mod model;
pub mod moving;
pub mod node;
pub mod restore;
pub mod store;
pub mod web;

use crate::config::{BackupPlace, Config};
use crate::db::{Ms, migrations};
use crate::error::{Error, Result};
use std::path::PathBuf;

/// Backups before migrations that are kept.
const KEPT_BEFORE_MIGRATIONS: usize = 3;
/// How the name of a backup before migrations begins.
const BEFORE: &str = "before-migration-";

/// What every command does before it opens the database: a restore that was interrupted is named, and before a
/// migration of a database with content a backup is taken. Answers the backup's file.
///
/// # Errors
/// When a restore was interrupted, the database belongs to a newer release, or the backup cannot be written.
pub fn prepare(config: &Config, now: Ms) -> Result<Option<PathBuf>> {
    restore::finish(config)?;
    let state = migrations::state(&config.database_url)?;
    state.check()?;
    if state.applied.is_empty() || state.pending.is_empty() {
        return Ok(None);
    }
    let folder = folder(config);
    std::fs::create_dir_all(&folder)
        .map_err(|e| Error::config(format!("a backup before migrating: cannot create {}: {e}", folder.display())))?;
    let ending = if config.operations.backup_passphrase.is_some() { "tar.gz.age" } else { "tar.gz" };
    let file = folder.join(format!("{BEFORE}{}.{ending}", backups::stamp(now)));
    archive::write(config, &file, false, now)?;
    tracing::info!(file = %file.display(), migrations = state.pending.len(), "a backup was taken before migrating");
    forget_old(&folder);
    Ok(Some(file))
}

/// Where backups stand on this machine, whatever place they go to in the end.
pub fn folder(config: &Config) -> PathBuf {
    match &config.operations.backup_to {
        Some(BackupPlace::Folder(folder)) => folder.clone(),
        _ => config.data_dir.join("backups"),
    }
}

fn forget_old(folder: &std::path::Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut all: Vec<String> = entries
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.starts_with(BEFORE) && !n.ends_with(".sha256") && !n.ends_with(".part"))
        .collect();
    all.sort();
    let old = all.len().saturating_sub(KEPT_BEFORE_MIGRATIONS);
    for name in &all[..old] {
        for name in [name.clone(), format!("{name}.sha256")] {
            if let Err(error) = std::fs::remove_file(folder.join(&name)) {
                tracing::warn!(%error, name, "an old backup could not be removed");
            }
        }
    }
}
