//! Asking for a reference, and answering.

use crate::error::{Error, Result};
use crate::programs::asks;
use crate::web::forms::Form;
use crate::web::guards::{Manager, Member};
use crate::web::redirect::see_other_with;
use actix_web::{HttpResponse, web};

/// `POST /me/standing/ask`
pub async fn ask(me: Member, form: Form) -> Result<HttpResponse> {
    let sent = asks::ask(&me.house, me.viewer.id, form.text("program").to_owned(), form.text("note")).await;
    let (kind, key) = match sent {
        Ok(()) => ("ok", "asks-sent"),
        Err(Error::Conflict(_)) => ("ok", "asks-has-ref"),
        Err(other) => return Err(other),
    };
    Ok(see_other_with(&me.house.config, "/me/standing", kind, key))
}

/// `POST /manage/ref-requests/{id}`
pub async fn answer(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let done = if form.text("act") == "dismiss" {
        asks::dismiss(&me.house, me.viewer.id, *id).await.map(|()| "asks-dismissed")
    } else {
        asks::answer(&me.house, me.viewer.id, *id, form.text("ref")).await.map(|()| "asks-given")
    };
    let (kind, key) = match done {
        Ok(key) => ("ok", key),
        Err(Error::Invalid(fields)) if fields.iter().any(|f| f.code == "taken") => ("bad", "asks-taken"),
        Err(Error::Invalid(_)) => ("bad", "asks-ref-needed"),
        // Somebody else of the team was faster.
        Err(Error::NotFound) => ("bad", "asks-gone"),
        Err(other) => return Err(other),
    };
    Ok(see_other_with(&me.house.config, "/manage/invitations", kind, key))
}
