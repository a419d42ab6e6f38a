//! SQL of order in rooms.

use crate::db::schema::{members, messages, room_members, room_sanctions, rooms};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Pace of a room, and who may speak in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Order {
    /// Milliseconds between two messages of one member; 0: no slow mode.
    pub slow_ms: Ms,
    /// Nobody but the team says or changes anything.
    pub read_only: bool,
    /// Only the team begins messages; everybody may react.
    pub announce: bool,
}

/// The order of a room.
pub fn find_order(conn: &mut Conn, room: RoomId) -> Result<Order> {
    Ok(rooms::table.find(room.0).select((rooms::slow_ms, rooms::read_only, rooms::announce)).first(conn)?)
}

/// Sets the order of a room; answers whether anything changed.
pub fn mark_order(tx: &mut Tx<'_>, room: RoomId, order: Order) -> Result<bool> {
    let other = rooms::slow_ms
        .ne(order.slow_ms)
        .or(rooms::read_only.ne(order.read_only))
        .or(rooms::announce.ne(order.announce));
    let rows = diesel::update(rooms::table.find(room.0).filter(other))
        .set((
            rooms::slow_ms.eq(order.slow_ms),
            rooms::read_only.eq(order.read_only),
            rooms::announce.eq(order.announce),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Notes when a member last spoke in a slowed room.
pub fn mark_sent(tx: &mut Tx<'_>, room: RoomId, member: MemberId) -> Result<()> {
    let now = tx.now();
    diesel::update(room_members::table.find((room.0, member.0)))
        .set(room_members::sent_at.eq(now))
        .execute(&mut **tx)?;
    Ok(())
}

/// A decision about a member.
#[derive(Debug, Clone, Queryable)]
pub struct Sanction {
    /// The member.
    pub member_id: i64,
    /// Their name.
    pub name: String,
    /// `mute` or `ban`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Until when; for ever without.
    pub until_at: Option<Ms>,
    /// Since when.
    pub created_at: Ms,
}

/// What is in force in a room at `now`, newest first.
pub fn list_sanctions(conn: &mut Conn, room: RoomId, now: Ms) -> Result<Vec<Sanction>> {
    Ok(room_sanctions::table
        .inner_join(members::table)
        .filter(room_sanctions::room_id.eq(room.0))
        .filter(room_sanctions::until_at.is_null().or(room_sanctions::until_at.assume_not_null().gt(now)))
        .order((room_sanctions::created_at.desc(), room_sanctions::member_id.asc()))
        .limit(200)
        .select((
            room_sanctions::member_id,
            members::name,
            room_sanctions::kind,
            room_sanctions::reason,
            room_sanctions::until_at,
            room_sanctions::created_at,
        ))
        .load(conn)?)
}

/// A decision about to be stored.
pub struct NewSanction<'a> {
    /// `mute` or `ban`.
    pub kind: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Until when.
    pub until: Option<Ms>,
    /// Who decided.
    pub by: MemberId,
}

/// Stores a decision; a newer one takes the place of an older.
pub fn upsert_sanction(tx: &mut Tx<'_>, room: RoomId, member: MemberId, new: &NewSanction<'_>) -> Result<()> {
    let now = tx.now();
    let row = (
        room_sanctions::room_id.eq(room.0),
        room_sanctions::member_id.eq(member.0),
        room_sanctions::kind.eq(new.kind),
        room_sanctions::reason.eq(new.reason),
        room_sanctions::until_at.eq(new.until),
        room_sanctions::by_id.eq(Some(new.by.0)),
        room_sanctions::created_at.eq(now),
    );
    let change = (
        room_sanctions::reason.eq(new.reason),
        room_sanctions::until_at.eq(new.until),
        room_sanctions::by_id.eq(Some(new.by.0)),
        room_sanctions::created_at.eq(now),
    );
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(room_sanctions::table)
        .values(row)
        .on_conflict((room_sanctions::room_id, room_sanctions::member_id, room_sanctions::kind))
        .do_update()
        .set(change)
        .execute(c))?;
    Ok(())
}

/// Takes a decision back; answers whether there was one.
pub fn delete_sanction(tx: &mut Tx<'_>, room: RoomId, member: MemberId, kind: &str) -> Result<bool> {
    Ok(diesel::delete(room_sanctions::table.find((room.0, member.0, kind))).execute(&mut **tx)? == 1)
}

fn find_until(conn: &mut Conn, room: RoomId, member: MemberId, kind: &str) -> Result<Option<Option<Ms>>> {
    Ok(room_sanctions::table.find((room.0, member.0, kind)).select(room_sanctions::until_at).first(conn).optional()?)
}

/// Whether a member may not come in.
pub fn is_banned(tx: &mut Tx<'_>, room: RoomId, member: MemberId) -> Result<bool> {
    let now = tx.now();
    Ok(find_until(tx, room, member, "ban")?.is_some_and(|until| until.is_none_or(|u| u > now)))
}

/// Rooms a member may not come into at `now`.
pub fn list_bans(conn: &mut Conn, member: MemberId, now: Ms) -> Result<Vec<i64>> {
    Ok(room_sanctions::table
        .filter(room_sanctions::member_id.eq(member.0))
        .filter(room_sanctions::kind.eq("ban"))
        .filter(room_sanctions::until_at.is_null().or(room_sanctions::until_at.assume_not_null().gt(now)))
        .select(room_sanctions::room_id)
        .load(conn)?)
}

/// Silences a member who is in the room until then, or no longer.
pub fn mark_muted(tx: &mut Tx<'_>, room: RoomId, member: MemberId, until: Option<Ms>) -> Result<()> {
    diesel::update(room_members::table.find((room.0, member.0)))
        .set(room_members::muted_until.eq(until))
        .execute(&mut **tx)?;
    Ok(())
}

/// Who comes in again is as silent as before.
pub fn restore_mute(tx: &mut Tx<'_>, room: RoomId, member: MemberId) -> Result<()> {
    match find_until(tx, room, member, "mute")? {
        Some(until) => mark_muted(tx, room, member, until),
        None => Ok(()),
    }
}

/// Name and role of an active member.
pub fn find_target(conn: &mut Conn, member: MemberId) -> Result<(String, String)> {
    Ok(members::table.find(member.0).select((members::name, members::role)).first(conn)?)
}

/// Members a moderator may act on, by name: those of the room and those with a decision.
pub fn list_targets(conn: &mut Conn, room: RoomId) -> Result<Vec<(i64, String)>> {
    Ok(members::table
        .filter(members::role.eq_any(["member", "moderator", "manager"]))
        .filter(members::status.eq("active"))
        .filter(
            members::id
                .eq_any(room_members::table.filter(room_members::room_id.eq(room.0)).select(room_members::member_id)),
        )
        .order((members::name_key.asc(), members::id.asc()))
        .limit(500)
        .select((members::id, members::name))
        .load(conn)?)
}

/// Messages of a member in a room that are still there, oldest first, at most `limit`.
pub fn list_messages_of(conn: &mut Conn, room: RoomId, member: MemberId, limit: i64) -> Result<Vec<i64>> {
    Ok(messages::table
        .filter(messages::sender_id.eq(member.0))
        .filter(messages::room_id.eq(room.0))
        .filter(messages::deleted_at.is_null())
        .order(messages::seq.asc())
        .limit(limit)
        .select(messages::id)
        .load(conn)?)
}
