//! 120 days of sales, the same every time, that add up to the tiers people have by the rule (turnover of a
//! calendar month, approved, held for two months) and hold the situations a manager should meet: a first sale,
//! a tenth, 1,000 € of commission, a best month, a record pace, a drop, somebody who went quiet.

use super::people::{Everybody, PEOPLE, Person, code_of};
use crate::db::schema::conversions;
use crate::db::{DAY, HOUR, Ms, Tx};
use crate::error::{Error, Result};
use crate::i18n::parse_zone;
use diesel::prelude::*;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Days of history.
pub const DAYS: i64 = 120;

/// One sale before it is stored; amounts in cents.
#[derive(Debug, Clone)]
pub struct Sale {
    /// Index into [`PEOPLE`].
    pub who: usize,
    /// Slug of the program.
    pub program: &'static str,
    /// When.
    pub at: Ms,
    /// Turnover in cents.
    pub amount: i64,
    /// Commission in cents.
    pub commission: i64,
    /// `pending`, `approved`, `declined` or `refunded`.
    pub status: &'static str,
}

/// First moments of the running month and of the one before it.
fn months(now: Ms) -> (Ms, Ms) {
    let zone = parse_zone("Europe/Berlin");
    let at = jiff::Timestamp::from_millisecond(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let start = |date: jiff::civil::Date| date.to_zoned(zone.clone()).map_or(now, |z| z.timestamp().as_millisecond());
    let first = at.date().first_of_month();
    let before = first.yesterday().map_or(first, jiff::civil::Date::first_of_month);
    (start(first), start(before))
}

/// How much stronger or weaker than usual a day is for somebody.
fn season(person: &Person, at: Ms, now: Ms) -> f64 {
    let (running, last) = months(now);
    match person.name {
        "Mehmet Aydin" if at >= last && at < running => 1.3,
        "Priya Nair" if at >= running => 1.45,
        "Igor Novak" if at > now - 30 * DAY => 0.55,
        "Carla Weiß" if at > now - 21 * DAY => 0.0,
        "Carla Weiß" if at > now - 32 * DAY => 1.6,
        _ => 1.0,
    }
}

/// Commission in cents: Plankraft 20 %, FitNord 8, 10, 12 or 15 % by tier.
fn commission(person: &Person, program: &str, amount: i64) -> i64 {
    let percent = match (program, person.rank) {
        ("plankraft", _) => 20,
        (_, 0) => 8,
        (_, 10) => 10,
        (_, 20) => 12,
        _ => 15,
    };
    amount * percent / 100
}

fn prices(program: &str) -> &'static [i64] {
    match program {
        "plankraft" => &[1_900, 9_500, 3_800, 22_800, 5_700, 19_000],
        _ => &[12_900, 4_900, 64_900, 19_900, 7_900, 39_900, 24_900],
    }
}

/// What has become of the `n`th sale after so much time.
fn status(n: usize, age: Ms) -> &'static str {
    if age < 7 * DAY && n.is_multiple_of(2) {
        return "pending";
    }
    match n % 25 {
        7 | 19 => "declined",
        13 => "refunded",
        _ => "approved",
    }
}

/// Every sale of the demo, oldest first.
pub fn sales(now: Ms) -> Vec<Sale> {
    let mut out = Vec::new();
    for (who, person) in PEOPLE.iter().enumerate() {
        let mut rng = SmallRng::seed_from_u64(0x6e6f_7264 + who as u64);
        out.extend(usual(who, person, now, &mut rng));
    }
    out.extend(special(now));
    out.sort_by_key(|s| (s.at, s.who));
    out
}

