//! Every URL, grouped by who may enter. One route, one line. What a handler's first argument asks for
//! (`Ctx`, `Member`, `Manager`, `Admin`) is checked again there: this page is the table of contents.

use crate::accounts::{api as accounts_api, web as accounts};
use crate::error::Error;
use crate::library::api as library_api;
use crate::library::web::{manage as library_desk, shelf as library};
use crate::live::socket as live;
use crate::members::{api as members_api, web as members_web};
use crate::newsletters::api as campaigns;
use crate::newsletters::web as newsletters;
use crate::office::{api as office_api, web as office_web};
use crate::openapi;
use crate::programs::{api as programs_api, web as programs};
use crate::rooms::api as rooms_api;
use crate::rooms::web as rooms;
use crate::segments::api as segments;
use crate::segments::web as segments_desk;
use crate::web::{assets, health, manifest, styleguide};
use crate::{forums, search};
use actix_web::web::{ServiceConfig, delete, get, patch, post, put, to};
use actix_web::{HttpRequest, HttpResponse};

/// Registers every URL.
pub fn configure(app: &mut ServiceConfig) {
    machines(app);
    public(app);
    members(app);
    moderators(app);
    managers(app);
    admins(app);
    app.default_service(to(nowhere));
}

/// Every other address, and known ones asked with a method they do not know.
async fn nowhere(req: HttpRequest) -> Result<HttpResponse, Error> {
    let known = req.resource_map().has_resource(req.path());
    Err(if known { Error::MethodNotAllowed } else { Error::NotFound })
}

fn machines(app: &mut ServiceConfig) {
    app.route("/healthz", get().to(health::healthz));
    app.route("/readyz", get().to(health::readyz));
    app.route("/metrics", get().to(health::metrics));
    app.route("/assets/{hash}/{path:.*}", get().to(assets::serve));
    app.route("/api/v1/openapi.json", get().to(openapi::document));
    // programs
    app.route("/s2s/{secret}/sale.php", get().to(programs_api::postback::sale));
    app.route("/s2s/{secret}/sale.php", post().to(programs_api::postback::sale));
}

fn public(app: &mut ServiceConfig) {
    // office
    app.route("/", get().to(office_web::start));
    app.route("/legal/imprint", get().to(office_web::imprint));
    app.route("/legal/privacy", get().to(office_web::privacy));
    // the house
    app.route("/manifest.webmanifest", get().to(manifest::show));
    app.route("/styleguide", get().to(styleguide::show));
    // newsletters
    app.route("/u/{token}", get().to(newsletters::unsubscribe_form));
    app.route("/u/{token}", post().to(newsletters::unsubscribe_now));
    // accounts
    app.route("/setup/{token}", get().to(accounts::setup_form));
    app.route("/setup/{token}", post().to(accounts::setup));
    app.route("/login", get().to(accounts::login_form));
    app.route("/login", post().to(accounts::login));
    app.route("/preferences", post().to(accounts::preferences));
    app.route("/apply", get().to(accounts::apply_form));
    app.route("/apply", post().to(accounts::apply));
    app.route("/apply/sent", get().to(accounts::apply_sent));
    app.route("/confirm/{token}", get().to(accounts::confirm_form));
    app.route("/confirm/{token}", post().to(accounts::confirm));
    app.route("/forgot", get().to(accounts::forgot_form));
    app.route("/forgot", post().to(accounts::forgot));
    app.route("/reset/{token}", get().to(accounts::reset_form));
    app.route("/reset/{token}", post().to(accounts::reset));
    app.route("/login/sent", get().to(accounts::mail_sent));
    app.route("/login/link", get().to(accounts::login_link_form));
    app.route("/login/link", post().to(accounts::login_link));
    app.route("/login/link/{token}", get().to(accounts::enter_form));
    app.route("/login/link/{token}", post().to(accounts::enter_by_link));
    app.route("/api/v1/applications", post().to(accounts_api::create_application));
    app.route("/api/v1/email-confirmations", post().to(accounts_api::create_email_confirmation));
    app.route("/api/v1/session", post().to(accounts_api::create_session));
    app.route("/api/v1/password-resets", post().to(accounts_api::create_password_reset));
    app.route("/api/v1/password-resets/confirm", post().to(accounts_api::confirm_password_reset));
    app.route("/api/v1/login-links", post().to(accounts_api::create_login_link));
    app.route("/api/v1/login-links/use", post().to(accounts_api::use_login_link));
}

