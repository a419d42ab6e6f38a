//! Keeps the search in step, behind the commit.

use super::model::{PostId, ThreadId};
use super::store;
pub use super::tell::{
    REMIND, Remind, STAGE, Stage, TELL, Told, enqueue_reminder, enqueue_stage, enqueue_tell, remind, stage, tell,
};
use crate::db::Tx;
use crate::error::Result;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::search::{self, Entry};
use crate::text::plain;
use serde::{Deserialize, Serialize};

/// Puts one post into the search, or takes it out.
pub const INDEX: &str = "forums.index";
/// Goes through the posts of a thread, or through all.
pub const REINDEX: &str = "forums.reindex";

/// Posts of one step of [`REINDEX`].
const STEP: i64 = 200;

/// Payload of [`INDEX`].
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexPost {
    /// The post.
    pub post: PostId,
}

/// Payload of [`REINDEX`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Reindex {
    /// Only this thread.
    pub thread: Option<ThreadId>,
    /// Posts up to this one are done.
    pub after: PostId,
}

/// Asks for a post to be indexed once the transaction is on disk.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_index(tx: &mut Tx<'_>, post: PostId) -> Result<()> {
    enqueue(tx, NewJob::new(INDEX, &IndexPost { post })?.priority(-1))
}

/// Asks for every post of a thread (or of all) to be indexed again.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_reindex(tx: &mut Tx<'_>, thread: Option<ThreadId>) -> Result<()> {
    enqueue(tx, NewJob::new(REINDEX, &Reindex { thread, after: PostId(0) })?.priority(-1))
}

/// Runs [`INDEX`].
///
/// # Errors
/// When the database fails.
pub async fn index(house: House, job: IndexPost) -> Result<()> {
    house.db.write_background(move |tx| index_post(tx, job.post)).await
}

/// Runs one step of [`REINDEX`] and asks for the next.
///
/// # Errors
/// When the database fails.
pub async fn reindex(house: House, job: Reindex) -> Result<()> {
    house
        .db
        .write_background(move |tx| {
            let ids = store::list_ids_after(tx, job.thread, job.after, STEP)?;
            for id in &ids {
                index_post(tx, *id)?;
            }
            match ids.last() {
                Some(last) if ids.len() as i64 == STEP => {
                    enqueue(tx, NewJob::new(REINDEX, &Reindex { thread: job.thread, after: *last })?.priority(-1))
                }
                _ => Ok(()),
            }
        })
        .await
}

/// Forgets deleted texts whose thirty days are over.
pub const TIDY: &str = "forums.tidy";
/// Renders posts again after the renderer has changed.
pub const RENDER: &str = "forums.render";
/// Setting that names the renderer the stored HTML was made with.
const RENDERED_WITH: &str = "forums.renderer";
/// Setting that names the last post that was rendered again.
const RENDERED_UP_TO: &str = "forums.rendered";

/// Runs [`TIDY`].
///
/// # Errors
/// When the database fails.
pub async fn tidy(house: House, (): ()) -> Result<()> {
    loop {
        let n = house
            .db
            .write_background(move |tx| {
                let before = tx.now() - super::actions::UNDO;
                store::forget_deleted(tx, before, STEP)
            })
            .await?;
        if n < usize::try_from(STEP).unwrap_or(200) {
            return Ok(());
        }
    }
}

/// Runs [`RENDER`]: goes through all posts once for each version of the renderer, in steps that survive a restart. A text that
/// is edited meanwhile keeps the HTML of its edit.
///
/// # Errors
/// When the database fails or the renderer panics.
pub async fn render_again(house: House, (): ()) -> Result<()> {
    let version = crate::text::RENDERER_VERSION.to_string();
    let wanted = version.clone();
    let (done, mut after) = house
        .db
        .read(move |c| {
            let with = crate::settings::value(c, RENDERED_WITH)?;
            let up_to = crate::settings::value(c, RENDERED_UP_TO)?.and_then(|id| id.parse().ok());
            Ok((with.as_deref() == Some(wanted.as_str()), PostId(up_to.unwrap_or(0))))
        })
        .await?;
    if done {
        return Ok(());
    }
    loop {
        let bodies = house.db.read(move |c| store::list_bodies_after(c, after, STEP)).await?;
        let Some(last) = bodies.last().map(|b| b.0) else { break };
        let made = tokio::task::spawn_blocking(move || {
            bodies.into_iter().map(|(id, rev, body)| (id, rev, crate::text::post_html(&body))).collect::<Vec<_>>()
        })
        .await
        .map_err(crate::error::Error::internal)?;
        house
            .db
            .write_background(move |tx| {
                for (id, rev, html) in &made {
                    store::update_html(tx, *id, *rev, html)?;
                }
                crate::settings::put(tx, RENDERED_UP_TO, &last.to_string())
            })
            .await?;
        after = last;
    }
    house
        .db
        .write_background(move |tx| {
            crate::settings::put(tx, RENDERED_WITH, &version)?;
            crate::settings::put(tx, RENDERED_UP_TO, "0")
        })
        .await
}

/// The opening post stands for its thread, every other one for itself.
fn index_post(tx: &mut Tx<'_>, id: PostId) -> Result<()> {
    let Some(place) = store::find_place(tx, id)? else { return search::remove(tx, "post", id.0) };
    let (kind, object_id) = if place.number == 1 { ("thread", place.thread_id.0) } else { ("post", place.id.0) };
    if place.deleted_at.is_some() || place.hidden_at.is_some() || place.thread_hidden {
        return search::remove(tx, kind, object_id);
    }
    let thread = super::model::thread_path(place.thread_id, &place.title);
    let path = if place.number == 1 { thread } else { super::model::path_to(&thread, place.number) };
    search::put(
        tx,
        &Entry {
            kind,
            object_id,
            niche_id: Some(place.niche_id),
            min_rank: place.min_rank.max(place.thread_rank),
            lang: Some(place.thread_lang).filter(|l| !l.is_empty()).or(place.lang).unwrap_or_default(),
            path,
            title: place.title,
            own_title: place.number == 1,
            body: plain(&place.html),
            author_id: place.author_id,
            created_at: place.created_at,
        },
    )
}
