//! `/api/v1/imports`, and reading an uploaded file to disk.

use crate::accounts::token;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::i18n::{Lang, iso, t};
use crate::programs::imports::{self, Counts, Draft, MOST_BYTES, Report};
use crate::programs::store::imports::{self as store, ImportRow};
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use actix_multipart::Multipart;
use actix_web::{HttpResponse, web};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

/// What is wrong with one row.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct RowErrorJson {
    /// Line of the file, from 1.
    pub row: u64,
    /// Stable code.
    pub code: String,
    /// For people, in the caller's language.
    pub message: String,
    /// The cell in question.
    pub value: String,
    /// The file in an archive; empty where there is one.
    pub file: String,
}

/// An import.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ImportJson {
    /// Id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// `queued`, `running`, `done`, `failed` or `undone`.
    pub status: String,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// Name of the file.
    pub file_name: String,
    /// Rows behind us.
    pub rows_done: i64,
    /// Rows of the file.
    pub rows_total: i64,
    /// People.
    pub members: Counts,
    /// Sales.
    pub conversions: Counts,
    /// Suppressions.
    pub suppressions: Counts,
    /// Sales kept for people who are not there yet.
    pub waiting: i64,
    /// Rows that are no sale.
    pub skipped: i64,
    /// The first 1,000 row errors.
    pub errors: Vec<RowErrorJson>,
    /// All row errors.
    pub errors_total: i64,
    /// Changes that taking back left alone.
    pub kept: i64,
    /// When it was sent.
    pub created_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// When it was taken back.
    pub undone_at: Option<String>,
}

/// Row errors with their texts.
pub fn row_errors(lang: Lang, report: &Report) -> Vec<RowErrorJson> {
    report
        .errors
        .iter()
        .map(|e| RowErrorJson {
            row: e.row,
            code: e.code.clone(),
            message: t(lang, &format!("error-row-{}", e.code)).into_owned(),
            value: e.value.clone(),
            file: e.file.clone(),
        })
        .collect()
}

fn json(lang: Lang, row: ImportRow) -> ImportJson {
    let report = Report::stored(&row.report);
    ImportJson {
        errors: row_errors(lang, &report),
        id: row.id,
        kind: row.kind,
        status: row.status,
        dry_run: row.dry_run,
        file_name: row.file_name,
        rows_done: row.rows_done,
        rows_total: row.rows_total,
        members: report.members,
        conversions: report.conversions,
        suppressions: report.suppressions,
        waiting: report.waiting,
        skipped: report.skipped,
        errors_total: report.errors_total,
        kept: report.kept,
        created_at: iso(row.created_at),
        finished_at: row.finished_at.map(iso),
        undone_at: row.undone_at.map(iso),
    }
}

/// Longest text field of the form in bytes.
const FIELD_BYTES: usize = 64 * 1024;

/// Reads the parts of an upload; the file goes to disk as it comes. A file without a taker is removed by the caller.
///
/// # Errors
/// [`Error::TooLarge`], `bad_form`, `unknown` fields.
pub async fn receive(house: &House, mut form: Multipart) -> Result<Draft> {
    let mut draft = Draft::default();
    let read = fill(house, &mut form, &mut draft).await;
    if read.is_err() {
        discard(&draft).await;
    }
    read.map(|()| draft)
}

/// Removes the file of an upload that was not taken.
pub async fn discard(draft: &Draft) {
    if let Some(path) = &draft.file
        && let Err(error) = tokio::fs::remove_file(path).await
    {
        tracing::warn!(%error, "the file of a refused upload could not be removed");
    }
}

