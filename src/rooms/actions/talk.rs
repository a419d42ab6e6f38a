//! Around messages: polls, pins, what a member keeps, and telling a message anew when something about it changed.

use super::{Changed, may_speak, may_write, tell};
use crate::access::Sight;
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::files::model::FileInfo;
use crate::files::store as files;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::live::Happened;
use crate::rooms::model::{Access, Body, MessageDetail, RoomId, future};
use crate::rooms::store;
use crate::text::escape_into;
use crate::web::viewer::{MemberId, Viewer};

/// Job that brings a message back to somebody.
pub const REMIND_JOB: &str = "rooms.remind";
/// Who uses a file that stands below a message.
pub const MESSAGE_FILES: &str = "message";
/// Longest draft in characters.
const DRAFT_MOST: usize = 20_000;

/// Tells a message as it is now, as an `edit`: a poll went on, a preview came. Answers its position.
pub(crate) fn tell_again(
    tx: &mut Tx<'_>,
    house: &House,
    room: RoomId,
    message: i64,
    by: Option<MemberId>,
) -> Result<i64> {
    let seq = store::advance(tx, room, 0)?;
    store::insert_event(tx, room, seq, "edit", Some(message), by, "")?;
    // As replay would tell it.
    if let Some(happened) = store::list_events(tx, room, seq - 1, 1)?.pop() {
        tell(tx, house, happened);
    }
    Ok(seq)
}

/// Chooses answers of a poll; replaces what the member chose before, and none takes the vote back.
///
/// # Errors
/// [`Error::NotFound`], `poll_closed`, `invalid` on `options`.
pub async fn vote(house: &House, viewer: &Viewer, room: RoomId, message: i64, options: Vec<i64>) -> Result<Changed> {
    let (me, inner) = (viewer.id, house.clone());
    let mut options = options;
    options.sort_unstable();
    options.dedup();
    house
        .db
        .write(move |tx| {
            let stand = store::find_stand(tx, me, room, "")?.ok_or(Error::NotFound)?;
            may_write(&stand)?;
            may_speak(&stand, tx.now())?;
            let old = store::find_editable(tx, room, message)?;
            let poll = store::find_poll(tx, message)?;
            if poll.closed {
                return Err(Error::Conflict("poll_closed"));
            }
            let known = options.iter().all(|id| poll.options.iter().any(|o| o.id == *id));
            if !known || (options.len() > 1 && !poll.multi) {
                return Err(Error::field("options", "invalid"));
            }
            let at = tx.now();
            if !store::replace_votes(tx, poll.id, me, &options)? {
                return Ok(Changed { seq: old.seq, at, dup: true });
            }
            // Who voted for what is nobody's business: the event names nobody.
            let seq = tell_again(tx, &inner, room, message, None)?;
            Ok(Changed { seq, at, dup: false })
        })
        .await
}

/// Ends a poll; who asked it, and moderators.
///
/// # Errors
/// [`Error::NotFound`], `forbidden`.
pub async fn close_poll(house: &House, viewer: &Viewer, room: RoomId, message: i64) -> Result<Changed> {
    let (me, moderates, inner) = (viewer.id, viewer.is_moderator(), house.clone());
    house
        .db
        .write(move |tx| {
            let stand = store::find_stand(tx, me, room, "")?.ok_or(Error::NotFound)?;
            may_write(&stand)?;
            may_speak(&stand, tx.now())?;
            let old = store::find_editable(tx, room, message)?;
            let poll = store::find_poll(tx, message)?;
            if old.sender_id != Some(me.0) && !moderates {
                return Err(Error::Forbidden("forbidden"));
            }
            let at = tx.now();
            if !store::mark_closed(tx, poll.id)? {
                return Ok(Changed { seq: old.seq, at, dup: true });
            }
            let seq = tell_again(tx, &inner, room, message, None)?;
            Ok(Changed { seq, at, dup: false })
        })
        .await
}

/// Pins or unpins a message: moderators in rooms, everybody in a conversation of a few.
///
/// # Errors
/// [`Error::NotFound`], `moderators_only`, `too_many_pins`.
pub async fn pin(house: &House, viewer: &Viewer, room: RoomId, message: i64, on: bool) -> Result<Changed> {
    let (me, moderates, inner) = (viewer.id, viewer.is_moderator(), house.clone());
    house
        .db
        .write(move |tx| {
            let stand = store::find_stand(tx, me, room, "")?.ok_or(Error::NotFound)?;
            may_write(&stand)?;
            may_speak(&stand, tx.now())?;
            if !moderates && Access::stored(&stand.access) != Access::Direct {
                return Err(Error::Forbidden("moderators_only"));
            }
            let old = store::find_editable(tx, room, message)?;
            let at = tx.now();
            if !store::set_pin(tx, room, message, me, on)? {
                return Ok(Changed { seq: old.seq, at, dup: true });
            }
            let seq = store::advance(tx, room, 0)?;
            let detail = serde_json::json!({ "on": on }).to_string();
            store::insert_event(tx, room, seq, "pin", Some(message), Some(me), &detail)?;
            let happened = Happened {
                room: room.0,
                seq,
                kind: "pin",
                message: Some(message),
                by: Some(me.0),
                cid: None,
                at,
                detail: Some(detail),
            };
            tell(tx, &inner, happened);
            Ok(Changed { seq, at, dup: false })
        })
        .await
}

