//! Who is called in a message: one row each, so that the count of what is unread can always be taken anew.

use crate::db::schema::{member_blocks, members, message_mentions, messages, room_members, rooms};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// More names than this are not looked at in one message.
const MOST: i64 = 50;

/// Notes each member of the room with one of these folded names as mentioned; answers whom, without those who have
/// blocked the sender.
pub fn insert_mentions(
    tx: &mut Tx<'_>,
    room: RoomId,
    (message, seq): (i64, i64),
    sender: Option<MemberId>,
    names: &[String],
) -> Result<Vec<i64>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let by = sender.map_or(0, |s| s.0);
    let whom: Vec<i64> = room_members::table
        .inner_join(members::table)
        .filter(room_members::room_id.eq(room.0))
        .filter(members::name_key.eq_any(names))
        .filter(members::id.ne(by))
        .select(members::id)
        .order(members::id)
        .limit(MOST)
        .load(&mut **tx)?;
    for member in &whom {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(message_mentions::table)
            .values((
                message_mentions::member_id.eq(member),
                message_mentions::room_id.eq(room.0),
                message_mentions::message_id.eq(message),
                message_mentions::seq.eq(seq),
            ))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    if whom.is_empty() {
        return Ok(whom);
    }
    let deaf: Vec<i64> = member_blocks::table
        .filter(member_blocks::blocked_id.eq(by))
        .filter(member_blocks::member_id.eq_any(&whom))
        .select(member_blocks::member_id)
        .load(&mut **tx)?;
    Ok(whom.into_iter().filter(|m| !deaf.contains(m)).collect())
}

/// Forgets whom a message mentioned; answers whom.
pub fn delete_mentions(tx: &mut Tx<'_>, message: i64) -> Result<Vec<i64>> {
    let of_message = message_mentions::table.filter(message_mentions::message_id.eq(message));
    let whom = of_message.select(message_mentions::member_id).load(&mut **tx)?;
    if !whom.is_empty() {
        diesel::delete(of_message).execute(&mut **tx)?;
    }
    Ok(whom)
}

/// Who takes part in a thread: who began it and who answered, at most fifty.
pub fn list_thread_people(conn: &mut Conn, root: i64) -> Result<Vec<i64>> {
    let found: Vec<Option<i64>> = messages::table
        .filter(messages::id.eq(root).or(messages::thread_of.eq(root)))
        .filter(messages::deleted_at.is_null())
        .select(messages::sender_id)
        .distinct()
        .limit(MOST)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// Everybody in a room but one.
pub fn list_others(conn: &mut Conn, room: RoomId, but: MemberId) -> Result<Vec<i64>> {
    Ok(room_members::table
        .filter(room_members::room_id.eq(room.0))
        .filter(room_members::member_id.ne(but.0))
        .select(room_members::member_id)
        .load(conn)?)
}

/// Address and name of a room.
pub fn find_address(conn: &mut Conn, room: RoomId) -> Result<(String, String)> {
    Ok(rooms::table.find(room.0).select((rooms::slug, rooms::name)).first(conn)?)
}

/// A message that called its whole room.
#[derive(Debug, Queryable)]
pub struct Call {
    /// Room.
    pub room: i64,
    /// Address of the room.
    pub slug: String,
    /// Name of the room.
    pub room_name: String,
    /// Sender.
    pub sender: i64,
    /// Name of the sender.
    pub name: String,
    /// Safe HTML.
    pub html: String,
}

/// A message that calls its whole room and is still there.
pub fn find_call(conn: &mut Conn, message: i64) -> Result<Option<Call>> {
    Ok(messages::table
        .inner_join(rooms::table.on(rooms::id.eq(messages::room_id)))
        .inner_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(messages::id.eq(message))
        .filter(messages::mentions_all.eq(true))
        .filter(messages::deleted_at.is_null())
        .select((rooms::id, rooms::slug, rooms::name, members::id, members::name, messages::html))
        .first(conn)
        .optional()?)
}
