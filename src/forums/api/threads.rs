//! Threads as JSON.

use super::ThreadJson;
use crate::access::Sight;
use crate::error::Result;
use crate::forums::actions::{self, Opening};
use crate::forums::model::{ThreadChange, ThreadId};
use crate::forums::store;
use crate::members::store::find_visible_niche;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::{Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

/// `GET /api/v1/niches/{slug}/threads`
#[utoipa::path(get, path = "/api/v1/niches/{slug}/threads", tag = "forums", params(("slug" = String, Path), PageQuery),
    responses((status = 200, description = "Pinned threads first, then by the newest post", body = Page<ThreadJson>),
        (status = 404, body = Problem)))]
pub async fn list_threads(me: Member, slug: web::Path<String>, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let rows = me
        .house
        .db
        .read(move |c| {
            let niche = find_visible_niche(c, sight, &slug)?;
            store::list_visible_threads(c, sight, niche.id, after, limit + 1)
        })
        .await?;
    let page = Page::cut(rows, limit, store::cursor_of);
    Ok(HttpResponse::Ok().json(page.map(|row| ThreadJson::of(row, now))))
}

/// A new thread.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThread {
    /// 3 to 150 characters.
    pub title: String,
    /// Opening text, Markdown, 1 to 50,000 characters.
    pub body: String,
}

/// `POST /api/v1/niches/{slug}/threads`
#[utoipa::path(post, path = "/api/v1/niches/{slug}/threads", tag = "forums", params(("slug" = String, Path)),
    request_body = NewThread,
    responses((status = 201, description = "The thread; its text is post 1", body = ThreadJson),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn create_thread(me: Member, slug: web::Path<String>, new: Json<NewThread>) -> Result<HttpResponse> {
    let opening = Opening { niche: slug.into_inner(), title: new.0.title, body: new.0.body };
    let (id, _) = actions::open(&me.house, &me.viewer, opening).await?;
    Ok(HttpResponse::Created().json(read(&me, id).await?))
}

async fn read(me: &Member, id: ThreadId) -> Result<ThreadJson> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let row = me.house.db.read(move |c| store::find_visible_thread(c, sight, id)).await?;
    Ok(ThreadJson::of(row, now))
}

/// `GET /api/v1/threads/{id}`
#[utoipa::path(get, path = "/api/v1/threads/{id}", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = ThreadJson), (status = 404, body = Problem)))]
pub async fn get_thread(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(read(&me, ThreadId(*id)).await?))
}

/// What changes in a thread: `title` by its author, everything by moderators.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadPatch {
    /// 3 to 150 characters.
    pub title: Option<String>,
    /// Stays on top.
    pub pinned: Option<bool>,
    /// Takes no more posts.
    pub locked: Option<bool>,
    /// Only the team sees it.
    pub hidden: Option<bool>,
    /// Address of the niche to move to.
    pub niche: Option<String>,
    /// Why, for the audit log.
    pub reason: Option<String>,
}

/// `PATCH /api/v1/threads/{id}`
#[utoipa::path(patch, path = "/api/v1/threads/{id}", tag = "forums", params(("id" = i64, Path)),
    request_body = ThreadPatch,
    responses((status = 200, body = ThreadJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn patch_thread(me: Member, id: web::Path<i64>, patch: Json<ThreadPatch>) -> Result<HttpResponse> {
    let id = ThreadId(*id);
    let ThreadPatch { title, pinned, locked, hidden, niche, reason } = patch.0;
    let change = ThreadChange { title, pinned, locked, hidden, niche, reason: reason.unwrap_or_default() };
    actions::change(&me.house, &me.viewer, id, change).await?;
    Ok(HttpResponse::Ok().json(read(&me, id).await?))
}

/// What has been read.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMark {
    /// Highest number read; without it everything.
    pub number: Option<i32>,
}

/// `PUT /api/v1/threads/{id}/read`
#[utoipa::path(put, path = "/api/v1/threads/{id}/read", tag = "forums", params(("id" = i64, Path)),
    request_body = ReadMark,
    responses((status = 200, body = ThreadJson), (status = 404, body = Problem)))]
pub async fn read_thread(me: Member, id: web::Path<i64>, mark: Json<ReadMark>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), ThreadId(*id));
    let number = mark.0.number;
    me.house
        .db
        .write(move |tx| {
            let last = store::find_visible_thread(tx, sight, id)?.last_number;
            store::mark_read(tx, id, sight.member, number.unwrap_or(last).clamp(0, last))
        })
        .await?;
    Ok(HttpResponse::Ok().json(read(&me, id).await?))
}

/// `PUT /api/v1/niches/{slug}/read`
#[utoipa::path(put, path = "/api/v1/niches/{slug}/read", tag = "forums", params(("slug" = String, Path)),
    responses((status = 204, description = "Everything in the niche counts as read"), (status = 404, body = Problem)))]
pub async fn read_niche(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    actions::mark_niche_read(&me.house, &me.viewer, slug.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
