//! SQL of tags.

use crate::access::Sight;
use crate::db::schema::{niches, tags, thread_tags, threads};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{Tag, ThreadId};
use crate::on;
use diesel::prelude::*;

/// Puts exactly these tags on a thread; a tag that is new keeps the name it was first typed with.
pub fn set_tags(tx: &mut Tx<'_>, thread: ThreadId, wanted: &[Tag]) -> Result<()> {
    let now = tx.now();
    let line: Vec<String> = wanted.iter().map(|t| format!("{}={}", t.slug, t.name)).collect();
    diesel::update(threads::table.find(thread.0)).set(threads::tag_line.eq(line.join("\n"))).execute(&mut **tx)?;
    diesel::delete(thread_tags::table.filter(thread_tags::thread_id.eq(thread.0))).execute(&mut **tx)?;
    if wanted.is_empty() {
        return Ok(());
    }
    let conn: &mut Conn = tx;
    for tag in wanted {
        on!(conn, c => diesel::insert_into(tags::table)
            .values((tags::slug.eq(&tag.slug), tags::name.eq(&tag.name), tags::created_at.eq(now)))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    let slugs: Vec<&str> = wanted.iter().map(|t| t.slug.as_str()).collect();
    let ids: Vec<i64> = tags::table.filter(tags::slug.eq_any(slugs)).select(tags::id).load(conn)?;
    for id in ids {
        diesel::insert_into(thread_tags::table)
            .values((thread_tags::thread_id.eq(thread.0), thread_tags::tag_id.eq(id)))
            .execute(conn)?;
    }
    Ok(())
}

/// The tag of an address: id and name.
pub fn find_tag(conn: &mut Conn, slug: &str) -> Result<(i64, String)> {
    Ok(tags::table.filter(tags::slug.eq(slug)).select((tags::id, tags::name)).first(conn)?)
}

/// Ids of the tags of a thread.
pub fn list_tag_ids(conn: &mut Conn, thread: ThreadId) -> Result<Vec<i64>> {
    Ok(thread_tags::table.filter(thread_tags::thread_id.eq(thread.0)).select(thread_tags::tag_id).load(conn)?)
}

/// The tags used most in what `sight` may see of the threads that were active since `since`: address, name, threads.
pub fn list_tags(conn: &mut Conn, sight: Sight, since: Ms, limit: i64) -> Result<Vec<(String, String, i64)>> {
    Ok(thread_tags::table
        .inner_join(tags::table)
        .inner_join(threads::table.inner_join(niches::table))
        .filter(niches::min_rank.le(sight.rank))
        .filter(threads::min_rank.le(sight.rank))
        .filter(threads::hidden.le(sight.team))
        .filter(threads::merged_into.is_null())
        .filter(threads::last_post_at.gt(since))
        .group_by((tags::slug, tags::name))
        .select((tags::slug, tags::name, diesel::dsl::count_star()))
        .order((diesel::dsl::count_star().desc(), tags::slug.asc()))
        .limit(limit)
        .load(conn)?)
}
