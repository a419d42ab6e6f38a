//! SQL of campaigns.

use crate::db::schema::{campaigns, programs};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::newsletters::model::{Campaign, Draft, Status};
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Campaigns, newest first.
pub fn list(conn: &mut Conn, before: Option<i64>, status: Option<&str>, limit: i64) -> Result<Vec<Campaign>> {
    let mut query = campaigns::table.filter(campaigns::id.lt(before.unwrap_or(i64::MAX))).into_boxed();
    if let Some(status) = status {
        query = query.filter(campaigns::status.eq(status.to_owned()));
    }
    Ok(query.order(campaigns::id.desc()).limit(limit).load(conn)?)
}

/// One campaign.
pub fn find(conn: &mut Conn, id: i64) -> Result<Campaign> {
    Ok(campaigns::table.find(id).first(conn)?)
}

/// Ids of campaigns that should be moving: being fixed, being sent, or due.
pub fn list_moving(conn: &mut Conn, now: Ms) -> Result<Vec<i64>> {
    let due = campaigns::status.eq("scheduled").and(campaigns::scheduled_at.assume_not_null().le(now));
    Ok(campaigns::table
        .filter(campaigns::status.eq_any(["snapshotting", "running"]).or(due))
        .select(campaigns::id)
        .load(conn)?)
}

/// The program of that slug.
pub fn find_program(conn: &mut Conn, slug: &str) -> Result<Option<i64>> {
    Ok(programs::table.filter(programs::slug.eq(slug)).select(programs::id).first(conn).optional()?)
}

/// Slugs and names of the programs.
pub fn list_programs(conn: &mut Conn) -> Result<Vec<(i64, String, String)>> {
    Ok(programs::table.order(programs::id.asc()).select((programs::id, programs::slug, programs::name)).load(conn)?)
}

/// Id of the program whose links a campaign carries: its own, or the only one there is.
pub fn find_link_program(conn: &mut Conn, own: Option<i64>) -> Result<Option<i64>> {
    if own.is_some() {
        return Ok(own);
    }
    let ids: Vec<i64> = programs::table.select(programs::id).limit(2).load(conn)?;
    Ok(if let [only] = ids[..] { Some(only) } else { None })
}

/// Link base of that program, when it is a web address.
pub fn find_link_base(conn: &mut Conn, own: Option<i64>) -> Result<Option<String>> {
    let Some(id) = find_link_program(conn, own)? else { return Ok(None) };
    let base: Option<String> = programs::table.find(id).select(programs::link_base).first(conn).optional()?;
    Ok(base.filter(|b| b.starts_with("https://") || b.starts_with("http://")))
}

/// Stores a draft.
pub fn insert(tx: &mut Tx<'_>, draft: &Draft, by: MemberId) -> Result<i64> {
    let now = tx.now();
    let offsets = serde_json::to_string(&draft.tier_offsets).map_err(Error::internal)?;
    Ok(diesel::insert_into(campaigns::table)
        .values((
            campaigns::name.eq(&draft.name),
            campaigns::segment_id.eq(draft.segment_id),
            campaigns::subject_de.eq(&draft.subject.0),
            campaigns::subject_en.eq(&draft.subject.1),
            campaigns::body_de.eq(&draft.body.0),
            campaigns::body_en.eq(&draft.body.1),
            campaigns::program_id.eq(draft.program_id),
            campaigns::reply_to.eq(&draft.reply_to),
            campaigns::tier_offsets.eq(offsets),
            campaigns::tracking.eq(draft.tracking),
            campaigns::created_by.eq(Some(by.0)),
            campaigns::created_at.eq(now),
            campaigns::updated_at.eq(now),
        ))
        .returning(campaigns::id)
        .get_result(&mut **tx)?)
}

