//! Tiers: what a partner sells decides the level.
//!
//! The rule: a tier asks for `min_turnover` a calendar month (in the time zone and currency of the settings), held
//! for `periods` months in a row. Approved sales count, by the day they were made; pending, declined and refunded
//! ones and other currencies do not. The running month counts as held from the moment its turnover reaches the
//! threshold; while it has not, the full months before it decide. A rank set by hand always wins.

use super::store::tiers as store;
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::jobs::{self, NewJob};
use crate::members::store::{Tier, list_tiers};
use crate::settings::{self, Settings};
use crate::web::viewer::MemberId;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// Looks at everybody, once a day.
pub const RECOMPUTE_JOB: &str = "tiers.recompute";
/// Looks at some members after their sales changed.
pub const RECOMPUTE_SOME_JOB: &str = "tiers.recompute_some";
/// Members of one look.
pub const AT_ONCE: i64 = 500;

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// First moment.
    pub from: Ms,
    /// First moment after it.
    pub to: Ms,
}

/// The running month and the `back` before it, oldest first.
pub fn months(now: Ms, zone: &TimeZone, back: usize) -> Vec<Month> {
    let at = jiff::Timestamp::from_millisecond(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let (mut year, mut month) = (at.year(), at.month());
    let mut out = Vec::with_capacity(back + 1);
    let start = |year: i16, month: i8| {
        jiff::civil::Date::new(year, month, 1)
            .ok()
            .and_then(|d| d.to_zoned(zone.clone()).ok())
            .map_or(now, |z| z.timestamp().as_millisecond())
    };
    let next = |year: i16, month: i8| if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    for _ in 0..=back {
        let (next_year, next_month) = next(year, month);
        out.push(Month { year, month, from: start(year, month), to: start(next_year, next_month) });
        (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
    }
    out.reverse();
    out
}

/// How many months in a row `min` has been held; `turnover` is oldest first and ends with the running month.
pub fn held(turnover: &[i64], min: i64) -> usize {
    let Some((running, full)) = turnover.split_last() else { return 0 };
    let before = full.iter().rev().take_while(|t| **t >= min).count();
    before + usize::from(*running >= min)
}

fn periods(tier: &Tier) -> usize {
    usize::try_from(tier.periods).unwrap_or(0).max(1)
}

/// The highest tier whose rule is met.
pub fn earned<'t>(tiers: &'t [Tier], turnover: &[i64]) -> Option<&'t Tier> {
    tiers.iter().rev().find(|t| t.min_turnover <= 0 || held(turnover, t.min_turnover) >= periods(t)).or(tiers.first())
}

/// Has the tiers of these partners looked at after the commit.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_for(tx: &mut Tx<'_>, members: &BTreeSet<i64>) -> Result<()> {
    let members: Vec<i64> = members.iter().copied().collect();
    match members.as_slice() {
        [] => Ok(()),
        [one] => {
            let key = format!("{RECOMPUTE_SOME_JOB}:{one}");
            jobs::enqueue(tx, NewJob::new(RECOMPUTE_SOME_JOB, &members)?.once(key))
        }
        many => many.chunks(500).try_for_each(|m| jobs::enqueue(tx, NewJob::new(RECOMPUTE_SOME_JOB, &m)?)),
    }
}

/// The look back that the rules need, in months before the running one.
fn look_back(tiers: &[Tier]) -> usize {
    tiers.iter().map(periods).max().unwrap_or(1)
}

fn turnover_of(conn: &mut Conn, of: &[i64], months: &[Month], currency: &str) -> Result<HashMap<i64, Vec<i64>>> {
    let mut out: HashMap<i64, Vec<i64>> = of.iter().map(|m| (*m, vec![0; months.len()])).collect();
    for (i, month) in months.iter().enumerate() {
        for (member, sum) in store::list_turnover(conn, of, currency, month.from, month.to)? {
            if let Some(slot) = out.get_mut(&member).and_then(|t| t.get_mut(i)) {
                *slot = sum;
            }
        }
    }
    Ok(out)
}

