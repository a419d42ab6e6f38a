//! `/api/v1/uploads`: one shot as multipart, or announced and sent in parts.

use super::actions::{self, Spooled};
use super::model::{FileInfo, Size, parse_sha256};
use super::{resume, store};
use crate::error::{Error, Result};
use crate::i18n::{Lang, iso, t};
use crate::web::forms::Json;
use crate::web::guards::{Ctx, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use crate::web::viewer::MemberId;
use actix_multipart::{Multipart, MultipartError};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

/// A stored size of a picture.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SizeJson {
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Address of it.
    pub url: String,
}

/// A file or an upload under way.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FileJson {
    /// Row id; what other things take as `file`.
    pub id: i64,
    /// Clean name.
    pub name: String,
    /// Media type, read from the bytes.
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Bytes that have come: where the next part begins.
    pub offset: i64,
    /// SHA-256 of what was sent, hexadecimal; null while it is on its way.
    pub sha256: Option<String>,
    /// Pixels, of pictures.
    pub width: Option<i32>,
    /// Pixels, of pictures.
    pub height: Option<i32>,
    /// `uploading`, `scanning`, `ready` or `refused`.
    pub state: String,
    /// Why it was refused: `infected`, `image_too_large`, `image_broken`, `checksum`.
    pub reason: Option<String>,
    /// The reason for people.
    pub message: Option<String>,
    /// Its address, once it is ready.
    pub url: String,
    /// Resized copies of a picture, narrowest first.
    pub sizes: Vec<SizeJson>,
    /// RFC 3339.
    pub created_at: String,
}

impl FileJson {
    /// A file as the API shows it.
    pub fn of(lang: Lang, file: &FileInfo, sizes: &[Size]) -> Self {
        let refused = !file.reason.is_empty();
        Self {
            id: file.id,
            name: file.name.clone(),
            mime: file.mime.clone(),
            size: file.size,
            offset: file.received,
            sha256: (!file.sha256.is_empty()).then(|| file.sha256.clone()),
            width: file.width,
            height: file.height,
            state: file.state.clone(),
            reason: refused.then(|| file.reason.clone()),
            message: refused.then(|| t(lang, &format!("file-reason-{}", file.reason)).into_owned()),
            url: file.url(),
            sizes: sizes
                .iter()
                .filter(|s| s.file_id == file.id)
                .map(|s| SizeJson { width: s.width, height: s.height, url: file.url_at(s.width) })
                .collect(),
            created_at: iso(file.created_at),
        }
    }
}

async fn answer(me: &Ctx, file: FileInfo, mut answer: HttpResponseBuilder) -> Result<HttpResponse> {
    let id = file.id;
    let sizes =
        if file.is_picture() { me.house.db.read(move |c| store::list_sizes(c, &[id])).await? } else { Vec::new() };
    Ok(answer
        .insert_header(("upload-offset", file.received))
        .insert_header(("upload-length", file.size))
        .insert_header(("cache-control", "no-store"))
        .json(FileJson::of(me.lang(), &file, &sizes)))
}

pub(super) fn unreadable(error: MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Error::UnsupportedType,
        _ => Error::BadRequest("bad_form"),
    }
}

/// Longest text field of the form in bytes.
const FIELD_BYTES: usize = 4096;

/// What a form brought: text fields and spooled files with their names.
#[derive(Default)]
pub(super) struct Form {
    pub fields: Vec<(String, String)>,
    pub files: Vec<(String, Spooled)>,
}

impl Form {
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }
}

/// Reads a form; each part `file` goes to the store as it comes. On an error nothing is left.
pub(super) async fn read(me: &Ctx, owner: MemberId, mut form: Multipart, most: usize) -> Result<Form> {
    let mut out = Form::default();
    let read = fill(me, owner, &mut form, most, &mut out).await;
    if let Err(error) = read {
        for (_, spooled) in &out.files {
            actions::discard(&me.house, spooled).await;
        }
        return Err(error);
    }
    Ok(out)
}

async fn fill(me: &Ctx, owner: MemberId, form: &mut Multipart, most: usize, out: &mut Form) -> Result<()> {
    while let Some(part) = form.next().await {
        let mut part = part.map_err(unreadable)?;
        let name = part.name().unwrap_or("").to_owned();
        if name == "file" {
            let sent = part.content_disposition().and_then(|d| d.get_filename()).unwrap_or("").to_owned();
            let mut body = part.map_err(unreadable).peekable();
            // A browser sends an empty part where no file was chosen.
            if sent.is_empty() && std::pin::Pin::new(&mut body).peek().await.is_none() {
                continue;
            }
            if out.files.len() >= most {
                return Err(Error::field("file", "too_many_files"));
            }
            let spooled = actions::spool(&me.house, owner, body).await?;
            out.files.push((sent, spooled));
            continue;
        }
        let mut text = Vec::new();
        while let Some(chunk) = part.next().await {
            text.extend_from_slice(&chunk.map_err(unreadable)?);
            if text.len() > FIELD_BYTES {
                return Err(Error::TooLarge(FIELD_BYTES));
            }
        }
        out.fields.push((name, String::from_utf8(text).map_err(|_| Error::BadRequest("bad_form"))?));
    }
    Ok(())
}

/// A hash that was sent along; empty is none.
fn hash(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_sha256(text).map(Some).ok_or_else(|| Error::field("sha256", "invalid"))
}

