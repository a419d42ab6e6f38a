//! SQL of turnover and tiers.

use crate::db::schema::{conversions, members, tier_changes};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Approved turnover of members in `from..to` in one currency, in hundredths; members without any are left out.
pub fn list_turnover(conn: &mut Conn, of: &[i64], currency: &str, from: Ms, to: Ms) -> Result<Vec<(i64, i64)>> {
    let rows: Vec<(Option<i64>, i64)> = conversions::table
        .filter(conversions::member_id.eq_any(of))
        .filter(conversions::status.eq("approved"))
        .filter(conversions::currency.eq(currency))
        .filter(conversions::occurred_at.ge(from))
        .filter(conversions::occurred_at.lt(to))
        .group_by(conversions::member_id)
        // sum(bigint) is numeric on PostgreSQL.
        .select((conversions::member_id, sql::<BigInt>("CAST(sum(amount) AS BIGINT)")))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(m, sum)| Some((m?, sum))).collect())
}

/// The tier of members as it stands: member, rank, rank set by hand.
pub fn list_ranks(conn: &mut Conn, of: &[i64]) -> Result<Vec<(i64, i32, Option<i32>)>> {
    Ok(members::table
        .filter(members::id.eq_any(of))
        .order(members::id.asc())
        .select((members::id, members::tier_rank, members::tier_override_rank))
        .load(conn)?)
}

/// Active members after `after`, in id order.
pub fn list_active_after(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<i64>> {
    Ok(members::table
        .filter(members::id.gt(after))
        .filter(members::status.eq("active"))
        .order(members::id.asc())
        .limit(limit)
        .select(members::id)
        .load(conn)?)
}

/// Moves a member from one tier to another; false when the tier is another one by now.
pub fn mark_rank(tx: &mut Tx<'_>, member: i64, from: i32, to: i32) -> Result<bool> {
    let rows = diesel::update(members::table.filter(members::id.eq(member)).filter(members::tier_rank.eq(from)))
        .set((members::tier_rank.eq(to), members::rights_version.eq(members::rights_version + 1)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Remembers why a tier changed.
pub fn insert_tier_change(tx: &mut Tx<'_>, member: i64, from: i32, to: i32, reason: &str) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(tier_changes::table)
        .values((
            tier_changes::member_id.eq(member),
            tier_changes::from_rank.eq(from),
            tier_changes::to_rank.eq(to),
            tier_changes::reason.eq(reason),
            tier_changes::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Totals of a member over everything: sales that count, commission of them, in one currency.
pub fn find_totals(conn: &mut Conn, member: i64, currency: &str) -> Result<(i64, i64)> {
    Ok(conversions::table
        .filter(conversions::member_id.eq(member))
        .filter(conversions::status.eq("approved"))
        .filter(conversions::currency.eq(currency))
        .select((sql::<BigInt>("count(*)"), sql::<BigInt>("CAST(coalesce(sum(commission), 0) AS BIGINT)")))
        .first(conn)?)
}

/// The newest change of any tier.
pub fn find_last_tier_change(conn: &mut Conn) -> Result<i64> {
    let last: Option<i64> = tier_changes::table.select(diesel::dsl::max(tier_changes::id)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Changes of members' tiers after `after`.
pub fn list_tier_changes_of(conn: &mut Conn, of: &[i64], after: i64) -> Result<Vec<i64>> {
    Ok(tier_changes::table
        .filter(tier_changes::id.gt(after))
        .filter(tier_changes::member_id.eq_any(of))
        .order(tier_changes::id.asc())
        .select(tier_changes::id)
        .load(conn)?)
}

/// Takes the latest change of a member's tier back as if it had not been; answers whose it was, none where the tier
/// has changed again since.
pub fn delete_tier_change(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>> {
    let found: Option<(i64, i32, i32)> = tier_changes::table
        .find(id)
        .select((tier_changes::member_id, tier_changes::from_rank, tier_changes::to_rank))
        .first(&mut **tx)
        .optional()?;
    let Some((member, from, to)) = found else { return Ok(None) };
    let later = tier_changes::table.filter(tier_changes::member_id.eq(member)).filter(tier_changes::id.gt(id));
    if diesel::select(diesel::dsl::exists(later)).get_result::<bool>(&mut **tx)? {
        return Ok(None);
    }
    if mark_rank(tx, member, to, from)? {
        diesel::delete(tier_changes::table.find(id)).execute(&mut **tx)?;
        return Ok(Some(member));
    }
    Ok(None)
}
