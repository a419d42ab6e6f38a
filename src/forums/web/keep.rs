//! What a member keeps: posts put aside, drafts.

use super::lists::again;
use super::posts::{find, place};
use crate::access::Sight;
use crate::error::Result;
use crate::forums::actions;
use crate::forums::model::{PostId, ThreadId, path_to, thread_path};
use crate::forums::store;
use crate::i18n::t;
use crate::text::{excerpt, plain};
use crate::web::forms::{Choice, Form};
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Kept {
    id: i64,
    url: String,
    title: String,
    author: Option<String>,
    text: String,
    note: String,
    due_at: Option<i64>,
    told: bool,
    at: i64,
}

#[derive(Serialize)]
struct KeptView {
    items: Vec<Kept>,
    next: String,
}

/// `GET /me/bookmarks`
pub async fn bookmarks(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let after = paging.after().ok().flatten().map(|c| (c.key, c.id));
    let sight = Sight::of(&me.viewer);
    let rows = me.house.db.read(move |c| store::list_bookmarks(c, sight, after, 31)).await?;
    let page = Page::cut(rows, 30, |row| Cursor { key: row.created_at, id: row.post_id.0 });
    let one = |b: store::Bookmark| Kept {
        id: b.post_id.0,
        url: path_to(&thread_path(b.thread_id, &b.title), b.number),
        text: if b.deleted_at.is_some() || b.hidden_at.is_some() {
            String::new()
        } else {
            excerpt(&plain(&b.html), 200)
        },
        title: b.title,
        author: b.author,
        note: b.note,
        due_at: b.due_at.filter(|_| b.told_at.is_none()),
        told: b.told_at.is_some(),
        at: b.created_at,
    };
    let next = page.next_cursor.as_ref().map(|c| format!("/me/bookmarks?cursor={c}")).unwrap_or_default();
    let view = KeptView { next, items: page.items.into_iter().map(one).collect() };
    me.page("forums/bookmarks", "forums-bookmarks").nav("forum").show(&view).await
}

#[derive(Serialize)]
struct KeepView {
    id: i64,
    number: i32,
    back: String,
    thread: String,
    note: String,
    days: Vec<Choice>,
    kept: bool,
    errors: BTreeMap<String, String>,
}

async fn show(
    me: &Member,
    id: i64,
    typed: Option<(String, String)>,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (post, thread) = find(me, id).await?;
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let kept = me.house.db.read(move |c| store::find_bookmark(c, sight, PostId(id))).await?;
    let (note, days) =
        typed.unwrap_or_else(|| (kept.as_ref().map(|k| k.note.clone()).unwrap_or_default(), String::new()));
    let view = KeepView {
        id,
        number: post.number,
        back: thread.path_to(post.number),
        thread: thread.title,
        note,
        days: [
            ("", "forums-keep-never"),
            ("1", "forums-keep-1"),
            ("3", "forums-keep-3"),
            ("7", "forums-keep-7"),
            ("30", "forums-keep-30"),
        ]
        .map(|(v, label)| Choice::of(v, t(lang, label), &days))
        .into(),
        kept: kept.is_some(),
        errors,
    };
    me.page("forums/keep", "forums-keep-title").nav("forum").status(status).show(&view).await
}

/// `GET /posts/{id}/keep`
pub async fn keep_form(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    show(&me, *id, None, BTreeMap::new(), StatusCode::OK).await
}

/// `POST /posts/{id}/keep`: puts a post aside, or lets it go with `act=drop`.
pub async fn keep(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    if form.text("act") == "drop" {
        actions::let_go(&me.house, &me.viewer, PostId(*id)).await?;
        let to = if form.text("from") == "list" { "/me/bookmarks".to_owned() } else { place(&me, *id).await? };
        return Ok(see_other_with(&me.house.config, &to, "ok", "forums-let-go"));
    }
    let days = form.text("days");
    match actions::keep(&me.house, &me.viewer, PostId(*id), form.text("note"), days.parse().ok()).await {
        Ok(()) => Ok(see_other_with(&me.house.config, &place(&me, *id).await?, "ok", "forums-kept")),
        Err(error) => {
            let typed = (form.text("note").to_owned(), days.to_owned());
            let (errors, status) = again(me.lang(), error)?;
            show(&me, *id, Some(typed), errors, status).await
        }
    }
}

#[derive(Serialize)]
struct DraftView {
    url: String,
    title: String,
    text: String,
    at: i64,
}

#[derive(Serialize)]
struct DraftsView {
    items: Vec<DraftView>,
}

/// `GET /me/drafts`: what was typed and not sent. A draft for something out of sight is not shown.
pub async fn drafts(me: Member) -> Result<HttpResponse> {
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let items = me
        .house
        .db
        .read(move |c| {
            let drafts = store::list_drafts(c, sight.member)?;
            let number = |place: &str, of: &str| place.strip_prefix(of).and_then(|id| id.parse::<i64>().ok());
            let ids: Vec<i64> = drafts.iter().filter_map(|d| number(&d.place, "thread-")).collect();
            let threads = store::list_visible_of(c, sight, &ids)?;
            let niches = crate::members::store::list_visible_niches(c, sight)?;
            let mut out = Vec::new();
            for d in drafts {
                let (url, title) = if let Some(id) = number(&d.place, "thread-") {
                    let Some(thread) = threads.iter().find(|t| t.id == ThreadId(id)) else { continue };
                    (
                        format!("{}#reply", thread.path_to(thread.last_number).split('#').next().unwrap_or("")),
                        thread.title.clone(),
                    )
                } else if let Some(slug) = d.place.strip_prefix("niche-") {
                    let Some(niche) = niches.iter().find(|n| n.slug == slug) else { continue };
                    let title = if d.title.is_empty() { niche.name(lang).to_owned() } else { d.title.clone() };
                    (format!("/niches/{slug}/new"), title)
                } else if let Some(id) = number(&d.place, "post-") {
                    (format!("/posts/{id}/edit"), d.title.clone())
                } else {
                    continue;
                };
                out.push(DraftView { url, title, text: excerpt(&d.body, 200), at: d.updated_at });
            }
            Ok(out)
        })
        .await?;
    me.page("forums/drafts", "forums-drafts").nav("forum").show(&DraftsView { items }).await
}
