//! SQL of a member's own keys: sessions, API tokens, the password.

use crate::db::schema::{api_tokens, members, sessions};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// An open session as its owner sees it.
#[derive(Debug, Clone, Queryable, serde::Serialize)]
pub struct SessionRow {
    /// Row id.
    pub id: i64,
    /// When it began.
    pub created_at: Ms,
    /// Last visit, to five minutes.
    pub last_seen_at: Ms,
    /// Address of the client at sign-in.
    pub ip: String,
    /// The browser's name for itself.
    pub agent: String,
}

/// Open sessions of a member, the last used first.
pub fn list_sessions(conn: &mut Conn, member: MemberId, now: Ms) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::member_id.eq(member.0))
        .filter(sessions::expires_at.gt(now))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .limit(100)
        .select((sessions::id, sessions::created_at, sessions::last_seen_at, sessions::ip, sessions::agent))
        .load(conn)?)
}

/// Ends one session of its owner.
///
/// # Errors
/// [`Error::NotFound`] when it is somebody else's or gone.
pub fn delete_session_of(tx: &mut Tx<'_>, member: MemberId, id: i64) -> Result<()> {
    let mine = sessions::table.filter(sessions::id.eq(id)).filter(sessions::member_id.eq(member.0));
    match diesel::delete(mine).execute(&mut **tx)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Ends every session of a member but one.
pub fn delete_other_sessions(tx: &mut Tx<'_>, member: MemberId, keep: i64) -> Result<()> {
    let others = sessions::table.filter(sessions::member_id.eq(member.0)).filter(sessions::id.ne(keep));
    diesel::delete(others).execute(&mut **tx)?;
    Ok(())
}

/// Raises the version that live connections compare: what was allowed may not be any more.
pub fn raise_rights_version(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    diesel::update(members::table.find(member.0))
        .set(members::rights_version.eq(members::rights_version + 1))
        .execute(&mut **tx)?;
    Ok(())
}

/// The stored password of a member.
pub fn find_password(conn: &mut Conn, member: MemberId) -> Result<Option<String>> {
    Ok(members::table.find(member.0).select(members::password_hash).first(conn)?)
}

/// Sets a new password.
pub fn update_password(tx: &mut Tx<'_>, member: MemberId, hash: &str) -> Result<()> {
    diesel::update(members::table.find(member.0)).set(members::password_hash.eq(Some(hash))).execute(&mut **tx)?;
    Ok(())
}

/// Notes that mail reaches the address: a link that was mailed there came back.
pub fn mark_address_proved(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    let now = tx.now();
    diesel::update(members::table.filter(members::id.eq(member.0)).filter(members::confirmed_at.is_null()))
        .set(members::confirmed_at.eq(Some(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// An API token without its secret.
#[derive(Debug, Clone, Queryable)]
pub struct TokenRow {
    /// Row id.
    pub id: i64,
    /// Whose it is.
    pub member_id: i64,
    /// Name its owner gave it.
    pub name: String,
    /// Scopes, separated by a space.
    pub scopes: String,
    /// When it was made.
    pub created_at: Ms,
    /// When it ends, if it does.
    pub expires_at: Option<Ms>,
    /// Last use, to five minutes.
    pub last_used_at: Option<Ms>,
}

type TokenColumns = (
    api_tokens::id,
    api_tokens::member_id,
    api_tokens::name,
    api_tokens::scopes,
    api_tokens::created_at,
    api_tokens::expires_at,
    api_tokens::last_used_at,
);
const TOKEN: TokenColumns = (
    api_tokens::id,
    api_tokens::member_id,
    api_tokens::name,
    api_tokens::scopes,
    api_tokens::created_at,
    api_tokens::expires_at,
    api_tokens::last_used_at,
);

/// Tokens of a member, newest first.
pub fn list_tokens(conn: &mut Conn, member: MemberId) -> Result<Vec<TokenRow>> {
    Ok(api_tokens::table
        .filter(api_tokens::member_id.eq(member.0))
        .order(api_tokens::id.desc())
        .limit(200)
        .select(TOKEN)
        .load(conn)?)
}

/// Tokens of everybody with their owner's name, newest first, after the id `before`.
pub fn list_all_tokens(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<(TokenRow, String)>> {
    Ok(api_tokens::table
        .inner_join(members::table)
        .filter(api_tokens::id.lt(before.unwrap_or(i64::MAX)))
        .order(api_tokens::id.desc())
        .limit(limit)
        .select((TOKEN, members::name))
        .load(conn)?)
}

/// Tokens a member has.
pub fn count_tokens(conn: &mut Conn, member: MemberId) -> Result<i64> {
    Ok(api_tokens::table.filter(api_tokens::member_id.eq(member.0)).count().get_result(conn)?)
}

/// Stores a token.
pub fn insert_token(
    tx: &mut Tx<'_>,
    member: MemberId,
    (name, hash, scopes): (&str, &str, &str),
    expires_at: Option<Ms>,
) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::member_id.eq(member.0),
            api_tokens::name.eq(name),
            api_tokens::token_hash.eq(hash),
            api_tokens::scopes.eq(scopes),
            api_tokens::created_at.eq(now),
            api_tokens::expires_at.eq(expires_at),
        ))
        .returning(api_tokens::id)
        .get_result(&mut **tx)?)
}

/// Ends a token, of `owner` or, without one, of anybody; answers whose it was.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn delete_token(tx: &mut Tx<'_>, owner: Option<MemberId>, id: i64) -> Result<MemberId> {
    let of: i64 = api_tokens::table.find(id).select(api_tokens::member_id).first(&mut **tx)?;
    if owner.is_some_and(|o| o.0 != of) {
        return Err(Error::NotFound);
    }
    diesel::delete(api_tokens::table.find(id)).execute(&mut **tx)?;
    Ok(MemberId(of))
}

/// Name, role, tier slug and language of a member, as a sign-in answers them.
pub fn find_session_member(conn: &mut Conn, member: MemberId) -> Result<(String, String, Option<String>, String)> {
    use crate::db::schema::tiers;
    Ok(members::table
        .left_join(tiers::table.on(tiers::rank.eq(members::tier_rank)))
        .filter(members::id.eq(member.0))
        .select((members::name, members::role, tiers::slug.nullable(), members::locale))
        .first(conn)?)
}
