//! The outermost layer of every request, in order: who asks in which language, limits, CSRF, idempotency,
//! the handler, then the readable error, security headers, log line and metrics.

use super::guards::Asked;
use super::idempotency;
use super::limits::Bucket;
use super::viewer::Viewer;
use super::{client, csrf, problem};
use crate::error::Error;
use crate::house::House;
use crate::i18n::Lang;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use base64::Engine;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

/// What a request shows to prove who it is from.
pub enum Credentials {
    /// Value of the session cookie.
    Session(String),
    /// Bearer token.
    Bearer(String),
}

/// Finds the viewer behind credentials; wired in `app.rs`. `None`: the session is over.
pub type Identify = fn(House, Credentials) -> Pin<Box<dyn Future<Output = Result<Option<Viewer>, Error>>>>;

/// Name of the session cookie: the `__Host-` prefix pins it to this host, and needs https.
pub fn session_cookie(https: bool) -> &'static str {
    if https { "__Host-kontor_session" } else { "kontor_session" }
}

/// Cookie with the language a visitor chose.
pub const LANG: &str = "kontor_lang";
/// Cookie with the scheme a visitor chose.
pub const THEME: &str = "kontor_theme";

fn random() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness there is no nonce and no page: an empty one blocks every script.
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

struct Seen {
    wants_json: bool,
    here: String,
    method: String,
    route_class: &'static str,
}

/// Runs one request through the layers.
pub async fn around(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let Some(house) = req.app_data::<web::Data<House>>().map(|h| House::clone(h)) else {
        return Err(Error::internal("no house").into());
    };
    // HEAD is GET without the body (RFC 9110, 9.3.2); the server leaves the body out by itself.
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    client::watch(&req, &house.config, &house.pulse);
    let seen = seen(&req);
    let mut asked = asked(&req, &house);
    let (result, statements) = crate::db::statements_of(async {
        let blocked = admit(&mut req, &house, &mut asked).await;
        req.extensions_mut().insert(asked.clone());
        match blocked {
            Err(error) => Err((req, error)),
            Ok(()) => Ok(idempotency::around(req, &house, next).await),
        }
    })
    .await;
    let mut res = match result {
        Ok(Ok(res)) => res,
        Ok(Err(error)) => return Err(error),
        Err((req, error)) => {
            req.into_response(problem::answer(&error, &asked, &house.pages, seen.wants_json, &seen.here))
        }
    };
    if let Some(error) = res.response().error() {
        let ours = match error.as_error::<Error>() {
            Some(_) => None,
            None => Some(foreign(error)),
        };
        let error = ours.as_ref().or_else(|| error.as_error::<Error>());
        if let Some(error) = error {
            let answer = problem::answer(error, &asked, &house.pages, seen.wants_json, &seen.here);
            res = res.into_response(answer);
        }
    }
    let status = res.status().as_u16();
    house.pulse.answered(status);
    let elapsed = began.elapsed();
    secure(res.headers_mut(), &asked, &house);
    if cfg!(debug_assertions) {
        let timing = format!("total;dur={:.2}, sql;desc=\"{statements}\"", elapsed.as_secs_f64() * 1e3);
        if let Ok(value) = HeaderValue::from_str(&timing) {
            res.headers_mut().insert(HeaderName::from_static("server-timing"), value);
        }
    }
    metrics::counter!("kontor_http_requests_total", "class" => seen.route_class, "status" => status.to_string())
        .increment(1);
    metrics::histogram!("kontor_http_seconds", "class" => seen.route_class).record(elapsed.as_secs_f64());
    // The path without its query: tokens travel in both, so links with tokens are cut as well.
    tracing::debug!(
        id = asked.request_id,
        method = seen.method,
        path = quiet(&seen.here),
        status,
        statements,
        ms = elapsed.as_secs_f64() * 1e3,
        "request"
    );
    Ok(res)
}

fn seen(req: &ServiceRequest) -> Seen {
    let path = req.path();
    let api = path.starts_with("/api/") || path.starts_with("/s2s/");
    Seen {
        wants_json: api,
        here: req.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        method: req.method().to_string(),
        route_class: match path {
            _ if api => "api",
            _ if path.starts_with("/assets/") => "asset",
            _ => "page",
        },
    }
}

