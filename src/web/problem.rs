//! Errors as people and programs get them: a friendly page, or `application/problem+json` (RFC 9457),
//! both in the caller's language and without internals.

use super::guards::Asked;
use super::pages::Pages;
use crate::error::{Error, FieldError};
use crate::i18n::{Arg, Lang, t, t_args};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::collections::BTreeMap;

/// One field of a problem document.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// Name of the field, or its path.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// For people, in the caller's language.
    pub message: String,
}

/// `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem, as a relative URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short text in the caller's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Longer text in the caller's language.
    pub detail: String,
    /// Stable code of the reason.
    pub code: String,
    /// The fields to mend, for 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// The thing in the way, for some 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// What to tell the operator, for 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignInRequired | Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) | Self::ConflictWith(..) => StatusCode::CONFLICT,
            Self::TooMany { .. } | Self::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Config(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A bare answer; the outer middleware makes the readable one, it knows who asked.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// Stable code of the kind of an error.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "not_found",
        Error::SignInRequired => "sign_in_required",
        Error::Unauthorized(_) => "unauthorized",
        Error::Forbidden(_) => "forbidden",
        Error::Invalid(_) => "invalid",
        Error::Conflict(_) | Error::ConflictWith(..) => "conflict",
        Error::TooMany { .. } => "too_many",
        Error::Wait { code, .. } => code,
        Error::TooLarge(_) => "too_large",
        Error::UnsupportedType => "unsupported_type",
        Error::MethodNotAllowed => "method_not_allowed",
        Error::BadRequest(_) => "bad_request",
        Error::Unavailable => "unavailable",
        Error::Config(_) | Error::Internal(_) => "internal",
    }
}

/// Stable code of the reason.
pub fn code(error: &Error) -> &'static str {
    match error {
        Error::Unauthorized(code)
        | Error::Forbidden(code)
        | Error::Conflict(code)
        | Error::ConflictWith(code, _)
        | Error::BadRequest(code) => code,
        other => kind(other),
    }
}

/// The text of one field error.
pub fn field_message(lang: Lang, error: &FieldError) -> String {
    let args: Vec<(&str, Arg)> = error.args.iter().map(|(n, v)| (*n, Arg::Text(v.clone()))).collect();
    t_args(lang, &format!("error-field-{}", error.code), &args)
}

/// Field to message, as forms show them.
pub fn field_messages(lang: Lang, errors: &[FieldError]) -> BTreeMap<String, String> {
    errors.iter().map(|e| (e.field.to_string(), field_message(lang, e))).collect()
}

/// The text of an error for people.
pub fn message(lang: Lang, error: &Error) -> String {
    t(lang, &format!("error-{}", code(error))).into_owned()
}

/// The problem document of `error`.
pub fn problem(lang: Lang, error: &Error, reference: &str) -> Problem {
    let kind = kind(error);
    Problem {
        kind: format!("/problems/{kind}"),
        title: t(lang, &format!("error-{kind}-title")).into_owned(),
        status: error.status_code().as_u16(),
        detail: message(lang, error),
        code: code(error).to_owned(),
        errors: match error {
            Error::Invalid(fields) => fields
                .iter()
                .map(|f| ProblemField {
                    field: f.field.to_string(),
                    code: f.code.to_owned(),
                    message: field_message(lang, f),
                })
                .collect(),
            _ => Vec::new(),
        },
        id: match error {
            Error::ConflictWith(_, id) => Some(*id),
            _ => None,
        },
        reference: matches!(error, Error::Internal(_) | Error::Config(_)).then(|| reference.to_owned()),
    }
}

#[derive(Serialize)]
struct ErrorShell<'a> {
    lang: &'static str,
    title: &'a str,
    nonce: &'a str,
    assets: &'static str,
    theme: &'a str,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    status: u16,
    detail: &'a str,
    reference: Option<&'a str>,
    errors: Vec<String>,
}

/// Makes the answer for `error`: JSON for programs, a page for people, a way to sign in where that is all it takes.
pub fn answer(error: &Error, asked: &Asked, pages: &Pages, wants_json: bool, here: &str) -> HttpResponse {
    if let Error::Internal(source) = error {
        tracing::error!(reference = asked.request_id, error = %source, "internal error");
    }
    if !wants_json && matches!(error, Error::SignInRequired) {
        let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
        return super::redirect::see_other(&format!("/login?next={next}"));
    }
    let problem = problem(asked.lang, error, &asked.request_id);
    let mut answer = HttpResponse::build(error.status_code());
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    match error {
        Error::TooMany { retry_after } | Error::Wait { retry_after, .. } => {
            answer.insert_header((header::RETRY_AFTER, retry_after.as_secs().max(1).to_string()));
        }
        Error::Unavailable => {
            answer.insert_header((header::RETRY_AFTER, "2"));
        }
        Error::SignInRequired | Error::Unauthorized(_) => {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        _ => {}
    }
    let page = (!wants_json).then(|| {
        let shell = ErrorShell {
            lang: asked.lang.code(),
            title: &problem.title,
            nonce: &asked.nonce,
            assets: super::assets::prefix(),
            theme: &asked.theme,
        };
        let view = ErrorView {
            status: problem.status,
            detail: &problem.detail,
            reference: problem.reference.as_deref(),
            errors: problem.errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect(),
        };
        pages.fragment(asked.lang, "error", &serde_json::json!({ "shell": shell, "v": view }))
    });
    match page {
        Some(Ok(html)) => answer.content_type("text/html; charset=utf-8").body(html),
        other => {
            if let Some(Err(error)) = other {
                tracing::error!(%error, "the error page does not render");
            }
            let body = serde_json::to_string(&problem).unwrap_or_default();
            answer.content_type("application/problem+json").body(body)
        }
    }
}
