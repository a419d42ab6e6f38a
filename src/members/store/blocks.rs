//! SQL of blocks: who does not want to hear of whom.

use crate::db::schema::{member_blocks, members};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Somebody the viewer has blocked.
#[derive(Debug, Clone, Queryable)]
pub struct Blocked {
    /// The member.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Since when.
    pub created_at: Ms,
}

/// Blocks of several members at once, as (who blocks, who is blocked).
pub fn list_blocked(conn: &mut Conn, members: &[i64]) -> Result<Vec<(i64, i64)>> {
    let mut out = Vec::new();
    for some in members.chunks(500) {
        let rows: Vec<(i64, i64)> = member_blocks::table
            .filter(member_blocks::member_id.eq_any(some))
            .select((member_blocks::member_id, member_blocks::blocked_id))
            .load(conn)?;
        out.extend(rows);
    }
    Ok(out)
}

/// Whom a member has blocked, the newest first.
pub fn list_blocks(conn: &mut Conn, member: MemberId) -> Result<Vec<Blocked>> {
    Ok(member_blocks::table
        .inner_join(members::table.on(members::id.eq(member_blocks::blocked_id)))
        .filter(member_blocks::member_id.eq(member.0))
        .order(member_blocks::created_at.desc())
        .limit(1_000)
        .select((members::id, members::name, member_blocks::created_at))
        .load(conn)?)
}

/// Whether `member` has blocked `other`.
pub fn has_blocked(conn: &mut Conn, member: MemberId, other: MemberId) -> Result<bool> {
    let row = member_blocks::table.find((member.0, other.0));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

/// Sets a block; answers whether it is new.
pub fn insert_block(tx: &mut Tx<'_>, member: MemberId, other: MemberId) -> Result<bool> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(member_blocks::table)
        .values((
            member_blocks::member_id.eq(member.0),
            member_blocks::blocked_id.eq(other.0),
            member_blocks::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Takes a block back; answers whether there was one.
pub fn delete_block(tx: &mut Tx<'_>, member: MemberId, other: MemberId) -> Result<bool> {
    Ok(diesel::delete(member_blocks::table.find((member.0, other.0))).execute(&mut **tx)? == 1)
}
