//! What a reader does for themselves, as JSON: votes, marks, posts put aside, drafts, acknowledgements, tags, former texts.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions;
use crate::forums::model::{PostId, ThreadId, path_to, thread_path};
use crate::forums::store;
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// A choice of a poll with its votes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PollChoiceJson {
    /// Id.
    pub id: i64,
    /// Text.
    pub label: String,
    /// Votes for it.
    pub votes: i64,
    /// Whether the caller voted for it.
    pub mine: bool,
}

/// The poll of a thread.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PollJson {
    /// What is asked.
    pub question: String,
    /// Whether several may be chosen.
    pub multi: bool,
    /// Whether it takes votes.
    pub open: bool,
    /// When it closes by itself, RFC 3339.
    pub closes_at: Option<String>,
    /// Members who voted.
    pub voters: i64,
    /// Its choices in their order.
    pub choices: Vec<PollChoiceJson>,
}

/// `GET /api/v1/threads/{id}/poll`
#[utoipa::path(get, path = "/api/v1/threads/{id}/poll", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = PollJson), (status = 404, body = Problem)))]
pub async fn get_thread_poll(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    poll(&me, ThreadId(*id)).await
}

async fn poll(me: &Member, thread: ThreadId) -> Result<HttpResponse> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let found = me
        .house
        .db
        .read(move |c| {
            store::find_visible_thread(c, sight, thread)?;
            store::find_poll(c, thread, sight.member)?.ok_or(Error::NotFound)
        })
        .await?;
    let open = found.is_open(now);
    let choice = |c: store::PollChoice| PollChoiceJson { id: c.id, label: c.label, votes: c.votes, mine: c.mine };
    Ok(HttpResponse::Ok().json(PollJson {
        open,
        question: found.question,
        multi: found.multi,
        closes_at: found.closes_at.map(iso),
        voters: found.voters,
        choices: found.choices.into_iter().map(choice).collect(),
    }))
}

/// What is chosen.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Ids of the choices; none takes the vote back.
    pub choices: Vec<i64>,
}

/// `PUT /api/v1/threads/{id}/vote`
#[utoipa::path(put, path = "/api/v1/threads/{id}/vote", tag = "forums", params(("id" = i64, Path)), request_body = Vote,
    responses((status = 200, body = PollJson), (status = 404, body = Problem),
        (status = 409, description = "`poll_closed`", body = Problem), (status = 422, body = Problem)))]
pub async fn vote_in_thread(me: Member, id: web::Path<i64>, vote: Json<Vote>) -> Result<HttpResponse> {
    actions::vote(&me.house, &me.viewer, ThreadId(*id), vote.0.choices).await?;
    poll(&me, ThreadId(*id)).await
}

/// `POST /api/v1/threads/{id}/poll/close`
#[utoipa::path(post, path = "/api/v1/threads/{id}/poll/close", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, body = PollJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn close_thread_poll(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::close_poll(&me.house, &me.viewer, ThreadId(*id)).await?;
    poll(&me, ThreadId(*id)).await
}

/// `PUT /api/v1/threads/{id}/ack`
#[utoipa::path(put, path = "/api/v1/threads/{id}/ack", tag = "forums", params(("id" = i64, Path)),
    responses((status = 204, description = "Acknowledged"), (status = 404, body = Problem),
        (status = 409, description = "`no_ack_here`", body = Problem)))]
