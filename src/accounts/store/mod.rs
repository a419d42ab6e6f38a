//! SQL of accounts.

mod application;
mod consent;
mod export;
mod personal;

pub use application::*;
pub use consent::*;
pub use export::export;
pub use personal::*;

use super::model::{LoginRow, Purpose};
use crate::db::schema::{api_tokens, mail_tokens, members, sessions};
use crate::db::{Conn, DAY, Ms, Tx};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::viewer::{MemberId, Proof, Role, Scope, Viewer};
use diesel::prelude::*;

/// Sessions end after 30 days without a visit.
pub const SESSION_LIFE: Ms = 30 * DAY;

type ViewerRow = (MemberId, String, String, i32, String, String, String, i64);

fn viewer((id, name, role, tier_rank, locale, time_zone, theme, rights_version): ViewerRow, proof: Proof) -> Viewer {
    Viewer {
        id,
        name,
        role: Role::parse(&role).unwrap_or(Role::Member),
        tier_rank,
        lang: Lang::stored(&locale),
        time_zone,
        theme,
        rights_version,
        proof,
    }
}

/// These members as viewers, for work without a session: only active ones, with a proof that can do nothing but read.
pub fn list_viewers(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Viewer>> {
    let mut out = Vec::new();
    for some in ids.chunks(500) {
        let rows: Vec<ViewerRow> = members::table
            .filter(members::id.eq_any(some))
            .filter(members::status.eq("active"))
            .select(VIEWER)
            .load(conn)?;
        out.extend(rows.into_iter().map(|row| viewer(row, Proof::Token { id: 0, scopes: vec![Scope::Read] })));
    }
    Ok(out)
}

const VIEWER: (
    members::id,
    members::name,
    members::role,
    members::tier_rank,
    members::locale,
    members::time_zone,
    members::theme,
    members::rights_version,
) = (
    members::id,
    members::name,
    members::role,
    members::tier_rank,
    members::locale,
    members::time_zone,
    members::theme,
    members::rights_version,
);

/// The active member behind a session, with the session's id and last visit.
pub fn find_by_session(conn: &mut Conn, token_hash: &str, now: Ms, csrf: String) -> Result<Option<(Viewer, Ms)>> {
    let row: Option<(ViewerRow, i64, Ms)> = sessions::table
        .inner_join(members::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::expires_at.gt(now))
        .filter(members::status.eq("active"))
        .select((VIEWER, sessions::id, sessions::last_seen_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(row, id, seen)| (viewer(row, Proof::Session { id, csrf }), seen)))
}

/// The active member behind an API token, with the token's last use.
pub fn find_by_token(conn: &mut Conn, token_hash: &str, now: Ms) -> Result<Option<(Viewer, Ms)>> {
    let row: Option<(ViewerRow, i64, String, Option<Ms>)> = api_tokens::table
        .inner_join(members::table)
        .filter(api_tokens::token_hash.eq(token_hash))
        .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.assume_not_null().gt(now)))
        .filter(members::status.eq("active"))
        .select((VIEWER, api_tokens::id, api_tokens::scopes, api_tokens::last_used_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(row, id, scopes, used)| {
        let scopes = scopes.split(' ').filter_map(Scope::parse).collect();
        (viewer(row, Proof::Token { id, scopes }), used.unwrap_or(0))
    }))
}

/// Notes a visit; the session lives on from here.
pub fn touch_session(tx: &mut Tx<'_>, id: i64, member: MemberId) -> Result<()> {
    let now = tx.now();
    diesel::update(sessions::table.find(id))
        .set((sessions::last_seen_at.eq(now), sessions::expires_at.eq(now + SESSION_LIFE)))
        .execute(&mut **tx)?;
    diesel::update(members::table.find(member.0)).set(members::last_seen_at.eq(Some(now))).execute(&mut **tx)?;
    Ok(())
}

