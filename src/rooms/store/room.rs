//! Rooms and who is in them.

use crate::access::Sight;
use crate::db::schema::{members, room_members, rooms};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::on;
use crate::rooms::model::{Access, Found, Place, Room, RoomId};
use crate::web::viewer::MemberId;
use diesel::prelude::*;

type RoomColumns = (
    rooms::id,
    rooms::slug,
    rooms::name,
    rooms::topic,
    rooms::access,
    rooms::min_rank,
    rooms::niche_id,
    rooms::epoch,
    rooms::seq,
    rooms::message_count,
    rooms::created_at,
);

const ROOM: RoomColumns = (
    rooms::id,
    rooms::slug,
    rooms::name,
    rooms::topic,
    rooms::access,
    rooms::min_rank,
    rooms::niche_id,
    rooms::epoch,
    rooms::seq,
    rooms::message_count,
    rooms::created_at,
);

type PlaceColumns = (
    room_members::joined_at,
    room_members::last_read_seq,
    room_members::muted_until,
    room_members::favourite,
    room_members::silenced,
    room_members::section_id,
);

const PLACE: PlaceColumns = (
    room_members::joined_at,
    room_members::last_read_seq,
    room_members::muted_until,
    room_members::favourite,
    room_members::silenced,
    room_members::section_id,
);

/// Every log gets a new name: positions that clients hold from before a restore mean nothing any more.
pub fn renew_epochs(conn: &mut Conn) -> Result<()> {
    let ids: Vec<i64> = rooms::table.select(rooms::id).load(conn)?;
    for id in ids {
        let epoch = crate::rooms::model::fresh_epoch()?;
        diesel::update(rooms::table.filter(rooms::id.eq(id))).set(rooms::epoch.eq(epoch)).execute(conn)?;
    }
    Ok(())
}

/// The rooms of `ids` that `sight` may know, with the viewer's place in each.
pub fn list_visible_of(conn: &mut Conn, sight: Sight, ids: &[i64]) -> Result<Vec<Found>> {
    let found: Vec<Found> = rooms::table
        .left_join(
            room_members::table.on(room_members::room_id.eq(rooms::id).and(room_members::member_id.eq(sight.member.0))),
        )
        .filter(rooms::id.eq_any(ids))
        .filter(rooms::archived_at.is_null())
        .select((ROOM, PLACE.nullable()))
        .load::<(Room, Option<Place>)>(conn)?;
    Ok(found.into_iter().filter(|(room, place)| room.is_open_to(sight, place.is_some())).collect())
}

/// The room `id`, if `sight` may know it.
///
/// # Errors
/// [`Error::NotFound`], also where it is merely not open to the viewer.
pub fn find_visible(conn: &mut Conn, sight: Sight, id: RoomId) -> Result<Found> {
    list_visible_of(conn, sight, &[id.0])?.pop().ok_or(Error::NotFound)
}

/// The room with the address `slug`, if `sight` may know it.
///
/// # Errors
/// [`Error::NotFound`], also where it is merely not open to the viewer.
pub fn find_visible_by_slug(conn: &mut Conn, sight: Sight, slug: &str) -> Result<Found> {
    let id: i64 = rooms::table.filter(rooms::slug.eq(slug)).select(rooms::id).first(conn)?;
    find_visible(conn, sight, RoomId(id))
}

/// The room `id` with the viewer's place in it, if `sight` may read it.
///
/// # Errors
/// [`Error::NotFound`] where the room may not be known, `not_member` where it may.
pub fn find_joined(conn: &mut Conn, sight: Sight, id: RoomId) -> Result<(Room, Place)> {
    match find_visible(conn, sight, id)? {
        (room, Some(place)) => Ok((room, place)),
        (_, None) => Err(Error::Forbidden("not_member")),
    }
}

/// Every room `sight` may know, by name.
pub fn list_visible(conn: &mut Conn, sight: Sight) -> Result<Vec<Found>> {
    let found: Vec<Found> = rooms::table
        .left_join(
            room_members::table.on(room_members::room_id.eq(rooms::id).and(room_members::member_id.eq(sight.member.0))),
        )
        .filter(rooms::archived_at.is_null())
        .order((rooms::name.asc(), rooms::id.asc()))
        .select((ROOM, PLACE.nullable()))
        .load::<(Room, Option<Place>)>(conn)?;
    Ok(found.into_iter().filter(|(room, place)| room.is_open_to(sight, place.is_some())).collect())
}

/// Whether there is any room.
pub fn has_any(conn: &mut Conn) -> Result<bool> {
    Ok(rooms::table.select(rooms::id).first::<i64>(conn).optional()?.is_some())
}

/// A room about to be made.
pub struct NewRoom<'a> {
    /// Address.
    pub slug: &'a str,
    /// Name.
    pub name: &'a str,
    /// What it is about.
    pub topic: &'a str,
    /// Who may come in.
    pub access: Access,
    /// Lowest tier rank.
    pub min_rank: i32,
    /// Niche.
    pub niche_id: Option<i64>,
    /// Name of its log.
    pub epoch: &'a str,
    /// Who makes it.
    pub by: Option<MemberId>,
}

