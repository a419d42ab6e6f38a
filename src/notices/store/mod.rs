//! SQL of notifications.

mod browsers;
mod wishes;

pub use browsers::*;
pub use wishes::*;

use super::model::{Kept, Notice};
use crate::db::schema::{members, notices};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

type KeptColumns = (
    notices::id,
    notices::member_id,
    notices::kind,
    notices::args,
    notices::href,
    notices::subject,
    notices::subject_id,
    notices::folded,
    notices::created_at,
    notices::read_at,
);

const KEPT: KeptColumns = (
    notices::id,
    notices::member_id,
    notices::kind,
    notices::args,
    notices::href,
    notices::subject,
    notices::subject_id,
    notices::folded,
    notices::created_at,
    notices::read_at,
);

/// More unread notifications than this are not counted.
pub const UNREAD_MOST: i64 = 100;

/// Keeps a notification. What is unread of its fold becomes part of it, so that it stands at its newest moment.
pub fn insert_notice(tx: &mut Tx<'_>, notice: &Notice) -> Result<i64> {
    let now = tx.now();
    let mut folded = 1;
    if let Some(fold) = &notice.fold {
        let older = notices::table
            .filter(notices::member_id.eq(notice.to.0))
            .filter(notices::fold.eq(fold))
            .filter(notices::read_at.is_null());
        let known: Vec<(i64, i32)> = older.select((notices::id, notices::folded)).load(&mut **tx)?;
        folded += known.iter().map(|(_, n)| n).sum::<i32>();
        let ids: Vec<i64> = known.iter().map(|(id, _)| *id).collect();
        if !ids.is_empty() {
            diesel::delete(notices::table.filter(notices::id.eq_any(ids))).execute(&mut **tx)?;
        }
    }
    let (subject, subject_id) = notice.subject.unwrap_or(("", 0));
    let (place, place_id) = notice.place.unwrap_or(("", 0));
    Ok(diesel::insert_into(notices::table)
        .values((
            notices::member_id.eq(notice.to.0),
            notices::kind.eq(notice.kind.code),
            notices::args.eq(notice.args.to_string()),
            notices::href.eq(&notice.href),
            notices::subject.eq(subject),
            notices::subject_id.eq(subject_id),
            notices::place.eq(place),
            notices::place_id.eq(place_id),
            notices::actor_id.eq(notice.actor.map(|m| m.0)),
            notices::fold.eq(&notice.fold),
            notices::folded.eq(folded),
            notices::created_at.eq(now),
        ))
        .returning(notices::id)
        .get_result(&mut **tx)?)
}

/// Notifications of a member before the id `before`, newest first.
pub fn list_notices(
    conn: &mut Conn,
    member: MemberId,
    only_unread: bool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Kept>> {
    let mut query = notices::table
        .filter(notices::member_id.eq(member.0))
        .filter(notices::id.lt(before.unwrap_or(i64::MAX)))
        .into_boxed::<crate::db::Backend>();
    if only_unread {
        query = query.filter(notices::read_at.is_null());
    }
    Ok(query.order(notices::id.desc()).limit(limit).select(KEPT).load(conn)?)
}

/// What is unread of a member, as counting needs it.
#[derive(Debug, Clone, QueryableByName)]
pub struct UnreadHead {
    /// Whose.
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// Subject; empty: none.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// Id of the subject.
    #[diesel(sql_type = BigInt)]
    pub subject_id: i64,
}

/// The newest unread notifications of each member, at most [`UNREAD_MOST`] each: one statement for all.
pub fn list_unread_heads(conn: &mut Conn, members: &[i64]) -> Result<Vec<UnreadHead>> {
    // Numbers only: nothing to quote, and no limit on the number of binds.
    let ids: Vec<String> = members.iter().map(i64::to_string).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT member_id, subject, subject_id FROM (SELECT member_id, subject, subject_id, \
         ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY id DESC) AS place_in_list \
         FROM notices WHERE read_at IS NULL AND member_id IN ({})) AS newest WHERE place_in_list <= {UNREAD_MOST}",
        ids.join(",")
    );
    Ok(diesel::sql_query(sql).load(conn)?)
}

/// Marks as read: these, or everything up to an id. Answers how many changed.
pub fn mark_read(tx: &mut Tx<'_>, member: MemberId, ids: Option<&[i64]>, up_to: Option<i64>) -> Result<usize> {
    let now = tx.now();
    let unread = notices::table.filter(notices::member_id.eq(member.0)).filter(notices::read_at.is_null());
    Ok(match ids {
        Some(ids) => diesel::update(unread.filter(notices::id.eq_any(ids)))
            .set(notices::read_at.eq(Some(now)))
            .execute(&mut **tx)?,
        None => diesel::update(unread.filter(notices::id.le(up_to.unwrap_or(i64::MAX))))
            .set(notices::read_at.eq(Some(now)))
            .execute(&mut **tx)?,
    })
}