/// Notes the use of a token.
pub fn touch_token(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    diesel::update(api_tokens::table.find(id)).set(api_tokens::last_used_at.eq(Some(now))).execute(&mut **tx)?;
    Ok(())
}

/// Opens a session.
pub fn insert_session(tx: &mut Tx<'_>, member: MemberId, token_hash: &str, ip: &str, agent: &str) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(sessions::table)
        .values((
            sessions::member_id.eq(member.0),
            sessions::token_hash.eq(token_hash),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(now + SESSION_LIFE),
            sessions::ip.eq(ip),
            sessions::agent.eq(agent),
        ))
        .execute(&mut **tx)?;
    diesel::update(members::table.find(member.0)).set(members::last_seen_at.eq(Some(now))).execute(&mut **tx)?;
    Ok(())
}

/// Ends one session.
pub fn delete_session(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(sessions::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Ends every session of a member.
pub fn delete_sessions_of(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::member_id.eq(member.0))).execute(&mut **tx)?;
    Ok(())
}

/// What a login needs of the account with this folded address.
pub fn find_login(conn: &mut Conn, email_key: &str) -> Result<Option<LoginRow>> {
    Ok(members::table
        .filter(members::email_key.eq(email_key))
        .select((members::id, members::password_hash, members::status))
        .first(conn)
        .optional()?)
}

/// Whether there is an admin.
pub fn has_admin(conn: &mut Conn) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(members::table.filter(members::role.eq("admin")))).get_result(conn)?)
}

/// A new account as it is stored.
pub struct NewAccount<'a> {
    /// Address as typed and folded.
    pub email: &'a super::model::Email,
    /// Shown name.
    pub name: &'a str,
    /// PHC string.
    pub password_hash: Option<&'a str>,
    /// Role.
    pub role: Role,
    /// Status code.
    pub status: super::model::Status,
    /// Language.
    pub lang: Lang,
    /// Pitch of an application.
    pub pitch: &'a str,
}

/// Stores an account.
///
/// # Errors
/// `taken` on `email` when the address is known.
pub fn insert_account(tx: &mut Tx<'_>, new: &NewAccount<'_>) -> Result<MemberId> {
    let now = tx.now();
    let active = new.status == super::model::Status::Active;
    let rank = lowest_rank(tx)?;
    diesel::insert_into(members::table)
        .values((
            members::email.eq(&new.email.address),
            members::email_key.eq(&new.email.key),
            members::name.eq(new.name),
            members::name_key.eq(crate::text::fold(new.name)),
            members::password_hash.eq(new.password_hash),
            members::role.eq(new.role.code()),
            members::status.eq(new.status.code()),
            members::locale.eq(new.lang.code()),
            members::pitch.eq(new.pitch),
            members::tier_rank.eq(rank),
            members::created_at.eq(now),
            members::confirmed_at.eq(active.then_some(now)),
            members::joined_at.eq(active.then_some(now)),
        ))
        .returning(members::id)
        .get_result(&mut **tx)
        .map_err(|e| if crate::db::is_duplicate(&e) { Error::field("email", "taken") } else { e.into() })
}

fn lowest_rank(conn: &mut Conn) -> Result<i32> {
    use crate::db::schema::tiers;
    Ok(tiers::table.order(tiers::rank.asc()).select(tiers::rank).first(conn).optional()?.unwrap_or(0))
}

/// Keeps the hash of a mailed (or printed) token.
pub fn insert_mail_token(
    tx: &mut Tx<'_>,
    member: Option<MemberId>,
    purpose: Purpose,
    token_hash: &str,
    life: Ms,
) -> Result<()> {
    insert_mail_token_with(tx, member, purpose, token_hash, life, "")
}

