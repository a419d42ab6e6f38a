//! `kontor migrate`: apply migrations and exit.

use crate::config::Config;
use crate::db::{Clock, migrations};
use crate::error::{Error, Result};

/// Applies what is pending.
///
/// # Errors
/// When the database cannot be reached or a migration fails.
pub fn run(config: &Config) -> Result<()> {
    std::fs::create_dir_all(&config.data_dir).map_err(Error::internal)?;
    if let Some(backup) = crate::upkeep::prepare(config, Clock::default().now())? {
        super::serve::say(&format!("backup before migrating: {}", backup.display()))?;
    }
    let applied = migrations::apply(&config.database_url)?;
    if applied.is_empty() {
        super::serve::say("The database is up to date.")?;
    }
    for name in applied {
        super::serve::say(&format!("applied {name}"))?;
    }
    Ok(())
}
