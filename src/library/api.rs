//! JSON API of the library: resources and their files here; the rest in files of their own.

pub mod desk;
pub mod links;
pub mod mine;
pub mod opinions;
pub mod texts;

use super::actions::{self, Wish, taking::Content};
use super::channels::Channel;
use super::formats::Format;
use super::input::{ResourceInput, Vocabulary};
use super::model::{Embargo, Filter, Key, Kind, Order, Resource, Variant};
use super::store;
use super::store::kits::KitItem;
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, iso};
use crate::programs::api::Money;
use crate::web::forms::{Check, Json};
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::pipe::flowing;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text as the API shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct VariantJson {
    /// Form, such as `short`, `long`, `social`.
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
    /// `draft`, `review` or `published`.
    pub status: String,
    /// Downloads, each member's once a day for each file.
    pub downloads: i64,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// Its texts.
    pub variants: Vec<VariantJson>,
    /// Stars on average; null while nobody gave any.
    pub stars: Option<f64>,
    /// How many gave stars.
    pub ratings: i64,
    /// Occasion.
    pub occasion: String,
    /// The reader's problem that it solves.
    pub problem: String,
    /// Market; empty: by language.
    pub country: String,
    /// The promotion begins.
    pub starts_at: Option<String>,
    /// The promotion is over.
    pub valid_until: Option<String>,
    /// What the offer costs.
    pub price: Option<Money>,
    /// The price is over.
    pub price_until: Option<String>,
    /// Id of what to take instead.
    pub successor: Option<i64>,
    /// When it was taken back.
    pub recalled_at: Option<String>,
    /// Why.
    pub recall_reason: String,
    /// Why it cannot be taken now: `recalled`, `expired`, `price_expired`; null: it can.
    pub blocked: Option<&'static str>,
    /// Whether it is a favourite of the caller.
    pub favourite: bool,
    /// Grows with every change.
    pub rev: i32,
    /// Steps of a kit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<StepJson>,
}

/// A step of a kit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StepJson {
    /// The resource.
    pub resource: i64,
    /// Days after the first one.
    pub day: i32,
    /// What to mind.
    pub note: String,
}

/// What lists and pages of the API need beside the resource.
#[derive(Default)]
struct Around {
    variants: Vec<Variant>,
    embargoes: Vec<Embargo>,
    favourites: Vec<i64>,
    steps: Vec<KitItem>,
    now: i64,
}

