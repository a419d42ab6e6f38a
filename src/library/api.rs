//! JSON API of the library.

use super::actions::{self, Wish};
use super::files::Format;
use super::input::{ResourceInput, Vocabulary};
use super::model::{Embargo, Filter, Key, Kind, Resource, Variant};
use super::store;
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, iso};
use crate::web::forms::{Check, Json};
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text as the API shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct VariantJson {
    /// `short`, `long` or `social`.
    pub key: String,
    /// `de` or `en`.
    pub lang: String,
    /// Subject of a mail.
    pub subject: String,
    /// Markdown with merge fields; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Words.
    pub words: i32,
}

/// A resource as the API shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ResourceJson {
    /// Row id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Slug of the niche.
    pub niche: Option<String>,
    /// Slug of the program.
    pub program: Option<String>,
    /// Slug of the lowest tier that sees it; null: all.
    pub min_tier: Option<String>,
    /// Tier slug to the moment from which it sees it.
    pub embargo: BTreeMap<String, String>,
    /// Not before (RFC 3339).
    pub publish_at: Option<String>,
    /// `draft` or `published`.
    pub status: String,
    /// Downloads, each member's once a day for each file.
    pub downloads: i64,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// Its texts.
    pub variants: Vec<VariantJson>,
}

fn json(r: Resource, variants: &[Variant], embargoes: &[Embargo], known: &Vocabulary, whole: bool) -> ResourceJson {
    let slug = |rank: i32| known.tiers.iter().find(|t| t.rank == rank).map(|t| t.slug.clone());
    ResourceJson {
        id: r.id,
        kind: r.kind,
        title: r.title,
        summary: r.summary,
        niche: r.niche.map(|n| n.slug),
        program: r.program.map(|p| p.slug),
        min_tier: known.tier_slug(r.min_rank).map(str::to_owned),
        embargo: embargoes
            .iter()
            .filter(|e| e.resource_id == r.id)
            .filter_map(|e| Some((slug(e.rank)?, iso(e.until))))
            .collect(),
        publish_at: r.publish_at.map(iso),
        status: r.status,
        downloads: r.download_count,
        created_at: iso(r.created_at),
        updated_at: iso(r.updated_at),
        variants: variants
            .iter()
            .filter(|v| v.resource_id == r.id)
            .map(|v| VariantJson {
                key: v.key.clone(),
                lang: v.lang.clone(),
                subject: v.subject.clone(),
                body: whole.then(|| v.body.clone()),
                words: v.words,
            })
            .collect(),
    }
}

/// What a list may be narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct ListQuery {
    /// Kind.
    pub kind: Option<String>,
    /// Slug of a niche.
    pub niche: Option<String>,
    /// Slug of a program.
    pub program: Option<String>,
    /// `de` or `en`: with a text in this language.
    pub lang: Option<String>,
    /// Words of title or summary.
    pub q: Option<String>,
    /// Items wanted, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A parameter of a known set; empty is not given.
fn known<T>(c: &mut Check, field: &'static str, text: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = text.filter(|t| !t.is_empty())?;
    c.keep(parse(text).ok_or_else(|| FieldError::new(field, "invalid")))
}

fn exact_lang(text: &str) -> Option<Lang> {
    Lang::ALL.into_iter().find(|l| l.code() == text)
}

impl ListQuery {
    fn filter(&self) -> Result<Filter> {
        let mut c = Check::new();
        let text = |t: &Option<String>| t.clone().filter(|t| !t.trim().is_empty());
        let filter = Filter {
            kind: known(&mut c, "kind", self.kind.as_deref(), Kind::parse),
            lang: known(&mut c, "lang", self.lang.as_deref(), exact_lang),
            niche: text(&self.niche),
            program: text(&self.program),
            search: text(&self.q),
            before: None,
        };
        c.done()?;
        Ok(filter)
    }
}

/// `GET /api/v1/resources`
#[utoipa::path(get, path = "/api/v1/resources", tag = "library", params(ListQuery),
    responses((status = 200, description = "What the caller may see, newest first", body = Page<ResourceJson>)))]
