//! Signing in and out, and the other ways in.

use super::application::{Accepted, MailedToken};
use crate::accounts::actions::{self, SignedIn};
use crate::accounts::model::{Email, Origin};
use crate::accounts::store;
use crate::accounts::web::{cookie, removal};
use crate::error::{Error, Result};
use crate::house::House;
use crate::web::forms::Json;
use crate::web::guards::{Ctx, Member};
use crate::web::paging::{Page, PageQuery};
use crate::web::viewer::{MemberId, Proof};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// E-mail address and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Code of a second factor; not asked for.
    #[serde(default)]
    #[expect(dead_code, reason = "part of the contract; accounts without a second factor need none")]
    code: Option<String>,
}

/// Who has signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionMember {
    /// The member.
    #[schema(value_type = i64)]
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Slug of the tier.
    pub tier: Option<String>,
    /// `de` or `en`.
    pub locale: String,
}

/// A fresh session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Who has signed in.
    pub member: SessionMember,
    /// Token that every change with the cookie carries as `X-CSRF-Token`.
    pub csrf: String,
}

/// Answers with a fresh session: cookie and body.
///
/// # Errors
/// When the member cannot be read.
pub async fn answer(house: &House, signed_in: SignedIn) -> Result<HttpResponse> {
    let id = signed_in.member;
    let (name, role, tier, locale) = house.db.read(move |c| store::find_session_member(c, id)).await?;
    let session = Session { member: SessionMember { id, name, role, tier, locale }, csrf: signed_in.csrf };
    let mut answer = HttpResponse::Created().cookie(cookie(&house.config, &signed_in.session)).json(session);
    answer.extensions_mut().insert(crate::web::idempotency::ShowsSecret);
    Ok(answer)
}

/// `POST /api/v1/session`
#[utoipa::path(post, path = "/api/v1/session", tag = "accounts", request_body = SignIn,
    responses((status = 201, body = Session), (status = 401, description = "Address and password do not fit"),
              (status = 429, description = "Too many tries")))]
pub async fn create_session(ctx: Ctx, body: Json<SignIn>) -> Result<HttpResponse> {
    let SignIn { email, password, .. } = body.0;
    let signed_in = actions::sign_in(&ctx.house, &email, password, &ctx.ip(), &ctx.agent).await?;
    answer(&ctx.house, signed_in).await
}

/// `DELETE /api/v1/session`
#[utoipa::path(delete, path = "/api/v1/session", tag = "accounts", responses((status = 204, description = "Signed out")))]
pub async fn delete_session(me: Member) -> Result<HttpResponse> {
    if let Proof::Session { id, .. } = me.viewer.proof {
        actions::end_session(&me.house, me.viewer.id, id).await?;
    }
    Ok(HttpResponse::NoContent().cookie(removal(&me.house.config)).finish())
}

/// An open session.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSession {
    /// Row id.
    pub id: i64,
    /// When it began.
    pub created_at: String,
    /// Last visit.
    pub last_seen_at: String,
    /// Address of the client at sign-in.
    pub ip: String,
    /// The browser's name for itself.
    pub agent: String,
    /// Whether the caller uses it.
    pub current: bool,
}

/// The open sessions of a member.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSessions {
    /// The last used first.
    pub items: Vec<OpenSession>,
    /// Always null: there are few.
    pub next_cursor: Option<String>,
}

/// `GET /api/v1/me/sessions`
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "accounts", params(PageQuery), responses((status = 200, body = OpenSessions)))]
pub async fn list_sessions(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (id, now) = (me.viewer.id, me.house.db.now());
    let rows = me.house.db.read(move |c| store::list_sessions(c, id, now)).await?;
    let items = rows
        .into_iter()
        .map(|s| OpenSession {
            current: matches!(me.viewer.proof, Proof::Session { id, .. } if id == s.id),
            id: s.id,
            created_at: crate::i18n::iso(s.created_at),
            last_seen_at: crate::i18n::iso(s.last_seen_at),
            ip: s.ip,
            agent: s.agent,
        })
        .collect();
    let Page { items, next_cursor } = Page::of_short(items, &paging)?;
    Ok(HttpResponse::Ok().json(OpenSessions { items, next_cursor }))
}

