//! Posts on pages: the list of a thread page, and the small pages that change one post.

use super::lists::again;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Disclosure, Edit};
use crate::forums::model::{MARKS, PER_PAGE, PostId, PostRow, ThreadChange, page_of, path_to, thread_path};
use crate::forums::store;
use crate::i18n::{self, Lang, number, parse_zone};
use crate::web::expressions::ago_element;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::pages::Pages;
use crate::web::redirect::{see_other, see_other_with};
use crate::web::stencil::Stencils;
use crate::web::viewer::{hue, initials};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

const FLAGS: &[&str] = &[
    "line", "shown", "deleted", "hidden", "person", "team", "tier", "reply", "edited", "liked", "edit", "report",
    "act", "moved", "blocked", "kept", "accepted", "accept", "history", "own_gone",
];
const SLOTS: &[&str] = &[
    "id",
    "number",
    "author",
    "author_id",
    "initials",
    "hue",
    "tag",
    "time_html",
    "body_html",
    "likes",
    "reply_to",
    "reply_to_url",
    "reply_url",
    "marks_html",
    "moved_to",
];

static POST: Stencils = Stencils::new("forums/_post", FLAGS, SLOTS);

/// What the posts of one page have in common.
pub(super) struct PostList<'a> {
    pub pages: &'a Pages,
    pub lang: Lang,
    pub now: i64,
    pub zone: &'a str,
    pub sight: Sight,
    /// Address of the thread.
    pub path: &'a str,
    /// First number of the page.
    pub first: i32,
    /// Number before which the line of new posts stands.
    pub line_before: Option<i32>,
    pub locked: bool,
    /// Marks under the posts: post, mark, member.
    pub marks: &'a [(i64, String, i64)],
    /// The accepted answer.
    pub accepted: Option<i64>,
    /// Whether the reader may accept one.
    pub may_accept: bool,
}

impl PostList<'_> {
    /// The posts one after the other.
    pub fn html(&self, posts: &[PostRow]) -> Result<String> {
        let zone = parse_zone(self.zone);
        let former = i18n::t(self.lang, "forums-former-member");
        let mut out = String::with_capacity(posts.iter().map(|p| p.html.len() + 1_800).sum());
        for post in posts {
            let own = post.author_id == Some(self.sight.member);
            let readable = post.is_readable(self.sight);
            let may_act = readable && !self.locked;
            let accepted = self.accepted == Some(post.id.0);
            let flags = [
                self.line_before == Some(post.number),
                readable,
                post.deleted_at.is_some(),
                post.hidden_at.is_some(),
                post.author_id.is_some() && post.author.is_some(),
                post.by_team(),
                post.tier(self.lang).is_some(),
                post.reply_to.is_some(),
                post.edited_at.is_some(),
                post.liked_at.is_some(),
                readable && (self.sight.team || (own && !self.locked)),
                readable && !own,
                may_act,
                post.moved_to.is_some(),
                post.blocked_at.is_some(),
                post.kept_at.is_some(),
                accepted,
                readable && self.may_accept && post.number > 1,
                readable && post.edited_at.is_some(),
                post.deleted_at.is_some() && post.moved_to.is_none() && (own || self.sight.team),
            ];
            let bits = flags.iter().enumerate().fold(0, |bits, (i, on)| bits | (u32::from(*on) << i));
            let name = post.author.as_deref().unwrap_or(&former);
            let member = post.author_id.map_or(0, |m| m.0);
            let reply_to = post.reply_to.unwrap_or(0);
            let near = (self.first..self.first + PER_PAGE).contains(&reply_to);
            let answered = if near { format!("#p{reply_to}") } else { path_to(self.path, reply_to) };
            let page = page_of(post.number);
            let marks = if readable { self.marks_html(post.id.0, may_act) } else { String::new() };
            POST.get(self.pages, self.lang, bits)?.fill(
                &[
                    &post.id.to_string(),
                    &post.number.to_string(),
                    name,
                    &member.to_string(),
                    &initials(name),
                    &hue(member).to_string(),
                    post.tier(self.lang).unwrap_or(""),
                    &ago_element(self.lang, post.created_at, self.now, &zone),
                    &post.html,
                    &number(self.lang, post.likes.into()),
                    &reply_to.to_string(),
                    &answered,
                    &format!("{}?page={page}&reply={}#reply", self.path, post.number),
                    &marks,
                    &post.moved_to.map_or(0, |id| id.0).to_string(),
                ],
                &mut out,
            );
        }
        Ok(out)
    }

    /// The marks a post was given, as buttons; where the reader may act, those not given yet are behind a fold.
    fn marks_html(&self, post: i64, may_act: bool) -> String {
        let from = self.marks.partition_point(|m| m.0 < post);
        let given = self.marks.get(from..).unwrap_or(&[]);
        let given = given.get(..given.partition_point(|m| m.0 == post)).unwrap_or(&[]);
        if given.is_empty() {
            return String::new();
        }
        let mut out = String::new();
        for mark in MARKS {
            let n = given.iter().filter(|m| m.1 == mark.code).count();
            if n == 0 {
                continue;
            }
            let mine = given.iter().any(|m| m.1 == mark.code && m.2 == self.sight.member.0);
            let label = i18n::t(self.lang, mark.label);
            let disabled = if may_act { "" } else { " disabled" };
            // Codes and signs are our own constants; the label is escaped.
            let mut shown = String::new();
            crate::text::escape_into(&label, &mut shown);
            out.push_str(&format!(
                "<button class=\"mark\" form=\"acts\" formaction=\"/posts/{post}/mark\" name=\"mark\" value=\"{code}\" \
                 aria-pressed=\"{mine}\" data-mark=\"{code}\" title=\"{shown}\"{disabled}><span aria-hidden=\"true\">{sign}</span>\
                 <span class=\"sr-only\">{shown} </span><span data-count>{n}</span></button>",
                code = mark.code,
                sign = mark.sign,
            ));
        }
        out
    }
}