/// Like [`insert_mail_token`], with what the token is to do when it is used.
pub fn insert_mail_token_with(
    tx: &mut Tx<'_>,
    member: Option<MemberId>,
    purpose: Purpose,
    token_hash: &str,
    life: Ms,
    detail: &str,
) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(mail_tokens::table)
        .values((
            mail_tokens::detail.eq(detail),
            mail_tokens::member_id.eq(member.map(|m| m.0)),
            mail_tokens::purpose.eq(purpose.code()),
            mail_tokens::token_hash.eq(token_hash),
            mail_tokens::created_at.eq(now),
            mail_tokens::expires_at.eq(now + life),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether a token of that purpose is good, without using it: what a GET may do.
pub fn is_token_good(conn: &mut Conn, purpose: Purpose, token_hash: &str, now: Ms) -> Result<bool> {
    let good = mail_tokens::table
        .filter(mail_tokens::token_hash.eq(token_hash))
        .filter(mail_tokens::purpose.eq(purpose.code()))
        .filter(mail_tokens::used_at.is_null())
        .filter(mail_tokens::expires_at.gt(now));
    Ok(diesel::select(diesel::dsl::exists(good)).get_result(conn)?)
}

/// Whose good token of that purpose it is, without using it.
pub fn find_token_member(conn: &mut Conn, purpose: Purpose, token_hash: &str, now: Ms) -> Result<Option<MemberId>> {
    let of: Option<Option<i64>> = mail_tokens::table
        .filter(mail_tokens::token_hash.eq(token_hash))
        .filter(mail_tokens::purpose.eq(purpose.code()))
        .filter(mail_tokens::used_at.is_null())
        .filter(mail_tokens::expires_at.gt(now))
        .select(mail_tokens::member_id)
        .first(conn)
        .optional()?;
    Ok(of.flatten().map(MemberId))
}

/// Uses a token up, once; answers whose it was and what it is to do.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, used or over.
pub fn use_mail_token_with(tx: &mut Tx<'_>, purpose: Purpose, token_hash: &str) -> Result<(Option<MemberId>, String)> {
    let now = tx.now();
    let good = mail_tokens::table
        .filter(mail_tokens::token_hash.eq(token_hash))
        .filter(mail_tokens::purpose.eq(purpose.code()))
        .filter(mail_tokens::used_at.is_null())
        .filter(mail_tokens::expires_at.gt(now));
    let used: Option<(Option<i64>, String)> = diesel::update(good)
        .set(mail_tokens::used_at.eq(Some(now)))
        .returning((mail_tokens::member_id, mail_tokens::detail))
        .get_result(&mut **tx)
        .optional()?;
    used.map(|(id, detail)| (id.map(MemberId), detail)).ok_or(Error::NotFound)
}

/// Like [`use_mail_token_with`], for tokens that only name a member.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, used or over.
pub fn use_mail_token(tx: &mut Tx<'_>, purpose: Purpose, token_hash: &str) -> Result<Option<MemberId>> {
    Ok(use_mail_token_with(tx, purpose, token_hash)?.0)
}

/// Ends every open mailed link of that purpose of a member.
pub fn end_mail_tokens(tx: &mut Tx<'_>, member: MemberId, purpose: Purpose) -> Result<()> {
    let now = tx.now();
    let open = mail_tokens::table
        .filter(mail_tokens::member_id.eq(member.0))
        .filter(mail_tokens::purpose.eq(purpose.code()))
        .filter(mail_tokens::used_at.is_null());
    diesel::update(open).set(mail_tokens::used_at.eq(Some(now))).execute(&mut **tx)?;
    Ok(())
}

/// Keeps language and scheme.
pub fn update_preferences(tx: &mut Tx<'_>, id: MemberId, lang: Option<Lang>, theme: Option<&str>) -> Result<()> {
    let me = members::table.find(id.0);
    if let Some(lang) = lang {
        diesel::update(me).set(members::locale.eq(lang.code())).execute(&mut **tx)?;
    }
    if let Some(theme) = theme {
        diesel::update(me).set(members::theme.eq(theme)).execute(&mut **tx)?;
    }
    Ok(())
}
