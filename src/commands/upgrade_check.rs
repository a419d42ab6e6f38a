//! `kontor upgrade-check`: what this binary would do to the database, without doing it.

use super::serve::say;
use crate::config::Config;
use crate::db::migrations;
use crate::error::Result;

/// Tells the state.
///
/// # Errors
/// When this binary may not work with the database.
pub fn run(config: &Config) -> Result<()> {
    crate::upkeep::restore::finish(config)?;
    let state = migrations::state(&config.database_url)?;
    say(&format!("This is Kontor {}.", env!("CARGO_PKG_VERSION")))?;
    state.check()?;
    if state.applied.is_empty() {
        return say(&format!("The database is empty: {} migrations would create it.", state.pending.len()));
    }
    if state.pending.is_empty() {
        return say("The database is up to date: an upgrade changes nothing in it.");
    }
    say(&format!("{} of {} migrations are pending:", state.pending.len(), state.pending.len() + state.applied.len()))?;
    for version in &state.pending {
        say(&format!("  {version}"))?;
    }
    say(&format!(
        "The next start takes a backup into {} and applies them. They only add: nodes of the version before go on beside it.",
        crate::upkeep::folder(config).display()
    ))
}
