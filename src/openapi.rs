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
        crate::live::socket::live,
        crate::rooms::api::list,
        crate::rooms::api::create,
        crate::rooms::api::join,
        crate::rooms::api::leave,
        crate::rooms::api::invite,
        crate::rooms::api::history,
        crate::rooms::api::post,
        crate::rooms::api::source,
        crate::rooms::api::edit,
        crate::rooms::api::delete,
        crate::rooms::api::react,
        crate::rooms::api::read,
        crate::programs::api::programs::list,
        crate::programs::api::programs::create,
        crate::programs::api::programs::update,
        crate::programs::api::programs::rotate,
        crate::programs::api::sales::report,
        crate::programs::api::sales::list,
        crate::programs::api::sales::mine,
        crate::programs::api::imports::create,
        crate::programs::api::imports::list,
        crate::programs::api::imports::show,
        crate::programs::api::imports::undo,
        crate::segments::api::preview,
        crate::segments::api::list,
        crate::segments::api::create,
        crate::segments::api::show,
        crate::segments::api::update,
        crate::segments::api::remove,
        crate::newsletters::api::list,
        crate::newsletters::api::create,
        crate::newsletters::api::show,
        crate::newsletters::api::update,
        crate::newsletters::api::start,
        crate::newsletters::api::pause,
        crate::newsletters::api::resume,
        crate::newsletters::api::cancel,
        crate::newsletters::api::test,
        crate::newsletters::api::deliveries,
        crate::library::api::list,
        crate::library::api::show,
        crate::library::api::create,
        crate::library::api::change,
        crate::library::api::remove,
        crate::library::api::download,
        crate::accounts::api::create_application,
        crate::accounts::api::create_email_confirmation,
        crate::accounts::api::create_session,
        crate::accounts::api::delete_session,
        crate::accounts::api::create_password_reset,
        crate::accounts::api::confirm_password_reset,
        crate::accounts::api::create_login_link,
        crate::accounts::api::use_login_link,
        crate::accounts::api::list_sessions,
        crate::accounts::api::delete_sessions,
        crate::accounts::api::delete_session_by_id,
        crate::accounts::api::update_password,
        crate::accounts::api::list_tokens,
        crate::accounts::api::create_token,
        crate::accounts::api::delete_token,
        crate::members::api::get_me,
        crate::members::api::update_me,
        crate::members::api::list_members,
        crate::members::api::get_member,
        crate::members::api::update_member,
        crate::members::api::list_niches,
        crate::members::api::create_niche,
        crate::members::api::update_niche,
        crate::members::api::list_tiers,
        crate::members::api::update_tiers,
        crate::search::api::search,
        crate::forums::api::list_threads,
        crate::forums::api::create_thread,
        crate::forums::api::read_niche,
        crate::forums::api::get_thread,
        crate::forums::api::patch_thread,
        crate::forums::api::read_thread,
        crate::forums::api::list_posts,
        crate::forums::api::create_post,
        crate::forums::api::get_post,
        crate::forums::api::patch_post,
        crate::forums::api::delete_post,
        crate::forums::api::like_post,
        crate::forums::api::unlike_post,
        crate::forums::api::create_report,
        crate::forums::api::list_reports,
        crate::forums::api::close_report,
        crate::office::api::get_settings,
        crate::office::api::update_settings,
        crate::office::api::get_jobs,
        crate::office::api::retry_job,
        crate::office::api::list_audit,
        crate::office::api::list_tokens,
        crate::office::api::delete_token,
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