fn members(app: &mut ServiceConfig) {
    // accounts
    app.route("/logout", post().to(accounts::logout));
    app.route("/me/security", get().to(accounts::security));
    app.route("/me/security/password", post().to(accounts::change_password));
    app.route("/me/security/sessions/end", post().to(accounts::end_sessions));
    app.route("/me/security/sessions/{id}/end", post().to(accounts::end_session));
    app.route("/me/security/tokens", post().to(accounts::add_token));
    app.route("/me/security/tokens/{id}/delete", post().to(accounts::delete_token));
    app.route("/me/privacy", get().to(accounts::privacy));
    app.route("/me/privacy/export", get().to(accounts::export));
    app.route("/me/subscriptions", get().to(accounts::subscriptions));
    app.route("/me/subscriptions", post().to(accounts::subscribe));
    app.route("/api/v1/session", delete().to(accounts_api::delete_session));
    app.route("/api/v1/me/sessions", get().to(accounts_api::list_sessions));
    app.route("/api/v1/me/sessions", delete().to(accounts_api::delete_sessions));
    app.route("/api/v1/me/sessions/{id}", delete().to(accounts_api::delete_session_by_id));
    app.route("/api/v1/me/password", put().to(accounts_api::update_password));
    app.route("/api/v1/me/tokens", get().to(accounts_api::list_tokens));
    app.route("/api/v1/me/tokens", post().to(accounts_api::create_token));
    app.route("/api/v1/me/tokens/{id}", delete().to(accounts_api::delete_token));
    // members
    app.route("/me", get().to(members_web::profile));
    app.route("/me/profile", get().to(members_web::to_profile));
    app.route("/me", post().to(members_web::save_profile));
    app.route("/members", get().to(members_web::directory));
    app.route("/members/{id}", get().to(members_web::member));
    app.route("/api/v1/me", get().to(members_api::get_me));
    app.route("/api/v1/me", patch().to(members_api::update_me));
    app.route("/api/v1/niches", get().to(members_api::list_niches));
    app.route("/api/v1/tiers", get().to(members_api::list_tiers));
    // rooms
    app.route("/rooms", get().to(rooms::list));
    app.route("/rooms/{slug}", get().to(rooms::room));
    app.route("/rooms/{slug}", post().to(rooms::post));
    app.route("/rooms/{slug}/join", post().to(rooms::join));
    app.route("/rooms/{slug}/leave", post().to(rooms::leave));
    app.route("/rooms/{slug}/read", post().to(rooms::read));
    app.route("/api/v1/live", get().to(live::live));
    app.route("/api/v1/rooms", get().to(rooms_api::list));
    app.route("/api/v1/rooms/{id}/members/me", put().to(rooms_api::join));
    app.route("/api/v1/rooms/{id}/members/me", delete().to(rooms_api::leave));
    app.route("/api/v1/rooms/{id}/messages", get().to(rooms_api::history));
    app.route("/api/v1/rooms/{id}/messages", post().to(rooms_api::post));
    app.route("/api/v1/rooms/{id}/messages/{message}", get().to(rooms_api::source));
    app.route("/api/v1/rooms/{id}/messages/{message}", patch().to(rooms_api::edit));
    app.route("/api/v1/rooms/{id}/messages/{message}", delete().to(rooms_api::delete));
    app.route("/api/v1/rooms/{id}/messages/{message}/reactions", post().to(rooms_api::react));
    app.route("/api/v1/rooms/{id}/read", put().to(rooms_api::read));
    // programs
    app.route("/me/standing", get().to(programs::standing::show));
    app.route("/api/v1/me/sales", get().to(programs_api::sales::mine));
    app.route("/api/v1/programs", get().to(programs_api::programs::list));
    app.route("/api/v1/conversions", get().to(programs_api::sales::list));
    // library
    app.route("/library", get().to(library::shelf));
    app.route("/library/{id}", get().to(library::show));
    app.route("/api/v1/resources", get().to(library_api::list));
    app.route("/api/v1/resources/{id}", get().to(library_api::show));
    app.route("/api/v1/resources/{id}/download", get().to(library_api::download));
    // search
    app.route("/search", get().to(search::web::search));
    app.route("/api/v1/search", get().to(search::api::search));
    // forums
    app.route("/niches", get().to(forums::web::index));
    app.route("/niches/{slug}", get().to(forums::web::niche));
    app.route("/niches/{slug}/new", get().to(forums::web::new_thread));
    app.route("/niches/{slug}/new", post().to(forums::web::open_thread));
    app.route("/niches/{slug}/read", post().to(forums::web::read_niche));
    app.route("/threads/preview", post().to(forums::web::preview));
    app.route("/threads/{key}", get().to(forums::web::thread));
    app.route("/threads/{key}/{slug}", get().to(forums::web::thread));
    app.route("/threads/{id}/posts", post().to(forums::web::reply));
    app.route("/threads/{id}/moderate", post().to(forums::web::moderate_thread));
    app.route("/posts/{id}", get().to(forums::web::to_post));
    app.route("/posts/{id}/edit", get().to(forums::web::edit_form));
    app.route("/posts/{id}/edit", post().to(forums::web::edit));
    app.route("/posts/{id}/delete", post().to(forums::web::delete));
    app.route("/posts/{id}/like", post().to(forums::web::like));
    app.route("/posts/{id}/unlike", post().to(forums::web::unlike));
    app.route("/posts/{id}/report", get().to(forums::web::report_form));
    app.route("/posts/{id}/report", post().to(forums::web::report));
    app.route("/posts/{id}/hide", post().to(forums::web::hide_post));
    app.route("/api/v1/niches/{slug}/threads", get().to(forums::api::list_threads));
    app.route("/api/v1/niches/{slug}/threads", post().to(forums::api::create_thread));
    app.route("/api/v1/niches/{slug}/read", put().to(forums::api::read_niche));
    app.route("/api/v1/threads/{id}", get().to(forums::api::get_thread));
    app.route("/api/v1/threads/{id}", patch().to(forums::api::patch_thread));
    app.route("/api/v1/threads/{id}/read", put().to(forums::api::read_thread));
    app.route("/api/v1/threads/{id}/posts", get().to(forums::api::list_posts));
    app.route("/api/v1/threads/{id}/posts", post().to(forums::api::create_post));
    app.route("/api/v1/posts/{id}", get().to(forums::api::get_post));
    app.route("/api/v1/posts/{id}", patch().to(forums::api::patch_post));
    app.route("/api/v1/posts/{id}", delete().to(forums::api::delete_post));
    app.route("/api/v1/posts/{id}/like", put().to(forums::api::like_post));
    app.route("/api/v1/posts/{id}/like", delete().to(forums::api::unlike_post));
    app.route("/api/v1/posts/{id}/reports", post().to(forums::api::create_report));
    // newsletters
    app.route("/newsletters", get().to(newsletters::archive));
    app.route("/newsletters/{id}", get().to(newsletters::issue));
}

