//! SQL of applications.

use super::super::model::{Applied, Status};
use crate::db::schema::{member_niches, members, niches, tiers};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// What a letter to a known address needs.
#[derive(Debug, Clone, Queryable)]
pub struct AccountRow {
    /// The member.
    pub id: MemberId,
    /// Address as typed.
    pub email: String,
    /// Name.
    pub name: String,
    /// Status code.
    pub status: String,
    /// Language code.
    pub locale: String,
}

impl AccountRow {
    /// Where letters to this account go.
    pub fn to(&self) -> crate::mail::To {
        crate::mail::To {
            email: self.email.clone(),
            name: self.name.clone(),
            lang: crate::i18n::Lang::stored(&self.locale),
        }
    }
}

/// The account with this folded address.
pub fn find_account_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<AccountRow>> {
    Ok(members::table
        .filter(members::email_key.eq(email_key))
        .select((members::id, members::email, members::name, members::status, members::locale))
        .first(conn)
        .optional()?)
}

/// The account of a member.
pub fn find_account(conn: &mut Conn, id: MemberId) -> Result<AccountRow> {
    Ok(members::table
        .find(id.0)
        .select((members::id, members::email, members::name, members::status, members::locale))
        .first(conn)?)
}

/// Writes a confirmed application into the account, if the account still waits for one.
/// Answers whether it did.
pub fn mark_confirmed(tx: &mut Tx<'_>, id: MemberId, applied: &Applied) -> Result<bool> {
    let now = tx.now();
    let open = members::table
        .filter(members::id.eq(id.0))
        .filter(members::status.eq_any([Status::PendingEmail.code(), Status::Invited.code()]));
    let rows = diesel::update(open)
        .set((
            members::name.eq(&applied.name),
            members::name_key.eq(crate::text::fold(&applied.name)),
            members::password_hash.eq(Some(&applied.password_hash)),
            members::locale.eq(applied.lang.code()),
            members::pitch.eq(&applied.pitch),
            members::status.eq(Status::PendingApproval.code()),
            members::confirmed_at.eq(Some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// Sets the niches of a member to those of `slugs` that exist.
pub fn replace_niches(tx: &mut Tx<'_>, id: MemberId, slugs: &[String]) -> Result<()> {
    diesel::delete(member_niches::table.filter(member_niches::member_id.eq(id.0))).execute(&mut **tx)?;
    let ids: Vec<i64> = niches::table.filter(niches::slug.eq_any(slugs)).select(niches::id).load(&mut **tx)?;
    for niche in ids {
        diesel::insert_into(member_niches::table)
            .values((member_niches::member_id.eq(id.0), member_niches::niche_id.eq(niche)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The niches that are open to everybody, as an application may name them: slug, German and English name.
pub fn list_open_niches(conn: &mut Conn) -> Result<Vec<(String, String, String)>> {
    let lowest: i32 = tiers::table.order(tiers::rank.asc()).select(tiers::rank).first(conn).optional()?.unwrap_or(0);
    Ok(niches::table
        .filter(niches::min_rank.le(lowest))
        .order((niches::position.asc(), niches::id.asc()))
        .select((niches::slug, niches::name_de, niches::name_en))
        .load(conn)?)
}

/// Applications confirmed after `since` that wait for a decision.
pub fn count_waiting_since(conn: &mut Conn, since: Ms) -> Result<i64> {
    Ok(members::table
        .filter(members::status.eq(Status::PendingApproval.code()))
        .filter(members::confirmed_at.assume_not_null().gt(since))
        .count()
        .get_result(conn)?)
}

/// Every application that waits for a decision.
pub fn count_waiting(conn: &mut Conn) -> Result<i64> {
    Ok(members::table.filter(members::status.eq(Status::PendingApproval.code())).count().get_result(conn)?)
}

/// Active admins: who is told of what the house itself needs.
pub fn list_admins(conn: &mut Conn) -> Result<Vec<AccountRow>> {
    Ok(members::table
        .filter(members::status.eq(Status::Active.code()))
        .filter(members::role.eq("admin"))
        .order(members::id.asc())
        .select((members::id, members::email, members::name, members::status, members::locale))
        .load(conn)?)
}

/// Active managers and admins: who is told of applications.
pub fn list_managers(conn: &mut Conn) -> Result<Vec<AccountRow>> {
    Ok(members::table
        .filter(members::status.eq(Status::Active.code()))
        .filter(members::role.eq_any(["manager", "admin"]))
        .order(members::id.asc())
        .select((members::id, members::email, members::name, members::status, members::locale))
        .load(conn)?)
}