pub async fn acknowledge_thread(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::acknowledge(&me.house, &me.viewer, ThreadId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A mark under a post.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MarkJson {
    /// `thanks`, `idea`, `works` or `doubt`.
    pub mark: String,
    /// Members who gave it.
    pub count: i64,
    /// Whether the caller did.
    pub mine: bool,
}

/// The marks of a post.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MarksJson {
    /// Those that were given.
    pub items: Vec<MarkJson>,
}

async fn set_mark(me: &Member, (id, code): (i64, String), on: bool) -> Result<HttpResponse> {
    let marks = actions::set_mark(&me.house, &me.viewer, PostId(id), &code, on).await?;
    let items = marks.into_iter().map(|(mark, count, mine)| MarkJson { mark, count, mine }).collect();
    Ok(HttpResponse::Ok().json(MarksJson { items }))
}

/// `PUT /api/v1/posts/{id}/marks/{mark}`
#[utoipa::path(put, path = "/api/v1/posts/{id}/marks/{mark}", tag = "forums",
    params(("id" = i64, Path), ("mark" = String, Path)),
    responses((status = 200, body = MarksJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn mark_post(me: Member, at: web::Path<(i64, String)>) -> Result<HttpResponse> {
    set_mark(&me, at.into_inner(), true).await
}

/// `DELETE /api/v1/posts/{id}/marks/{mark}`
#[utoipa::path(delete, path = "/api/v1/posts/{id}/marks/{mark}", tag = "forums",
    params(("id" = i64, Path), ("mark" = String, Path)),
    responses((status = 200, body = MarksJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn unmark_post(me: Member, at: web::Path<(i64, String)>) -> Result<HttpResponse> {
    set_mark(&me, at.into_inner(), false).await
}

/// `POST /api/v1/posts/{id}/return`
#[utoipa::path(post, path = "/api/v1/posts/{id}/return", tag = "forums", params(("id" = i64, Path)),
    responses((status = 204, description = "The post that was taken back is there again"), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "`not_deleted`, `gone_for_good`", body = Problem)))]
pub async fn return_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::undo_delete(&me.house, &me.viewer, PostId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a post said before.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RevisionJson {
    /// Its place, from 0.
    pub rev: i32,
    /// Markdown.
    pub body: String,
    /// Until when it stood, RFC 3339.
    pub until: String,
    /// Who wrote over it.
    pub by: Option<String>,
}

/// The former texts of a post.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RevisionsJson {
    /// The oldest first; at most 200.
    pub items: Vec<RevisionJson>,
}

/// `GET /api/v1/posts/{id}/revisions`
#[utoipa::path(get, path = "/api/v1/posts/{id}/revisions", tag = "forums", params(("id" = i64, Path)),
    responses((status = 200, description = "Empty for a post that is deleted or hidden from the caller",
        body = RevisionsJson), (status = 404, body = Problem)))]
pub async fn list_post_revisions(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), PostId(*id));
    let rows = me
        .house
        .db
        .read(move |c| {
            let post = store::find_visible_post(c, sight, id)?;
            if post.is_readable(sight) { store::list_revisions(c, id) } else { Ok(Vec::new()) }
        })
        .await?;
    let one = |r: store::Revision| RevisionJson { rev: r.rev, body: r.body, until: iso(r.at), by: r.by };
    Ok(HttpResponse::Ok().json(RevisionsJson { items: rows.into_iter().map(one).collect() }))
}

/// A post to put aside.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBookmark {
    /// At most 300 characters, for oneself.
    #[serde(default)]
    pub note: String,
    /// Reminder in so many days, 1 to 365.
    pub days: Option<i64>,
}

