//! Pages that list: the index of niches, one niche, one tag, what is unread, what nobody answered.

use super::item::{Bar, Item, ListQuery, items};
use super::opening::rules;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions;
use crate::forums::store::{self, Only};
use crate::i18n::Lang;
use crate::members::store::{Niche, find_visible_niche, list_visible_niches};
use crate::notices::actions::set_level;
use crate::notices::model::Level;
use crate::notices::store::level_of;
use crate::web::forms::Form;
use crate::web::guards::{Member, Moderator};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::{field_messages, message};
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Threads of one page.
const PER_PAGE: i64 = 30;

/// A niche as pages show it.
#[derive(Debug, Serialize)]
pub(super) struct NicheView {
    slug: String,
    name: String,
    description: String,
    hue: i32,
    threads: i64,
    last_at: Option<i64>,
    unread: i64,
}

impl NicheView {
    pub fn of(niche: &Niche, lang: Lang) -> Self {
        Self {
            slug: niche.slug.clone(),
            name: niche.name(lang).to_owned(),
            description: niche.description(lang).to_owned(),
            hue: niche.hue,
            threads: 0,
            last_at: None,
            unread: 0,
        }
    }
}

/// Which list the index shows.
#[derive(Debug, Default, Deserialize)]
pub struct View {
    #[serde(default)]
    view: String,
}

#[derive(Serialize)]
struct IndexView {
    niches: Vec<NicheView>,
    threads: Vec<Item>,
    unread_only: bool,
    next: String,
    tags: Vec<TagCount>,
}

#[derive(Serialize)]
struct TagCount {
    slug: String,
    name: String,
    threads: i64,
}

/// The tags of the threads of a page, the most frequent first.
fn tag_counts(threads: &[Item]) -> Vec<TagCount> {
    let mut out: Vec<TagCount> = Vec::new();
    for tag in threads.iter().flat_map(|t| &t.tags) {
        match out.iter_mut().find(|c| c.slug == tag.slug) {
            Some(count) => count.threads += 1,
            None => out.push(TagCount { slug: tag.slug.clone(), name: tag.name.clone(), threads: 1 }),
        }
    }
    out.sort_by(|a, b| b.threads.cmp(&a.threads).then_with(|| a.slug.cmp(&b.slug)));
    out
}

/// `GET /niches`: the newest threads; with `view=unread` those with something to read.
pub async fn index(me: Member, view: web::Query<View>, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let unread_only = view.view == "unread";
    let after = paging.after().ok().flatten().filter(|_| unread_only);
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
            let (rows, next) = if unread_only {
                let rows = store::list_unread(c, sight, now, after.map(|a| (a.key, a.id)), PER_PAGE + 1)?;
                let page = Page::cut(rows, PER_PAGE, |r| Cursor { key: r.last_post_at, id: r.id.0 });
                (page.items, page.next_cursor)
            } else {
                (store::list_newest(c, sight, 20)?, None)
            };
            let next = next.map(|c| format!("/niches?view=unread&cursor={c}")).unwrap_or_default();
            let threads = items(rows, lang, now);
            Ok(IndexView { niches, tags: tag_counts(&threads), threads, unread_only, next })
        })
        .await?;
    me.page("forums/index", "forums-title").nav("forum").show(&view).await
}

#[derive(Serialize)]
struct NichePage {
    niche: NicheView,
    bar: Bar,
    threads: Vec<Item>,
    is_first: bool,
    any_unread: bool,
    tags: Vec<TagCount>,
    rules_html: String,
    level: String,
    quota: Option<i32>,
    is_manager: bool,
}

/// `GET /niches/{slug}`
pub async fn niche(
    me: Member,
    slug: web::Path<String>,
    paging: web::Query<PageQuery>,
    asked: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    // A cursor that is none of ours starts at the top: a page never fails on its address.
    let after = paging.after().ok().flatten();
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let asked = asked.into_inner();
    let wanted = asked.clone();
    let (niche, page, threads, (set, level)) = me
        .house
        .db
        .read(move |c| {
            let niche = find_visible_niche(c, sight, &slug)?;
            let filter = wanted.filter(Some(niche.id), None);
            let rows = store::list_visible_threads(c, sight, &filter, after, PER_PAGE + 1)?;
            let mut page = Page::cut(rows, PER_PAGE, store::cursor_of(filter.order));
            let threads = items(std::mem::take(&mut page.items), lang, now);
            let side = store::find_niche_side(c, niche.id, sight.member)?;
            Ok((niche, page, threads, side))
        })
        .await?;
    let tags = tag_counts(&threads);
    let view = NichePage {
        bar: asked.bar(&format!("/niches/{}", niche.slug), lang, page.next_cursor.as_deref()),
        any_unread: threads.iter().any(|t| t.unread > 0),
        threads,
        rules_html: crate::text::page_html(rules(&set, lang)),
        quota: set.promo_days,
        niche: NicheView::of(&niche, lang),
        is_first: after.is_none(),
        tags,
        level,
        is_manager: sight.manages,
    };
    let title = niche.name(lang).to_owned();
    me.page("forums/niche", "forums-title").title(title).nav("forum").show(&view).await
}

#[derive(Serialize)]
struct TagPage {
    name: String,
    slug: String,
    bar: Bar,
    threads: Vec<Item>,
    is_first: bool,
    level: &'static str,
}