/// What is sent, as `multipart/form-data`.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form in OpenAPI; the parts are read as a stream")]
pub struct UploadForm {
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// SHA-256 of it, 64 hexadecimal digits: another content is refused.
    sha256: Option<String>,
}

/// `POST /api/v1/uploads`: one file in one request. It belongs to the caller until something uses it, and goes after a
/// day without use. With an `Idempotency-Key` at most 64 MB; larger ones go in parts.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "files", request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = FileJson, description = "Stored; `ready`, or `scanning` while the virus scanner is away, or `refused` with its reason"),
        (status = 409, body = Problem, description = "`storage_full`"), (status = 413, body = Problem), (status = 422, body = Problem, description = "`checksum`, `required`")))]
pub async fn upload(me: Member, form: Multipart) -> Result<HttpResponse> {
    let owner = me.viewer.id;
    let mut form = read(&me, owner, form, 1).await?;
    let Some((name, spooled)) = form.files.pop() else { return Err(Error::field("file", "required")) };
    let sha256 = match hash(form.text("sha256")) {
        Ok(sha256) => sha256,
        Err(error) => {
            actions::discard(&me.house, &spooled).await;
            return Err(error);
        }
    };
    let file = actions::keep(&me.house, owner, &name, sha256.as_deref(), spooled).await?;
    answer(&me, file, HttpResponse::Created()).await
}

/// What is announced.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Name of the file.
    pub name: String,
    /// Bytes it will have.
    pub size: i64,
    /// SHA-256 of the whole, 64 hexadecimal digits; checked when the last part has come.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// `POST /api/v1/uploads/resumable`: announces a file that comes in parts. An upload without a new part for a day goes.
#[utoipa::path(post, path = "/api/v1/uploads/resumable", tag = "files", request_body = Announcement,
    responses((status = 201, body = FileJson, description = "`Location` takes the parts"), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn announce(me: Member, body: Json<Announcement>) -> Result<HttpResponse> {
    let Announcement { name, size, sha256 } = body.0;
    let sha256 = hash(sha256.as_deref().unwrap_or(""))?;
    let file = resume::announce(&me.house, me.viewer.id, &name, size, sha256).await?;
    let mut created = HttpResponse::Created();
    created.insert_header(("location", format!("/api/v1/uploads/{}", file.id)));
    answer(&me, file, created).await
}

/// `PATCH /api/v1/uploads/{id}`: the next part, as `application/offset+octet-stream`. `Upload-Offset` says where it begins
/// and must be where the upload stands; `Upload-Checksum: sha256 <base64>` or a hexadecimal SHA-256 guards the part.
/// When the line breaks, what came is kept: ask with HEAD where it stands and go on from there.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "files", params(("id" = i64, Path),
        ("Upload-Offset" = i64, Header, description = "Where this part begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "Hash of this part")),
    request_body(content = String, content_type = "application/offset+octet-stream"),
    responses((status = 200, body = FileJson, description = "`Upload-Offset` is where the next part begins; after the last one the file is checked"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "`upload_offset`: it stands elsewhere"),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
pub async fn append(me: Member, id: web::Path<i64>, req: HttpRequest, body: web::Payload) -> Result<HttpResponse> {
    let head = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("").trim().to_owned();
    if head("content-type") != "application/offset+octet-stream" {
        return Err(Error::UnsupportedType);
    }
    let at: i64 = head("upload-offset").parse().map_err(|_| Error::field("upload-offset", "invalid"))?;
    let sha256 = hash(&head("upload-checksum"))?;
    let body = body.map_err(|_| Error::BadRequest("bad_request"));
    let (house, owner, id) = (me.house.clone(), me.viewer.id, *id);
    // A task of its own: when the client hangs up, what came until then is still written.
    let task = actix_web::rt::spawn(async move { resume::append(&house, owner, id, at, sha256, body).await });
    let file = task.await.map_err(Error::internal)??;
    answer(&me, file, HttpResponse::Ok()).await
}

/// `GET` or `HEAD /api/v1/uploads/{id}`: where an own upload stands (`Upload-Offset`, `Upload-Length`).
#[utoipa::path(get, path = "/api/v1/uploads/{id}", tag = "files", params(("id" = i64, Path)),
    responses((status = 200, body = FileJson), (status = 404, body = Problem)))]
pub async fn show(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (owner, id) = (me.viewer.id, *id);
    let file = me.house.db.read(move |c| store::find_own(c, owner, id)).await?;
    answer(&me, file, HttpResponse::Ok()).await
}

/// `GET /api/v1/uploads`: own files, newest first.
#[utoipa::path(get, path = "/api/v1/uploads", tag = "files", params(PageQuery), responses((status = 200, body = Page<FileJson>)))]
pub async fn list(me: Member, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let (owner, lang) = (me.viewer.id, me.lang());
    let page = me
        .house
        .db
        .read(move |c| {
            let rows = store::list_newest(c, owner, after.map(|a| a.id), limit + 1)?;
            let page = Page::cut(rows, limit, |f| Cursor { key: 0, id: f.id });
            let ids: Vec<i64> = page.items.iter().map(|f| f.id).collect();
            let sizes = store::list_sizes(c, &ids)?;
            Ok(page.map(|f| FileJson::of(lang, &f, &sizes)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// `DELETE /api/v1/uploads/{id}`: gives up an own upload that nothing uses.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "files", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem, description = "`file_in_use`")))]
pub async fn remove(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::remove(&me.house, me.viewer.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
