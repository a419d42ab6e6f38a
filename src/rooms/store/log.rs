//! The log of a room: events with their positions, messages, the cids of their senders.

use crate::db::schema::{members, message_cids, message_reactions, messages, room_events, room_members, rooms};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::live::{Happened, Head};
use crate::on;
use crate::rooms::model::{Body, Message, MessageDetail, Reaction, RoomId};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// What the transaction of a send must know, in one statement: the room, the member as of now, the place, an earlier use of the cid.
#[derive(Debug, Queryable)]
pub struct Stand {
    /// Code of the room's access.
    pub access: String,
    /// Lowest tier rank of the room.
    pub min_rank: i32,
    /// Whether the room is closed for good.
    pub archived_at: Option<Ms>,
    /// Status of the member.
    pub status: String,
    /// Role of the member.
    pub role: String,
    /// Tier rank of the member.
    pub tier_rank: i32,
    /// Name of the member.
    pub name: String,
    /// Joined when, if at all.
    pub joined_at: Option<Ms>,
    /// Muted until.
    pub muted_until: Option<Ms>,
    /// Message, position, fingerprint and time of the first use of the cid.
    pub first: Option<(i64, i64, String, Ms)>,
}

/// Where a member stands towards a room, and whether the cid was used before.
pub fn find_stand(conn: &mut Conn, member: MemberId, room: RoomId, cid: &str) -> Result<Option<Stand>> {
    Ok(rooms::table
        .inner_join(members::table.on(members::id.eq(member.0)))
        .left_join(
            room_members::table.on(room_members::room_id.eq(rooms::id).and(room_members::member_id.eq(member.0))),
        )
        .left_join(message_cids::table.on(message_cids::sender_id.eq(member.0).and(message_cids::cid.eq(cid))))
        .filter(rooms::id.eq(room.0))
        .select((
            rooms::access,
            rooms::min_rank,
            rooms::archived_at,
            members::status,
            members::role,
            members::tier_rank,
            members::name,
            room_members::joined_at.nullable(),
            room_members::muted_until.nullable(),
            (message_cids::message_id, message_cids::seq, message_cids::fingerprint, message_cids::at).nullable(),
        ))
        .first::<Stand>(conn)
        .optional()?)
}

/// Takes the next position of a room; `messages` is added to its count.
pub fn advance(tx: &mut Tx<'_>, room: RoomId, messages: i64) -> Result<i64> {
    Ok(diesel::update(rooms::table.find(room.0))
        .set((rooms::seq.eq(rooms::seq + 1), rooms::message_count.eq(rooms::message_count + messages)))
        .returning(rooms::seq)
        .get_result(&mut **tx)?)
}

/// Stores a message at its position.
pub fn insert_message(
    tx: &mut Tx<'_>,
    room: RoomId,
    seq: i64,
    sender: MemberId,
    body: &Body,
    reply_to: Option<i64>,
) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(messages::table)
        .values((
            messages::room_id.eq(room.0),
            messages::seq.eq(seq),
            messages::sender_id.eq(Some(sender.0)),
            messages::body.eq(&body.source),
            messages::html.eq(&body.html),
            messages::reply_to.eq(reply_to),
            messages::created_at.eq(now),
        ))
        .returning(messages::id)
        .get_result(&mut **tx)?)
}

