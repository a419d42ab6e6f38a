//! The log of a room: events with their positions, messages, the cids of their senders.

use crate::db::schema::{message_pins, message_reactions, message_revisions, messages, polls};
use crate::db::{Bind, Conn, Fixed, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::rooms::model::{Body, RoomId};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

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
    /// Last message in this room, where its pace is slowed.
    pub sent_at: Option<Ms>,
    /// Pace, and who may speak.
    pub order: (Ms, bool, bool),
    /// Message, position, fingerprint and time of the first use of the cid.
    pub first: Option<(i64, i64, String, Ms)>,
    /// Whether a machine is told what happens in the room.
    pub has_hooks: bool,
    /// Whether somebody wants to be told of every message in the room.
    pub has_loud: bool,
}

/// What a row of [`find_stand`] is made of.
type StandRow = (
    Text,
    Integer,
    Nullable<BigInt>,
    Text,
    Text,
    Integer,
    Text,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    (BigInt, Bool, Bool),
    Nullable<(BigInt, BigInt, Text, BigInt)>,
    Bool,
    Bool,
);

/// Where a member stands towards a room, and whether the cid was used before.
pub fn find_stand(conn: &mut Conn, member: MemberId, room: RoomId, cid: &str) -> Result<Option<Stand>> {
    let binds = [Bind::Int(member.0), Bind::Int(member.0), Bind::Int(member.0), Bind::Text(cid), Bind::Int(room.0)];
    let found: Vec<Stand> = on!(conn, c => Fixed::<StandRow>::new(
        "SELECT r.access, r.min_rank, r.archived_at, m.status, m.role, m.tier_rank, m.name, p.joined_at, p.muted_until, \
         p.sent_at, r.slow_ms, r.read_only, r.announce, k.message_id, k.seq, k.fingerprint, k.at, \
         EXISTS (SELECT 1 FROM outgoing_hooks h WHERE h.room_id = r.id), \
         EXISTS (SELECT 1 FROM notice_levels l WHERE l.place = 'room' AND l.place_id = r.id AND l.level = 'all') \
         FROM rooms r INNER JOIN members m ON m.id = ? \
         LEFT JOIN room_members p ON p.room_id = r.id AND p.member_id = ? \
         LEFT JOIN message_cids k ON k.sender_id = ? AND k.cid = ? WHERE r.id = ?",
        &binds,
    )
    .load(c))?;
    Ok(found.into_iter().next())
}

/// Takes the next position of a room; `messages` is added to its count.
pub fn advance(tx: &mut Tx<'_>, room: RoomId, messages: i64) -> Result<i64> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => Fixed::<BigInt>::new(
        "UPDATE rooms SET seq = seq + 1, message_count = message_count + ? WHERE id = ? RETURNING seq",
        &[Bind::Int(messages), Bind::Int(room.0)],
    )
    .get_result(c))?)
}

/// A message about to be stored.
pub struct NewMessage<'a> {
    /// Room.
    pub room: RoomId,
    /// Its position.
    pub seq: i64,
    /// Sender; none where a machine speaks.
    pub sender: Option<MemberId>,
    /// Text.
    pub body: &'a Body,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// The message whose thread it continues.
    pub thread_of: Option<i64>,
    /// Whether it calls everybody in the room.
    pub mentions_all: bool,
    /// Name of the machine.
    pub via: Option<&'a str>,
    /// What stands below the body.
    pub cards: &'a str,
    /// What is shown with it.
    pub shared: Option<&'a str>,
}

/// Stores a message at its position.
pub fn insert_message(tx: &mut Tx<'_>, new: &NewMessage<'_>) -> Result<i64> {
    let binds = [
        Bind::Int(new.room.0),
        Bind::Int(new.seq),
        Bind::MaybeInt(new.sender.map(|m| m.0)),
        Bind::Text(&new.body.source),
        Bind::Text(&new.body.html),
        Bind::MaybeInt(new.reply_to),
        Bind::Int(tx.now()),
        Bind::MaybeInt(new.thread_of),
        Bind::Bool(new.mentions_all),
        Bind::MaybeText(new.via),
        Bind::Text(new.cards),
        Bind::MaybeText(new.shared),
    ];
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => Fixed::<BigInt>::new(
        "INSERT INTO messages (room_id, seq, sender_id, body, html, reply_to, created_at, thread_of, mentions_all, via, cards, \
         shared) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        &binds,
    )
    .get_result(c))?)
}

