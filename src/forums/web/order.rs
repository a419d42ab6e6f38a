//! Pages of order: sorting, translations, answers, moving and merging, warnings and their reasons, who has acknowledged.

use super::lists::again;
use super::posts::{find, place};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions::{self, Target};
use crate::forums::model::{PER_PAGE, PostId, ThreadChange, ThreadId};
use crate::forums::store;
use crate::text::{excerpt, plain};
use crate::web::forms::Form;
use crate::web::guards::{Member, Moderator};
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `POST /threads/{id}/sort`: kind, language and tags, by the author or the team.
pub async fn sort(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let change = ThreadChange {
        kind: Some(form.text("kind").to_owned()),
        lang: Some(form.text("lang").to_owned()),
        tags: Some(vec![form.text("tags").to_owned()]),
        ..ThreadChange::default()
    };
    actions::change(&me.house, &me.viewer, ThreadId(*id), change).await?;
    Ok(see_other_with(&me.house.config, &format!("/threads/{id}"), "ok", "forums-saved"))
}

/// The number in what somebody pasted: `812`, `/threads/812/x` or a whole address.
fn thread_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = match text.split_once("/threads/") {
        Some((_, rest)) => rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or(""),
        None => text,
    };
    number.parse().ok()
}

/// `POST /threads/{id}/twin`: the same thread in the other language; an empty field takes the two apart.
pub async fn twin(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let typed = form.text("twin");
    let other = match thread_number(typed) {
        None if typed.is_empty() => None,
        None => return Err(Error::field("twin", "not_found")),
        Some(id) => Some(ThreadId(id)),
    };
    actions::link_twin(&me.house, &me.viewer, ThreadId(*id), other).await?;
    Ok(see_other_with(&me.house.config, &format!("/threads/{id}"), "ok", "forums-saved"))
}

/// `POST /posts/{id}/accept`: the answer that helped; with `act=no` it is not.
pub async fn accept(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    actions::accept(&me.house, &me.viewer, PostId(*id), form.text("act") != "no").await?;
    Ok(see_other(&place(&me, *id).await?))
}

/// `POST /posts/{id}/warn`
pub async fn warn(me: Moderator, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    actions::warn(&me.house, &me.viewer, PostId(*id), form.text("reason")).await?;
    Ok(see_other_with(&me.house.config, &format!("/posts/{id}"), "ok", "forums-warned"))
}

#[derive(Serialize)]
struct ModeratedView {
    back: String,
    thread: String,
    number: i32,
    hidden: bool,
    deleted: bool,
    warnings: Vec<WarningView>,
}

#[derive(Serialize)]
struct WarningView {
    is_warning: bool,
    reason: String,
    at: i64,
}

/// `GET /posts/{id}/moderated`: what was done to one's post and why, and whom to answer (Art. 17 DSA).
pub async fn moderated(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (post, thread) = find(&me, *id).await?;
    let sight = Sight::of(&me.viewer);
    if post.author_id != Some(sight.member) && !sight.team {
        return Err(Error::NotFound);
    }
    let (author, post_id) = (post.author_id, *id);
    let warnings = match author {
        Some(author) => me.house.db.read(move |c| store::list_warnings(c, author)).await?,
        None => Vec::new(),
    };
    let view = ModeratedView {
        back: thread.path_to(post.number),
        thread: thread.title,
        number: post.number,
        hidden: post.hidden_at.is_some(),
        deleted: post.deleted_at.is_some(),
        warnings: warnings
            .into_iter()
            .filter(|w| w.post_id == Some(post_id))
            .map(|w| WarningView { is_warning: w.kind == "warning", reason: w.reason, at: w.created_at })
            .collect(),
    };
    me.page("forums/moderated", "forums-moderated").nav("forum").show(&view).await
}

#[derive(Serialize)]
struct Movable {
    id: i64,
    number: i32,
    author: Option<String>,
    text: String,
    checked: bool,
}

#[derive(Serialize)]
struct MoveView {
    id: i64,
    back: String,
    title: String,
    posts: Vec<Movable>,
    prev: String,
    next: String,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

/// Where the list of posts begins.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    from: String,
}

