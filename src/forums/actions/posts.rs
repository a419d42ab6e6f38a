//! Rules of posts.

use super::PostCreated;
use super::ads::{Disclosure, declare};
use crate::access::Sight;
use crate::db::DAY;
use crate::error::{Error, Result};
use crate::forums::files_used::use_files;
use crate::forums::jobs::{enqueue_index, enqueue_tell};
use crate::forums::model::{PostId, PostRow, ThreadId, check_body, render};
use crate::forums::store;
use crate::house::House;
use crate::jobs::emit;
use crate::members::store::insert_audit;
use crate::notices::actions::notify;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::notices::store::follow_if_unset;
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::Viewer;

/// An answer as somebody wants to write it.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// Text as typed.
    pub body: String,
    /// Number of the post it answers.
    pub reply_to: Option<i32>,
    /// What is said about its affiliate links.
    pub ads: Disclosure,
}

/// Writes a post into an open thread. Answers its id and number.
///
/// # Errors
/// Invalid fields; [`Error::NotFound`]; `thread_locked`; [`Error::TooMany`].
pub async fn reply(house: &House, viewer: &Viewer, thread: ThreadId, reply: Reply) -> Result<(PostId, i32)> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let body = check_body(&mut check, &reply.body);
    let body = declare(&mut check, body, reply.ads);
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
            use_files(tx, sight.member, post, &text.body)?;
            store::mark_read(tx, thread, sight.member, number)?;
            follow_if_unset(tx, sight.member, ("thread", thread.0))?;
            store::delete_draft(tx, sight.member, &format!("thread-{thread}"))?;
            if reply.ads == Disclosure::NoAds {
                insert_audit(tx, Some(sight.member), "post.no_ads", ("post", Some(post.0)), "")?;
            }
            enqueue_index(tx, post)?;
            enqueue_tell(tx, post)?;
            let event = PostCreated { post, thread, number, niche: found.niche_id, member: sight.member.0 };
            emit(tx, "post.created", &event)?;
            Ok((post, number))
        })
        .await
}

/// A new text for a post.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Text as typed.
    pub body: String,
    /// Revision the text was made from; without it the last writer wins.
    pub rev: Option<i32>,
    /// What is said about its affiliate links.
    pub ads: Disclosure,
}

/// Edits a post: its author while the thread is open, moderators always.
///
/// # Errors
/// Invalid fields; [`Error::NotFound`]; [`Error::Forbidden`]; `thread_locked`, `post_deleted`, `edited_meanwhile`.
pub async fn edit(house: &House, viewer: &Viewer, id: PostId, edit: Edit) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let body = check_body(&mut check, &edit.body);
    let body = declare(&mut check, body, edit.ads);
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
            store::insert_revision(tx, id, post.rev, &post.body, sight.member)?;
            use_files(tx, sight.member, id, &text.body)?;
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

/// How long a deleted text can be brought back; after that it is gone.
pub const UNDO: i64 = 30 * DAY;

/// Takes a post back: its place stays and says so. Doing it again changes nothing; for thirty days whoever did it, or a
/// moderator, can bring it back.
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
            // The text itself, whatever the viewer is shown of it.
            let body = store::find_body(tx, id)?;
            if store::mark_deleted(tx, id, post.thread_id, sight.member)? {
                store::insert_revision(tx, id, post.rev, &body, sight.member)?;
                if post.author_id != Some(sight.member) {
                    insert_audit(tx, Some(sight.member), "post.delete", ("post", Some(id.0)), "")?;
                }
            }
            enqueue_index(tx, id)
        })
        .await
}

/// Brings a post back that was taken back within thirty days.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for anybody but who deleted it and moderators; `not_deleted`; `gone_for_good`.
pub async fn undo_delete(house: &House, viewer: &Viewer, id: PostId) -> Result<()> {
    let sight = Sight::of(viewer);
    let (body, _) = house.db.read(move |c| returnable(c, sight, id)).await?;
    let text = render(body).await?;
    house
        .db
        .write(move |tx| {
            let (body, thread) = returnable(tx, sight, id)?;
            if body != text.body || !store::mark_returned(tx, id, thread, &text)? {
                return Err(Error::Conflict("not_deleted"));
            }
            insert_audit(tx, Some(sight.member), "post.return", ("post", Some(id.0)), "")?;
            enqueue_index(tx, id)
        })
        .await
}

fn returnable(conn: &mut crate::db::Conn, sight: Sight, id: PostId) -> Result<(String, ThreadId)> {
    let post = store::find_visible_post(conn, sight, id)?;
    let Some(by) = store::find_taken_back_by(conn, id)? else {
        return Err(Error::Conflict(if post.deleted_at.is_some() { "gone_for_good" } else { "not_deleted" }));
    };
    if !sight.team && by != sight.member.0 {
        return Err(Error::Forbidden("not_author"));
    }
    let last = store::list_revisions(conn, id)?.into_iter().find(|r| r.rev == post.rev);
    let body = last.map(|r| r.body).ok_or(Error::Conflict("gone_for_good"))?;
    Ok((body, post.thread_id))
}

/// Likes a post or takes the like back; doing it again changes nothing. Answers the number of likes.
///
/// # Errors
/// [`Error::NotFound`]; `post_deleted`.
pub async fn like(house: &House, viewer: &Viewer, id: PostId, on: bool) -> Result<i32> {
    let sight = Sight::of(viewer);
    let name = viewer.name.clone();
    house
        .db
        .write(move |tx| {
            let post = store::find_visible_post(tx, sight, id)?;
            if !post.is_shown() {
                return Err(Error::Conflict("post_deleted"));
            }
            if !on {
                return store::delete_like(tx, id, sight.member);
            }
            let before = post.liked_at.is_some();
            let likes = store::insert_like(tx, id, sight.member)?;
            if let Some(author) = post.author_id.filter(|_| !before) {
                let title = store::find_visible_thread(tx, sight, post.thread_id)?.title;
                let args = serde_json::json!({ "by": name, "title": title });
                let notice = Notice::new(author, &kinds::POST_LIKED, format!("/posts/{id}"), args)
                    .about("post", id.0)
                    .in_place("thread", post.thread_id.0)
                    .by(sight.member)
                    .folding(format!("like:{id}"));
                notify(tx, &notice)?;
            }
            Ok(likes)
        })
        .await
}