/// Changes the number of messages in a thread.
pub fn count_in_thread(tx: &mut Tx<'_>, root: i64, by: i32) -> Result<()> {
    diesel::update(messages::table.find(root))
        .set(messages::thread_count.eq(messages::thread_count + by))
        .execute(&mut **tx)?;
    Ok(())
}

/// Shows something with a message: a poll that was made after it.
pub fn mark_shared(tx: &mut Tx<'_>, message: i64, shared: &str) -> Result<()> {
    diesel::update(messages::table.find(message)).set(messages::shared.eq(Some(shared))).execute(&mut **tx)?;
    Ok(())
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
    let binds = [
        Bind::Int(room.0),
        Bind::Int(seq),
        Bind::Text(kind),
        Bind::MaybeInt(message),
        Bind::MaybeInt(actor.map(|m| m.0)),
        Bind::Text(payload),
        Bind::Int(tx.now()),
    ];
    let conn: &mut Conn = tx;
    on!(conn, c => Fixed::<()>::new(
        "INSERT INTO room_events (room_id, seq, kind, message_id, actor_id, payload, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        &binds,
    )
    .execute(c))?;
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
    let binds = [
        Bind::Int(sender.0),
        Bind::Text(cid),
        Bind::Int(room.0),
        Bind::Int(message),
        Bind::Int(seq),
        Bind::Text(fingerprint),
        Bind::Int(tx.now()),
    ];
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => Fixed::<()>::new(
        "INSERT INTO message_cids (sender_id, cid, room_id, message_id, seq, fingerprint, at) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        &binds,
    )
    .execute(c))?;
    Ok(rows == 1)
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
    /// The message whose thread it continues.
    pub thread_of: Option<i64>,
    /// What stands below the body.
    pub cards: String,
    /// What is shown with it.
    pub shared: Option<String>,
    /// Safe HTML.
    pub html: String,
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
        .select((
            messages::sender_id,
            messages::body,
            messages::rev,
            messages::seq,
            messages::reply_to,
            messages::thread_of,
            messages::cards,
            messages::shared,
            messages::html,
        ))
        .first(conn)?)
}

/// Puts a new text into a message of revision `rev`, and keeps the former one; answers whether it still had that
/// revision. Links may have changed: what stood below the body goes.
pub fn mark_edited(
    tx: &mut Tx<'_>,
    message: i64,
    old: &Editable,
    rev: i32,
    (body, mentions_all, cards): (&Body, bool, &str),
) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(messages::table.find(message).filter(messages::rev.eq(rev)))
        .set((
            messages::body.eq(&body.source),
            messages::html.eq(&body.html),
            messages::rev.eq(rev + 1),
            messages::edited_at.eq(Some(now)),
            messages::mentions_all.eq(mentions_all),
            messages::cards.eq(cards),
        ))
        .execute(&mut **tx)?;
    if rows == 1 {
        diesel::insert_into(message_revisions::table)
            .values((
                message_revisions::message_id.eq(message),
                message_revisions::rev.eq(rev),
                message_revisions::body.eq(&old.body),
                message_revisions::html.eq(&old.html),
                message_revisions::at.eq(now),
            ))
            .execute(&mut **tx)?;
    }
    Ok(rows == 1)
}

/// Empties a message: its place in the log stays, its text does not, in no revision either.
pub fn mark_deleted(tx: &mut Tx<'_>, message: i64) -> Result<bool> {
    let now = tx.now();
    let gone: Option<Option<i64>> =
        diesel::update(messages::table.find(message).filter(messages::deleted_at.is_null()))
            .set((
                messages::deleted_at.eq(Some(now)),
                messages::body.eq(""),
                messages::html.eq(""),
                messages::cards.eq(""),
                messages::shared.eq(None::<String>),
            ))
            .returning(messages::thread_of)
            .get_result(&mut **tx)
            .optional()?;
    let Some(thread_of) = gone else { return Ok(false) };
    if let Some(root) = thread_of {
        count_in_thread(tx, root, -1)?;
    }
    diesel::delete(message_reactions::table.filter(message_reactions::message_id.eq(message))).execute(&mut **tx)?;
    diesel::delete(message_revisions::table.filter(message_revisions::message_id.eq(message))).execute(&mut **tx)?;
    diesel::delete(message_pins::table.filter(message_pins::message_id.eq(message))).execute(&mut **tx)?;
    diesel::delete(polls::table.filter(polls::message_id.eq(message))).execute(&mut **tx)?;
    crate::files::store::detach_all(tx, "message", message)?;
    super::remove_from_index(tx, message)?;
    Ok(true)
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
