//! What is read of the log: pages of history, what happened since a position, heads of rooms.

use crate::db::schema::{member_blocks, members, message_reactions, messages, room_events, rooms};
use crate::db::{Backend, Conn, Ms};
use crate::error::Result;
use crate::live::{Happened, Head};
use crate::rooms::model::{Message, MessageDetail, Poll, Reaction, RoomId};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Which part of a room's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The newest.
    Newest,
    /// The nearest before a position.
    Before(i64),
    /// The nearest after a position.
    After(i64),
}

/// What of a room: its own messages, or those of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strand {
    /// Everything, threads included.
    All,
    /// What is no answer in a thread.
    Main,
    /// The answers to one message.
    Thread(i64),
}

macro_rules! message_columns {
    () => {
        (
            messages::id,
            messages::seq,
            messages::sender_id,
            members::name.nullable(),
            messages::html,
            messages::reply_to,
            messages::rev,
            messages::created_at,
            messages::edited_at,
            messages::thread_of,
            messages::thread_count,
            messages::via,
            messages::cards,
            messages::shared,
            messages::mentions_all,
        )
    };
}

macro_rules! heard_by {
    ($viewer:expr) => {
        diesel::dsl::not(diesel::dsl::exists(
            member_blocks::table
                .filter(member_blocks::member_id.eq($viewer.0))
                .filter(member_blocks::blocked_id.nullable().eq(messages::sender_id)),
        ))
    };
}

/// Messages of a room in their order, at most `limit`; without those of members whom the viewer has blocked.
pub fn list_messages(
    conn: &mut Conn,
    viewer: MemberId,
    room: RoomId,
    (strand, part): (Strand, Part),
    limit: i64,
) -> Result<Vec<Message>> {
    let mut query = messages::table
        .left_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(messages::room_id.eq(room.0))
        .filter(messages::deleted_at.is_null())
        .filter(heard_by!(viewer))
        .limit(limit)
        .select(message_columns!())
        .into_boxed::<Backend>();
    query = match strand {
        Strand::All => query,
        Strand::Main => query.filter(messages::thread_of.is_null()),
        Strand::Thread(root) => query.filter(messages::thread_of.eq(root)),
    };
    query = match part {
        Part::Newest => query.order(messages::seq.desc()),
        Part::Before(seq) => query.filter(messages::seq.lt(seq)).order(messages::seq.desc()),
        Part::After(seq) => query.filter(messages::seq.gt(seq)).order(messages::seq.asc()),
    };
    let mut out: Vec<Message> = query.load(conn)?;
    out.sort_by_key(|m| m.seq);
    Ok(out)
}

/// Certain messages of a room that are still there, in their order; without those of blocked members.
pub fn list_some_messages(conn: &mut Conn, viewer: MemberId, room: RoomId, ids: &[i64]) -> Result<Vec<Message>> {
    Ok(messages::table
        .left_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(messages::room_id.eq(room.0))
        .filter(messages::id.eq_any(ids))
        .filter(messages::deleted_at.is_null())
        .filter(heard_by!(viewer))
        .order(messages::seq.asc())
        .limit(1_000)
        .select(message_columns!())
        .load(conn)?)
}

/// Position of the first message at or after a moment; none where nothing came after it.
pub fn find_seq_at(conn: &mut Conn, room: RoomId, at: Ms) -> Result<Option<i64>> {
    Ok(messages::table
        .filter(messages::room_id.eq(room.0))
        .filter(messages::created_at.ge(at))
        .filter(messages::deleted_at.is_null())
        .order(messages::seq.asc())
        .select(messages::seq)
        .first(conn)
        .optional()?)
}

/// Reactions of messages, by message.
pub fn list_reactions(conn: &mut Conn, ids: &[i64], viewer: MemberId) -> Result<HashMap<i64, Vec<Reaction>>> {
    let rows: Vec<(i64, i64, String)> = message_reactions::table
        .filter(message_reactions::message_id.eq_any(ids))
        .order((message_reactions::created_at.asc(), message_reactions::member_id.asc()))
        .select((message_reactions::message_id, message_reactions::member_id, message_reactions::emoji))
        .limit(5_000)
        .load(conn)?;
    let mut out: HashMap<i64, Vec<Reaction>> = HashMap::new();
    for (message, member, e) in rows {
        let list = out.entry(message).or_default();
        match list.iter_mut().find(|r| r.e == e) {
            Some(known) => {
                known.n += 1;
                known.mine |= member == viewer.0;
            }
            None => list.push(Reaction { e, n: 1, mine: member == viewer.0 }),
        }
    }
    Ok(out)
}

type EventRow = (i64, String, Option<i64>, Option<i64>, String, Ms);

#[derive(Queryable)]
struct MessageRow {
    html: String,
    rev: i32,
    reply_to: Option<i64>,
    deleted_at: Option<Ms>,
    name: Option<String>,
    thread_of: Option<i64>,
    via: Option<String>,
    cards: String,
    shared: Option<String>,
}

