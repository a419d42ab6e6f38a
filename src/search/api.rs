//! `GET /api/v1/search`.

use super::store::{self, Found, Question};
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::text::{Terms, excerpt_html};
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Characters of an excerpt.
pub(super) const EXCERPT: usize = 240;

/// What `/api/v1/search` is asked with.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct SearchQuery {
    /// Words; each may be the beginning of a longer one.
    #[serde(default)]
    pub q: String,
    /// Only things of this kind: `thread`, `post`.
    pub kind: Option<String>,
    /// Items wanted, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// One result.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ResultJson {
    /// `thread`, `post`, …
    pub kind: String,
    /// Id of the thing.
    pub id: i64,
    /// Id of its niche.
    pub niche_id: Option<i64>,
    /// Title as plain text.
    pub title: String,
    /// Text around what was found, as HTML: escaped, with `<mark>`.
    pub excerpt_html: String,
    /// Page that shows it.
    pub path: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl ResultJson {
    fn of(found: Found, terms: &Terms) -> Self {
        Self {
            excerpt_html: excerpt_html(&found.body, terms, EXCERPT),
            kind: found.kind,
            id: found.object_id,
            niche_id: found.niche_id,
            title: found.title,
            path: found.path,
            created_at: iso(found.created_at),
        }
    }
}

/// `GET /api/v1/search`
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, description = "What the member may see, best first", body = Page<ResultJson>)))]
pub async fn search(me: Member, query: web::Query<SearchQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    if query.q.chars().count() > 200 {
        return Err(Error::Invalid(vec![crate::error::FieldError::new("q", "too_long").arg("max", 200)]));
    }
    let terms = Terms::parse(&query.q).ok_or_else(|| Error::field("q", "required"))?;
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let skip = after.map_or(0, |c| c.key).clamp(0, 10_000);
    let question = Question { terms: terms.clone(), any: false, kind: query.kind, skip, limit: limit + 1 };
    let rank = me.viewer.sees_rank();
    let found = me.house.db.read(move |c| store::find(c, rank, &question)).await?;
    let page = Page::cut(found, limit, |_| Cursor { key: skip + limit, id: 0 });
    Ok(HttpResponse::Ok().json(page.map(|f| ResultJson::of(f, &terms))))
}
