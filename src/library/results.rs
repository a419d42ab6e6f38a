//! What became of the texts of a resource: downloads, clicks, sales, by text.

use super::channels::Key;
use super::links::text_sub;
use super::store::results as store;
use crate::db::{Conn, DAY, Ms};
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::viewer::MemberId;

/// Days that count.
pub const DAYS: i64 = 90;

/// What became of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Form.
    pub key: Key,
    /// Language.
    pub lang: Lang,
    /// Downloads, each member's once a day.
    pub downloads: i64,
    /// Clicks on its short links.
    pub clicks: i64,
    /// Sales that name its sub-id, pending and approved.
    pub sales: i64,
    /// Their amounts in hundredths by currency.
    pub amounts: Vec<(String, i64)>,
}

/// What became of the texts of resource `id` in the last [`DAYS`] days; of one member, or of all.
///
/// # Errors
/// When the database fails.
pub fn lines(conn: &mut Conn, id: i64, of: Option<MemberId>, now: Ms) -> Result<Vec<Line>> {
    let from = now - DAYS * DAY;
    let downloads = store::list_downloads(conn, id, of, from)?;
    let clicks = store::list_clicks(conn, id, of, from)?;
    let sales = store::list_sales(conn, id, of, from)?;
    let mut out = Vec::new();
    for key in Key::ALL {
        for lang in Lang::ALL {
            let sub = text_sub(id, key, lang);
            let is_its =
                |other: &str| other == sub || other.strip_prefix(&sub).is_some_and(|rest| rest.starts_with('_'));
            let mut line = Line { key, lang, downloads: 0, clicks: 0, sales: 0, amounts: Vec::new() };
            line.downloads =
                downloads.iter().filter(|(k, l, _)| k == key.code() && l == lang.code()).map(|(.., n)| n).sum();
            line.clicks = clicks.iter().filter(|(s, _)| is_its(s)).map(|(_, n)| n).sum();
            for sold in sales.iter().filter(|s| is_its(&s.sub_id)) {
                line.sales += sold.count;
                match line.amounts.iter_mut().find(|(c, _)| *c == sold.currency) {
                    Some((_, sum)) => *sum += sold.amount,
                    None => line.amounts.push((sold.currency.clone(), sold.amount)),
                }
            }
            if line.downloads + line.clicks + line.sales > 0 {
                out.push(line);
            }
        }
    }
    Ok(out)
}

/// Downloads of the last 28 days, oldest first, for a small curve.
///
/// # Errors
/// When the database fails.
pub fn days(conn: &mut Conn, id: i64, of: Option<MemberId>, now: Ms) -> Result<Vec<i64>> {
    const SHOWN: i64 = 28;
    let today = now / DAY;
    let found = store::list_days(conn, id, of, (today - SHOWN + 1) * DAY)?;
    let on = |day: i64| found.iter().filter(|(d, _)| i64::from(*d) == day).map(|(_, n)| n).sum();
    Ok((today - SHOWN + 1..=today).map(on).collect())
}
