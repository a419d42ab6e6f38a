//! SQL of a campaign's report: a constant number of statements, whatever its size.

use crate::db::schema::{campaign_events, consents, deliveries};
use crate::db::{Conn, DAY, HOUR, Ms};
use crate::error::Result;
use crate::segments::Condition;
use crate::segments::store::bound;
use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::BTreeMap;

/// Sales and turnover in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Sales {
    /// Approved sales.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Their amounts.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

#[derive(QueryableByName)]
struct Slice {
    #[diesel(sql_type = BigInt)]
    hour: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Mails of a campaign that were accepted and carry measured links.
pub fn count_tracked(conn: &mut Conn, campaign: i64) -> Result<i64> {
    Ok(deliveries::table
        .filter(deliveries::campaign_id.eq(campaign))
        .filter(deliveries::state.eq("accepted"))
        .filter(deliveries::tracked.eq(true))
        .select(count_star())
        .first(conn)?)
}

/// Readers by what they did: `open`, `click`, `scan`.
pub fn count_seen(conn: &mut Conn, campaign: i64) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = campaign_events::table
        .filter(campaign_events::campaign_id.eq(campaign))
        .group_by(campaign_events::kind)
        .select((campaign_events::kind, count(campaign_events::member_id).aggregate_distinct()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Links with the readers who followed them, the most followed first.
pub fn list_clicked(conn: &mut Conn, campaign: i64, most: i64) -> Result<Vec<(String, i64)>> {
    Ok(campaign_events::table
        .filter(campaign_events::campaign_id.eq(campaign))
        .filter(campaign_events::kind.eq("click"))
        .group_by(campaign_events::url)
        .order(count(campaign_events::member_id).aggregate_distinct().desc())
        .limit(most)
        .select((campaign_events::url, count(campaign_events::member_id).aggregate_distinct()))
        .load(conn)?)
}

/// Readers who opened and who clicked for the first time, for each hour after `started`, `hours` of them.
pub fn list_hours(conn: &mut Conn, campaign: i64, started: Ms, hours: usize) -> Result<Vec<(i64, i64)>> {
    let most = i64::try_from(hours).unwrap_or(0);
    let mut q = Condition::default();
    q.push("SELECT (first - ").int(started).push(") / ").int(HOUR);
    q.push(" AS hour, kind, COUNT(*) AS n FROM (SELECT member_id, kind, MIN(at) AS first FROM campaign_events ");
    q.push("WHERE campaign_id = ").int(campaign).push(" AND kind IN ('open', 'click') GROUP BY member_id, kind) f ");
    q.push("WHERE first >= ").int(started).push(" AND first < ").int(started + most * HOUR).push(" GROUP BY 1, 2");
    let mut out = vec![(0, 0); hours];
    for slice in bound(q).load::<Slice>(conn)? {
        if let Some(of_hour) = usize::try_from(slice.hour).ok().and_then(|h| out.get_mut(h)) {
            if slice.kind == "open" { of_hour.0 = slice.n } else { of_hour.1 = slice.n }
        }
    }
    Ok(out)
}

/// Readers of a campaign who took their consent back within a week of its start.
pub fn count_left(conn: &mut Conn, campaign: i64, started: Ms) -> Result<i64> {
    Ok(consents::table
        .inner_join(deliveries::table.on(deliveries::member_id.nullable().eq(consents::member_id)))
        .filter(deliveries::campaign_id.eq(campaign))
        .filter(deliveries::state.eq("accepted"))
        .filter(consents::kind.eq("newsletter"))
        .filter(consents::state.eq("withdrawn"))
        .filter(consents::at.ge(started))
        .filter(consents::at.lt(started + 7 * DAY))
        .select(count(deliveries::member_id).aggregate_distinct())
        .first(conn)?)
}

/// Approved sales of the readers in the week before the mail was due to each of them, and in the week from then on.
pub fn sum_sales(conn: &mut Conn, campaign: i64, currency: &str) -> Result<(Sales, Sales)> {
    let mut week = |from: Ms, until: Ms| {
        let mut q = Condition::default();
        q.push("SELECT COUNT(*) AS count, CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) AS amount FROM deliveries d ");
        q.push("INNER JOIN conversions c ON c.member_id = d.member_id AND c.status = 'approved' AND c.currency = ");
        q.text(currency).push(" AND c.occurred_at >= d.due_at + ").int(from);
        q.push(" AND c.occurred_at < d.due_at + ").int(until);
        q.push(" WHERE d.state = 'accepted' AND d.campaign_id = ").int(campaign);
        bound(q).get_result::<Sales>(conn)
    };
    Ok((week(-7 * DAY, 0)?, week(0, 7 * DAY)?))
}