/// `GET /tags/{slug}`
pub async fn tag(
    me: Member,
    slug: web::Path<String>,
    paging: web::Query<PageQuery>,
    asked: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let after = paging.after().ok().flatten();
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (asked, slug) = (asked.into_inner(), slug.into_inner());
    let (wanted, of) = (asked.clone(), slug.clone());
    let (name, page, threads, level) = me
        .house
        .db
        .read(move |c| {
            let (id, name) = store::find_tag(c, &of)?;
            let filter = wanted.filter(None, Some(id));
            let rows = store::list_visible_threads(c, sight, &filter, after, PER_PAGE + 1)?;
            let mut page = Page::cut(rows, PER_PAGE, store::cursor_of(filter.order));
            let threads = items(std::mem::take(&mut page.items), lang, now);
            Ok((name, page, threads, level_of(c, sight.member, ("tag", id))?))
        })
        .await?;
    let bar = asked.bar(&format!("/tags/{slug}"), lang, page.next_cursor.as_deref());
    let view = TagPage { bar, threads, is_first: after.is_none(), level: level.code(), name: name.clone(), slug };
    me.page("forums/tag", "forums-title").title(format!("#{name}")).nav("forum").show(&view).await
}

#[derive(Serialize)]
struct QueueView {
    threads: Vec<Item>,
    next: String,
}

/// `GET /moderate/unanswered`: what waits for a first answer, the oldest first in its place on the last page.
pub async fn unanswered(me: Moderator, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let after = paging.after().ok().flatten();
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (threads, next) = me
        .house
        .db
        .read(move |c| {
            let filter = store::Filter { only: Only::Unanswered, ..store::Filter::default() };
            let rows = store::list_visible_threads(c, sight, &filter, after, PER_PAGE + 1)?;
            let mut page = Page::cut(rows, PER_PAGE, store::cursor_of(filter.order));
            Ok((items(std::mem::take(&mut page.items), lang, now), page.next_cursor))
        })
        .await?;
    let next = next.map(|c| format!("/moderate/unanswered?cursor={c}")).unwrap_or_default();
    me.page("forums/unanswered", "forums-unanswered-title").nav("moderate").show(&QueueView { threads, next }).await
}

/// Sets how loud a place is from a form with `level`, then goes back to it.
async fn set_volume(me: &Member, place: &str, id: i64, form: &Form, back: &str) -> Result<HttpResponse> {
    let level = Level::parse(form.text("level")).unwrap_or(Level::Mentions);
    set_level(&me.house, &me.viewer, place.to_owned(), id, level.code()).await?;
    Ok(see_other_with(&me.house.config, back, "ok", "forums-saved"))
}

/// `POST /threads/{id}/follow`
pub async fn follow(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    set_volume(&me, "thread", *id, &form, &format!("/threads/{id}")).await
}

/// `POST /niches/{slug}/follow`
pub async fn follow_niche(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (sight, of) = (Sight::of(&me.viewer), slug.clone());
    let id = me.house.db.read(move |c| find_visible_niche(c, sight, &of)).await?.id;
    set_volume(&me, "niche", id, &form, &format!("/niches/{slug}")).await
}

/// `POST /tags/{slug}/follow`
pub async fn follow_tag(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let of = slug.clone();
    let (id, _) = me.house.db.read(move |c| store::find_tag(c, &of)).await?;
    set_volume(&me, "tag", id, &form, &format!("/tags/{slug}")).await
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

#[derive(Serialize)]
struct ForumView {
    niche: NicheView,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

/// `GET /niches/{slug}/forum`: rules and quota, for managers.
pub async fn niche_forum(me: crate::web::guards::Manager, slug: web::Path<String>) -> Result<HttpResponse> {
    show_forum(&me, slug.into_inner(), None, BTreeMap::new(), StatusCode::OK).await
}

async fn show_forum(
    me: &crate::web::guards::Manager,
    slug: String,
    typed: Option<BTreeMap<String, String>>,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let (niche, set) = me
        .house
        .db
        .read(move |c| {
            let niche = find_visible_niche(c, sight, &slug)?;
            let set = store::find_niche_forum(c, niche.id)?;
            Ok((niche, set))
        })
        .await?;
    let values = typed.unwrap_or_else(|| {
        BTreeMap::from([
            ("rules_de".to_owned(), set.rules_de),
            ("rules_en".to_owned(), set.rules_en),
            ("promo_days".to_owned(), set.promo_days.map(|d| d.to_string()).unwrap_or_default()),
        ])
    });
    let view = ForumView { niche: NicheView::of(&niche, lang), values, errors };
    me.page("forums/forum", "forums-forum-title").nav("manage").status(status).show(&view).await
}

/// `POST /niches/{slug}/forum`
pub async fn set_niche_forum(
    me: crate::web::guards::Manager,
    slug: web::Path<String>,
    form: Form,
) -> Result<HttpResponse> {
    let typed = form.text("promo_days");
    let promo_days = match typed {
        "" => Ok(None),
        days => days.parse().map(Some).map_err(|_| Error::field("promo_days", "invalid")),
    };
    let done = match promo_days {
        Ok(promo_days) => {
            let set = store::NicheForum {
                rules_de: form.raw("rules_de").to_owned(),
                rules_en: form.raw("rules_en").to_owned(),
                promo_days,
            };
            actions::set_niche_forum(&me.house, &me.viewer, slug.clone(), set).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/niches/{slug}"))),
        Err(error) => {
            let (errors, status) = again(me.lang(), error)?;
            show_forum(&me, slug.into_inner(), Some(form.values()), errors, status).await
        }
    }
}
