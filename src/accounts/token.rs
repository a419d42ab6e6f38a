//! Random tokens: 256 bits, shown once, stored as their SHA-256. A fast hash suffices, there is nothing to guess.

use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A fresh token of 43 characters (`A-Za-z0-9_-`).
///
/// # Errors
/// When the system has no randomness.
pub fn fresh() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the database keeps of a token. Looking a row up by this hash leaks nothing by timing:
/// an attacker cannot steer the hash of a guess.
pub fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}
