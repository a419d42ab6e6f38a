//! Web Push (RFC 8030, 8291, 8292): what is unread reaches the browsers a member chose, encrypted for each of them. The key of the
//! house is made at first use and kept with it. Nothing is pushed twice: the rows are claimed before anything is sent.

mod send;
mod vapid;

pub use send::{GRACE, PUSH_JOB, Push, run};
pub use vapid::{Vapid, public_key};

use super::store;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::web::forms::Check;
use crate::web::viewer::MemberId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use utoipa::ToSchema;
use web_push_native::p256;

/// What a browser gives out when somebody lets it be pushed to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Address at the browser's push service.
    pub endpoint: String,
    /// Public key of the browser, base64url.
    pub p256dh: String,
    /// Secret of the browser, base64url.
    pub auth: String,
}

impl Subscription {
    /// Checks what can be checked without asking anybody.
    ///
    /// # Errors
    /// Invalid fields.
    fn check(&self, private: bool) -> Result<()> {
        let mut check = Check::new();
        let url = url::Url::parse(&self.endpoint).ok();
        let fits = url.is_some_and(|u| {
            (u.scheme() == "https" || (private && u.scheme() == "http"))
                && u.host().is_some()
                && u.username().is_empty()
        });
        if !fits || self.endpoint.len() > 1_000 {
            check.add(FieldError::new("endpoint", "invalid"));
        }
        if keys(&self.p256dh, &self.auth).is_none() {
            check.add(FieldError::new("p256dh", "invalid"));
        }
        check.done()
    }
}

/// The keys of a subscription, read.
fn keys(p256dh: &str, auth: &str) -> Option<(p256::PublicKey, web_push_native::Auth)> {
    let public = URL_SAFE_NO_PAD.decode(p256dh.trim_end_matches('=')).ok()?;
    let secret = URL_SAFE_NO_PAD.decode(auth.trim_end_matches('=')).ok()?;
    let public = p256::PublicKey::from_sec1_bytes(&public).ok()?;
    (secret.len() == 16).then(|| (public, web_push_native::Auth::clone_from_slice(&secret)))
}

/// Keeps a browser of a member; at most ten, the oldest goes first.
///
/// # Errors
/// Invalid fields.
pub async fn subscribe(house: &House, member: MemberId, new: Subscription, agent: String) -> Result<i64> {
    new.check(house.config.fetch_private)?;
    house.db.write(move |tx| store::put_subscription(tx, member, &new, &agent)).await
}

/// Forgets a browser of a member, by its address or its id.
///
/// # Errors
/// [`Error::NotFound`] where it is not theirs.
pub async fn unsubscribe(house: &House, member: MemberId, endpoint: Option<String>, id: Option<i64>) -> Result<()> {
    let gone = house.db.write(move |tx| store::delete_subscription(tx, member, endpoint.as_deref(), id)).await?;
    if gone { Ok(()) } else { Err(Error::NotFound) }
}
