//! The page of a thread.

use super::item::Item;
use super::lists::again;
use super::opening::is_unlabelled;
use super::posts::PostList;
use crate::access::Sight;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Disclosure, Reply};
use crate::forums::model::{PER_PAGE, PostId, ThreadId, ThreadKind, ThreadRow, page_of, path_to, render};
use crate::forums::store;
use crate::i18n::{Arg, Lang, t, t_args};
use crate::notices::model::Level;
use crate::text::links::fill_labels;
use crate::web::forms::{Check, Choice, Form};
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
    /// Affiliate links nobody declared: the form offers to.
    unlabelled: bool,
    kind: String,
    kind_code: String,
    kinds: Vec<Choice>,
    langs: Vec<Choice>,
    lang: String,
    tags: Vec<super::item::TagView>,
    tags_line: String,
    promo: bool,
    opens_at: Option<i64>,
    answer_url: String,
    twin_url: String,
    twin: Option<i64>,
    is_own: bool,
    level: String,
    minutes: i64,
    poll: Option<super::talk::PollView>,
    needs_ack: bool,
    acked: bool,
    acks: i64,
    related: Vec<super::item::Item>,
}

/// `GET /threads/{id}`, with or without the title behind it.
pub async fn thread(me: Member, key: web::Path<Vec<String>>, at: web::Query<Where>) -> Result<HttpResponse> {
    let id = key.first().map_or("", String::as_str).split('-').next().unwrap_or("");
    let id = ThreadId(id.parse().map_err(|_| Error::NotFound)?);
    show(&me, id, &at, None, StatusCode::OK).await
}

/// A text that was refused, with why.
struct Refused {
    body: String,
    errors: BTreeMap<String, String>,
    unlabelled: bool,
}

/// What a thread page has beside its posts.
struct Around {
    level: String,
    poll: Option<store::Poll>,
    acks: (Option<i64>, i64),
    stages: Vec<(i64, i32)>,
    related: Vec<super::item::Item>,
    answer: Option<i32>,
    twin: Option<ThreadRow>,
    draft: Option<String>,
}

async fn show(
    me: &Member,
    id: ThreadId,
    at: &Where,
    refused: Option<Refused>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (sources, who) = (me.house.clone(), me.viewer.clone());
    let at_number = Where { page: at.page.clone(), from: at.from.clone(), reply: None };
    let ad = t(lang, "forums-ad-label");
    let (thread, first, posts, marks, around) = me
        .house
        .db
        .read(move |c| {
            let thread = store::find_visible_thread(c, sight, id)?;
            if thread.merged_into.is_some() {
                return Ok((thread, 1, Vec::new(), Vec::new(), None));
            }
            let first = at_number.first(thread.last_number);
            let mut posts = store::list_visible_posts(c, sight, id, (first, first.saturating_add(PER_PAGE - 1)))?;
            let mut bodies: Vec<&mut String> = posts.iter_mut().map(|p| &mut p.html).collect();
            sources.sources.fill_posts(c, &who, lang, &mut bodies)?;
            bodies.into_iter().for_each(|body| fill_labels(body, &ad));
            let marks = match posts.iter().any(|p| p.mark_count > 0) {
                true => store::list_marks(c, id, (first, first.saturating_add(PER_PAGE - 1)))?,
                false => Vec::new(),
            };
            let around = around(c, sight, &thread, (lang, now))?;
            Ok((thread, first, posts, marks, Some(around)))
        })
        .await?;
    let Some(around) = around else {
        // Its posts went to another thread, and so do its readers.
        return Ok(see_other(&format!("/threads/{}", thread.merged_into.unwrap_or(0))));
    };
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
        marks: &marks,
        accepted: thread.accepted_id,
        may_accept: thread.kind().has_answer() && (sight.team || thread.author_id == Some(sight.member)),
    };
    let posts_html = list.html(&posts)?;
    let words: usize = posts.iter().map(|p| crate::text::words(&p.body)).sum();
    let view = view(me, thread, (first, to), at, refused, around, words);
    let title = view.title.clone();
    me.page("forums/thread", "forums-title").title(title).nav("forum").status(status).part(posts_html).show(&view).await
}

