//! What happens to files behind people's backs: checks that could not be made at once, resized pictures, garbage.

use super::bucket::fresh_key;
use super::model::{Size, State};
use super::{actions, picture, store};
use crate::db::DAY;
use crate::error::{Error, Result};
use crate::house::House;

/// Checks a file whose sender did not wait for it.
pub const CHECK_JOB: &str = "files.check";
/// Makes the resized copies of a picture.
pub const SIZES_JOB: &str = "files.sizes";
/// Deletes what nobody uses.
pub const COLLECT_JOB: &str = "files.collect";
/// Deletes objects that no row names.
pub const SWEEP_JOB: &str = "files.sweep";

/// How long an unused file, a stalled upload or an unknown object is left alone.
const GRACE: i64 = DAY;
/// Files of one round.
const ROUND: i64 = 200;

/// Which file.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// Row id.
    pub id: i64,
}

/// Runs [`CHECK_JOB`].
///
/// # Errors
/// When the store or the scanner is still away.
pub async fn check(house: House, job: Check) -> Result<()> {
    actions::check(&house, job.id).await
}

/// Runs [`SIZES_JOB`]. May run twice: a width that exists stays.
///
/// # Errors
/// When the store is away.
pub async fn sizes(house: House, job: Check) -> Result<()> {
    let id = job.id;
    let file = match house.db.read(move |c| store::find(c, id)).await {
        Ok(file) if file.state() == State::Ready && file.is_picture() => file,
        Ok(_) | Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let place = house.files.decoders.clone().acquire_owned().await.map_err(Error::internal)?;
    let bytes = house.files.bucket.bytes(&file.object_key, picture::MOST_BYTES).await?;
    let made = tokio::task::spawn_blocking(move || picture::resize(&bytes)).await.map_err(Error::internal)?;
    drop(place);
    let picture::Made { copies, colour } = match made {
        Ok(made) => made,
        // The header was in order and the rest is not: nobody could see it anyway.
        Err(reason) => {
            return house.db.write_background(move |tx| store::mark_refused(tx, id, reason).map(|_| ())).await;
        }
    };
    house.db.write_background(move |tx| store::set_colour(tx, id, &colour)).await?;
    for copy in copies {
        let object_key = fresh_key("sizes")?;
        let side = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        let size = Size {
            file_id: id,
            width: side(copy.width),
            height: side(copy.height),
            mime: copy.mime.to_owned(),
            size: i64::try_from(copy.bytes.len()).unwrap_or(i64::MAX),
            object_key: object_key.clone(),
        };
        house.files.bucket.put(&object_key, copy.bytes).await?;
        let kept = house.db.write_background(move |tx| store::insert_size(tx, &size)).await?;
        if !kept {
            house.files.bucket.delete(&object_key).await?;
        }
    }
    Ok(())
}

/// Runs [`COLLECT_JOB`]: unused files and stalled uploads go after a day, then their objects.
///
/// # Errors
/// When the store is away; what is left is taken next time.
pub async fn collect(house: House, (): ()) -> Result<()> {
    let before = house.db.now() - GRACE;
    loop {
        let unused = house.db.read(move |c| store::list_unused(c, before, ROUND)).await?;
        let round = unused.len();
        let mut gone = 0;
        for id in unused {
            // One transaction each: a file that came into use at this moment keeps only itself.
            match house.db.write_background(move |tx| store::delete_unused(tx, id, before)).await {
                Ok(true) => gone += 1,
                Ok(false) => {}
                Err(error) => tracing::info!(%error, id, "a file came into use while it was collected"),
            }
        }
        if gone == 0 || i64::try_from(round).is_ok_and(|n| n < ROUND) || house.jobs.stopping().is_cancelled() {
            break;
        }
    }
    empty(&house).await
}

/// Deletes the objects that were thrown away.
///
/// # Errors
/// When the store is away.
pub async fn empty(house: &House) -> Result<()> {
    loop {
        let keys = house.db.read(|c| store::list_garbage(c, ROUND)).await?;
        if keys.is_empty() || house.jobs.stopping().is_cancelled() {
            return Ok(());
        }
        for key in &keys {
            house.files.bucket.delete(key).await?;
        }
        house.db.write_background(move |tx| store::forget_garbage(tx, &keys)).await?;
    }
}

/// Runs [`SWEEP_JOB`]: objects written before the day of grace that no row names, left by a crash between the object
/// and its row.
///
/// # Errors
/// When the store is away.
pub async fn sweep(house: House, (): ()) -> Result<()> {
    let old = house.files.bucket.older_than(house.db.now() - GRACE).await?;
    for some in old.chunks(200) {
        let asked = some.to_vec();
        let known = house.db.read(move |c| store::known_keys(c, &asked)).await?;
        for key in some.iter().filter(|k| !known.contains(k)) {
            tracing::info!(key, "an object without a row is deleted");
            house.files.bucket.delete(key).await?;
        }
        if house.jobs.stopping().is_cancelled() {
            break;
        }
    }
    Ok(())
}
