//! Applying and confirming.

use crate::accounts::actions;
use crate::accounts::model::{Application, ApplicationText, Origin};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Lang;
use crate::web::forms::Json;
use crate::web::guards::Ctx;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    /// E-mail address; a link to confirm it is mailed there.
    pub email: String,
    /// Wanted password, at least 10 characters.
    pub password: String,
    /// Name.
    pub name: String,
    /// `de` or `en`; the caller's language when not given.
    pub locale: Option<String>,
    /// Why they want to join.
    pub pitch: Option<String>,
    /// Slugs of niches that are open to everybody.
    pub niches: Option<Vec<String>>,
    /// `newsletter`, `tracking`; given once the address is confirmed.
    pub consents: Option<Vec<String>>,
    /// Code of the standing invite link they came by.
    pub via: Option<String>,
    /// Ids of the texts that are accepted (`GET /api/v1/policies`); all that are required, or none: then the first sign-in asks.
    pub policies: Option<Vec<i64>>,
}

/// What becomes of an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Always `accepted`: the answer never tells who is registered.
    pub status: &'static str,
}

/// `POST /api/v1/applications`
#[utoipa::path(post, path = "/api/v1/applications", tag = "accounts", request_body = NewApplication,
    responses((status = 202, body = Accepted), (status = 422, description = "Wrong fields")))]
pub async fn create_application(ctx: Ctx, body: Json<NewApplication>) -> Result<HttpResponse> {
    let body = body.0;
    let lang = match body.locale.as_deref() {
        None => ctx.lang(),
        Some(code) => Lang::parse(code)
            .ok_or_else(|| Error::Invalid(vec![FieldError::new("locale", "choice").arg("choices", "de, en")]))?,
    };
    let text = ApplicationText {
        email: &body.email,
        password: &body.password,
        name: &body.name,
        pitch: body.pitch.as_deref().unwrap_or(""),
        niches: body.niches.unwrap_or_default(),
        consents: body.consents.unwrap_or_default(),
        via: body.via.as_deref().unwrap_or(""),
        policies: body.policies,
    };
    let application = Application::parse(&text, lang)?;
    actions::apply(&ctx.house, application, Origin { ip: ctx.ip(), agent: ctx.agent.clone() }).await?;
    Ok(HttpResponse::Accepted().json(Accepted { status: "accepted" }))
}

/// The token of a mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailedToken {
    /// The last part of the link.
    pub token: String,
}

/// Where the account stands after the confirmation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmed {
    /// `pending_approval`.
    pub status: &'static str,
}

/// `POST /api/v1/email-confirmations`
#[utoipa::path(post, path = "/api/v1/email-confirmations", tag = "accounts", request_body = MailedToken,
    responses((status = 200, body = Confirmed), (status = 404, description = "Unknown, used or over")))]
pub async fn create_email_confirmation(ctx: Ctx, body: Json<MailedToken>) -> Result<HttpResponse> {
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    actions::confirm(&ctx.house, &body.0.token, origin).await?;
    Ok(HttpResponse::Ok().json(Confirmed { status: "pending_approval" }))
}