/// Puts members into the tiers they have earned; answers how many moved.
///
/// # Errors
/// When the database fails.
pub fn recompute(tx: &mut Tx<'_>, of: &[i64]) -> Result<usize> {
    let now = tx.now();
    let settings = settings::load(tx)?;
    let tiers = list_tiers(tx)?;
    let months = months(now, &crate::i18n::parse_zone(&settings.time_zone), look_back(&tiers));
    let turnover = turnover_of(tx, of, &months, &settings.currency)?;
    let mut moved = 0;
    for (member, rank, by_hand) in store::list_ranks(tx, of)? {
        let Some(months) = turnover.get(&member) else { continue };
        let earned = earned(&tiers, months).map_or(0, |t| t.rank);
        let wanted = by_hand.unwrap_or(earned);
        if wanted == rank || !store::mark_rank(tx, member, rank, wanted)? {
            continue;
        }
        store::insert_tier_change(tx, member, rank, wanted, if by_hand.is_some() { "override" } else { "turnover" })?;
        jobs::emit(tx, "tier.changed", &json!({ "member_id": member, "from": rank, "to": wanted }))?;
        jobs::emit(tx, "member.changed", &json!({ "member_id": member }))?;
        moved += 1;
    }
    Ok(moved)
}

/// Where a partner stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Tier as it counts now.
    pub tier: Option<Tier>,
    /// Whether a rank was set by hand.
    pub by_hand: bool,
    /// Currency of every amount here.
    pub currency: String,
    /// Six months, oldest first, the last one is running: month and approved turnover.
    pub months: Vec<(Month, i64)>,
    /// The next tier up; none at the top.
    pub next: Option<NextTier>,
    /// Approved sales ever.
    pub sales: i64,
    /// Commission of approved sales ever.
    pub commission: i64,
}

impl Standing {
    /// Turnover of the running month.
    pub fn this_month(&self) -> i64 {
        self.months.last().map_or(0, |(_, t)| *t)
    }
}

/// The way to the next tier.
#[derive(Debug, Clone)]
pub struct NextTier {
    /// The tier.
    pub tier: Tier,
    /// Months in a row that its turnover has been held, the running one included once it is reached.
    pub held: usize,
    /// What the running month still lacks.
    pub missing: i64,
}

/// Reads where a member stands.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member.
pub fn standing(conn: &mut Conn, member: MemberId, now: Ms) -> Result<Standing> {
    let Settings { time_zone, currency, .. } = settings::load(conn)?;
    let tiers = list_tiers(conn)?;
    let back = look_back(&tiers).max(5);
    let all = months(now, &crate::i18n::parse_zone(&time_zone), back);
    let of = [member.0];
    let turnover = turnover_of(conn, &of, &all, &currency)?.remove(&member.0).unwrap_or_default();
    let (_, rank, by_hand) = store::list_ranks(conn, &of)?.into_iter().next().ok_or(Error::NotFound)?;
    let running = turnover.last().copied().unwrap_or(0);
    let next = tiers.iter().find(|t| t.rank > rank).map(|t| NextTier {
        tier: t.clone(),
        held: held(&turnover, t.min_turnover).min(periods(t)),
        missing: (t.min_turnover - running).max(0),
    });
    let (sales, commission) = store::find_totals(conn, member.0, &currency)?;
    let shown = all.len().saturating_sub(6);
    Ok(Standing {
        tier: tiers.into_iter().rev().find(|t| t.rank <= rank),
        by_hand: by_hand.is_some(),
        currency,
        months: all.into_iter().zip(turnover).skip(shown).collect(),
        next,
        sales,
        commission,
    })
}

/// Progress to the next tier as `GET /api/v1/me` shows it; null at the top.
///
/// # Errors
/// When the database fails.
pub fn progress(conn: &mut Conn, member: MemberId, now: Ms) -> Result<serde_json::Value> {
    let standing = standing(conn, member, now)?;
    let money = |minor| json!({ "amount": super::amount::format(minor), "currency": standing.currency });
    Ok(standing.next.as_ref().map_or(serde_json::Value::Null, |next| {
        json!({
            "next_tier": next.tier.slug,
            "turnover": money(standing.this_month()),
            "threshold": money(next.tier.min_turnover),
            "missing": money(next.missing),
            "months_held": next.held,
            "months_needed": next.tier.periods.max(1),
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_the_zone_over_the_end_of_a_year() {
        let zone = crate::i18n::parse_zone("Europe/Berlin");
        // 2026-12-31T23:30Z is already January in Berlin.
        let found = months(1_798_759_800_000, &zone, 2);
        let names: Vec<_> = found.iter().map(|m| (m.year, m.month)).collect();
        assert_eq!(names, [(2026, 11), (2026, 12), (2027, 1)]);
        assert!(found.windows(2).all(|w| w[0].to == w[1].from));
    }

    #[test]
    fn the_running_month_counts_once_it_is_reached() {
        assert_eq!(held(&[0, 500, 500, 0], 500), 2);
        assert_eq!(held(&[0, 500, 500, 500], 500), 3);
        assert_eq!(held(&[500, 0, 500, 100], 500), 1);
        assert_eq!(held(&[500, 500, 0, 100], 500), 0);
    }
}
