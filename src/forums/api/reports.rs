//! Reports as JSON.

use crate::error::Result;
use crate::forums::actions;
use crate::forums::model::{PostId, ReportRow};
use crate::forums::store;
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::{Member, Moderator};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// A new report.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// 3 to 500 characters.
    pub reason: String,
}

/// The id of what was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReportId {
    /// Id of the report.
    pub id: i64,
}

/// `POST /api/v1/posts/{id}/reports`
#[utoipa::path(post, path = "/api/v1/posts/{id}/reports", tag = "forums", params(("id" = i64, Path)),
    request_body = NewReport,
    responses((status = 201, body = ReportId), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create_report(me: Member, id: web::Path<i64>, new: Json<NewReport>) -> Result<HttpResponse> {
    let id = actions::report(&me.house, &me.viewer, PostId(*id), &new.0.reason).await?;
    Ok(HttpResponse::Created().json(ReportId { id }))
}

/// An open report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReportJson {
    /// Id.
    pub id: i64,
    /// The post.
    pub post_id: i64,
    /// Its number.
    pub number: i32,
    /// Its thread.
    pub thread_id: i64,
    /// Title of the thread.
    pub title: String,
    /// Who reported.
    pub reporter: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub created_at: String,
}

impl ReportJson {
    fn of(row: ReportRow) -> Self {
        Self {
            id: row.id,
            post_id: row.post_id.0,
            number: row.number,
            thread_id: row.thread_id.0,
            title: row.title,
            reporter: row.reporter,
            reason: row.reason,
            created_at: iso(row.created_at),
        }
    }
}

/// `GET /api/v1/reports`
#[utoipa::path(get, path = "/api/v1/reports", tag = "forums", params(PageQuery),
    responses((status = 200, description = "Open reports, oldest first", body = Page<ReportJson>)))]
pub async fn list_reports(me: Moderator, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (paging.limit()?, paging.after()?.map_or(0, |c| c.id));
    let rows = me.house.db.read(move |c| store::list_open_reports(c, after, limit + 1)).await?;
    let page = Page::cut(rows, limit, |row| Cursor { key: 0, id: row.id });
    Ok(HttpResponse::Ok().json(page.map(ReportJson::of)))
}

/// How a report ends.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Hide the post as well.
    #[serde(default)]
    pub hide: bool,
}

/// `POST /api/v1/reports/{id}/close`
#[utoipa::path(post, path = "/api/v1/reports/{id}/close", tag = "forums", params(("id" = i64, Path)),
    request_body = Closing, responses((status = 204), (status = 404, body = Problem)))]
pub async fn close_report(me: Moderator, id: web::Path<i64>, closing: Json<Closing>) -> Result<HttpResponse> {
    actions::close_report(&me.house, &me.viewer, *id, closing.0.hide).await?;
    Ok(HttpResponse::NoContent().finish())
}
