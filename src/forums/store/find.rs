//! SQL of finding: threads like a title, threads like a thread, words inside one thread.

use super::threads::{list_visible_of, visible};
use crate::access::Sight;
use crate::db::schema::{members, niche_reads, niches, thread_reads, thread_tags, threads};
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::forums::model::{ThreadId, ThreadRow, UNREAD_AGE};
use crate::search::{self, Asker, Question, fts5, tsquery};
use crate::text::Terms;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

/// Threads whose words are like these, the likest first, of what `sight` may see.
pub fn list_similar(conn: &mut Conn, sight: Sight, terms: &Terms, limit: i64) -> Result<Vec<ThreadRow>> {
    let question = Question { any: true, ..Question::new(terms.clone(), &["thread"], limit) };
    let asker = Asker { member: sight.member.0, rank: sight.rank };
    let ids: Vec<i64> = search::find(conn, asker, &question)?.into_iter().map(|f| f.object_id).collect();
    let mut rows = list_visible_of(conn, sight, &ids)?;
    rows.retain(|r| r.merged_into.is_none());
    rows.sort_by_key(|r| ids.iter().position(|id| *id == r.id.0));
    Ok(rows)
}

/// Threads that share tags with one, then others of its kind in its niche; the newest first.
pub fn list_related(conn: &mut Conn, sight: Sight, thread: &ThreadRow, limit: i64) -> Result<Vec<ThreadRow>> {
    let own = diesel::alias!(thread_tags as own_tags);
    let tags = own.filter(own.field(thread_tags::thread_id).eq(thread.id.0)).select(own.field(thread_tags::tag_id));
    let tagged = thread_tags::table.filter(thread_tags::tag_id.eq_any(tags)).select(thread_tags::thread_id);
    Ok(visible!(sight)
        .filter(threads::niche_id.eq(thread.niche_id))
        .filter(threads::merged_into.is_null())
        .filter(threads::id.ne(thread.id.0))
        .filter(threads::id.eq_any(tagged).or(threads::kind.eq(thread.kind.clone()).and(threads::kind.ne("talk"))))
        .order((threads::last_post_at.desc(), threads::id.desc()))
        .limit(limit)
        .load(conn)?)
}

/// Threads with something the viewer has not read, the newest first.
pub fn list_unread(
    conn: &mut Conn,
    sight: Sight,
    now: Ms,
    before: Option<(Ms, i64)>,
    limit: i64,
) -> Result<Vec<ThreadRow>> {
    let mut list = visible!(sight)
        .filter(threads::merged_into.is_null())
        .filter(threads::last_post_at.gt(now - UNREAD_AGE))
        .filter(
            thread_reads::last_number
                .nullable()
                .is_null()
                .or(thread_reads::last_number.nullable().lt(threads::last_number.nullable())),
        )
        .filter(
            niche_reads::seen_at
                .nullable()
                .is_null()
                .or(niche_reads::seen_at.nullable().lt(threads::last_post_at.nullable())),
        )
        .into_boxed();
    if let Some((at, id)) = before {
        list = list.filter(threads::last_post_at.lt(at).or(threads::last_post_at.eq(at).and(threads::id.lt(id))));
    }
    Ok(list.order((threads::last_post_at.desc(), threads::id.desc())).limit(limit).load(conn)?)
}

/// A post of a thread in which words were found.
#[derive(Debug, Clone, QueryableByName)]
pub struct FoundPost {
    /// Its number.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// Plain text.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// When it was written.
    #[diesel(sql_type = BigInt)]
    pub created_at: Ms,
}

/// Posts of a thread that was found visible in which all the words stand, in their order.
pub fn find_in_thread(conn: &mut Conn, thread: ThreadId, terms: &Terms, limit: i64) -> Result<Vec<FoundPost>> {
    let (matching, words) = match conn {
        Conn::Sqlite(_) => (
            "FROM search_fts JOIN search_entries e ON e.id = search_fts.rowid JOIN posts p ON search_fts MATCH $1",
            fts5(terms),
        ),
        Conn::Postgres(_) => {
            ("FROM search_entries e JOIN posts p ON e.words @@ to_tsquery('simple', $1)", tsquery(terms))
        }
    };
    // The opening post is found as its thread.
    let sql = format!(
        "SELECT p.number, e.body, p.created_at {matching} AND p.thread_id = $2 AND p.deleted_at IS NULL \
         AND p.hidden_at IS NULL AND ((e.kind = 'post' AND e.object_id = p.id) OR \
         (e.kind = 'thread' AND e.object_id = p.thread_id AND p.number = 1)) ORDER BY p.number LIMIT $3"
    );
    Ok(diesel::sql_query(sql).bind::<Text, _>(words).bind::<BigInt, _>(thread.0).bind::<BigInt, _>(limit).load(conn)?)
}

/// A thread and what is worth keeping of it: its opening text, and below it the answer that was accepted. Posts that `sight` may
/// not read are left out.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_guide(conn: &mut Conn, sight: Sight, id: ThreadId) -> Result<(ThreadRow, String)> {
    let thread = super::find_visible_thread(conn, sight, id)?;
    let mut text = super::list_visible_posts(conn, sight, id, (1, 1))?.pop().map(|p| p.body).unwrap_or_default();
    if let Some(accepted) = thread.accepted_id {
        // It may have gone since.
        match super::find_visible_post(conn, sight, crate::forums::model::PostId(accepted)) {
            Ok(answer) if !answer.body.is_empty() => text = format!("{text}\n\n{}", answer.body),
            Ok(_) | Err(crate::error::Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok((thread, text.trim().to_owned()))
}
