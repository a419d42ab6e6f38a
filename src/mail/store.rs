//! SQL of the volume: how many mails went over a route in this hour and on this day.
//!
//! Windows are whole hours and days of UTC. A mail is counted in the transaction that writes its intent, so that a crash
//! loses none and no window ever holds one more than it may.

use crate::config::Config;
use crate::db::schema::mail_windows as windows;
use crate::db::{Conn, DAY, HOUR, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::prelude::*;

/// A relay that does not know a sender takes this many on the first day; every day after twice as many.
const FIRST_DAY: i64 = 2_000;
/// Days until it knows us.
const WARM_AFTER: i64 = 7;

/// How fast a route may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// The route: host and port.
    pub route: String,
    /// Mails an hour, as the operator says.
    pub per_hour: Option<i64>,
    /// Mails a day, as the operator says.
    pub per_day: Option<i64>,
}

/// Where a route stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Volume {
    /// Day since the first mail, from 1; 0 before it.
    pub day: i64,
    /// Mails of this hour.
    pub hour_used: i64,
    /// Mails an hour; `null`: as many as it takes.
    pub hour_limit: Option<i64>,
    /// Mails of this day.
    pub day_used: i64,
    /// Mails a day; `null`: as many as it takes.
    pub day_limit: Option<i64>,
}

impl Pace {
    /// The pace of a configuration; `None` where nothing is limited: no route, or limits are off.
    pub fn of(config: &Config) -> Option<Self> {
        let route = config.smtp.as_ref().filter(|_| config.rate_limits)?;
        Some(Self {
            route: format!("{}:{}", route.host, route.port),
            per_hour: config.operations.mail_per_hour,
            per_day: config.operations.mail_per_day,
        })
    }

    /// Limits of an hour and of a day, `age` days after the first mail. What the operator says replaces the gentle start.
    pub fn limits(&self, age: i64) -> (Option<i64>, Option<i64>) {
        if self.per_hour.is_some() || self.per_day.is_some() {
            return (self.per_hour, self.per_day);
        }
        let day = (age < WARM_AFTER).then(|| FIRST_DAY << age.clamp(0, WARM_AFTER));
        (day.map(|d| d / 4), day)
    }
}

/// What may go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Mails that may go.
    pub granted: i64,
    /// Where that is fewer than wanted: when more may go.
    pub next_at: Option<Ms>,
    /// Whether they were counted; a route that knows us counts no more.
    pub counted: bool,
}

/// Takes up to `wanted` mails out of the windows of now.
pub fn take(tx: &mut Tx<'_>, pace: &Pace, wanted: i64) -> Result<Grant> {
    let now = tx.now();
    let (hour, day) = (now / HOUR * HOUR, now / DAY * DAY);
    let (per_hour, per_day) = pace.limits(age(tx, &pace.route, day)?);
    if per_hour.is_none() && per_day.is_none() {
        return Ok(Grant { granted: wanted, next_at: None, counted: false });
    }
    let used_hour = locked(tx, &pace.route, "hour", hour)?;
    let used_day = locked(tx, &pace.route, "day", day)?;
    let left_hour = per_hour.map_or(i64::MAX, |most| (most - used_hour).max(0));
    let left_day = per_day.map_or(i64::MAX, |most| (most - used_day).max(0));
    let granted = wanted.min(left_hour).min(left_day);
    add(tx, &pace.route, now, granted)?;
    let next_at = (granted < wanted).then(|| if left_day <= left_hour { day + DAY } else { hour + HOUR });
    Ok(Grant { granted, next_at, counted: true })
}

/// Counts mails that did not wait (`n` above zero), or takes back mails that were granted and did not go.
pub fn add(tx: &mut Tx<'_>, route: &str, at: Ms, n: i64) -> Result<()> {
    if n == 0 {
        return Ok(());
    }
    for (span, start) in [("hour", at / HOUR * HOUR), ("day", at / DAY * DAY)] {
        ensure(tx, route, span, start)?;
        diesel::update(windows::table.find((route, span, start)))
            .set(windows::used.eq(windows::used + n))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Where the route of `pace` stands.
pub fn volume(conn: &mut Conn, pace: &Pace, now: Ms) -> Result<Volume> {
    let day = now / DAY * DAY;
    let first = first_day(conn, &pace.route)?;
    let (hour_limit, day_limit) = pace.limits(first.map_or(0, |f| (day - f) / DAY));
    let mut used = |span: &str, start: Ms| -> Result<i64> {
        let found = windows::table.find((&pace.route, span, start)).select(windows::used).first(conn).optional()?;
        Ok(found.unwrap_or(0))
    };
    Ok(Volume {
        day: first.map_or(0, |f| (day - f) / DAY + 1),
        hour_used: used("hour", now / HOUR * HOUR)?,
        hour_limit,
        day_used: used("day", day)?,
        day_limit,
    })
}

/// Forgets windows that are over; the first day of each route stays, it tells the age.
pub fn forget_windows(tx: &mut Tx<'_>) -> Result<()> {
    let old = tx.now() - 40 * DAY;
    let hours = windows::table.filter(windows::span.eq("hour")).filter(windows::start.lt(old));
    diesel::delete(hours).execute(&mut **tx)?;
    Ok(())
}

fn first_day(conn: &mut Conn, route: &str) -> Result<Option<Ms>> {
    let days = windows::table.filter(windows::route.eq(route)).filter(windows::span.eq("day"));
    Ok(days.select(diesel::dsl::min(windows::start)).first(conn)?)
}

fn age(conn: &mut Conn, route: &str, day: Ms) -> Result<i64> {
    Ok(first_day(conn, route)?.map_or(0, |first| (day - first) / DAY))
}

fn ensure(tx: &mut Tx<'_>, route: &str, span: &str, start: Ms) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(windows::table)
        .values((windows::route.eq(route), windows::span.eq(span), windows::start.eq(start)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Mails of a window that nobody else counts in until this transaction ends.
fn locked(tx: &mut Tx<'_>, route: &str, span: &str, start: Ms) -> Result<i64> {
    ensure(tx, route, span, start)?;
    let conn: &mut Conn = tx;
    let found = windows::table.find((route, span, start)).select(windows::used);
    Ok(match conn {
        // One writer: nobody else is there.
        Conn::Sqlite(c) => found.first(c)?,
        Conn::Postgres(c) => found.for_update().first(c)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gentle_start_doubles_each_day_and_ends() {
        let pace = Pace { route: "relay:25".into(), per_hour: None, per_day: None };
        assert_eq!(pace.limits(0), (Some(500), Some(2_000)));
        assert_eq!(pace.limits(3), (Some(4_000), Some(16_000)));
        assert_eq!(pace.limits(7), (None, None));
        let fixed = Pace { per_hour: Some(30), ..pace };
        assert_eq!((fixed.limits(0), fixed.limits(99)), ((Some(30), None), (Some(30), None)));
    }
}