/// Events of a room after a position, oldest first. What was deleted since is a `skip`; an edited text is the present one.
pub fn list_events(conn: &mut Conn, room: RoomId, after: i64, limit: i64) -> Result<Vec<Happened>> {
    let rows: Vec<(EventRow, Option<MessageRow>)> = room_events::table
        .left_join(messages::table.on(messages::id.nullable().eq(room_events::message_id)))
        .left_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(room_events::room_id.eq(room.0))
        .filter(room_events::seq.gt(after))
        .order(room_events::seq.asc())
        .limit(limit)
        .select((
            (
                room_events::seq,
                room_events::kind,
                room_events::message_id,
                room_events::actor_id,
                room_events::payload,
                room_events::at,
            ),
            (
                messages::html,
                messages::rev,
                messages::reply_to,
                messages::deleted_at,
                members::name.nullable(),
                messages::thread_of,
                messages::via,
                messages::cards,
                messages::shared,
            )
                .nullable(),
        ))
        .load(conn)?;
    let asked: Vec<i64> = rows
        .iter()
        .filter(|(_, m)| m.as_ref().is_some_and(|m| m.shared.as_deref().is_some_and(|s| s.starts_with("poll:"))))
        .filter_map(|(event, _)| event.2)
        .collect();
    let polls = if asked.is_empty() { HashMap::new() } else { super::list_polls(conn, &asked, None)? };
    Ok(rows.into_iter().map(|(event, message)| happened(room, event, message, &polls)).collect())
}

fn happened(
    room: RoomId,
    (seq, kind, message_id, by, payload, at): EventRow,
    message: Option<MessageRow>,
    polls: &HashMap<i64, Poll>,
) -> Happened {
    let kind = known_kind(&kind);
    let mut out = Happened { room: room.0, seq, kind, message: message_id, by, cid: None, at, detail: None };
    match (kind, message) {
        ("msg" | "edit" | "react" | "pin", Some(m)) if m.deleted_at.is_some() => out.kind = "skip",
        ("msg" | "edit", Some(m)) => {
            let name = m.via.clone().or(m.name).unwrap_or_default();
            let detail = MessageDetail {
                html: &format!("{}{}", m.html, m.cards),
                name: &name,
                rev: m.rev,
                reply_to: m.reply_to,
                thread_of: m.thread_of,
                shared: m.shared.as_deref(),
                poll: message_id.and_then(|id| polls.get(&id)),
                bot: m.via.is_some(),
            };
            out.detail = Some(detail.json());
            if kind == "msg" {
                out.cid = Some(payload).filter(|p| !p.is_empty());
            }
        }
        ("msg" | "edit", None) => out.kind = "skip",
        _ => out.detail = Some(payload).filter(|p| !p.is_empty()),
    }
    out
}

fn known_kind(stored: &str) -> &'static str {
    ["msg", "edit", "del", "react", "pin", "member", "room"].into_iter().find(|k| *k == stored).unwrap_or("skip")
}

/// Where rooms stand.
pub fn list_heads(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Head>> {
    let mut out = Vec::new();
    for some in ids.chunks(500) {
        let rows: Vec<(i64, String, i64)> =
            rooms::table.filter(rooms::id.eq_any(some)).select((rooms::id, rooms::epoch, rooms::seq)).load(conn)?;
        out.extend(rows.into_iter().map(|(room, epoch, seq)| Head { room, epoch, seq }));
    }
    Ok(out)
}

/// Those of these messages that are still there and that `sight` may read: in a room that is open to it and joined.
pub fn list_visible_messages(conn: &mut Conn, sight: crate::access::Sight, ids: &[i64]) -> Result<Vec<i64>> {
    let rows: Vec<(i64, i64)> = messages::table
        .filter(messages::id.eq_any(ids))
        .filter(messages::deleted_at.is_null())
        .select((messages::id, messages::room_id))
        .load(conn)?;
    let rooms: Vec<i64> = rows.iter().map(|(_, room)| *room).collect();
    let open: Vec<i64> = super::list_visible_of(conn, sight, &rooms)?
        .into_iter()
        .filter(|(_, place)| place.is_some())
        .map(|(room, _)| room.id.0)
        .collect();
    Ok(rows.into_iter().filter(|(_, room)| open.contains(room)).map(|(id, _)| id).collect())
}

/// Messages of any room with their rooms; who asks has made sure that the rooms may be read.
pub fn list_any_messages(conn: &mut Conn, viewer: MemberId, ids: &[i64]) -> Result<Vec<(i64, Message)>> {
    Ok(messages::table
        .left_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(messages::id.eq_any(ids))
        .filter(messages::deleted_at.is_null())
        .filter(heard_by!(viewer))
        .limit(1_000)
        .select((messages::room_id, message_columns!()))
        .load(conn)?)
}

/// Position of the message `n` places after a position in the main strand; none where the room ends before.
pub fn find_after(conn: &mut Conn, room: RoomId, seq: i64, n: i64) -> Result<Option<i64>> {
    Ok(messages::table
        .filter(messages::room_id.eq(room.0))
        .filter(messages::seq.gt(seq))
        .filter(messages::deleted_at.is_null())
        .filter(messages::thread_of.is_null())
        .order(messages::seq.asc())
        .offset(n - 1)
        .select(messages::seq)
        .first(conn)
        .optional()?)
}
