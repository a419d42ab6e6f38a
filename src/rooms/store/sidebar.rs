//! SQL of the order a member gives the own sidebar.

use crate::db::schema::{room_members, room_sections};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A section of the sidebar.
#[derive(Debug, Clone, Queryable, serde::Serialize, utoipa::ToSchema)]
pub struct Section {
    /// Section.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Place among the others.
    pub position: i32,
}

/// Sections of a member in their order.
pub fn list_sections(conn: &mut Conn, member: MemberId) -> Result<Vec<Section>> {
    Ok(room_sections::table
        .filter(room_sections::member_id.eq(member.0))
        .order((room_sections::position.asc(), room_sections::id.asc()))
        .limit(50)
        .select((room_sections::id, room_sections::name, room_sections::position))
        .load(conn)?)
}

/// Makes a section at the end.
///
/// # Errors
/// `too_many_sections`.
pub fn insert_section(tx: &mut Tx<'_>, member: MemberId, name: &str) -> Result<i64> {
    let there = list_sections(tx, member)?;
    if there.len() >= 20 {
        return Err(Error::Conflict("too_many_sections"));
    }
    let position = there.last().map_or(0, |s| s.position + 1);
    Ok(diesel::insert_into(room_sections::table)
        .values((
            room_sections::member_id.eq(member.0),
            room_sections::name.eq(name),
            room_sections::position.eq(position),
        ))
        .returning(room_sections::id)
        .get_result(&mut **tx)?)
}

/// Gives a section another name or place; answers whether it is the member's.
pub fn change_section(tx: &mut Tx<'_>, member: MemberId, id: i64, name: &str, position: i32) -> Result<bool> {
    let own = room_sections::table.find(id).filter(room_sections::member_id.eq(member.0));
    Ok(diesel::update(own)
        .set((room_sections::name.eq(name), room_sections::position.eq(position)))
        .execute(&mut **tx)?
        == 1)
}

/// Takes a section away; its rooms stand without one. Answers whether it was the member's.
pub fn delete_section(tx: &mut Tx<'_>, member: MemberId, id: i64) -> Result<bool> {
    let rows = diesel::delete(room_sections::table.find(id).filter(room_sections::member_id.eq(member.0)))
        .execute(&mut **tx)?;
    if rows == 1 {
        diesel::update(
            room_members::table
                .filter(room_members::member_id.eq(member.0))
                .filter(room_members::section_id.eq(Some(id))),
        )
        .set(room_members::section_id.eq(None::<i64>))
        .execute(&mut **tx)?;
    }
    Ok(rows == 1)
}

/// How a room stands in the sidebar of a member; what is `None` stays.
#[derive(Debug, Clone, Copy, Default, AsChangeset)]
#[diesel(table_name = room_members)]
pub struct Standing {
    /// On top.
    pub favourite: Option<bool>,
    /// Makes no badge.
    pub silenced: Option<bool>,
    /// Section; the inner `None` takes it out of any.
    pub section_id: Option<Option<i64>>,
    /// Place among its neighbours.
    pub position: Option<i32>,
}

/// Sets how a room stands in the sidebar; answers whether the member is in.
pub fn set_standing(tx: &mut Tx<'_>, room: RoomId, member: MemberId, standing: Standing) -> Result<bool> {
    let Standing { favourite, silenced, section_id, position } = standing;
    if favourite.is_none() && silenced.is_none() && section_id.is_none() && position.is_none() {
        return Ok(true);
    }
    let place = room_members::table.find((room.0, member.0));
    Ok(diesel::update(place).set(standing).execute(&mut **tx)? == 1)
}
