//! SQL of conversations of a few, and of the requests that come before them.

use crate::db::schema::{direct_requests, member_blocks, members, messages, room_members, rooms};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::on;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Somebody in a conversation, or asked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The member.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Whether they are in; otherwise they were asked.
    pub is_in: bool,
}

/// Everybody of these conversations by name: who is in, and who was asked.
pub fn list_people_of(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<Party>>> {
    let joined: Vec<(i64, i64, String)> = room_members::table
        .inner_join(members::table)
        .filter(room_members::room_id.eq_any(ids))
        .order(members::name_key.asc())
        .select((room_members::room_id, members::id, members::name))
        .load(conn)?;
    let asked: Vec<(i64, i64, String)> = direct_requests::table
        .inner_join(members::table.on(members::id.eq(direct_requests::member_id)))
        .filter(direct_requests::room_id.eq_any(ids))
        .order(members::name_key.asc())
        .select((direct_requests::room_id, members::id, members::name))
        .load(conn)?;
    let mut out: HashMap<i64, Vec<Party>> = HashMap::new();
    for (is_in, rows) in [(true, joined), (false, asked)] {
        for (room, id, name) in rows {
            let people = out.entry(room).or_default();
            if !people.iter().any(|p| p.id == id) {
                people.push(Party { id, name, is_in });
            }
        }
    }
    Ok(out)
}

/// What a conversation is called for one of its people: the names of the others.
pub fn name_of(people: Option<&Vec<Party>>, me: i64) -> String {
    let others: Vec<&str> = people.into_iter().flatten().filter(|p| p.id != me).map(|p| p.name.as_str()).collect();
    if others.is_empty() { "–".to_owned() } else { others.join(", ") }
}

/// Whether two members are in one conversation already: they need not ask each other again.
pub fn are_acquainted(conn: &mut Conn, one: MemberId, other: MemberId) -> Result<bool> {
    let theirs: Vec<i64> = room_members::table
        .inner_join(rooms::table)
        .filter(rooms::access.eq("direct"))
        .filter(room_members::member_id.eq(other.0))
        .select(rooms::id)
        .load(conn)?;
    Ok(room_members::table
        .filter(room_members::member_id.eq(one.0))
        .filter(room_members::room_id.eq_any(theirs))
        .select(room_members::room_id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// The room with this address, whoever may see it: for the one conversation of two.
pub fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<RoomId>> {
    Ok(rooms::table.filter(rooms::slug.eq(slug)).select(rooms::id).first::<RoomId>(conn).optional()?)
}

/// Asks a member into a conversation; where they were asked or said no before, nothing changes.
pub fn insert_request(tx: &mut Tx<'_>, room: RoomId, member: MemberId, from: MemberId) -> Result<bool> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(direct_requests::table)
        .values((
            direct_requests::room_id.eq(room.0),
            direct_requests::member_id.eq(member.0),
            direct_requests::from_id.eq(from.0),
            direct_requests::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Whether a member was asked into a conversation and has not answered; `false` too where they blocked who asks.
pub fn has_open_request(conn: &mut Conn, room: RoomId, member: MemberId) -> Result<bool> {
    let row = direct_requests::table.find((room.0, member.0)).filter(direct_requests::state.eq("open")).filter(
        diesel::dsl::not(diesel::dsl::exists(
            member_blocks::table
                .filter(member_blocks::member_id.eq(direct_requests::member_id))
                .filter(member_blocks::blocked_id.eq(direct_requests::from_id)),
        )),
    );
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

/// Whether anybody was asked into a conversation and has not come in.
pub fn has_any_request(conn: &mut Conn, room: RoomId) -> Result<bool> {
    let rows = direct_requests::table.filter(direct_requests::room_id.eq(room.0));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(conn)?)
}

/// Says yes: the request goes. Answers whether there was one.
pub fn delete_request(tx: &mut Tx<'_>, room: RoomId, member: MemberId) -> Result<bool> {
    Ok(diesel::delete(direct_requests::table.find((room.0, member.0))).execute(&mut **tx)? == 1)
}

/// Says no: the request stays as declined, so that nobody asks again and again.
pub fn mark_declined(tx: &mut Tx<'_>, room: RoomId, member: MemberId) -> Result<bool> {
    let open = direct_requests::table.find((room.0, member.0)).filter(direct_requests::state.eq("open"));
    Ok(diesel::update(open).set(direct_requests::state.eq("declined")).execute(&mut **tx)? == 1)
}

/// Conversations a member was asked into: room and who asked, the newest first; without blocked members.
pub fn list_requests(conn: &mut Conn, member: MemberId) -> Result<Vec<(i64, i64, Ms)>> {
    Ok(direct_requests::table
        .filter(direct_requests::member_id.eq(member.0))
        .filter(direct_requests::state.eq("open"))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            member_blocks::table
                .filter(member_blocks::member_id.eq(direct_requests::member_id))
                .filter(member_blocks::blocked_id.eq(direct_requests::from_id)),
        )))
        .order(direct_requests::created_at.desc())
        .limit(200)
        .select((direct_requests::room_id, direct_requests::from_id, direct_requests::created_at))
        .load(conn)?)
}

/// How many requests wait for each of `members`.
pub fn count_requests(conn: &mut Conn, members: &[i64]) -> Result<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = direct_requests::table
        .filter(direct_requests::member_id.eq_any(members))
        .filter(direct_requests::state.eq("open"))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            member_blocks::table
                .filter(member_blocks::member_id.eq(direct_requests::member_id))
                .filter(member_blocks::blocked_id.eq(direct_requests::from_id)),
        )))
        .group_by(direct_requests::member_id)
        .select((direct_requests::member_id, diesel::dsl::count(direct_requests::room_id)))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The last message of rooms as (room, html, time), without what blocked members said.
pub fn list_last(conn: &mut Conn, viewer: MemberId, ids: &[i64]) -> Result<HashMap<i64, (String, Ms)>> {
    let newest: Vec<Option<i64>> = messages::table
        .filter(messages::room_id.eq_any(ids))
        .filter(messages::deleted_at.is_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(
            member_blocks::table
                .filter(member_blocks::member_id.eq(viewer.0))
                .filter(member_blocks::blocked_id.nullable().eq(messages::sender_id)),
        )))
        .group_by(messages::room_id)
        .select(diesel::dsl::max(messages::id))
        .load(conn)?;
    let newest: Vec<i64> = newest.into_iter().flatten().collect();
    let rows: Vec<(i64, String, Ms)> = messages::table
        .filter(messages::id.eq_any(&newest))
        .select((messages::room_id, messages::html, messages::created_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(room, html, at)| (room, (html, at))).collect())
}

