//! `kontor serve`: run the server until SIGTERM or Ctrl+C.

use crate::accounts;
use crate::app::{self, Running};
use crate::config::Config;
use crate::db::Clock;
use crate::error::{Error, Result};
use std::io::Write;

/// Runs the server.
///
/// # Errors
/// When it cannot start.
pub async fn run(config: Config) -> Result<()> {
    if !config.rate_limits {
        tracing::warn!("rate limits are off: for load tests only");
    }
    let running = app::start(config, Clock::default()).await?;
    announce(&running).await?;
    wait_for_signal().await?;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

async fn announce(running: &Running) -> Result<()> {
    say(&format!("Kontor listens on {}", running.house.config.absolute("")))?;
    if let Some(link) = accounts::actions::setup_link(&running.house).await? {
        say(&format!("Create the first admin (works once, for a day): {link}"))?;
    }
    Ok(())
}

/// Prints a line at once, also into a pipe: programs wait for the address.
pub(super) fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Error::internal)
}

/// Returns on SIGTERM or Ctrl+C.
pub(super) async fn wait_for_signal() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done.map_err(Error::internal),
    }
}
