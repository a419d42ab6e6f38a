//! The page of a thread.

use super::lists::again;
use super::posts::PostList;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Reply};
use crate::forums::model::{PER_PAGE, ThreadId, ThreadRow, page_of, path_to, render};
use crate::forums::store;
use crate::i18n::{Arg, t_args};
use crate::web::forms::{Check, Form};
use crate::web::guards::Member;
use crate::web::redirect::see_other;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a thread page opens. A value that is no number reads as not given.
#[derive(Debug, Default, Deserialize)]
pub struct Where {
    page: Option<String>,
    from: Option<String>,
    reply: Option<String>,
}

impl Where {
    fn number(text: Option<&str>) -> Option<i32> {
        text?.parse().ok().filter(|n| *n > 0)
    }

    /// First number of the page, within the thread.
    fn first(&self, last: i32) -> i32 {
        let from = Self::number(self.from.as_deref());
        let page = Self::number(self.page.as_deref()).map(|p| (p - 1).saturating_mul(PER_PAGE).saturating_add(1));
        match from.or(page) {
            Some(first) if first <= last => first,
            Some(_) => (page_of(last) - 1) * PER_PAGE + 1,
            None => 1,
        }
    }
}

#[derive(Serialize)]
struct ThreadView {
    id: i64,
    title: String,
    path: String,
    niche_slug: String,
    niche: String,
    author: Option<String>,
    created_at: i64,
    count: i32,
    last: i32,
    to: i32,
    label: String,
    prev: String,
    next: String,
    first_url: String,
    last_url: String,
    unread_url: String,
    pinned: bool,
    locked: bool,
    hidden: bool,
    may_write: bool,
    reply_to: Option<i32>,
    body: String,
    errors: BTreeMap<String, String>,
}

/// `GET /threads/{id}`, with or without the title behind it.
pub async fn thread(me: Member, key: web::Path<Vec<String>>, at: web::Query<Where>) -> Result<HttpResponse> {
    let id = key.first().map_or("", String::as_str).split('-').next().unwrap_or("");
    let id = ThreadId(id.parse().map_err(|_| Error::NotFound)?);
    show(&me, id, &at, String::new(), BTreeMap::new(), StatusCode::OK).await
}

async fn show(
    me: &Member,
    id: ThreadId,
    at: &Where,
    body: String,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (sources, who) = (me.house.clone(), me.viewer.clone());
    let at_number = Where { page: at.page.clone(), from: at.from.clone(), reply: None };
    let (thread, first, posts) = me
        .house
        .db
        .read(move |c| {
            let thread = store::find_visible_thread(c, sight, id)?;
            let first = at_number.first(thread.last_number);
            let mut posts = store::list_visible_posts(c, sight, id, (first, first.saturating_add(PER_PAGE - 1)))?;
            let mut bodies: Vec<&mut String> = posts.iter_mut().map(|p| &mut p.html).collect();
            sources.sources.fill_posts(c, &who, lang, &mut bodies)?;
            Ok((thread, first, posts))
        })
        .await?;
    let to = posts.last().map_or(first, |p| p.number);
    if to > thread.read.unwrap_or(0) {
        actions::note_read(&me.house, me.viewer.id, id, to);
    }
    let path = thread.path();
    let unread = thread.first_unread(now);
    let list = PostList {
        pages: &me.house.pages,
        lang,
        now,
        zone: &me.viewer.time_zone,
        sight,
        path: &path,
        first,
        // The line stands between what was read and what was not; above the first post it would say nothing.
        line_before: unread.filter(|n| *n > 1),
        locked: thread.locked,
    };
    let posts_html = list.html(&posts)?;
    let view = view(me, thread, (first, to), at, body, errors);
    let title = view.title.clone();
    me.page("forums/thread", "forums-title").title(title).nav("forum").status(status).part(posts_html).show(&view).await
}

fn view(
    me: &Member,
    thread: ThreadRow,
    (first, to): (i32, i32),
    at: &Where,
    body: String,
    errors: BTreeMap<String, String>,
) -> ThreadView {
    let (lang, path, last) = (me.lang(), thread.path(), thread.last_number);
    let unread = thread.first_unread(me.house.db.now()).filter(|n| *n > 1 && !(first..=to).contains(n));
    let page_at = |number: i32| {
        // Pages of fifty keep their round addresses; a place between two pages is named by its number.
        match number {
            n if n <= 1 => path.clone(),
            n if (n - 1) % PER_PAGE == 0 => format!("{path}?page={}", page_of(n)),
            n => format!("{path}?from={n}"),
        }
    };
    let numbers = [("from", first), ("to", to), ("last", last)].map(|(k, n)| (k, Arg::Number(n.into())));
    ThreadView {
        label: t_args(lang, "forums-range", &numbers),
        prev: if first > 1 { page_at((first - PER_PAGE).max(1)) } else { String::new() },
        next: if to < last { page_at(to + 1) } else { String::new() },
        first_url: path.clone(),
        last_url: path_to(&path, last),
        unread_url: unread.map(|n| path_to(&path, n)).unwrap_or_default(),
        niche: thread.niche(lang).to_owned(),
        id: thread.id.0,
        title: thread.title,
        niche_slug: thread.niche_slug,
        author: thread.author,
        created_at: thread.created_at,
        count: thread.post_count,
        last,
        to,
        pinned: thread.pinned,
        locked: thread.locked,
        hidden: thread.hidden,
        // A text that met a lock is shown once more, so that it can be taken elsewhere.
        may_write: !thread.locked || !body.is_empty(),
        reply_to: Where::number(at.reply.as_deref()).filter(|n| *n <= last),
        body,
        errors,
        path,
    }
}

/// `POST /threads/{id}/posts`
pub async fn reply(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = ThreadId(*id);
    let reply_to = Where::number(Some(form.text("reply_to")));
    let reply = Reply { body: form.raw("body").to_owned(), reply_to };
    match actions::reply(&me.house, &me.viewer, id, reply).await {
        Ok((_, number)) => Ok(see_other(&path_to(&format!("/threads/{id}"), number))),
        Err(error) => {
            let (errors, status) = again(me.lang(), error)?;
            let at =
                Where { page: Some(form.text("page").to_owned()), from: None, reply: reply_to.map(|n| n.to_string()) };
            show(&me, id, &at, form.raw("body").to_owned(), errors, status).await
        }
    }
}

/// `POST /threads/preview`: the text as it will look, as a part of a page.
pub async fn preview(_: Member, form: Form) -> Result<HttpResponse> {
    let mut check = Check::new();
    let body = check.text("body", form.text("body"), 0, crate::forums::model::BODY.1);
    check.done()?;
    let text = render(body).await?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text.html))
}
