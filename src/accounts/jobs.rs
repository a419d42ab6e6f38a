//! Jobs of accounts: telling managers of applications, and mailing links without showing who is registered.

use super::letters::{ApplicationsWaiting, LoginLink, ResetPassword};
use super::model::{Purpose, Status};
use super::{store, token};
use crate::db::{HOUR, MINUTE, Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::settings;
use serde::{Deserialize, Serialize};

/// Kind of the job that tells managers of waiting applications.
pub const TELL_JOB: &str = "accounts.tell_managers";
/// Kind of the job that mails a link for a new password or a sign-in.
pub const LINK_JOB: &str = "accounts.mail_link";

/// A link for a new password is good for an hour.
const RESET_LIFE: Ms = HOUR;
/// A link that signs in is good for a quarter of an hour.
const LOGIN_LIFE: Ms = 15 * MINUTE;
/// Managers are told at most this often.
const TELL_EVERY: Ms = HOUR;
/// When they were told last, in milliseconds.
const TOLD_AT: &str = "accounts.told_at";

fn told_at(conn: &mut crate::db::Conn) -> Result<Ms> {
    Ok(settings::value(conn, TOLD_AT)?.and_then(|t| t.parse().ok()).unwrap_or(0))
}

/// Lets managers know of a new application, at once or when the hour is over.
///
/// # Errors
/// When the job cannot be written.
pub fn tell_soon(tx: &mut Tx<'_>) -> Result<()> {
    let at = (told_at(tx)? + TELL_EVERY).max(tx.now());
    enqueue(tx, NewJob::new(TELL_JOB, &())?.at(at).once(TELL_JOB))
}

/// The job: one letter to each manager, if an application came since the last one.
///
/// # Errors
/// When it cannot be written; nobody was told then.
pub async fn tell_managers(house: House, (): ()) -> Result<()> {
    let inner = house.clone();
    house
        .db
        .write_background(move |tx| {
            let since = told_at(tx)?;
            if store::count_waiting_since(tx, since)? == 0 {
                return Ok(());
            }
            let count = store::count_waiting(tx)?;
            for manager in store::list_managers(tx)? {
                let letter = ApplicationsWaiting {
                    name: manager.name.clone(),
                    count,
                    one: count == 1,
                    link: inner.config.absolute("/manage/applications"),
                };
                inner.mailer.post(tx, &manager.to(), &letter)?;
            }
            let now = tx.now();
            settings::put(tx, TOLD_AT, &now.to_string())
        })
        .await
}

/// A link somebody asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkWanted {
    /// Folded address.
    pub email_key: String,
    /// `reset` or `login`.
    pub purpose: String,
    /// Where a sign-in leads.
    pub next: String,
}

/// The job: mails the link, if an active account has the address.
///
/// # Errors
/// When it cannot be written; no link was sent then.
pub async fn mail_link(house: House, wanted: LinkWanted) -> Result<()> {
    let fresh = token::fresh()?;
    let inner = house.clone();
    house
        .db
        .write(move |tx| {
            let Some(account) = store::find_account_by_email(tx, &wanted.email_key)? else { return Ok(()) };
            if account.status != Status::Active.code() {
                return Ok(());
            }
            let (hash, name) = (token::hash(&fresh), account.name.clone());
            match wanted.purpose.as_str() {
                "reset" => {
                    store::insert_mail_token(tx, Some(account.id), Purpose::Reset, &hash, RESET_LIFE)?;
                    let link = inner.config.absolute(&format!("/reset/{fresh}"));
                    inner.mailer.post(tx, &account.to(), &ResetPassword { name, link, minutes: RESET_LIFE / MINUTE })
                }
                "login" => {
                    let (id, next) = (Some(account.id), wanted.next.as_str());
                    store::insert_mail_token_with(tx, id, Purpose::Login, &hash, LOGIN_LIFE, next)?;
                    let link = inner.config.absolute(&format!("/login/link/{fresh}"));
                    inner.mailer.post(tx, &account.to(), &LoginLink { name, link, minutes: LOGIN_LIFE / MINUTE })
                }
                _ => Err(Error::internal("a link of an unknown purpose")),
            }
        })
        .await
}
