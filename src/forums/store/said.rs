//! SQL of telling: a post with what a notification says, and the people behind names and tiers.

use crate::db::Conn;
use crate::db::schema::{members, niches, posts, threads};
use crate::error::Result;
use crate::forums::model::{PostId, ThreadId};
use diesel::prelude::*;

/// A post as it is told.
#[derive(Debug, Clone, Queryable)]
pub struct Said {
    /// The post.
    pub post: PostId,
    /// Its number.
    pub number: i32,
    /// Number it answers.
    pub reply_to: Option<i32>,
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
    /// Who wrote it.
    pub author_id: Option<i64>,
    /// Their name.
    pub author: Option<String>,
    /// Its thread.
    pub thread: ThreadId,
    /// Title of the thread.
    pub title: String,
    /// Lowest tier rank that may see the thread now.
    pub min_rank: i32,
    /// The niche.
    pub niche: i64,
    /// Name of the niche, in German.
    pub niche_name: String,
    /// Name of the niche, in English.
    pub niche_name_en: String,
}

/// A post that everybody of its tier may read; nothing where it is gone or hidden.
pub fn find_said(conn: &mut Conn, post: PostId) -> Result<Option<Said>> {
    Ok(posts::table
        .inner_join(threads::table.inner_join(niches::table))
        .left_join(members::table.on(members::id.nullable().eq(posts::author_id)))
        .filter(posts::id.eq(post.0))
        .filter(posts::deleted_at.is_null())
        .filter(posts::hidden_at.is_null())
        .filter(threads::hidden.eq(false))
        .select((
            posts::id,
            posts::number,
            posts::reply_to,
            posts::body,
            posts::html,
            posts::author_id,
            members::name.nullable(),
            threads::id,
            threads::title,
            threads::min_rank,
            niches::id,
            niches::name_de,
            niches::name_en,
        ))
        .first(conn)
        .optional()?)
}

/// The opening post of a thread.
pub fn find_first(conn: &mut Conn, thread: ThreadId) -> Result<Option<PostId>> {
    Ok(posts::table
        .filter(posts::thread_id.eq(thread.0))
        .filter(posts::number.eq(1))
        .select(posts::id)
        .first(conn)
        .optional()?)
}

/// Who wrote the post of a number.
pub fn find_author_of(conn: &mut Conn, thread: ThreadId, number: i32) -> Result<Option<i64>> {
    let found: Option<Option<i64>> = posts::table
        .filter(posts::thread_id.eq(thread.0))
        .filter(posts::number.eq(number))
        .select(posts::author_id)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Active members with one of these folded names.
pub fn list_named(conn: &mut Conn, names: &[String], limit: i64) -> Result<Vec<i64>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    Ok(members::table
        .filter(members::name_key.eq_any(names))
        .filter(members::status.eq("active"))
        .order(members::id)
        .limit(limit)
        .select(members::id)
        .load(conn)?)
}

/// Those of these members whose tier is from `from` to below `to`; the team has every tier.
pub fn list_ranked(conn: &mut Conn, whom: &[i64], (from, to): (i32, i32)) -> Result<Vec<i64>> {
    let mut out = Vec::new();
    for some in whom.chunks(500) {
        let rows: Vec<(i64, i32, String)> = members::table
            .filter(members::id.eq_any(some))
            .order(members::id)
            .select((members::id, members::tier_rank, members::role))
            .load(conn)?;
        let sees = |rank: i32, role: &str| if role == "member" { rank } else { i32::MAX };
        out.extend(rows.into_iter().filter_map(|(id, rank, role)| {
            let rank = sees(rank, &role);
            (rank >= from && (rank < to || to == i32::MAX)).then_some(id)
        }));
    }
    Ok(out)
}

/// Active members other than `own` whose folded name, or a word of it, begins with `beginning`, without those either side has
/// blocked; by name.
pub fn list_names(
    conn: &mut Conn,
    own: crate::web::viewer::MemberId,
    beginning: &str,
    limit: i64,
) -> Result<Vec<(i64, String)>> {
    use crate::db::schema::member_blocks;
    let escaped = beginning.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let i_block = member_blocks::table.filter(member_blocks::member_id.eq(own.0)).select(member_blocks::blocked_id);
    let other = diesel::alias!(member_blocks as blocks_of_me);
    let blocks_me =
        other.filter(other.field(member_blocks::blocked_id).eq(own.0)).select(other.field(member_blocks::member_id));
    Ok(members::table
        .filter(members::status.eq("active"))
        .filter(members::id.ne(own.0))
        .filter(
            members::name_key
                .like(format!("{escaped}%"))
                .escape('\\')
                .or(members::name_key.like(format!("% {escaped}%")).escape('\\')),
        )
        .filter(members::id.ne_all(i_block))
        .filter(members::id.ne_all(blocks_me))
        .order((members::name_key, members::id))
        .limit(limit)
        .select((members::id, members::name))
        .load(conn)?)
}
