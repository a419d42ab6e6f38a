//! SQL of recipients: who a rule means, their codes, consent, suppression.

use crate::db::schema::{affiliate_refs, campaigns, consents, deliveries, members, suppressions};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::i18n::Lang;
use crate::newsletters::model::{Campaign, Recipient};
use crate::on;
use crate::segments::store::bound;
use crate::segments::{Condition, Rule};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

/// A member as the snapshot sees them.
#[derive(Debug, Clone, QueryableByName)]
pub struct Candidate {
    /// Member.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Folded address.
    #[diesel(sql_type = Text)]
    pub email_key: String,
    /// Tier.
    #[diesel(sql_type = Integer)]
    pub tier_rank: i32,
    /// Wants newsletters.
    #[diesel(sql_type = Bool)]
    pub newsletter_consent: bool,
}

/// The next members behind `after` that `rule` means, by id.
pub fn list_candidates(
    conn: &mut Conn,
    rule: &Rule,
    (now, currency): (Ms, &str),
    after: i64,
    most: i64,
) -> Result<Vec<Candidate>> {
    let mut query = Condition::default();
    query.push(
        "SELECT members.id AS id, members.email AS email, members.email_key AS email_key, \
         members.tier_rank AS tier_rank, members.newsletter_consent AS newsletter_consent \
         FROM members WHERE members.id > ",
    );
    query.int(after).push(" AND ");
    let mut query = rule.condition(query, now, currency);
    query.push(" ORDER BY members.id LIMIT ").int(most);
    Ok(bound(query).load(conn)?)
}

/// Whether nothing stands against mail to a folded address.
pub fn is_mailable(conn: &mut Conn, email_key: &str) -> Result<bool> {
    Ok(list_suppressed(conn, &[crate::accounts::token::hash(email_key)])?.is_empty())
}

/// Which of these hashed addresses are suppressed.
pub fn list_suppressed(conn: &mut Conn, hashes: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in hashes.chunks(500) {
        let hits = suppressions::table.filter(suppressions::email_hash.eq_any(part)).select(suppressions::email_hash);
        found.extend(hits.load::<String>(conn)?);
    }
    Ok(found)
}

/// Suppresses an address; a second time changes nothing.
pub fn insert_suppression(tx: &mut Tx<'_>, hash: &str, email_key: &str, reason: &str, source: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(suppressions::table)
        .values((
            suppressions::email_hash.eq(hash),
            suppressions::email.eq(Some(email_key)),
            suppressions::reason.eq(reason),
            suppressions::source.eq(source),
            suppressions::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

type Person = (i64, String, String, String, i32, Option<i64>, bool);

/// Members as recipients, with their codes at `program`.
pub fn list_recipients(conn: &mut Conn, ids: &[i64], program: Option<i64>) -> Result<Vec<Recipient>> {
    let mut out = Vec::with_capacity(ids.len());
    let team: std::collections::HashMap<i64, String> =
        crate::members::store::list_contacts(conn)?.into_iter().map(|c| (c.id, c.name)).collect();
    for part in ids.chunks(500) {
        let people: Vec<Person> = members::table
            .filter(members::id.eq_any(part))
            .select((
                members::id,
                members::name,
                members::email,
                members::locale,
                members::tier_rank,
                members::contact_id,
                members::tracking_consent,
            ))
            .load(conn)?;
        let refs: Vec<(i64, String)> = match program {
            Some(program) => affiliate_refs::table
                .filter(affiliate_refs::program_id.eq(program))
                .filter(affiliate_refs::member_id.eq_any(part))
                .filter(affiliate_refs::for_links.eq(true))
                .order(affiliate_refs::id.desc())
                .select((affiliate_refs::member_id, affiliate_refs::ref_code))
                .load(conn)?,
            None => Vec::new(),
        };
        let refs: std::collections::HashMap<i64, String> = refs.into_iter().collect();
        out.extend(people.into_iter().map(|(member, name, email, locale, tier_rank, contact, tracking)| Recipient {
            member,
            name,
            email,
            lang: Lang::stored(&locale),
            tier_rank,
            reference: refs.get(&member).cloned(),
            contact: contact.and_then(|id| team.get(&id).cloned()),
            tracking,
        }));
    }
    Ok(out)
}

/// Takes the newsletter consent back and everything that waits with it; answers whether there was one.
pub fn withdraw_consent(tx: &mut Tx<'_>, member: MemberId, (ip, agent): (&str, &str)) -> Result<bool> {
    let now = tx.now();
    let row: Option<(String, String)> =
        diesel::update(members::table.find(member.0).filter(members::newsletter_consent.eq(true)))
            .set(members::newsletter_consent.eq(false))
            .returning((members::email_key, members::locale))
            .get_result(&mut **tx)
            .optional()?;
    diesel::update(deliveries::table.filter(deliveries::member_id.eq(member.0)).filter(deliveries::state.eq_any([
        "pending",
        "leased",
        "retry_wait",
    ])))
    .set((deliveries::state.eq("skipped"), deliveries::reason.eq("unsubscribed"), deliveries::updated_at.eq(now)))
    .execute(&mut **tx)?;
    let Some((email_key, locale)) = row else { return Ok(false) };
    diesel::insert_into(consents::table)
        .values((
            consents::member_id.eq(Some(member.0)),
            consents::email_key.eq(email_key),
            consents::kind.eq("newsletter"),
            consents::state.eq("withdrawn"),
            consents::wording.eq(""),
            consents::version.eq("1"),
            consents::locale.eq(locale),
            consents::source.eq("one_click"),
            consents::ip.eq(ip),
            consents::agent.eq(agent),
            consents::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// Whether a member wants newsletters; none: there is no such member.
pub fn find_consent(conn: &mut Conn, member: MemberId) -> Result<Option<bool>> {
    Ok(members::table.find(member.0).select(members::newsletter_consent).first(conn).optional()?)
}

const SENT: [&str; 5] = ["running", "paused", "finished", "finished_with_doubt", "cancelled"];

/// Issues a member was meant to get and whose hour for the member's tier has come, newest first.
pub fn list_issues_of(conn: &mut Conn, member: MemberId, now: Ms, limit: i64) -> Result<Vec<(Campaign, Ms)>> {
    Ok(deliveries::table
        .inner_join(campaigns::table)
        .filter(deliveries::member_id.eq(member.0))
        .filter(deliveries::due_at.le(now))
        .filter(campaigns::status.eq_any(SENT))
        .order((deliveries::due_at.desc(), campaigns::id.desc()))
        .limit(limit)
        .select((campaigns::all_columns, deliveries::due_at))
        .load(conn)?)
}

/// One of them.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for everybody else and before the hour.
pub fn find_issue_of(conn: &mut Conn, member: MemberId, id: i64, now: Ms) -> Result<Campaign> {
    Ok(deliveries::table
        .inner_join(campaigns::table)
        .filter(deliveries::member_id.eq(member.0))
        .filter(deliveries::campaign_id.eq(id))
        .filter(deliveries::due_at.le(now))
        .filter(campaigns::status.eq_any(SENT))
        .select(campaigns::all_columns)
        .first(conn)?)
}

/// Every issue that has begun, for the team.
pub fn list_begun(conn: &mut Conn, limit: i64) -> Result<Vec<Campaign>> {
    Ok(campaigns::table
        .filter(campaigns::status.eq_any(SENT))
        .order((campaigns::started_at.desc(), campaigns::id.desc()))
        .limit(limit)
        .load(conn)?)
}
