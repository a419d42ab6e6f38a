//! What is unread: a pointer for each place, the count is always taken anew and never kept beside the messages.

use crate::db::Conn;
use crate::db::Tx;
use crate::db::schema::room_members;
use crate::error::Result;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

/// More unread messages than this are not counted.
pub const UNREAD_MOST: i64 = 100;

/// A joined room with what waits in it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Joined {
    /// The member.
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// Room.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Address.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// Name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Code of its access.
    #[diesel(sql_type = Text)]
    pub access: String,
    /// Mentions.
    #[diesel(sql_type = Integer)]
    pub mentions: i32,
    /// Messages of others after the last one read, at most [`UNREAD_MOST`].
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
}

/// The rooms each of `members` has joined and may still see, with what is unread: one statement for all.
pub fn list_joined(conn: &mut Conn, members: &[i64]) -> Result<Vec<Joined>> {
    // Numbers only: nothing to quote, and no limit on the number of binds.
    let ids: Vec<String> = members.iter().map(i64::to_string).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT p.member_id, r.id, r.slug, r.name, r.access, p.mentions, \
         (SELECT COUNT(*) FROM (SELECT 1 AS one FROM messages m WHERE m.room_id = r.id AND m.seq > p.last_read_seq \
          AND m.deleted_at IS NULL AND (m.sender_id IS NULL OR m.sender_id <> p.member_id) LIMIT {UNREAD_MOST}) AS counted) AS unread \
         FROM room_members p JOIN rooms r ON r.id = p.room_id JOIN members me ON me.id = p.member_id \
         WHERE p.member_id IN ({}) AND r.archived_at IS NULL \
         AND (r.access <> 'tier' OR me.role <> 'member' OR r.min_rank <= me.tier_rank) ORDER BY r.name, r.id",
        ids.join(",")
    );
    Ok(diesel::sql_query(sql).load(conn)?)
}

/// Moves the pointer of a member forward, never back; mentions up to the end of the room are read with it.
pub fn mark_read(tx: &mut Tx<'_>, room: RoomId, member: MemberId, seq: i64) -> Result<bool> {
    let place = room_members::table.find((room.0, member.0));
    let rows = diesel::update(place.filter(room_members::last_read_seq.lt(seq)))
        .set((room_members::last_read_seq.eq(seq), room_members::mentions.eq(0)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}
