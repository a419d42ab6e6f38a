//! SQL of webhooks: machines that speak in a room, and machines that are told what happens there.

use crate::db::schema::{hook_deliveries, incoming_hooks, outgoing_hooks, rooms};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A machine that may speak.
#[derive(Debug, Clone, Queryable)]
pub struct IncomingHook {
    /// Row id.
    pub id: i64,
    /// Room.
    pub room_id: RoomId,
    /// Name under which it speaks.
    pub name: String,
    /// When it was made.
    pub created_at: Ms,
    /// When it last spoke.
    pub last_used_at: Option<Ms>,
}

/// A machine that is told.
#[derive(Debug, Clone, Queryable)]
pub struct OutgoingHook {
    /// Row id.
    pub id: i64,
    /// Room.
    pub room_id: RoomId,
    /// Where it listens.
    pub url: String,
    /// What signs.
    pub secret: String,
    /// Position told so far.
    pub cursor_seq: i64,
    /// Whether it is told at all.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Ms,
}

/// One telling.
#[derive(Debug, Clone, Queryable)]
pub struct HookDelivery {
    /// Row id.
    pub id: i64,
    /// Machine.
    pub hook_id: i64,
    /// Position of the event.
    pub seq: i64,
    /// What is sent.
    pub body: String,
    /// `waiting`, `done` or `failed`.
    pub state: String,
    /// Tries so far.
    pub attempts: i32,
    /// Last HTTP status.
    pub status: Option<i32>,
    /// Why it failed.
    pub reason: String,
    /// When it was noted.
    pub created_at: Ms,
    /// When it was done.
    pub done_at: Option<Ms>,
}

type IncomingColumns = (
    incoming_hooks::id,
    incoming_hooks::room_id,
    incoming_hooks::name,
    incoming_hooks::created_at,
    incoming_hooks::last_used_at,
);
const INCOMING: IncomingColumns = (
    incoming_hooks::id,
    incoming_hooks::room_id,
    incoming_hooks::name,
    incoming_hooks::created_at,
    incoming_hooks::last_used_at,
);
type OutgoingColumns = (
    outgoing_hooks::id,
    outgoing_hooks::room_id,
    outgoing_hooks::url,
    outgoing_hooks::secret,
    outgoing_hooks::cursor_seq,
    outgoing_hooks::is_active,
    outgoing_hooks::created_at,
);
const OUTGOING: OutgoingColumns = (
    outgoing_hooks::id,
    outgoing_hooks::room_id,
    outgoing_hooks::url,
    outgoing_hooks::secret,
    outgoing_hooks::cursor_seq,
    outgoing_hooks::is_active,
    outgoing_hooks::created_at,
);

/// Lets a machine speak in a room; only the hash of its secret is kept.
pub fn insert_incoming(tx: &mut Tx<'_>, room: RoomId, name: &str, hash: &str, by: MemberId) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(incoming_hooks::table)
        .values((
            incoming_hooks::room_id.eq(room.0),
            incoming_hooks::name.eq(name),
            incoming_hooks::secret_hash.eq(hash),
            incoming_hooks::created_by.eq(Some(by.0)),
            incoming_hooks::created_at.eq(now),
        ))
        .returning(incoming_hooks::id)
        .get_result(&mut **tx)?)
}

/// Machines that may speak in a room.
pub fn list_incoming(conn: &mut Conn, room: RoomId) -> Result<Vec<IncomingHook>> {
    Ok(incoming_hooks::table
        .filter(incoming_hooks::room_id.eq(room.0))
        .order(incoming_hooks::id.asc())
        .limit(100)
        .select(INCOMING)
        .load(conn)?)
}

/// The machine with this secret, if its room is open.
pub fn find_incoming(conn: &mut Conn, hash: &str) -> Result<Option<IncomingHook>> {
    Ok(incoming_hooks::table
        .inner_join(rooms::table.on(rooms::id.eq(incoming_hooks::room_id)))
        .filter(incoming_hooks::secret_hash.eq(hash))
        .filter(rooms::archived_at.is_null())
        .select(INCOMING)
        .first(conn)
        .optional()?)
}

