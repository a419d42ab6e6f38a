//! From the first byte to a file that may be read.

use super::bucket::{Written, fresh_key};
use super::clamav::Verdict;
use super::jobs::{CHECK_JOB, Check, SIZES_JOB};
use super::limits::room_for;
use super::model::{FileInfo, clean_name};
use super::store::{self, Whole};
use super::{picture, sniff, strip};
use crate::db::{MINUTE, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::web::limits::Bucket;
use crate::web::viewer::MemberId;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

/// A body that lies in the store and is no file yet.
pub struct Spooled {
    object_key: String,
    written: Written,
}

/// Writes a body to the store as it comes, up to what `owner` may bring.
///
/// # Errors
/// [`Error::TooLarge`], `storage_full`, `too_many`, and those of the body; nothing is kept then.
pub async fn spool(house: &House, owner: MemberId, body: impl Stream<Item = Result<Bytes>> + Unpin) -> Result<Spooled> {
    house.limits.take(Bucket::Uploads, owner)?;
    let room = house.db.read(move |c| room_for(c, owner)).await?;
    room.admit(1)?;
    let object_key = fresh_key("files")?;
    let written = write(house, &object_key, body, |size| room.admit(size)).await?;
    Ok(Spooled { object_key, written })
}

/// Writes an object, asking `admit` before each piece.
pub(super) async fn write(
    house: &House,
    key: &str,
    mut body: impl Stream<Item = Result<Bytes>> + Unpin,
    admit: impl Fn(u64) -> Result<()>,
) -> Result<Written> {
    let mut writer = house.files.bucket.write(key);
    while let Some(chunk) = body.next().await {
        let taken = match chunk {
            Ok(chunk) => match admit(writer.size() + chunk.len() as u64) {
                Ok(()) => writer.push(chunk).await,
                refused => refused,
            },
            Err(error) => Err(error),
        };
        if let Err(error) = taken {
            writer.abort().await;
            return Err(error);
        }
    }
    writer.finish().await
}

/// Deletes a body that becomes no file.
pub async fn discard(house: &House, spooled: &Spooled) {
    if let Err(error) = house.files.bucket.delete(&spooled.object_key).await {
        tracing::warn!(%error, "a refused upload could not be deleted; the sweep takes it");
    }
}

/// Makes a spooled body a file of `owner`. `sha256`: the hash the sender expects.
///
/// # Errors
/// `file: required` when it is empty, `sha256: checksum` when something else came, `storage_full`.
pub async fn keep(
    house: &House,
    owner: MemberId,
    name: &str,
    sha256: Option<&str>,
    spooled: Spooled,
) -> Result<FileInfo> {
    let kept = insert(house, owner, name, sha256, &spooled).await;
    match kept {
        Ok(id) => settle(house, id).await,
        Err(error) => {
            discard(house, &spooled).await;
            Err(error)
        }
    }
}

async fn insert(house: &House, owner: MemberId, name: &str, sha256: Option<&str>, spooled: &Spooled) -> Result<i64> {
    let written = &spooled.written;
    if written.size == 0 {
        return Err(Error::field("file", "required"));
    }
    if sha256.is_some_and(|wanted| wanted != written.sha256) {
        return Err(Error::field("sha256", "checksum"));
    }
    let whole = whole(clean_name(name), &spooled.object_key, written);
    let size = written.size;
    house
        .db
        .write(move |tx| {
            // Again inside the transaction: two uploads at once share what is left.
            room_for(tx, owner)?.admit(size)?;
            let id = store::insert_whole(tx, owner, &whole)?;
            check_later(tx, id)?;
            Ok(id)
        })
        .await
}

pub(super) fn whole(name: String, object_key: &str, written: &Written) -> Whole {
    Whole {
        mime: sniff::mime(&written.head, &name).to_owned(),
        name,
        size: i64::try_from(written.size).unwrap_or(i64::MAX),
        sha256: written.sha256.clone(),
        object_key: object_key.to_owned(),
    }
}

/// The safety net behind [`settle`]: whoever dies between commit and check leaves the file to this job.
pub(super) fn check_later(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let at = tx.now() + MINUTE;
    enqueue(tx, NewJob::new(CHECK_JOB, &Check { id })?.at(at).once(format!("{CHECK_JOB}:{id}")))
}

/// Checks a whole file at once, so that the sender learns the outcome; when the scanner is away it stays `scanning`
/// and the job tries again.
pub(super) async fn settle(house: &House, id: i64) -> Result<FileInfo> {
    if let Err(error) = check(house, id).await {
        tracing::warn!(%error, id, "a file could not be checked yet");
    }
    house.db.read(move |c| store::find(c, id)).await
}

/// What a check found.
enum Outcome {
    Refused(&'static str),
    Ready { pixels: Option<(i32, i32)>, clean: Option<Bytes> },
}

/// Has a file scanned, measured and cleaned, and lets it be read or refuses it. May run twice.
///
/// # Errors
/// When the store or the scanner is away.
pub async fn check(house: &House, id: i64) -> Result<()> {
    let file = match house.db.read(move |c| store::find(c, id)).await {
        Ok(file) if file.state() == super::State::Scanning => file,
        Ok(_) | Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    match look(house, &file).await? {
        Outcome::Refused(reason) => house.db.write(move |tx| store::mark_refused(tx, id, reason).map(|_| ())).await,
        Outcome::Ready { pixels, clean: None } => finish(house, id, pixels, None).await,
        Outcome::Ready { pixels, clean: Some(bytes) } => {
            let key = fresh_key("files")?;
            let written = write(house, &key, futures_util::stream::iter([Ok(bytes)]), |_| Ok(())).await?;
            let clean = Whole { mime: file.mime.clone(), ..whole(file.name.clone(), &key, &written) };
            finish(house, id, pixels, Some((clean, file.object_key))).await
        }
    }
}

async fn finish(house: &House, id: i64, pixels: Option<(i32, i32)>, clean: Option<(Whole, String)>) -> Result<()> {
    let won = house
        .db
        .write({
            let clean = clean.clone();
            move |tx| {
                let won = store::mark_ready(tx, id, pixels, clean.as_ref().map(|c| &c.0))?;
                if won {
                    store::throw_away(tx, clean.iter().map(|c| c.1.clone()))?;
                }
                if won && pixels.is_some() {
                    enqueue(tx, NewJob::new(SIZES_JOB, &Check { id })?.once(format!("{SIZES_JOB}:{id}")))?;
                }
                Ok(won)
            }
        })
        .await?;
    if !won && let Some((clean, _)) = clean {
        house.files.bucket.delete(&clean.object_key).await?;
    }
    Ok(())
}

async fn look(house: &House, file: &FileInfo) -> Result<Outcome> {
    let files = &house.files;
    if let Some(scanner) = &files.scanner {
        let bytes = files.bucket.read(&file.object_key, None).await?;
        if let Verdict::Infected(name) = scanner.scan(bytes).await? {
            tracing::warn!(id = file.id, owner = file.owner_id, name, "a file is infected");
            return Ok(Outcome::Refused("infected"));
        }
    }
    if !file.is_picture() {
        return Ok(Outcome::Ready { pixels: None, clean: None });
    }
    if u64::try_from(file.size).is_ok_and(|s| s > picture::MOST_BYTES) {
        return Ok(Outcome::Refused("image_too_large"));
    }
    let _place = files.decoders.clone().acquire_owned().await.map_err(Error::internal)?;
    let bytes = files.bucket.bytes(&file.object_key, picture::MOST_BYTES).await?;
    let mime = file.mime.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let (width, height) = picture::measure(&bytes)?;
        let clean = strip::strip(&mime, &bytes).ok_or("image_broken")?;
        Ok::<_, picture::Reason>(((width, height), (clean != bytes).then(|| Bytes::from(clean))))
    })
    .await
    .map_err(Error::internal)?;
    Ok(match looked {
        Err(reason) => Outcome::Refused(reason),
        Ok(((width, height), clean)) => {
            let side = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
            Outcome::Ready { pixels: Some((side(width), side(height))), clean }
        }
    })
}

/// Keeps bytes of the house's own making as a checked file: demo data, imports of a folder.
///
/// # Errors
/// Those of [`keep`], and `file_refused` when the bytes are not taken.
pub async fn keep_bytes(house: &House, owner: MemberId, name: &str, bytes: Bytes) -> Result<FileInfo> {
    let room = house.db.read(move |c| room_for(c, owner)).await?;
    let object_key = fresh_key("files")?;
    let body = futures_util::stream::iter([Ok(bytes)]);
    let written = write(house, &object_key, body, |size| room.admit(size)).await?;
    keep(house, owner, name, None, Spooled { object_key, written }).await
}

/// Deletes an upload of `owner` that nothing uses.
///
/// # Errors
/// [`Error::NotFound`], or `file_in_use`.
pub async fn remove(house: &House, owner: MemberId, id: i64) -> Result<()> {
    house
        .db
        .write(move |tx| {
            store::find_own(tx, owner, id)?;
            if store::delete_unused(tx, id, i64::MAX)? { Ok(()) } else { Err(Error::Conflict("file_in_use")) }
        })
        .await?;
    super::jobs::empty(house).await
}
