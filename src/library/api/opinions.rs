//! Favourites, stars and wishes.

use crate::access::Sight;
use crate::error::Result;
use crate::i18n::iso;
use crate::library::actions::{desk, opinions};
use crate::library::store;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member, Moderator};
use crate::web::paging::Page;
use crate::web::problem::Problem;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// `PUT /api/v1/resources/{id}/favourite`
#[utoipa::path(put, path = "/api/v1/resources/{id}/favourite", tag = "library", params(("id" = i64, Path)),
    responses((status = 204, description = "It is a favourite"), (status = 404, body = Problem)))]
pub async fn keep(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    opinions::favourite(&me.house, &me.viewer, *id, true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/resources/{id}/favourite`
#[utoipa::path(delete, path = "/api/v1/resources/{id}/favourite", tag = "library", params(("id" = i64, Path)),
    responses((status = 204, description = "It is none any more"), (status = 404, body = Problem)))]
pub async fn let_go(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    opinions::favourite(&me.house, &me.viewer, *id, false).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Stars to give.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingInput {
    /// 1 to 5.
    stars: i32,
    /// At most 1,000 characters.
    #[serde(default)]
    comment: String,
}

/// Stars of somebody.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RatingJson {
    /// Who.
    pub member: i64,
    /// Shown name.
    pub name: String,
    /// 1 to 5.
    pub stars: i32,
    /// May be empty.
    pub comment: String,
    /// When.
    pub at: String,
}

/// `PUT /api/v1/resources/{id}/rating`
#[utoipa::path(put, path = "/api/v1/resources/{id}/rating", tag = "library", params(("id" = i64, Path)), request_body = RatingInput,
    responses((status = 204, description = "Kept in place of the ones before"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn rate(me: Member, id: web::Path<i64>, input: Json<RatingInput>) -> Result<HttpResponse> {
    opinions::rate(&me.house, &me.viewer, *id, input.0.stars, &input.0.comment).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/resources/{id}/rating`
#[utoipa::path(delete, path = "/api/v1/resources/{id}/rating", tag = "library", params(("id" = i64, Path)),
    responses((status = 204, description = "The caller's stars are gone"), (status = 404, body = Problem)))]
pub async fn unrate(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    opinions::unrate(&me.house, &me.viewer, *id, me.viewer.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/resources/{id}/ratings/{member}`
#[utoipa::path(delete, path = "/api/v1/resources/{id}/ratings/{member}", tag = "library", params(("id" = i64, Path), ("member" = i64, Path)),
    responses((status = 204, description = "Taken away by the team"), (status = 404, body = Problem)))]
pub async fn remove(me: Moderator, place: web::Path<(i64, i64)>) -> Result<HttpResponse> {
    let (id, member) = place.into_inner();
    opinions::unrate(&me.house, &me.viewer, id, MemberId(member)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/resources/{id}/ratings`
#[utoipa::path(get, path = "/api/v1/resources/{id}/ratings", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, description = "The newest 200", body = Page<RatingJson>), (status = 404, body = Problem)))]
pub async fn ratings(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, id) = (Sight::of(&me.viewer), me.house.db.now(), *id);
    let rows = me
        .house
        .db
        .read(move |c| {
            store::find_visible(c, sight, id, now)?;
            store::opinions::list_ratings(c, id, 200)
        })
        .await?;
    let json = |r: store::opinions::Rating| RatingJson {
        member: r.member_id,
        name: r.name,
        stars: r.stars,
        comment: r.comment,
        at: iso(r.at),
    };
    Ok(HttpResponse::Ok().json(Page { items: rows.into_iter().map(json).collect::<Vec<_>>(), next_cursor: None }))
}

/// A wish to send.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishInput {
    /// 1 to 1,000 characters.
    wish: String,
}

/// An answer of the team.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// Whether it comes true.
    pub(super) yes: bool,
    /// A word to the member.
    #[serde(default)]
    pub(super) note: String,
}

/// A wish.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WishJson {
    /// Row id.
    pub id: i64,
    /// The resource.
    pub resource: i64,
    /// Its title.
    pub title: String,
    /// Who wishes.
    pub member: i64,
    /// Shown name.
    pub name: String,
    /// What.
    pub wish: String,
    /// `open`, `done` or `declined`.
    pub status: String,
    /// What the team says.
    pub answer: String,
    /// When.
    pub created_at: String,
}

/// `POST /api/v1/resources/{id}/wishes`
#[utoipa::path(post, path = "/api/v1/resources/{id}/wishes", tag = "library", params(("id" = i64, Path)), request_body = WishInput,
    responses((status = 201, description = "The team reads it"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn wish(me: Member, id: web::Path<i64>, input: Json<WishInput>) -> Result<HttpResponse> {
    let id = opinions::wish(&me.house, &me.viewer, *id, &input.0.wish).await?;
    Ok(HttpResponse::Created().json(serde_json::json!({ "id": id })))
}

fn wish_json(w: store::opinions::Wish) -> WishJson {
    WishJson {
        id: w.id,
        resource: w.resource_id,
        title: w.title,
        member: w.member_id,
        name: w.name,
        wish: w.wish,
        status: w.status,
        answer: w.answer,
        created_at: iso(w.created_at),
    }
}

/// `GET /api/v1/me/wishes`
#[utoipa::path(get, path = "/api/v1/me/wishes", tag = "library",
    responses((status = 200, description = "The caller's wishes", body = Page<WishJson>)))]
pub async fn my_wishes(me: Member) -> Result<HttpResponse> {
    let member = me.viewer.id;
    let rows = me.house.db.read(move |c| store::opinions::list_wishes(c, Some(member), 200)).await?;
    Ok(HttpResponse::Ok().json(Page { items: rows.into_iter().map(wish_json).collect::<Vec<_>>(), next_cursor: None }))
}

/// `GET /api/v1/wishes`
#[utoipa::path(get, path = "/api/v1/wishes", tag = "library",
    responses((status = 200, description = "Open wishes of all members", body = Page<WishJson>)))]
pub async fn wishes(me: Manager) -> Result<HttpResponse> {
    let rows = me.house.db.read(move |c| store::opinions::list_wishes(c, None, 200)).await?;
    Ok(HttpResponse::Ok().json(Page { items: rows.into_iter().map(wish_json).collect::<Vec<_>>(), next_cursor: None }))
}

/// `POST /api/v1/wishes/{id}`
#[utoipa::path(post, path = "/api/v1/wishes/{id}", tag = "library", params(("id" = i64, Path)), request_body = AnswerInput,
    responses((status = 204, description = "Answered; the member is told"), (status = 404, body = Problem)))]
pub async fn answer(me: Manager, id: web::Path<i64>, input: Json<AnswerInput>) -> Result<HttpResponse> {
    desk::answer_wish(&me.house, &me.viewer, *id, input.0.yes, &input.0.note).await?;
    Ok(HttpResponse::NoContent().finish())
}
