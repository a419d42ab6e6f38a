//! `Idempotency-Key` on any POST of the API: the first answer is returned again, the same key with another
//! body is 409, and an answer that showed a secret is not kept: its repeat is 409 with the id.

use super::csrf::{payload, read_body};
use super::forms::JSON_LIMIT;
use super::guards::Asked;
use super::viewer::Viewer;
use crate::db::{Conn, DAY, Tx, schema::idempotency_keys as keys};
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::on;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A handler puts this into the answer's extensions when the body shows a secret once.
pub struct ShowsSecret;

/// How long a key is remembered.
const KEPT: i64 = DAY;
/// Status 0 marks a request that is still running; it blocks repeats for this long, then counts as lost.
const RUNNING: i64 = 60_000;

enum Known {
    New,
    Answer { status: i32, content_type: String, body: String },
}

/// Runs the request, or repeats its first answer.
pub async fn around<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    house: &House,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (actor, key) = match key_of(&req) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(next.call(req).await?.map_into_boxed_body()),
        Err(error) => return Ok(req.error_response(error)),
    };
    let multipart = req.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"multipart/"));
    let limit = if multipart { 64 * 1024 * 1024 } else { JSON_LIMIT };
    let body = match read_body(&mut req, limit).await {
        Ok(body) => body,
        Err(error) => return Ok(req.error_response(error)),
    };
    let fingerprint = fingerprint(&req, &body);
    req.set_payload(payload(body));
    let (a, k) = (actor.clone(), key.clone());
    match house.db.write(move |tx| claim(tx, &a, &k, &fingerprint)).await {
        Err(error) => Ok(req.error_response(error)),
        Ok(Known::Answer { status, content_type, body }) => {
            let status = u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok());
            let answer = HttpResponse::build(status.unwrap_or(StatusCode::OK))
                .content_type(content_type)
                .insert_header(("idempotency-replayed", "true"))
                .body(body);
            Ok(req.into_response(answer))
        }
        Ok(Known::New) => {
            let res = next.call(req).await?;
            keep(house, actor, key, res).await
        }
    }
}

/// Characters of a key.
const LONGEST: usize = 255;

fn key_of(req: &ServiceRequest) -> Result<Option<(String, String)>> {
    // Signing in may simply be repeated, and its answer is nobody else's business.
    if req.method() != Method::POST || !req.path().starts_with("/api/") || req.path() == "/api/v1/session" {
        return Ok(None);
    }
    let Some(value) = req.headers().get("idempotency-key") else { return Ok(None) };
    // A key that cannot be kept must not look as if it were.
    let key = value.to_str().map_err(|_| Error::field("Idempotency-Key", "invalid"))?.trim();
    if key.is_empty() {
        return Ok(None);
    }
    if key.len() > LONGEST {
        return Err(Error::Invalid(vec![FieldError::new("Idempotency-Key", "too_long").arg("max", LONGEST)]));
    }
    let member = req.extensions().get::<Arc<Viewer>>().map(|v| format!("m{}", v.id));
    let visitor = || req.extensions().get::<Asked>().map(|a| format!("v{}", a.ip));
    Ok(member.or_else(visitor).map(|actor| (actor, key.to_owned())))
}

fn fingerprint(req: &ServiceRequest, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(req.path().as_bytes());
    hash.update([0]);
    // A client draws a new boundary for each try; it is not part of what is sent.
    match boundary(req) {
        Some(boundary) => body
            .split(|b| *b == b'\n')
            .filter(|line| !line.windows(boundary.len()).any(|w| w == boundary.as_bytes()))
            .for_each(|line| {
                hash.update(line);
                hash.update(b"\n");
            }),
        None => hash.update(body),
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

fn boundary(req: &ServiceRequest) -> Option<String> {
    let kind = req.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (_, boundary) = kind.strip_prefix("multipart/")?.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

fn claim(tx: &mut Tx<'_>, actor: &str, key: &str, fingerprint: &str) -> Result<Known> {
    let now = tx.now();
    let found: Option<(String, i32, String, String, bool, i64)> = keys::table
        .find((actor, key))
        .select((keys::fingerprint, keys::status, keys::content_type, keys::body, keys::secret, keys::created_at))
        .first(&mut **tx)
        .optional()?;
    if let Some((known, status, content_type, body, secret, at)) = found {
        let lost = status == 0 && now - at > RUNNING;
        if now - at <= KEPT && !lost {
            return match () {
                () if known != fingerprint => Err(Error::Conflict("idem_conflict")),
                () if status == 0 => Err(Error::Conflict("idem_running")),
                () if secret => match body.parse() {
                    Ok(id) => Err(Error::ConflictWith("idem_secret", id)),
                    Err(_) => Err(Error::Conflict("idem_secret")),
                },
                () => Ok(Known::Answer { status, content_type, body }),
            };
        }
        diesel::delete(keys::table.find((actor, key))).execute(&mut **tx)?;
    }
    let conn: &mut Conn = tx;
    let rows = on!(conn, c => diesel::insert_into(keys::table)
        .values((keys::actor.eq(actor), keys::key.eq(key), keys::fingerprint.eq(fingerprint), keys::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))?;
    // Another transaction was faster by a hair; on PostgreSQL writers run side by side.
    if rows == 1 { Ok(Known::New) } else { Err(Error::Conflict("idem_running")) }
}

/// Keeps the answer. What failed on our side or was refused for a moment is forgotten: a repeat may try again.
async fn keep<B: MessageBody + 'static>(
    house: &House,
    actor: String,
    key: String,
    res: ServiceResponse<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let status = res.status();
    let passing = status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 413 | 425 | 429);
    if passing || res.response().error().is_some() {
        let forget = house.db.write(move |tx| {
            diesel::delete(keys::table.find((actor.as_str(), key.as_str()))).execute(&mut **tx)?;
            Ok(())
        });
        if let Err(error) = forget.await {
            tracing::warn!(%error, "an idempotency key could not be released");
        }
        return Ok(res.map_into_boxed_body());
    }
    let secret = res.response().extensions().get::<ShowsSecret>().is_some();
    let (req, res) = res.into_parts();
    let (res, body) = res.into_parts();
    let bytes = to_bytes(body).await.map_err(|_| Error::internal("an answer could not be read"))?;
    let content_type =
        res.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("application/json").to_owned();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let stored = if secret { id_in(&text) } else { text };
    house
        .db
        .write(move |tx| {
            diesel::update(keys::table.find((actor.as_str(), key.as_str())))
                .set((
                    keys::status.eq(i32::from(status.as_u16())),
                    keys::content_type.eq(&content_type),
                    keys::body.eq(&stored),
                    keys::secret.eq(secret),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await?;
    Ok(ServiceResponse::new(req, res.set_body(BoxBody::new(bytes))))
}

fn id_in(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    value.get("id").and_then(serde_json::Value::as_i64).map(|id| id.to_string()).unwrap_or_default()
}

/// Forgets keys that are a day old.
pub fn tidy(tx: &mut Tx<'_>) -> Result<usize> {
    let before = tx.now() - KEPT;
    Ok(diesel::delete(keys::table.filter(keys::created_at.lt(before))).execute(&mut **tx)?)
}
