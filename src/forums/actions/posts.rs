//! Rules of posts.

use super::PostCreated;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::jobs::enqueue_index;
use crate::forums::model::{PostId, PostRow, ThreadId, check_body, render};
use crate::forums::store;
use crate::house::House;
use crate::jobs::emit;
use crate::members::store::insert_audit;
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::Viewer;

/// An answer as somebody wants to write it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Text as typed.
    pub body: String,
    /// Number of the post it answers.
    pub reply_to: Option<i32>,
}

/// Writes a post into an open thread. Answers its id and number.
///
/// # Errors
/// Invalid fields; [`Error::NotFound`]; `thread_locked`; [`Error::TooMany`].
pub async fn reply(house: &House, viewer: &Viewer, thread: ThreadId, reply: Reply) -> Result<(PostId, i32)> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let body = check_body(&mut check, &reply.body);
    let checked = check.done();
    // Before anything is said about the text: may they see the thread, and is it open?
    let found = house.db.read(move |c| store::find_visible_thread(c, sight, thread)).await?;
    checked?;
    if found.locked {
        return Err(Error::Conflict("thread_locked"));
    }
    house.limits.take(Bucket::Posts, viewer.id)?;
    let text = render(body).await?;
    house
        .db
        .write(move |tx| {
            let Some(number) = store::claim_number(tx, sight, thread)? else {
                store::find_visible_thread(tx, sight, thread)?;
                return Err(Error::Conflict("thread_locked"));
            };
            if reply.reply_to.is_some_and(|to| !(1..number).contains(&to)) {
                return Err(Error::field("reply_to", "not_found"));
            }
            let post = store::insert_post(tx, thread, number, sight.member, &text, reply.reply_to)?;
            store::mark_read(tx, thread, sight.member, number)?;
            enqueue_index(tx, post)?;
            let event = PostCreated { post, thread, number, niche: found.niche_id, member: sight.member.0 };
            emit(tx, "post.created", &event)?;
            Ok((post, number))
        })
        .await
}

/// A new text for a post.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Text as typed.
    pub body: String,
    /// Revision the text was made from; without it the last writer wins.
    pub rev: Option<i32>,
}

/// Edits a post: its author while the thread is open, moderators always.
///
/// # Errors
/// Invalid fields; [`Error::NotFound`]; [`Error::Forbidden`]; `thread_locked`, `post_deleted`, `edited_meanwhile`.
pub async fn edit(house: &House, viewer: &Viewer, id: PostId, edit: Edit) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let body = check_body(&mut check, &edit.body);
    let checked = check.done();
    house.db.read(move |c| changeable(c, sight, id)).await?;
    checked?;
    house.limits.take(Bucket::Posts, viewer.id)?;
    let text = render(body).await?;
    house
        .db
        .write(move |tx| {
            let post = changeable(tx, sight, id)?;
            if edit.rev.is_some_and(|rev| rev != post.rev) || !store::update_body(tx, id, post.rev, &text)? {
                return Err(Error::Conflict("edited_meanwhile"));
            }
            if post.author_id != Some(sight.member) {
                insert_audit(tx, Some(sight.member), "post.edit", ("post", Some(id.0)), "")?;
            }
            enqueue_index(tx, id)
        })
        .await
}

/// The post, if `sight` may change it now.
fn changeable(conn: &mut crate::db::Conn, sight: Sight, id: PostId) -> Result<PostRow> {
    let post = store::find_visible_post(conn, sight, id)?;
    if !sight.team {
        if post.author_id != Some(sight.member) {
            return Err(Error::Forbidden("not_author"));
        }
        if store::find_visible_thread(conn, sight, post.thread_id)?.locked {
            return Err(Error::Conflict("thread_locked"));
        }
    }
    if post.deleted_at.is_some() {
        return Err(Error::Conflict("post_deleted"));
    }
    Ok(post)
}

/// Takes a post back: its place stays and says so. Doing it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; `thread_locked`.
pub async fn delete(house: &House, viewer: &Viewer, id: PostId) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let post = match changeable(tx, sight, id) {
                Err(Error::Conflict("post_deleted")) => return Ok(()),
                other => other?,
            };
            if store::mark_deleted(tx, id, post.thread_id)? && post.author_id != Some(sight.member) {
                insert_audit(tx, Some(sight.member), "post.delete", ("post", Some(id.0)), "")?;
            }
            enqueue_index(tx, id)
        })
        .await
}

/// Likes a post or takes the like back; doing it again changes nothing. Answers the number of likes.
///
/// # Errors
/// [`Error::NotFound`]; `post_deleted`.
pub async fn like(house: &House, viewer: &Viewer, id: PostId, on: bool) -> Result<i32> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let post = store::find_visible_post(tx, sight, id)?;
            if !post.is_shown() {
                return Err(Error::Conflict("post_deleted"));
            }
            if on { store::insert_like(tx, id, sight.member) } else { store::delete_like(tx, id, sight.member) }
        })
        .await
}
