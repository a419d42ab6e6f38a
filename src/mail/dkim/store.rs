//! The keys that sign mail. All SQL of them.

use super::key::{Algorithm, Fresh, Key};
use super::sign::Signer;
use crate::db::schema::dkim_keys;
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::secrets::Ring;
use diesel::prelude::*;

/// Name of the sealed field of a key; the upkeep seals it again under the same name.
fn field(selector: &str) -> String {
    format!("dkim_keys.private_key:{selector}")
}

/// A key as pages show it; the private half stays where it is.
#[derive(Debug, Clone, Queryable)]
pub struct Kept {
    /// Row id.
    pub id: i64,
    /// `d=` of its signatures.
    pub domain: String,
    /// `s=` of its signatures.
    pub selector: String,
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    /// `p=` of its DNS record.
    pub public_key: String,
    /// When it was made.
    pub created_at: Ms,
    /// Since when it signs; `None`: not yet.
    pub active_at: Option<Ms>,
}

impl Kept {
    /// Name of its TXT record.
    pub fn name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// Value of its TXT record.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.algorithm, self.public_key)
    }
}

/// Every key, newest first.
///
/// # Errors
/// When the database fails.
pub fn list_keys(conn: &mut Conn) -> Result<Vec<Kept>> {
    Ok(dkim_keys::table
        .order(dkim_keys::id.desc())
        .select((
            dkim_keys::id,
            dkim_keys::domain,
            dkim_keys::selector,
            dkim_keys::algorithm,
            dkim_keys::public_key,
            dkim_keys::created_at,
            dkim_keys::active_at,
        ))
        .load(conn)?)
}

/// Keeps a new key, its private half sealed.
///
/// # Errors
/// When it cannot be sealed or written.
pub fn insert_key(
    tx: &mut Tx<'_>,
    ring: &Ring,
    domain: &str,
    selector: &str,
    algorithm: Algorithm,
    fresh: &Fresh,
) -> Result<()> {
    let sealed = ring.seal(&field(selector), &fresh.private)?;
    let now = tx.now();
    diesel::insert_into(dkim_keys::table)
        .values((
            dkim_keys::domain.eq(domain),
            dkim_keys::selector.eq(selector),
            dkim_keys::algorithm.eq(algorithm.code()),
            dkim_keys::private_key.eq(sealed),
            dkim_keys::public_key.eq(&fresh.public),
            dkim_keys::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Lets a key sign in the place of the one of its domain and algorithm that signed until now; answers whether it was
/// there and did not sign yet.
///
/// # Errors
/// When it cannot be written.
pub fn mark_active(tx: &mut Tx<'_>, key: &Kept) -> Result<bool> {
    let now = tx.now();
    let others = dkim_keys::table
        .filter(dkim_keys::domain.eq(&key.domain))
        .filter(dkim_keys::algorithm.eq(&key.algorithm))
        .filter(dkim_keys::id.ne(key.id));
    diesel::update(others).set(dkim_keys::active_at.eq(None::<Ms>)).execute(&mut **tx)?;
    let waiting = dkim_keys::table.find(key.id).filter(dkim_keys::active_at.is_null());
    Ok(diesel::update(waiting).set(dkim_keys::active_at.eq(now)).execute(&mut **tx)? == 1)
}

/// Forgets a key for good; answers whether it was there.
///
/// # Errors
/// When it cannot be written.
pub fn delete_key(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(diesel::delete(dkim_keys::table.find(id)).execute(&mut **tx)? == 1)
}

/// The signers of a domain, the one that every receiver knows last: receivers read signatures from the top.
///
/// # Errors
/// When the database fails or a key does not open.
pub fn signers(conn: &mut Conn, ring: &Ring, domain: &str) -> Result<Vec<Signer>> {
    let rows: Vec<(String, String, String)> = dkim_keys::table
        .filter(dkim_keys::domain.eq(domain))
        .filter(dkim_keys::active_at.is_not_null())
        .order(dkim_keys::algorithm.asc())
        .select((dkim_keys::selector, dkim_keys::algorithm, dkim_keys::private_key))
        .load(conn)?;
    rows.into_iter()
        .filter_map(|(selector, algorithm, sealed)| Some((selector, Algorithm::from_code(&algorithm)?, sealed)))
        .map(|(selector, algorithm, sealed)| {
            let key = Key::read(algorithm, &ring.open_sealed(&field(&selector), &sealed)?)?;
            Ok(Signer { domain: domain.to_owned(), selector, key })
        })
        .collect()
}
