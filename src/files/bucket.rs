//! The object store: a folder below the data directory, or S3. Objects are written once under a random name
//! and never changed, so nothing is ever half read.

use super::model::hex;
use super::sniff::HEAD;
use crate::config::Config;
use crate::db::Ms;
use crate::error::{Error, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// Bytes kept before they go out: the smallest part S3 takes is 5 MiB.
const BUFFER: usize = 5 * 1024 * 1024;

/// Bytes of an object as they come.
pub type Bytestream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// The store of this house.
#[derive(Clone)]
pub struct Bucket(Arc<dyn ObjectStore>);

impl Bucket {
    /// Opens the store that `config` names.
    pub fn open(config: &Config) -> Result<Self> {
        let Some(s3) = &config.files else {
            let folder = config.data_dir.join("files");
            std::fs::create_dir_all(&folder)
                .map_err(|e| Error::config(format!("KONTOR_DATA_DIR: cannot create {}: {e}", folder.display())))?;
            let local = LocalFileSystem::new_with_prefix(&folder).map_err(Error::internal)?;
            // An acknowledgement means that it is on disk.
            return Ok(Self(Arc::new(local.with_fsync(true).with_automatic_cleanup(true))));
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region)
            .with_access_key_id(&s3.key)
            .with_secret_access_key(&s3.secret);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_allow_http(endpoint.starts_with("http://")).with_endpoint(endpoint);
        }
        let store = builder.build().map_err(|e| Error::config(format!("KONTOR_FILES_URL: {e}")))?;
        Ok(Self(Arc::new(store)))
    }

    /// Begins an object of that name.
    pub fn write(&self, key: &str) -> Writer {
        Writer {
            inner: BufWriter::with_capacity(self.0.clone(), Path::from(key), BUFFER).with_max_concurrency(2),
            hash: Sha256::new(),
            size: 0,
            head: BytesMut::new(),
        }
    }

    /// Writes a whole object.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        self.0.put(&Path::from(key), PutPayload::from(bytes)).await.map_err(wrong)?;
        Ok(())
    }

    /// Reads an object or a part of it.
    pub async fn read(&self, key: &str, part: Option<Range<u64>>) -> Result<Bytestream> {
        let options = GetOptions { range: part.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.0.get_opts(&Path::from(key), options).await.map_err(wrong)?;
        Ok(Box::pin(found.into_stream().map_err(wrong)))
    }

    /// Length and bytes of an object; `None` for one that is gone.
    pub async fn sized(&self, key: &str) -> Result<Option<(u64, Bytestream)>> {
        match self.0.get(&Path::from(key)).await {
            Ok(found) => Ok(Some((found.meta.size, Box::pin(found.into_stream().map_err(wrong))))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(wrong(error)),
        }
    }

    /// Reads a whole object of at most `most` bytes.
    pub async fn bytes(&self, key: &str, most: u64) -> Result<Bytes> {
        let found = self.0.get(&Path::from(key)).await.map_err(wrong)?;
        if found.meta.size > most {
            return Err(Error::TooLarge(usize::try_from(most).unwrap_or(usize::MAX)));
        }
        found.bytes().await.map_err(wrong)
    }

    /// Deletes an object; one that is gone is fine.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.0.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(wrong(error)),
        }
    }

    /// Names of the objects last written before `before`, in groups.
    pub async fn older_than(&self, before: Ms) -> Result<Vec<String>> {
        let mut out = Vec::new();
        let mut all = self.0.list(None);
        while let Some(object) = all.next().await {
            let object = object.map_err(wrong)?;
            if object.last_modified.timestamp_millis() < before {
                out.push(object.location.to_string());
            }
        }
        Ok(out)
    }

    /// Writes and deletes a small object.
    pub async fn probe(&self) -> Result<()> {
        let key = fresh_key("probe")?;
        self.put(&key, Bytes::from_static(b"kontor")).await?;
        self.delete(&key).await
    }
}

fn wrong(error: object_store::Error) -> Error {
    Error::internal(error)
}

/// A name nobody can guess and nothing has: objects are spread over 256 folders.
pub fn fresh_key(kind: &str) -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    let name = hex(&bytes);
    Ok(format!("{kind}/{}/{name}", &name[..2]))
}

/// An object on its way. Dropped before [`Writer::finish`], nothing of it is ever seen.
pub struct Writer {
    inner: BufWriter,
    hash: Sha256,
    size: u64,
    head: BytesMut,
}

/// What a finished object turned out to be.
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// Hash of them.
    pub sha256: String,
    /// The first ones.
    pub head: Bytes,
}

impl Writer {
    /// Bytes taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes more bytes.
    pub async fn push(&mut self, bytes: Bytes) -> Result<()> {
        self.size += bytes.len() as u64;
        self.hash.update(&bytes);
        if self.head.len() < HEAD {
            let more = bytes.len().min(HEAD - self.head.len());
            self.head.extend_from_slice(&bytes[..more]);
        }
        self.inner.put(bytes).await.map_err(wrong)
    }

    /// Makes it an object; it is stored when this returns.
    pub async fn finish(mut self) -> Result<Written> {
        self.inner.shutdown().await.map_err(Error::internal)?;
        Ok(Written { size: self.size, sha256: hex(&self.hash.finalize()), head: self.head.freeze() })
    }

    /// Throws away what came.
    pub async fn abort(mut self) {
        if let Err(error) = self.inner.abort().await {
            tracing::warn!(%error, "an upload that was given up could not be cleared; the sweep takes it");
        }
    }
}
