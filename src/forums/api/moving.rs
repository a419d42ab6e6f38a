//! JSON of bringing an old forum in and taking everything out, and of a member's feeds.

use crate::access::Sight;
use crate::accounts::token;
use crate::error::{Error, Result};
use crate::forums::moving::{self, Counts, Report};
use crate::forums::store::{self, ImportRow};
use crate::forums::web::feeds::addresses;
use crate::forums::web::moving::everything;
use crate::i18n::{Lang, iso};
use crate::members::store::list_visible_niches;
use crate::programs::api::imports::{discard, receive};
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Page, PageQuery};
use crate::web::problem::Problem;
use actix_multipart::Multipart;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// An export of another forum, as `multipart/form-data`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in OpenAPI; the parts are read as a stream")]
pub struct ForumImportForm {
    /// JSON, a ZIP of it, or CSV; at most 256 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `de` or `en`: language of threads that name none.
    language: Option<String>,
}

/// How many of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedCounts {
    /// Made, or would be.
    pub new: i64,
    /// Here before.
    pub known: i64,
}

impl MovedCounts {
    fn of(counts: Counts) -> Self {
        Self { new: counts.new, known: counts.known }
    }
}

/// Something that was left behind.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftBehind {
    /// What it was there.
    pub what: String,
    /// Why, as a code.
    pub code: String,
}

/// An import of a forum.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForumImportJson {
    /// Id.
    pub id: i64,
    /// Name of the file as sent.
    pub file_name: String,
    /// `waiting`, `running`, `done`, `failed` (not readable) or `stopped` (can go on).
    pub status: String,
    /// Only looked at.
    pub dry_run: bool,
    /// Threads done.
    pub threads_done: i64,
    /// Threads in all.
    pub threads_total: i64,
    /// Niches.
    pub niches: MovedCounts,
    /// Authors.
    pub authors: MovedCounts,
    /// Authors without an account or an address here.
    pub nameless: i64,
    /// Threads.
    pub threads: MovedCounts,
    /// Posts.
    pub posts: MovedCounts,
    /// Posts whose affiliate links were labelled.
    pub labelled: i64,
    /// Everything that was left behind.
    pub left_total: i64,
    /// The first thousand of it.
    pub left: Vec<LeftBehind>,
    /// Why nothing could be read, as a code.
    pub failure: Option<String>,
    /// When it was sent.
    pub created_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
}

fn json(row: ImportRow) -> ForumImportJson {
    let report = Report::stored(&row.report);
    ForumImportJson {
        id: row.id,
        file_name: row.file_name,
        status: row.status,
        dry_run: row.dry_run,
        threads_done: row.done,
        threads_total: row.total,
        niches: MovedCounts::of(report.niches),
        authors: MovedCounts::of(report.people),
        nameless: report.nameless,
        threads: MovedCounts::of(report.threads),
        posts: MovedCounts::of(report.posts),
        labelled: report.labelled,
        left_total: report.problems_total,
        left: report.problems.into_iter().map(|(what, code)| LeftBehind { what, code }).collect(),
        failure: Some(report.failure).filter(|f| !f.is_empty()),
        created_at: iso(row.created_at),
        finished_at: row.finished_at.map(iso),
    }
}

/// `POST /api/v1/forum-imports`: looks at a file; nothing is changed before `run`.
#[utoipa::path(post, path = "/api/v1/forum-imports", tag = "forums", request_body(content = ForumImportForm, content_type = "multipart/form-data"),
    responses((status = 201, body = ForumImportJson), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn create_forum_import(me: Manager, form: Multipart) -> Result<HttpResponse> {
    let draft = receive(&me.house, form).await?;
    let path = draft.file.clone().ok_or_else(|| Error::field("file", "required"))?;
    let lang = match draft.language.trim() {
        "" => me.lang(),
        code => match Lang::parse(code) {
            Some(lang) => lang,
            None => {
                discard(&draft).await;
                return Err(Error::field("language", "invalid"));
            }
        },
    };
    let kept = moving::begin(&me.house, &me.viewer, (&path, &draft.file_name), lang).await;
    if kept.is_err() {
        discard(&draft).await;
    }
    let id = kept?;
    let row = me.house.db.read(move |c| store::find_import(c, id)).await?;
    Ok(HttpResponse::Created().json(json(row)))
}

/// `GET /api/v1/forum-imports`: the newest fifty.
#[utoipa::path(get, path = "/api/v1/forum-imports", tag = "forums", params(PageQuery), responses((status = 200, body = Page<ForumImportJson>)))]
pub async fn list_forum_imports(me: Manager, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let rows = me.house.db.read(|c| store::list_imports(c, 50)).await?;
    Ok(HttpResponse::Ok().json(Page::of_short(rows.into_iter().map(json).collect(), &paging)?))
}

/// `GET /api/v1/forum-imports/{id}`
#[utoipa::path(get, path = "/api/v1/forum-imports/{id}", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = ForumImportJson), (status = 404, body = Problem)))]
pub async fn get_forum_import(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = *id;
    Ok(HttpResponse::Ok().json(json(me.house.db.read(move |c| store::find_import(c, id)).await?)))
}

/// `POST /api/v1/forum-imports/{id}/run`: brings in what a trial has shown, or goes on where a fault has stopped.
#[utoipa::path(post, path = "/api/v1/forum-imports/{id}/run", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = ForumImportJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn run_forum_import(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    moving::go_on(&me.house, *id).await?;
    get_forum_import(me, id).await
}

/// `GET /api/v1/forum-export`: everything that was written, as the import takes it.
#[utoipa::path(get, path = "/api/v1/forum-export", tag = "forums",
    responses((status = 200, description = "site, categories, users, topics, posts", content_type = "application/json")))]
pub async fn export_forum(me: Manager) -> Result<HttpResponse> {
    moving::note_export(&me.house, &me.viewer).await?;
    Ok(everything(&me.house))
}

/// An address of a feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedJson {
    /// What it shows.
    pub name: String,
    /// Its address; whoever knows it can read along.
    pub url: String,
}

/// The addresses of a member's feeds, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedsJson {
    /// One for everything and one for each niche.
    pub feeds: Vec<FeedJson>,
}

/// `PUT /api/v1/me/feeds`: makes new addresses; those before end at once.
#[utoipa::path(put, path = "/api/v1/me/feeds", tag = "forums", responses((status = 200, body = FeedsJson)))]
pub async fn renew_my_feeds(me: Member) -> Result<HttpResponse> {
    let (who, sight, fresh) = (me.viewer.id, Sight::of(&me.viewer), token::fresh()?);
    let hash = token::hash(&fresh);
    me.house.db.write(move |tx| store::set_feed_token(tx, who, &hash)).await?;
    let niches = me.house.db.read(move |c| list_visible_niches(c, sight)).await?;
    let feeds = addresses(&me.house, me.lang(), &fresh, &niches);
    let feeds = feeds.into_iter().map(|(name, url)| FeedJson { name, url }).collect();
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(FeedsJson { feeds }))
}

/// `DELETE /api/v1/me/feeds`
#[utoipa::path(delete, path = "/api/v1/me/feeds", tag = "forums", responses((status = 204)))]
pub async fn end_my_feeds(me: Member) -> Result<HttpResponse> {
    let who = me.viewer.id;
    me.house.db.write(move |tx| store::remove_feed_token(tx, who)).await?;
    Ok(HttpResponse::NoContent().finish())
}
