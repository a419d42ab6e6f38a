//! Secrets of notifications: the key behind the one-click link, made at first use and kept with the house.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::settings;
use crate::web::viewer::MemberId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const NAME: &str = "notices.key";

fn find(conn: &mut Conn) -> Result<Option<Vec<u8>>> {
    let text = settings::value(conn, NAME)?;
    text.map(|t| URL_SAFE_NO_PAD.decode(t).map_err(Error::internal)).transpose()
}

fn mac(key: &[u8], id: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    // HMAC takes keys of every length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(b"digest-off:");
        mac.update(id);
        out.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    }
    out
}

/// Token of a member's link that ends the digest: 32 of `A-Za-z0-9_-`.
pub fn off_token(tx: &mut Tx<'_>, member: MemberId) -> Result<String> {
    let key = match find(tx)? {
        Some(key) => key,
        None => {
            let mut bytes = vec![0_u8; 32];
            getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
            settings::put(tx, NAME, &URL_SAFE_NO_PAD.encode(&bytes))?;
            bytes
        }
    };
    let id = member.0.to_be_bytes();
    Ok(URL_SAFE_NO_PAD.encode([id.as_slice(), &mac(&key, &id)].concat()))
}

/// The member of a token; none when it is not ours.
pub fn member_of(conn: &mut Conn, token: &str) -> Result<Option<MemberId>> {
    let Some(key) = find(conn)? else { return Ok(None) };
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return Ok(None) };
    let Some((id, given)) = bytes.split_at_checked(8) else { return Ok(None) };
    let good = bool::from(mac(&key, id).ct_eq(given));
    Ok(id.try_into().ok().map(i64::from_be_bytes).filter(|_| good).map(MemberId))
}
