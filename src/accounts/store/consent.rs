//! SQL of consents: a log that only grows, and the two marks in `members` that follow it.

use super::super::model::{CONSENT_VERSION, ConsentKind, ConsentState, Origin};
use crate::db::schema::{consents, import_marks, mail_tokens, members};
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

/// A consent that was given elsewhere, with what proves it.
#[derive(Debug, Clone)]
pub struct ConsentProof {
    /// When it was given there.
    pub at: Ms,
    /// Network address it was given from.
    pub ip: String,
    /// The sentence they agreed to, as it was handed over.
    pub wording: String,
    /// The original row.
    pub row: String,
}

/// Writes a consent that a file proves into the log; answers the row's id.
pub fn insert_proved_consent(
    tx: &mut Tx<'_>,
    of: &ConsentOf<'_>,
    kind: ConsentKind,
    proof: &ConsentProof,
) -> Result<i64> {
    Ok(diesel::insert_into(consents::table)
        .values((
            consents::member_id.eq(of.member.map(|m| m.0)),
            consents::email_key.eq(of.email_key),
            consents::kind.eq(kind.code()),
            consents::state.eq(ConsentState::Given.code()),
            consents::wording.eq(&proof.wording),
            consents::version.eq("import"),
            consents::locale.eq(of.lang.code()),
            consents::source.eq(of.source),
            consents::ip.eq(&proof.ip),
            consents::at.eq(proof.at),
            consents::proof.eq(&proof.row),
        ))
        .returning(consents::id)
        .get_result(&mut **tx)?)
}

/// Takes a consent that a file brought out of the log, with the member's mark where nothing was said since.
pub fn delete_proved_consent(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let of: Option<(Option<i64>, String)> = diesel::delete(consents::table.find(id))
        .returning((consents::member_id, consents::kind))
        .get_result(&mut **tx)
        .optional()?;
    let Some((Some(member), kind)) = of else { return Ok(()) };
    let said = consents::table
        .filter(consents::member_id.eq(member))
        .filter(consents::kind.eq(&kind))
        .filter(consents::id.gt(id));
    let said: bool = diesel::select(diesel::dsl::exists(said)).get_result(&mut **tx)?;
    if let Some(kind) = ConsentKind::parse(&kind).filter(|_| !said) {
        mark_consent(tx, MemberId(member), kind, false)?;
    }
    Ok(())
}

/// Whether nobody has asked a member for newsletters yet: they came by file, without an application of their own.
pub fn is_unasked(conn: &mut Conn, member: MemberId) -> Result<bool> {
    let by_file =
        import_marks::table.filter(import_marks::kind.eq("member")).filter(import_marks::object_id.eq(member.0));
    let by_file: bool = diesel::select(diesel::dsl::exists(by_file)).get_result(conn)?;
    if !by_file || !list_asked(conn, ConsentKind::Newsletter, &[member.0])?.is_empty() {
        return Ok(false);
    }
    let applied =
        mail_tokens::table.filter(mail_tokens::member_id.eq(member.0)).filter(mail_tokens::purpose.eq("confirm"));
    let applied: bool = diesel::select(diesel::dsl::exists(applied)).get_result(conn)?;
    Ok(!applied)
}

/// Which of these members have said anything about a kind of consent, ever.
pub fn list_asked(conn: &mut Conn, kind: ConsentKind, members: &[i64]) -> Result<Vec<i64>> {
    let ids: Vec<Option<i64>> = consents::table
        .filter(consents::kind.eq(kind.code()))
        .filter(consents::member_id.eq_any(members))
        .select(consents::member_id)
        .distinct()
        .load(conn)?;
    Ok(ids.into_iter().flatten().collect())
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
    /// The original row, where it came from a list elsewhere.
    pub proof: String,
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
            consents::proof,
        ))
        .load(conn)?)
}

/// The marks of a member: newsletters, counting.
pub fn find_consents(conn: &mut Conn, member: MemberId) -> Result<(bool, bool)> {
    Ok(members::table.find(member.0).select((members::newsletter_consent, members::tracking_consent)).first(conn)?)
}
