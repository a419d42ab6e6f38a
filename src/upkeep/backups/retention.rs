//! Which backups have had their time.

use crate::config::Keep;
use crate::db::Ms;
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeSet;

/// Places in `moments` (newest first) of those that nobody keeps: not the newest of one of the last days, weeks or
/// months that have any. The newest of all always stays.
pub fn outdated(moments: &[Ms], keep: Keep) -> Vec<usize> {
    let mut kept = BTreeSet::from([0]);
    let name = |ms: Ms, format: &str| {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(TimeZone::UTC).strftime(format).to_string()
    };
    for (format, most) in [("%Y-%m-%d", keep.days), ("%G-%V", keep.weeks), ("%Y-%m", keep.months)] {
        let mut seen = BTreeSet::new();
        for (i, at) in moments.iter().enumerate() {
            if seen.len() == most {
                break;
            }
            if seen.insert(name(*at, format)) {
                kept.insert(i);
            }
        }
    }
    (0..moments.len()).filter(|i| !kept.contains(i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{DAY, HOUR};

    #[test]
    fn days_weeks_and_months_thin_out_and_the_newest_stays() {
        let now = 1_795_388_700_000;
        // Two a day for a year.
        let all: Vec<Ms> = (0..730).map(|i| now - i * 12 * HOUR).collect();
        let keep = Keep { days: 7, weeks: 4, months: 6 };
        let gone = outdated(&all, keep);
        let left: Vec<Ms> = (0..all.len()).filter(|i| !gone.contains(i)).map(|i| all[i]).collect();
        assert!((13..=17).contains(&left.len()), "{}", left.len());
        assert_eq!(left[0], now);
        assert!(left.last().is_some_and(|oldest| now - oldest > 120 * DAY));
        assert!(outdated(&[now], Keep { days: 1, weeks: 0, months: 0 }).is_empty());
        assert_eq!(outdated(&[now, now - HOUR], Keep { days: 1, weeks: 1, months: 1 }), vec![1]);
        assert!(outdated(&[], keep).is_empty());
    }
}
