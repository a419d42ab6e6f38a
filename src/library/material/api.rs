//! JSON of the material, collections, bulk uploads, use and quality.

use super::actions::{self, MaterialInput};
use super::bulk::{self, Report};
use super::collections::{self, CollectionInput, Shown};
use super::model::Details;
use super::web::office::{Issue, Usage, quality_of, usage_of};
use super::{model::Piece, store};
use crate::access::Sight;
use crate::error::Result;
use crate::files::api::FileJson;
use crate::i18n::{Lang, iso};
use crate::settings::Bilingual;
use crate::web::forms::Json;
use crate::web::guards::{Ctx, Manager, Member};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file of a resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct PieceJson {
    /// The file itself.
    pub file: FileJson,
    /// What it is for.
    pub role: String,
    /// What it shows.
    pub title: String,
    /// What somebody hears who does not see it.
    pub alt: Bilingual,
    /// Under which terms it may be used.
    pub licence: String,
    /// Who is to be named.
    pub credit: String,
    /// Language of its words; empty: none.
    pub lang: String,
    /// The colour a picture is most of; empty until its sizes are made.
    pub colour: String,
}

/// Own progress.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressJson {
    /// Sections done, from 0.
    pub done: Vec<i32>,
    /// Sections there are.
    pub total: usize,
}

/// Material of a resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialJson {
    /// The resource.
    pub id: i64,
    /// Everything structured; `right` of questions only for managers.
    #[schema(value_type = Details)]
    pub details: serde_json::Value,
    /// Files in their order.
    pub files: Vec<PieceJson>,
    /// Own progress through the sections.
    pub progress: ProgressJson,
    /// Languages in which something is missing.
    pub missing: Vec<&'static str>,
}

/// Members learn what is right by answering.
fn without_answers(mut value: serde_json::Value) -> serde_json::Value {
    for lang in ["de", "en"] {
        let sections = value.pointer_mut(&format!("/sections/{lang}")).and_then(|v| v.as_array_mut());
        for question in sections.into_iter().flatten().filter_map(|s| s.get_mut("questions")?.as_array_mut()).flatten()
        {
            if let Some(question) = question.as_object_mut() {
                question.remove("right");
            }
        }
    }
    value
}

fn piece(lang: Lang, piece: Piece, file: &crate::files::FileInfo, sizes: &[crate::files::model::Size]) -> PieceJson {
    PieceJson {
        file: FileJson::of(lang, file, sizes),
        role: piece.role,
        title: piece.title,
        alt: Bilingual { de: piece.alt_de, en: piece.alt_en },
        licence: piece.licence,
        credit: piece.credit,
        lang: piece.lang,
        colour: file.colour.clone(),
    }
}

