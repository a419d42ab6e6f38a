//! Rules of accounts.

mod application;
mod consent;
mod personal;
mod recovery;

pub use application::{apply, confirm};
pub use consent::{answer_consents, set_consent};
pub use personal::{change_password, end_session, end_sessions, make_token, rights_changed};
pub use recovery::{enter_by_link, reset_password, send_login_link, send_reset_link};

use super::model::{Email, LoginRow, Purpose, Status, parse_password};
use super::store::{self, NewAccount};
use super::{password, token};
use crate::db::{MINUTE, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::web::csrf;
use crate::web::forms::Check;
use crate::web::headers::Credentials;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Proof, Role, Viewer};

/// A visit is written down at most this often.
const TOUCH: Ms = 5 * MINUTE;
/// The printed link for the first admin is good for a day.
pub const SETUP_LIFE: Ms = 24 * crate::db::HOUR;

/// Finds the viewer behind a cookie or a bearer token.
///
/// # Errors
/// Only when the database fails.
pub async fn identify(house: House, credentials: Credentials) -> Result<Option<Viewer>> {
    let now = house.db.now();
    let found = house
        .db
        .read(move |c| match credentials {
            Credentials::Session(t) => store::find_by_session(c, &token::hash(&t), now, csrf::token_for(&t)),
            Credentials::Bearer(t) => store::find_by_token(c, &token::hash(&t), now),
        })
        .await?;
    let Some((viewer, seen)) = found else { return Ok(None) };
    if now - seen > TOUCH {
        let (id, proof) = (viewer.id, viewer.proof.clone());
        house
            .db
            .write_background(move |tx| match &proof {
                Proof::Session { id: session, .. } => store::touch_session(tx, *session, id),
                Proof::Token { id: token, .. } => store::touch_token(tx, *token),
            })
            .await?;
    }
    Ok(Some(viewer))
}

/// A fresh session: the token goes into the cookie.
pub struct SignedIn {
    /// The member.
    pub member: MemberId,
    /// Value of the cookie.
    pub session: String,
    /// Token that every change carries.
    pub csrf: String,
}

/// Signs in with e-mail and password. Wrong address, wrong password and closed account look and take the same.
///
/// # Errors
/// [`Error::Unauthorized`] with `credentials`; [`Error::TooMany`].
pub async fn sign_in(house: &House, email: &str, password_text: String, ip: &str, agent: &str) -> Result<SignedIn> {
    let key = crate::text::fold(email);
    house.limits.take(Bucket::SignIn, ip)?;
    house.limits.take(Bucket::Account, &key)?;
    let row: Option<LoginRow> = house.db.read(move |c| store::find_login(c, &key)).await?;
    let stored = row.as_ref().and_then(|r| r.password_hash.clone());
    let matches = password::verify(password_text, stored).await?;
    match row {
        Some(row) if matches && row.status == Status::Active.code() => open_session(house, row.id, ip, agent).await,
        _ => Err(Error::Unauthorized("credentials")),
    }
}

/// Opens a session for a member who has proved who they are.
///
/// # Errors
/// When it cannot be written.
pub async fn open_session(house: &House, member: MemberId, ip: &str, agent: &str) -> Result<SignedIn> {
    let session = token::fresh()?;
    let (hash, ip, agent) = (token::hash(&session), ip.to_owned(), agent.to_owned());
    house.db.write(move |tx| store::insert_session(tx, member, &hash, &ip, &agent)).await?;
    Ok(SignedIn { member, csrf: csrf::token_for(&session), session })
}

/// Makes an admin from the command line or from the set-up page.
///
/// # Errors
/// Invalid fields, or an address that is taken.
pub async fn create_admin(
    house_db: &crate::db::Db,
    email: &str,
    name: &str,
    password_text: &str,
    lang: Lang,
) -> Result<MemberId> {
    let (email, name, hash) = admin_fields(email, name, password_text).await?;
    house_db
        .write(move |tx| {
            let new = NewAccount {
                email: &email,
                name: &name,
                password_hash: Some(&hash),
                role: Role::Admin,
                status: Status::Active,
                lang,
                pitch: "",
            };
            store::insert_account(tx, &new)
        })
        .await
}

async fn admin_fields(email: &str, name: &str, password_text: &str) -> Result<(Email, String, String)> {
    let mut check = Check::new();
    let email = check.keep(Email::parse(email));
    let name = check.line("name", name, 1, 100);
    let pass = check.keep(parse_password(password_text));
    check.done()?;
    let (Some(email), Some(pass)) = (email, pass) else { return Err(Error::internal("checked fields are missing")) };
    Ok((email, name, password::hash(pass).await?))
}

/// On a house without an admin: a fresh one-time link to create one. Older links end.
///
/// # Errors
/// When it cannot be written.
pub async fn setup_link(house: &House) -> Result<Option<String>> {
    if house.db.read(store::has_admin).await? {
        return Ok(None);
    }
    let fresh = token::fresh()?;
    let hash = token::hash(&fresh);
    house.db.write(move |tx| store::insert_mail_token(tx, None, Purpose::Setup, &hash, SETUP_LIFE)).await?;
    Ok(Some(house.config.absolute(&format!("/setup/{fresh}"))))
}

/// Creates the first admin with the printed link and signs them in.
///
/// # Errors
/// [`Error::NotFound`] when the link is over; invalid fields.
pub async fn set_up(
    house: &House,
    link: &str,
    (email, name, password_text): (&str, &str, &str),
    lang: Lang,
    (ip, agent): (&str, &str),
) -> Result<SignedIn> {
    let (email, name, hash) = admin_fields(email, name, password_text).await?;
    let link = token::hash(link);
    let member = house
        .db
        .write(move |tx| {
            store::use_mail_token(tx, Purpose::Setup, &link)?;
            if store::has_admin(tx)? {
                return Err(Error::NotFound);
            }
            let new = NewAccount {
                email: &email,
                name: &name,
                password_hash: Some(&hash),
                role: Role::Admin,
                status: Status::Active,
                lang,
                pitch: "",
            };
            store::insert_account(tx, &new)
        })
        .await?;
    open_session(house, member, ip, agent).await
}
