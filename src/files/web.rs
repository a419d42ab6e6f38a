//! `GET /files/{id}/{name}`, and uploading with a plain form.

use super::model::{FileInfo, Size, encode};
use super::range::{self, Asked};
use super::{actions, api, sniff, store};
use crate::error::{Error, Result};
use crate::web::guards::{Ctx, Member};
use crate::web::problem;
use crate::web::redirect::{own_path, see_other, see_other_with};
use actix_multipart::Multipart;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// How a file is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct FileQuery {
    /// At least this many pixels wide, of pictures.
    pub w: Option<i32>,
    /// Given: as an attachment in any case.
    pub download: Option<String>,
}

/// What is sent of a file.
struct Body {
    key: String,
    mime: String,
    size: u64,
    etag: String,
}

fn body(file: &FileInfo, sizes: &[Size], wanted: Option<i32>) -> Body {
    let fits = wanted.filter(|_| file.is_picture()).and_then(|w| sizes.iter().find(|s| s.width >= w));
    match fits {
        Some(size) => Body {
            key: size.object_key.clone(),
            mime: size.mime.clone(),
            size: u64::try_from(size.size).unwrap_or(0),
            etag: format!("\"{}-{}\"", file.etag.get(..32).unwrap_or(""), size.width),
        },
        None => Body {
            key: file.object_key.clone(),
            mime: file.mime.clone(),
            size: u64::try_from(file.size).unwrap_or(0),
            etag: format!("\"{}\"", file.etag.get(..32).unwrap_or("")),
        },
    }
}

/// `GET /files/{id}/{name}`: to whom what uses it is open; unused, to its owner alone.
pub async fn serve(
    ctx: Ctx,
    path: web::Path<(i64, String)>,
    query: web::Query<FileQuery>,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let (id, _) = path.into_inner();
    let (house, viewer, now, wanted) = (ctx.house.clone(), ctx.viewer.clone(), ctx.house.db.now(), query.w);
    let found = ctx
        .house
        .db
        .read(move |c| {
            let file = store::find(c, id)?;
            let uses = store::list_uses(c, id)?;
            let own = viewer.as_deref().is_some_and(|v| file.owner_id == Some(v.id.0));
            let open = if uses.is_empty() { own } else { house.files.gates.admit(c, viewer.as_deref(), &uses, now)? };
            if !open || !file.is_ready() {
                return Err(Error::NotFound);
            }
            let sizes = if wanted.is_some() { store::list_sizes(c, &[id])? } else { Vec::new() };
            Ok((body(&file, &sizes, wanted), file))
        })
        .await;
    // A visitor who may see it after signing in is asked to, wherever the file exists or not.
    let (body, file) = match found {
        Err(Error::NotFound) if ctx.viewer.is_none() => return Err(Error::SignInRequired),
        other => other?,
    };
    let head = |name: header::HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, body.etag.clone()))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    let same = head(header::IF_NONE_MATCH).is_some_and(|given| {
        given.split(',').any(|tag| {
            matches!(tag.trim().trim_start_matches("W/"), "*") || tag.trim().trim_start_matches("W/") == body.etag
        })
    });
    if same {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    // If-Range with another version asks for the whole file (RFC 9110, 13.1.5).
    let current = head(header::IF_RANGE).is_none_or(|tag| tag.trim() == body.etag);
    let part = match range::parse(head(header::RANGE).filter(|_| current), body.size) {
        Asked::Nowhere => {
            return Ok(answer
                .status(StatusCode::RANGE_NOT_SATISFIABLE)
                .insert_header((header::CONTENT_RANGE, format!("bytes */{}", body.size)))
                .finish());
        }
        Asked::Whole => None,
        Asked::Part(from, to) => {
            answer
                .status(StatusCode::PARTIAL_CONTENT)
                .insert_header((header::CONTENT_RANGE, format!("bytes {from}-{}/{}", to - 1, body.size)));
            Some(from..to)
        }
    };
    let inline = sniff::is_picture(&body.mime) && query.download.is_none();
    let length = part.as_ref().map_or(body.size, |p| p.end - p.start);
    let bytes = ctx.house.files.bucket.read(&body.key, part).await?;
    Ok(answer
        .insert_header((header::CONTENT_TYPE, body.mime))
        .insert_header((header::CONTENT_DISPOSITION, disposition(inline, &file.name)))
        // It is as small as it gets, and a range counts these very bytes.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(SizedStream::new(length, bytes)))
}

/// Content-Disposition with the name in both spellings (RFC 6266).
pub fn disposition(inline: bool, name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect();
    let plain = plain.replace(['"', '\\'], "_");
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", encode(name))
}

/// Where a plain form goes back to.
#[derive(Debug, Default, Deserialize)]
pub struct BackQuery {
    /// A path of this house.
    #[serde(default)]
    pub back: String,
}

/// Files of one form at most.
const FORM_FILES: usize = 10;

/// `POST /uploads`: for browsers without JavaScript. Goes back to `back` with the ids as `files=1,2`.
pub async fn upload(me: Member, query: web::Query<BackQuery>, form: Multipart) -> Result<HttpResponse> {
    let back = own_path(&query.back).unwrap_or("/").to_owned();
    let ids = match take(&me, form).await {
        Ok(ids) if ids.is_empty() => return Ok(see_other_with(&me.house.config, &back, "bad", "files-none-chosen")),
        Ok(ids) => ids,
        Err(error @ (Error::TooLarge(_) | Error::Conflict(_) | Error::TooMany { .. })) => {
            let key = format!("error-{}", problem::code(&error));
            return Ok(see_other_with(&me.house.config, &back, "bad", &key));
        }
        Err(Error::Invalid(fields)) => {
            let key = fields.first().map_or_else(String::new, |f| format!("error-field-{}", f.code));
            return Ok(see_other_with(&me.house.config, &back, "bad", &key));
        }
        Err(other) => return Err(other),
    };
    let list: Vec<String> = ids.iter().map(i64::to_string).collect();
    let (path, anchor) = back.split_once('#').map_or((back.as_str(), String::new()), |(p, a)| (p, format!("#{a}")));
    let join = if path.contains('?') { '&' } else { '?' };
    Ok(see_other(&format!("{path}{join}files={}{anchor}", list.join(","))))
}

/// The ids of what came; a file that is refused refuses the form.
async fn take(me: &Member, form: Multipart) -> Result<Vec<i64>> {
    let owner = me.viewer.id;
    let form = api::read(me, owner, form, FORM_FILES).await?;
    let mut ids = Vec::new();
    let mut refused = None;
    for (name, spooled) in form.files {
        if refused.is_some() {
            actions::discard(&me.house, &spooled).await;
            continue;
        }
        match actions::keep(&me.house, owner, &name, None, spooled).await {
            Ok(file) if file.state() == super::State::Refused => refused = Some(Error::field("file", "file_refused")),
            Ok(file) => ids.push(file.id),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) => Err(error),
        None => Ok(ids),
    }
}

/// Ids that came back in `files=1,2`; what is no number is left out.
pub fn ids(text: &str) -> Vec<i64> {
    text.split(',').filter_map(|id| id.trim().parse().ok()).take(FORM_FILES).collect()
}
