//! SQL of Atom feeds.

use crate::access::Sight;
use crate::db::schema::{feed_tokens, posts};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::ThreadId;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Gives a member a new secret; the one before ends.
pub fn set_feed_token(tx: &mut Tx<'_>, member: MemberId, hash: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(feed_tokens::table)
        .values((feed_tokens::member_id.eq(member.0), feed_tokens::hash.eq(hash), feed_tokens::created_at.eq(now)))
        .on_conflict(feed_tokens::member_id)
        .do_update()
        .set((feed_tokens::hash.eq(hash), feed_tokens::created_at.eq(now)))
        .execute(c))?;
    Ok(())
}

/// Takes the secret of a member back.
pub fn remove_feed_token(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    diesel::delete(feed_tokens::table.find(member.0)).execute(&mut **tx)?;
    Ok(())
}

/// When the secret of a member was made, if there is one.
pub fn find_feed_token(conn: &mut Conn, member: MemberId) -> Result<Option<Ms>> {
    Ok(feed_tokens::table.find(member.0).select(feed_tokens::created_at).first(conn).optional()?)
}

/// Whose secret it is.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_feed_member(conn: &mut Conn, hash: &str) -> Result<i64> {
    Ok(feed_tokens::table.filter(feed_tokens::hash.eq(hash)).select(feed_tokens::member_id).first(conn)?)
}

/// Thread, author, HTML, when it was written and when it was changed.
type Opening = (i64, Option<i64>, String, Ms, Option<Ms>);

/// The opening texts of threads that were found visible, without those that are gone: HTML and when it was last changed.
pub fn list_openings(conn: &mut Conn, sight: Sight, threads: &[ThreadId]) -> Result<HashMap<i64, (String, Ms)>> {
    let ids: Vec<i64> = threads.iter().map(|t| t.0).collect();
    let blocked = crate::members::store::list_blocked(conn, &[sight.member.0])?;
    let rows: Vec<Opening> = posts::table
        .filter(posts::thread_id.eq_any(ids))
        .filter(posts::number.eq(1))
        .filter(posts::deleted_at.is_null())
        .filter(posts::hidden_at.is_null())
        .select((posts::thread_id, posts::author_id, posts::html, posts::created_at, posts::edited_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter(|row| row.1.is_none_or(|author| !blocked.contains(&(sight.member.0, author))))
        .map(|(thread, _, html, created, edited)| (thread, (html, edited.unwrap_or(created))))
        .collect())
}