/// Writes an event into the log. `payload` is the sender's cid of a message, the detail of other kinds.
pub fn insert_event(
    tx: &mut Tx<'_>,
    room: RoomId,
    seq: i64,
    kind: &str,
    message: Option<i64>,
    actor: Option<MemberId>,
    payload: &str,
) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(room_events::table)
        .values((
            room_events::room_id.eq(room.0),
            room_events::seq.eq(seq),
            room_events::kind.eq(kind),
            room_events::message_id.eq(message),
            room_events::actor_id.eq(actor.map(|m| m.0)),
            room_events::payload.eq(payload),
            room_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Keeps the cid of a message for ever; answers whether it was free.
pub fn insert_cid(
    tx: &mut Tx<'_>,
    sender: MemberId,
    cid: &str,
    (room, message, seq): (RoomId, i64, i64),
    fingerprint: &str,
) -> Result<bool> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(message_cids::table)
        .values((
            message_cids::sender_id.eq(sender.0),
            message_cids::cid.eq(cid),
            message_cids::room_id.eq(room.0),
            message_cids::message_id.eq(message),
            message_cids::seq.eq(seq),
            message_cids::fingerprint.eq(fingerprint),
            message_cids::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Counts a mention for each member of the room with one of these folded names; answers whom.
pub fn count_mentions(tx: &mut Tx<'_>, room: RoomId, sender: MemberId, names: &[String]) -> Result<Vec<i64>> {
    let whom: Vec<i64> = room_members::table
        .inner_join(members::table)
        .filter(room_members::room_id.eq(room.0))
        .filter(members::name_key.eq_any(names))
        .filter(members::id.ne(sender.0))
        .select(members::id)
        .limit(50)
        .load(&mut **tx)?;
    if !whom.is_empty() {
        let places =
            room_members::table.filter(room_members::room_id.eq(room.0)).filter(room_members::member_id.eq_any(&whom));
        diesel::update(places).set(room_members::mentions.eq(room_members::mentions + 1)).execute(&mut **tx)?;
    }
    Ok(whom)
}

/// A message as its editing needs it.
#[derive(Debug, Queryable)]
pub struct Editable {
    /// Sender.
    pub sender_id: Option<i64>,
    /// Source.
    pub body: String,
    /// Number of edits.
    pub rev: i32,
    /// Place of its first event.
    pub seq: i64,
    /// The message it answers.
    pub reply_to: Option<i64>,
}

/// A message of a room that is still there.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_editable(conn: &mut Conn, room: RoomId, message: i64) -> Result<Editable> {
    Ok(messages::table
        .find(message)
        .filter(messages::room_id.eq(room.0))
        .filter(messages::deleted_at.is_null())
        .select((messages::sender_id, messages::body, messages::rev, messages::seq, messages::reply_to))
        .first(conn)?)
}

/// Puts a new text into a message of revision `rev`; answers whether it still had that revision.
pub fn mark_edited(tx: &mut Tx<'_>, message: i64, rev: i32, body: &Body) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(messages::table.find(message).filter(messages::rev.eq(rev)))
        .set((
            messages::body.eq(&body.source),
            messages::html.eq(&body.html),
            messages::rev.eq(rev + 1),
            messages::edited_at.eq(Some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Empties a message: its place in the log stays, its text does not.
pub fn mark_deleted(tx: &mut Tx<'_>, message: i64) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(messages::table.find(message).filter(messages::deleted_at.is_null()))
        .set((messages::deleted_at.eq(Some(now)), messages::body.eq(""), messages::html.eq("")))
        .execute(&mut **tx)?;
    diesel::delete(message_reactions::table.filter(message_reactions::message_id.eq(message))).execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Sets or takes a reaction; answers whether anything changed.
pub fn set_reaction(tx: &mut Tx<'_>, message: i64, member: MemberId, sign: &str, on: bool) -> Result<bool> {
    let now = tx.now();
    let rows = if on {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(message_reactions::table)
            .values((
                message_reactions::message_id.eq(message),
                message_reactions::member_id.eq(member.0),
                message_reactions::emoji.eq(sign),
                message_reactions::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(c))?
    } else {
        diesel::delete(message_reactions::table.find((message, member.0, sign))).execute(&mut **tx)?
    };
    Ok(rows == 1)
}

/// How many reacted with a sign.
pub fn count_reaction(conn: &mut Conn, message: i64, sign: &str) -> Result<i64> {
    Ok(message_reactions::table
        .filter(message_reactions::message_id.eq(message))
        .filter(message_reactions::emoji.eq(sign))
        .count()
        .get_result(conn)?)
}

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

/// Messages of a room in their order, at most `limit`.
pub fn list_messages(conn: &mut Conn, room: RoomId, part: Part, limit: i64) -> Result<Vec<Message>> {
    let query = messages::table
        .left_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(messages::room_id.eq(room.0))
        .filter(messages::deleted_at.is_null())
        .limit(limit)
        .select((
            messages::id,
            messages::seq,
            messages::sender_id,
            members::name.nullable(),
            messages::html,
            messages::reply_to,
            messages::rev,
            messages::created_at,
            messages::edited_at,
        ));
    let mut out: Vec<Message> = match part {
        Part::Newest => query.order(messages::seq.desc()).load(conn)?,
        Part::Before(seq) => query.filter(messages::seq.lt(seq)).order(messages::seq.desc()).load(conn)?,
        Part::After(seq) => query.filter(messages::seq.gt(seq)).order(messages::seq.asc()).load(conn)?,
    };
    out.sort_by_key(|m| m.seq);
    Ok(out)
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
type MessageRow = (String, i32, Option<i64>, Option<Ms>, Option<String>);

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
            (messages::html, messages::rev, messages::reply_to, messages::deleted_at, members::name.nullable())
                .nullable(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|(event, message)| happened(room, event, message)).collect())
}

fn happened(room: RoomId, (seq, kind, message_id, by, payload, at): EventRow, message: Option<MessageRow>) -> Happened {
    let kind = known_kind(&kind);
    let mut out = Happened { room: room.0, seq, kind, message: message_id, by, cid: None, at, detail: None };
    match (kind, message) {
        ("msg" | "edit" | "react" | "pin", Some((_, _, _, Some(_), _))) => out.kind = "skip",
        ("msg" | "edit", Some((html, rev, reply_to, None, name))) => {
            let name = name.unwrap_or_default();
            out.detail = Some(MessageDetail { html: &html, name: &name, rev, reply_to }.json());
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
