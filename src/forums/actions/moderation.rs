//! Rules of order: reports and hidden posts, each with a reason and a line in the audit log.

use super::order::tell_moderated;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::jobs::enqueue_index;
use crate::forums::model::{PostId, REASON};
use crate::forums::store;
use crate::house::House;
use crate::members::store::insert_audit;
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::Viewer;

/// Reports a post to the moderators.
///
/// # Errors
/// Invalid fields; [`Error::NotFound`]; `post_deleted`; [`Error::TooMany`].
pub async fn report(house: &House, viewer: &Viewer, id: PostId, reason: &str) -> Result<i64> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let reason = check.text("reason", reason, 3, REASON);
    let checked = check.done();
    let post = house.db.read(move |c| store::find_visible_post(c, sight, id)).await?;
    checked?;
    if !post.is_shown() {
        return Err(Error::Conflict("post_deleted"));
    }
    house.limits.take(Bucket::Posts, viewer.id)?;
    house
        .db
        .write(move |tx| {
            store::find_visible_post(tx, sight, id)?;
            insert_audit(tx, Some(sight.member), "post.report", ("post", Some(id.0)), &reason)?;
            store::insert_report(tx, id, sight.member, &reason)
        })
        .await
}

/// Hides a post from members, or shows it again.
///
/// # Errors
/// [`Error::Forbidden`] for members; [`Error::NotFound`]; invalid fields.
pub async fn hide_post(house: &House, viewer: &Viewer, id: PostId, hidden: bool, reason: &str) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let reason = check.text("reason", reason, 0, REASON);
    check.done()?;
    house
        .db
        .write(move |tx| {
            let post = store::find_visible_post(tx, sight, id)?;
            if !sight.team {
                return Err(Error::Forbidden("moderators_only"));
            }
            store::mark_hidden(tx, id, hidden)?;
            let action = if hidden { "post.hide" } else { "post.show" };
            insert_audit(tx, Some(sight.member), action, ("post", Some(id.0)), &reason)?;
            if let Some(author) = post.author_id.filter(|_| hidden && post.hidden_at.is_none()) {
                tell_moderated(tx, author, ("hidden", id), &reason, sight.member)?;
            }
            enqueue_index(tx, id)
        })
        .await
}

/// Closes a report, hiding its post where `hide` says so.
///
/// # Errors
/// [`Error::NotFound`] when it is not open.
pub async fn close_report(house: &House, viewer: &Viewer, id: i64, hide: bool) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let post = store::close_report(tx, id, sight.member)?;
            insert_audit(tx, Some(sight.member), "report.close", ("post", Some(post.0)), "")?;
            if hide {
                store::mark_hidden(tx, post, true)?;
                insert_audit(tx, Some(sight.member), "post.hide", ("post", Some(post.0)), "")?;
                if let Some(author) = store::find_author(tx, post)? {
                    tell_moderated(tx, crate::web::viewer::MemberId(author), ("hidden", post), "", sight.member)?;
                }
                enqueue_index(tx, post)?;
            }
            Ok(())
        })
        .await
}
