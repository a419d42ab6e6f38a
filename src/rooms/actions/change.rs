//! What happens to a message after it was sent: edit, deletion, reactions; and the pointer of what was read.

use super::{may_speak, may_write, tell};
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::live::Happened;
use crate::rooms::model::{Body, RoomId, parse_sign};
use crate::rooms::store;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Role, Viewer};

/// A change that is on disk; without a position where there was nothing to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Place of the event in the room's log; the message's own place when nothing changed.
    pub seq: i64,
    /// When.
    pub at: Ms,
    /// Whether it was so before.
    pub dup: bool,
}

/// Whoever may not speak may still take back what they said.
fn check(tx: &mut Tx<'_>, member: MemberId, room: RoomId, speaks: bool) -> Result<store::Stand> {
    let stand = store::find_stand(tx, member, room, "")?.ok_or(Error::NotFound)?;
    may_write(&stand)?;
    if speaks {
        may_speak(&stand, tx.now())?;
    }
    Ok(stand)
}

/// Gives an own message a new text. `rev` is the revision the editor has seen.
///
/// # Errors
/// `forbidden` for messages of others, `conflict` when it was edited meanwhile.
pub async fn edit_message(
    house: &House,
    viewer: &Viewer,
    room: RoomId,
    message: i64,
    rev: i32,
    body: &str,
) -> Result<Changed> {
    let body = Body::parse_or_empty(body).map_err(|e| Error::Invalid(vec![e]))?;
    house.limits.take(Bucket::Messages, viewer.id)?;
    let (me, inner) = (viewer.id, house.clone());
    house
        .db
        .write(move |tx| {
            let stand = check(tx, me, room, true)?;
            let old = store::find_editable(tx, room, message)?;
            if old.sender_id != Some(me.0) {
                return Err(Error::Forbidden("forbidden"));
            }
            // Only what stands with something else may have no words.
            if body.source.is_empty()
                && old.cards.is_empty()
                && old.shared.as_deref().is_none_or(|s| s.starts_with("poll:"))
            {
                return Err(Error::field("body", "required"));
            }
            let at = tx.now();
            // The acknowledgement of the first try was lost.
            if old.body == body.source && (old.rev == rev || old.rev == rev + 1) {
                return Ok(Changed { seq: old.seq, at, dup: true });
            }
            let leads = Role::parse(&stand.role).is_some_and(|r| r >= Role::Manager);
            let mentions_all = body.calls_all() && leads && stand.access != "direct" && old.thread_of.is_none();
            let files = crate::rooms::preview::only_files(&old.cards);
            if !store::mark_edited(tx, message, &old, rev, (&body, mentions_all, &files))? {
                return Err(Error::Conflict("conflict"));
            }
            let mut told = store::delete_mentions(tx, message)?;
            told.extend(store::insert_mentions(tx, room, (message, old.seq), Some(me), &body.mentioned())?);
            store::put_in_index(tx, message, &body.source)?;
            super::look_at_links(tx, message, rev + 1, &body)?;
            super::wake_hooks(tx, stand.has_hooks)?;
            let seq = store::advance(tx, room, 0)?;
            store::insert_event(tx, room, seq, "edit", Some(message), Some(me), "")?;
            let poll = match old.shared.as_deref() {
                Some(code) if code.starts_with("poll:") => Some(store::find_poll(tx, message)?),
                _ => None,
            };
            let html = format!("{}{files}", body.html);
            let detail = super::edited_detail(&old, &stand.name, rev + 1, &html, poll.as_ref());
            let happened = Happened {
                room: room.0,
                seq,
                kind: "edit",
                message: Some(message),
                by: Some(me.0),
                cid: None,
                at,
                detail: Some(detail),
            };
            tell(tx, &inner, happened);
            let live = inner.live.clone();
            tx.after_commit(move || told.into_iter().for_each(|m| live.counters_changed(MemberId(m))));
            Ok(Changed { seq, at, dup: false })
        })
        .await
}

/// Deletes an own message; moderators delete any.
///
/// # Errors
/// `forbidden` for messages of others.
pub async fn delete_message(house: &House, viewer: &Viewer, room: RoomId, message: i64) -> Result<Changed> {
    let (me, moderates, inner) = (viewer.id, viewer.is_moderator(), house.clone());
    house
        .db
        .write(move |tx| {
            let stand = check(tx, me, room, false)?;
            super::wake_hooks(tx, stand.has_hooks)?;
            let old = store::find_editable(tx, room, message)?;
            if old.sender_id != Some(me.0) && !moderates {
                return Err(Error::Forbidden("forbidden"));
            }
            let at = tx.now();
            if !store::mark_deleted(tx, message)? {
                return Ok(Changed { seq: old.seq, at, dup: true });
            }
            let seq = store::advance(tx, room, -1)?;
            store::insert_event(tx, room, seq, "del", Some(message), Some(me), "")?;
            if old.sender_id != Some(me.0) {
                let what = ("message", Some(message));
                crate::members::store::insert_audit(tx, Some(me), "room.message_deleted", what, "")?;
            }
            let happened = Happened {
                room: room.0,
                seq,
                kind: "del",
                message: Some(message),
                by: Some(me.0),
                cid: None,
                at,
                detail: None,
            };
            tell(tx, &inner, happened);
            Ok(Changed { seq, at, dup: false })
        })
        .await
}

/// Sets or takes a reaction.
///
/// # Errors
/// `invalid` on `e` when it is no emoji.
pub async fn react(
    house: &House,
    viewer: &Viewer,
    room: RoomId,
    message: i64,
    sign: &str,
    on: bool,
) -> Result<Changed> {
    let sign = parse_sign(sign).map_err(|e| Error::Invalid(vec![e]))?;
    let (me, inner) = (viewer.id, house.clone());
    house
        .db
        .write(move |tx| {
            let stand = check(tx, me, room, true)?;
            super::wake_hooks(tx, stand.has_hooks)?;
            let old = store::find_editable(tx, room, message)?;
            let at = tx.now();
            if !store::set_reaction(tx, message, me, &sign, on)? {
                return Ok(Changed { seq: old.seq, at, dup: true });
            }
            let seq = store::advance(tx, room, 0)?;
            let n = store::count_reaction(tx, message, &sign)?;
            let detail = serde_json::json!({ "e": sign, "on": on, "n": n }).to_string();
            store::insert_event(tx, room, seq, "react", Some(message), Some(me), &detail)?;
            let happened = Happened {
                room: room.0,
                seq,
                kind: "react",
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

/// Notes that a member has read a room up to `seq`.
///
/// # Errors
/// Only when the database fails; a room without the member's place is left as it is.
pub async fn mark_read(house: &House, member: MemberId, room: RoomId, seq: i64) -> Result<()> {
    let live = house.live.clone();
    house
        .db
        .write_background(move |tx| {
            let moved = store::mark_read(tx, room, member, seq)?;
            if crate::notices::actions::mark_place_read(tx, member, ("room", room.0))? || moved {
                let live = live.clone();
                tx.after_commit(move || live.counters_changed_everywhere(member));
            }
            Ok(())
        })
        .await
}