/// Everything beside the posts: a fixed number of statements.
fn around(c: &mut Conn, sight: Sight, thread: &ThreadRow, (lang, now): (Lang, i64)) -> Result<Around> {
    let twin = match thread.twin_id {
        Some(id) => store::list_visible_of(c, sight, &[id])?.into_iter().next(),
        None => None,
    };
    let answer = match thread.accepted_id {
        Some(id) => store::find_number(c, thread.id, PostId(id))?,
        None => None,
    };
    let (level, draft) = store::find_own_side(c, thread.id, sight.member)?;
    // Nothing is related to talk without tags.
    let relates = !thread.tag_line.is_empty() || thread.kind() != ThreadKind::Talk;
    let related = if relates { store::list_related(c, sight, thread, 4)? } else { Vec::new() };
    Ok(Around {
        level: level.unwrap_or_else(|| Level::Mentions.code().to_owned()),
        draft,
        poll: if thread.has_poll { store::find_poll(c, thread.id, sight.member)? } else { None },
        acks: if thread.needs_ack { store::find_acks(c, thread.id, sight.member)? } else { (None, 0) },
        stages: if thread.min_rank > 0 { store::list_stages(c, thread.id)? } else { Vec::new() },
        related: related.into_iter().map(|r| Item::of(r, lang, now)).collect(),
        answer,
        twin,
    })
}

fn view(
    me: &Member,
    thread: ThreadRow,
    (first, to): (i32, i32),
    at: &Where,
    refused: Option<Refused>,
    around: Around,
    words: usize,
) -> ThreadView {
    let (lang, path, last) = (me.lang(), thread.path(), thread.last_number);
    let is_own = thread.author_id == Some(me.viewer.id);
    let (kind, tags) = (thread.kind(), super::item::TagView::all(&thread));
    let team = me.viewer.is_moderator();
    let refused = refused.unwrap_or_else(|| Refused {
        body: around.draft.unwrap_or_default(),
        errors: BTreeMap::new(),
        unlabelled: false,
    });
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
        may_write: !thread.locked || !refused.body.is_empty(),
        reply_to: Where::number(at.reply.as_deref()).filter(|n| *n <= last),
        body: refused.body,
        errors: refused.errors,
        unlabelled: refused.unlabelled,
        kind: if kind == ThreadKind::Talk { String::new() } else { t(lang, kind.label()).into_owned() },
        kind_code: thread.kind.clone(),
        kinds: if is_own || team {
            let kinds = ThreadKind::ALL.iter().filter(|k| team || !k.is_for_team());
            kinds.map(|k| Choice::of(k.code(), t(lang, k.label()), &thread.kind)).collect()
        } else {
            Vec::new()
        },
        langs: vec![
            Choice::of("de", "Deutsch", &thread.lang),
            Choice::of("en", "English", &thread.lang),
            Choice::of("", t(lang, "forums-lang-none"), &thread.lang),
        ],
        lang: thread.lang,
        tags_line: tags.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", "),
        tags,
        promo: thread.is_promo,
        opens_at: around.stages.first().map(|s| s.0),
        answer_url: around.answer.map(|n| path_to(&path, n)).unwrap_or_default(),
        twin_url: around.twin.as_ref().map(ThreadRow::path).unwrap_or_default(),
        twin: around.twin.map(|t| t.id.0),
        is_own,
        level: around.level,
        // 200 words a minute, never less than one.
        minutes: i64::try_from(words / 200).unwrap_or(0).max(1),
        poll: around.poll.map(|p| super::talk::PollView::of(p, me.lang(), me.house.db.now(), is_own || team)),
        needs_ack: thread.needs_ack,
        acked: around.acks.0.is_some(),
        acks: around.acks.1,
        related: around.related,
        path,
    }
}

/// `POST /threads/{id}/posts`
pub async fn reply(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = ThreadId(*id);
    let reply_to = Where::number(Some(form.text("reply_to")));
    let body = form.raw("body").to_owned();
    let reply = Reply { body: body.clone(), reply_to, ads: Disclosure::parse(form.text("disclosure")) };
    match actions::reply(&me.house, &me.viewer, id, reply).await {
        Ok((_, number)) => Ok(see_other(&path_to(&format!("/threads/{id}"), number))),
        Err(error) => {
            let unlabelled = is_unlabelled(&error);
            let (errors, status) = again(me.lang(), error)?;
            let at =
                Where { page: Some(form.text("page").to_owned()), from: None, reply: reply_to.map(|n| n.to_string()) };
            show(&me, id, &at, Some(Refused { body, errors, unlabelled }), status).await
        }
    }
}

/// `POST /threads/preview`: the text as it will look, as a part of a page.
pub async fn preview(me: Member, form: Form) -> Result<HttpResponse> {
    let mut check = Check::new();
    let body = check.text("body", form.text("body"), 0, crate::forums::model::BODY.1);
    check.done()?;
    let mut text = render(body).await?;
    fill_labels(&mut text.html, &t(me.lang(), "forums-ad-label"));
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text.html))
}
