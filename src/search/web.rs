//! The search page.

use super::api::EXCERPT;
use super::store::{self, Question};
use crate::error::Result;
use crate::text::{Terms, excerpt_html};
use crate::web::guards::Member;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Results of one page.
const PER_PAGE: i64 = 20;
/// Pages at most: the ranking ends there.
const PAGES: i64 = 50;

/// What `/search` is asked with. Every value that does not fit reads as not given: a page never fails on its address.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: String,
}

#[derive(Serialize)]
struct Hit {
    kind: String,
    is_thread: bool,
    path: String,
    title: String,
    excerpt_html: String,
    at: i64,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    url: String,
    selected: bool,
}

#[derive(Serialize)]
struct SearchView {
    q: String,
    kind: String,
    asked: bool,
    kinds: Vec<Choice>,
    hits: Vec<Hit>,
    prev: String,
    next: String,
    page: i64,
}

fn address(q: &str, kind: &str, page: i64) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new("/search?".to_owned());
    pairs.append_pair("q", q);
    if !kind.is_empty() {
        pairs.append_pair("kind", kind);
    }
    if page > 1 {
        pairs.append_pair("page", &page.to_string());
    }
    pairs.finish().replace("?&", "?")
}

/// `GET /search`
pub async fn search(me: Member, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let q: String = asked.q.trim().chars().take(200).collect();
    let kind = Some(asked.kind.as_str()).filter(|k| matches!(*k, "thread" | "post")).unwrap_or("");
    let page = asked.page.parse().unwrap_or(1_i64).clamp(1, PAGES);
    let terms = Terms::parse(&q);
    let mut found = match &terms {
        None => Vec::new(),
        Some(terms) => {
            let (terms, kind) = (terms.clone(), Some(kind.to_owned()).filter(|k| !k.is_empty()));
            let question = Question { terms, any: false, kind, skip: (page - 1) * PER_PAGE, limit: PER_PAGE + 1 };
            let rank = me.viewer.sees_rank();
            me.house.db.read(move |c| store::find(c, rank, &question)).await?
        }
    };
    let per_page = usize::try_from(PER_PAGE).unwrap_or(20);
    let more = found.len() > per_page && page < PAGES;
    found.truncate(per_page);
    let hit = |f: store::Found| Hit {
        excerpt_html: terms.as_ref().map(|t| excerpt_html(&f.body, t, EXCERPT)).unwrap_or_default(),
        is_thread: f.kind == "thread",
        kind: f.kind,
        path: f.path,
        title: f.title,
        at: f.created_at,
    };
    let view = SearchView {
        asked: terms.is_some(),
        kinds: ["", "thread", "post"].map(|k| Choice { value: k, url: address(&q, k, 1), selected: k == kind }).into(),
        hits: found.into_iter().map(hit).collect(),
        prev: if page > 1 { address(&q, kind, page - 1) } else { String::new() },
        next: if more { address(&q, kind, page + 1) } else { String::new() },
        page,
        kind: kind.to_owned(),
        q,
    };
    me.page("search/results", "search-title").show(&view).await
}
