//! What a reader does for themselves: votes, marks, posts put aside, drafts, acknowledgements.

use crate::access::Sight;
use crate::db::DAY;
use crate::error::{Error, FieldError, Result};
use crate::forums::jobs::enqueue_reminder;
use crate::forums::model::{BODY, PostId, ThreadId, mark};
use crate::forums::store;
use crate::house::House;
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::Viewer;

/// Votes in the poll of a thread, replacing what was chosen before; nothing chosen takes the vote back.
///
/// # Errors
/// [`Error::NotFound`] where there is no poll to see; `poll_closed`; `invalid` or `one_only` on `choices`.
pub async fn vote(house: &House, viewer: &Viewer, thread: ThreadId, mut chosen: Vec<i64>) -> Result<()> {
    let sight = Sight::of(viewer);
    chosen.sort_unstable();
    chosen.dedup();
    house
        .db
        .write(move |tx| {
            store::find_visible_thread(tx, sight, thread)?;
            let poll = store::find_poll(tx, thread, sight.member)?.ok_or(Error::NotFound)?;
            if !poll.is_open(tx.now()) {
                return Err(Error::Conflict("poll_closed"));
            }
            if chosen.iter().any(|id| poll.choices.iter().all(|c| c.id != *id)) {
                return Err(Error::field("choices", "invalid"));
            }
            if chosen.len() > 1 && !poll.multi {
                return Err(Error::field("choices", "one_only"));
            }
            store::set_votes(tx, thread, sight.member, &chosen)
        })
        .await
}

/// Closes the poll of a thread: its author, and moderators.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn close_poll(house: &House, viewer: &Viewer, thread: ThreadId) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let found = store::find_visible_thread(tx, sight, thread)?;
            store::find_poll(tx, thread, sight.member)?.ok_or(Error::NotFound)?;
            if !sight.team && found.author_id != Some(sight.member) {
                return Err(Error::Forbidden("not_author"));
            }
            store::close_poll(tx, thread)
        })
        .await
}

/// Puts one of the marks under a post, or takes it away. Answers the marks of the post: code, count, own.
///
/// # Errors
/// [`Error::NotFound`] for a post out of sight or a mark there is none; `post_deleted`; [`Error::TooMany`].
pub async fn set_mark(
    house: &House,
    viewer: &Viewer,
    id: PostId,
    code: &str,
    on: bool,
) -> Result<Vec<(String, i64, bool)>> {
    let sight = Sight::of(viewer);
    let code = mark(code).ok_or(Error::NotFound)?.code;
    house
        .db
        .write(move |tx| {
            let post = store::find_visible_post(tx, sight, id)?;
            if !post.is_shown() {
                return Err(Error::Conflict("post_deleted"));
            }
            if on {
                store::insert_mark(tx, id, code, sight.member)?;
            } else {
                store::delete_mark(tx, id, code, sight.member)?;
            }
            store::count_marks(tx, id, sight.member)
        })
        .await
}

/// Puts a post aside, with a note and a reminder some days from now.
///
/// # Errors
/// [`Error::NotFound`]; invalid `note` or `days`.
pub async fn keep(house: &House, viewer: &Viewer, id: PostId, note: &str, days: Option<i64>) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let note = check.text("note", note, 0, 300);
    if days.is_some_and(|d| !(1..=365).contains(&d)) {
        check.add(FieldError::new("days", "range").arg("min", 1).arg("max", 365));
    }
    let checked = check.done();
    house.db.read(move |c| store::find_visible_post(c, sight, id)).await?;
    checked?;
    house
        .db
        .write(move |tx| {
            store::find_visible_post(tx, sight, id)?;
            let due = days.map(|d| tx.now() + d * DAY);
            store::put_bookmark(tx, sight.member, id, &note, due)?;
            match due {
                Some(at) => enqueue_reminder(tx, sight.member, id, at),
                None => Ok(()),
            }
        })
        .await
}

/// Takes a post off the list of what is put aside; a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn let_go(house: &House, viewer: &Viewer, id: PostId) -> Result<()> {
    let me = viewer.id;
    house.db.write(move |tx| store::delete_bookmark(tx, me, id)).await
}

/// Keeps what is typed and not sent, so that it is there on the next device; an empty text goes.
///
/// # Errors
/// `invalid` on `place`; `too_long` on `body`; [`Error::TooMany`].
pub async fn keep_draft(house: &House, viewer: &Viewer, place: String, title: &str, body: &str) -> Result<()> {
    let mut check = Check::new();
    let known = ["thread-", "niche-", "post-"].iter().any(|p| place.starts_with(p));
    if !known || place.len() > 80 {
        check.add(FieldError::new("place", "invalid"));
    }
    let title = check.line("title", title, 0, 200);
    if body.chars().count() > BODY.1 {
        check.add(FieldError::new("body", "too_long").arg("max", BODY.1));
    }
    check.done()?;
    house.limits.take(Bucket::Drafts, viewer.id)?;
    let (me, body) = (viewer.id, body.to_owned());
    house.db.write(move |tx| store::put_draft(tx, me, &place, &title, &body)).await
}

/// Acknowledges an announcement; a second time changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; `no_ack_here` where nothing is asked for.
pub async fn acknowledge(house: &House, viewer: &Viewer, thread: ThreadId) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            if !store::find_visible_thread(tx, sight, thread)?.needs_ack {
                return Err(Error::Conflict("no_ack_here"));
            }
            store::insert_ack(tx, thread, sight.member)
        })
        .await
}
