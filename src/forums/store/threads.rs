//! SQL of threads.

use crate::access::Sight;
use crate::db::schema::{members, niche_reads, niches, posts, thread_reads, threads};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{ThreadId, ThreadRow};
use diesel::prelude::*;

/// The query behind every [`ThreadRow`]: only what `$sight` may see.
macro_rules! visible {
    ($sight:expr) => {{
        let sight: Sight = $sight;
        let last = diesel::alias!(members as last_posters);
        threads::table
            .inner_join(niches::table)
            .left_join(members::table.on(members::id.nullable().eq(threads::author_id)))
            .left_join(last.on(last.field(members::id).nullable().eq(threads::last_post_by)))
            .left_join(
                thread_reads::table
                    .on(thread_reads::thread_id.eq(threads::id).and(thread_reads::member_id.eq(sight.member.0))),
            )
            .left_join(
                niche_reads::table
                    .on(niche_reads::niche_id.eq(threads::niche_id).and(niche_reads::member_id.eq(sight.member.0))),
            )
            .filter(niches::min_rank.le(sight.rank))
            .filter(threads::min_rank.le(sight.rank))
            // false <= false, true <= team: one comparison instead of a condition that depends on the viewer.
            .filter(threads::hidden.le(sight.team))
            .select((
                threads::id,
                threads::niche_id,
                threads::author_id,
                threads::title,
                threads::post_count,
                threads::last_number,
                threads::last_post_at,
                threads::pinned,
                threads::locked,
                threads::hidden,
                threads::created_at,
                niches::slug,
                niches::name_de,
                niches::name_en,
                niches::hue,
                members::name.nullable(),
                last.field(members::name).nullable(),
                thread_reads::last_number.nullable(),
                niche_reads::seen_at.nullable(),
                threads::kind,
                threads::lang,
                threads::min_rank,
                threads::is_promo,
                threads::needs_ack,
                threads::accepted_id,
                threads::twin_id,
                threads::merged_into,
                threads::tag_line,
                threads::has_poll,
            ))
    }};
}

pub(super) use visible;

/// The thread `id`, if `sight` may see it.
///
/// # Errors
/// [`crate::error::Error::NotFound`] otherwise.
pub fn find_visible_thread(conn: &mut Conn, sight: Sight, id: ThreadId) -> Result<ThreadRow> {
    Ok(visible!(sight).filter(threads::id.eq(id.0)).first(conn)?)
}

/// Those of these threads that `sight` may see.
pub fn list_visible_of(conn: &mut Conn, sight: Sight, ids: &[i64]) -> Result<Vec<ThreadRow>> {
    Ok(visible!(sight).filter(threads::id.eq_any(ids.to_vec())).load(conn)?)
}

/// Niche to number of threads, posts and time of the newest post.
pub fn count_by_niche(conn: &mut Conn, sight: Sight) -> Result<Vec<(i64, i64, Option<Ms>)>> {
    Ok(threads::table
        .filter(threads::hidden.le(sight.team))
        .filter(threads::min_rank.le(sight.rank))
        .filter(threads::merged_into.is_null())
        .group_by(threads::niche_id)
        .select((threads::niche_id, diesel::dsl::count_star(), diesel::dsl::max(threads::last_post_at)))
        .load(conn)?)
}

/// What a thread is when it is opened.
#[derive(Debug, Insertable)]
#[diesel(table_name = threads)]
pub struct NewThread<'a> {
    /// Its niche.
    pub niche_id: i64,
    /// Who opens it.
    pub author_id: Option<i64>,
    /// Title.
    pub title: &'a str,
    /// Code of its kind.
    pub kind: &'a str,
    /// `de`, `en` or nothing.
    pub lang: &'a str,
    /// Lowest tier rank that may see it now.
    pub min_rank: i32,
    /// It advertises.
    pub is_promo: bool,
    /// Readers are asked to acknowledge it.
    pub needs_ack: bool,
    /// There is a poll in it.
    pub has_poll: bool,
}

