//! Files: uploads through an object store, a local folder unless configured otherwise. Knows no feature: what uses
//! a file says so in `file_uses`, and who may read it is asked of a gate that `app.rs` registers for that use.
//!
//! Invariants:
//! - a body goes to the store as it comes and is never whole in memory; what was acknowledged is stored and its row committed;
//! - what a file is, is read from its bytes, never from what the sender says;
//! - nobody reads a file before it was checked; pictures lose their metadata (place, device, owner) on the way in;
//! - only safe pictures are shown inside the browser, everything else is an attachment in a sandbox;
//! - an object is deleted only after the row that named it is gone, and a row that is in use cannot go.

pub mod actions;
pub mod api;
mod bucket;
mod clamav;
mod gates;
pub mod jobs;
mod limits;
pub mod model;
mod picture;
mod range;
pub mod resume;
mod sniff;
pub mod store;
mod strip;
pub mod web;

pub use bucket::Bucket;
pub use gates::{Gate, Gates};
pub use model::{FileInfo, State, Used};

use crate::config::Config;
use crate::error::Result;
use clamav::Scanner;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// SHA-256 of bytes in lower-case hexadecimal, as files carry it.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    model::hex(&sha2::Sha256::digest(bytes))
}

/// Pictures that are decoded at the same time: each may take [`picture::DECODED_BYTES`].
const DECODERS: usize = 2;

/// Where the bytes lie, who checks them and who may read them.
pub struct Files {
    bucket: Bucket,
    scanner: Option<Scanner>,
    gates: Gates,
    decoders: Arc<Semaphore>,
}

impl Files {
    /// Opens the store that `config` names.
    ///
    /// # Errors
    /// When the folder cannot be made or the configuration does not fit.
    pub fn open(config: &Config, gates: Gates) -> Result<Self> {
        Ok(Self {
            bucket: Bucket::open(config)?,
            scanner: config.clamav.clone().map(Scanner::new),
            gates,
            decoders: Arc::new(Semaphore::new(DECODERS)),
        })
    }

    /// Writes and deletes a small object: for `doctor`.
    ///
    /// # Errors
    /// When the store takes nothing.
    pub async fn probe(&self) -> Result<()> {
        self.bucket.probe().await
    }

    /// Every object a file is made of, whole in memory at most `most` bytes: for archives and documents.
    ///
    /// # Errors
    /// When the object is away or larger.
    pub async fn bytes(&self, object_key: &str, most: u64) -> Result<bytes::Bytes> {
        self.bucket.bytes(object_key, most).await
    }

    /// An object as a stream: for backups.
    ///
    /// # Errors
    /// When the object is away.
    pub async fn stream(&self, object_key: &str) -> Result<bucket::Bytestream> {
        self.bucket.read(object_key, None).await
    }

    /// Asks the virus scanner for a sign of life; `None` where none is configured.
    pub async fn ping_scanner(&self) -> Option<Result<()>> {
        match &self.scanner {
            Some(scanner) => Some(scanner.ping().await),
            None => None,
        }
    }
}
