//! Who is called in a message: one row each, so that the count of what is unread can always be taken anew.

use crate::db::schema::{member_blocks, members, message_mentions, room_members};
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
