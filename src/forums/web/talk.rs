//! Small deeds of readers on pages: votes, marks, acknowledgements, words found in a thread, former texts.

use super::posts::{find as find_post, place};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::actions;
use crate::forums::model::{PostId, ThreadId, path_to};
use crate::forums::store;
use crate::i18n::{Arg, Lang, t_args};
use crate::text::{Terms, escape_into, excerpt_html};
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

/// Posts of a thread that are shown as found.
const FOUND: i64 = 100;

#[derive(Debug, Serialize)]
struct ChoiceView {
    id: i64,
    label: String,
    votes: i64,
    percent: i64,
    mine: bool,
}

/// The poll of a thread page.
#[derive(Debug, Serialize)]
pub(super) struct PollView {
    question: String,
    multi: bool,
    open: bool,
    voted: bool,
    closes_at: Option<i64>,
    count: String,
    choices: Vec<ChoiceView>,
    may_close: bool,
}

impl PollView {
    pub fn of(poll: store::Poll, lang: Lang, now: i64, may_close: bool) -> Self {
        let (open, voted) = (poll.is_open(now), poll.voted());
        let all = poll.voters.max(1);
        Self {
            count: t_args(lang, "forums-poll-voters", &[("n", Arg::Number(poll.voters))]),
            question: poll.question,
            multi: poll.multi,
            open,
            voted,
            closes_at: poll.closes_at.filter(|_| open),
            choices: poll
                .choices
                .into_iter()
                .map(|c| ChoiceView {
                    percent: (c.votes * 100 + all / 2) / all,
                    id: c.id,
                    label: c.label,
                    votes: c.votes,
                    mine: c.mine,
                })
                .collect(),
            may_close: may_close && open,
        }
    }
}

/// `POST /threads/{id}/vote`
pub async fn vote(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let chosen = form.all("choice").iter().filter_map(|c| c.parse().ok()).collect();
    actions::vote(&me.house, &me.viewer, ThreadId(*id), chosen).await?;
    Ok(see_other_with(&me.house.config, &format!("/threads/{id}"), "ok", "forums-voted"))
}

/// `POST /threads/{id}/poll/close`
pub async fn close_poll(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::close_poll(&me.house, &me.viewer, ThreadId(*id)).await?;
    Ok(see_other_with(&me.house.config, &format!("/threads/{id}"), "ok", "forums-saved"))
}

/// `POST /threads/{id}/ack`
pub async fn ack(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::acknowledge(&me.house, &me.viewer, ThreadId(*id)).await?;
    Ok(see_other_with(&me.house.config, &format!("/threads/{id}"), "ok", "forums-acked"))
}

/// `POST /posts/{id}/mark`: gives the mark, or takes it back where it was given.
pub async fn mark(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let (post, me_id, code) = (PostId(*id), me.viewer.id, form.text("mark").to_owned());
    let given = me.house.db.read(move |c| store::count_marks(c, post, me_id)).await?;
    let on = !given.iter().any(|m| m.0 == code && m.2);
    actions::set_mark(&me.house, &me.viewer, post, &code, on).await?;
    Ok(see_other(&place(&me, *id).await?))
}

/// `POST /posts/{id}/return`: brings a deleted post back.
pub async fn return_post(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::undo_delete(&me.house, &me.viewer, PostId(*id)).await?;
    Ok(see_other_with(&me.house.config, &place(&me, *id).await?, "ok", "forums-returned"))
}

/// What is looked for.
#[derive(Debug, Deserialize)]
pub struct Asking {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct Hit {
    url: String,
    number: i32,
    excerpt_html: String,
    at: i64,
}

#[derive(Serialize)]
struct FindView {
    back: String,
    title: String,
    id: i64,
    q: String,
    asked: bool,
    hits: Vec<Hit>,
}

/// `GET /threads/{id}/find`
pub async fn find(me: Member, id: web::Path<i64>, asking: web::Query<Asking>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), ThreadId(*id));
    let q: String = asking.q.trim().chars().take(200).collect();
    let terms = Terms::parse(&q);
    let wanted = terms.clone();
    let (thread, found) = me
        .house
        .db
        .read(move |c| {
            let thread = store::find_visible_thread(c, sight, id)?;
            let found = match &wanted {
                Some(terms) => store::find_in_thread(c, id, terms, FOUND)?,
                None => Vec::new(),
            };
            Ok((thread, found))
        })
        .await?;
    let path = thread.path();
    let hit = |f: store::FoundPost| Hit {
        url: path_to(&path, f.number),
        number: f.number,
        excerpt_html: terms.as_ref().map(|t| excerpt_html(&f.body, t, 240)).unwrap_or_default(),
        at: f.created_at,
    };
    let view = FindView {
        hits: found.into_iter().map(hit).collect(),
        back: path.clone(),
        title: thread.title,
        id: id.0,
        asked: terms.is_some(),
        q,
    };
    me.page("forums/find", "forums-find").nav("forum").show(&view).await
}

#[derive(Serialize)]
struct Change {
    at: i64,
    by: Option<String>,
    diff_html: String,
}

#[derive(Serialize)]
struct HistoryView {
    back: String,
    title: String,
    number: i32,
    changes: Vec<Change>,
}

/// The difference of two texts as lines, what went and what came marked; everything is escaped.
fn diff_html(old: &str, new: &str) -> String {
    let diff = TextDiff::from_words(old, new);
    let mut out = String::with_capacity(old.len() + new.len());
    for change in diff.iter_all_changes() {
        let (open, close) = match change.tag() {
            ChangeTag::Delete => ("<del>", "</del>"),
            ChangeTag::Insert => ("<ins>", "</ins>"),
            ChangeTag::Equal => ("", ""),
        };
        out.push_str(open);
        escape_into(change.value(), &mut out);
        out.push_str(close);
    }
    out
}

/// `GET /posts/{id}/history`: each change of a post as what went and what came.
pub async fn history(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (post, thread) = find_post(&me, *id).await?;
    if !post.is_readable(Sight::of(&me.viewer)) {
        return Err(Error::NotFound);
    }
    let post_id = PostId(*id);
    let old = me.house.db.read(move |c| store::list_revisions(c, post_id)).await?;
    let texts: Vec<String> = old.iter().map(|r| r.body.clone()).chain(std::iter::once(post.body.clone())).collect();
    let changes = tokio::task::spawn_blocking(move || {
        let pairs = old.into_iter().zip(texts.windows(2).map(<[String]>::to_vec).collect::<Vec<_>>());
        let mut out: Vec<Change> = pairs
            .filter_map(|(r, pair)| match pair.as_slice() {
                // A deletion that was undone changed nothing of the text.
                [a, b] if a != b => Some(Change { at: r.at, by: r.by, diff_html: diff_html(a, b) }),
                _ => None,
            })
            .collect();
        out.reverse();
        out
    })
    .await
    .map_err(Error::internal)?;
    let view = HistoryView { back: thread.path_to(post.number), title: thread.title, number: post.number, changes };
    me.page("forums/history", "forums-history").nav("forum").show(&view).await
}
