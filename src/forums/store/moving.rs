//! SQL of moving in.

use crate::db::schema::{forum_imports, forum_sources, members, niches, posts, threads};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{Text, ThreadId};
use crate::forums::store::NewThread;
use diesel::prelude::*;
use std::collections::HashMap;

/// One import.
#[derive(Debug, Clone, Queryable)]
pub struct ImportRow {
    /// Row id.
    pub id: i64,
    /// Name of the file as sent.
    pub file_name: String,
    /// Where it lies.
    pub path: String,
    /// Language of its threads.
    pub lang: String,
    /// Zone of times without one.
    pub time_zone: String,
    /// Only looked at.
    pub dry_run: bool,
    /// `waiting`, `running`, `done`, `failed`, or `stopped` by a fault.
    pub status: String,
    /// Threads done.
    pub done: i64,
    /// Threads in all.
    pub total: i64,
    /// Report as JSON.
    pub report: String,
    /// Who sent it.
    pub created_by: Option<i64>,
    /// When.
    pub created_at: Ms,
    /// When it ended.
    pub finished_at: Option<Ms>,
}

/// Keeps a new import.
pub fn insert_import(
    tx: &mut Tx<'_>,
    (file_name, path): (&str, &str),
    (lang, zone): (&str, &str),
    dry_run: bool,
    by: i64,
) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(forum_imports::table)
        .values((
            forum_imports::file_name.eq(file_name),
            forum_imports::path.eq(path),
            forum_imports::lang.eq(lang),
            forum_imports::time_zone.eq(zone),
            forum_imports::dry_run.eq(dry_run),
            forum_imports::created_by.eq(Some(by)),
            forum_imports::created_at.eq(now),
        ))
        .returning(forum_imports::id)
        .get_result(&mut **tx)?)
}

/// One import.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_import(conn: &mut Conn, id: i64) -> Result<ImportRow> {
    Ok(forum_imports::table.find(id).first(conn)?)
}

/// The newest imports.
pub fn list_imports(conn: &mut Conn, limit: i64) -> Result<Vec<ImportRow>> {
    Ok(forum_imports::table.order(forum_imports::id.desc()).limit(limit).load(conn)?)
}

