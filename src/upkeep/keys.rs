//! Keys of encrypted fields, while a server may run: a new one, everything sealed again, old ones forgotten.

use super::store;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::secrets::Ring;

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Name of the new key; the newest of the environment where the keys stand there.
    pub key: String,
    /// Fields sealed again.
    pub fields: usize,
    /// Keys that nothing needs any more.
    pub forgotten: Vec<String>,
}

/// Adds a key (unless the keys stand in the environment), seals every field with it, and forgets keys without use.
///
/// # Errors
/// When a field stays shut, or something cannot be written; run it again then.
pub async fn rotate(db: &Db, ring: std::sync::Arc<Ring>, from_environment: bool) -> Result<Rotated> {
    let key = if from_environment {
        ring.names()?.into_iter().next().ok_or_else(|| Error::config("KONTOR_SECRET_KEYS holds no key"))?
    } else {
        ring.add()?
    };
    let (inner, name) = (ring.clone(), key.clone());
    let fields = db.write(move |tx| seal_again(tx, &inner, &name)).await?;
    let forgotten = if from_environment {
        Vec::new()
    } else {
        let used = db.read(store::list_sealed).await?;
        let used: Vec<String> = used.iter().filter_map(|f| Ring::key_of(&f.value)).map(str::to_owned).collect();
        ring.forget_others(&used)?
    };
    Ok(Rotated { key, fields, forgotten })
}

fn seal_again(tx: &mut Tx<'_>, ring: &Ring, key: &str) -> Result<usize> {
    let mut done = 0;
    for field in store::list_sealed(tx)? {
        if Ring::key_of(&field.value) == Some(key) {
            continue;
        }
        let name = field.field();
        let plain = ring.open_sealed(&name, &field.value)?;
        done += usize::from(store::replace_sealed(tx, &field, &ring.seal(&name, &plain)?)?);
    }
    Ok(done)
}
