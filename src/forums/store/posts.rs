//! SQL of posts.

use crate::access::Sight;
use crate::db::schema::{bookmarks, member_blocks, members, niches, post_likes, posts, threads, tiers};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{PostId, PostRow, Text, ThreadId};
use crate::web::viewer::MemberId;
use diesel::prelude::*;

macro_rules! rows {
    ($sight:expr) => {{
        posts::table
            .left_join(members::table.on(members::id.nullable().eq(posts::author_id)))
            .left_join(tiers::table.on(tiers::rank.nullable().eq(members::tier_rank.nullable())))
            .left_join(
                post_likes::table.on(post_likes::post_id.eq(posts::id).and(post_likes::member_id.eq($sight.member.0))),
            )
            .left_join(
                member_blocks::table.on(member_blocks::blocked_id
                    .nullable()
                    .eq(posts::author_id)
                    .and(member_blocks::member_id.eq($sight.member.0))),
            )
            .left_join(
                bookmarks::table.on(bookmarks::post_id.eq(posts::id).and(bookmarks::member_id.eq($sight.member.0))),
            )
            .select((
                posts::id,
                posts::thread_id,
                posts::number,
                posts::author_id,
                posts::reply_to,
                posts::body,
                posts::html,
                posts::rev,
                posts::likes,
                posts::created_at,
                posts::edited_at,
                posts::deleted_at,
                posts::hidden_at,
                posts::moved_to,
                members::name.nullable(),
                members::role.nullable(),
                tiers::name_de.nullable(),
                tiers::name_en.nullable(),
                post_likes::created_at.nullable(),
                member_blocks::created_at.nullable(),
                bookmarks::created_at.nullable(),
                posts::mark_count,
            ))
    }};
}

/// Posts `from..=to` of a thread that was found visible. A range of numbers, not an offset:
/// the last page costs what the first one does.
pub fn list_visible_posts(
    conn: &mut Conn,
    sight: Sight,
    thread: ThreadId,
    (from, to): (i32, i32),
) -> Result<Vec<PostRow>> {
    let list: Vec<PostRow> = rows!(sight)
        .filter(posts::thread_id.eq(thread.0))
        .filter(posts::number.ge(from))
        .filter(posts::number.le(to))
        .order(posts::number.asc())
        .load(conn)?;
    Ok(list.into_iter().map(|p| p.seen_by(sight)).collect())
}

/// The post `id`, if `sight` may see its thread.
///
/// # Errors
/// [`crate::error::Error::NotFound`] otherwise.
pub fn find_visible_post(conn: &mut Conn, sight: Sight, id: PostId) -> Result<PostRow> {
    let open = threads::table
        .inner_join(niches::table)
        .filter(niches::min_rank.le(sight.rank))
        .filter(threads::hidden.le(sight.team))
        .filter(threads::min_rank.le(sight.rank))
        .select(threads::id);
    let post: PostRow = rows!(sight).filter(posts::id.eq(id.0)).filter(posts::thread_id.eq_any(open)).first(conn)?;
    Ok(post.seen_by(sight))
}

/// Stores a post under a number that was claimed in the same transaction.
pub fn insert_post(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    number: i32,
    author: MemberId,
    text: &Text,
    reply_to: Option<i32>,
) -> Result<PostId> {
    let now = tx.now();
    Ok(diesel::insert_into(posts::table)
        .values((
            posts::thread_id.eq(thread.0),
            posts::number.eq(number),
            posts::author_id.eq(Some(author.0)),
            posts::reply_to.eq(reply_to),
            posts::body.eq(&text.body),
            posts::html.eq(&text.html),
            posts::created_at.eq(now),
        ))
        .returning(posts::id)
        .get_result(&mut **tx)?)
}

