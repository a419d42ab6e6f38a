//! SQL of signals that can be had cheaply: who sold for the first time, who sells much less, who has not been seen.
//! One statement each, over an index, whatever the size of the house.

use crate::db::schema::{conversions, members};
use crate::db::{Conn, DAY, Ms};
use crate::error::Result;
use crate::web::sources::OfContact;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

/// The window in which a first sale is news.
const FRESH: Ms = 14 * DAY;
/// The windows that are compared: this many days against as many before.
const WINDOW: Ms = 30 * DAY;
/// Who was not here for this long is missed.
const AWAY: Ms = 20 * DAY;

/// Whether a member is one of the contact's, over `members` of the statement around it.
fn is_of(contact: OfContact) -> diesel::expression::SqlLiteral<Bool> {
    match contact {
        None => sql("1 = 1"),
        Some(None) => sql("members.contact_id IS NULL"),
        // A number, no text of anybody's.
        Some(Some(id)) => sql(&format!("members.contact_id = {id}")),
    }
}

/// Partners whose first approved sale was in the last two weeks, the newest first: id, name, when.
pub fn list_first_sales(conn: &mut Conn, contact: OfContact, now: Ms, limit: i64) -> Result<Vec<(i64, String, Ms)>> {
    let earlier = diesel::alias!(conversions as earlier);
    let rows = conversions::table
        .inner_join(members::table.on(members::id.nullable().eq(conversions::member_id)))
        .filter(conversions::status.eq("approved"))
        .filter(conversions::occurred_at.gt(now - FRESH))
        .filter(conversions::occurred_at.le(now))
        .filter(members::status.eq("active"))
        .filter(is_of(contact))
        .filter(not(exists(
            earlier
                .filter(earlier.field(conversions::member_id).eq(conversions::member_id))
                .filter(earlier.field(conversions::status).eq("approved"))
                .filter(
                    earlier.field(conversions::occurred_at).lt(conversions::occurred_at).or(earlier
                        .field(conversions::occurred_at)
                        .eq(conversions::occurred_at)
                        .and(earlier.field(conversions::id).lt(conversions::id))),
                ),
        )))
        .order(conversions::occurred_at.desc())
        .limit(limit)
        .select((members::id, members::name, conversions::occurred_at))
        .load(conn)?;
    Ok(rows)
}

/// Partners whose approved turnover of the last 30 days is more than two fifths below the 30 days before, the greatest loss
/// first: id, name, turnover now, turnover before. Small sums make no signal.
pub fn list_drops(
    conn: &mut Conn,
    contact: OfContact,
    currency: &str,
    now: Ms,
    limit: i64,
) -> Result<Vec<(i64, String, i64, i64)>> {
    // Numbers of ours, no text of anybody's.
    let (mid, from) = (now - WINDOW, now - 2 * WINDOW);
    let recent = format!("CAST(SUM(CASE WHEN occurred_at > {mid} THEN amount ELSE 0 END) AS BIGINT)");
    let before = format!("CAST(SUM(CASE WHEN occurred_at <= {mid} THEN amount ELSE 0 END) AS BIGINT)");
    let partners = members::table.filter(members::status.eq("active")).filter(is_of(contact));
    let rows: Vec<(Option<i64>, i64, i64)> = conversions::table
        .filter(conversions::status.eq("approved"))
        .filter(conversions::currency.eq(currency))
        .filter(conversions::occurred_at.gt(from))
        .filter(conversions::occurred_at.le(now))
        .filter(conversions::member_id.eq_any(partners.select(members::id.nullable())))
        .group_by(conversions::member_id)
        .having(sql::<Bool>(&format!("{before} >= 10000 AND {recent} * 10 < {before} * 6")))
        .order(sql::<BigInt>(&format!("{recent} - {before}")))
        .limit(limit)
        .select((conversions::member_id, sql::<BigInt>(&recent), sql::<BigInt>(&before)))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().filter_map(|(id, ..)| *id).collect();
    let names: std::collections::HashMap<i64, String> = members::table
        .filter(members::id.eq_any(&ids))
        .select((members::id, members::name))
        .load::<(i64, String)>(conn)?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .filter_map(|(id, recent, before)| id.and_then(|id| Some((id, names.get(&id)?.clone(), recent, before))))
        .collect())
}

/// Partners above the lowest tier who were not here for three weeks, the longest away first: id, name, last seen.
pub fn list_away(conn: &mut Conn, contact: OfContact, now: Ms, limit: i64) -> Result<Vec<(i64, String, Option<Ms>)>> {
    Ok(members::table
        .filter(members::status.eq("active"))
        .filter(is_of(contact))
        .filter(members::role.eq("member"))
        .filter(members::tier_rank.gt(0))
        .filter(members::last_seen_at.lt(now - AWAY))
        .order(members::last_seen_at.asc())
        .limit(limit)
        .select((members::id, members::name, members::last_seen_at))
        .load(conn)?)
}
