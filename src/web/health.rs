//! What machines ask about the server itself.

use super::client;
use super::guards::Ctx;
use crate::error::{Error, Result};
use actix_web::{HttpRequest, HttpResponse};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::LazyLock;
use subtle::ConstantTimeEq;

static METRICS: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])
        .ok()?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    Some(handle)
});

/// Starts collecting metrics; one recorder serves the whole process.
pub fn start_metrics() {
    LazyLock::force(&METRICS);
}

/// `/healthz`: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, description = "The process answers", content_type = "text/plain")))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `/readyz`: the database answers, and Redis where it is set.
#[utoipa::path(get, path = "/readyz", tag = "server",
    responses((status = 200, description = "The database answers, and Redis where it is set", content_type = "text/plain"),
        (status = 503, description = "One of them does not, or the server is on its way out")))]
pub async fn readyz(ctx: Ctx) -> Result<HttpResponse> {
    ctx.house.db.ping().await.map_err(|_| Error::Unavailable)?;
    if !ctx.house.live.is_linked() {
        return Err(Error::Unavailable);
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}

/// `/metrics`: Prometheus text, for this machine or who holds the token.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses((status = 200, description = "Prometheus text, for this machine or `Authorization: Bearer` with the token",
        content_type = "text/plain"), (status = 404, description = "Anybody else")))]
pub async fn metrics(req: HttpRequest, ctx: Ctx) -> Result<HttpResponse> {
    let bearer = req
        .headers()
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .unwrap_or("");
    let by_token = ctx
        .house
        .config
        .metrics_token
        .as_deref()
        .is_some_and(|want| bool::from(want.as_bytes().ct_eq(bearer.as_bytes())));
    if !by_token && !client::is_loopback(&req) {
        return Err(Error::NotFound);
    }
    let text = METRICS.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text))
}