/// Role codes of active members by id.
pub fn list_roles(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> = members::table
        .filter(members::id.eq_any(ids))
        .filter(members::status.eq("active"))
        .select((members::id, members::role))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Active members whose name is, or begins with, a folded word: for `from:` and for writing to somebody.
pub fn list_named(conn: &mut Conn, name: &str, limit: i64) -> Result<Vec<(i64, String)>> {
    let word: String = name.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
    if word.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(members::table
        .filter(members::status.eq("active"))
        .filter(members::name_key.like(format!("{word}%")).or(members::name_key.like(format!("% {word}%"))))
        .order((members::name_key.asc(), members::id.asc()))
        .limit(limit)
        .select((members::id, members::name))
        .load(conn)?)
}

/// The conversation in which a member used a cid before.
pub fn find_direct_of_cid(conn: &mut Conn, sender: MemberId, cid: &str) -> Result<Option<(RoomId, String)>> {
    use crate::db::schema::message_cids;
    Ok(message_cids::table
        .inner_join(rooms::table.on(rooms::id.eq(message_cids::room_id)))
        .filter(message_cids::sender_id.eq(sender.0))
        .filter(message_cids::cid.eq(cid))
        .filter(rooms::access.eq("direct"))
        .select((rooms::id, rooms::slug))
        .first(conn)
        .optional()?)
}

/// Whether a member is in a room.
pub fn is_in(conn: &mut Conn, room: RoomId, member: MemberId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(room_members::table.find((room.0, member.0)))).get_result(conn)?)
}

/// Whether anything was said in a room.
pub fn has_messages(conn: &mut Conn, room: RoomId) -> Result<bool> {
    Ok(messages::table
        .filter(messages::room_id.eq(room.0))
        .select(messages::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// The other one of a conversation of two, from its address; none in a conversation of several.
pub fn find_other_of_pair(conn: &mut Conn, room: RoomId, me: MemberId) -> Result<Option<i64>> {
    let slug: String = rooms::table.find(room.0).select(rooms::slug).first(conn)?;
    let ids: Vec<i64> = slug.trim_start_matches('~').split('-').filter_map(|n| n.parse().ok()).collect();
    Ok(ids.into_iter().find(|id| *id != me.0).filter(|_| !slug.starts_with("~g")))
}