async fn fill(house: &House, form: &mut Multipart, draft: &mut Draft) -> Result<()> {
    let unreadable = |error| match error {
        actix_multipart::MultipartError::ContentTypeMissing
        | actix_multipart::MultipartError::ContentTypeParse
        | actix_multipart::MultipartError::ContentTypeIncompatible => Error::UnsupportedType,
        _ => Error::BadRequest("bad_form"),
    };
    while let Some(part) = form.next().await {
        let mut part = part.map_err(unreadable)?;
        let name = part.name().unwrap_or("").to_owned();
        if name == "file" {
            let sent = part.content_disposition().and_then(|d| d.get_filename()).unwrap_or("").to_owned();
            let folder = imports::folder(house);
            tokio::fs::create_dir_all(&folder).await.map_err(Error::internal)?;
            let path = folder.join(format!("{}.csv", token::fresh()?));
            let mut file = tokio::fs::File::create(&path).await.map_err(Error::internal)?;
            let old = draft.file.replace(path.clone());
            if old.is_some() {
                return Err(Error::field("file", "invalid"));
            }
            let mut size = 0;
            while let Some(chunk) = part.next().await {
                let chunk = chunk.map_err(unreadable)?;
                size += chunk.len();
                if size > MOST_BYTES {
                    return Err(Error::TooLarge(MOST_BYTES));
                }
                file.write_all(&chunk).await.map_err(Error::internal)?;
            }
            file.sync_all().await.map_err(Error::internal)?;
            // A browser sends an empty file where none was chosen.
            if size == 0 {
                discard(draft).await;
                draft.file = None;
            }
            draft.file_name = sent.chars().filter(|c| !c.is_control()).take(200).collect();
            continue;
        }
        let mut text = Vec::new();
        while let Some(chunk) = part.next().await {
            text.extend_from_slice(&chunk.map_err(unreadable)?);
            if text.len() > FIELD_BYTES {
                return Err(Error::TooLarge(FIELD_BYTES));
            }
        }
        let text = String::from_utf8(text).map_err(|_| Error::BadRequest("bad_form"))?;
        match name.as_str() {
            "kind" => draft.kind = text,
            "time_zone" => draft.time_zone = text,
            "sale_date" => draft.sale_date = text,
            "program" => draft.program = text,
            "mapping" => draft.mapping = text,
            "number_format" => draft.number_format = text,
            "consent_wording" => draft.consent_wording = text,
            "language" => draft.language = text,
            "dry_run" => draft.dry_run = matches!(text.trim(), "1" | "true" | "on" | "yes"),
            _ if name.starts_with('_') => {}
            _ => return Err(Error::Invalid(vec![FieldError::new(name, "unknown")])),
        }
    }
    Ok(())
}

/// What is sent, as `multipart/form-data`.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form in OpenAPI; the parts are read as a stream")]
pub struct ImportForm {
    /// The file, at most 256 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `pap_simple`, `pap_full`, `conversions_csv`, `members_csv`, `mailchimp`, `listmonk` or `suppressions_csv`.
    kind: String,
    /// IANA zone of the file's dates.
    time_zone: String,
    /// `YYYY-MM-DD` or `per_row`; required where the file has no date column.
    sale_date: Option<String>,
    /// Slug; not needed with one program.
    program: Option<String>,
    /// JSON object: our column name to the file's header.
    mapping: Option<String>,
    /// `auto`, `de` or `en`.
    number_format: Option<String>,
    /// The sentence people agreed to where they subscribed, for rows that carry none.
    consent_wording: Option<String>,
    /// `de` or `en`: of people of whom the file says none; `en` when not given.
    language: Option<String>,
    /// Whether nothing is to be changed.
    dry_run: Option<bool>,
}

/// Id of what was made.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Accepted {
    /// The import.
    pub id: i64,
}

/// `POST /api/v1/imports`
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 202, body = Accepted), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn create(me: Manager, form: Multipart) -> Result<HttpResponse> {
    let draft = receive(&me.house, form).await?;
    match imports::accept(&me.house, me.viewer.id, draft.clone()).await {
        Ok(id) => Ok(HttpResponse::Accepted().json(Accepted { id })),
        Err(error) => {
            discard(&draft).await;
            Err(error)
        }
    }
}

/// `GET /api/v1/imports`
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(PageQuery), responses((status = 200, body = Page<ImportJson>)))]
pub async fn list(me: Manager, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = me.house.db.read(move |c| store::list_imports(c, after, limit)).await?;
    let lang = me.lang();
    let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id });
    Ok(HttpResponse::Ok().json(page.map(|row| ImportJson { errors: Vec::new(), ..json(lang, row) })))
}

/// `GET /api/v1/imports/{id}`
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = i64, Path)),
    responses((status = 200, body = ImportJson), (status = 404, body = Problem)))]
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let row = me.house.db.read(move |c| store::find_import(c, *id)).await?;
    Ok(HttpResponse::Ok().json(json(me.lang(), row)))
}

/// `POST /api/v1/imports/{id}/undo`: 200 when it is done, 202 while it goes on in the background.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "imports", params(("id" = i64, Path)),
    responses((status = 200, body = ImportJson), (status = 202, body = ImportJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn undo(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = *id;
    let done = imports::undo::undo(&me.house, me.viewer.id, id).await?;
    let row = me.house.db.read(move |c| store::find_import(c, id)).await?;
    let mut answer = if done { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    Ok(answer.json(json(me.lang(), row)))
}