pub(super) async fn find(me: &Member, id: i64) -> Result<(PostRow, crate::forums::model::ThreadRow)> {
    let sight = Sight::of(&me.viewer);
    me.house
        .db
        .read(move |c| {
            let post = store::find_visible_post(c, sight, PostId(id))?;
            let thread = store::find_visible_thread(c, sight, post.thread_id)?;
            Ok((post, thread))
        })
        .await
}

pub(super) async fn place(me: &Member, id: i64) -> Result<String> {
    let (post, thread) = find(me, id).await?;
    Ok(path_to(&thread_path(thread.id, &thread.title), post.number))
}

/// `GET /posts/{id}`: to its place in the thread.
pub async fn to_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    Ok(see_other(&place(&me, *id).await?))
}

#[derive(Serialize)]
struct EditView {
    id: i64,
    number: i32,
    back: String,
    thread: String,
    is_first: bool,
    title: String,
    body: String,
    rev: i32,
    hidden: bool,
    is_team: bool,
    unlabelled: bool,
    errors: BTreeMap<String, String>,
}

async fn show_edit(
    me: &Member,
    id: i64,
    typed: Option<(String, String)>,
    (errors, unlabelled): (BTreeMap<String, String>, bool),
    status: StatusCode,
) -> Result<HttpResponse> {
    let (post, thread) = find(me, id).await?;
    let sight = Sight::of(&me.viewer);
    if !sight.team && post.author_id != Some(sight.member) {
        return Err(Error::Forbidden("not_author"));
    }
    if post.deleted_at.is_some() {
        return Err(Error::Conflict("post_deleted"));
    }
    let (title, body) = typed.unwrap_or_else(|| (thread.title.clone(), post.body.clone()));
    let view = EditView {
        id,
        number: post.number,
        back: thread.path_to(post.number),
        thread: thread.title.clone(),
        is_first: post.number == 1,
        title,
        body,
        rev: post.rev,
        hidden: post.hidden_at.is_some(),
        is_team: sight.team,
        unlabelled,
        errors,
    };
    me.page("forums/edit", "forums-edit-title").nav("forum").status(status).show(&view).await
}

/// `GET /posts/{id}/edit`
pub async fn edit_form(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    show_edit(&me, *id, None, (BTreeMap::new(), false), StatusCode::OK).await
}

/// `POST /posts/{id}/edit`
pub async fn edit(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    match change(&me, *id, &form).await {
        Ok(()) => Ok(see_other_with(&me.house.config, &place(&me, *id).await?, "ok", "forums-saved")),
        Err(error) => {
            let typed = (form.text("title").to_owned(), form.raw("body").to_owned());
            let unlabelled = super::opening::is_unlabelled(&error);
            let (errors, status) = again(me.lang(), error)?;
            show_edit(&me, *id, Some(typed), (errors, unlabelled), status).await
        }
    }
}

async fn change(me: &Member, id: i64, form: &Form) -> Result<()> {
    let (post, thread) = find(me, id).await?;
    let title = form.text("title");
    if post.number == 1 && !title.is_empty() && title != thread.title {
        let change = ThreadChange { title: Some(title.to_owned()), ..ThreadChange::default() };
        actions::change(&me.house, &me.viewer, thread.id, change).await?;
    }
    let ads = Disclosure::parse(form.text("disclosure"));
    let edit = Edit { body: form.raw("body").to_owned(), rev: form.text("rev").parse().ok(), ads };
    if edit.body.trim() == post.body {
        return Ok(());
    }
    actions::edit(&me.house, &me.viewer, PostId(id), edit).await
}

/// `POST /posts/{id}/delete`
pub async fn delete(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::delete(&me.house, &me.viewer, PostId(*id)).await?;
    Ok(see_other_with(&me.house.config, &place(&me, *id).await?, "ok", "forums-deleted-done"))
}

/// `POST /posts/{id}/like`
pub async fn like(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::like(&me.house, &me.viewer, PostId(*id), true).await?;
    Ok(see_other(&place(&me, *id).await?))
}

/// `POST /posts/{id}/unlike`
pub async fn unlike(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::like(&me.house, &me.viewer, PostId(*id), false).await?;
    Ok(see_other(&place(&me, *id).await?))
}

#[derive(Serialize)]
struct ReportView {
    id: i64,
    number: i32,
    back: String,
    thread: String,
    body_html: String,
    reason: String,
    errors: BTreeMap<String, String>,
}

async fn show_report(
    me: &Member,
    id: i64,
    reason: &str,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (post, thread) = find(me, id).await?;
    let view = ReportView {
        id,
        number: post.number,
        back: thread.path_to(post.number),
        thread: thread.title.clone(),
        body_html: post.html,
        reason: reason.to_owned(),
        errors,
    };
    me.page("forums/report", "forums-report-title").nav("forum").status(status).show(&view).await
}

/// `GET /posts/{id}/report`
pub async fn report_form(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    show_report(&me, *id, "", BTreeMap::new(), StatusCode::OK).await
}

/// `POST /posts/{id}/report`
pub async fn report(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    match actions::report(&me.house, &me.viewer, PostId(*id), form.text("reason")).await {
        Ok(_) => Ok(see_other_with(&me.house.config, &place(&me, *id).await?, "ok", "forums-reported")),
        Err(error) => {
            let (errors, status) = again(me.lang(), error)?;
            show_report(&me, *id, form.raw("reason"), errors, status).await
        }
    }
}
