//! `kontor keys`: the keys of encrypted fields.

use super::serve::say;
use crate::app::open_database;
use crate::config::Config;
use crate::db::Clock;
use crate::error::Result;
use crate::secrets::Ring;
use crate::upkeep::{keys, store};
use std::sync::Arc;

/// Lists the keys and what they seal.
///
/// # Errors
/// When keys or database cannot be read.
pub async fn list(config: &Config) -> Result<()> {
    let ring = Ring::open(config)?;
    let db = open_database(config, Clock::default())?;
    let fields = db.read(store::list_sealed).await?;
    db.close();
    let names = ring.names()?;
    if names.is_empty() {
        say("There is no key yet; the first encrypted field makes one.")?;
    }
    for (i, name) in names.iter().enumerate() {
        let n = fields.iter().filter(|f| Ring::key_of(&f.value) == Some(name)).count();
        let note = if i == 0 { " (seals what is new)" } else { "" };
        say(&format!("{name}: {n} fields{note}"))?;
    }
    let lost = fields.iter().filter(|f| !names.iter().any(|n| Ring::key_of(&f.value) == Some(n))).count();
    if lost > 0 {
        say(&format!("{lost} fields are sealed by a key that is not there"))?;
    }
    Ok(())
}

/// Seals everything with a new key.
///
/// # Errors
/// When a field stays shut or something cannot be written.
pub async fn rotate(config: &Config) -> Result<()> {
    let ring = Arc::new(Ring::open(config)?);
    let db = open_database(config, Clock::default())?;
    let rotated = keys::rotate(&db, ring, config.operations.secret_keys.is_some()).await;
    db.close();
    let rotated = rotated?;
    say(&format!("{} seals everything now; {} fields were sealed again.", rotated.key, rotated.fields))?;
    for name in rotated.forgotten {
        say(&format!("{name} is forgotten: nothing needs it."))?;
    }
    say("A running server notices by itself. Keep a copy of the keys apart from the backups.")
}