/// `DELETE /api/v1/me/sessions`: everywhere.
#[utoipa::path(delete, path = "/api/v1/me/sessions", tag = "accounts", responses((status = 204, description = "All ended")))]
pub async fn delete_sessions(me: Member) -> Result<HttpResponse> {
    actions::end_sessions(&me.house, me.viewer.id, None).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/me/sessions/{id}`
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 204, description = "Ended"), (status = 404, description = "No such session")))]
pub async fn delete_session_by_id(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::end_session(&me.house, me.viewer.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whom to mail a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// E-mail address.
    pub email: String,
}

/// `POST /api/v1/password-resets`: mails a link to `/reset/{token}`; the answer is the same for every address.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "accounts", request_body = LinkRequest,
    responses((status = 202, body = Accepted)))]
pub async fn create_password_reset(ctx: Ctx, body: Json<LinkRequest>) -> Result<HttpResponse> {
    let email = Email::parse(&body.0.email).map_err(|e| Error::Invalid(vec![e]))?;
    actions::send_reset_link(&ctx.house, &email.address, &ctx.ip()).await?;
    Ok(HttpResponse::Accepted().json(Accepted { status: "accepted" }))
}

/// A new password with the token of the mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The last part of the link.
    pub token: String,
    /// The new password, at least 10 characters.
    pub password: String,
}

/// `POST /api/v1/password-resets/confirm`
#[utoipa::path(post, path = "/api/v1/password-resets/confirm", tag = "accounts", request_body = NewPassword,
    responses((status = 204, description = "Changed; every session has ended"), (status = 404, description = "Unknown, used or over")))]
pub async fn confirm_password_reset(ctx: Ctx, body: Json<NewPassword>) -> Result<HttpResponse> {
    actions::reset_password(&ctx.house, &body.0.token, &body.0.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/login-links`: mails a one-time link that signs in; the answer is the same for every address.
#[utoipa::path(post, path = "/api/v1/login-links", tag = "accounts", request_body = LinkRequest,
    responses((status = 202, body = Accepted)))]
pub async fn create_login_link(ctx: Ctx, body: Json<LinkRequest>) -> Result<HttpResponse> {
    let email = Email::parse(&body.0.email).map_err(|e| Error::Invalid(vec![e]))?;
    actions::send_login_link(&ctx.house, &email.address, &ctx.ip(), "/").await?;
    Ok(HttpResponse::Accepted().json(Accepted { status: "accepted" }))
}

/// `POST /api/v1/login-links/use`
#[utoipa::path(post, path = "/api/v1/login-links/use", tag = "accounts", request_body = MailedToken,
    responses((status = 201, body = Session), (status = 404, description = "Unknown, used or over")))]
pub async fn use_login_link(ctx: Ctx, body: Json<MailedToken>) -> Result<HttpResponse> {
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    let (signed_in, _) = actions::enter_by_link(&ctx.house, &body.0.token, &origin).await?;
    answer(&ctx.house, signed_in).await
}

/// A change of the own password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password so far.
    pub current: String,
    /// The new one, at least 10 characters.
    pub password: String,
}

/// `PUT /api/v1/me/password`
#[utoipa::path(put, path = "/api/v1/me/password", tag = "accounts", request_body = PasswordChange,
    responses((status = 204, description = "Changed; other sessions have ended"), (status = 422, description = "Wrong fields")))]
pub async fn update_password(me: Member, body: Json<PasswordChange>) -> Result<HttpResponse> {
    let PasswordChange { current, password } = body.0;
    actions::change_password(&me.house, &me.viewer, current, &password).await?;
    Ok(HttpResponse::NoContent().finish())
}
