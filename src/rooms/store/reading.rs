//! What is unread: a pointer for each place, the counts are always taken anew and never kept beside the messages.

use crate::db::Conn;
use crate::db::Tx;
use crate::db::schema::room_members;
use crate::error::Result;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

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
    /// Name; for a conversation the names of the others.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Code of its access.
    #[diesel(sql_type = Text)]
    pub access: String,
    /// Whether it makes no badge.
    #[diesel(sql_type = Bool)]
    pub silenced: bool,
    /// Whether it stands on top.
    #[diesel(sql_type = Bool)]
    pub favourite: bool,
    /// Section of the sidebar.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub section_id: Option<i64>,
    /// Place among its neighbours.
    #[diesel(sql_type = Integer)]
    pub position: i32,
    /// Mentions after the last message read.
    #[diesel(sql_type = Integer)]
    pub mentions: i32,
    /// Messages of others after the last one read, at most [`UNREAD_MOST`]; what is said in threads does not count.
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
}

impl Joined {
    /// Whether it is a conversation of a few.
    pub fn is_direct(&self) -> bool {
        self.access == "direct"
    }
}

/// The rooms each of `members` has joined and may still see, with what is unread: one statement for all, and one more for
/// the names of conversations. What blocked members say counts for nothing.
pub fn list_joined(conn: &mut Conn, members: &[i64]) -> Result<Vec<Joined>> {
    // Numbers only: nothing to quote, and no limit on the number of binds.
    let ids: Vec<String> = members.iter().map(i64::to_string).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let heard = "m.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM member_blocks b WHERE b.member_id = p.member_id \
                 AND b.blocked_id = m.sender_id)";
    let sql = format!(
        "SELECT p.member_id, r.id, r.slug, r.name, r.access, p.silenced, p.favourite, p.section_id, p.position, \
         CAST((SELECT COUNT(*) FROM message_mentions x JOIN messages m ON m.id = x.message_id \
               WHERE x.member_id = p.member_id AND x.room_id = r.id AND x.seq > p.last_read_seq AND {heard}) \
            + (SELECT COUNT(*) FROM messages m WHERE m.room_id = r.id AND m.mentions_all AND m.seq > p.last_read_seq \
               AND (m.sender_id IS NULL OR m.sender_id <> p.member_id) AND {heard} \
               AND NOT EXISTS (SELECT 1 FROM message_mentions x WHERE x.message_id = m.id AND x.member_id = p.member_id)) \
         AS INTEGER) AS mentions, \
         (SELECT COUNT(*) FROM (SELECT 1 AS one FROM messages m WHERE m.room_id = r.id AND m.seq > p.last_read_seq \
          AND m.thread_of IS NULL AND (m.sender_id IS NULL OR m.sender_id <> p.member_id) AND {heard} \
          LIMIT {UNREAD_MOST}) AS counted) AS unread \
         FROM room_members p JOIN rooms r ON r.id = p.room_id JOIN members me ON me.id = p.member_id \
         WHERE p.member_id IN ({}) AND r.archived_at IS NULL \
         AND (r.access <> 'tier' OR me.role <> 'member' OR r.min_rank <= me.tier_rank) ORDER BY p.position, r.name, r.id",
        ids.join(",")
    );
    let mut found: Vec<Joined> = diesel::sql_query(sql).load(conn)?;
    let direct: Vec<i64> = found.iter().filter(|j| j.is_direct()).map(|j| j.id).collect();
    if !direct.is_empty() {
        let people = super::list_people_of(conn, &direct)?;
        for room in found.iter_mut().filter(|j| j.is_direct()) {
            room.name = super::name_of(people.get(&room.id), room.member_id);
        }
    }
    Ok(found)
}

/// Moves the pointer of a member forward, never back.
pub fn mark_read(tx: &mut Tx<'_>, room: RoomId, member: MemberId, seq: i64) -> Result<bool> {
    let place = room_members::table.find((room.0, member.0));
    let rows = diesel::update(place.filter(room_members::last_read_seq.lt(seq)))
        .set(room_members::last_read_seq.eq(seq))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}