/// Marks as read what happened in a place.
pub fn mark_place_read(tx: &mut Tx<'_>, member: MemberId, (place, id): (&str, i64)) -> Result<usize> {
    let now = tx.now();
    let here = notices::table
        .filter(notices::member_id.eq(member.0))
        .filter(notices::read_at.is_null())
        .filter(notices::place.eq(place))
        .filter(notices::place_id.eq(id));
    Ok(diesel::update(here).set(notices::read_at.eq(Some(now))).execute(&mut **tx)?)
}

/// Forgets read notifications older than `read_before` and all older than `before`.
pub fn delete_old(tx: &mut Tx<'_>, read_before: Ms, before: Ms) -> Result<usize> {
    let read = notices::table.filter(notices::created_at.lt(read_before)).filter(notices::read_at.is_not_null());
    let n = diesel::delete(read).execute(&mut **tx)?;
    Ok(n + diesel::delete(notices::table.filter(notices::created_at.lt(before))).execute(&mut **tx)?)
}

/// Everything kept for a member, for the export of their data.
pub fn list_all(conn: &mut Conn, member: MemberId) -> Result<Vec<Kept>> {
    list_notices(conn, member, false, None, 10_000)
}

/// Which of `ids` are active members.
pub fn list_active(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>> {
    let mut out = Vec::new();
    for some in ids.chunks(500) {
        let rows: Vec<i64> = members::table
            .filter(members::id.eq_any(some))
            .filter(members::status.eq("active"))
            .select(members::id)
            .load(conn)?;
        out.extend(rows);
    }
    Ok(out)
}

/// Members with something unread and unmailed from before `before` who were not here since, after the id `after`.
pub fn list_due(conn: &mut Conn, before: Ms, after: i64, limit: i64) -> Result<Vec<i64>> {
    Ok(members::table
        .filter(members::id.gt(after))
        .filter(members::status.eq("active"))
        .filter(members::last_seen_at.is_null().or(members::last_seen_at.assume_not_null().le(before)))
        .filter(diesel::dsl::exists(
            notices::table
                .filter(notices::member_id.eq(members::id))
                .filter(notices::read_at.is_null())
                .filter(notices::mailed_at.is_null())
                .filter(notices::created_at.le(before)),
        ))
        .order(members::id.asc())
        .limit(limit)
        .select(members::id)
        .load(conn)?)
}

/// Address, as typed and folded, of an active member who was not here since `before`, and when the last digest went out.
pub fn find_address(conn: &mut Conn, member: MemberId, before: Ms) -> Result<Option<(String, String, Option<Ms>)>> {
    use crate::db::schema::notice_settings;
    Ok(members::table
        .left_join(notice_settings::table)
        .filter(members::id.eq(member.0))
        .filter(members::status.eq("active"))
        .filter(members::last_seen_at.is_null().or(members::last_seen_at.assume_not_null().le(before)))
        .select((members::email, members::email_key, notice_settings::digest_at.nullable()))
        .first(conn)
        .optional()?)
}

/// What is unread and was not mailed, newest first, at most 200.
pub fn list_unmailed(conn: &mut Conn, member: MemberId) -> Result<Vec<Kept>> {
    Ok(notices::table
        .filter(notices::member_id.eq(member.0))
        .filter(notices::read_at.is_null())
        .filter(notices::mailed_at.is_null())
        .order(notices::id.desc())
        .limit(200)
        .select(KEPT)
        .load(conn)?)
}

/// Marks as mailed.
pub fn mark_mailed(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    let now = tx.now();
    diesel::update(notices::table.filter(notices::id.eq_any(ids)))
        .set(notices::mailed_at.eq(Some(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes what is unread and was not pushed, newest first, at most 50, and marks all of it as pushed.
pub fn claim_unpushed(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<Kept>> {
    let now = tx.now();
    let waiting = notices::table
        .filter(notices::member_id.eq(member.0))
        .filter(notices::read_at.is_null())
        .filter(notices::pushed_at.is_null());
    let found: Vec<Kept> = waiting.order(notices::id.desc()).limit(50).select(KEPT).load(&mut **tx)?;
    diesel::update(waiting).set(notices::pushed_at.eq(Some(now))).execute(&mut **tx)?;
    Ok(found)
}
