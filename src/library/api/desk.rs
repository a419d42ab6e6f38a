//! The team's side: history, review, recall, takers, offered versions.

use super::opinions::AnswerInput;
use crate::access::Sight;
use crate::error::Result;
use crate::i18n::iso;
use crate::library::actions::desk;
use crate::library::history::{Changed, Content, Run, changes, diff};
use crate::library::store;
use crate::web::forms::Json;
use crate::web::guards::Manager;
use crate::web::paging::Page;
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// A state a resource was in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct VersionJson {
    /// Its number.
    pub rev: i32,
    /// When it was written.
    pub at: String,
    /// Who wrote it.
    pub by: Option<String>,
    /// Title and texts.
    pub content: Content,
    /// What changed against the state before.
    pub changes: Vec<Changed>,
}

/// `GET /api/v1/resources/{id}/history`
#[utoipa::path(get, path = "/api/v1/resources/{id}/history", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, description = "The newest 50 states", body = Page<VersionJson>), (status = 404, body = Problem)))]
pub async fn history(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, id) = (Sight::of(&me.viewer), me.house.db.now(), *id);
    let rows = me
        .house
        .db
        .read(move |c| {
            store::find_visible(c, sight, id, now)?;
            store::versions::list_versions(c, id, 51)
        })
        .await?;
    let states: Vec<Content> = rows.iter().map(|r| Content::from_json(&r.content)).collect();
    let items: Vec<VersionJson> = rows
        .into_iter()
        .zip(&states)
        .enumerate()
        .take(50)
        .map(|(i, (row, content))| VersionJson {
            rev: row.rev,
            at: iso(row.at),
            by: row.by,
            changes: states.get(i + 1).map(|before| changes(before, content)).unwrap_or_default(),
            content: content.clone(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `POST /api/v1/resources/{id}/history/{rev}/restore`
#[utoipa::path(post, path = "/api/v1/resources/{id}/history/{rev}/restore", tag = "library", params(("id" = i64, Path), ("rev" = i32, Path)),
    responses((status = 204, description = "Title, summary and texts of that state are the newest state now"), (status = 404, body = Problem), (status = 422, description = "The rules of today no longer let it pass", body = Problem)))]
pub async fn restore(me: Manager, path: web::Path<(i64, i32)>) -> Result<HttpResponse> {
    desk::restore(&me.house, &me.viewer, path.0, path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/resources/{id}/submit`
#[utoipa::path(post, path = "/api/v1/resources/{id}/submit", tag = "library", params(("id" = i64, Path)),
    responses((status = 204, description = "A draft waits for a colleague"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn submit(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    desk::submit(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/resources/{id}/review`
#[utoipa::path(post, path = "/api/v1/resources/{id}/review", tag = "library", params(("id" = i64, Path)), request_body = AnswerInput,
    responses((status = 204, description = "Published, or back to its author"), (status = 404, body = Problem), (status = 409, description = "`own_review`, `not_in_review`", body = Problem)))]
pub async fn review(me: Manager, id: web::Path<i64>, input: Json<AnswerInput>) -> Result<HttpResponse> {
    desk::review(&me.house, &me.viewer, *id, input.0.yes, &input.0.note).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Why something is taken back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallInput {
    /// 1 to 500 characters; every taker reads it.
    reason: String,
    /// What to take instead.
    #[serde(default)]
    successor: Option<i64>,
}

/// `POST /api/v1/resources/{id}/recall`
#[utoipa::path(post, path = "/api/v1/resources/{id}/recall", tag = "library", params(("id" = i64, Path)), request_body = RecallInput,
    responses((status = 202, description = "Nobody can take it; everybody who did is being told"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn recall(me: Manager, id: web::Path<i64>, input: Json<RecallInput>) -> Result<HttpResponse> {
    desk::recall(&me.house, &me.viewer, *id, &input.0.reason, input.0.successor).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Somebody who took a resource.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TakerJson {
    /// Who.
    pub member: i64,
    /// Shown name.
    pub name: String,
    /// When last.
    pub at: Option<String>,
    /// When told of the recall; null: not told, or not recalled.
    pub told_at: Option<String>,
}

/// `GET /api/v1/resources/{id}/takers`
#[utoipa::path(get, path = "/api/v1/resources/{id}/takers", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, body = Page<TakerJson>), (status = 404, body = Problem)))]
pub async fn takers(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, id) = (Sight::of(&me.viewer), me.house.db.now(), *id);
    let items: Vec<TakerJson> = me
        .house
        .db
        .read(move |c| {
            store::find_visible(c, sight, id, now)?;
            let told = store::recalls::list_told(c, id)?;
            let told_at = |member: i64| told.iter().find(|(m, _)| *m == member).map(|(_, at)| iso(*at));
            let takers = store::recalls::list_takers(c, id)?;
            Ok(takers
                .into_iter()
                .map(|t| TakerJson {
                    told_at: told_at(t.member_id),
                    member: t.member_id,
                    name: t.name,
                    at: t.at.map(iso),
                })
                .collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// An own version that a member offers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferJson {
    /// Row id.
    pub id: i64,
    /// The resource.
    pub resource: i64,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub member: i64,
    /// Shown name.
    pub name: String,
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// Markdown.
    pub body: String,
    /// Against the original it was made from.
    pub changes: Vec<Run>,
}

/// `GET /api/v1/offered-versions`
#[utoipa::path(get, path = "/api/v1/offered-versions", tag = "library",
    responses((status = 200, description = "Own versions that members offer to the library", body = Page<OfferJson>)))]
pub async fn offers(me: Manager) -> Result<HttpResponse> {
    let rows = me.house.db.read(move |c| store::own::list_offered(c, 200)).await?;
    let items: Vec<OfferJson> = rows
        .into_iter()
        .map(|(own, title, name)| OfferJson {
            id: own.id,
            resource: own.resource_id,
            title,
            member: own.member_id,
            name,
            changes: diff(&own.base_body, &own.body),
            key: own.key,
            lang: own.lang,
            subject: own.subject,
            body: own.body,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `POST /api/v1/offered-versions/{id}`
#[utoipa::path(post, path = "/api/v1/offered-versions/{id}", tag = "library", params(("id" = i64, Path)), request_body = AnswerInput,
    responses((status = 204, description = "In the library, or sent back; the member is told"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn answer_offer(me: Manager, id: web::Path<i64>, input: Json<AnswerInput>) -> Result<HttpResponse> {
    desk::answer_offer(&me.house, &me.viewer, *id, input.0.yes, &input.0.note).await?;
    Ok(HttpResponse::NoContent().finish())
}
