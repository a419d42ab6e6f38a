//! Threads as JSON.

use super::ThreadJson;
use crate::access::Sight;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Disclosure, Opening};
use crate::forums::model::{PollInput, ThreadChange, ThreadId, ThreadKind};
use crate::forums::store::{self, Filter, Only, Order};
use crate::i18n::Lang;
use crate::members::store::find_visible_niche;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::{Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a list of threads is narrowed to. Values that do not exist are an error, so that nobody reads the wrong list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct Asked {
    /// Kind of thread.
    pub kind: Option<String>,
    /// Address of a tag.
    pub tag: Option<String>,
    /// `de` or `en`: in this language, or in none in particular.
    pub lang: Option<String>,
    /// `unanswered`, `unsolved`, `promo` or `own`; without it all but advertising.
    pub only: Option<String>,
    /// `active` (pinned first, then by the newest post), `new` or `long`.
    pub order: Option<String>,
}

impl Asked {
    fn filter(&self, conn: &mut Conn, niche: Option<i64>) -> Result<Filter> {
        let given = |value: &Option<String>| value.clone().filter(|v| !v.is_empty());
        let kind = match given(&self.kind) {
            Some(code) => Some(ThreadKind::parse(&code).ok_or_else(|| Error::field("kind", "invalid"))?),
            None => None,
        };
        // A tag that nobody used yet has no threads.
        let tag = given(&self.tag).map(|slug| store::find_tag(conn, &slug).map_or(0, |t| t.0));
        let lang = match given(&self.lang) {
            Some(code) => Some(Lang::parse(&code).ok_or_else(|| Error::field("lang", "invalid"))?),
            None => None,
        };
        let only = match given(&self.only) {
            Some(code) => Some(Only::parse(&code)).filter(|o| o.code() == code),
            None => Some(Only::default()),
        };
        let order = match given(&self.order) {
            Some(code) => Some(Order::parse(&code)).filter(|o| o.code() == code),
            None => Some(Order::default()),
        };
        Ok(Filter {
            niche,
            kind,
            tag,
            lang,
            only: only.ok_or_else(|| Error::field("only", "invalid"))?,
            order: order.ok_or_else(|| Error::field("order", "invalid"))?,
        })
    }
}

async fn list(me: Member, niche: Option<String>, paging: &PageQuery, asked: Asked) -> Result<HttpResponse> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let (rows, order) = me
        .house
        .db
        .read(move |c| {
            let niche = match niche {
                Some(slug) => Some(find_visible_niche(c, sight, &slug)?.id),
                None => None,
            };
            let filter = asked.filter(c, niche)?;
            Ok((store::list_visible_threads(c, sight, &filter, after, limit + 1)?, filter.order))
        })
        .await?;
    let page = Page::cut(rows, limit, store::cursor_of(order));
    Ok(HttpResponse::Ok().json(page.map(|row| ThreadJson::of(row, now))))
}

/// `GET /api/v1/niches/{slug}/threads`
#[utoipa::path(get, path = "/api/v1/niches/{slug}/threads", tag = "forums",
    params(("slug" = String, Path), PageQuery, Asked),
    responses((status = 200, description = "Pinned threads first, then by the newest post", body = Page<ThreadJson>),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list_threads(
    me: Member,
    slug: web::Path<String>,
    paging: web::Query<PageQuery>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    list(me, Some(slug.into_inner()), &paging, asked.into_inner()).await
}

/// `GET /api/v1/threads`
#[utoipa::path(get, path = "/api/v1/threads", tag = "forums", params(PageQuery, Asked),
    responses((status = 200, description = "Threads of every niche the caller may enter", body = Page<ThreadJson>),
        (status = 422, body = Problem)))]
pub async fn list_all_threads(
    me: Member,
    paging: web::Query<PageQuery>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    list(me, None, &paging, asked.into_inner()).await
}

/// A new thread.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThread {
    /// 3 to 150 characters.
    pub title: String,
    /// Opening text, Markdown, 1 to 50,000 characters.
    pub body: String,
    /// What it is for; without it `talk`. `announcement` is for the team.
    pub kind: Option<String>,
    /// `de` or `en`; without it the language of the caller.
    pub lang: Option<String>,
    /// At most five of at most thirty characters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// It advertises: counted against the quota of the niche.
    #[serde(default)]
    pub promo: bool,
    /// Readers are asked to acknowledge it (team).
    #[serde(default)]
    pub needs_ack: bool,
    /// A poll in it.
    pub poll: Option<PollInput>,
    /// Tier address to the time (RFC 3339) until which that tier waits (managers). Search, feeds and notifications obey it.
    #[serde(default)]
    pub embargo: BTreeMap<String, String>,
    /// As in a new post.
    pub disclosure: Option<String>,
}

/// `POST /api/v1/niches/{slug}/threads`
#[utoipa::path(post, path = "/api/v1/niches/{slug}/threads", tag = "forums", params(("slug" = String, Path)),
    request_body = NewThread,
    responses((status = 201, description = "The thread; its text is post 1", body = ThreadJson),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn create_thread(me: Member, slug: web::Path<String>, new: Json<NewThread>) -> Result<HttpResponse> {
    let new = new.0;
    let ads = Disclosure::parse(new.disclosure.as_deref().unwrap_or(""));
    let opening = Opening {
        niche: slug.into_inner(),
        title: new.title,
        body: new.body,
        kind: new.kind.unwrap_or_default(),
        lang: new.lang.unwrap_or_default(),
        tags: new.tags,
        is_promo: new.promo,
        needs_ack: new.needs_ack,
        poll: new.poll,
        embargo: new.embargo,
    };
    let (id, _) = actions::open(&me.house, &me.viewer, opening, ads).await?;
    // Its author may have opened it for others only.
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

/// What changes in a thread: `title`, `kind`, `lang` and `tags` by its author, everything by moderators.
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
    /// It advertises (moderators).
    pub promo: Option<bool>,
    /// What it is for.
    pub kind: Option<String>,
    /// `de`, `en`, or nothing.
    pub lang: Option<String>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
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
    let ThreadPatch { title, pinned, locked, hidden, niche, promo, kind, lang, tags, reason } = patch.0;
    let reason = reason.unwrap_or_default();
    let change = ThreadChange { title, pinned, locked, hidden, niche, is_promo: promo, kind, lang, tags, reason };
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