/// Opens a thread; its opening post follows as number 1.
pub fn insert_thread(tx: &mut Tx<'_>, new: &NewThread<'_>) -> Result<ThreadId> {
    let now = tx.now();
    Ok(diesel::insert_into(threads::table)
        .values((
            new,
            threads::title_key.eq(crate::text::fold(new.title)),
            threads::post_count.eq(1),
            threads::last_number.eq(1),
            threads::last_post_at.eq(now),
            threads::last_post_by.eq(new.author_id),
            threads::created_at.eq(now),
        ))
        .returning(threads::id)
        .get_result(&mut **tx)?)
}

/// Takes the next number of an open thread that `sight` may see; `None` when it is not there or locked.
pub fn claim_number(tx: &mut Tx<'_>, sight: Sight, id: ThreadId) -> Result<Option<i32>> {
    let now = tx.now();
    let open = niches::table.filter(niches::min_rank.le(sight.rank)).select(niches::id);
    let thread = threads::table
        .filter(threads::id.eq(id.0))
        .filter(threads::locked.eq(false))
        .filter(threads::hidden.le(sight.team))
        .filter(threads::min_rank.le(sight.rank))
        .filter(threads::merged_into.is_null())
        .filter(threads::niche_id.eq_any(open));
    Ok(diesel::update(thread)
        .set((
            threads::last_number.eq(threads::last_number + 1),
            threads::post_count.eq(threads::post_count + 1),
            threads::last_post_at.eq(now),
            threads::last_post_by.eq(Some(sight.member.0)),
        ))
        .returning(threads::last_number)
        .get_result(&mut **tx)
        .optional()?)
}

/// What changes in a thread; fields that are `None` stay.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = threads)]
pub struct ThreadSet {
    /// Title.
    pub title: Option<String>,
    /// Folded title.
    pub title_key: Option<String>,
    /// Stays on top.
    pub pinned: Option<bool>,
    /// Takes no more posts.
    pub locked: Option<bool>,
    /// Only the team sees it.
    pub hidden: Option<bool>,
    /// Niche.
    pub niche_id: Option<i64>,
    /// Code of its kind.
    pub kind: Option<String>,
    /// Language.
    pub lang: Option<String>,
    /// It advertises.
    pub is_promo: Option<bool>,
    /// The accepted answer.
    pub accepted_id: Option<Option<i64>>,
    /// The same thread in the other language.
    pub twin_id: Option<Option<i64>>,
    /// Lowest tier rank that may see it.
    pub min_rank: Option<i32>,
}

impl ThreadSet {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        let Self { title, title_key, pinned, locked, hidden, niche_id, kind, lang, is_promo, .. } = self;
        title.is_none()
            && title_key.is_none()
            && (pinned.or(*locked).or(*hidden).or(*is_promo)).is_none()
            && niche_id.is_none()
            && kind.is_none()
            && lang.is_none()
            && self.accepted_id.is_none()
            && self.twin_id.is_none()
            && self.min_rank.is_none()
    }
}

/// Writes a change of a thread that was found before in the same transaction.
pub fn update_thread(tx: &mut Tx<'_>, id: ThreadId, set: &ThreadSet) -> Result<()> {
    diesel::update(threads::table.find(id.0)).set(set).execute(&mut **tx)?;
    Ok(())
}

/// Those of these threads that `sight` may see.
pub fn list_open_threads(conn: &mut Conn, sight: Sight, ids: &[i64]) -> Result<Vec<i64>> {
    Ok(threads::table
        .inner_join(niches::table)
        .filter(threads::id.eq_any(ids))
        .filter(niches::min_rank.le(sight.rank))
        .filter(threads::hidden.le(sight.team))
        .filter(threads::min_rank.le(sight.rank))
        .select(threads::id)
        .load(conn)?)
}

/// Those of these posts that are still there and that `sight` may see.
pub fn list_open_posts(conn: &mut Conn, sight: Sight, ids: &[i64]) -> Result<Vec<i64>> {
    let rows: Vec<(i64, Option<Ms>)> = posts::table
        .inner_join(threads::table.inner_join(niches::table))
        .filter(posts::id.eq_any(ids))
        .filter(posts::deleted_at.is_null())
        .filter(niches::min_rank.le(sight.rank))
        .filter(threads::hidden.le(sight.team))
        .filter(threads::min_rank.le(sight.rank))
        .select((posts::id, posts::hidden_at))
        .load(conn)?;
    Ok(rows.into_iter().filter(|(_, hidden)| sight.team || hidden.is_none()).map(|(id, _)| id).collect())
}
