//! Blocks of the caller.

use super::super::{actions, store};
use crate::error::Result;
use crate::i18n::iso;
use crate::web::guards::Member;
use crate::web::paging::Page;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody the caller has blocked.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockView {
    /// The member.
    id: i64,
    /// Name.
    name: String,
    /// Since when.
    created_at: String,
}

/// `GET /api/v1/me/blocks`
#[utoipa::path(get, path = "/api/v1/me/blocks", tag = "members", responses((status = 200, body = Page<BlockView>)))]
pub async fn list_blocks(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let found = me.house.db.read(move |c| store::list_blocks(c, id)).await?;
    let items =
        found.into_iter().map(|b| BlockView { id: b.id.0, name: b.name, created_at: iso(b.created_at) }).collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `PUT /api/v1/me/blocks/{id}`: nothing that this member writes in chat reaches the caller any more.
#[utoipa::path(put, path = "/api/v1/me/blocks/{id}", tag = "members", params(("id" = i64, Path)), responses((status = 204), (status = 409, description = "Oneself, or somebody of the team")))]
pub async fn block(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::block(&me.house, &me.viewer, MemberId(*id), true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/me/blocks/{id}`
#[utoipa::path(delete, path = "/api/v1/me/blocks/{id}", tag = "members", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn unblock(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::block(&me.house, &me.viewer, MemberId(*id), false).await?;
    Ok(HttpResponse::NoContent().finish())
}
