//! Passwords: argon2id (m = 19 MiB, t = 2, p = 1, the OWASP minimum) on a bounded number of threads,
//! so that a storm of logins queues up instead of taking the server's memory and cores.

use crate::error::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Hashes under way at once: 2 × 19 MiB at most.
const SIDE_BY_SIDE: usize = 2;
/// Longer than this nobody waits for a hash.
const PATIENCE: Duration = Duration::from_secs(20);

static PLACES: Semaphore = Semaphore::const_new(SIDE_BY_SIDE);

fn argon2() -> Argon2<'static> {
    // The parameters are constants within argon2's bounds; the default is the same set.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A hash nobody's password has: checked when there is no account, so that both cases take the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody's password").unwrap_or_default());

fn hash_now(password: &str) -> Result<String> {
    let hash = argon2().hash_password(password.as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

async fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let place = tokio::time::timeout(PATIENCE, PLACES.acquire()).await;
    let place = place.map_err(|_| Error::Unavailable)?.map_err(Error::internal)?;
    let out = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    drop(place);
    Ok(out)
}

/// Hashes a password as a PHC string.
///
/// # Errors
/// [`Error::Unavailable`] when too many wait.
pub async fn hash(password: String) -> Result<String> {
    bounded(move || hash_now(&password)).await?
}

/// Whether `password` matches `stored`; takes the same time without a stored hash.
///
/// # Errors
/// [`Error::Unavailable`] when too many wait.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    bounded(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.clone());
        let matches =
            PasswordHash::new(&stored).is_ok_and(|h| argon2().verify_password(password.as_bytes(), &h).is_ok());
        known && matches
    })
    .await
}
