//! Who is told of a message beyond the room itself: the named, the answered, those of a thread, the others of a conversation.

use super::later::RowJob;
use crate::db::Tx;
use crate::error::Result;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::members::store::list_blocked;
use crate::notices::actions::{notify, notify_many};
use crate::notices::kinds::{self, Kind};
use crate::notices::model::Notice;
use crate::notices::store::list_loud;
use crate::rooms::model::{Body, RoomId};
use crate::rooms::store;
use crate::text::{excerpt, plain};
use crate::web::viewer::MemberId;
use serde_json::json;

/// Job that tells everybody in a room that the room was called.
pub const CALL_JOB: &str = "rooms.call";
/// Characters of the text in a notification.
const TEXT: usize = 120;

/// A message with what decides who is told of it.
pub(super) struct Said<'a> {
    pub room: RoomId,
    pub message: i64,
    pub sender: MemberId,
    pub name: &'a str,
    pub body: &'a Body,
    pub mentioned: &'a [i64],
    pub mentions_all: bool,
    pub answered: Option<i64>,
    pub thread_of: Option<i64>,
    pub is_direct: bool,
    /// Whether somebody wants to be told of every message in the room.
    pub has_loud: bool,
}

/// Writes the notifications of a message, in its own transaction.
pub(super) fn tell_people(tx: &mut Tx<'_>, said: &Said<'_>) -> Result<()> {
    if said.mentions_all {
        enqueue(tx, NewJob::new(CALL_JOB, &json!({ "id": said.message }))?)?;
    }
    let talked = match said.thread_of {
        Some(root) => store::list_thread_people(tx, root)?,
        None => Vec::new(),
    };
    let others = if said.is_direct { store::list_others(tx, said.room, said.sender)? } else { Vec::new() };
    // Only who asked for everything; a thread and a conversation have kinds of their own.
    let loud: Vec<i64> = if said.has_loud && said.thread_of.is_none() && !said.is_direct {
        list_loud(tx, ("room", said.room.0))?.into_iter().map(|m| m.0).collect()
    } else {
        Vec::new()
    };
    let answered: Vec<i64> = said.answered.into_iter().collect();
    let mut told: Vec<i64> = vec![said.sender.0];
    let groups: [(&'static Kind, &[i64]); 5] = [
        (&kinds::DIRECT, &others),
        (&kinds::MENTION, said.mentioned),
        (&kinds::ANSWER, &answered),
        (&kinds::THREAD_ANSWER, &talked),
        (&kinds::ROOM_MESSAGE, &loud),
    ];
    if groups.iter().all(|(_, whom)| whom.is_empty()) {
        return Ok(());
    }
    let (slug, name) = store::find_address(tx, said.room)?;
    let everybody: Vec<i64> = groups.iter().flat_map(|(_, whom)| whom.iter().copied()).collect();
    // Whoever has blocked the sender is told nothing.
    let deaf: Vec<i64> =
        list_blocked(tx, &everybody)?.into_iter().filter(|b| b.1 == said.sender.0).map(|b| b.0).collect();
    for (kind, whom) in groups {
        let whom: Vec<MemberId> =
            whom.iter().filter(|m| !told.contains(m) && !deaf.contains(m)).map(|m| MemberId(*m)).collect();
        if whom.is_empty() {
            continue;
        }
        told.extend(whom.iter().map(|m| m.0));
        notify_many(tx, &whom, &notice(kind, said, (&slug, &name)))?;
    }
    Ok(())
}

fn notice(kind: &'static Kind, said: &Said<'_>, (slug, room): (&str, &str)) -> Notice {
    let href = match said.thread_of {
        Some(root) => format!("/rooms/{slug}/t/{root}#m{}", said.message),
        None => format!("/rooms/{slug}?m={}", said.message),
    };
    let args = json!({ "by": said.name, "room": room, "text": excerpt(&plain(&said.body.html), TEXT) });
    let notice = Notice::new(said.sender, kind, href, args)
        .about("message", said.message)
        .in_place("room", said.room.0)
        .by(said.sender);
    match () {
        () if said.is_direct => notice.folding(format!("direct:{}", said.room.0)),
        () if *kind == kinds::ROOM_MESSAGE => notice.folding(format!("room:{}", said.room.0)),
        () => notice,
    }
}

/// Tells everybody in a room that it was called.
///
/// # Errors
/// When the database fails.
pub async fn call_room(house: House, job: RowJob) -> Result<()> {
    house
        .db
        .write_background(move |tx| {
            let Some(call) = store::find_call(tx, job.id)? else { return Ok(()) };
            let everybody = store::list_others(tx, RoomId(call.room), MemberId(call.sender))?;
            let deaf: Vec<i64> =
                list_blocked(tx, &everybody)?.into_iter().filter(|b| b.1 == call.sender).map(|b| b.0).collect();
            let whom: Vec<MemberId> = everybody.into_iter().filter(|m| !deaf.contains(m)).map(MemberId).collect();
            let args = json!({ "by": call.name, "room": call.room_name, "text": excerpt(&plain(&call.html), TEXT) });
            let notice =
                Notice::new(MemberId(0), &kinds::ROOM_MENTION, format!("/rooms/{}?m={}", call.slug, job.id), args)
                    .about("message", job.id)
                    .in_place("room", call.room)
                    .by(MemberId(call.sender))
                    // A second run changes nothing: what is unread of one fold is one.
                    .folding(format!("call:{}", job.id));
            notify_many(tx, &whom, &notice)?;
            Ok(())
        })
        .await
}

/// Tells a member that somebody unknown wants to write.
pub(super) fn tell_request(tx: &mut Tx<'_>, to: MemberId, from: MemberId, room: RoomId) -> Result<()> {
    let by = store::find_member_name(tx, from)?;
    let notice = Notice::new(to, &kinds::DIRECT_REQUEST, format!("/messages#r{room}"), json!({ "by": by })).by(from);
    notify(tx, &notice)?;
    Ok(())
}

/// Tells a member that they were brought into a room.
pub(super) fn tell_invited(
    tx: &mut Tx<'_>,
    to: MemberId,
    by: (MemberId, &str),
    room: &crate::rooms::model::Room,
) -> Result<()> {
    let args = json!({ "by": by.1, "room": room.name });
    let notice =
        Notice::new(to, &kinds::ROOM_INVITED, format!("/rooms/{}", room.slug), args).about("room", room.id.0).by(by.0);
    notify(tx, &notice)?;
    Ok(())
}
