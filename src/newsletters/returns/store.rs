//! SQL of mail that came back.

use super::Verdict;
use crate::db::schema::{campaign_events, deliveries, returned_mails};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// How many of the last mails to a member count when soft bounces are counted.
pub const LATELY: i64 = 5;

/// A mail that came back, as the team sees it.
#[derive(Debug, Clone, Queryable)]
pub struct Returned {
    /// Id.
    pub id: i64,
    /// When.
    pub at: Ms,
    /// Address of ours it came to.
    pub recipient: String,
    /// Campaign it is about.
    pub campaign_id: Option<i64>,
    /// Member it is about.
    pub member_id: Option<i64>,
    /// `hard`, `soft`, `delayed`, `complaint`, `leave`, `unread`.
    pub verdict: String,
    /// Enhanced status code.
    pub status: String,
    /// The server's words.
    pub detail: String,
    /// The first 4,000 characters of the mail, where nobody could read it; all of it lies in the database.
    pub raw: String,
}

/// Keeps a mail.
pub fn insert(
    tx: &mut Tx<'_>,
    recipient: &str,
    (campaign, member): (Option<i64>, MemberId),
    verdict: &Verdict,
    raw: &str,
) -> Result<()> {
    let (now, (status, detail)) = (tx.now(), verdict.words());
    diesel::insert_into(returned_mails::table)
        .values((
            returned_mails::at.eq(now),
            returned_mails::recipient.eq(recipient),
            returned_mails::campaign_id.eq(campaign),
            returned_mails::member_id.eq(Some(member.0)),
            returned_mails::verdict.eq(verdict.code()),
            returned_mails::status.eq(status),
            returned_mails::detail.eq(detail),
            returned_mails::raw.eq(raw),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Suppresses the address that a mail of a campaign went to; where it is not known any more there is nothing to suppress.
pub fn suppress(tx: &mut Tx<'_>, campaign: i64, member: MemberId, reason: &str, source: &str) -> Result<()> {
    let sent: Option<(String, String)> = deliveries::table
        .find((campaign, member.0))
        .select((deliveries::email_hash, deliveries::email))
        .first(&mut **tx)
        .optional()?;
    let Some((hash, email)) = sent else { return Ok(()) };
    crate::newsletters::store::insert_suppression(tx, &hash, &crate::text::fold(&email), reason, source)
}

/// Notes what became of a mail, once.
pub fn note(tx: &mut Tx<'_>, campaign: i64, member: MemberId, kind: &str) -> Result<()> {
    let known: i64 = campaign_events::table
        .filter(campaign_events::campaign_id.eq(campaign))
        .filter(campaign_events::member_id.eq(member.0))
        .filter(campaign_events::kind.eq(kind))
        .count()
        .get_result(&mut **tx)?;
    let sent: i64 = deliveries::table.find((campaign, member.0)).count().get_result(&mut **tx)?;
    if known == 0 && sent == 1 {
        crate::newsletters::store::insert_event(tx, campaign, member, kind, "")?;
    }
    Ok(())
}

/// Soft bounces among the last mails to a member.
pub fn count_soft(conn: &mut Conn, member: MemberId) -> Result<i64> {
    let lately: Vec<i64> = deliveries::table
        .filter(deliveries::member_id.eq(member.0))
        .filter(deliveries::state.eq("accepted"))
        .order(deliveries::updated_at.desc())
        .limit(LATELY)
        .select(deliveries::campaign_id)
        .load(conn)?;
    Ok(campaign_events::table
        .filter(campaign_events::member_id.eq(member.0))
        .filter(campaign_events::kind.eq("soft_bounce"))
        .filter(campaign_events::campaign_id.eq_any(lately))
        .count()
        .get_result(conn)?)
}

/// What came back last, newest first.
pub fn list_returned(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<Returned>> {
    Ok(returned_mails::table
        .filter(returned_mails::id.lt(before.unwrap_or(i64::MAX)))
        .order(returned_mails::id.desc())
        .limit(limit)
        .select((
            returned_mails::id,
            returned_mails::at,
            returned_mails::recipient,
            returned_mails::campaign_id,
            returned_mails::member_id,
            returned_mails::verdict,
            returned_mails::status,
            returned_mails::detail,
            diesel::dsl::sql::<diesel::sql_types::Text>("substr(raw, 1, 4000)"),
        ))
        .load(conn)?)
}
