//! `/api/v1/me/ref-requests` and `/api/v1/ref-requests`

use crate::error::Result;
use crate::i18n::iso;
use crate::programs::asks;
use crate::programs::store::asks as store;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::Page;
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};

/// Asks for a reference.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewAsk {
    /// Slug; not needed with one program.
    program: String,
    /// A word to the team.
    note: String,
}

/// Answers a request.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskAnswer {
    /// The reference.
    #[serde(rename = "ref")]
    code: String,
}

/// A request.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AskJson {
    /// Id.
    pub id: i64,
    /// Who asks.
    pub member_id: i64,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Slug of the program.
    pub program: String,
    /// A word to the team.
    pub note: String,
    /// When.
    pub created_at: String,
}

/// `POST /api/v1/me/ref-requests`
#[utoipa::path(post, path = "/api/v1/me/ref-requests", tag = "sales", request_body = NewAsk,
    responses((status = 202, description = "The team sees it"), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(me: Member, body: Json<NewAsk>) -> Result<HttpResponse> {
    asks::ask(&me.house, me.viewer.id, body.0.program, &body.0.note).await?;
    Ok(HttpResponse::Accepted().json(serde_json::json!({ "status": "asked" })))
}

/// `GET /api/v1/ref-requests`
#[utoipa::path(get, path = "/api/v1/ref-requests", tag = "sales", responses((status = 200, body = Page<AskJson>)))]
pub async fn list(me: Manager) -> Result<HttpResponse> {
    let rows = me.house.db.read(store::list_asks).await?;
    let items = rows
        .into_iter()
        .map(|a| AskJson {
            id: a.id,
            member_id: a.member_id,
            name: a.name,
            email: a.email,
            program: a.program,
            note: a.note,
            created_at: iso(a.created_at),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `POST /api/v1/ref-requests/{id}`: gives the reference.
#[utoipa::path(post, path = "/api/v1/ref-requests/{id}", tag = "sales", params(("id" = i64, Path)), request_body = AskAnswer,
    responses((status = 204, description = "Given"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn answer(me: Manager, id: web::Path<i64>, body: Json<AskAnswer>) -> Result<HttpResponse> {
    asks::answer(&me.house, me.viewer.id, *id, &body.0.code).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/ref-requests/{id}`
#[utoipa::path(delete, path = "/api/v1/ref-requests/{id}", tag = "sales", params(("id" = i64, Path)),
    responses((status = 204, description = "Closed"), (status = 404, body = Problem)))]
pub async fn dismiss(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    asks::dismiss(&me.house, me.viewer.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
