//! SQL of links, opens and clicks.

use crate::db::schema::{campaign_events, campaign_links, deliveries, members};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Something a reader did lately.
#[derive(Debug, Clone, Queryable)]
pub struct Seen {
    /// `open`, `click` or `scan`.
    pub kind: String,
    /// The link, as the campaign has it.
    pub url: String,
}

/// Ids of a campaign's links, made where there are none yet; two nodes that make the same get the same.
pub fn keep_links(tx: &mut Tx<'_>, campaign: i64, urls: &[String]) -> Result<HashMap<String, i64>> {
    for url in urls {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(campaign_links::table)
            .values((campaign_links::campaign_id.eq(campaign), campaign_links::url.eq(url)))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    list_links(tx, campaign)
}

/// The links of a campaign: address to id.
pub fn list_links(conn: &mut Conn, campaign: i64) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = campaign_links::table
        .filter(campaign_links::campaign_id.eq(campaign))
        .select((campaign_links::url, campaign_links::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Campaign and address of a link.
///
/// # Errors
/// [`crate::error::Error::NotFound`]
pub fn find_link(conn: &mut Conn, id: i64) -> Result<(i64, String)> {
    Ok(campaign_links::table.find(id).select((campaign_links::campaign_id, campaign_links::url)).first(conn)?)
}

/// When a measured mail was handed over; none where it was not measured, or its reader allows it no more.
pub fn find_measured(conn: &mut Conn, campaign: i64, member: MemberId) -> Result<Option<Ms>> {
    Ok(deliveries::table
        .inner_join(members::table.on(members::id.eq(deliveries::member_id)))
        .filter(deliveries::campaign_id.eq(campaign))
        .filter(deliveries::member_id.eq(member.0))
        .filter(deliveries::tracked.eq(true))
        .filter(members::tracking_consent.eq(true))
        .select(deliveries::updated_at)
        .first(conn)
        .optional()?)
}

/// What a reader did with a campaign since a moment.
pub fn list_seen_since(conn: &mut Conn, campaign: i64, member: MemberId, since: Ms) -> Result<Vec<Seen>> {
    Ok(campaign_events::table
        .filter(campaign_events::campaign_id.eq(campaign))
        .filter(campaign_events::member_id.eq(member.0))
        .filter(campaign_events::at.ge(since))
        .select((campaign_events::kind, campaign_events::url))
        .load(conn)?)
}

/// Keeps one thing a reader did.
pub fn insert_event(tx: &mut Tx<'_>, campaign: i64, member: MemberId, kind: &str, url: &str) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(campaign_events::table)
        .values((
            campaign_events::campaign_id.eq(campaign),
            campaign_events::member_id.eq(member.0),
            campaign_events::kind.eq(kind),
            campaign_events::url.eq(url),
            campaign_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What was taken for clicks since a moment was a program.
pub fn mark_scanned(tx: &mut Tx<'_>, campaign: i64, member: MemberId, since: Ms) -> Result<()> {
    let taken = campaign_events::table
        .filter(campaign_events::campaign_id.eq(campaign))
        .filter(campaign_events::member_id.eq(member.0))
        .filter(campaign_events::kind.eq("click"))
        .filter(campaign_events::at.ge(since));
    diesel::update(taken).set(campaign_events::kind.eq("scan")).execute(&mut **tx)?;
    Ok(())
}
