//! SQL of waves.

use super::super::model::NewWave;
use crate::db::schema::{affiliate_refs, invitations, invite_waves as waves, members};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::web::paging::Cursor;
use diesel::prelude::*;

/// A wave.
#[derive(Debug, Clone, Queryable)]
pub struct WaveRow {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Segment, where one was named.
    pub segment_id: Option<i64>,
    /// `running`, `paused`, `finished` or `cancelled`.
    pub status: String,
    /// Letters an hour.
    pub per_hour: i64,
    /// Days until the reminder; 0 for none.
    pub remind_days: i64,
    /// People whose address must not be mailed.
    pub left_out: i64,
    /// Who made it.
    pub created_by: Option<i64>,
    /// When it was made.
    pub created_at: Ms,
    /// When the last letter of it was sent.
    pub finished_at: Option<Ms>,
}

/// Makes a wave.
pub fn insert_wave(tx: &mut Tx<'_>, new: &NewWave, by: i64) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(waves::table)
        .values((
            waves::name.eq(&new.name),
            waves::segment_id.eq(new.segment),
            waves::per_hour.eq(new.per_hour),
            waves::remind_days.eq(new.remind_days),
            waves::created_by.eq(Some(by)),
            waves::created_at.eq(now),
        ))
        .returning(waves::id)
        .get_result(&mut **tx)?)
}

/// Notes how many were left out, and the name.
pub fn update_wave(tx: &mut Tx<'_>, id: i64, name: &str, left_out: i64) -> Result<()> {
    diesel::update(waves::table.find(id))
        .set((waves::name.eq(name), waves::left_out.eq(left_out)))
        .execute(&mut **tx)?;
    Ok(())
}

/// The wave of that id.
pub fn find_wave(conn: &mut Conn, id: i64) -> Result<WaveRow> {
    Ok(waves::table.find(id).first(conn)?)
}

/// Waves, newest first.
pub fn list_waves(conn: &mut Conn, after: Option<Cursor>, limit: i64) -> Result<Vec<WaveRow>> {
    let mut wanted = waves::table.into_boxed();
    if let Some(at) = after {
        wanted = wanted.filter(waves::id.lt(at.id));
    }
    Ok(wanted.order(waves::id.desc()).limit(limit + 1).load(conn)?)
}

/// Waves that may still remind somebody.
pub fn list_reminding(conn: &mut Conn) -> Result<Vec<WaveRow>> {
    Ok(waves::table
        .filter(waves::status.eq_any(["running", "finished"]))
        .filter(waves::remind_days.gt(0))
        .order(waves::id.asc())
        .load(conn)?)
}

/// Moves a wave from one of some states to another; false when it is in none of them.
pub fn mark_wave(tx: &mut Tx<'_>, id: i64, from: &[&str], to: &str) -> Result<bool> {
    let now = tx.now();
    let over = matches!(to, "finished" | "cancelled").then_some(now);
    let rows = diesel::update(waves::table.find(id).filter(waves::status.eq_any(from)))
        .set((waves::status.eq(to), waves::finished_at.eq(over)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Takes those out of a wave to whom nothing was sent.
pub fn delete_queued(tx: &mut Tx<'_>, wave: i64) -> Result<usize> {
    let waiting = invitations::table.filter(invitations::wave_id.eq(wave)).filter(invitations::state.eq("queued"));
    Ok(diesel::delete(waiting).execute(&mut **tx)?)
}

/// How many of each wave are in each state: wave, state, number.
pub fn count_states(conn: &mut Conn, of: &[i64]) -> Result<Vec<(i64, String, i64)>> {
    Ok(invitations::table
        .filter(invitations::wave_id.eq_any(of))
        .group_by((invitations::wave_id, invitations::state))
        .select((invitations::wave_id, invitations::state, diesel::dsl::count_star()))
        .load(conn)?)
}

/// How many there are in each state, over all waves.
pub fn count_all_states(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    Ok(invitations::table
        .group_by(invitations::state)
        .select((invitations::state, diesel::dsl::count_star()))
        .load(conn)?)
}

/// One person of a wave.
#[derive(Debug, Clone, Queryable)]
pub struct PersonRow {
    /// The invitation.
    pub id: i64,
    /// Wave.
    pub wave_id: i64,
    /// The member.
    pub member_id: i64,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// State code.
    pub state: String,
    /// When the letter was queued.
    pub invited_at: Option<Ms>,
    /// When the mail server took it.
    pub delivered_at: Option<Ms>,
    /// When the link was opened.
    pub opened_at: Option<Ms>,
    /// When they came in.
    pub active_at: Option<Ms>,
    /// When they were reminded.
    pub reminded_at: Option<Ms>,
    /// Code of a refusal.
    pub code: i32,
}

/// People of a wave (of all, where none is named), in the order of their turn.
pub fn list_people(
    conn: &mut Conn,
    (wave, state): (Option<i64>, Option<String>),
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<PersonRow>> {
    let mut wanted = invitations::table.inner_join(members::table).into_boxed();
    if let Some(wave) = wave {
        wanted = wanted.filter(invitations::wave_id.eq(wave));
    }
    if let Some(state) = state {
        wanted = wanted.filter(invitations::state.eq(state));
    }
    if let Some(at) = after {
        wanted = wanted.filter(invitations::id.gt(at.id));
    }
    Ok(wanted
        .order(invitations::id.asc())
        .limit(limit + 1)
        .select((
            invitations::id,
            invitations::wave_id,
            members::id,
            members::name,
            members::email,
            invitations::state,
            invitations::invited_at,
            invitations::delivered_at,
            invitations::opened_at,
            invitations::active_at,
            invitations::reminded_at,
            invitations::code,
        ))
        .load(conn)?)
}

/// Whether a member has a reference that links carry.
pub fn has_ref(conn: &mut Conn, member: i64) -> Result<bool> {
    let mine = affiliate_refs::table.filter(affiliate_refs::member_id.eq(member)).filter(affiliate_refs::for_links);
    Ok(diesel::select(diesel::dsl::exists(mine)).get_result(conn)?)
}