/// Saves a message for oneself, or lets it go. Who can read it may save it.
///
/// # Errors
/// [`Error::NotFound`], `not_member`.
pub async fn save(house: &House, viewer: &Viewer, room: RoomId, message: i64, on: bool) -> Result<()> {
    let (me, sight) = (viewer.id, Sight::of(viewer));
    house
        .db
        .write(move |tx| {
            store::find_joined(tx, sight, room)?;
            store::find_editable(tx, room, message)?;
            store::set_saved(tx, me, message, on)?;
            Ok(())
        })
        .await
}

/// Notes to bring a message back at `due_at`.
///
/// # Errors
/// [`Error::NotFound`], `past` or `too_late` on `due_at`.
pub async fn remind(house: &House, viewer: &Viewer, room: RoomId, message: i64, due_at: Ms) -> Result<i64> {
    let (me, sight) = (viewer.id, Sight::of(viewer));
    house
        .db
        .write(move |tx| {
            store::find_joined(tx, sight, room)?;
            store::find_editable(tx, room, message)?;
            let due_at = future("due_at", due_at, tx.now())?;
            let id = store::insert_reminder(tx, me, message, due_at)?;
            enqueue(tx, NewJob::new(REMIND_JOB, &serde_json::json!({ "id": id }))?.at(due_at))?;
            Ok(id)
        })
        .await
}

/// Forgets a reminder.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn forget_reminder(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let me = viewer.id;
    let was = house.db.write(move |tx| store::delete_reminder(tx, me, id)).await?;
    if was { Ok(()) } else { Err(Error::NotFound) }
}

/// Keeps what somebody has begun to write; an empty text forgets it.
///
/// # Errors
/// [`Error::NotFound`], `not_member`, `too_long` on `body`.
pub async fn keep_draft(house: &House, viewer: &Viewer, room: RoomId, thread: i64, body: &str) -> Result<()> {
    if body.chars().count() > DRAFT_MOST {
        return Err(Error::Invalid(vec![crate::error::FieldError::new("body", "too_long").arg("max", DRAFT_MOST)]));
    }
    let (me, sight, body) = (viewer.id, Sight::of(viewer), body.replace('\0', ""));
    house
        .db
        .write_background(move |tx| {
            store::find_joined(tx, sight, room)?;
            store::put_draft(tx, me, room, thread.max(0), &body)
        })
        .await
}

/// Attaches uploads of the sender to a message; answers what stands below its body.
pub(super) fn attach_files(tx: &mut Tx<'_>, sender: MemberId, message: i64, files: &[i64]) -> Result<String> {
    if files.is_empty() {
        return Ok(String::new());
    }
    for file in files {
        files::attach(tx, sender, *file, MESSAGE_FILES, message)?;
    }
    let mut html = String::from("<ul class=\"message-files\">");
    for used in files::list_used(tx, MESSAGE_FILES, &[message])? {
        file_card(&used.file, &mut html);
    }
    html.push_str("</ul>");
    store::set_cards(tx, message, 0, &html)?;
    Ok(html)
}

/// One file below a message: a picture small, everything else by name and size.
fn file_card(file: &FileInfo, out: &mut String) {
    let mut name = String::new();
    escape_into(&file.name, &mut name);
    let mut url = String::new();
    escape_into(&file.url(), &mut url);
    let is_picture = file.mime.starts_with("image/");
    if let (true, Some(w), Some(h)) = (is_picture, file.width, file.height) {
        let (w, h) = (i64::from(w.max(1)), i64::from(h.max(1)));
        let (wide, high) = if w > 320 { (320, (h * 320 / w).max(1)) } else { (w, h) };
        let mut small = String::new();
        escape_into(&file.url_at(320), &mut small);
        out.push_str(&format!(
            "<li><a data-file=\"{}\" data-image=\"1\" href=\"{url}\"><img src=\"{small}\" alt=\"{name}\" width=\"{wide}\" height=\"{high}\" loading=\"lazy\"></a></li>",
            file.id
        ));
        return;
    }
    let image = if is_picture { " data-image=\"1\"" } else { "" };
    let size = match file.size {
        n if n >= 1_000_000 => format!("{} MB", (n + 500_000) / 1_000_000),
        n => format!("{} KB", (n + 500) / 1_000),
    };
    out.push_str(&format!(
        "<li><a data-file=\"{}\"{image} href=\"{url}\">{name} <span class=\"meta\">{size}</span></a></li>",
        file.id
    ));
}

/// The detail of a message that was just edited.
pub(super) fn edited_detail(
    old: &store::Editable,
    name: &str,
    rev: i32,
    html: &str,
    poll: Option<&crate::rooms::model::Poll>,
) -> String {
    MessageDetail {
        html,
        name,
        rev,
        reply_to: old.reply_to,
        thread_of: old.thread_of,
        shared: old.shared.as_deref(),
        poll,
        bot: false,
    }
    .json()
}

/// Looks up what the links of a text lead to, after the commit.
pub(super) fn look_at_links(tx: &mut Tx<'_>, message: i64, rev: i32, body: &Body) -> Result<()> {
    if crate::rooms::preview::links(&body.html).is_empty() {
        return Ok(());
    }
    let payload = serde_json::json!({ "message": message, "rev": rev });
    enqueue(tx, NewJob::new(crate::rooms::preview::PREVIEW_JOB, &payload)?)
}
