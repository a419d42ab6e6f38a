//! OpenAPI 3.1 of the whole JSON API, made from the handlers' own annotations. A test compares it with `routes.rs`.

use crate::web::problem::Problem;
use actix_web::HttpResponse;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// Every annotated handler, one a line.
#[derive(OpenApi)]
#[openapi(
    info(title = "Kontor", description = "Forums, chat rooms, newsletters and swipe copy for an affiliate program."),
    modifiers(&Security),
    components(schemas(Problem)),
    paths(
        document,
        crate::library::api::list,
        crate::library::api::show,
        crate::library::api::create,
        crate::library::api::change,
        crate::library::api::remove,
        crate::library::api::download,
    )
)]
pub struct Api;

struct Security;
impl Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let parts = api.components.get_or_insert_default();
        parts.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        parts
            .add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("kontor_session"))));
    }
}

/// `GET /api/v1/openapi.json`
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "about", responses((status = 200, description = "This document")))]
pub async fn document() -> HttpResponse {
    HttpResponse::Ok().json(Api::openapi())
}
