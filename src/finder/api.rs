//! `GET /api/v1/search`.

use super::actions;
use super::model::{Hit, Scope, Wanted};
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, iso};
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// What `/api/v1/search` is asked with.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct SearchQuery {
    /// Words, each may be the beginning of a longer one; and filters such as `from:mara after:2026-10-01`.
    #[serde(default)]
    pub q: String,
    /// `thread`, `post`, `message`, `resource`, `member` or `newsletter`; without it every kind has its share of one answer, in
    /// this order, and there is no second page.
    pub kind: Option<String>,
    /// Slug of a niche.
    pub niche: Option<String>,
    /// `de` or `en`.
    pub lang: Option<String>,
    /// `newest` or `best`.
    pub sort: Option<String>,
    /// Items wanted, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// One result.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ResultJson {
    /// `thread`, `post`, `message`, `resource`, `member` or `newsletter`.
    pub kind: String,
    /// Id of the thing.
    pub id: i64,
    /// Id of its niche.
    pub niche_id: Option<i64>,
    /// Title as plain text; nothing for a message of a conversation.
    pub title: String,
    /// Who wrote it, where that is told.
    pub by: String,
    /// Text around what was found, as HTML: escaped, with `<mark>`.
    pub excerpt_html: String,
    /// Page that shows it.
    pub path: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl ResultJson {
    fn of(hit: Hit) -> Self {
        Self {
            kind: hit.scope.code().to_owned(),
            id: hit.id,
            niche_id: hit.niche_id,
            title: hit.title,
            by: hit.by,
            excerpt_html: hit.excerpt_html,
            path: hit.path,
            created_at: iso(hit.at),
        }
    }
}

/// `GET /api/v1/search`
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, description = "What the member may see, best first", body = Page<ResultJson>)))]
pub async fn search(me: Member, query: web::Query<SearchQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    if query.q.chars().count() > 200 {
        return Err(Error::Invalid(vec![FieldError::new("q", "too_long").arg("max", 200)]));
    }
    let (mut wanted, _) = Wanted::typed(&query.q);
    if wanted.terms().is_none() {
        return Err(Error::field("q", "required"));
    }
    let kind = query.kind.filter(|k| !k.is_empty());
    let scopes = match kind.as_deref().map(Scope::parse) {
        Some(Some(one)) => vec![one],
        Some(None) => return Err(Error::field("kind", "invalid")),
        None => Scope::ALL.to_vec(),
    };
    wanted.niche = query.niche.unwrap_or_default();
    wanted.lang = match query.lang.as_deref().filter(|l| !l.is_empty()) {
        None => None,
        Some(code) => Some(Lang::parse(code).ok_or_else(|| Error::field("lang", "invalid"))?.code()),
    };
    wanted.newest = match query.sort.as_deref() {
        None | Some("" | "best") => false,
        Some("newest") => true,
        Some(_) => return Err(Error::field("sort", "invalid")),
    };
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let skip = after.map_or(0, |c| c.key).clamp(0, 1_000);
    let mut found = Vec::new();
    if let [scope] = scopes.as_slice() {
        found = actions::find(&me.house, &me.viewer, *scope, &wanted, (skip, limit + 1)).await?;
    } else if after.is_none() {
        let mut parts = Vec::new();
        for scope in scopes {
            parts.push(actions::find(&me.house, &me.viewer, scope, &wanted, (0, limit)).await?);
        }
        found = shares(parts, usize::try_from(limit).unwrap_or(50));
    }
    let page = Page::cut(found, limit, |_| Cursor { key: skip + limit, id: 0 });
    Ok(HttpResponse::Ok().json(page.map(ResultJson::of)))
}

/// At most `most` of these in their order: each kind has the same share, and what one does not need the others take.
fn shares(mut parts: Vec<Vec<Hit>>, most: usize) -> Vec<Hit> {
    let mut left = most;
    let mut shares = vec![0; parts.len()];
    while left > 0 {
        let before = left;
        for (share, part) in shares.iter_mut().zip(&parts) {
            if left > 0 && *share < part.len() {
                *share += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    parts.iter_mut().zip(shares).for_each(|(part, share)| part.truncate(share));
    parts.into_iter().flatten().collect()
}
