//! Order in the forum as JSON: merging, splitting, answers, translations, warnings, the forum of a niche.

use super::ThreadJson;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Target};
use crate::forums::model::{PostId, ThreadId};
use crate::forums::store::{self, NicheForum};
use crate::members::store::find_visible_niche;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member, Moderator};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Where the posts of a thread go.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// Id of the thread that takes them, behind its own.
    pub into: i64,
    /// Why, for the audit log.
    #[serde(default)]
    pub reason: String,
}

/// `POST /api/v1/threads/{id}/merge`
#[utoipa::path(post, path = "/api/v1/threads/{id}/merge", tag = "forums", params(("id" = i64, Path)), request_body = Merge,
    responses((status = 200, description = "The thread that has them now", body = ThreadJson), (status = 404, body = Problem),
        (status = 409, description = "`merged`", body = Problem), (status = 422, body = Problem)))]
pub async fn merge_thread(me: Moderator, id: web::Path<i64>, merge: Json<Merge>) -> Result<HttpResponse> {
    let into = ThreadId(merge.0.into);
    actions::merge(&me.house, &me.viewer, ThreadId(*id), into, &merge.0.reason).await?;
    thread(&me, into).await
}

async fn thread(me: &Moderator, id: ThreadId) -> Result<HttpResponse> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let row = me.house.db.read(move |c| store::find_visible_thread(c, sight, id)).await?;
    Ok(HttpResponse::Ok().json(ThreadJson::of(row, now)))
}

/// Which posts go where: into the thread `into`, or into a new one with `title`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Ids of at most 200 posts of the thread.
    pub posts: Vec<i64>,
    /// Id of a thread that takes them, behind its own.
    pub into: Option<i64>,
    /// Title of a new thread.
    pub title: Option<String>,
    /// Niche of the new thread; without it the one they come from.
    pub niche: Option<String>,
    /// Why, for the audit log.
    #[serde(default)]
    pub reason: String,
}

/// `POST /api/v1/threads/{id}/split`
#[utoipa::path(post, path = "/api/v1/threads/{id}/split", tag = "forums", params(("id" = i64, Path)), request_body = Split,
    responses((status = 200, description = "The thread that has them now", body = ThreadJson), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub async fn split_thread(me: Moderator, id: web::Path<i64>, split: Json<Split>) -> Result<HttpResponse> {
    let split = split.0;
    let target = match (split.into, split.title) {
        (Some(id), None) => Target::Thread(ThreadId(id)),
        (None, Some(title)) => Target::New(title, split.niche),
        (None, None) => return Err(Error::field("title", "required")),
        (Some(_), Some(_)) => return Err(Error::field("into", "invalid")),
    };
    let to = actions::split(&me.house, &me.viewer, ThreadId(*id), split.posts, target, &split.reason).await?;
    thread(&me, to).await
}

/// `PUT /api/v1/posts/{id}/accepted`
#[utoipa::path(put, path = "/api/v1/posts/{id}/accepted", tag = "forums", params(("id" = i64, Path)),
    responses((status = 204, description = "It is the answer of its thread"), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "`no_answer_here`, `post_deleted`", body = Problem)))]
pub async fn accept_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::accept(&me.house, &me.viewer, PostId(*id), true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/posts/{id}/accepted`
#[utoipa::path(delete, path = "/api/v1/posts/{id}/accepted", tag = "forums", params(("id" = i64, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn unaccept_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::accept(&me.house, &me.viewer, PostId(*id), false).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The same thread in the other language.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// Its id; null takes the two apart.
    pub thread: Option<i64>,
}

/// `PUT /api/v1/threads/{id}/translation`
#[utoipa::path(put, path = "/api/v1/threads/{id}/translation", tag = "forums", params(("id" = i64, Path)),
    request_body = Twin,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn link_translation(me: Member, id: web::Path<i64>, twin: Json<Twin>) -> Result<HttpResponse> {
    actions::link_twin(&me.house, &me.viewer, ThreadId(*id), twin.0.thread.map(ThreadId)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A warning.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWarning {
    /// 3 to 500 characters; its author reads it.
    pub reason: String,
}

/// `POST /api/v1/posts/{id}/warnings`
#[utoipa::path(post, path = "/api/v1/posts/{id}/warnings", tag = "forums", params(("id" = i64, Path)),
    request_body = NewWarning,
    responses((status = 204, description = "The author is told"), (status = 404, body = Problem),
        (status = 409, description = "`no_author`", body = Problem), (status = 422, body = Problem)))]
pub async fn warn_author(me: Moderator, id: web::Path<i64>, warning: Json<NewWarning>) -> Result<HttpResponse> {
    actions::warn(&me.house, &me.viewer, PostId(*id), &warning.0.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Rules and quota of a niche's forum.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NicheForumJson {
    /// Rules in German, Markdown, at most 5,000 characters.
    #[serde(default)]
    pub rules_de: String,
    /// Rules in English.
    #[serde(default)]
    pub rules_en: String,
    /// Days between two promotional threads of a member; 0: none may be opened; null: as one likes.
    pub promo_days: Option<i32>,
}

/// `GET /api/v1/niches/{slug}/forum`
#[utoipa::path(get, path = "/api/v1/niches/{slug}/forum", tag = "forums", params(("slug" = String, Path)),
    responses((status = 200, body = NicheForumJson), (status = 404, body = Problem)))]
pub async fn get_niche_forum(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let sight = Sight::of(&me.viewer);
    let found = me
        .house
        .db
        .read(move |c| {
            let niche = find_visible_niche(c, sight, &slug)?;
            store::find_niche_forum(c, niche.id)
        })
        .await?;
    let NicheForum { rules_de, rules_en, promo_days } = found;
    Ok(HttpResponse::Ok().json(NicheForumJson { rules_de, rules_en, promo_days }))
}

/// `PUT /api/v1/niches/{slug}/forum`
#[utoipa::path(put, path = "/api/v1/niches/{slug}/forum", tag = "forums", params(("slug" = String, Path)),
    request_body = NicheForumJson,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_niche_forum(me: Manager, slug: web::Path<String>, set: Json<NicheForumJson>) -> Result<HttpResponse> {
    let NicheForumJson { rules_de, rules_en, promo_days } = set.0;
    let set = NicheForum { rules_de, rules_en, promo_days };
    actions::set_niche_forum(&me.house, &me.viewer, slug.into_inner(), set).await?;
    Ok(HttpResponse::NoContent().finish())
}