/// Changes a campaign that has not begun.
///
/// # Errors
/// Conflict `campaign_started`.
pub fn update_draft(tx: &mut Tx<'_>, id: i64, draft: &Draft) -> Result<()> {
    let now = tx.now();
    let offsets = serde_json::to_string(&draft.tier_offsets).map_err(Error::internal)?;
    let open = campaigns::table.find(id).filter(campaigns::status.eq_any(["draft", "scheduled"]));
    let rows = diesel::update(open)
        .set((
            campaigns::name.eq(&draft.name),
            campaigns::segment_id.eq(draft.segment_id),
            campaigns::subject_de.eq(&draft.subject.0),
            campaigns::subject_en.eq(&draft.subject.1),
            campaigns::body_de.eq(&draft.body.0),
            campaigns::body_en.eq(&draft.body.1),
            campaigns::program_id.eq(draft.program_id),
            campaigns::reply_to.eq(&draft.reply_to),
            campaigns::tier_offsets.eq(offsets),
            campaigns::tracking.eq(draft.tracking),
            campaigns::revision.eq(campaigns::revision + 1),
            campaigns::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if rows == 1 { Ok(()) } else { Err(Error::Conflict("campaign_started")) }
}

/// Moves a campaign from one of `from` to `to`; answers whether it was there.
pub fn mark_status(tx: &mut Tx<'_>, id: i64, from: &[Status], to: Status) -> Result<bool> {
    let now = tx.now();
    let from: Vec<&str> = from.iter().map(|s| s.code()).collect();
    let ended = matches!(to, Status::Finished | Status::FinishedWithDoubt | Status::Cancelled);
    let open = campaigns::table.find(id).filter(campaigns::status.eq_any(from));
    let rows = if ended {
        diesel::update(open)
            .set((campaigns::status.eq(to.code()), campaigns::updated_at.eq(now), campaigns::finished_at.eq(Some(now))))
            .execute(&mut **tx)?
    } else {
        diesel::update(open)
            .set((campaigns::status.eq(to.code()), campaigns::updated_at.eq(now), campaigns::hold_reason.eq("")))
            .execute(&mut **tx)?
    };
    Ok(rows == 1)
}

/// Sets the moment of the start.
pub fn mark_scheduled(tx: &mut Tx<'_>, id: i64, at: Ms) -> Result<bool> {
    let now = tx.now();
    let open = campaigns::table.find(id).filter(campaigns::status.eq_any(["draft", "scheduled"]));
    let rows = diesel::update(open)
        .set((campaigns::status.eq("scheduled"), campaigns::scheduled_at.eq(Some(at)), campaigns::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Begins: the rule is frozen, the snapshot starts.
pub fn mark_begun(tx: &mut Tx<'_>, id: i64, rule: &str) -> Result<bool> {
    let now = tx.now();
    let open = campaigns::table.find(id).filter(campaigns::status.eq_any(["draft", "scheduled", "held"]));
    let rows = diesel::update(open.filter(campaigns::started_at.is_null()))
        .set((
            campaigns::status.eq("snapshotting"),
            campaigns::snapshot_rule.eq(rule),
            campaigns::snapshot_cursor.eq(0),
            campaigns::started_at.eq(Some(now)),
            campaigns::hold_reason.eq(""),
            campaigns::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Stops a campaign and says why a human must look.
pub fn mark_held(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    let open = campaigns::status.eq_any(["scheduled", "snapshotting", "running"]);
    diesel::update(campaigns::table.find(id).filter(open))
        .set((campaigns::status.eq("held"), campaigns::hold_reason.eq(reason), campaigns::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Holds every campaign that moves or is about to: after a restore a human decides.
pub fn hold_all(conn: &mut Conn, reason: &str, now: Ms) -> Result<usize> {
    let open = campaigns::status.eq_any(["scheduled", "snapshotting", "running"]);
    Ok(diesel::update(campaigns::table.filter(open))
        .set((campaigns::status.eq("held"), campaigns::hold_reason.eq(reason), campaigns::updated_at.eq(now)))
        .execute(conn)?)
}

/// Keeps the progress of a snapshot, if nobody else made it meanwhile. A cursor below 0: everybody is in.
pub fn mark_snapshot(tx: &mut Tx<'_>, campaign: &Campaign, cursor: i64, excluded: &str) -> Result<bool> {
    let now = tx.now();
    let mine = campaigns::table
        .find(campaign.id)
        .filter(campaigns::status.eq("snapshotting"))
        .filter(campaigns::snapshot_cursor.eq(campaign.snapshot_cursor));
    let status = if cursor < 0 { "running" } else { "snapshotting" };
    let rows = diesel::update(mine)
        .set((
            campaigns::snapshot_cursor.eq(cursor),
            campaigns::excluded.eq(excluded),
            campaigns::status.eq(status),
            campaigns::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}