pub async fn list(me: Member, query: web::Query<ListQuery>) -> Result<HttpResponse> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let filter = Filter { before: after.map(|c| c.id), ..query.filter()? };
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let page = me
        .house
        .db
        .read(move |c| {
            let rows = store::list_visible(c, sight, &filter, now, limit + 1)?;
            let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id });
            let ids: Vec<i64> = page.items.iter().map(|r| r.id).collect();
            let (variants, embargoes) = (store::list_variants(c, &ids)?, store::list_embargoes(c, &ids)?);
            let known = Vocabulary::load(c, sight)?;
            Ok(page.map(|r| json(r, &variants, &embargoes, &known, false)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

async fn answer(
    me: &crate::web::guards::Ctx,
    sight: Sight,
    id: i64,
    mut answer: actix_web::HttpResponseBuilder,
) -> Result<HttpResponse> {
    let now = me.house.db.now();
    let shown = me
        .house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let known = Vocabulary::load(c, sight)?;
            Ok(json(whole.resource, &whole.variants, &whole.embargoes, &known, true))
        })
        .await?;
    Ok(answer.json(shown))
}

/// `GET /api/v1/resources/{id}`
#[utoipa::path(get, path = "/api/v1/resources/{id}", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, description = "The resource with its texts", body = ResourceJson), (status = 404, description = "Not there, or not open to the caller")))]
pub async fn show(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    answer(&me, Sight::of(&me.viewer), *id, HttpResponse::Ok()).await
}

/// `POST /api/v1/resources`
#[utoipa::path(post, path = "/api/v1/resources", tag = "library", request_body = ResourceInput,
    responses((status = 201, description = "Published, unless `status` is `draft`", body = ResourceJson), (status = 422, description = "Wrong fields; unknown merge fields with their place")))]
pub async fn create(me: Manager, input: Json<ResourceInput>) -> Result<HttpResponse> {
    let id = actions::create(&me.house, &me.viewer, input.0).await?;
    answer(&me, Sight::of(&me.viewer), id, HttpResponse::Created()).await
}

/// `PATCH /api/v1/resources/{id}`
#[utoipa::path(patch, path = "/api/v1/resources/{id}", tag = "library", params(("id" = i64, Path)), request_body = ResourceInput,
    responses((status = 200, description = "As it is now; what was left out stayed", body = ResourceJson)))]
pub async fn change(me: Manager, id: web::Path<i64>, input: Json<ResourceInput>) -> Result<HttpResponse> {
    actions::change(&me.house, &me.viewer, *id, input.0).await?;
    answer(&me, Sight::of(&me.viewer), *id, HttpResponse::Ok()).await
}

/// `DELETE /api/v1/resources/{id}`
#[utoipa::path(delete, path = "/api/v1/resources/{id}", tag = "library", params(("id" = i64, Path)),
    responses((status = 204, description = "Gone")))]
pub async fn remove(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::remove(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What to take away.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct DownloadQuery {
    /// `short`, `long` or `social`; the first there is when not given.
    pub variant: Option<String>,
    /// `de` or `en`; the caller's own language when not given.
    pub lang: Option<String>,
    /// `txt` (when not given), `html`, `md`, `eml`, `docx` or `zip`.
    pub format: Option<String>,
}

/// `GET /api/v1/resources/{id}/download`
#[utoipa::path(get, path = "/api/v1/resources/{id}/download", tag = "library", params(("id" = i64, Path), DownloadQuery),
    responses((status = 200, description = "The text as a file, with the caller's link and name and the label in"),
        (status = 304, description = "`If-None-Match` names this very file"),
        (status = 409, description = "`no_affiliate_ref`: the text needs a link and the caller has none"),
        (status = 422, description = "Unknown variant, language or format")))]
pub async fn download(
    me: Member,
    id: web::Path<i64>,
    query: web::Query<DownloadQuery>,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let mut c = Check::new();
    let key = known(&mut c, "variant", query.variant.as_deref(), Key::parse);
    let lang = known(&mut c, "lang", query.lang.as_deref(), exact_lang);
    let format = c.keep(Format::parse(query.format.as_deref()));
    c.done()?;
    let format = format.ok_or(Error::NotFound)?;
    let file = actions::download(&me.house, &me.viewer, *id, Wish { key, lang, format }).await?;
    let given = req.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or("");
    let same = given.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.etag);
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, file.etag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if same {
        return Ok(answer.finish());
    }
    Ok(answer
        .insert_header((header::CONTENT_TYPE, file.format.media_type()))
        // The name is a slug: it needs no quoting of its own.
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes))
}