/// The everyday sales of one person: each day adds to a budget, and a sale is made when it is covered.
fn usual(who: usize, person: &Person, now: Ms, rng: &mut SmallRng) -> Vec<Sale> {
    let mut out = Vec::new();
    if person.turnover == 0 || person.programs.is_empty() {
        return out;
    }
    let mut budget = 0.0;
    let mut n = who;
    for day in (0..DAYS.min(person.joined)).rev() {
        let noon = now - day * DAY;
        budget += person.turnover as f64 * 100.0 / 30.0 * season(person, noon, now);
        while let Some(program) = person.programs.get(n % person.programs.len()).copied() {
            let list = prices(program);
            let Some(amount) = list.get((n * 5 + who) % list.len()).copied() else { break };
            if budget < amount as f64 {
                break;
            }
            budget -= amount as f64;
            let at = noon - rng.random_range(HOUR / 2..14 * HOUR);
            let status = status(n, now - at);
            out.push(Sale { who, program, at, amount, commission: commission(person, program, amount), status });
            n += 1;
        }
    }
    if person.name == "Sofie Lindqvist" {
        reach_a_thousand(&mut out, who, now);
    } else {
        keep_the_tier(&mut out, who, person, now);
    }
    out
}

/// Turnover of a calendar month, in cents, from which a tier of that rank is held.
const RANKS: [(i64, i32); 3] = [(50_000, 10), (250_000, 20), (1_000_000, 30)];

/// Where months are cut decides about tiers, and today may be any day: what a full month lacks for the tier is one
/// more sale of it, what is too much for it was declined.
fn keep_the_tier(own: &mut Vec<Sale>, who: usize, person: &Person, now: Ms) {
    let (running, last) = months(now);
    let (_, before) = months(last + DAY);
    let sum = |own: &[Sale], from: Ms, to: Ms| -> i64 {
        own.iter().filter(|s| s.status == "approved" && s.at >= from && s.at < to).map(|s| s.amount).sum()
    };
    if let Some((min, _)) = RANKS.iter().find(|(_, rank)| *rank == person.rank) {
        let lone = sum(own, before, last) < *min && sum(own, running, now + 1) < *min;
        for (from, to, wanted) in [(last, running, true), (before, last, lone)] {
            let lacks = *min - sum(own, from, to);
            if wanted && lacks > 0 {
                let program = person.programs.first().copied().unwrap_or("fitnord");
                let commission = commission(person, program, lacks);
                let at = from + 10 * DAY + 10 * HOUR;
                own.push(Sale { who, program, at, amount: lacks, commission, status: "approved" });
            }
        }
    }
    if let Some((above, _)) = RANKS.iter().find(|(_, rank)| *rank > person.rank) {
        while sum(own, last, running) >= *above {
            let Some(sale) = own.iter_mut().find(|s| s.status == "approved" && s.at >= last && s.at < running) else {
                break;
            };
            sale.status = "declined";
        }
    }
}

/// Leaves just less than 1,000 € of approved commission, and lets the newest sale step over it.
fn reach_a_thousand(own: &mut Vec<Sale>, who: usize, now: Ms) {
    let mut sum = 0;
    for sale in own.iter_mut().filter(|s| s.status == "approved") {
        if sum + sale.commission > 98_000 {
            sale.status = "declined";
        } else {
            sum += sale.commission;
        }
    }
    let mut at = now - 110 * DAY;
    while sum < 90_000 {
        // Yearly plans sold beside the everyday ones.
        own.push(Sale { who, program: "plankraft", at, amount: 22_800, commission: 4_560, status: "approved" });
        sum += 4_560;
        at += 11 * DAY;
    }
    let commission = 100_640 - sum;
    let at = now - 2 * DAY;
    own.push(Sale { who, program: "plankraft", at, amount: commission * 5, commission, status: "approved" });
}

/// The first sale of Uwe, two days ago, and ten of Jonas, the last one yesterday.
fn special(now: Ms) -> Vec<Sale> {
    let mut out = Vec::new();
    for (who, person) in PEOPLE.iter().enumerate() {
        let mut add = |program, at, amount| {
            let commission = commission(person, program, amount);
            out.push(Sale { who, program, at, amount, commission, status: "approved" });
        };
        match person.name {
            "Uwe Harms" => add("fitnord", now - 2 * DAY - HOUR, 24_900),
            "Jonas Petri" => (0..10).for_each(|i| add("plankraft", now - DAY - 3 * HOUR - i * 11 * DAY, 1_900)),
            _ => {}
        }
    }
    out
}

