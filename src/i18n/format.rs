//! Dates, numbers and money the way German and English (GB) readers write them.
//! Two languages with fixed patterns need no locale database: icu's data would double the binary.

use super::{Arg, Lang, t, t_args};
use crate::db::{DAY, HOUR, MINUTE, Ms};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::LazyLock;

const MONTHS_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"];

fn zoned(ms: Ms, zone: &TimeZone) -> jiff::Zoned {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}

/// A zone by its IANA name; Berlin where the name is unknown.
pub fn parse_zone(name: &str) -> TimeZone {
    TimeZone::get(name).or_else(|_| TimeZone::get("Europe/Berlin")).unwrap_or(TimeZone::UTC)
}

/// Whether `name` is an IANA time zone.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

/// `23.11.2026` or `23 Nov 2026`.
pub fn date(lang: Lang, ms: Ms, zone: &TimeZone) -> String {
    date_of(lang, &zoned(ms, zone))
}

fn date_of(lang: Lang, z: &jiff::Zoned) -> String {
    match lang {
        Lang::De | Lang::DeSie => format!("{:02}.{:02}.{}", z.day(), z.month(), z.year()),
        Lang::En => format!("{} {} {}", z.day(), month_en(z), z.year()),
    }
}

fn month_en(z: &jiff::Zoned) -> &'static str {
    usize::try_from(z.month() - 1).ok().and_then(|i| MONTHS_EN.get(i)).copied().unwrap_or("")
}

/// `14:05` in both.
pub fn time(ms: Ms, zone: &TimeZone) -> String {
    let z = zoned(ms, zone);
    format!("{:02}:{:02}", z.hour(), z.minute())
}

/// Date and time.
pub fn date_time(lang: Lang, ms: Ms, zone: &TimeZone) -> String {
    let z = zoned(ms, zone);
    format!("{}, {:02}:{:02}", date_of(lang, &z), z.hour(), z.minute())
}

/// Today, yesterday, or the date: for the dividers between days.
pub fn day(lang: Lang, ms: Ms, now: Ms, zone: &TimeZone) -> String {
    let (then, today) = (zoned(ms, zone).date(), zoned(now, zone).date());
    match (today - then).get_days() {
        0 => t(lang, "ui-today").into_owned(),
        1 => t(lang, "ui-yesterday").into_owned(),
        _ => date(lang, ms, zone),
    }
}

/// How long ago, in the largest fitting unit; a date beyond a week.
pub fn ago(lang: Lang, ms: Ms, now: Ms, zone: &TimeZone) -> String {
    let past = now - ms;
    let (unit, n) = match past {
        _ if past < MINUTE => return t(lang, "ui-just-now").into_owned(),
        _ if past < HOUR => (0, past / MINUTE),
        _ if past < DAY => (1, past / HOUR),
        _ if past < 7 * DAY => (2, past / DAY),
        _ => return date(lang, ms, zone),
    };
    let [de, en] = &*AGO;
    usize::try_from(n).ok().and_then(|n| lang.pick(de, en)[unit].get(n)).cloned().unwrap_or_default()
}

/// Minutes, hours and days by number: a page of posts says fifty of them, and a plural costs microseconds.
static AGO: LazyLock<[[Vec<String>; 3]; 2]> = LazyLock::new(|| {
    Lang::ALL.map(|lang| {
        [("ui-minutes-ago", 60), ("ui-hours-ago", 24), ("ui-days-ago", 7)]
            .map(|(key, most)| (0..most).map(|n| t_args(lang, key, &[("n", Arg::Number(n))])).collect())
    })
});

/// RFC 3339 in UTC with milliseconds, as the API and `<time datetime>` want it.
pub fn iso(ms: Ms) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// `1.234` or `1,234`.
pub fn number(lang: Lang, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if n < 0 {
        out.push('−');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(lang.pick('.', ','));
        }
        out.push(c);
    }
    out
}

/// `1.234,50 €` or `€1,234.50`; `minor` counts hundredths.
pub fn money(lang: Lang, minor: i64, currency: &str) -> String {
    let whole = number(lang, minor.abs() / 100);
    let cents = minor.unsigned_abs() % 100;
    let sign = if minor < 0 { "−" } else { "" };
    let symbol = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        other => other,
    };
    match lang {
        Lang::De | Lang::DeSie => format!("{sign}{whole},{cents:02}\u{a0}{symbol}"),
        Lang::En if symbol.len() > 2 && symbol.is_ascii() => format!("{sign}{symbol}\u{a0}{whole}.{cents:02}"),
        Lang::En => format!("{sign}{symbol}{whole}.{cents:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_money_read_naturally() {
        assert_eq!(number(Lang::De, 1_234_567), "1.234.567");
        assert_eq!(number(Lang::En, -1_234), "−1,234");
        assert_eq!(money(Lang::De, 123_450, "EUR"), "1.234,50\u{a0}€");
        assert_eq!(money(Lang::En, 5, "USD"), "$0.05");
    }

    #[test]
    fn dates_follow_the_zone() {
        let zone = parse_zone("Europe/Berlin");
        assert_eq!(date_time(Lang::De, 1_795_388_700_000, &zone), "23.11.2026, 00:05");
        assert_eq!(date(Lang::En, 1_795_388_700_000, &TimeZone::UTC), "22 Nov 2026");
        assert_eq!(iso(1_795_388_700_001), "2026-11-22T23:05:00.001Z");
    }
}
