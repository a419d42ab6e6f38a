//! `/api/v1/import-drafts`: a file first, then the questions about it; and what became of every row.

use super::imports::{Accepted, discard, receive};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::{Lang, has, t};
use crate::programs::imports::drafts::{self, Answers, Questions};
use crate::programs::imports::{RowLine, Seen, names_of};
use crate::programs::store::imports as store;
use crate::web::forms::Json;
use crate::web::guards::Manager;
use crate::web::paging::{Page, PageQuery};
use crate::web::problem::Problem;
use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use futures_util::stream;

/// What is asked about a file.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DraftJson {
    /// Id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Name of the file.
    pub file_name: String,
    /// Its columns with samples, and what each one is taken for.
    pub columns: Vec<Seen>,
    /// Our names of columns that may be mapped.
    pub names: Vec<String>,
    /// Whether rows are sales.
    pub has_sales: bool,
    /// Whether the sales have a date; otherwise `sale_date` must be answered.
    pub dated: bool,
    /// What was answered for the last file with this head.
    pub answers: Answers,
    /// Whether these answers were given before.
    pub remembered: bool,
}

/// What is sent, as `multipart/form-data`.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form in OpenAPI; the parts are read as a stream")]
pub struct DraftForm {
    /// The file, at most 256 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Kind as of an import.
    kind: String,
}

/// Answers, and whether to try them first.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnswersBody {
    mapping: std::collections::BTreeMap<String, String>,
    time_zone: String,
    sale_date: String,
    program: String,
    number_format: String,
    consent_wording: String,
    language: String,
    dry_run: bool,
}

fn json(asked: Questions) -> DraftJson {
    DraftJson {
        id: asked.id,
        kind: asked.kind.code().to_owned(),
        file_name: asked.file_name,
        columns: asked.head.columns,
        names: names_of(asked.kind).iter().map(|n| (*n).to_owned()).collect(),
        has_sales: asked.head.has_sales,
        dated: asked.head.dated,
        answers: asked.answers,
        remembered: asked.remembered,
    }
}

/// `POST /api/v1/import-drafts`
#[utoipa::path(post, path = "/api/v1/import-drafts", tag = "imports", request_body(content = DraftForm, content_type = "multipart/form-data"),
    responses((status = 201, body = DraftJson), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn create(me: Manager, form: Multipart) -> Result<HttpResponse> {
    let draft = receive(&me.house, form).await?;
    match drafts::take(&me.house, me.viewer.id, draft.clone()).await {
        Ok(id) => Ok(HttpResponse::Created().json(json(drafts::questions(&me.house, me.viewer.id, id).await?))),
        Err(error) => {
            discard(&draft).await;
            Err(error)
        }
    }
}

/// `GET /api/v1/import-drafts/{id}`
#[utoipa::path(get, path = "/api/v1/import-drafts/{id}", tag = "imports", params(("id" = i64, Path)),
    responses((status = 200, body = DraftJson), (status = 404, body = Problem)))]
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(json(drafts::questions(&me.house, me.viewer.id, *id).await?)))
}

/// `POST /api/v1/import-drafts/{id}`: answers the questions and starts the import.
#[utoipa::path(post, path = "/api/v1/import-drafts/{id}", tag = "imports", params(("id" = i64, Path)),
    request_body = AnswersBody,
    responses((status = 202, body = Accepted), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn answer(me: Manager, id: web::Path<i64>, body: Json<AnswersBody>) -> Result<HttpResponse> {
    let AnswersBody { mapping, time_zone, sale_date, program, number_format, consent_wording, language, dry_run } =
        body.0;
    let answers = Answers { mapping, time_zone, sale_date, program, number_format, consent_wording, language };
    let id = drafts::answer(&me.house, me.viewer.id, *id, answers, dry_run).await?;
    Ok(HttpResponse::Accepted().json(Accepted { id }))
}

/// Steps of the file that are read at once: 250 rows each.
const STEPS: i64 = 20;

/// `GET /api/v1/imports/{id}/rows`: what became of every row, 250 rows a page.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rows", tag = "imports", params(("id" = i64, Path), PageQuery),
    responses((status = 200, body = Page<RowLine>), (status = 404, body = Problem)))]
pub async fn rows(me: Manager, id: web::Path<i64>, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (id, after) = (*id, query.after()?.map_or(0, |c| c.id));
    let steps = me
        .house
        .db
        .read(move |c| {
            store::find_import(c, id)?;
            store::list_steps(c, id, after, 2)
        })
        .await?;
    let more = steps.len() > 1;
    let (place, lines) = steps.into_iter().next().unwrap_or_default();
    let next_cursor = more.then(|| crate::web::paging::Cursor { key: 0, id: place }.encode());
    Ok(HttpResponse::Ok().json(Page { items: lines.lines().map(RowLine::stored).collect(), next_cursor }))
}

/// `GET /api/v1/imports/{id}/report`: the same as one CSV file, with reasons in the caller's language.
#[utoipa::path(get, path = "/api/v1/imports/{id}/report", tag = "imports", params(("id" = i64, Path)),
    responses((status = 200, content_type = "text/csv", body = String), (status = 404, body = Problem)))]
pub async fn report(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    csv(&me.house, me.lang(), *id).await
}

/// The row report of an import as a file, read from the database as it is sent.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn csv(house: &House, lang: Lang, id: i64) -> Result<HttpResponse> {
    house.db.read(move |c| store::find_import(c, id)).await?;
    let head = crate::i18n::t(lang, "imports-report-head").into_owned();
    let start = (house.clone(), -1_i64, Some(format!("\u{feff}{head}\r\n")));
    let body = stream::unfold(start, move |(house, after, head)| async move {
        if let Some(head) = head {
            return Some((Ok::<_, Error>(web::Bytes::from(head)), (house, after, None)));
        }
        let steps = house.db.read(move |c| store::list_steps(c, id, after, STEPS)).await;
        match steps {
            Ok(steps) => {
                let last = steps.last()?.0;
                let text: String = steps.iter().flat_map(|(_, lines)| lines.lines()).map(|l| line(lang, l)).collect();
                Some((Ok(web::Bytes::from(text)), (house, last, None)))
            }
            Err(error) => Some((Err(error), (house, i64::MAX, None))),
        }
    });
    let name = format!("attachment; filename=\"import-{id}.csv\"");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .streaming(Box::pin(body)))
}

/// One row of the file: a spreadsheet must not take a cell for a formula.
fn line(lang: Lang, stored: &str) -> String {
    let row = RowLine::stored(stored);
    let word = |prefix: &str, code: &str| {
        let key = format!("{prefix}{code}");
        if code.is_empty() || !has(lang, &key) { code.to_owned() } else { t(lang, &key).into_owned() }
    };
    let reason = if row.outcome == "invalid" { word("error-row-", &row.code) } else { word("imports-row-", &row.code) };
    let cells = [
        row.file,
        row.row.to_string(),
        word("imports-what-", &row.what),
        word("imports-outcome-", &row.outcome),
        reason,
        row.value,
    ];
    let quoted = cells.map(|cell| {
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    });
    format!("{}\r\n", quoted.join(";"))
}