fn json(r: Resource, around: &Around, known: &Vocabulary, whole: bool) -> ResourceJson {
    let slug = |rank: i32| known.tiers.iter().find(|t| t.rank == rank).map(|t| t.slug.clone());
    let blocked = r.blocked(around.now).map(super::model::Blocked::code);
    let stars = r.stars().map(|(tenths, _)| tenths as f64 / 10.0);
    let offer = r.offer.unwrap_or_default();
    ResourceJson {
        id: r.id,
        kind: r.kind,
        title: r.title,
        summary: r.summary,
        niche: r.niche.map(|n| n.slug),
        program: r.program.map(|p| p.slug),
        min_tier: known.tier_slug(r.min_rank).map(str::to_owned),
        embargo: around
            .embargoes
            .iter()
            .filter(|e| e.resource_id == r.id)
            .filter_map(|e| Some((slug(e.rank)?, iso(e.until))))
            .collect(),
        publish_at: r.publish_at.map(iso),
        status: r.status,
        downloads: r.download_count,
        created_at: iso(r.created_at),
        updated_at: iso(r.updated_at),
        variants: around
            .variants
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
        stars,
        ratings: r.star_count,
        occasion: offer.occasion,
        problem: offer.problem,
        country: offer.country,
        starts_at: offer.starts_at.map(iso),
        valid_until: offer.valid_until.map(iso),
        price: offer.price.map(|p| Money::new(p, &offer.currency)),
        price_until: offer.price_until.map(iso),
        successor: offer.successor_id,
        recalled_at: offer.recalled_at.map(iso),
        recall_reason: offer.recall_reason,
        blocked,
        favourite: around.favourites.contains(&r.id),
        rev: r.rev,
        items: around
            .steps
            .iter()
            .filter(|s| s.kit_id == r.id)
            .map(|s| StepJson { resource: s.resource_id, day: s.day, note: s.note.clone() })
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
    /// `mail`, `social`, `instagram`, `facebook`, `linkedin`, `x`, `tiktok`, `youtube`, `whatsapp` or `sms`.
    pub channel: Option<String>,
    /// Form of a text, such as `short` or `long`.
    pub variant: Option<String>,
    /// Occasion.
    pub occasion: Option<String>,
    /// The reader's problem.
    pub problem: Option<String>,
    /// At least so many stars, 1 to 5.
    pub stars: Option<i32>,
    /// Favourites of the caller only.
    pub favourites: Option<bool>,
    /// What is over and what was taken back too.
    pub past: Option<bool>,
    /// `newest` (when not given), `for_you`, `stars` or `used`.
    pub order: Option<String>,
    /// Words of title, summary, occasion, problem or text.
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
            channel: known(&mut c, "channel", self.channel.as_deref(), Channel::parse),
            key: known(&mut c, "variant", self.variant.as_deref(), Key::parse),
            occasion: text(&self.occasion),
            problem: text(&self.problem),
            stars: self.stars.map(|s| s.clamp(1, 5)),
            favourites: self.favourites.unwrap_or(false),
            with_past: self.past.unwrap_or(false),
            order: known(&mut c, "order", self.order.as_deref(), Order::parse).unwrap_or_default(),
            ..Filter::default()
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
    let filter = paged(query.filter()?, after);
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let page = me
        .house
        .db
        .read(move |c| {
            let skip = filter.skip;
            let rows = store::list_visible(c, sight, &filter, now, limit + 1)?;
            // The newest go on after an id; every other order after a number of items, kept in the cursor's key.
            let page = Page::cut(rows, limit, |r| Cursor { key: skip + limit, id: r.id });
            let ids: Vec<i64> = page.items.iter().map(|r| r.id).collect();
            let around = Around {
                variants: store::list_variants(c, &ids)?,
                embargoes: store::list_embargoes(c, &ids)?,
                favourites: store::opinions::list_favourites(c, sight.member, &ids)?,
                steps: store::kits::list_items(c, &ids)?,
                now,
            };
            let known = Vocabulary::load(c, sight)?;
            Ok(page.map(|r| json(r, &around, &known, false)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// `filter` from where the page before ended.
pub(super) fn paged(mut filter: Filter, after: Option<Cursor>) -> Filter {
    match filter.order {
        Order::Newest => filter.before = after.map(|c| c.id),
        _ => filter.skip = after.map_or(0, |c| c.key.clamp(0, 100_000)),
    }
    filter
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
            let around = Around {
                variants: whole.variants,
                embargoes: whole.embargoes,
                favourites: store::opinions::list_favourites(c, sight.member, &[id])?,
                steps: store::kits::list_items(c, &[id])?,
                now,
            };
            Ok(json(whole.resource, &around, &known, true))
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
    /// Form, such as `short`, `long`, `social`; the first there is when not given.
    pub variant: Option<String>,
    /// `de` or `en`; the caller's own language when not given.
    pub lang: Option<String>,
    /// `txt` (when not given), `html`, `md`, `eml`, `docx`, `pdf` or `zip`; a kit is always a zip.
    pub format: Option<String>,
    /// The caller's own version instead of the original.
    pub own: Option<bool>,
}

/// `GET /api/v1/resources/{id}/download`
#[utoipa::path(get, path = "/api/v1/resources/{id}/download", tag = "library", params(("id" = i64, Path), DownloadQuery),
    responses((status = 200, description = "The text as a file, with the caller's link and name and the label in"),
        (status = 304, description = "`If-None-Match` names this very file"),
        (status = 409, description = "`no_affiliate_ref`: the text needs a link and the caller has none; `recalled`, `expired`, `price_expired` (`id` names the successor); `locked_changed`: the original of the own version moved on"),
        (status = 422, description = "Unknown variant, language or format; `values.…` required: own words that the text asks for")))]
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
    let file =
        actions::download(&me.house, &me.viewer, *id, Wish { key, lang, format, own: query.own.unwrap_or(false) })
            .await?;
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
    answer
        .insert_header((header::CONTENT_TYPE, file.format.media_type()))
        // The name is a slug: it needs no quoting of its own.
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)));
    Ok(match file.content {
        Content::Whole(bytes) => answer.body(bytes),
        Content::Parts(parts) => answer.streaming(flowing(parts)),
    })
}
