//! Sending a message: one write, one acknowledgement, once.

use super::{may_write, tell};
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::live::Happened;
use crate::rooms::model::{Body, Cid, MessageDetail, RoomId, fingerprint};
use crate::rooms::store;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Viewer};

/// A message that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Message.
    pub message: i64,
    /// Its place in the room.
    pub seq: i64,
    /// When.
    pub at: Ms,
    /// Whether it was there before.
    pub dup: bool,
}

/// Sends a message, or answers with the first one of the same `cid`. The write is queued when this is first polled, so
/// that messages of one connection keep their order.
///
/// # Errors
/// [`Error::NotFound`] where the room may not be known, `not_member`, `muted`, `idem_conflict`, invalid fields,
/// [`Error::TooMany`].
pub async fn post_message(
    house: &House,
    viewer: &Viewer,
    room: RoomId,
    cid: &str,
    body: &str,
    reply_to: Option<i64>,
) -> Result<Posted> {
    let cid = Cid::parse(cid).map_err(|e| Error::Invalid(vec![e]))?;
    let body = Body::parse(body).map_err(|e| Error::Invalid(vec![e]))?;
    house.limits.take(Bucket::Messages, viewer.id)?;
    let print = fingerprint(room, &body.source, reply_to);
    let mentions = body.mentioned();
    let (sender, inner) = (viewer.id, house.clone());
    let work = move |tx: &mut Tx<'_>| write(tx, &inner, (sender, room), (&cid.0, &print), &body, reply_to, &mentions);
    match house.db.write(work.clone()).await {
        // Two nodes took the same cid at the same moment: the second look finds the first one's message.
        Err(Error::Conflict("cid_race")) => house.db.write(work).await,
        done => done,
    }
}

fn write(
    tx: &mut Tx<'_>,
    house: &House,
    (sender, room): (MemberId, RoomId),
    (cid, print): (&str, &str),
    body: &Body,
    reply_to: Option<i64>,
    mentions: &[String],
) -> Result<Posted> {
    let stand = store::find_stand(tx, sender, room, cid)?.ok_or(Error::NotFound)?;
    may_write(&stand, tx.now())?;
    if let Some((message, seq, first, at)) = stand.first {
        let same = first == print;
        return if same { Ok(Posted { message, seq, at, dup: true }) } else { Err(Error::Conflict("idem_conflict")) };
    }
    if let Some(answered) = reply_to {
        store::find_editable(tx, room, answered).map_err(|e| match e {
            Error::NotFound => Error::field("reply_to", "not_found"),
            other => other,
        })?;
    }
    let at = tx.now();
    let seq = store::advance(tx, room, 1)?;
    let message = store::insert_message(tx, room, seq, sender, body, reply_to)?;
    store::insert_event(tx, room, seq, "msg", Some(message), Some(sender), cid)?;
    if !store::insert_cid(tx, sender, cid, (room, message, seq), print)? {
        return Err(Error::Conflict("cid_race"));
    }
    let mentioned = if mentions.is_empty() { Vec::new() } else { store::count_mentions(tx, room, sender, mentions)? };
    let detail = MessageDetail { html: &body.html, name: &stand.name, rev: 0, reply_to }.json();
    let happened = Happened {
        room: room.0,
        seq,
        kind: "msg",
        message: Some(message),
        by: Some(sender.0),
        cid: Some(cid.to_owned()),
        at,
        detail: Some(detail),
    };
    tell(tx, house, happened);
    if !mentioned.is_empty() {
        let live = house.live.clone();
        tx.after_commit(move || mentioned.into_iter().for_each(|m| live.counters_changed(MemberId(m))));
    }
    Ok(Posted { message, seq, at, dup: false })
}