async fn answer(me: &Ctx, sight: Sight, id: i64) -> Result<HttpResponse> {
    let (now, lang) = (me.house.db.now(), me.lang());
    let shown = me
        .house
        .db
        .read(move |c| {
            store::require_visible(c, sight, id, now)?;
            let details = store::find_details(c, id)?;
            let pieces = store::list_pieces(c, &[id])?;
            let files: Vec<i64> = pieces.iter().map(|(_, f)| f.id).collect();
            let sizes = crate::files::store::list_sizes(c, &files)?;
            let done = store::list_marks(c, sight.member, &[id])?.into_iter().map(|(_, s)| s).collect();
            let value = serde_json::to_value(&details).map_err(crate::error::Error::internal)?;
            Ok(MaterialJson {
                id,
                files: pieces.into_iter().map(|(p, f)| piece(lang, p, &f, &sizes)).collect(),
                progress: ProgressJson { done, total: details.sections.count() },
                missing: details.missing().into_iter().map(Lang::code).collect(),
                details: if sight.manages { value } else { without_answers(value) },
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// `GET /api/v1/resources/{id}/material`
#[utoipa::path(get, path = "/api/v1/resources/{id}/material", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, body = MaterialJson), (status = 404, body = Problem)))]
pub async fn show(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    answer(&me, Sight::of(&me.viewer), *id).await
}

/// `PUT /api/v1/resources/{id}/material`: what is left out stays; a list that is given replaces the one there was.
#[utoipa::path(put, path = "/api/v1/resources/{id}/material", tag = "library", params(("id" = i64, Path)), request_body = MaterialInput,
    responses((status = 200, body = MaterialJson), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn save(me: Manager, id: web::Path<i64>, input: Json<MaterialInput>) -> Result<HttpResponse> {
    actions::save(&me.house, &me.viewer, *id, input.0).await?;
    answer(&me, Sight::of(&me.viewer), *id).await
}

/// `PUT /api/v1/resources/{id}/sections/{section}/mark`: through with a section (from 0).
#[utoipa::path(put, path = "/api/v1/resources/{id}/sections/{section}/mark", tag = "library", params(("id" = i64, Path), ("section" = i32, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem, description = "`quiz_open`: its questions come first")))]
pub async fn mark(me: Member, path: web::Path<(i64, i32)>) -> Result<HttpResponse> {
    actions::mark(&me.house, &me.viewer, path.0, path.1, true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/resources/{id}/sections/{section}/mark`
#[utoipa::path(delete, path = "/api/v1/resources/{id}/sections/{section}/mark", tag = "library", params(("id" = i64, Path), ("section" = i32, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn unmark(me: Member, path: web::Path<(i64, i32)>) -> Result<HttpResponse> {
    actions::mark(&me.house, &me.viewer, path.0, path.1, false).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Language of a sheet.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct SheetQuery {
    /// `de` or `en`; the caller's own language when not given.
    pub lang: Option<String>,
}

/// `GET /api/v1/resources/{id}/sheet`: its details as a PDF to print or send; what promotes carries the label.
#[utoipa::path(get, path = "/api/v1/resources/{id}/sheet", tag = "library", params(("id" = i64, Path), SheetQuery),
    responses((status = 200, description = "A PDF, as an attachment"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`recalled`, `expired` or `price_expired`, with the successor's id")))]
pub async fn sheet(me: Member, id: web::Path<i64>, query: web::Query<SheetQuery>) -> Result<HttpResponse> {
    let wanted = query.lang.as_deref().and_then(Lang::parse).unwrap_or_else(|| me.lang());
    let (name, bytes) = super::sheet::take(&me.house, &me.viewer, *id, wanted).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("content-disposition", crate::files::web::disposition(false, &name)))
        .insert_header(("cache-control", "private, no-cache"))
        .body(bytes))
}

/// Answers to the questions of a section.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersInput {
    /// Index of the chosen option of each question.
    pub answers: Vec<usize>,
}

/// Which answers were right.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswersJson {
    /// One for each question.
    pub right: Vec<bool>,
    /// Whether the section is done by it.
    pub done: bool,
}

/// `POST /api/v1/resources/{id}/sections/{section}/answers`
#[utoipa::path(post, path = "/api/v1/resources/{id}/sections/{section}/answers", tag = "library", params(("id" = i64, Path), ("section" = i32, Path)),
    request_body = AnswersInput, responses((status = 200, body = AnswersJson), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn answers(me: Member, path: web::Path<(i64, i32)>, input: Json<AnswersInput>) -> Result<HttpResponse> {
    let right = actions::answer(&me.house, &me.viewer, path.0, path.1, input.0.answers).await?;
    Ok(HttpResponse::Ok().json(AnswersJson { done: right.iter().all(|r| *r), right }))
}

/// A resource of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemJson {
    /// Row id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
}

/// A collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionJson {
    /// Row id.
    pub id: i64,
    /// Title.
    pub title: Bilingual,
    /// What it is for.
    pub summary: Bilingual,
    /// What of it is open to the caller, in order.
    pub items: Vec<ItemJson>,
    /// RFC 3339.
    pub updated_at: String,
}

fn collection(shown: Shown) -> CollectionJson {
    let c = shown.collection;
    CollectionJson {
        id: c.id,
        title: Bilingual { de: c.title_de, en: c.title_en },
        summary: Bilingual { de: c.summary_de, en: c.summary_en },
        items: shown.items.into_iter().map(|r| ItemJson { id: r.id, kind: r.kind, title: r.title }).collect(),
        updated_at: iso(c.updated_at),
    }
}

/// Collections.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionsJson {
    /// The newest first, at most 200.
    pub items: Vec<CollectionJson>,
}

/// `GET /api/v1/collections`
#[utoipa::path(get, path = "/api/v1/collections", tag = "library", responses((status = 200, body = CollectionsJson)))]
pub async fn list_collections(me: Member) -> Result<HttpResponse> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let all = me.house.db.read(move |c| collections::list(c, sight, now)).await?;
    Ok(HttpResponse::Ok().json(CollectionsJson { items: all.into_iter().map(collection).collect() }))
}

async fn one_collection(
    me: &Ctx,
    sight: Sight,
    id: i64,
    mut answer: actix_web::HttpResponseBuilder,
) -> Result<HttpResponse> {
    let now = me.house.db.now();
    let found = me.house.db.read(move |c| collections::find(c, sight, id, now)).await?;
    Ok(answer.json(collection(found)))
}

/// `GET /api/v1/collections/{id}`
#[utoipa::path(get, path = "/api/v1/collections/{id}", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, body = CollectionJson), (status = 404, body = Problem)))]
pub async fn show_collection(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    one_collection(&me, Sight::of(&me.viewer), *id, HttpResponse::Ok()).await
}

/// `POST /api/v1/collections`
#[utoipa::path(post, path = "/api/v1/collections", tag = "library", request_body = CollectionInput,
    responses((status = 201, body = CollectionJson), (status = 422, body = Problem)))]
pub async fn create_collection(me: Manager, input: Json<CollectionInput>) -> Result<HttpResponse> {
    let id = collections::save(&me.house, me.viewer.id, None, &input.0).await?;
    one_collection(&me, Sight::of(&me.viewer), id, HttpResponse::Created()).await
}

/// `PUT /api/v1/collections/{id}`
#[utoipa::path(put, path = "/api/v1/collections/{id}", tag = "library", params(("id" = i64, Path)), request_body = CollectionInput,
    responses((status = 200, body = CollectionJson), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn update_collection(me: Manager, id: web::Path<i64>, input: Json<CollectionInput>) -> Result<HttpResponse> {
    let id = collections::save(&me.house, me.viewer.id, Some(*id), &input.0).await?;
    one_collection(&me, Sight::of(&me.viewer), id, HttpResponse::Ok()).await
}

/// `DELETE /api/v1/collections/{id}`
#[utoipa::path(delete, path = "/api/v1/collections/{id}", tag = "library", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete_collection(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    collections::remove(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is sent to begin a bulk upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkInput {
    /// An own upload: a zip with files and one CSV.
    pub file: i64,
    /// Whether nothing is to be changed.
    #[serde(default)]
    pub dry_run: bool,
}

/// A bulk upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkJson {
    /// Row id.
    pub id: i64,
    /// `queued`, `done` or `failed`.
    pub status: String,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// What was made, or would be, and what is wrong.
    pub report: Report,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub finished_at: Option<String>,
}

fn bulk(row: store::BulkRow) -> BulkJson {
    BulkJson {
        id: row.id,
        status: row.status,
        dry_run: row.dry_run,
        report: serde_json::from_str(&row.report).unwrap_or_default(),
        created_at: iso(row.created_at),
        finished_at: row.finished_at.map(iso),
    }
}

/// `POST /api/v1/bulk-uploads`
#[utoipa::path(post, path = "/api/v1/bulk-uploads", tag = "library", request_body = BulkInput,
    responses((status = 202, body = BulkJson), (status = 422, body = Problem)))]
pub async fn create_bulk(me: Manager, input: Json<BulkInput>) -> Result<HttpResponse> {
    let id = bulk::accept(&me.house, &me.viewer, input.0.file, input.0.dry_run).await?;
    let row = me.house.db.read(move |c| store::find_bulk(c, id)).await?;
    Ok(HttpResponse::Accepted().json(bulk(row)))
}

/// `GET /api/v1/bulk-uploads/{id}`
#[utoipa::path(get, path = "/api/v1/bulk-uploads/{id}", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, body = BulkJson), (status = 404, body = Problem)))]
pub async fn show_bulk(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let row = me.house.db.read(move |c| store::find_bulk(c, *id)).await?;
    Ok(HttpResponse::Ok().json(bulk(row)))
}

/// `POST /api/v1/bulk-uploads/{id}/run`: makes what a dry run without mistakes described.
#[utoipa::path(post, path = "/api/v1/bulk-uploads/{id}/run", tag = "library", params(("id" = i64, Path)),
    responses((status = 202, body = BulkJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn run_bulk(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = bulk::repeat(&me.house, &me.viewer, *id).await?;
    let row = me.house.db.read(move |c| store::find_bulk(c, id)).await?;
    Ok(HttpResponse::Accepted().json(bulk(row)))
}

/// How many days to look back.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct DaysQuery {
    /// 1 to 366; 30 when not given.
    pub days: Option<i64>,
}

/// `GET /api/v1/library/usage`
#[utoipa::path(get, path = "/api/v1/library/usage", tag = "library", params(DaysQuery), responses((status = 200, body = Usage)))]
pub async fn usage(me: Manager, query: web::Query<DaysQuery>) -> Result<HttpResponse> {
    let (days, now) = (query.days.unwrap_or(30).clamp(1, 366), me.house.db.now());
    Ok(HttpResponse::Ok().json(me.house.db.read(move |c| usage_of(c, days, now)).await?))
}

/// What wants attention.
#[derive(Debug, Serialize, ToSchema)]
pub struct QualityJson {
    /// One for each resource and reason.
    pub items: Vec<Issue>,
}

/// `GET /api/v1/library/quality`
#[utoipa::path(get, path = "/api/v1/library/quality", tag = "library", responses((status = 200, body = QualityJson)))]
pub async fn quality(me: Manager) -> Result<HttpResponse> {
    let now = me.house.db.now();
    Ok(HttpResponse::Ok().json(QualityJson { items: me.house.db.read(move |c| quality_of(c, now)).await? }))
}
