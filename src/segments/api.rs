//! JSON of segments.

use super::actions::{self, Preview};
use super::store::{self, Example, Segment};
use crate::error::Result;
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A rule to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// `{"all":[…]}`, `{"any":[…]}`, `{"not":{…}}` or `{"field","op","value","window"?,"currency"?}`.
    #[schema(value_type = Object)]
    rule: serde_json::Value,
}

/// What a rule reaches.
#[derive(Serialize, ToSchema)]
pub struct PreviewJson {
    /// Members the rule matches.
    count: i64,
    /// Those with newsletter consent and without suppression.
    deliverable: i64,
    /// Reason to number.
    excluded: BTreeMap<&'static str, i64>,
    /// A few of them.
    sample: Vec<Example>,
}

impl From<Preview> for PreviewJson {
    fn from(p: Preview) -> Self {
        let excluded = [("no_consent", p.counts.no_consent), ("suppressed", p.counts.suppressed)];
        Self {
            count: p.counts.count,
            deliverable: p.deliverable(),
            excluded: excluded.into_iter().filter(|(_, n)| *n > 0).collect(),
            sample: p.sample,
        }
    }
}

/// A segment to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// 1 to 100 characters.
    name: String,
    /// The rule.
    #[schema(value_type = Object)]
    rule: serde_json::Value,
}

/// What to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentPatch {
    /// New name.
    name: Option<String>,
    /// New rule.
    #[schema(value_type = Option<Object>)]
    rule: Option<serde_json::Value>,
}

/// A segment.
#[derive(Serialize, ToSchema)]
pub struct SegmentJson {
    id: i64,
    name: String,
    #[schema(value_type = Object)]
    rule: serde_json::Value,
    version: i32,
    created_at: String,
    updated_at: String,
}

impl From<Segment> for SegmentJson {
    fn from(s: Segment) -> Self {
        Self {
            id: s.id,
            rule: s.json(),
            name: s.name,
            version: s.version,
            created_at: iso(s.created_at),
            updated_at: iso(s.updated_at),
        }
    }
}

/// `POST /api/v1/segments/preview`
#[utoipa::path(post, path = "/api/v1/segments/preview", tag = "segments", request_body = PreviewBody,
    responses((status = 200, body = PreviewJson), (status = 422, description = "A mistake, with its path in the rule")))]
pub async fn preview(me: Manager, Json(body): Json<PreviewBody>) -> Result<HttpResponse> {
    let now = me.house.db.now();
    let found = me.house.db.read(move |c| actions::preview(c, &body.rule, now)).await?;
    Ok(HttpResponse::Ok().json(PreviewJson::from(found)))
}

/// `GET /api/v1/segments`
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments", params(PageQuery),
    responses((status = 200, body = Page<SegmentJson>)))]
pub async fn list(me: Manager, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?.map(|c| c.id));
    let rows = me.house.db.read(move |c| store::list(c, after, limit + 1)).await?;
    let page = Page::cut(rows, limit, |s| Cursor { key: 0, id: s.id }).map(SegmentJson::from);
    Ok(HttpResponse::Ok().json(page))
}

/// `POST /api/v1/segments`
#[utoipa::path(post, path = "/api/v1/segments", tag = "segments", request_body = NewSegment,
    responses((status = 201, body = SegmentJson), (status = 422, description = "A mistake, with its path")))]
pub async fn create(me: Manager, Json(body): Json<NewSegment>) -> Result<HttpResponse> {
    let id = actions::save(&me.house, None, body.name, body.rule, me.viewer.id).await?;
    let segment = me.house.db.read(move |c| store::find(c, id)).await?;
    Ok(HttpResponse::Created().json(SegmentJson::from(segment)))
}

/// `GET /api/v1/segments/{id}`
#[utoipa::path(get, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = i64, Path)),
    responses((status = 200, body = SegmentJson), (status = 404, description = "No such segment")))]
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let segment = me.house.db.read(move |c| store::find(c, id)).await?;
    Ok(HttpResponse::Ok().json(SegmentJson::from(segment)))
}

/// `PATCH /api/v1/segments/{id}`
#[utoipa::path(patch, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = i64, Path)),
    request_body = SegmentPatch, responses((status = 200, body = SegmentJson)))]
pub async fn update(me: Manager, id: web::Path<i64>, Json(patch): Json<SegmentPatch>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let old = me.house.db.read(move |c| store::find(c, id)).await?;
    let rule = patch.rule.unwrap_or_else(|| old.json());
    actions::save(&me.house, Some(id), patch.name.unwrap_or(old.name), rule, me.viewer.id).await?;
    let segment = me.house.db.read(move |c| store::find(c, id)).await?;
    Ok(HttpResponse::Ok().json(SegmentJson::from(segment)))
}

/// `DELETE /api/v1/segments/{id}`
#[utoipa::path(delete, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = i64, Path)),
    responses((status = 204, description = "Gone"), (status = 409, description = "A campaign uses it")))]
pub async fn remove(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    me.house.db.write(move |tx| store::delete(tx, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
