//! Uploads in parts, for large files and weak lines: announce, send from where it stands, ask where it stands.
//! Each part is an object of its own until the last one has come, so any node can take the next and nothing that was
//! acknowledged is lost; what came before a broken line is kept as well.

use super::actions::{check_later, settle, whole, write};
use super::bucket::{Bytestream, Written, fresh_key};
use super::limits::room_for;
use super::model::{FileInfo, State, clean_name};
use super::store;
use crate::error::{Error, Result};
use crate::house::House;
use crate::web::limits::Bucket;
use crate::web::viewer::MemberId;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

/// The smallest part that is not the last: an upload has at most 10,000 parts.
const MOST_PARTS: usize = 10_000;

/// Announces an upload.
///
/// # Errors
/// [`Error::TooLarge`], `storage_full`, `size: range`.
pub async fn announce(
    house: &House,
    owner: MemberId,
    name: &str,
    size: i64,
    sha256: Option<String>,
) -> Result<FileInfo> {
    house.limits.take(Bucket::Uploads, owner)?;
    let bytes = u64::try_from(size).ok().filter(|s| *s > 0).ok_or_else(|| Error::field("size", "invalid"))?;
    let name = clean_name(name);
    let sha256 = sha256.unwrap_or_default();
    house
        .db
        .write(move |tx| {
            room_for(tx, owner)?.admit(bytes)?;
            let id = store::insert_announced(tx, owner, &name, size, &sha256)?;
            store::find(tx, id)
        })
        .await
}

/// Takes the next part of an upload of `owner`, which must begin at `at`. `sha256`: hash of this part.
///
/// # Errors
/// `upload_offset` when it stands elsewhere, [`Error::TooLarge`] past the announced size, `checksum`.
pub async fn append(
    house: &House,
    owner: MemberId,
    id: i64,
    at: i64,
    sha256: Option<String>,
    body: impl Stream<Item = Result<Bytes>> + Unpin,
) -> Result<FileInfo> {
    let (file, parts) = house
        .db
        .read(move |c| {
            let file = store::find_own(c, owner, id)?;
            Ok((file, store::list_parts(c, id)?.len()))
        })
        .await?;
    if file.state() != State::Uploading {
        return if at == file.size { Ok(file) } else { Err(Error::Conflict("upload_offset")) };
    }
    if file.received != at {
        return Err(Error::Conflict("upload_offset"));
    }
    if parts >= MOST_PARTS {
        return Err(Error::Conflict("upload_parts"));
    }
    let left = u64::try_from(file.size - at).unwrap_or(0);
    let (key, came) = take(house, body, left, sha256.is_some()).await?;
    let (written, broken) = came;
    if sha256.is_some_and(|wanted| wanted != written.sha256) {
        house.files.bucket.delete(&key).await?;
        return Err(Error::field("sha256", "checksum"));
    }
    let size = i64::try_from(written.size).unwrap_or(i64::MAX);
    if size > 0 {
        let name = key.clone();
        let taken = house.db.write(move |tx| store::insert_part(tx, id, at, size, &name)).await?;
        if !taken {
            house.files.bucket.delete(&key).await?;
            return Err(Error::Conflict("upload_offset"));
        }
    } else {
        house.files.bucket.delete(&key).await?;
    }
    if let Some(error) = broken {
        return Err(error);
    }
    if at + size == file.size { complete(house, id).await } else { house.db.read(move |c| store::find(c, id)).await }
}

/// Writes a part; where the line breaks, what came until then is kept unless its hash was promised.
async fn take(
    house: &House,
    body: impl Stream<Item = Result<Bytes>> + Unpin,
    left: u64,
    all_or_nothing: bool,
) -> Result<(String, (Written, Option<Error>))> {
    let key = fresh_key("parts")?;
    let mut broken = None;
    let written = {
        let slot = &mut broken;
        let until_break = body.map(Some).scan((), move |(), item| {
            std::future::ready(match item {
                Some(Err(error)) if !all_or_nothing => {
                    *slot = Some(error);
                    None
                }
                other => other,
            })
        });
        let admit =
            |size: u64| if size > left { Err(Error::TooLarge(usize::try_from(left).unwrap_or(0))) } else { Ok(()) };
        write(house, &key, Box::pin(until_break), admit).await?
    };
    Ok((key, (written, broken)))
}

/// Puts the parts together and makes them a file. May run twice.
async fn complete(house: &House, id: i64) -> Result<FileInfo> {
    let (file, parts, wanted) = house
        .db
        .read(move |c| Ok((store::find(c, id)?, store::list_parts(c, id)?, store::wanted_sha256(c, id)?)))
        .await?;
    if file.state() != State::Uploading {
        return Ok(file);
    }
    let key = fresh_key("files")?;
    let bucket = house.files.bucket.clone();
    let joined = stream::iter(parts)
        .then(move |(_, _, part)| {
            let bucket = bucket.clone();
            async move { bucket.read(&part, None).await }
        })
        .flat_map(|opened| -> Bytestream {
            match opened {
                Ok(bytes) => bytes,
                Err(error) => Box::pin(stream::iter([Err(error)])),
            }
        });
    let written = write(house, &key, Box::pin(joined), |_| Ok(())).await?;
    let differs = !wanted.is_empty() && wanted != written.sha256;
    let made = whole(file.name, &key, &written);
    let won = house
        .db
        .write(move |tx| {
            if differs {
                return store::mark_refused(tx, id, "checksum").map(|_| false);
            }
            let won = store::mark_whole(tx, id, &made)?;
            if won {
                store::delete_parts(tx, id)?;
                check_later(tx, id)?;
            }
            Ok(won)
        })
        .await?;
    if !won {
        house.files.bucket.delete(&key).await?;
    }
    if differs {
        return Err(Error::field("sha256", "checksum"));
    }
    settle(house, id).await
}
