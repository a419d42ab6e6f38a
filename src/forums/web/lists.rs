//! Pages that list: the index of niches, one niche, the form of a new thread.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Opening};
use crate::forums::model::{ThreadRow, thread_path};
use crate::forums::store;
use crate::i18n::Lang;
use crate::members::store::{Niche, find_visible_niche, list_visible_niches};
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::paging::{Page, PageQuery};
use crate::web::problem::{field_messages, message};
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use serde::Serialize;
use std::collections::BTreeMap;

/// Threads of one page.
const PER_PAGE: i64 = 30;

/// A niche as pages show it.
#[derive(Debug, Serialize)]
pub(super) struct NicheView {
    slug: String,
    name: String,
    description: String,
    threads: i64,
    last_at: Option<i64>,
    unread: i64,
}

impl NicheView {
    fn of(niche: &Niche, lang: Lang) -> Self {
        Self {
            slug: niche.slug.clone(),
            name: niche.name(lang).to_owned(),
            description: lang.pick(&niche.description_de, &niche.description_en).clone(),
            threads: 0,
            last_at: None,
            unread: 0,
        }
    }
}

/// A thread in a list.
#[derive(Debug, Serialize)]
struct Item {
    url: String,
    title: String,
    author: Option<String>,
    last_author: Option<String>,
    last_at: i64,
    replies: i32,
    pinned: bool,
    locked: bool,
    hidden: bool,
    unread: i32,
    is_new: bool,
    niche: String,
    niche_slug: String,
    niche_hue: i32,
}

impl Item {
    fn of(row: ThreadRow, lang: Lang, now: i64) -> Self {
        let first = row.first_unread(now);
        Self {
            url: first.filter(|n| *n > 1).map_or_else(|| row.path(), |n| row.path_to(n)),
            unread: first.map_or(0, |n| row.last_number - n + 1),
            is_new: first == Some(1),
            niche: row.niche(lang).to_owned(),
            replies: (row.post_count - 1).max(0),
            title: row.title,
            author: row.author,
            last_author: row.last_author,
            last_at: row.last_post_at,
            pinned: row.pinned,
            locked: row.locked,
            hidden: row.hidden,
            niche_slug: row.niche_slug,
            niche_hue: row.niche_hue,
        }
    }
}

#[derive(Serialize)]
struct IndexView {
    niches: Vec<NicheView>,
    threads: Vec<Item>,
}

/// `GET /niches`
pub async fn index(me: Member) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let view = me
        .house
        .db
        .read(move |c| {
            let counts = store::count_by_niche(c, sight)?;
            let unread = store::count_unread_by_niche(c, sight, now)?;
            let mut niches = Vec::new();
            for niche in list_visible_niches(c, sight)? {
                let mut view = NicheView::of(&niche, lang);
                if let Some((_, threads, last_at)) = counts.iter().find(|(id, ..)| *id == niche.id) {
                    (view.threads, view.last_at) = (*threads, *last_at);
                }
                view.unread = unread.get(&niche.id).copied().unwrap_or(0);
                niches.push(view);
            }
            let threads = store::list_newest(c, sight, 20)?;
            Ok(IndexView { niches, threads: threads.into_iter().map(|t| Item::of(t, lang, now)).collect() })
        })
        .await?;
    me.page("forums/index", "forums-title").nav("forum").show(&view).await
}

#[derive(Serialize)]
struct NichePage {
    niche: NicheView,
    threads: Vec<Item>,
    next: String,
    is_first: bool,
    any_unread: bool,
    errors: BTreeMap<String, String>,
}

/// `GET /niches/{slug}`
pub async fn niche(me: Member, slug: web::Path<String>, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    // A cursor that is none of ours starts at the top: a page never fails on its address.
    let after = paging.after().ok().flatten();
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (niche, rows) = me
        .house
        .db
        .read(move |c| {
            let niche = find_visible_niche(c, sight, &slug)?;
            let rows = store::list_visible_threads(c, sight, niche.id, after, PER_PAGE + 1)?;
            Ok((niche, rows))
        })
        .await?;
    let page = Page::cut(rows, PER_PAGE, store::cursor_of).map(|row| Item::of(row, lang, now));
    let view = NichePage {
        next: page.next_cursor.map(|c| format!("/niches/{}?cursor={c}", niche.slug)).unwrap_or_default(),
        any_unread: page.items.iter().any(|t| t.unread > 0),
        threads: page.items,
        niche: NicheView::of(&niche, lang),
        is_first: after.is_none(),
        errors: BTreeMap::new(),
    };
    let title = niche.name(lang).to_owned();
    me.page("forums/niche", "forums-title").title(title).nav("forum").show(&view).await
}

#[derive(Serialize)]
struct NewView {
    niche: NicheView,
    title: String,
    body: String,
    errors: BTreeMap<String, String>,
}

async fn show_new(
    me: &Member,
    slug: String,
    (title, body): (String, String),
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let niche = me.house.db.read(move |c| find_visible_niche(c, sight, &slug)).await?;
    let view = NewView { niche: NicheView::of(&niche, lang), title, body, errors };
    me.page("forums/new", "forums-new-thread").nav("forum").status(status).show(&view).await
}

/// `GET /niches/{slug}/new`
pub async fn new_thread(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    show_new(&me, slug.into_inner(), Default::default(), BTreeMap::new(), StatusCode::OK).await
}

/// `POST /niches/{slug}/new`
pub async fn open_thread(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let typed = (form.text("title").to_owned(), form.raw("body").to_owned());
    let opening = Opening { niche: slug.clone(), title: typed.0.clone(), body: typed.1.clone() };
    match actions::open(&me.house, &me.viewer, opening).await {
        Ok((thread, _)) => Ok(see_other(&thread_path(thread, &typed.0))),
        Err(error) => {
            let (errors, status) = again(me.lang(), error)?;
            show_new(&me, slug.into_inner(), typed, errors, status).await
        }
    }
}

/// What a form says when it is shown again. What was typed must not be lost to a lock or a limit either.
///
/// # Errors
/// What no form can mend.
pub(super) fn again(lang: Lang, error: Error) -> Result<(BTreeMap<String, String>, StatusCode)> {
    let status = error.status_code();
    match &error {
        Error::Invalid(fields) => Ok((field_messages(lang, fields), status)),
        Error::Conflict(_) | Error::TooMany { .. } => {
            Ok((BTreeMap::from([("form".to_owned(), message(lang, &error))]), status))
        }
        _ => Err(error),
    }
}

/// `POST /niches/{slug}/read`
pub async fn read_niche(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let to = format!("/niches/{slug}");
    actions::mark_niche_read(&me.house, &me.viewer, slug.into_inner()).await?;
    Ok(see_other_with(&me.house.config, &to, "ok", "forums-all-read"))
}
