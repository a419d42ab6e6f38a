//! The search page.

use super::actions;
use super::model::{Hit, Scope, Wanted};
use crate::access::Sight;
use crate::error::Result;
use crate::i18n::{self, Lang};
use crate::members::store::list_visible_niches;
use crate::web::forms::{Choice, lang_choices};
use crate::web::guards::Member;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Results of one page.
const PER_PAGE: i64 = 20;
/// Pages at most: the ranking ends there.
const PAGES: i64 = 50;
/// Results of a kind in the overview.
const GLANCE: i64 = 5;

/// What `/search` is asked with. Every value that does not fit reads as not given: a page never fails on its address.
#[derive(Debug, Deserialize, Clone)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    niche: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

impl Asked {
    /// The address of this search in another kind or page.
    fn address(&self, kind: &str, page: i64) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::from("/search?"));
        let kept = [("q", &self.q), ("niche", &self.niche), ("lang", &self.lang), ("from", &self.from)];
        let rest = [("after", &self.after), ("before", &self.before), ("sort", &self.sort)];
        for (name, value) in kept.into_iter().chain(rest).filter(|(_, value)| !value.is_empty()) {
            pairs.append_pair(name, value);
        }
        if !kind.is_empty() {
            pairs.append_pair("kind", kind);
        }
        if page > 1 {
            pairs.append_pair("page", &page.to_string());
        }
        pairs.finish().replace("?&", "?")
    }

    fn wanted(&self) -> (Wanted, Vec<String>) {
        let (mut wanted, unknown) = Wanted::typed(&self.q);
        wanted.niche.clone_from(&self.niche);
        wanted.lang = Lang::parse(&self.lang).map(Lang::code);
        let from = self.from.trim();
        if !from.is_empty() {
            wanted.from.push(from.to_owned());
        }
        wanted.after = self.after.parse().ok().or(wanted.after);
        wanted.before = self.before.parse().ok().or(wanted.before);
        wanted.newest = self.sort == "newest";
        (wanted, unknown)
    }
}

#[derive(Serialize)]
struct Line {
    path: String,
    title: String,
    by: String,
    excerpt_html: String,
    at: i64,
}

impl Line {
    fn of(hit: Hit) -> Self {
        // A message of a conversation is named after who wrote it.
        let (title, by) = if hit.title.is_empty() { (hit.by, String::new()) } else { (hit.title, hit.by) };
        Self { path: hit.path, title, by, excerpt_html: hit.excerpt_html, at: hit.at }
    }
}

#[derive(Serialize)]
struct Part {
    code: &'static str,
    lines: Vec<Line>,
    more: String,
}

#[derive(Serialize)]
struct Tab {
    code: String,
    url: String,
    selected: bool,
}

#[derive(Serialize)]
struct SearchView {
    q: String,
    kind: String,
    asked: bool,
    from: String,
    after: String,
    before: String,
    unknown: String,
    is_filtered: bool,
    niches: Vec<Choice>,
    langs: Vec<Choice>,
    newest: bool,
    tabs: Vec<Tab>,
    parts: Vec<Part>,
    prev: String,
    next: String,
    page: i64,
}

/// `GET /search`: a glance at every kind, or one kind page by page.
pub async fn search(me: Member, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut asked = asked.into_inner();
    asked.q = asked.q.trim().chars().take(200).collect();
    asked.from = asked.from.chars().take(80).collect();
    let scope = Scope::parse(&asked.kind);
    let page = asked.page.parse().unwrap_or(1_i64).clamp(1, PAGES);
    let (wanted, unknown) = asked.wanted();
    let (mut parts, mut more) = (Vec::new(), false);
    if wanted.terms().is_some() {
        for kind in Scope::ALL.into_iter().filter(|k| scope.is_none_or(|s| s == *k)) {
            let (skip, limit) = if scope.is_some() { ((page - 1) * PER_PAGE, PER_PAGE) } else { (0, GLANCE) };
            let mut found = actions::find(&me.house, &me.viewer, kind, &wanted, (skip, limit + 1)).await?;
            let limit = usize::try_from(limit).unwrap_or(5);
            more = found.len() > limit;
            found.truncate(limit);
            if !found.is_empty() {
                let all = if more && scope.is_none() { asked.address(kind.code(), 1) } else { String::new() };
                parts.push(Part { code: kind.code(), lines: found.into_iter().map(Line::of).collect(), more: all });
            }
        }
    }
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let niches = me.house.db.read(move |c| list_visible_niches(c, sight)).await?;
    let any = i18n::t(lang, "search-any");
    let mut niche_choices = vec![Choice::of("", any.clone(), &asked.niche)];
    niche_choices.extend(niches.iter().map(|n| Choice::of(n.slug.clone(), n.name(lang), &asked.niche)));
    let mut langs = vec![Choice::of("", any, &asked.lang)];
    langs.extend(lang_choices(lang).into_iter().map(|l| Choice::of(l.value, l.label, &asked.lang)));
    let kind = scope.map_or("", Scope::code);
    let tab = |code: &str| Tab { url: asked.address(code, 1), selected: code == kind, code: code.to_owned() };
    // Where a filter leaves nothing to find, there is no tab either.
    let shown = Scope::ALL.into_iter().filter(|s| wanted.fits(*s) || scope == Some(*s));
    let (one, paged) = (scope.is_some(), more && page < PAGES);
    let view = SearchView {
        asked: wanted.terms().is_some(),
        kind: kind.to_owned(),
        unknown: unknown.join(" "),
        is_filtered: [&asked.niche, &asked.lang, &asked.from, &asked.after, &asked.before]
            .iter()
            .any(|v| !v.is_empty()),
        niches: niche_choices,
        langs,
        newest: wanted.newest,
        tabs: std::iter::once("").chain(shown.map(Scope::code)).map(tab).collect(),
        parts,
        prev: if one && page > 1 { asked.address(kind, page - 1) } else { String::new() },
        next: if one && paged { asked.address(kind, page + 1) } else { String::new() },
        page,
        q: asked.q,
        from: asked.from,
        after: asked.after,
        before: asked.before,
    };
    me.page("finder/results", "search-title").show(&view).await
}
