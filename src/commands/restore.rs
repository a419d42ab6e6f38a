//! `kontor restore FILE`: an archive back into an empty place.

use super::serve::say;
use crate::config::Config;
use crate::db::Clock;
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::upkeep::restore;
use std::path::PathBuf;

/// Puts it back.
///
/// # Errors
/// When the place is not empty or the archive is not whole.
pub async fn run(config: &Config, file: PathBuf) -> Result<()> {
    let (inner, now) = (config.clone(), Clock::default().now());
    let restored =
        tokio::task::spawn_blocking(move || restore::restore(&inner, &file, now)).await.map_err(Error::internal)??;
    say(&format!(
        "Restored {} rows and {} files as of {} (from {}).",
        restored.rows,
        restored.files,
        iso(restored.at),
        restored.backend
    ))?;
    say(&format!("{} campaigns and {} letters wait for a human.", restored.held, restored.letters))?;
    if !restored.keys {
        say("The archive brought no keys of encrypted fields: put the old file `keys` into the data directory.")?;
    }
    say("Every chat room has a new epoch: clients load their rooms again.")
}