/// Stores a room.
///
/// # Errors
/// `taken` on `slug`.
pub fn insert_room(tx: &mut Tx<'_>, new: &NewRoom<'_>) -> Result<RoomId> {
    let now = tx.now();
    let id: i64 = diesel::insert_into(rooms::table)
        .values((
            rooms::slug.eq(new.slug),
            rooms::name.eq(new.name),
            rooms::topic.eq(new.topic),
            rooms::access.eq(new.access.code()),
            rooms::min_rank.eq(new.min_rank),
            rooms::niche_id.eq(new.niche_id),
            rooms::epoch.eq(new.epoch),
            rooms::created_at.eq(now),
            rooms::created_by.eq(new.by.map(|m| m.0)),
        ))
        .returning(rooms::id)
        .get_result(&mut **tx)
        .map_err(|e| if crate::db::is_duplicate(&e) { Error::field("slug", "taken") } else { e.into() })?;
    Ok(RoomId(id))
}

/// Whether a room has this address.
pub fn is_slug_taken(conn: &mut Conn, slug: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(rooms::table.filter(rooms::slug.eq(slug)))).get_result(conn)?)
}

/// Gives a member a place in a room; answers whether they had none. What was said before counts as read.
pub fn insert_place(tx: &mut Tx<'_>, room: RoomId, member: MemberId, seq: i64) -> Result<bool> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(room_members::table)
        .values((
            room_members::room_id.eq(room.0),
            room_members::member_id.eq(member.0),
            room_members::joined_at.eq(now),
            room_members::joined_seq.eq(seq),
            room_members::last_read_seq.eq(seq),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Takes a member's place away; answers whether they had one.
pub fn delete_place(tx: &mut Tx<'_>, room: RoomId, member: MemberId) -> Result<bool> {
    let rows = diesel::delete(room_members::table.find((room.0, member.0))).execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Active members of a room by name, at most `limit`.
pub fn list_members(conn: &mut Conn, room: RoomId, limit: i64) -> Result<Vec<(MemberId, String)>> {
    Ok(room_members::table
        .inner_join(members::table)
        .filter(room_members::room_id.eq(room.0))
        .filter(members::status.eq("active"))
        .order((members::name_key.asc(), members::id.asc()))
        .limit(limit)
        .select((members::id, members::name))
        .load::<(MemberId, String)>(conn)?)
}

/// Number of members of a room.
pub fn count_members(conn: &mut Conn, room: RoomId) -> Result<i64> {
    Ok(room_members::table.filter(room_members::room_id.eq(room.0)).count().get_result(conn)?)
}

/// Name of an active member.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_member_name(conn: &mut Conn, member: MemberId) -> Result<String> {
    Ok(members::table.find(member.0).filter(members::status.eq("active")).select(members::name).first(conn)?)
}

/// Raises the version of a member's rights: every node notices within a second.
pub fn raise_rights(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    diesel::update(members::table.find(member.0))
        .set(members::rights_version.eq(members::rights_version + 1))
        .execute(&mut **tx)?;
    Ok(())
}

/// Changes a room; `archived` closes it for good or opens it again.
pub fn update_room(
    tx: &mut Tx<'_>,
    room: RoomId,
    (name, topic): (&str, &str),
    (access, min_rank): (&str, i32),
    archived: Option<bool>,
) -> Result<()> {
    let now = tx.now();
    let found = rooms::table.find(room.0);
    diesel::update(found)
        .set((rooms::name.eq(name), rooms::topic.eq(topic), rooms::access.eq(access), rooms::min_rank.eq(min_rank)))
        .execute(&mut **tx)?;
    if let Some(archived) = archived {
        diesel::update(found).set(rooms::archived_at.eq(archived.then_some(now))).execute(&mut **tx)?;
    }
    Ok(())
}

/// Raises the version of the rights of everybody in a room.
pub fn raise_rights_in(tx: &mut Tx<'_>, room: RoomId) -> Result<()> {
    let inside = room_members::table.filter(room_members::room_id.eq(room.0)).select(room_members::member_id);
    diesel::update(members::table.filter(members::id.eq_any(inside)))
        .set(members::rights_version.eq(members::rights_version + 1))
        .execute(&mut **tx)?;
    Ok(())
}

/// Closed rooms, for managers: they can be opened again.
pub fn list_archived(conn: &mut Conn) -> Result<Vec<Room>> {
    Ok(rooms::table
        .filter(rooms::archived_at.is_not_null())
        .filter(rooms::access.ne("direct"))
        .order(rooms::name.asc())
        .limit(200)
        .select(ROOM)
        .load(conn)?)
}

/// Active members of a room by name after a name, a page of them, with role and tier rank.
pub fn list_member_page(
    conn: &mut Conn,
    room: RoomId,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<(i64, String, String, String)>> {
    let (key, id) = after.unwrap_or_default();
    Ok(room_members::table
        .inner_join(members::table)
        .filter(room_members::room_id.eq(room.0))
        .filter(members::status.eq("active"))
        .filter(members::name_key.gt(key.clone()).or(members::name_key.eq(key).and(members::id.gt(id))))
        .order((members::name_key.asc(), members::id.asc()))
        .limit(limit)
        .select((members::id, members::name, members::role, members::name_key))
        .load(conn)?)
}
