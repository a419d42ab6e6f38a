//! The key by which push services know this house (RFC 8292).

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::secrets::{Ring, is_sealed};
use crate::settings;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use web_push_native::jwt_simple::algorithms::{ECDSAP256PublicKeyLike, ES256KeyPair};

const NAME: &str = "notices.vapid";

/// The pair of keys of the house.
pub struct Vapid(pub(super) ES256KeyPair);

impl Vapid {
    /// The pair, if there is one yet.
    ///
    /// # Errors
    /// When the database fails or what is kept is no key.
    pub fn find(conn: &mut Conn, ring: &Ring) -> Result<Option<Self>> {
        let Some(text) = settings::secret(conn, ring, NAME)? else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(Error::internal)?;
        let pair = ES256KeyPair::from_bytes(&bytes).map_err(|e| Error::internal(e.to_string()))?;
        Ok(Some(Self(pair)))
    }

    /// The pair, made now where there is none. It lies sealed; one from before that is sealed when it is met.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn find_or_make(tx: &mut Tx<'_>, ring: &Ring) -> Result<Self> {
        if let Some(pair) = Self::find(tx, ring)? {
            if settings::value(tx, NAME)?.is_some_and(|text| !is_sealed(&text)) {
                pair.keep(tx, ring)?;
            }
            return Ok(pair);
        }
        let pair = Self(ES256KeyPair::generate());
        pair.keep(tx, ring)?;
        Ok(pair)
    }

    fn keep(&self, tx: &mut Tx<'_>, ring: &Ring) -> Result<()> {
        settings::put_secret(tx, ring, NAME, &URL_SAFE_NO_PAD.encode(self.0.to_bytes()))
    }

    /// The public half as browsers want it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().public_key().to_bytes_uncompressed())
    }
}

/// The public key of the house, made at first start.
///
/// # Errors
/// When the database fails.
pub async fn public_key(house: &House) -> Result<String> {
    let (reading, writing) = (house.clone(), house.clone());
    if let Some(pair) = house.db.read(move |c| Vapid::find(c, &reading.secrets)).await? {
        return Ok(pair.public());
    }
    house.db.write(move |tx| Vapid::find_or_make(tx, &writing.secrets).map(|pair| pair.public())).await
}
