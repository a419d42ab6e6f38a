//! What became of a campaign: deliveries, opens and clicks of readers who allow it, who left, what was sold.

use super::model::Counts;
use super::store::{self, Sales};
use crate::db::Conn;
use crate::error::Result;
use std::collections::BTreeMap;

/// Hours of the curve.
pub const HOURS: usize = 48;
/// Links listed.
const LINKS: i64 = 50;

/// The report of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Deliveries by state.
    pub counts: Counts,
    /// Members of the segment the snapshot left out, by reason.
    pub excluded: BTreeMap<String, i64>,
    /// Accepted mails that carry measured links: what opens and clicks are shares of.
    pub tracked: i64,
    /// Readers who opened it.
    pub opened: i64,
    /// Readers who followed a link.
    pub clicked: i64,
    /// Mails in which only a program followed links.
    pub scanned: i64,
    /// Readers whose address does not exist any more.
    pub bounced: i64,
    /// Readers whose mailbox did not take it this time.
    pub soft_bounced: i64,
    /// Readers who called it spam.
    pub complaints: i64,
    /// Links with the readers who followed them.
    pub links: Vec<(String, i64)>,
    /// Readers who opened and who clicked for the first time, for each of [`HOURS`] after the start.
    pub hours: Vec<(i64, i64)>,
    /// Readers who took their consent back within a week.
    pub left: i64,
    /// Sales of the readers in the week before the mail was due.
    pub before: Sales,
    /// Sales of the readers in the week after.
    pub after: Sales,
    /// Currency of the sales.
    pub currency: String,
}

/// The report of a campaign at this moment, with a constant number of statements.
///
/// # Errors
/// [`crate::error::Error::NotFound`]
pub fn report(conn: &mut Conn, id: i64) -> Result<Report> {
    let campaign = store::find(conn, id)?;
    let started = campaign.started_at.unwrap_or(i64::MAX / 2);
    let seen = store::count_seen(conn, id)?;
    let of = |kind: &str| seen.get(kind).copied().unwrap_or(0);
    let currency = crate::settings::load(conn)?.currency;
    let (before, after) = store::sum_sales(conn, id, &currency)?;
    Ok(Report {
        counts: store::count_states(conn, id)?,
        excluded: campaign.excluded(),
        tracked: store::count_tracked(conn, id)?,
        opened: of("open"),
        clicked: of("click"),
        scanned: of("scan"),
        bounced: of("bounce"),
        soft_bounced: of("soft_bounce"),
        complaints: of("complaint"),
        links: store::list_clicked(conn, id, LINKS)?,
        hours: store::list_hours(conn, id, started, HOURS)?,
        left: store::count_left(conn, id, started)?,
        before,
        after,
        currency,
    })
}
