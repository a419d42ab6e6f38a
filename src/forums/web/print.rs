//! A thread on paper: all of it on one page, up to a bound, without what is only for a screen.

use crate::access::Sight;
use crate::error::Result;
use crate::forums::model::ThreadId;
use crate::forums::store;
use crate::i18n::{Arg, t, t_args};
use crate::text::links::fill_labels;
use crate::web::guards::Member;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Posts of one sheet of a thread.
const MOST: i32 = 500;

/// Where it begins. A value that is no number reads as not given.
#[derive(Debug, Default, Deserialize)]
pub struct Begin {
    #[serde(default)]
    from: String,
}

#[derive(Serialize)]
struct Line {
    number: i32,
    author: String,
    at: i64,
    body_html: String,
}

#[derive(Serialize)]
struct PrintView {
    title: String,
    niche: String,
    path: String,
    label: String,
    posts: Vec<Line>,
    next: String,
}

/// `GET /threads/{id}/print`: what may be read of a thread, five hundred numbers at a time.
pub async fn print(me: Member, id: web::Path<i64>, begin: web::Query<Begin>) -> Result<HttpResponse> {
    let (sight, lang, id) = (Sight::of(&me.viewer), me.lang(), ThreadId(*id));
    let from = begin.from.parse().unwrap_or(1).max(1);
    let (sources, who, ad) = (me.house.clone(), me.viewer.clone(), t(lang, "forums-ad-label"));
    let (thread, posts) = me
        .house
        .db
        .read(move |c| {
            let thread = store::find_visible_thread(c, sight, id)?;
            let mut posts = store::list_visible_posts(c, sight, id, (from, from.saturating_add(MOST - 1)))?;
            let mut bodies: Vec<&mut String> = posts.iter_mut().map(|p| &mut p.html).collect();
            sources.sources.fill_posts(c, &who, lang, &mut bodies)?;
            bodies.into_iter().for_each(|body| fill_labels(body, &ad));
            Ok((thread, posts))
        })
        .await?;
    let former = t(lang, "forums-former-member");
    let to = posts.last().map_or(from, |p| p.number);
    let numbers = [("from", from), ("to", to), ("last", thread.last_number)];
    let view = PrintView {
        label: t_args(lang, "forums-range", &numbers.map(|(k, n)| (k, Arg::Number(n.into())))),
        next: if to < thread.last_number { format!("/threads/{id}/print?from={}", to + 1) } else { String::new() },
        posts: posts
            .into_iter()
            .filter(|p| p.is_readable(sight))
            .map(|p| Line {
                number: p.number,
                author: p.author.unwrap_or_else(|| former.clone().into_owned()),
                at: p.created_at,
                body_html: p.html,
            })
            .collect(),
        niche: thread.niche(lang).to_owned(),
        path: thread.path(),
        title: thread.title,
    };
    me.page("forums/print", "forums-title").title(view.title.clone()).nav("forum").show(&view).await
}