/// Notes that a machine spoke.
pub fn mark_used(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    diesel::update(incoming_hooks::table.find(id))
        .set(incoming_hooks::last_used_at.eq(Some(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes the word from a machine; answers whether it had it.
pub fn delete_incoming(tx: &mut Tx<'_>, room: RoomId, id: i64) -> Result<bool> {
    let row = incoming_hooks::table.find(id).filter(incoming_hooks::room_id.eq(room.0));
    Ok(diesel::delete(row).execute(&mut **tx)? == 1)
}

/// Tells a machine what happens in a room from now on.
pub fn insert_outgoing(
    tx: &mut Tx<'_>,
    room: RoomId,
    (url, secret): (&str, &str),
    cursor: i64,
    by: MemberId,
) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(outgoing_hooks::table)
        .values((
            outgoing_hooks::room_id.eq(room.0),
            outgoing_hooks::url.eq(url),
            outgoing_hooks::secret.eq(secret),
            outgoing_hooks::cursor_seq.eq(cursor),
            outgoing_hooks::created_by.eq(Some(by.0)),
            outgoing_hooks::created_at.eq(now),
        ))
        .returning(outgoing_hooks::id)
        .get_result(&mut **tx)?)
}

/// Machines that are told what happens in a room.
pub fn list_outgoing(conn: &mut Conn, room: RoomId) -> Result<Vec<OutgoingHook>> {
    Ok(outgoing_hooks::table
        .filter(outgoing_hooks::room_id.eq(room.0))
        .order(outgoing_hooks::id.asc())
        .limit(100)
        .select(OUTGOING)
        .load(conn)?)
}

/// A machine that is told.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_outgoing(conn: &mut Conn, id: i64) -> Result<OutgoingHook> {
    Ok(outgoing_hooks::table.find(id).select(OUTGOING).first(conn)?)
}

/// Tells a machine no more; answers whether it was told.
pub fn delete_outgoing(tx: &mut Tx<'_>, room: RoomId, id: i64) -> Result<bool> {
    let row = outgoing_hooks::table.find(id).filter(outgoing_hooks::room_id.eq(room.0));
    Ok(diesel::delete(row).execute(&mut **tx)? == 1)
}

/// Machines whose room has gone on since they were told.
pub fn list_behind(conn: &mut Conn) -> Result<Vec<OutgoingHook>> {
    Ok(outgoing_hooks::table
        .inner_join(rooms::table.on(rooms::id.eq(outgoing_hooks::room_id)))
        .filter(outgoing_hooks::is_active.eq(true))
        .filter(rooms::seq.gt(outgoing_hooks::cursor_seq))
        .order(outgoing_hooks::id.asc())
        .limit(100)
        .select(OUTGOING)
        .load(conn)?)
}

/// Moves the position of a machine forward; answers whether nobody else did.
pub fn move_cursor(tx: &mut Tx<'_>, id: i64, from: i64, to: i64) -> Result<bool> {
    let there = outgoing_hooks::table.find(id).filter(outgoing_hooks::cursor_seq.eq(from));
    Ok(diesel::update(there).set(outgoing_hooks::cursor_seq.eq(to)).execute(&mut **tx)? == 1)
}

/// Notes something to tell; once for each event.
pub fn insert_delivery(tx: &mut Tx<'_>, hook: i64, seq: i64, body: &str) -> Result<Option<i64>> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let id: Option<i64> = on!(conn, c => diesel::insert_into(hook_deliveries::table)
        .values((
            hook_deliveries::hook_id.eq(hook),
            hook_deliveries::seq.eq(seq),
            hook_deliveries::body.eq(body),
            hook_deliveries::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(hook_deliveries::id)
        .get_result(c)
        .optional())?;
    Ok(id)
}

macro_rules! delivery_columns {
    () => {
        (
            hook_deliveries::id,
            hook_deliveries::hook_id,
            hook_deliveries::seq,
            hook_deliveries::body,
            hook_deliveries::state,
            hook_deliveries::attempts,
            hook_deliveries::status,
            hook_deliveries::reason,
            hook_deliveries::created_at,
            hook_deliveries::done_at,
        )
    };
}

/// One telling.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_delivery(conn: &mut Conn, id: i64) -> Result<HookDelivery> {
    Ok(hook_deliveries::table.find(id).select(delivery_columns!()).first(conn)?)
}

/// The last tellings of a machine.
pub fn list_deliveries(conn: &mut Conn, hook: i64, limit: i64) -> Result<Vec<HookDelivery>> {
    Ok(hook_deliveries::table
        .filter(hook_deliveries::hook_id.eq(hook))
        .order(hook_deliveries::id.desc())
        .limit(limit)
        .select(delivery_columns!())
        .load(conn)?)
}

/// Notes a try: its status, or why there was none, and whether that was the end of it.
pub fn mark_try(tx: &mut Tx<'_>, id: i64, state: &str, status: Option<i32>, reason: &str) -> Result<()> {
    let now = tx.now();
    let done = (state != "waiting").then_some(now);
    diesel::update(hook_deliveries::table.find(id))
        .set((
            hook_deliveries::state.eq(state),
            hook_deliveries::attempts.eq(hook_deliveries::attempts + 1),
            hook_deliveries::status.eq(status),
            hook_deliveries::reason.eq(reason),
            hook_deliveries::done_at.eq(done),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets tellings that were done before a moment.
pub fn tidy_deliveries(tx: &mut Tx<'_>, before: Ms) -> Result<()> {
    let old = hook_deliveries::table
        .filter(hook_deliveries::state.ne("waiting"))
        .filter(hook_deliveries::created_at.lt(before));
    diesel::delete(old).execute(&mut **tx)?;
    Ok(())
}

/// Whether somebody is told what happens in a room.
pub fn has_outgoing(conn: &mut Conn, room: RoomId) -> Result<bool> {
    let rows = outgoing_hooks::table.filter(outgoing_hooks::room_id.eq(room.0));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(conn)?)
}
