//! Rules of threads.

use super::PostCreated;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::jobs::{enqueue_index, enqueue_reindex};
use crate::forums::model::{PostId, ThreadChange, ThreadId, check_body, check_title, render};
use crate::forums::store::{self, ThreadSet};
use crate::house::House;
use crate::jobs::emit;
use crate::members::store::{find_visible_niche, insert_audit};
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Viewer};

/// A thread as somebody wants to open it.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Address of the niche.
    pub niche: String,
    /// Title as typed.
    pub title: String,
    /// Opening text as typed.
    pub body: String,
}

/// Opens a thread; its text is post 1. Answers thread and post.
///
/// # Errors
/// Invalid fields; [`Error::NotFound`] where the niche is not open to the viewer; [`Error::TooMany`].
pub async fn open(house: &House, viewer: &Viewer, opening: Opening) -> Result<(ThreadId, PostId)> {
    let mut check = Check::new();
    let title = check_title(&mut check, &opening.title);
    let body = check_body(&mut check, &opening.body);
    let checked = check.done();
    let sight = Sight::of(viewer);
    // Who may not see the niche learns nothing about its fields either.
    let slug = opening.niche;
    let niche = house.db.read(move |c| find_visible_niche(c, sight, &slug)).await?.slug;
    checked?;
    house.limits.take(Bucket::Posts, viewer.id)?;
    let text = render(body).await?;
    house
        .db
        .write(move |tx| {
            let niche = find_visible_niche(tx, sight, &niche)?;
            let thread = store::insert_thread(tx, niche.id, sight.member, &title)?;
            let post = store::insert_post(tx, thread, 1, sight.member, &text, None)?;
            store::mark_read(tx, thread, sight.member, 1)?;
            enqueue_index(tx, post)?;
            let event = PostCreated { post, thread, number: 1, niche: niche.id, member: sight.member.0 };
            emit(tx, "post.created", &event)?;
            Ok((thread, post))
        })
        .await
}

/// Changes a thread: its author may rename it while it is open, the team may do all.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], invalid fields, `thread_locked`.
pub async fn change(house: &House, viewer: &Viewer, id: ThreadId, mut change: ThreadChange) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    if let Some(title) = &change.title {
        change.title = Some(check_title(&mut check, title));
    }
    change.reason = check.text("reason", &change.reason, 0, crate::forums::model::REASON);
    let checked = check.done();
    house.db.read(move |c| store::find_visible_thread(c, sight, id)).await?;
    checked?;
    house
        .db
        .write(move |tx| {
            let thread = store::find_visible_thread(tx, sight, id)?;
            let own = thread.author_id == Some(sight.member);
            if !sight.team {
                if change.is_moderation() {
                    return Err(Error::Forbidden("moderators_only"));
                }
                if !own {
                    return Err(Error::Forbidden("not_author"));
                }
                if thread.locked {
                    return Err(Error::Conflict("thread_locked"));
                }
            }
            if change.is_empty() {
                return Ok(());
            }
            let niche_id = match &change.niche {
                Some(slug) => match find_visible_niche(tx, sight, slug) {
                    Err(Error::NotFound) => return Err(Error::field("niche", "not_found")),
                    other => Some(other?.id),
                },
                None => None,
            };
            let set = ThreadSet {
                title_key: change.title.as_deref().map(crate::text::fold),
                title: change.title.clone(),
                pinned: change.pinned,
                locked: change.locked,
                hidden: change.hidden,
                niche_id,
            };
            store::update_thread(tx, id, &set)?;
            for action in audited(&change, own) {
                insert_audit(tx, Some(sight.member), action, ("thread", Some(id.0)), &change.reason)?;
            }
            if set.title.is_some() || set.hidden.is_some() || set.niche_id.is_some() {
                enqueue_reindex(tx, Some(id))?;
            }
            Ok(())
        })
        .await
}

fn audited(change: &ThreadChange, own: bool) -> Vec<&'static str> {
    let which = |value: Option<bool>, on, off| value.map(|v| if v { on } else { off });
    let mut out: Vec<&'static str> = [
        which(change.pinned, "thread.pin", "thread.unpin"),
        which(change.locked, "thread.lock", "thread.unlock"),
        which(change.hidden, "thread.hide", "thread.show"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if change.niche.is_some() {
        out.push("thread.move");
    }
    if change.title.is_some() && !own {
        out.push("thread.rename");
    }
    out
}

/// Notes what a member has read, behind the page that showed it: nobody waits for it.
pub fn note_read(house: &House, member: MemberId, thread: ThreadId, number: i32) {
    let house = house.clone();
    tokio::spawn(async move {
        let noted = house.db.write(move |tx| store::mark_read(tx, thread, member, number)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "a reading position was not kept");
        }
    });
}

/// Everything in a niche counts as read.
///
/// # Errors
/// [`Error::NotFound`] where the niche is not open to the viewer.
pub async fn mark_niche_read(house: &House, viewer: &Viewer, slug: String) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let niche = find_visible_niche(tx, sight, &slug)?;
            store::mark_niche_read(tx, niche.id, sight.member)
        })
        .await
}
