//! SQL of taking everything out.

use crate::db::schema::{members, niches, posts, threads};
use crate::db::{Conn, Ms};
use crate::error::Result;
use diesel::prelude::*;

/// A thread as it is written out.
#[derive(Debug, Queryable)]
pub struct ThreadOut {
    /// Row id.
    pub id: i64,
    /// Niche.
    pub niche_id: i64,
    /// Author.
    pub author_id: Option<i64>,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: String,
    /// Language.
    pub lang: String,
    /// Stays on top.
    pub pinned: bool,
    /// Takes no more posts.
    pub locked: bool,
    /// Only the team sees it.
    pub hidden: bool,
    /// Tags as `slug=name`, one a line.
    pub tag_line: String,
    /// When it was opened.
    pub created_at: Ms,
    /// Lowest tier rank that may see it now.
    pub min_rank: i32,
    /// Number of the accepted answer.
    pub accepted: Option<i32>,
}

/// Threads after an id, in order; those that went into others are signs only.
pub fn list_threads_out(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<ThreadOut>> {
    let answers = diesel::alias!(posts as answers);
    Ok(threads::table
        .left_join(answers.on(answers.field(posts::id).nullable().eq(threads::accepted_id)))
        .filter(threads::id.gt(after))
        .filter(threads::merged_into.is_null())
        .order(threads::id)
        .limit(limit)
        .select((
            threads::id,
            threads::niche_id,
            threads::author_id,
            threads::title,
            threads::kind,
            threads::lang,
            threads::pinned,
            threads::locked,
            threads::hidden,
            threads::tag_line,
            threads::created_at,
            threads::min_rank,
            answers.field(posts::number).nullable(),
        ))
        .load(conn)?)
}

/// A post as it is written out: id, thread, number, author, text, time, answer to, hidden.
pub type PostOut = (i64, i64, i32, Option<i64>, String, Ms, Option<i32>, Option<Ms>);

/// Posts after an id, in order, without deleted ones and those that stand elsewhere.
pub fn list_posts_out(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<PostOut>> {
    Ok(posts::table
        .filter(posts::id.gt(after))
        .filter(posts::deleted_at.is_null())
        .filter(posts::moved_to.is_null())
        .order(posts::id)
        .limit(limit)
        .select((
            posts::id,
            posts::thread_id,
            posts::number,
            posts::author_id,
            posts::body,
            posts::created_at,
            posts::reply_to,
            posts::hidden_at,
        ))
        .load(conn)?)
}

/// Members after an id that wrote something: id, name, address.
pub fn list_writers_out(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<(i64, String, String)>> {
    let wrote = posts::table.filter(posts::author_id.is_not_null()).select(posts::author_id.assume_not_null());
    Ok(members::table
        .filter(members::id.gt(after))
        .filter(members::id.eq_any(wrote))
        .order(members::id)
        .limit(limit)
        .select((members::id, members::name, members::email))
        .load(conn)?)
}

/// A niche as it is written out: id, address, name, description, lowest tier rank.
pub type NicheOut = (i64, String, String, String, i32);

/// Every niche: id, address, name, description, lowest tier rank.
pub fn list_niches_out(conn: &mut Conn) -> Result<Vec<NicheOut>> {
    Ok(niches::table
        .order(niches::id)
        .select((niches::id, niches::slug, niches::name_de, niches::description_de, niches::min_rank))
        .load(conn)?)
}
