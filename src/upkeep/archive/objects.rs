//! Uploads that lie in a bucket: into an archive and back. Those of a local folder are files of the data directory.

use crate::config::Config;
use crate::db::copy::Snapshot;
use crate::error::{Error, Result};
use crate::files::{Bucket, store};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::io::Read;
use std::path::Path;
use tokio::runtime::Handle;

/// Bytes sent on at once.
const PIECE: usize = 256 * 1024;

/// A stream read from a thread that may block.
struct Blocking<S> {
    runtime: Handle,
    stream: S,
    left: Bytes,
}

impl<S: Stream<Item = Result<Bytes>> + Unpin> Read for Blocking<S> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        while self.left.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                None => return Ok(0),
                Some(Ok(piece)) => self.left = piece,
                Some(Err(error)) => return Err(std::io::Error::other(error)),
            }
        }
        let n = buf.len().min(self.left.len());
        buf[..n].copy_from_slice(&self.left.split_to(n));
        Ok(n)
    }
}

/// Hands every object of the snapshot to `add`, with its name in the archive and its length; answers how many. One that
/// went away since was deleted by its owner.
///
/// # Errors
/// When the bucket does not answer.
pub fn write_all(
    snapshot: &mut Snapshot,
    config: &Config,
    mut add: impl FnMut(&str, u64, &mut dyn Read) -> Result<()>,
) -> Result<u64> {
    if config.files.is_none() {
        return Ok(0);
    }
    let (bucket, runtime) = (Bucket::open(config)?, Handle::try_current().map_err(Error::internal)?);
    let mut n = 0;
    for key in store::all_keys(snapshot.conn())? {
        if let Some((size, stream)) = runtime.block_on(bucket.sized(&key))? {
            let mut from = Blocking { runtime: runtime.clone(), stream, left: Bytes::new() };
            add(&format!("uploads/{key}"), size, &mut from)?;
            n += 1;
        }
    }
    Ok(n)
}

/// Puts an object of an archive into the bucket of `config`.
///
/// # Errors
/// When the bucket does not take it.
pub fn put_object(config: &Config, key: &Path, from: &mut dyn Read) -> Result<()> {
    let (bucket, runtime) = (Bucket::open(config)?, Handle::try_current().map_err(Error::internal)?);
    let mut writer = bucket.write(&key.display().to_string());
    loop {
        let mut piece = vec![0; PIECE];
        let n = from.read(&mut piece).map_err(Error::internal)?;
        if n == 0 {
            break;
        }
        piece.truncate(n);
        runtime.block_on(writer.push(Bytes::from(piece)))?;
    }
    runtime.block_on(writer.finish())?;
    Ok(())
}