/// Writes a new text over revision `rev`; false when somebody was faster or the post is deleted.
pub fn update_body(tx: &mut Tx<'_>, id: PostId, rev: i32, text: &Text) -> Result<bool> {
    let now = tx.now();
    let current =
        posts::table.filter(posts::id.eq(id.0)).filter(posts::rev.eq(rev)).filter(posts::deleted_at.is_null());
    let rows = diesel::update(current)
        .set((
            posts::body.eq(&text.body),
            posts::html.eq(&text.html),
            posts::rev.eq(posts::rev + 1),
            posts::edited_at.eq(Some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Takes a post back: its number stays, its text goes. True the first time.
pub fn mark_deleted(tx: &mut Tx<'_>, id: PostId, thread: ThreadId, by: MemberId) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(posts::table.filter(posts::id.eq(id.0)).filter(posts::deleted_at.is_null()))
        .set((
            posts::deleted_at.eq(Some(now)),
            posts::taken_back_by.eq(Some(by.0)),
            posts::body.eq(""),
            posts::html.eq(""),
        ))
        .execute(&mut **tx)?;
    if rows == 1 {
        diesel::update(threads::table.find(thread.0))
            .set(threads::post_count.eq(threads::post_count - 1))
            .execute(&mut **tx)?;
        // An answer that is gone answers nothing.
        diesel::update(threads::table.find(thread.0).filter(threads::accepted_id.eq(Some(id.0))))
            .set(threads::accepted_id.eq(None::<i64>))
            .execute(&mut **tx)?;
    }
    Ok(rows == 1)
}

/// Brings a post back with its text. True where it was deleted by somebody.
pub fn mark_returned(tx: &mut Tx<'_>, id: PostId, thread: ThreadId, text: &Text) -> Result<bool> {
    let gone = posts::table
        .filter(posts::id.eq(id.0))
        .filter(posts::deleted_at.is_not_null())
        .filter(posts::taken_back_by.is_not_null());
    let rows = diesel::update(gone)
        .set((
            posts::deleted_at.eq(None::<Ms>),
            posts::taken_back_by.eq(None::<i64>),
            posts::body.eq(&text.body),
            posts::html.eq(&text.html),
            // The text before the deletion stands under the old number already.
            posts::rev.eq(posts::rev + 1),
        ))
        .execute(&mut **tx)?;
    if rows == 1 {
        diesel::update(threads::table.find(thread.0))
            .set(threads::post_count.eq(threads::post_count + 1))
            .execute(&mut **tx)?;
    }
    Ok(rows == 1)
}

/// The number of a post in a thread.
pub fn find_number(conn: &mut Conn, thread: ThreadId, id: PostId) -> Result<Option<i32>> {
    Ok(posts::table
        .filter(posts::id.eq(id.0))
        .filter(posts::thread_id.eq(thread.0))
        .select(posts::number)
        .first(conn)
        .optional()?)
}

/// Who took a post back; nobody once its text is gone for good.
pub fn find_taken_back_by(conn: &mut Conn, id: PostId) -> Result<Option<i64>> {
    Ok(posts::table.find(id.0).select(posts::taken_back_by).first(conn)?)
}

/// The text of a post, whoever may read it.
pub fn find_body(conn: &mut Conn, id: PostId) -> Result<String> {
    Ok(posts::table.find(id.0).select(posts::body).first(conn)?)
}

/// Forgets the texts of posts that were taken back before `before`; answers how many were looked at.
pub fn forget_deleted(tx: &mut Tx<'_>, before: Ms, limit: i64) -> Result<usize> {
    use crate::db::schema::post_revisions;
    let gone: Vec<i64> = posts::table
        .filter(posts::taken_back_by.is_not_null())
        .filter(posts::deleted_at.lt(Some(before)))
        .order(posts::id)
        .limit(limit)
        .select(posts::id)
        .load(&mut **tx)?;
    diesel::delete(post_revisions::table.filter(post_revisions::post_id.eq_any(&gone))).execute(&mut **tx)?;
    diesel::update(posts::table.filter(posts::id.eq_any(&gone)))
        .set(posts::taken_back_by.eq(None::<i64>))
        .execute(&mut **tx)?;
    for id in &gone {
        crate::files::store::detach_all(tx, crate::forums::files_used::USED_BY, *id)?;
    }
    Ok(gone.len())
}

/// Posts beyond `after` with their Markdown, for the job that renders them again.
pub fn list_bodies_after(conn: &mut Conn, after: PostId, limit: i64) -> Result<Vec<(PostId, i32, String)>> {
    Ok(posts::table
        .filter(posts::id.gt(after.0))
        .order(posts::id.asc())
        .limit(limit)
        .select((posts::id, posts::rev, posts::body))
        .load(conn)?)
}

/// Puts new HTML beside a text that is still the one it was made from.
pub fn update_html(tx: &mut Tx<'_>, id: PostId, rev: i32, html: &str) -> Result<()> {
    diesel::update(posts::table.find(id.0).filter(posts::rev.eq(rev)).filter(posts::deleted_at.is_null()))
        .set(posts::html.eq(html))
        .execute(&mut **tx)?;
    Ok(())
}

/// Hides a post from members, or shows it again.
pub fn mark_hidden(tx: &mut Tx<'_>, id: PostId, hidden: bool) -> Result<()> {
    let at = hidden.then_some(tx.now());
    diesel::update(posts::table.find(id.0)).set(posts::hidden_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

/// A post with what decides where and whether the search shows it.
#[derive(Debug, Clone, Queryable)]
pub struct Place {
    /// Row id.
    pub id: PostId,
    /// Its number.
    pub number: i32,
    /// Safe HTML.
    pub html: String,
    /// When it was written.
    pub created_at: Ms,
    /// Deleted.
    pub deleted_at: Option<Ms>,
    /// Hidden by a moderator.
    pub hidden_at: Option<Ms>,
    /// Its thread.
    pub thread_id: ThreadId,
    /// Title of the thread.
    pub title: String,
    /// The thread is hidden.
    pub thread_hidden: bool,
    /// Its niche.
    pub niche_id: i64,
    /// Lowest tier rank of the niche.
    pub min_rank: i32,
    /// Lowest tier rank that may see the thread now.
    pub thread_rank: i32,
    /// Language of the thread; may be nothing.
    pub thread_lang: String,
    /// Language of the author; none once erased.
    pub lang: Option<String>,
    /// Who wrote it; nobody once erased.
    pub author_id: Option<i64>,
}

/// What the search needs to know of a post.
pub fn find_place(conn: &mut Conn, id: PostId) -> Result<Option<Place>> {
    Ok(posts::table
        .inner_join(threads::table.inner_join(niches::table))
        .left_join(members::table.on(members::id.nullable().eq(posts::author_id)))
        .filter(posts::id.eq(id.0))
        .select((
            posts::id,
            posts::number,
            posts::html,
            posts::created_at,
            posts::deleted_at,
            posts::hidden_at,
            threads::id,
            threads::title,
            threads::hidden,
            niches::id,
            niches::min_rank,
            threads::min_rank,
            threads::lang,
            members::locale.nullable(),
            posts::author_id,
        ))
        .first(conn)
        .optional()?)
}

/// Ids of posts beyond `after`, of one thread or of all, in order.
pub fn list_ids_after(conn: &mut Conn, thread: Option<ThreadId>, after: PostId, limit: i64) -> Result<Vec<PostId>> {
    let mut list = posts::table.filter(posts::id.gt(after.0)).select(posts::id).into_boxed();
    if let Some(thread) = thread {
        list = list.filter(posts::thread_id.eq(thread.0));
    }
    Ok(list.order(posts::id.asc()).limit(limit).load(conn)?)
}
