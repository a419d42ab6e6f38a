//! SQL of what members keep: pins of a room, saved messages, reminders, drafts, messages for later.

use crate::db::schema::{
    members, message_pins, messages, reminders, room_drafts, rooms, saved_messages, scheduled_messages,
};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::on;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// More pins than this a room does not have.
pub const PINS_MOST: i64 = 50;

/// Pins or unpins a message; answers whether anything changed.
///
/// # Errors
/// `too_many_pins`.
pub fn set_pin(tx: &mut Tx<'_>, room: RoomId, message: i64, by: MemberId, on: bool) -> Result<bool> {
    let now = tx.now();
    if !on {
        return Ok(diesel::delete(message_pins::table.find((room.0, message))).execute(&mut **tx)? == 1);
    }
    let n: i64 = message_pins::table.filter(message_pins::room_id.eq(room.0)).count().get_result(&mut **tx)?;
    if n >= PINS_MOST {
        return Err(Error::Conflict("too_many_pins"));
    }
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(message_pins::table)
        .values((
            message_pins::room_id.eq(room.0),
            message_pins::message_id.eq(message),
            message_pins::pinned_by.eq(Some(by.0)),
            message_pins::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Pinned messages of a room, the newest pin first.
pub fn list_pins(conn: &mut Conn, room: RoomId) -> Result<Vec<i64>> {
    Ok(message_pins::table
        .filter(message_pins::room_id.eq(room.0))
        .order((message_pins::created_at.desc(), message_pins::message_id.desc()))
        .limit(PINS_MOST)
        .select(message_pins::message_id)
        .load(conn)?)
}

/// Saves a message for oneself, or lets it go; answers whether anything changed.
pub fn set_saved(tx: &mut Tx<'_>, member: MemberId, message: i64, on: bool) -> Result<bool> {
    let now = tx.now();
    if !on {
        return Ok(diesel::delete(saved_messages::table.find((member.0, message))).execute(&mut **tx)? == 1);
    }
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(saved_messages::table)
        .values((
            saved_messages::member_id.eq(member.0),
            saved_messages::message_id.eq(message),
            saved_messages::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// A message somebody keeps, with the room it is in.
#[derive(Debug, Clone, Queryable)]
pub struct Kept {
    /// Message.
    pub message: i64,
    /// Room.
    pub room: i64,
    /// When it was saved, or is to be brought back.
    pub at: Ms,
    /// Row of the reminder; 0 for a saved message.
    pub id: i64,
}

/// Saved messages of a member that are still there, the newest first.
pub fn list_saved(conn: &mut Conn, member: MemberId, before: Option<Ms>, limit: i64) -> Result<Vec<Kept>> {
    Ok(saved_messages::table
        .inner_join(messages::table.on(messages::id.eq(saved_messages::message_id)))
        .filter(saved_messages::member_id.eq(member.0))
        .filter(saved_messages::created_at.lt(before.unwrap_or(i64::MAX)))
        .filter(messages::deleted_at.is_null())
        .order((saved_messages::created_at.desc(), saved_messages::message_id.desc()))
        .limit(limit)
        .select((messages::id, messages::room_id, saved_messages::created_at, messages::id))
        .load(conn)?)
}

/// Notes to bring a message back later.
pub fn insert_reminder(tx: &mut Tx<'_>, member: MemberId, message: i64, due_at: Ms) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(reminders::table)
        .values((
            reminders::member_id.eq(member.0),
            reminders::message_id.eq(message),
            reminders::due_at.eq(due_at),
            reminders::created_at.eq(now),
        ))
        .returning(reminders::id)
        .get_result(&mut **tx)?)
}

/// Reminders of a member: what is to come, and what was told in the last weeks.
pub fn list_reminders(conn: &mut Conn, member: MemberId) -> Result<Vec<(Kept, Option<Ms>)>> {
    Ok(reminders::table
        .inner_join(messages::table.on(messages::id.eq(reminders::message_id)))
        .filter(reminders::member_id.eq(member.0))
        .filter(messages::deleted_at.is_null())
        .order((reminders::told_at.is_not_null().asc(), reminders::due_at.asc()))
        .limit(200)
        .select(((messages::id, messages::room_id, reminders::due_at, reminders::id), reminders::told_at))
        .load(conn)?)
}

/// Forgets a reminder; answers whether it was there.
pub fn delete_reminder(tx: &mut Tx<'_>, member: MemberId, id: i64) -> Result<bool> {
    let row = reminders::table.find(id).filter(reminders::member_id.eq(member.0));
    Ok(diesel::delete(row).execute(&mut **tx)? == 1)
}

/// A reminder whose time has come: marked as told, once. Answers member, message and room.
pub fn claim_reminder(tx: &mut Tx<'_>, id: i64) -> Result<Option<(i64, i64, i64)>> {
    let now = tx.now();
    let due: Option<(i64, i64)> = diesel::update(
        reminders::table.find(id).filter(reminders::told_at.is_null()).filter(reminders::due_at.le(now)),
    )
    .set(reminders::told_at.eq(Some(now)))
    .returning((reminders::member_id, reminders::message_id))
    .get_result(&mut **tx)
    .optional()?;
    let Some((member, message)) = due else { return Ok(None) };
    let room: Option<i64> = messages::table
        .find(message)
        .filter(messages::deleted_at.is_null())
        .select(messages::room_id)
        .first(&mut **tx)
        .optional()?;
    Ok(room.map(|room| (member, message, room)))
}

/// Keeps a draft; an empty one is forgotten.
pub fn put_draft(tx: &mut Tx<'_>, member: MemberId, room: RoomId, thread: i64, body: &str) -> Result<()> {
    let now = tx.now();
    if body.trim().is_empty() {
        diesel::delete(room_drafts::table.find((member.0, room.0, thread))).execute(&mut **tx)?;
        return Ok(());
    }
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(room_drafts::table)
        .values((
            room_drafts::member_id.eq(member.0),
            room_drafts::room_id.eq(room.0),
            room_drafts::thread.eq(thread),
            room_drafts::body.eq(body),
            room_drafts::updated_at.eq(now),
        ))
        .on_conflict((room_drafts::member_id, room_drafts::room_id, room_drafts::thread))
        .do_update()
        .set((room_drafts::body.eq(body), room_drafts::updated_at.eq(now)))
        .execute(c))?;
    Ok(())
}

/// A draft and when it was last changed.
pub fn find_draft(conn: &mut Conn, member: MemberId, room: RoomId, thread: i64) -> Result<Option<(String, Ms)>> {
    Ok(room_drafts::table
        .find((member.0, room.0, thread))
        .select((room_drafts::body, room_drafts::updated_at))
        .first(conn)
        .optional()?)
}

/// A message for later.
#[derive(Debug, Clone, Queryable)]
pub struct Scheduled {
    /// Row id.
    pub id: i64,
    /// Who sends it.
    pub member_id: i64,
    /// Room.
    pub room_id: RoomId,
    /// Address of the room.
    pub slug: String,
    /// Name of the room.
    pub room: String,
    /// Code of the room's access.
    pub access: String,
    /// Markdown.
    pub body: String,
    /// When it is to be sent.
    pub send_at: Ms,
    /// `waiting`, `sent` or `refused`.
    pub state: String,
    /// Why it was refused.
    pub reason: String,
}

/// Stores a message for later.
pub fn insert_scheduled(tx: &mut Tx<'_>, member: MemberId, room: RoomId, body: &str, send_at: Ms) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(scheduled_messages::table)
        .values((
            scheduled_messages::member_id.eq(member.0),
            scheduled_messages::room_id.eq(room.0),
            scheduled_messages::body.eq(body),
            scheduled_messages::send_at.eq(send_at),
            scheduled_messages::created_at.eq(now),
        ))
        .returning(scheduled_messages::id)
        .get_result(&mut **tx)?)
}

macro_rules! scheduled_columns {
    () => {
        (
            scheduled_messages::id,
            scheduled_messages::member_id,
            scheduled_messages::room_id,
            rooms::slug,
            rooms::name,
            rooms::access,
            scheduled_messages::body,
            scheduled_messages::send_at,
            scheduled_messages::state,
            scheduled_messages::reason,
        )
    };
}

/// What a member has for later, the next first; what was refused stays until it is dismissed.
pub fn list_scheduled(conn: &mut Conn, member: MemberId) -> Result<Vec<Scheduled>> {
    Ok(scheduled_messages::table
        .inner_join(rooms::table.on(rooms::id.eq(scheduled_messages::room_id)))
        .filter(scheduled_messages::member_id.eq(member.0))
        .filter(scheduled_messages::state.ne("sent"))
        .order((scheduled_messages::send_at.asc(), scheduled_messages::id.asc()))
        .limit(200)
        .select(scheduled_columns!())
        .load(conn)?)
}

/// One message for later.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_scheduled(conn: &mut Conn, id: i64) -> Result<Scheduled> {
    Ok(scheduled_messages::table
        .inner_join(rooms::table.on(rooms::id.eq(scheduled_messages::room_id)))
        .filter(scheduled_messages::id.eq(id))
        .select(scheduled_columns!())
        .first(conn)?)
}

/// Gives a waiting message another text or time; answers whether it still waited.
pub fn change_scheduled(tx: &mut Tx<'_>, member: MemberId, id: i64, body: &str, send_at: Ms) -> Result<bool> {
    let waiting = scheduled_messages::table
        .find(id)
        .filter(scheduled_messages::member_id.eq(member.0))
        .filter(scheduled_messages::state.ne("sent"));
    let rows = diesel::update(waiting)
        .set((
            scheduled_messages::body.eq(body),
            scheduled_messages::send_at.eq(send_at),
            scheduled_messages::state.eq("waiting"),
            scheduled_messages::reason.eq(""),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Calls a message off; answers whether it had not been sent.
pub fn delete_scheduled(tx: &mut Tx<'_>, member: MemberId, id: i64) -> Result<bool> {
    let waiting = scheduled_messages::table
        .find(id)
        .filter(scheduled_messages::member_id.eq(member.0))
        .filter(scheduled_messages::state.ne("sent"));
    Ok(diesel::delete(waiting).execute(&mut **tx)? == 1)
}

/// Notes what became of a message for later.
pub fn mark_scheduled(tx: &mut Tx<'_>, id: i64, state: &str, message: Option<i64>, reason: &str) -> Result<()> {
    diesel::update(scheduled_messages::table.find(id).filter(scheduled_messages::state.eq("waiting")))
        .set((
            scheduled_messages::state.eq(state),
            scheduled_messages::message_id.eq(message),
            scheduled_messages::reason.eq(reason),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What the sending of a kept message needs of its sender: name, role, tier rank, language, zone.
pub type SenderRow = (String, String, i32, String, String, i64);

/// The sender of a message for later, if still active.
pub fn find_sender(conn: &mut Conn, member: i64) -> Result<Option<SenderRow>> {
    Ok(members::table
        .find(member)
        .filter(members::status.eq("active"))
        .select((
            members::name,
            members::role,
            members::tier_rank,
            members::locale,
            members::time_zone,
            members::rights_version,
        ))
        .first(conn)
        .optional()?)
}
