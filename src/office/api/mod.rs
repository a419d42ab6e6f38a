//! JSON of the office.

pub mod outbox;

use super::actions;
use super::model::SettingsChange;
use crate::accounts::api::Token;
use crate::accounts::store as accounts;
use crate::error::Result;
use crate::i18n::iso;
use crate::jobs;
use crate::members::store as members;
use crate::settings::{self, Settings};
use crate::web::forms::Json;
use crate::web::guards::Admin;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_multipart::Multipart;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// `GET /api/v1/settings`
#[utoipa::path(get, path = "/api/v1/settings", tag = "office", responses((status = 200, body = Settings)))]
pub async fn get_settings(me: Admin) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(me.house.db.read(settings::load).await?))
}

/// `PATCH /api/v1/settings`
#[utoipa::path(patch, path = "/api/v1/settings", tag = "office", request_body = SettingsChange,
    responses((status = 200, body = Settings), (status = 422, description = "Wrong fields")))]
pub async fn update_settings(me: Admin, body: Json<SettingsChange>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(actions::change_settings(&me.house, &me.viewer, body.0).await?))
}

/// `PUT /api/v1/settings/logo`: multipart with the field `logo`.
#[utoipa::path(put, path = "/api/v1/settings/logo", tag = "office",
    request_body(content = inline(Logo), content_type = "multipart/form-data"),
    responses((status = 200, body = Settings), (status = 413, description = "Over 2 MB"),
              (status = 422, description = "No picture")))]
pub async fn put_logo(me: Admin, mut form: Multipart) -> Result<HttpResponse> {
    let bytes = super::setup::web::upload(&mut form).await?;
    actions::change_logo(&me.house, &me.viewer, Some(bytes)).await?;
    Ok(HttpResponse::Ok().json(me.house.db.read(settings::load).await?))
}

/// An upload.
#[derive(ToSchema)]
#[schema(as = LogoUpload)]
pub struct Logo {
    /// PNG, JPEG, WebP or GIF; it is drawn anew as a PNG of at most 512 pixels.
    #[schema(value_type = String, format = Binary)]
    pub logo: Vec<u8>,
}

/// `DELETE /api/v1/settings/logo`
#[utoipa::path(delete, path = "/api/v1/settings/logo", tag = "office", responses((status = 204)))]
pub async fn delete_logo(me: Admin) -> Result<HttpResponse> {
    actions::change_logo(&me.house, &me.viewer, None).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/settings/test-mail`
#[utoipa::path(post, path = "/api/v1/settings/test-mail", tag = "office",
    description = "Sends the caller a letter over the configured route.", responses((status = 202)))]
pub async fn send_test_mail(me: Admin) -> Result<HttpResponse> {
    actions::send_test_mail(&me.house, &me.viewer).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// A job that was given up.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadJobItem {
    /// Row id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Tries made.
    pub attempts: i32,
    /// Last error.
    pub last_error: Option<String>,
    /// When it was given up.
    pub finished_at: Option<String>,
}

/// The state of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queue {
    /// Jobs that wait or run.
    pub waiting: i64,
    /// Jobs that were given up, newest first, at most 50.
    pub dead: Vec<DeadJobItem>,
}

/// `GET /api/v1/jobs`
#[utoipa::path(get, path = "/api/v1/jobs", tag = "office", responses((status = 200, body = Queue)))]
pub async fn get_jobs(me: Admin) -> Result<HttpResponse> {
    let overview = me.house.db.read(jobs::overview).await?;
    let dead = overview
        .dead
        .into_iter()
        .map(|j| DeadJobItem {
            id: j.id,
            kind: j.kind,
            attempts: j.attempts,
            last_error: j.last_error,
            finished_at: j.finished_at.map(iso),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Queue { waiting: overview.waiting, dead }))
}

/// `POST /api/v1/jobs/{id}/retry`
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "office", params(("id" = i64, Path)),
    responses((status = 204, description = "It runs again"), (status = 404, description = "No such dead job")))]
pub async fn retry_job(me: Admin, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::retry_job(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditItem {
    /// Row id.
    pub id: i64,
    /// When.
    pub at: String,
    /// Name of who did it.
    pub actor: Option<String>,
    /// Stable name of what was done.
    pub action: String,
    /// Kind of the thing.
    pub object_type: String,
    /// Its id.
    pub object_id: Option<i64>,
    /// What changed, in short.
    pub detail: String,
}

/// `GET /api/v1/audit`
#[utoipa::path(get, path = "/api/v1/audit", tag = "office", params(PageQuery), responses((status = 200, body = Page<AuditItem>)))]
pub async fn list_audit(me: Admin, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = me.house.db.read(move |c| members::list_audit(c, after.map(|a| a.id), limit + 1)).await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id }).map(|r| AuditItem {
        id: r.id,
        at: iso(r.at),
        actor: r.actor,
        action: r.action,
        object_type: r.object_type,
        object_id: r.object_id,
        detail: r.detail,
    });
    Ok(HttpResponse::Ok().json(page))
}

/// A token with its owner.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnedToken {
    /// Id of the owner.
    pub member_id: i64,
    /// Name of the owner.
    pub member: String,
    /// The token.
    #[serde(flatten)]
    pub token: Token,
}

/// `GET /api/v1/tokens`: everybody's.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "office", params(PageQuery), responses((status = 200, body = Page<OwnedToken>)))]
pub async fn list_tokens(me: Admin, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = me.house.db.read(move |c| accounts::list_all_tokens(c, after.map(|a| a.id), limit + 1)).await?;
    let page = Page::cut(rows, limit, |(t, _)| Cursor { key: 0, id: t.id }).map(|(row, member)| OwnedToken {
        member_id: row.member_id,
        member,
        token: Token::from(row),
    });
    Ok(HttpResponse::Ok().json(page))
}

/// `DELETE /api/v1/tokens/{id}`: anybody's.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "office", params(("id" = i64, Path)),
    responses((status = 204, description = "It works no longer"), (status = 404, description = "No such token")))]
pub async fn delete_token(me: Admin, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::revoke_token(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