/// Turns a trial that has ended into the import itself, or begins again what a fault has stopped; false when it is neither.
pub fn mark_wanted(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let trial =
        forum_imports::table.find(id).filter(forum_imports::dry_run.eq(true)).filter(forum_imports::status.eq("done"));
    let rows = diesel::update(trial)
        .set((
            forum_imports::dry_run.eq(false),
            forum_imports::status.eq("waiting"),
            forum_imports::done.eq(0),
            forum_imports::finished_at.eq(None::<Ms>),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Notes how far it is.
pub fn update_progress(tx: &mut Tx<'_>, id: i64, (done, total): (i64, i64)) -> Result<()> {
    diesel::update(forum_imports::table.find(id))
        .set((forum_imports::status.eq("running"), forum_imports::done.eq(done), forum_imports::total.eq(total)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Notes its end.
pub fn mark_ended(tx: &mut Tx<'_>, id: i64, status: &str, report: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(forum_imports::table.find(id))
        .set((
            forum_imports::status.eq(status),
            forum_imports::report.eq(report),
            forum_imports::finished_at.eq(Some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What things of an old forum became.
pub fn list_sources(conn: &mut Conn, kind: &str, keys: &[String]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::new();
    for some in keys.chunks(500) {
        let rows: Vec<(String, i64)> = forum_sources::table
            .filter(forum_sources::kind.eq(kind))
            .filter(forum_sources::source.eq_any(some))
            .select((forum_sources::source, forum_sources::object_id))
            .load(conn)?;
        out.extend(rows);
    }
    Ok(out)
}

/// Keeps what things became.
pub fn insert_sources(tx: &mut Tx<'_>, kind: &str, made: &[(String, i64)]) -> Result<()> {
    for (source, id) in made {
        diesel::insert_into(forum_sources::table)
            .values((forum_sources::kind.eq(kind), forum_sources::source.eq(source), forum_sources::object_id.eq(id)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Opens a thread that is older than the house, without posts yet.
pub fn insert_old_thread(
    tx: &mut Tx<'_>,
    new: &NewThread<'_>,
    at: Ms,
    (pinned, locked, hidden): (bool, bool, bool),
) -> Result<ThreadId> {
    Ok(diesel::insert_into(threads::table)
        .values((
            new,
            threads::title_key.eq(crate::text::fold(new.title)),
            threads::post_count.eq(0),
            threads::last_number.eq(0),
            threads::last_post_at.eq(at),
            threads::last_post_by.eq(new.author_id),
            threads::created_at.eq(at),
            threads::pinned.eq(pinned),
            threads::locked.eq(locked),
            threads::hidden.eq(hidden),
        ))
        .returning(threads::id)
        .get_result(&mut **tx)?)
}

/// A post that is older than the house.
pub struct OldText {
    /// Who wrote it, if they are here.
    pub author: Option<i64>,
    /// When.
    pub at: Ms,
    /// What.
    pub text: Text,
}

/// Takes the next `count` numbers of a thread; answers the first.
pub fn claim_numbers(tx: &mut Tx<'_>, thread: ThreadId, count: i32) -> Result<i32> {
    let last: i32 = diesel::update(threads::table.find(thread.0))
        .set((
            threads::last_number.eq(threads::last_number + count),
            threads::post_count.eq(threads::post_count + count),
        ))
        .returning(threads::last_number)
        .get_result(&mut **tx)?;
    Ok(last - count + 1)
}

/// Stores a post under a number that was claimed in the same transaction, as an answer to another number.
pub fn insert_old_post(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    (number, reply_to): (i32, Option<i32>),
    post: &OldText,
) -> Result<i64> {
    Ok(diesel::insert_into(posts::table)
        .values((
            posts::thread_id.eq(thread.0),
            posts::number.eq(number),
            posts::author_id.eq(post.author),
            posts::reply_to.eq(reply_to),
            posts::body.eq(&post.text.body),
            posts::html.eq(&post.text.html),
            posts::created_at.eq(post.at),
        ))
        .returning(posts::id)
        .get_result(&mut **tx)?)
}

/// Moves the end of a thread to a later post.
pub fn mark_last(tx: &mut Tx<'_>, thread: ThreadId, at: Ms, by: Option<i64>) -> Result<()> {
    diesel::update(threads::table.find(thread.0).filter(threads::last_post_at.le(at)))
        .set((threads::last_post_at.eq(at), threads::last_post_by.eq(by)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Notes which post answers the question of a thread.
pub fn set_accepted(tx: &mut Tx<'_>, thread: ThreadId, post: i64) -> Result<()> {
    diesel::update(threads::table.find(thread.0)).set(threads::accepted_id.eq(Some(post))).execute(&mut **tx)?;
    Ok(())
}

/// Numbers of posts by id.
pub fn list_numbers(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, i32>> {
    let mut out = HashMap::new();
    for some in ids.chunks(500) {
        let rows: Vec<(i64, i32)> =
            posts::table.filter(posts::id.eq_any(some)).select((posts::id, posts::number)).load(conn)?;
        out.extend(rows);
    }
    Ok(out)
}

/// Members by folded name: only names that one member has.
pub fn list_by_name(conn: &mut Conn, keys: &[String]) -> Result<HashMap<String, i64>> {
    let mut out: HashMap<String, Vec<i64>> = HashMap::new();
    for some in keys.chunks(500) {
        let rows: Vec<(String, i64)> = members::table
            .filter(members::name_key.eq_any(some))
            .select((members::name_key, members::id))
            .load(conn)?;
        rows.into_iter().for_each(|(name, id)| out.entry(name).or_default().push(id));
    }
    Ok(out.into_iter().filter_map(|(name, ids)| (ids.len() == 1).then(|| (name, ids[0]))).collect())
}

/// Niches by address: id and lowest tier rank.
pub fn list_niche_ids(conn: &mut Conn) -> Result<HashMap<String, (i64, i32)>> {
    let rows: Vec<(String, i64, i32)> =
        niches::table.select((niches::slug, niches::id, niches::min_rank)).load(conn)?;
    Ok(rows.into_iter().map(|(slug, id, rank)| (slug, (id, rank))).collect())
}
