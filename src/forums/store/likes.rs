//! SQL of likes. The row decides, the counter follows it in the same transaction.

use crate::db::schema::{post_likes, posts};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::forums::model::PostId;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Likes a post; a second time changes nothing. Answers the number of likes.
pub fn insert_like(tx: &mut Tx<'_>, post: PostId, member: MemberId) -> Result<i32> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(post_likes::table)
        .values((
            post_likes::post_id.eq(post.0),
            post_likes::member_id.eq(member.0),
            post_likes::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    count(conn, post, i32::from(rows == 1))
}

/// Takes a like back; a second time changes nothing. Answers the number of likes.
pub fn delete_like(tx: &mut Tx<'_>, post: PostId, member: MemberId) -> Result<i32> {
    let rows = diesel::delete(post_likes::table.find((post.0, member.0))).execute(&mut **tx)?;
    count(tx, post, -i32::from(rows == 1))
}

fn count(conn: &mut Conn, post: PostId, by: i32) -> Result<i32> {
    Ok(diesel::update(posts::table.find(post.0))
        .set(posts::likes.eq(posts::likes + by))
        .returning(posts::likes)
        .get_result(conn)?)
}