fn asked(req: &ServiceRequest, house: &House) -> Asked {
    let cookie = |name: &str| req.cookie(name).map(|c| c.value().to_owned());
    let lang = cookie(LANG).and_then(|v| Lang::parse(&v)).unwrap_or_else(|| {
        Lang::negotiate(req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or(""))
    });
    Asked {
        lang: house.voice(lang),
        ip: client::address(req, &house.config),
        nonce: random(),
        request_id: random(),
        theme: cookie(THEME).filter(|t| matches!(t.as_str(), "light" | "dark")).unwrap_or_else(|| "auto".into()),
    }
}

async fn admit(req: &mut ServiceRequest, house: &House, asked: &mut Asked) -> Result<(), Error> {
    let path = req.path();
    if path.starts_with("/assets/") || path == "/healthz" || path == "/readyz" {
        return Ok(());
    }
    house.limits.take(Bucket::Requests, asked.ip)?;
    if let Some(credentials) = credentials(req, house) {
        let Some(identify) = req.app_data::<web::Data<Identify>>().map(|i| ***i) else {
            return Err(Error::internal("nobody identifies"));
        };
        // Credentials that are over make a visitor: what is open stays open, the guards refuse the rest with 401.
        if let Some(mut viewer) = identify(house.clone(), credentials).await? {
            viewer.lang = house.voice(viewer.lang);
            asked.lang = viewer.lang;
            asked.theme.clone_from(&viewer.theme);
            req.extensions_mut().insert(Arc::new(viewer));
        }
    }
    csrf::check(req).await
}

fn credentials(req: &ServiceRequest, house: &House) -> Option<Credentials> {
    // The metrics token is not a member's; /metrics checks it itself.
    if req.path() == "/metrics" {
        return None;
    }
    // Another scheme is somebody else's: a proxy that asks for a password of its own leaves its header here.
    let bearer = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Bearer "));
    if let Some(token) = bearer {
        return Some(Credentials::Bearer(token.trim().to_owned()));
    }
    let cookie = req.cookie(session_cookie(house.config.is_https()));
    cookie.map(|c| Credentials::Session(c.value().to_owned()))
}

/// Errors of the framework (a path that is no number, an unknown method) in our words.
fn foreign(error: &actix_web::Error) -> Error {
    use actix_web::http::StatusCode;
    if error.as_error::<actix_web::error::QueryPayloadError>().is_some() {
        return Error::field("query", "type");
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(0),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::UnsupportedType,
        s if s.is_client_error() => Error::BadRequest("bad_request"),
        _ => Error::internal(error.to_string()),
    }
}

/// The path without query, and without the token of a mailed link.
fn quiet(here: &str) -> String {
    let path = here.split('?').next().unwrap_or("/");
    match path.rsplit_once('/') {
        // The secret of a feed stands in the middle.
        Some(_) if path.starts_with("/feeds/") => "/feeds/…".to_owned(),
        Some((head, last)) if last.len() >= 20 => format!("{head}/…"),
        _ if path.starts_with("/s2s/") => "/s2s/…".to_owned(),
        _ => path.to_owned(),
    }
}

fn secure(headers: &mut HeaderMap, asked: &Asked, house: &House) {
    let mut set = |name: &'static str, value: &str| {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    };
    set("x-request-id", &asked.request_id);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()");
    set("x-frame-options", "DENY");
    if house.config.is_https() {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    set(
        "content-security-policy",
        &format!(
            "default-src 'none'; script-src 'nonce-{}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; media-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
            asked.nonce
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::quiet;

    #[test]
    fn no_path_in_a_log_carries_a_secret() {
        let token = "A".repeat(43);
        for file in ["all.atom", "niche-heimfitness-und-ernaehrung.atom", "x/y"] {
            assert_eq!(quiet(&format!("/feeds/{token}/{file}?a=1")), "/feeds/…");
        }
        assert_eq!(quiet(&format!("/u/{token}")), "/u/…");
        assert_eq!(quiet("/s2s/kurz/sale.php?PAPid=1"), "/s2s/…");
        assert_eq!(quiet("/threads/1?q=geheim"), "/threads/1");
    }
}