async fn show_move(
    me: &Moderator,
    id: i64,
    from: i32,
    (values, chosen, errors): (BTreeMap<String, String>, Vec<i64>, BTreeMap<String, String>),
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), ThreadId(id));
    let (thread, posts) = me
        .house
        .db
        .read(move |c| {
            let thread = store::find_visible_thread(c, sight, id)?;
            let posts = store::list_visible_posts(c, sight, id, (from, from.saturating_add(PER_PAGE - 1)))?;
            Ok((thread, posts))
        })
        .await?;
    let at = |n: i32| format!("/moderate/threads/{id}/move?from={n}");
    let view = MoveView {
        id: id.0,
        back: thread.path(),
        prev: if from > 1 { at((from - PER_PAGE).max(1)) } else { String::new() },
        next: if from + PER_PAGE <= thread.last_number { at(from + PER_PAGE) } else { String::new() },
        title: thread.title,
        posts: posts
            .into_iter()
            .filter(|p| p.moved_to.is_none())
            .map(|p| Movable {
                checked: chosen.contains(&p.id.0),
                id: p.id.0,
                number: p.number,
                author: p.author,
                text: excerpt(&plain(&p.html), 140),
            })
            .collect(),
        values,
        errors,
    };
    me.page("forums/move", "forums-move-title").nav("moderate").status(status).show(&view).await
}

/// `GET /moderate/threads/{id}/move`: chooses posts to split off, or a thread to merge into.
pub async fn move_form(me: Moderator, id: web::Path<i64>, from: web::Query<From>) -> Result<HttpResponse> {
    let from = from.from.parse().unwrap_or(1).max(1);
    show_move(&me, *id, from, Default::default(), StatusCode::OK).await
}

/// `POST /moderate/threads/{id}/move`
pub async fn move_posts(me: Moderator, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let ids: Vec<i64> = form.all("posts").iter().filter_map(|p| p.parse().ok()).collect();
    let into = form.text("into");
    let niche = Some(form.text("niche").to_owned()).filter(|n| !n.is_empty());
    let target = match thread_number(into) {
        _ if into.is_empty() => Ok(Target::New(form.text("title").to_owned(), niche)),
        Some(id) => Ok(Target::Thread(ThreadId(id))),
        None => Err(Error::field("into", "not_found")),
    };
    let done = match target {
        Ok(target) => {
            actions::split(&me.house, &me.viewer, ThreadId(*id), ids.clone(), target, form.text("reason")).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(to) => Ok(see_other_with(&me.house.config, &format!("/threads/{to}"), "ok", "forums-moved")),
        Err(error) => {
            let (errors, status) = again(me.lang(), error)?;
            show_move(&me, *id, 1, (form.values(), ids, errors), status).await
        }
    }
}

/// `POST /moderate/threads/{id}/merge`
pub async fn merge(me: Moderator, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let done = match thread_number(form.text("merge_into")) {
        Some(into) => {
            let into = ThreadId(into);
            let merged = actions::merge(&me.house, &me.viewer, ThreadId(*id), into, form.text("reason")).await;
            merged.map(|()| into)
        }
        None => Err(Error::field("into", "not_found")),
    };
    match done {
        Ok(into) => Ok(see_other_with(&me.house.config, &format!("/threads/{into}"), "ok", "forums-merged")),
        Err(error) => {
            let (mut errors, status) = again(me.lang(), error)?;
            // The two forms of the page have a field of that name each.
            if let Some(text) = errors.remove("into") {
                errors.insert("merge_into".to_owned(), text);
            }
            show_move(&me, *id, 1, (form.values(), Vec::new(), errors), status).await
        }
    }
}

#[derive(Serialize)]
struct AcksView {
    back: String,
    title: String,
    done: i64,
    silent: i64,
    names: Vec<(i64, String)>,
}

/// `GET /moderate/threads/{id}/acks`: who has not acknowledged yet, at most 500 names.
pub async fn acks(me: Moderator, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), ThreadId(*id));
    let (thread, done, (silent, names)) = me
        .house
        .db
        .read(move |c| {
            let thread = store::find_visible_thread(c, sight, id)?;
            let (_, done) = store::find_acks(c, id, sight.member)?;
            let niche = store::find_niche_rank(c, thread.niche_id)?;
            let silent = store::list_silent(c, id, thread.min_rank.max(niche), 500)?;
            Ok((thread, done, silent))
        })
        .await?;
    let view = AcksView { back: thread.path(), title: thread.title, done, silent, names };
    me.page("forums/acks", "forums-acks-title").nav("moderate").show(&view).await
}
