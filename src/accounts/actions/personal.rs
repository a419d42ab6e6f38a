//! What members do with their own keys: sessions, API tokens, password.

use super::super::letters::PasswordChanged;
use super::super::model::parse_password;
use super::super::{password, store, token};
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::emit;
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Proof, Role, Scope, Viewer};

/// The most API tokens of a member.
const MOST_TOKENS: i64 = 100;

/// Says, with the cause and durably, that what a member may do has changed: open connections compare the version,
/// listeners of `member.changed` react.
///
/// # Errors
/// When it cannot be written.
pub fn rights_changed(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    store::raise_rights_version(tx, member)?;
    emit(tx, "member.changed", &serde_json::json!({ "member_id": member }))
}

/// Ends one session of the member; its open connections end as well.
///
/// # Errors
/// [`Error::NotFound`] when it is somebody else's or gone.
pub async fn end_session(house: &House, member: MemberId, id: i64) -> Result<()> {
    house
        .db
        .write(move |tx| {
            store::delete_session_of(tx, member, id)?;
            rights_changed(tx, member)
        })
        .await
}

/// Ends every session of the member, all but `keep` where one is named.
///
/// # Errors
/// When it cannot be written.
pub async fn end_sessions(house: &House, member: MemberId, keep: Option<i64>) -> Result<()> {
    house
        .db
        .write(move |tx| {
            match keep {
                Some(id) => store::delete_other_sessions(tx, member, id)?,
                None => store::delete_sessions_of(tx, member)?,
            }
            rights_changed(tx, member)
        })
        .await
}

/// Changes the password of somebody who is signed in and knows the old one; other sessions end, a letter tells of it.
///
/// # Errors
/// `current:wrong_password`, or an unusable new password.
pub async fn change_password(house: &House, viewer: &Viewer, current: String, new: &str) -> Result<()> {
    house.limits.take(Bucket::Account, format!("m{}", viewer.id))?;
    let mut check = Check::new();
    let clear = check.keep(parse_password(new));
    check.done()?;
    let id = viewer.id;
    let stored = house.db.read(move |c| store::find_password(c, id)).await?;
    // Who came in by a mailed link may never have had a password: there is nothing to know then.
    if stored.is_some() && !password::verify(current, stored).await? {
        return Err(Error::field("current", "wrong_password"));
    }
    let hash = password::hash(clear.unwrap_or_default()).await?;
    let keep = match viewer.proof {
        Proof::Session { id, .. } => id,
        Proof::Token { .. } => 0,
    };
    let house_in = house.clone();
    house
        .db
        .write(move |tx| {
            store::update_password(tx, id, &hash)?;
            store::delete_other_sessions(tx, id, keep)?;
            let account = store::find_account(tx, id)?;
            let letter = PasswordChanged { name: account.name.clone(), forgot: house_in.config.absolute("/forgot") };
            house_in.mailer.post(tx, &account.to(), &letter)?;
            rights_changed(tx, id)
        })
        .await
}

/// What the role allows a token to do.
fn allowed(role: Role) -> Vec<Scope> {
    let mut out = vec![Scope::Read, Scope::Write];
    if role >= Role::Moderator {
        out.push(Scope::Manage);
    }
    if role >= Role::Manager {
        out.push(Scope::Ingest);
    }
    if role >= Role::Admin {
        out.push(Scope::Admin);
    }
    out
}

/// A fresh token: the secret is shown once.
pub struct FreshToken {
    /// Row id.
    pub id: i64,
    /// The secret.
    pub token: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Makes an API token. Without `scopes` it gets all that the role allows; a token never makes one that may more than itself.
///
/// # Errors
/// Wrong fields; [`Error::Forbidden`] for a scope the role or the caller's token lacks.
pub async fn make_token(
    house: &House,
    viewer: &Viewer,
    name: &str,
    scopes: Option<Vec<Scope>>,
    expires_at: Option<Ms>,
) -> Result<FreshToken> {
    let mut check = Check::new();
    let name = check.line("name", name, 1, 100);
    if expires_at.is_some_and(|at| at <= house.db.now()) {
        check.add(crate::error::FieldError::new("expires_at", "past"));
    }
    if scopes.as_ref().is_some_and(Vec::is_empty) {
        check.add(crate::error::FieldError::new("scopes", "required"));
    }
    check.done()?;
    let may: Vec<Scope> = allowed(viewer.role).into_iter().filter(|s| viewer.has_scope(*s)).collect();
    let scopes = match scopes {
        Some(wanted) if wanted.iter().any(|s| !may.contains(s)) => return Err(Error::Forbidden("scope_not_allowed")),
        Some(wanted) => Scope::ALL.into_iter().filter(|s| wanted.contains(s)).collect(),
        None => may,
    };
    let text = scopes.iter().map(|s| s.code()).collect::<Vec<_>>().join(" ");
    let secret = token::fresh()?;
    let (hash, member) = (token::hash(&secret), viewer.id);
    let id = house
        .db
        .write(move |tx| {
            if store::count_tokens(tx, member)? >= MOST_TOKENS {
                return Err(Error::Conflict("too_many_tokens"));
            }
            store::insert_token(tx, member, (&name, &hash, &text), expires_at)
        })
        .await?;
    Ok(FreshToken { id, token: secret, scopes })
}
