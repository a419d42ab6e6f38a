//! SQL of order in the forum: what managers set for a niche, moving posts, warnings, stages of an embargo.

use crate::db::schema::{forum_warnings, members, niche_forums, posts, thread_reads, thread_stages, threads};
use crate::db::{Conn, DAY, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{PostId, ThreadId};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// What managers set for the forum of a niche.
#[derive(Debug, Clone, Default, Queryable)]
pub struct NicheForum {
    /// Rules in German, Markdown.
    pub rules_de: String,
    /// Rules in English, Markdown.
    pub rules_en: String,
    /// Days between two promotional threads of a member; 0: none may be opened; none: as one likes.
    pub promo_days: Option<i32>,
}

/// What is set for a niche; nothing where nobody set anything.
pub fn find_niche_forum(conn: &mut Conn, niche: i64) -> Result<NicheForum> {
    let found = niche_forums::table
        .find(niche)
        .select((niche_forums::rules_de, niche_forums::rules_en, niche_forums::promo_days))
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// What is set for a niche, and how loud it is for a member: one statement.
pub fn find_niche_side(conn: &mut Conn, niche: i64, member: MemberId) -> Result<(NicheForum, String)> {
    use crate::db::schema::{niches, notice_levels as levels};
    type Row = (Option<String>, Option<String>, Option<i32>, Option<String>);
    let (de, en, promo_days, level): Row = niches::table
        .left_join(niche_forums::table)
        .left_join(
            levels::table
                .on(levels::place_id.eq(niches::id).and(levels::place.eq("niche")).and(levels::member_id.eq(member.0))),
        )
        .filter(niches::id.eq(niche))
        .select((
            niche_forums::rules_de.nullable(),
            niche_forums::rules_en.nullable(),
            niche_forums::promo_days.nullable(),
            levels::level.nullable(),
        ))
        .first(conn)?;
    let set = NicheForum { rules_de: de.unwrap_or_default(), rules_en: en.unwrap_or_default(), promo_days };
    Ok((set, level.unwrap_or_else(|| crate::notices::model::Level::Mentions.code().to_owned())))
}

/// Sets it.
pub fn put_niche_forum(tx: &mut Tx<'_>, niche: i64, set: &NicheForum) -> Result<()> {
    let values = (
        niche_forums::rules_de.eq(&set.rules_de),
        niche_forums::rules_en.eq(&set.rules_en),
        niche_forums::promo_days.eq(set.promo_days),
    );
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(niche_forums::table)
        .values((niche_forums::niche_id.eq(niche), values))
        .on_conflict(niche_forums::niche_id)
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// Lowest tier rank that may enter a niche.
pub fn find_niche_rank(conn: &mut Conn, niche: i64) -> Result<i32> {
    use crate::db::schema::niches;
    Ok(niches::table.find(niche).select(niches::min_rank).first(conn)?)
}

/// When a member last opened a promotional thread in a niche. Asked inside the transaction that opens the next one: on SQLite
/// writes are one after the other, on PostgreSQL the caller locks the member's row first ([`lock_member`]).
pub fn find_last_promo(conn: &mut Conn, niche: i64, member: MemberId) -> Result<Option<Ms>> {
    Ok(threads::table
        .filter(threads::niche_id.eq(niche))
        .filter(threads::author_id.eq(Some(member.0)))
        .filter(threads::is_promo.eq(true))
        .select(diesel::dsl::max(threads::created_at))
        .first(conn)?)
}

/// Makes two transactions of one member wait for each other.
pub fn lock_member(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    diesel::update(members::table.find(member.0)).set(members::id.eq(member.0)).execute(&mut **tx)?;
    Ok(())
}

/// When the next promotional thread may be opened, if one has to wait.
pub fn next_promo(last: Option<Ms>, days: i32, now: Ms) -> Option<Ms> {
    last.map(|at| at + i64::from(days) * DAY).filter(|at| *at > now)
}

/// Keeps the moments at which a thread opens to more tiers.
pub fn insert_stages(tx: &mut Tx<'_>, thread: ThreadId, stages: &[(Ms, i32)]) -> Result<()> {
    diesel::delete(thread_stages::table.filter(thread_stages::thread_id.eq(thread.0))).execute(&mut **tx)?;
    for (at, rank) in stages {
        diesel::insert_into(thread_stages::table)
            .values((
                thread_stages::thread_id.eq(thread.0),
                thread_stages::opens_at.eq(at),
                thread_stages::min_rank.eq(rank),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The moments that are still to come.
pub fn list_stages(conn: &mut Conn, thread: ThreadId) -> Result<Vec<(Ms, i32)>> {
    Ok(thread_stages::table
        .filter(thread_stages::thread_id.eq(thread.0))
        .order(thread_stages::opens_at)
        .select((thread_stages::opens_at, thread_stages::min_rank))
        .load(conn)?)
}

/// Opens a thread as far as the clock says; answers the rank before and after where something changed.
pub fn advance_stage(tx: &mut Tx<'_>, thread: ThreadId) -> Result<Option<(i32, i32)>> {
    let now = tx.now();
    let due: Option<(Ms, i32)> = thread_stages::table
        .filter(thread_stages::thread_id.eq(thread.0))
        .filter(thread_stages::opens_at.le(now))
        .order(thread_stages::opens_at.desc())
        .select((thread_stages::opens_at, thread_stages::min_rank))
        .first(&mut **tx)
        .optional()?;
    let Some((at, rank)) = due else { return Ok(None) };
    let before: i32 = threads::table.find(thread.0).select(threads::min_rank).first(&mut **tx)?;
    diesel::update(threads::table.find(thread.0)).set(threads::min_rank.eq(rank)).execute(&mut **tx)?;
    diesel::delete(
        thread_stages::table.filter(thread_stages::thread_id.eq(thread.0)).filter(thread_stages::opens_at.le(at)),
    )
    .execute(&mut **tx)?;
    Ok(Some((before, rank)))
}

/// Numbers of a thread, as the transaction sees and holds them: post count and last number.
pub fn lock_thread(tx: &mut Tx<'_>, thread: ThreadId) -> Result<(i32, i32)> {
    Ok(diesel::update(threads::table.find(thread.0))
        .set(threads::last_number.eq(threads::last_number))
        .returning((threads::post_count, threads::last_number))
        .get_result(&mut **tx)?)
}

/// Puts every post of `from` behind the last one of `into`, and leaves `from` pointing there.
/// Numbers of `into` stay, so what was read there stays read.
pub fn merge(tx: &mut Tx<'_>, from: ThreadId, into: ThreadId) -> Result<()> {
    // The lower id first: two merges the other way round wait for each other instead of for ever.
    let (first, second) = if from < into { (from, into) } else { (into, from) };
    let (a, b) = (lock_thread(tx, first)?, lock_thread(tx, second)?);
    let ((count, last), (_, behind)) = if from < into { (a, b) } else { (b, a) };
    diesel::update(posts::table.filter(posts::thread_id.eq(from.0)))
        .set((
            posts::thread_id.eq(into.0),
            posts::number.eq(posts::number + behind),
            posts::reply_to.eq(posts::reply_to + behind),
        ))
        .execute(&mut **tx)?;
    diesel::update(threads::table.find(into.0))
        .set((threads::post_count.eq(threads::post_count + count), threads::last_number.eq(behind + last)))
        .execute(&mut **tx)?;
    diesel::update(threads::table.find(from.0))
        .set((
            threads::merged_into.eq(Some(into.0)),
            threads::post_count.eq(0),
            threads::last_number.eq(0),
            threads::locked.eq(true),
            threads::accepted_id.eq(None::<i64>),
        ))
        .execute(&mut **tx)?;
    diesel::delete(thread_reads::table.filter(thread_reads::thread_id.eq(from.0))).execute(&mut **tx)?;
    newest(tx, into)
}

/// A post that can move: id, number, the number it answers, whether it was deleted.
pub type Movable = (PostId, i32, Option<i32>, bool);

/// The posts of these ids that stand in `thread` and can move, by number.
pub fn list_movable(conn: &mut Conn, thread: ThreadId, ids: &[i64]) -> Result<Vec<Movable>> {
    let rows: Vec<(PostId, i32, Option<i32>, Option<Ms>)> = posts::table
        .filter(posts::thread_id.eq(thread.0))
        .filter(posts::id.eq_any(ids))
        .filter(posts::moved_to.is_null())
        .order(posts::number)
        .select((posts::id, posts::number, posts::reply_to, posts::deleted_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, number, to, gone)| (id, number, to, gone.is_some())).collect())
}

/// Who wrote a post.
pub fn find_author(conn: &mut Conn, post: PostId) -> Result<Option<i64>> {
    Ok(posts::table.find(post.0).select(posts::author_id).first(conn)?)
}

/// A thread that was just made has no post of its own: others come into it.
pub fn empty_thread(tx: &mut Tx<'_>, thread: ThreadId) -> Result<()> {
    diesel::update(threads::table.find(thread.0))
        .set((threads::post_count.eq(0), threads::last_number.eq(0)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes a thread and its translation apart, from both sides.
pub fn unlink_twin(tx: &mut Tx<'_>, thread: ThreadId) -> Result<()> {
    diesel::update(threads::table.filter(threads::id.eq(thread.0).or(threads::twin_id.eq(Some(thread.0)))))
        .set(threads::twin_id.eq(None::<i64>))
        .execute(&mut **tx)?;
    Ok(())
}

/// Gives a post its new place and leaves a sign at the old one, so that the numbers there stay without a gap.
pub fn move_post(
    tx: &mut Tx<'_>,
    post: PostId,
    (from, old): (ThreadId, i32),
    (to, new): (ThreadId, i32),
    reply_to: Option<i32>,
) -> Result<()> {
    let now = tx.now();
    diesel::update(posts::table.find(post.0))
        .set((posts::thread_id.eq(to.0), posts::number.eq(new), posts::reply_to.eq(reply_to)))
        .execute(&mut **tx)?;
    diesel::insert_into(posts::table)
        .values((
            posts::thread_id.eq(from.0),
            posts::number.eq(old),
            posts::body.eq(""),
            posts::html.eq(""),
            posts::created_at.eq(now),
            posts::deleted_at.eq(Some(now)),
            posts::moved_to.eq(Some(post.0)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// After posts went from one thread to the end of another: `shown` of them count, `all` have numbers.
pub fn note_moved(tx: &mut Tx<'_>, from: ThreadId, to: ThreadId, (shown, all): (i32, i32)) -> Result<()> {
    diesel::update(threads::table.find(from.0))
        .set(threads::post_count.eq(threads::post_count - shown))
        .execute(&mut **tx)?;
    diesel::update(threads::table.find(to.0))
        .set((threads::post_count.eq(threads::post_count + shown), threads::last_number.eq(threads::last_number + all)))
        .execute(&mut **tx)?;
    newest(tx, from)?;
    newest(tx, to)
}

/// Sets time and author of the newest post from the posts themselves.
fn newest(tx: &mut Tx<'_>, thread: ThreadId) -> Result<()> {
    let last: Option<(Ms, Option<i64>)> = posts::table
        .filter(posts::thread_id.eq(thread.0))
        .filter(posts::moved_to.is_null())
        .order(posts::created_at.desc())
        .select((posts::created_at, posts::author_id))
        .first(&mut **tx)
        .optional()?;
    if let Some((at, by)) = last {
        diesel::update(threads::table.find(thread.0))
            .set((threads::last_post_at.eq(at), threads::last_post_by.eq(by)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Notes what was done to a post (`warning`, `hidden`) and why.
pub fn insert_warning(
    tx: &mut Tx<'_>,
    member: MemberId,
    (kind, post): (&str, PostId),
    reason: &str,
    by: MemberId,
) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(forum_warnings::table)
        .values((
            forum_warnings::member_id.eq(member.0),
            forum_warnings::post_id.eq(Some(post.0)),
            forum_warnings::kind.eq(kind),
            forum_warnings::reason.eq(reason),
            forum_warnings::by_id.eq(Some(by.0)),
            forum_warnings::created_at.eq(now),
        ))
        .returning(forum_warnings::id)
        .get_result(&mut **tx)?)
}

/// A warning of a member.
#[derive(Debug, Clone, Queryable)]
pub struct Warning {
    /// The post it was for.
    pub post_id: Option<i64>,
    /// `warning` or `hidden`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: Ms,
}

/// Warnings of a member, the newest first.
pub fn list_warnings(conn: &mut Conn, member: MemberId) -> Result<Vec<Warning>> {
    Ok(forum_warnings::table
        .filter(forum_warnings::member_id.eq(member.0))
        .order(forum_warnings::id.desc())
        .limit(50)
        .select((forum_warnings::post_id, forum_warnings::kind, forum_warnings::reason, forum_warnings::created_at))
        .load(conn)?)
}
