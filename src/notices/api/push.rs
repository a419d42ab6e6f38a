//! Browsers to push to, as JSON.

use super::super::push::{self, Subscription};
use super::super::store;
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::Page;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The key a browser subscribes with.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// `applicationServerKey`, base64url.
    key: String,
}

/// `GET /api/v1/push/key`
#[utoipa::path(get, path = "/api/v1/push/key", tag = "notifications", responses((status = 200, body = KeyView)))]
pub async fn key(me: Member) -> Result<HttpResponse> {
    let key = push::public_key(&me.house).await?;
    Ok(HttpResponse::Ok().json(KeyView { key }))
}

/// A browser that is pushed to.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrowserView {
    /// Id.
    id: i64,
    /// Its name for itself.
    agent: String,
    /// Host of its push service.
    service: String,
    /// When it was added.
    created_at: String,
    /// When its push service last took something.
    last_ok_at: Option<String>,
}

/// `GET /api/v1/me/push`
#[utoipa::path(get, path = "/api/v1/me/push", tag = "notifications", responses((status = 200, body = Page<BrowserView>)))]
pub async fn list(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let found = me.house.db.read(move |c| store::list_subscriptions(c, id)).await?;
    let items = found
        .into_iter()
        .map(|b| BrowserView {
            id: b.id,
            agent: b.agent,
            service: url::Url::parse(&b.endpoint)
                .ok()
                .and_then(|u| u.host_str().map(str::to_owned))
                .unwrap_or_default(),
            created_at: iso(b.created_at),
            last_ok_at: b.last_ok_at.map(iso),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// Id.
    id: i64,
}

/// `POST /api/v1/me/push`
#[utoipa::path(post, path = "/api/v1/me/push", tag = "notifications", request_body = Subscription,
    responses((status = 201, body = Made), (status = 422, description = "Wrong fields")))]
pub async fn subscribe(me: Member, body: Json<Subscription>) -> Result<HttpResponse> {
    let id = push::subscribe(&me.house, me.viewer.id, body.0, me.agent.clone()).await?;
    Ok(HttpResponse::Created().json(Made { id }))
}

/// Which browser: one of the two.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsubscription {
    /// Its address at the push service.
    endpoint: Option<String>,
    /// Its id.
    id: Option<i64>,
}

/// `DELETE /api/v1/me/push`
#[utoipa::path(delete, path = "/api/v1/me/push", tag = "notifications", request_body = Unsubscription,
    responses((status = 204, description = "Forgotten"), (status = 404, description = "Not yours")))]
pub async fn unsubscribe(me: Member, body: Json<Unsubscription>) -> Result<HttpResponse> {
    let Unsubscription { endpoint, id } = body.0;
    if endpoint.is_none() && id.is_none() {
        return Err(Error::field("endpoint", "required"));
    }
    push::unsubscribe(&me.house, me.viewer.id, endpoint, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
