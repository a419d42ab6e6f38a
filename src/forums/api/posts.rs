//! Posts as JSON.

use super::PostJson;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Disclosure, Edit, Reply};
use crate::forums::model::{PostId, ThreadId};
use crate::forums::store;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// `GET /api/v1/threads/{id}/posts`
#[utoipa::path(get, path = "/api/v1/threads/{id}/posts", tag = "forums",
    params(("id" = i64, Path), PageQuery, ("from" = Option<i32>, Query, description = "Number to begin at")),
    responses((status = 200, description = "Posts by number", body = Page<PostJson>), (status = 404, body = Problem)))]
pub async fn list_posts(
    me: Member,
    id: web::Path<i64>,
    paging: web::Query<PageQuery>,
    start: web::Query<Start>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (sight, id, lang) = (Sight::of(&me.viewer), ThreadId(*id), me.lang());
    let from = match after {
        Some(cursor) => i32::try_from(cursor.key).map_err(|_| Error::field("cursor", "invalid"))?.saturating_add(1),
        None => start.from.unwrap_or(1).max(1),
    };
    let to = from.saturating_add(i32::try_from(limit).unwrap_or(200));
    let rows = me
        .house
        .db
        .read(move |c| {
            store::find_visible_thread(c, sight, id)?;
            store::list_visible_posts(c, sight, id, (from, to))
        })
        .await?;
    let page = Page::cut(rows, limit, |row| Cursor { key: row.number.into(), id: row.id.0 });
    Ok(HttpResponse::Ok().json(page.map(|row| PostJson::of(row, lang))))
}

/// Where a list of posts begins.
#[derive(Debug, Deserialize)]
pub struct Start {
    from: Option<i32>,
}

/// A new post.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    /// Markdown, 1 to 50,000 characters.
    pub body: String,
    /// Number of the post it answers.
    pub reply_to: Option<i32>,
    /// What is said about undeclared affiliate links in it: `label` declares them, `none` says they are no advertising (kept in
    /// the audit log). Without it such a text is refused with `unlabelled` on `body`.
    pub disclosure: Option<String>,
}

/// `POST /api/v1/threads/{id}/posts`
#[utoipa::path(post, path = "/api/v1/threads/{id}/posts", tag = "forums", params(("id" = i64, Path)),
    request_body = NewPost,
    responses((status = 201, body = PostJson), (status = 404, body = Problem),
        (status = 409, description = "`thread_locked`", body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub async fn create_post(me: Member, id: web::Path<i64>, new: Json<NewPost>) -> Result<HttpResponse> {
    let ads = Disclosure::parse(new.0.disclosure.as_deref().unwrap_or(""));
    let reply = Reply { body: new.0.body, reply_to: new.0.reply_to, ads };
    let (post, _) = actions::reply(&me.house, &me.viewer, ThreadId(*id), reply).await?;
    Ok(HttpResponse::Created().json(read(&me, post).await?))
}

async fn read(me: &Member, id: PostId) -> Result<PostJson> {
    let sight = Sight::of(&me.viewer);
    Ok(PostJson::of(me.house.db.read(move |c| store::find_visible_post(c, sight, id)).await?, me.lang()))
}

/// `GET /api/v1/posts/{id}`
#[utoipa::path(get, path = "/api/v1/posts/{id}", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = PostJson), (status = 404, body = Problem)))]
pub async fn get_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(read(&me, PostId(*id)).await?))
}

/// What changes in a post: `body` by its author or a moderator, `hidden` by moderators.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostPatch {
    /// Markdown, 1 to 50,000 characters.
    pub body: Option<String>,
    /// Revision the text was made from; another one in between is 409.
    pub rev: Option<i32>,
    /// Hide from members, or show again.
    pub hidden: Option<bool>,
    /// Why it is hidden: its author is told, the audit log keeps it.
    pub reason: Option<String>,
    /// As in a new post.
    pub disclosure: Option<String>,
}

/// `PATCH /api/v1/posts/{id}`
#[utoipa::path(patch, path = "/api/v1/posts/{id}", tag = "forums", params(("id" = i64, Path)),
    request_body = PostPatch,
    responses((status = 200, body = PostJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "`thread_locked`, `post_deleted`, `edited_meanwhile`", body = Problem),
        (status = 422, body = Problem)))]
pub async fn patch_post(me: Member, id: web::Path<i64>, patch: Json<PostPatch>) -> Result<HttpResponse> {
    let (id, patch) = (PostId(*id), patch.0);
    if let Some(body) = patch.body {
        let ads = Disclosure::parse(patch.disclosure.as_deref().unwrap_or(""));
        actions::edit(&me.house, &me.viewer, id, Edit { body, rev: patch.rev, ads }).await?;
    }
    if let Some(hidden) = patch.hidden {
        actions::hide_post(&me.house, &me.viewer, id, hidden, patch.reason.as_deref().unwrap_or("")).await?;
    }
    Ok(HttpResponse::Ok().json(read(&me, id).await?))
}

/// `DELETE /api/v1/posts/{id}`
#[utoipa::path(delete, path = "/api/v1/posts/{id}", tag = "forums", params(("id" = i64, Path)),
    responses((status = 204, description = "Its place stays and says that it was deleted; thirty days it can be brought back"),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::delete(&me.house, &me.viewer, PostId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The likes of a post.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LikesJson {
    /// Members who like it.
    pub likes: i32,
    /// Whether the caller likes it.
    pub liked: bool,
}

async fn set_like(me: &Member, id: i64, liked: bool) -> Result<HttpResponse> {
    let likes = actions::like(&me.house, &me.viewer, PostId(id), liked).await?;
    Ok(HttpResponse::Ok().json(LikesJson { likes, liked }))
}

/// `PUT /api/v1/posts/{id}/like`
#[utoipa::path(put, path = "/api/v1/posts/{id}/like", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = LikesJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn like_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    set_like(&me, *id, true).await
}

/// `DELETE /api/v1/posts/{id}/like`
#[utoipa::path(delete, path = "/api/v1/posts/{id}/like", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = LikesJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn unlike_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    set_like(&me, *id, false).await
}
