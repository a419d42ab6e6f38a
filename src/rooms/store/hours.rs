//! SQL of office hours.

use crate::db::schema::{members, office_hours, rooms};
use crate::db::{Backend, Conn, Ms, Tx};
use crate::error::Result;
use crate::rooms::model::RoomId;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// An office hour with its room.
#[derive(Debug, Clone, Queryable)]
pub struct OfficeHour {
    /// Row id.
    pub id: i64,
    /// Room.
    pub room_id: RoomId,
    /// Address of the room.
    pub slug: String,
    /// Name of the room.
    pub room: String,
    /// What it is about.
    pub title: String,
    /// What is to be talked about, as Markdown.
    pub agenda: String,
    /// What was said, as Markdown.
    pub notes: String,
    /// Name of the host.
    pub host: Option<String>,
    /// Begin.
    pub starts_at: Ms,
    /// End.
    pub ends_at: Ms,
    /// `planned`, `open`, `over` or `cancelled`.
    pub state: String,
}

/// What a manager says about an office hour.
#[derive(Debug, Clone)]
pub struct HourForm {
    /// What it is about.
    pub title: String,
    /// Agenda.
    pub agenda: String,
    /// Notes.
    pub notes: String,
    /// Begin.
    pub starts_at: Ms,
    /// End.
    pub ends_at: Ms,
}

macro_rules! hour_columns {
    () => {
        (
            office_hours::id,
            office_hours::room_id,
            rooms::slug,
            rooms::name,
            office_hours::title,
            office_hours::agenda,
            office_hours::notes,
            members::name.nullable(),
            office_hours::starts_at,
            office_hours::ends_at,
            office_hours::state,
        )
    };
}

/// Plans an office hour.
pub fn insert_hour(tx: &mut Tx<'_>, room: RoomId, host: MemberId, form: &HourForm) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(office_hours::table)
        .values((
            office_hours::room_id.eq(room.0),
            office_hours::title.eq(&form.title),
            office_hours::agenda.eq(&form.agenda),
            office_hours::notes.eq(&form.notes),
            office_hours::host_id.eq(Some(host.0)),
            office_hours::starts_at.eq(form.starts_at),
            office_hours::ends_at.eq(form.ends_at),
            office_hours::created_at.eq(now),
        ))
        .returning(office_hours::id)
        .get_result(&mut **tx)?)
}

/// Changes an office hour; its state stays.
pub fn update_hour(tx: &mut Tx<'_>, id: i64, form: &HourForm) -> Result<()> {
    diesel::update(office_hours::table.find(id))
        .set((
            office_hours::title.eq(&form.title),
            office_hours::agenda.eq(&form.agenda),
            office_hours::notes.eq(&form.notes),
            office_hours::starts_at.eq(form.starts_at),
            office_hours::ends_at.eq(form.ends_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// One office hour.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_hour(conn: &mut Conn, id: i64) -> Result<OfficeHour> {
    Ok(office_hours::table
        .inner_join(rooms::table.on(rooms::id.eq(office_hours::room_id)))
        .left_join(members::table.on(members::id.nullable().eq(office_hours::host_id)))
        .filter(office_hours::id.eq(id))
        .select(hour_columns!())
        .first(conn)?)
}

/// Office hours of these rooms: what is to come or open, the next first; or what is over, the last first.
pub fn list_hours(conn: &mut Conn, of: &[i64], over: bool, limit: i64) -> Result<Vec<OfficeHour>> {
    let mut query = office_hours::table
        .inner_join(rooms::table.on(rooms::id.eq(office_hours::room_id)))
        .left_join(members::table.on(members::id.nullable().eq(office_hours::host_id)))
        .filter(office_hours::room_id.eq_any(of))
        .limit(limit)
        .select(hour_columns!())
        .into_boxed::<Backend>();
    query = if over {
        query.filter(office_hours::state.eq("over")).order(office_hours::starts_at.desc())
    } else {
        query.filter(office_hours::state.eq_any(["planned", "open"])).order(office_hours::starts_at.asc())
    };
    Ok(query.load(conn)?)
}

/// Moves an office hour from one state to the next; answers whether it was in that state.
pub fn move_hour(tx: &mut Tx<'_>, id: i64, from: &str, to: &str) -> Result<bool> {
    let there = office_hours::table.find(id).filter(office_hours::state.eq(from));
    Ok(diesel::update(there).set(office_hours::state.eq(to)).execute(&mut **tx)? == 1)
}

/// Lets nobody but the team write in a room, or everybody again.
pub fn set_read_only(tx: &mut Tx<'_>, room: RoomId, on: bool) -> Result<()> {
    let sql = if on {
        "UPDATE rooms SET read_only = TRUE WHERE id = $1"
    } else {
        "UPDATE rooms SET read_only = FALSE WHERE id = $1"
    };
    diesel::sql_query(sql).bind::<diesel::sql_types::BigInt, _>(room.0).execute(&mut **tx)?;
    Ok(())
}
