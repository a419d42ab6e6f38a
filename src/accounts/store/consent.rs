//! SQL of consents: a log that only grows, and the two marks in `members` that follow it.

use super::super::model::{CONSENT_VERSION, ConsentKind, ConsentState, Origin};
use crate::db::schema::{consents, members};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Whose consent a row is about.
pub struct ConsentOf<'a> {
    /// The member, where there is one.
    pub member: Option<MemberId>,
    /// Folded address.
    pub email_key: &'a str,
    /// Language of the wording.
    pub lang: Lang,
    /// Where it happened: `application`, `confirmation`, `profile`, `unsubscribe`.
    pub source: &'static str,
}

/// Writes one line of the log with the wording that was shown.
pub fn insert_consent(
    tx: &mut Tx<'_>,
    of: &ConsentOf<'_>,
    kind: ConsentKind,
    state: ConsentState,
    from: &Origin,
) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(consents::table)
        .values((
            consents::member_id.eq(of.member.map(|m| m.0)),
            consents::email_key.eq(of.email_key),
            consents::kind.eq(kind.code()),
            consents::state.eq(state.code()),
            consents::wording.eq(kind.wording(of.lang)),
            consents::version.eq(CONSENT_VERSION),
            consents::locale.eq(of.lang.code()),
            consents::source.eq(of.source),
            consents::ip.eq(&from.ip),
            consents::agent.eq(&from.agent),
            consents::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sets the mark of a member; answers whether that changed anything.
pub fn mark_consent(tx: &mut Tx<'_>, member: MemberId, kind: ConsentKind, given: bool) -> Result<bool> {
    let me = members::table.filter(members::id.eq(member.0));
    let rows = match kind {
        ConsentKind::Newsletter => diesel::update(me.filter(members::newsletter_consent.ne(given)))
            .set(members::newsletter_consent.eq(given))
            .execute(&mut **tx)?,
        ConsentKind::Tracking => diesel::update(me.filter(members::tracking_consent.ne(given)))
            .set(members::tracking_consent.eq(given))
            .execute(&mut **tx)?,
    };
    Ok(rows == 1)
}

/// The folded address of a member.
pub fn find_email_key(conn: &mut Conn, member: MemberId) -> Result<String> {
    Ok(members::table.find(member.0).select(members::email_key).first(conn)?)
}

/// One line of the consent log.
#[derive(Debug, Clone, Queryable, serde::Serialize)]
pub struct ConsentRow {
    /// `newsletter` or `tracking`.
    pub kind: String,
    /// `pending`, `given` or `withdrawn`.
    pub state: String,
    /// The sentence as it was shown.
    pub wording: String,
    /// Version of the wording.
    pub version: String,
    /// Where it happened.
    pub source: String,
    /// Address of the client.
    pub ip: String,
    /// When.
    pub at: Ms,
}

/// The consent log of a member, newest first.
pub fn list_consents(conn: &mut Conn, member: MemberId) -> Result<Vec<ConsentRow>> {
    Ok(consents::table
        .filter(consents::member_id.eq(member.0))
        .order(consents::id.desc())
        .limit(200)
        .select((
            consents::kind,
            consents::state,
            consents::wording,
            consents::version,
            consents::source,
            consents::ip,
            consents::at,
        ))
        .load(conn)?)
}

/// The marks of a member: newsletters, counting.
pub fn find_consents(conn: &mut Conn, member: MemberId) -> Result<(bool, bool)> {
    Ok(members::table.find(member.0).select((members::newsletter_consent, members::tracking_consent)).first(conn)?)
}