/// `PUT /api/v1/posts/{id}/bookmark`
#[utoipa::path(put, path = "/api/v1/posts/{id}/bookmark", tag = "forums", params(("id" = i64, Path)),
    request_body = NewBookmark,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn keep_post(me: Member, id: web::Path<i64>, new: Json<NewBookmark>) -> Result<HttpResponse> {
    actions::keep(&me.house, &me.viewer, PostId(*id), &new.0.note, new.0.days).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/posts/{id}/bookmark`
#[utoipa::path(delete, path = "/api/v1/posts/{id}/bookmark", tag = "forums", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn let_post_go(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::let_go(&me.house, &me.viewer, PostId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A post that was put aside.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BookmarkJson {
    /// Id of the post.
    pub post_id: i64,
    /// Title of its thread.
    pub title: String,
    /// Where it is.
    pub path: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// What the caller noted.
    pub note: String,
    /// When the reminder comes, RFC 3339.
    pub remind_at: Option<String>,
    /// When it was put aside, RFC 3339.
    pub created_at: String,
}

/// `GET /api/v1/me/bookmarks`
#[utoipa::path(get, path = "/api/v1/me/bookmarks", tag = "forums", params(PageQuery),
    responses((status = 200, description = "The newest first", body = Page<BookmarkJson>)))]
pub async fn list_my_bookmarks(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (paging.limit()?, paging.after()?.map(|c| (c.key, c.id)));
    let sight = Sight::of(&me.viewer);
    let rows = me.house.db.read(move |c| store::list_bookmarks(c, sight, after, limit + 1)).await?;
    let page = Page::cut(rows, limit, |row| Cursor { key: row.created_at, id: row.post_id.0 });
    let one = |b: store::Bookmark| BookmarkJson {
        path: path_to(&thread_path(b.thread_id, &b.title), b.number),
        post_id: b.post_id.0,
        title: b.title,
        author: b.author,
        note: b.note,
        remind_at: b.due_at.map(iso),
        created_at: iso(b.created_at),
    };
    Ok(HttpResponse::Ok().json(page.map(one)))
}

/// A text that is not sent yet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PostDraftJson {
    /// What it is for: `thread-7`, `niche-fitness`, `post-9`.
    pub place: String,
    /// Title as typed so far.
    pub title: String,
    /// Text as typed so far.
    pub body: String,
    /// When it was last kept, RFC 3339.
    pub updated_at: String,
}

/// Drafts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PostDrafts {
    /// The newest first; at most 100.
    pub items: Vec<PostDraftJson>,
}

/// `GET /api/v1/me/post-drafts`
#[utoipa::path(get, path = "/api/v1/me/post-drafts", tag = "forums", responses((status = 200, body = PostDrafts)))]
pub async fn list_post_drafts(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let rows = me.house.db.read(move |c| store::list_drafts(c, id)).await?;
    let one =
        |d: store::Draft| PostDraftJson { place: d.place, title: d.title, body: d.body, updated_at: iso(d.updated_at) };
    Ok(HttpResponse::Ok().json(PostDrafts { items: rows.into_iter().map(one).collect() }))
}

/// What is typed so far.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPostDraft {
    /// Title, at most 200 characters.
    #[serde(default)]
    pub title: String,
    /// Text, at most 50,000 characters; an empty draft goes.
    pub body: String,
}

/// `PUT /api/v1/me/post-drafts/{place}`
#[utoipa::path(put, path = "/api/v1/me/post-drafts/{place}", tag = "forums", params(("place" = String, Path)),
    request_body = NewPostDraft,
    responses((status = 204), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn put_post_draft(me: Member, place: web::Path<String>, new: Json<NewPostDraft>) -> Result<HttpResponse> {
    actions::keep_draft(&me.house, &me.viewer, place.into_inner(), &new.0.title, &new.0.body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A tag.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TagJson {
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Threads of the last year that carry it and that the caller may see.
    pub threads: i64,
}

/// Tags.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TagsJson {
    /// The most used first; at most 100.
    pub items: Vec<TagJson>,
}

/// `GET /api/v1/tags`
#[utoipa::path(get, path = "/api/v1/tags", tag = "forums", responses((status = 200, body = TagsJson)))]
pub async fn list_tags(me: Member) -> Result<HttpResponse> {
    let sight = Sight::of(&me.viewer);
    let since = me.house.db.now() - 365 * crate::db::DAY;
    let rows = me.house.db.read(move |c| store::list_tags(c, sight, since, 100)).await?;
    let items = rows.into_iter().map(|(slug, name, threads)| TagJson { slug, name, threads }).collect();
    Ok(HttpResponse::Ok().json(TagsJson { items }))
}

/// A name to mention.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NameJson {
    /// Member id.
    pub id: i64,
    /// Shown name.
    pub name: String,
}

/// Names to mention.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NamesJson {
    /// At most eight: enough to choose from, not enough to copy the directory.
    pub items: Vec<NameJson>,
}

/// The beginning of a name.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Beginning {
    /// One to 40 characters.
    #[serde(default)]
    pub q: String,
}

/// `GET /api/v1/mentions`
#[utoipa::path(get, path = "/api/v1/mentions", tag = "forums", params(Beginning),
    responses((status = 200, description = "Active members whose name, or a part of it, begins so", body = NamesJson),
        (status = 429, body = Problem)))]
pub async fn list_mentions(me: Member, asked: web::Query<Beginning>) -> Result<HttpResponse> {
    let q: String = crate::text::fold(&asked.q).chars().take(40).collect();
    if q.is_empty() {
        return Ok(HttpResponse::Ok().json(NamesJson { items: Vec::new() }));
    }
    me.house.limits.take(crate::web::limits::Bucket::Drafts, me.viewer.id)?;
    let own = me.viewer.id;
    let rows = me.house.db.read(move |c| store::list_names(c, own, &q, 8)).await?;
    let items = rows.into_iter().map(|(id, name)| NameJson { id, name }).collect();
    Ok(HttpResponse::Ok().json(NamesJson { items }))
}
