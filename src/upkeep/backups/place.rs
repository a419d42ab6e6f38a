//! Where backups go: a folder, or a bucket of S3-compatible storage.

use super::folder;
use crate::config::{BackupPlace, Config};
use crate::error::{Error, Result};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};
use tokio::io::AsyncReadExt;

/// Bytes sent at once; S3 asks for at least 5 MiB.
const CHUNK: usize = 8 << 20;
/// Pieces under way at once.
const SIDE_BY_SIDE: usize = 4;

fn bucket(config: &Config) -> Result<(AmazonS3, String)> {
    let Some(BackupPlace::Bucket { bucket, prefix, endpoint, region }) = &config.operations.backup_to else {
        return Err(Error::internal("backups go to no bucket"));
    };
    let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_region(region);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let Some((key, secret)) = &config.operations.backup_s3 {
        builder = builder.with_access_key_id(key.reveal()).with_secret_access_key(secret.reveal());
    }
    Ok((builder.build().map_err(Error::internal)?, prefix.clone()))
}

fn object(prefix: &str, name: &str) -> Path {
    Path::from(if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") })
}

/// Sends a finished archive and its sum to the bucket.
///
/// # Errors
/// When the bucket does not take it.
pub async fn send(config: &Config, file: &std::path::Path, name: &str, sha256: &str) -> Result<()> {
    let (store, prefix) = bucket(config)?;
    let mut from = tokio::fs::File::open(file).await.map_err(Error::internal)?;
    let upload = store.put_multipart(&object(&prefix, name)).await.map_err(Error::internal)?;
    let mut upload = WriteMultipart::new_with_chunk_size(upload, CHUNK);
    let mut buffer = vec![0; CHUNK];
    loop {
        let n = from.read(&mut buffer).await.map_err(Error::internal)?;
        if n == 0 {
            break;
        }
        upload.wait_for_capacity(SIDE_BY_SIDE).await.map_err(Error::internal)?;
        upload.write(&buffer[..n]);
    }
    upload.finish().await.map_err(Error::internal)?;
    let line = PutPayload::from(format!("{sha256}  {name}\n").into_bytes());
    store.put(&object(&prefix, &format!("{name}.sha256")), line).await.map_err(Error::internal)?;
    Ok(())
}

/// Removes a backup; one that is gone already is removed.
///
/// # Errors
/// When the place does not let it go.
pub async fn remove(config: &Config, name: &str) -> Result<()> {
    let names = [name.to_owned(), format!("{name}.sha256")];
    if let Some(BackupPlace::Bucket { .. }) = &config.operations.backup_to {
        let (store, prefix) = bucket(config)?;
        for name in &names {
            match store.delete(&object(&prefix, name)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(other) => return Err(Error::internal(other)),
            }
        }
        return Ok(());
    }
    for name in &names {
        match tokio::fs::remove_file(folder(config).join(name)).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::internal(e)),
            _ => {}
        }
    }
    Ok(())
}