/// Stores the sales: orders FN-2… and PK-3…, from three sources as in real life.
///
/// # Errors
/// When they cannot be written.
pub fn insert_sales(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let now = tx.now();
    for (i, sale) in sales(now).iter().enumerate() {
        let person = PEOPLE.get(sale.who).ok_or_else(|| Error::internal("a sale of nobody"))?;
        let code = code_of(person);
        let program = all.places.programs.get(sale.program).copied();
        let order = match sale.program {
            "plankraft" => format!("PK-{}", 30_000 + i),
            _ => format!("FN-{}", 20_000 + i),
        };
        let source = match i % 10 {
            0..=5 => "pap",
            6..=8 => "s2s",
            _ => "api",
        };
        diesel::insert_into(conversions::table)
            .values((
                conversions::source.eq(source),
                conversions::order_id.eq(order),
                conversions::program_id.eq(program),
                conversions::ref_key.eq(&code),
                conversions::affiliate_ref.eq(&code),
                conversions::member_id.eq(Some(all.id(person.name)?)),
                conversions::amount.eq(sale.amount),
                conversions::currency.eq("EUR"),
                conversions::commission.eq(Some(sale.commission)),
                conversions::status.eq(sale.status),
                conversions::occurred_at.eq(sale.at),
                conversions::created_at.eq(sale.at + HOUR / 4),
                conversions::updated_at.eq((sale.at + 14 * DAY).min(now)),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any moment of a month must do: the first, the middle, the last day.
    const MOMENTS: [Ms; 4] = [1_795_388_700_000, 1_793_520_000_000, 1_796_040_000_000, 1_772_400_000_000];

    #[test]
    fn there_are_about_nineteen_hundred_sales_in_every_state() {
        for now in MOMENTS {
            let all = sales(now);
            assert!((1_800..=2_000).contains(&all.len()), "{}", all.len());
            for state in ["pending", "approved", "declined", "refunded"] {
                assert!(all.iter().any(|s| s.status == state), "{state}");
            }
            assert!(all.iter().all(|s| s.at <= now && s.at > now - (DAYS + 1) * DAY));
        }
    }

    #[test]
    fn turnover_of_the_last_full_months_gives_the_tier() {
        // Every thirty-seven hours of a year, so at every time of the day as well.
        for now in (0..240).map(|i| MOMENTS[0] + i * 37 * HOUR).chain(MOMENTS) {
            let (running, last) = months(now);
            let (_, before) = months(last + DAY);
            let all = sales(now);
            for (who, person) in PEOPLE.iter().enumerate() {
                let sum = |from: Ms, to: Ms| -> i64 {
                    let own = all.iter().filter(|s| s.who == who && s.status == "approved");
                    own.filter(|s| s.at >= from && s.at < to).map(|s| s.amount).sum()
                };
                let (a, b, c) = (sum(before, last), sum(last, running), sum(running, now + 1));
                let held = |min: i64| b >= min && (a >= min || c >= min);
                let rank = [(1_000_000, 30), (250_000, 20), (50_000, 10)].iter().find(|(min, _)| held(*min));
                assert_eq!(rank.map_or(0, |(_, r)| *r), person.rank, "{} at {now}: {a} {b} {c}", person.name);
            }
        }
    }

    #[test]
    fn the_named_situations_are_there() {
        let now = MOMENTS[0];
        let all = sales(now);
        let of = |name: &str| all.iter().filter(|s| PEOPLE[s.who].name == name).collect::<Vec<_>>();
        assert_eq!(of("Uwe Harms").len(), 1);
        assert_eq!(of("Jonas Petri").len(), 10);
        let commission: i64 =
            of("Sofie Lindqvist").iter().filter(|s| s.status == "approved").map(|s| s.commission).sum();
        assert_eq!(commission, 100_640);
        assert!(of("Carla Weiß").iter().all(|s| s.at < now - 20 * DAY));
        let igor = |from: Ms, to: Ms| {
            of("Igor Novak").iter().filter(|s| s.at > now - from && s.at <= now - to).map(|s| s.amount).sum::<i64>()
        };
        assert!(igor(30 * DAY, 0) * 10 < igor(60 * DAY, 30 * DAY) * 7);
    }
}
