//! SQL of reactions and of what posts said before.

use crate::db::schema::{members, post_reactions as reactions, post_revisions as revisions, posts};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{PostId, ThreadId};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Marks a post; a second time changes nothing.
pub fn insert_mark(tx: &mut Tx<'_>, post: PostId, mark: &str, member: MemberId) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(reactions::table)
        .values((
            reactions::post_id.eq(post.0),
            reactions::mark.eq(mark),
            reactions::member_id.eq(member.0),
            reactions::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    count(conn, post, i32::from(rows == 1))
}

fn count(conn: &mut Conn, post: PostId, by: i32) -> Result<()> {
    diesel::update(posts::table.find(post.0)).set(posts::mark_count.eq(posts::mark_count + by)).execute(conn)?;
    Ok(())
}

/// Takes a mark back; a second time changes nothing.
pub fn delete_mark(tx: &mut Tx<'_>, post: PostId, mark: &str, member: MemberId) -> Result<()> {
    let rows = diesel::delete(reactions::table.find((post.0, mark, member.0))).execute(&mut **tx)?;
    count(tx, post, -i32::from(rows == 1))
}

/// Marks under the posts `from..=to` of a thread, one statement for a page: post, mark, who (ordered by post).
/// The members of one mark are few; the page counts them.
pub fn list_marks(conn: &mut Conn, thread: ThreadId, (from, to): (i32, i32)) -> Result<Vec<(i64, String, i64)>> {
    Ok(reactions::table
        .inner_join(posts::table)
        .filter(posts::thread_id.eq(thread.0))
        .filter(posts::number.between(from, to))
        .order((reactions::post_id, reactions::mark))
        .select((reactions::post_id, reactions::mark, reactions::member_id))
        .limit(5_000)
        .load(conn)?)
}

/// How often each mark was given to one post.
pub fn count_marks(conn: &mut Conn, post: PostId, member: MemberId) -> Result<Vec<(String, i64, bool)>> {
    let counts: Vec<(String, i64)> = reactions::table
        .filter(reactions::post_id.eq(post.0))
        .group_by(reactions::mark)
        .order(reactions::mark)
        .select((reactions::mark, diesel::dsl::count_star()))
        .load(conn)?;
    let mine: Vec<String> = reactions::table
        .filter(reactions::post_id.eq(post.0))
        .filter(reactions::member_id.eq(member.0))
        .select(reactions::mark)
        .load(conn)?;
    Ok(counts
        .into_iter()
        .map(|(mark, n)| (mine.contains(&mark), mark, n))
        .map(|(own, mark, n)| (mark, n, own))
        .collect())
}

/// Keeps what a post says, before it says something else.
pub fn insert_revision(tx: &mut Tx<'_>, post: PostId, rev: i32, body: &str, by: MemberId) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(revisions::table)
        .values((
            revisions::post_id.eq(post.0),
            revisions::rev.eq(rev),
            revisions::body.eq(body),
            revisions::at.eq(now),
            revisions::by_id.eq(Some(by.0)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What a post said before.
#[derive(Debug, Clone, Queryable)]
pub struct Revision {
    /// Its place, from 0.
    pub rev: i32,
    /// The text.
    pub body: String,
    /// Until when it stood.
    pub at: Ms,
    /// Who wrote over it.
    pub by: Option<String>,
}

/// The former texts of a post, the oldest first; at most 200.
pub fn list_revisions(conn: &mut Conn, post: PostId) -> Result<Vec<Revision>> {
    Ok(revisions::table
        .left_join(members::table.on(members::id.nullable().eq(revisions::by_id)))
        .filter(revisions::post_id.eq(post.0))
        .order(revisions::rev.asc())
        .limit(200)
        .select((revisions::rev, revisions::body, revisions::at, members::name.nullable()))
        .load(conn)?)
}

/// Forgets what a post said before.
pub fn delete_revisions(tx: &mut Tx<'_>, post: PostId) -> Result<()> {
    diesel::delete(revisions::table.filter(revisions::post_id.eq(post.0))).execute(&mut **tx)?;
    Ok(())
}
