//! SQL of the reading state.

use crate::access::Sight;
use crate::db::schema::{niche_reads, niches, thread_reads, threads};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{ThreadId, UNREAD_AGE};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// The newest threads that the counters look at: a counter beyond says no more, and every page pays for it.
const LOOKED_AT: i64 = 100;

/// Notes that `member` has read up to `number`; never goes back.
pub fn mark_read(tx: &mut Tx<'_>, thread: ThreadId, member: MemberId, number: i32) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let further =
        diesel::update(thread_reads::table.find((member.0, thread.0)).filter(thread_reads::last_number.lt(number)))
            .set((thread_reads::last_number.eq(number), thread_reads::read_at.eq(now)))
            .execute(conn)?;
    if further == 0 {
        on!(conn, c => diesel::insert_into(thread_reads::table)
            .values((
                thread_reads::member_id.eq(member.0),
                thread_reads::thread_id.eq(thread.0),
                thread_reads::last_number.eq(number),
                thread_reads::read_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// Everything written in a niche until now counts as read.
pub fn mark_niche_read(tx: &mut Tx<'_>, niche: i64, member: MemberId) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(niche_reads::table)
        .values((
            niche_reads::member_id.eq(member.0),
            niche_reads::niche_id.eq(niche),
            niche_reads::seen_at.eq(now),
        ))
        .on_conflict((niche_reads::member_id, niche_reads::niche_id))
        .do_update()
        .set(niche_reads::seen_at.eq(now))
        .execute(c))?;
    Ok(())
}

/// Niche to unread threads, among the hundred threads with the newest posts.
pub fn count_unread_by_niche(conn: &mut Conn, sight: Sight, now: Ms) -> Result<HashMap<i64, i64>> {
    type Row = (i64, i32, Ms, Option<i32>, Option<Ms>);
    let rows: Vec<Row> = threads::table
        .inner_join(niches::table)
        .left_join(
            thread_reads::table
                .on(thread_reads::thread_id.eq(threads::id).and(thread_reads::member_id.eq(sight.member.0))),
        )
        .left_join(
            niche_reads::table
                .on(niche_reads::niche_id.eq(threads::niche_id).and(niche_reads::member_id.eq(sight.member.0))),
        )
        .filter(niches::min_rank.le(sight.rank))
        .filter(threads::hidden.le(sight.team))
        .filter(threads::min_rank.le(sight.rank))
        .filter(threads::merged_into.is_null())
        .filter(threads::last_post_at.gt(now - UNREAD_AGE))
        .order((threads::last_post_at.desc(), threads::id.desc()))
        .limit(LOOKED_AT)
        .select((
            threads::niche_id,
            threads::last_number,
            threads::last_post_at,
            thread_reads::last_number.nullable(),
            niche_reads::seen_at.nullable(),
        ))
        .load(conn)?;
    let mut unread = HashMap::new();
    for (niche, last, at, read, seen) in rows {
        if last > read.unwrap_or(0) && at > seen.unwrap_or(0) {
            *unread.entry(niche).or_insert(0) += 1;
        }
    }
    Ok(unread)
}
