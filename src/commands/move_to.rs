//! `kontor move --to URL`: everything into another database.

use super::serve::say;
use crate::config::Config;
use crate::db::Clock;
use crate::error::{Error, Result};
use crate::upkeep::{self, moving};

/// Moves the database.
///
/// # Errors
/// When it cannot be moved; the same command goes on where it was.
pub async fn run(config: &Config, to: String) -> Result<()> {
    upkeep::prepare(config, Clock::default().now())?;
    crate::db::migrations::apply(&config.database_url)?;
    let (inner, target) = (config.clone(), to.clone());
    let moved = tokio::task::spawn_blocking(move || {
        moving::move_to(&inner, &target, |table, rows| {
            // Nobody listens any more: the move goes on all the same.
            let _ = say(&format!("{table}: {rows} rows, verified"));
        })
    })
    .await
    .map_err(Error::internal)??;
    say(&format!(
        "{} tables with {} rows are there, every row compared; {} written by this run.",
        moved.tables, moved.rows, moved.written
    ))?;
    say("Files stay where they are. Now set DATABASE_URL to the new database and start; the old one is untouched.")
}
