//! SQL of reports.

use crate::db::schema::{members, post_reports, posts, threads};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::forums::model::{PostId, ReportRow};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Reports a post; a second report of the same member replaces the first and opens it again.
pub fn insert_report(tx: &mut Tx<'_>, post: PostId, member: MemberId, reason: &str) -> Result<i64> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let opened = (
        post_reports::reason.eq(reason),
        post_reports::created_at.eq(now),
        post_reports::closed_at.eq(None::<i64>),
        post_reports::closed_by.eq(None::<i64>),
    );
    Ok(on!(conn, c => diesel::insert_into(post_reports::table)
        .values((post_reports::post_id.eq(post.0), post_reports::member_id.eq(member.0), opened))
        .on_conflict((post_reports::post_id, post_reports::member_id))
        .do_update()
        .set(opened)
        .returning(post_reports::id)
        .get_result(c))?)
}

/// Open reports, oldest first: who waits longest comes first.
pub fn list_open_reports(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<ReportRow>> {
    let author = diesel::alias!(members as authors);
    Ok(post_reports::table
        .inner_join(members::table)
        .inner_join(posts::table.inner_join(threads::table))
        .left_join(author.on(author.field(members::id).nullable().eq(posts::author_id)))
        .filter(post_reports::closed_at.is_null())
        .filter(post_reports::id.gt(after))
        .order(post_reports::id.asc())
        .limit(limit)
        .select((
            post_reports::id,
            posts::id,
            posts::number,
            posts::html,
            posts::hidden_at,
            posts::deleted_at,
            threads::id,
            threads::title,
            members::name,
            post_reports::reason,
            post_reports::created_at,
            author.field(members::name).nullable(),
        ))
        .load(conn)?)
}

/// Closes a report; answers its post.
///
/// # Errors
/// [`Error::NotFound`] when it is not open.
pub fn close_report(tx: &mut Tx<'_>, id: i64, by: MemberId) -> Result<PostId> {
    let now = tx.now();
    let open = post_reports::table.filter(post_reports::id.eq(id)).filter(post_reports::closed_at.is_null());
    let post: Option<PostId> = diesel::update(open)
        .set((post_reports::closed_at.eq(Some(now)), post_reports::closed_by.eq(Some(by.0))))
        .returning(post_reports::post_id)
        .get_result(&mut **tx)
        .optional()?;
    post.ok_or(Error::NotFound)
}