fn moderators(app: &mut ServiceConfig) {
    // forums
    app.route("/moderate", get().to(forums::web::reports));
    app.route("/moderate/reports/{id}", post().to(forums::web::close_report));
    app.route("/api/v1/reports", get().to(forums::api::list_reports));
    app.route("/api/v1/reports/{id}/close", post().to(forums::api::close_report));
}

fn managers(app: &mut ServiceConfig) {
    // rooms
    app.route("/manage/rooms", get().to(rooms::manage));
    app.route("/manage/rooms", post().to(rooms::create));
    app.route("/api/v1/rooms", post().to(rooms_api::create));
    app.route("/api/v1/rooms/{id}/members", post().to(rooms_api::invite));
    // programs
    app.route("/manage/programs", get().to(programs::programs::list));
    app.route("/manage/programs", post().to(programs::programs::create));
    app.route("/manage/programs/{id}", get().to(programs::programs::edit));
    app.route("/manage/programs/{id}", post().to(programs::programs::update));
    app.route("/manage/programs/{id}/rotate-secret", post().to(programs::programs::rotate));
    app.route("/manage/imports", get().to(programs::imports::list));
    app.route("/manage/imports", post().to(programs::imports::create));
    app.route("/manage/imports/{id}", get().to(programs::imports::show));
    app.route("/manage/imports/{id}/undo", post().to(programs::imports::undo));
    app.route("/manage/imports/{id}/run", post().to(programs::imports::run));
    app.route("/api/v1/programs", post().to(programs_api::programs::create));
    app.route("/api/v1/programs/{id}", patch().to(programs_api::programs::update));
    app.route("/api/v1/programs/{id}/rotate-secret", post().to(programs_api::programs::rotate));
    app.route("/api/v1/conversions", post().to(programs_api::sales::report));
    app.route("/api/v1/imports", get().to(programs_api::imports::list));
    app.route("/api/v1/imports", post().to(programs_api::imports::create));
    app.route("/api/v1/imports/{id}", get().to(programs_api::imports::show));
    app.route("/api/v1/imports/{id}/undo", post().to(programs_api::imports::undo));
    // office
    app.route("/manage", get().to(office_web::manage));
    app.route("/manage/today", get().to(office_web::today));
    // library
    app.route("/manage/library", get().to(library_desk::list));
    app.route("/manage/library/new", get().to(library_desk::new_form));
    app.route("/manage/library/new", post().to(library_desk::create));
    app.route("/manage/library/{id}", get().to(library_desk::edit_form));
    app.route("/manage/library/{id}", post().to(library_desk::change));
    app.route("/manage/library/{id}/delete", post().to(library_desk::remove));
    app.route("/manage/library/{id}/preview", get().to(library_desk::preview));
    app.route("/api/v1/resources", post().to(library_api::create));
    app.route("/api/v1/resources/{id}", patch().to(library_api::change));
    app.route("/api/v1/resources/{id}", delete().to(library_api::remove));
    // members
    app.route("/members/{id}", post().to(members_web::change));
    app.route("/manage/applications", get().to(members_web::applications));
    app.route("/manage/applications/{id}", post().to(members_web::decide));
    app.route("/manage/niches", get().to(members_web::niches));
    app.route("/manage/niches", post().to(members_web::create_niche));
    app.route("/manage/niches/{slug}", post().to(members_web::update_niche));
    app.route("/api/v1/members", get().to(members_api::list_members));
    app.route("/api/v1/members/{id}", get().to(members_api::get_member));
    app.route("/api/v1/members/{id}", patch().to(members_api::update_member));
    app.route("/api/v1/niches", post().to(members_api::create_niche));
    app.route("/api/v1/niches/{slug}", patch().to(members_api::update_niche));
    // segments
    app.route("/manage/segments", get().to(segments_desk::list));
    app.route("/manage/segments/new", get().to(segments_desk::blank));
    app.route("/manage/segments/new", post().to(segments_desk::create));
    app.route("/manage/segments/preview", post().to(segments_desk::preview));
    app.route("/manage/segments/{id}", get().to(segments_desk::edit));
    app.route("/manage/segments/{id}", post().to(segments_desk::update));
    app.route("/manage/segments/{id}/delete", post().to(segments_desk::remove));
    app.route("/api/v1/segments/preview", post().to(segments::preview));
    app.route("/api/v1/segments", get().to(segments::list));
    app.route("/api/v1/segments", post().to(segments::create));
    app.route("/api/v1/segments/{id}", get().to(segments::show));
    app.route("/api/v1/segments/{id}", patch().to(segments::update));
    app.route("/api/v1/segments/{id}", delete().to(segments::remove));
    // newsletters
    app.route("/manage/campaigns", get().to(newsletters::list));
    app.route("/manage/campaigns/new", get().to(newsletters::blank));
    app.route("/manage/campaigns/new", post().to(newsletters::create));
    app.route("/manage/campaigns/{id}", get().to(newsletters::edit));
    app.route("/manage/campaigns/{id}", post().to(newsletters::save));
    app.route("/manage/campaigns/{id}/preview", get().to(newsletters::preview));
    app.route("/manage/campaigns/{id}/{act}", post().to(newsletters::do_it));
    app.route("/api/v1/campaigns", get().to(campaigns::list));
    app.route("/api/v1/campaigns", post().to(campaigns::create));
    app.route("/api/v1/campaigns/{id}", get().to(campaigns::show));
    app.route("/api/v1/campaigns/{id}", patch().to(campaigns::update));
    app.route("/api/v1/campaigns/{id}/start", post().to(campaigns::start));
    app.route("/api/v1/campaigns/{id}/pause", post().to(campaigns::pause));
    app.route("/api/v1/campaigns/{id}/resume", post().to(campaigns::resume));
    app.route("/api/v1/campaigns/{id}/cancel", post().to(campaigns::cancel));
    app.route("/api/v1/campaigns/{id}/test", post().to(campaigns::test));
    app.route("/api/v1/campaigns/{id}/deliveries", get().to(campaigns::deliveries));
}

