//! Private keys that sign mail, and the DNS records that let others check it (RFC 6376, 3.6.1; RFC 8463 for Ed25519).

use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
use sha2::{Digest, Sha256};

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with 2,048 bits: what every receiver checks.
    Rsa,
    /// Ed25519: ten times faster, not checked everywhere yet; sign with RSA beside it.
    Ed25519,
}

impl Algorithm {
    /// Both, the one that every receiver knows first.
    pub const ALL: [Self; 2] = [Self::Rsa, Self::Ed25519];

    /// As it is stored and as `k=` of the DNS record says it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The algorithm of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }
}

enum Secret {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// A key that signs.
pub struct Key {
    secret: Secret,
    random: SystemRandom,
}

/// A new pair: the private half as PKCS#8 DER and the public half as base64 for `p=` of the DNS record.
pub struct Fresh {
    /// PKCS#8 DER.
    pub private: Vec<u8>,
    /// Base64: SubjectPublicKeyInfo for RSA, the 32 bytes themselves for Ed25519 (RFC 8463, 4.2).
    pub public: String,
}

impl Key {
    /// Makes a pair. RSA takes up to a few seconds: not on the event loop.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Fresh> {
        match algorithm {
            Algorithm::Rsa => {
                // Only to make the pair; ring signs, in constant time.
                let pair = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).map_err(Error::internal)?;
                let public = pair.to_public_key().to_public_key_der().map_err(Error::internal)?;
                let private = pair.to_pkcs8_der().map_err(Error::internal)?;
                Ok(Fresh { private: private.as_bytes().to_vec(), public: STANDARD.encode(public.as_bytes()) })
            }
            Algorithm::Ed25519 => {
                let refused = |_| Error::internal("no randomness");
                let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(refused)?;
                let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).map_err(|e| Error::internal(e.to_string()))?;
                Ok(Fresh { private: private.as_ref().to_vec(), public: STANDARD.encode(pair.public_key().as_ref()) })
            }
        }
    }

    /// Reads a private key from PKCS#8 DER.
    ///
    /// # Errors
    /// When it is none of this algorithm.
    pub fn read(algorithm: Algorithm, private: &[u8]) -> Result<Self> {
        let refused = |e: ring::error::KeyRejected| Error::internal(format!("a DKIM key cannot be read: {e}"));
        let secret = match algorithm {
            Algorithm::Rsa => Secret::Rsa(Box::new(RsaKeyPair::from_pkcs8(private).map_err(refused)?)),
            Algorithm::Ed25519 => {
                Secret::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(private).map_err(refused)?)
            }
        };
        Ok(Self { secret, random: SystemRandom::new() })
    }

    /// `a=` of a signature.
    pub fn label(&self) -> &'static str {
        match self.secret {
            Secret::Rsa(_) => "rsa-sha256",
            Secret::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// Signs canonical header lines; base64.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign(&self, lines: &[u8]) -> Result<String> {
        match &self.secret {
            Secret::Rsa(pair) => {
                let mut out = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, lines, &mut out)
                    .map_err(|_| Error::internal("a DKIM key does not sign"))?;
                Ok(STANDARD.encode(out))
            }
            // RFC 8463, 3: the hash is signed, not the text.
            Secret::Ed25519(pair) => Ok(STANDARD.encode(pair.sign(&Sha256::digest(lines)))),
        }
    }
}
