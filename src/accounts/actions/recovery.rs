//! Ways back in: a new password by mail, and a one-time link that signs in. Nobody learns who is registered:
//! the answer is the same, and the work an account causes happens in a job behind it.

use super::super::model::{Origin, Purpose, Status, parse_password};
use super::super::{jobs, password, store, token};
use super::{SignedIn, open_session};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::text::fold;
use crate::web::limits::Bucket;

/// Mails a link for a new password, if there is an active account of that address.
///
/// # Errors
/// [`Error::TooMany`] for the caller's own address on the network.
pub async fn send_reset_link(house: &House, email: &str, ip: &str) -> Result<()> {
    send_link(
        house,
        email,
        ip,
        jobs::LinkWanted { email_key: fold(email), purpose: "reset".into(), next: String::new() },
    )
    .await
}

/// Mails a one-time link that signs in and leads to `next`, if there is an active account of that address.
///
/// # Errors
/// [`Error::TooMany`] for the caller's own address on the network.
pub async fn send_login_link(house: &House, email: &str, ip: &str, next: &str) -> Result<()> {
    send_link(house, email, ip, jobs::LinkWanted { email_key: fold(email), purpose: "login".into(), next: next.into() })
        .await
}

async fn send_link(house: &House, email: &str, ip: &str, wanted: jobs::LinkWanted) -> Result<()> {
    house.limits.take(Bucket::Mails, ip)?;
    if house.limits.take(Bucket::MailTo, fold(email)).is_err() {
        return Ok(());
    }
    house.db.write(move |tx| enqueue(tx, NewJob::new(jobs::LINK_JOB, &wanted)?.priority(10))).await
}

/// Sets a new password with the mailed token; every session ends.
///
/// # Errors
/// [`Error::NotFound`] when the token is unknown, used or over; an unusable password leaves the token as it is.
pub async fn reset_password(house: &House, link: &str, password_text: &str) -> Result<()> {
    let clear = parse_password(password_text).map_err(|e| Error::Invalid(vec![e]))?;
    let (hash, new) = (token::hash(link), password::hash(clear).await?);
    house
        .db
        .write(move |tx| {
            let member = store::use_mail_token(tx, Purpose::Reset, &hash)?.ok_or(Error::NotFound)?;
            store::end_mail_tokens(tx, member, Purpose::Reset)?;
            store::end_mail_tokens(tx, member, Purpose::Login)?;
            store::update_password(tx, member, &new)?;
            store::mark_address_proved(tx, member)?;
            store::delete_sessions_of(tx, member)?;
            super::rights_changed(tx, member)
        })
        .await
}

/// Signs in with the mailed one-time token; answers the session and where to go.
///
/// # Errors
/// [`Error::NotFound`] when the token is unknown, used or over, or the account is closed.
pub async fn enter_by_link(house: &House, link: &str, origin: &Origin) -> Result<(SignedIn, String)> {
    let hash = token::hash(link);
    let (member, next) = house
        .db
        .write(move |tx| {
            let (member, next) = store::use_mail_token_with(tx, Purpose::Login, &hash)?;
            let member = member.ok_or(Error::NotFound)?;
            if store::find_account(tx, member)?.status != Status::Active.code() {
                return Err(Error::NotFound);
            }
            store::end_mail_tokens(tx, member, Purpose::Login)?;
            store::mark_address_proved(tx, member)?;
            Ok((member, next))
        })
        .await?;
    Ok((open_session(house, member, &origin.ip, &origin.agent).await?, next))
}