fn admins(app: &mut ServiceConfig) {
    // office
    app.route("/admin", get().to(office_web::admin));
    app.route("/admin/settings", get().to(office_web::settings));
    app.route("/admin/settings", post().to(office_web::save_settings));
    app.route("/admin/mail", get().to(office_web::mail));
    app.route("/admin/mail/test", post().to(office_web::send_test));
    app.route("/admin/outbox", get().to(office_web::outbox));
    app.route("/admin/outbox/{name}", get().to(office_web::read));
    app.route("/admin/outbox/{name}/html", get().to(office_web::read_html));
    app.route("/admin/outbox/{name}/raw", get().to(office_web::read_raw));
    app.route("/admin/jobs", get().to(office_web::jobs));
    app.route("/admin/jobs/{id}/retry", post().to(office_web::retry));
    app.route("/admin/audit", get().to(office_web::audit));
    app.route("/admin/tokens", get().to(office_web::tokens));
    app.route("/admin/tokens/{id}/revoke", post().to(office_web::revoke));
    app.route("/api/v1/settings", get().to(office_api::get_settings));
    app.route("/api/v1/settings", patch().to(office_api::update_settings));
    app.route("/api/v1/jobs", get().to(office_api::get_jobs));
    app.route("/api/v1/jobs/{id}/retry", post().to(office_api::retry_job));
    app.route("/api/v1/audit", get().to(office_api::list_audit));
    app.route("/api/v1/tokens", get().to(office_api::list_tokens));
    app.route("/api/v1/tokens/{id}", delete().to(office_api::delete_token));
    // members
    app.route("/admin/tiers", get().to(members_web::tiers));
    app.route("/admin/tiers", post().to(members_web::save_tiers));
    app.route("/admin/roles", get().to(members_web::roles));
    app.route("/admin/roles", post().to(members_web::set_role));
    app.route("/api/v1/tiers", put().to(members_api::update_tiers));
}
