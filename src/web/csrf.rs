//! Two locks on every change a browser asks for: the request must come from our own pages, and it must carry
//! the session's token (header `X-CSRF-Token`, form field `_csrf`, or query `_csrf` for uploads).

use super::viewer::{Proof, Viewer};
use crate::error::Error;
use crate::house::House;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header;
use actix_web::{HttpMessage, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The largest urlencoded form in bytes.
pub const FORM_LIMIT: usize = 1024 * 1024;

/// The CSRF token that belongs to a session token; only who holds the cookie can know it.
pub fn token_for(session_token: &str) -> String {
    use base64::Engine;
    let digest = Sha256::digest([b"csrf:", session_token.as_bytes()].concat());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest[..18])
}

/// Machines call these without cookies: mail programs, shop systems, and forms of people without a session.
fn is_exempt(path: &str) -> bool {
    path.starts_with("/u/") || path.starts_with("/s2s/") || path.starts_with("/hooks/")
}

/// Refuses a change that another site started or that lacks the token.
pub async fn check(req: &mut ServiceRequest) -> Result<(), Error> {
    if req.method().is_safe() || is_exempt(req.path()) {
        return Ok(());
    }
    let viewer = req.extensions().get::<Arc<Viewer>>().cloned();
    let csrf = match viewer.as_deref().map(|v| &v.proof) {
        Some(Proof::Token { .. }) => return Ok(()),
        Some(Proof::Session { csrf, .. }) => Some(csrf.clone()),
        None => None,
    };
    same_site(req)?;
    let Some(csrf) = csrf else { return Ok(()) };
    // Signing in while signed in, or applying, needs no token of the old session.
    if matches!(
        req.path(),
        "/api/v1/session" | "/api/v1/applications" | "/api/v1/email-confirmations" | "/api/v1/invitation-acceptances"
    ) && req.method() == actix_web::http::Method::POST
    {
        return Ok(());
    }
    let given = match given_in_head(req) {
        Some(token) => Some(token),
        None => given_in_form(req).await?,
    };
    match given {
        Some(token) if bool::from(token.as_bytes().ct_eq(csrf.as_bytes())) => Ok(()),
        _ => Err(Error::Forbidden("csrf")),
    }
}

fn same_site(req: &ServiceRequest) -> Result<(), Error> {
    let text = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(Error::Forbidden("cross_site")),
        None => {}
    }
    let Some(origin) = text("origin") else { return Ok(()) };
    let host = text("host").or_else(|| req.uri().authority().map(|a| a.as_str()));
    // The address people use may differ from the one the proxy asks us by.
    let public = req.app_data::<web::Data<House>>().and_then(|h| h.config.base_url.clone());
    let ours = host.is_some_and(|h| origin.split_once("://").is_some_and(|(_, o)| o == h))
        || public.is_some_and(|url| url.origin().ascii_serialization() == origin);
    if ours { Ok(()) } else { Err(Error::Forbidden("cross_site")) }
}

fn given_in_head(req: &ServiceRequest) -> Option<String> {
    if let Some(token) = req.headers().get("x-csrf-token") {
        return token.to_str().ok().map(str::to_owned);
    }
    url::form_urlencoded::parse(req.query_string().as_bytes()).find(|(k, _)| k == "_csrf").map(|(_, v)| v.into_owned())
}

async fn given_in_form(req: &mut ServiceRequest) -> Result<Option<String>, Error> {
    let is_form = req
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|v| v.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !is_form {
        return Ok(None);
    }
    let body = read_body(req, FORM_LIMIT).await?;
    let token = url::form_urlencoded::parse(&body).find(|(k, _)| k == "_csrf").map(|(_, v)| v.into_owned());
    req.set_payload(payload(body));
    Ok(token)
}

/// Reads the whole body, at most `limit` bytes.
pub async fn read_body(req: &mut ServiceRequest, limit: usize) -> Result<Bytes, Error> {
    let mut stream = req.extract::<web::Payload>().await.map_err(|_| Error::BadRequest("bad_request"))?;
    let mut body = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest("bad_request"))?;
        if body.len() + chunk.len() > limit {
            return Err(Error::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A read body, put back for the handler.
pub fn payload(body: Bytes) -> Payload {
    let (_, mut payload) = actix_http::h1::Payload::create(true);
    payload.unread_data(body);
    Payload::from(payload)
}
