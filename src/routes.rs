//! Every URL, grouped by who may enter. One route, one line. What a handler's first argument asks for
//! (`Ctx`, `Member`, `Manager`, `Admin`) is checked again there: this page is the table of contents.

use crate::accounts::{api as accounts_api, web as accounts};
use crate::error::Error;
use crate::files::{api as files_api, web as files};
use crate::invitations::{api as invitations_api, web as invitations};
use crate::library::api as library_api;
use crate::library::material::{api as material_api, web as material};
use crate::library::web::{
    acts as library_acts, desk as library_review, links as library_links, manage as library_desk, mine as library_mine,
    preview as library_preview, shelf as library, show as library_show,
};
use crate::live::socket as live;
use crate::members::{api as members_api, web as members_web};
use crate::newsletters::api as campaigns;
use crate::newsletters::web as newsletters;
use crate::office::setup::web as setup;
use crate::office::{api as office_api, web as office_web};
use crate::openapi;
use crate::programs::{api as programs_api, web as programs};
use crate::rooms::api as rooms_api;
use crate::rooms::moderation::{api as order_api, web as order};
use crate::rooms::web as rooms;
use crate::segments::api as segments;
use crate::segments::web as segments_desk;
use crate::web::{assets, brand, health, manifest, styleguide};
use crate::{forums, notices, policies, search, upkeep};
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
    app.route("/sw.js", get().to(assets::service_worker));
    app.route("/assets/{hash}/{path:.*}", get().to(assets::serve));
    app.route("/api/v1/openapi.json", get().to(openapi::document));
    // programs
    app.route("/s2s/{secret}/sale.php", get().to(programs_api::postback::sale));
    app.route("/hooks/{secret}", post().to(rooms::hear));
    app.route("/s2s/{secret}/sale.php", post().to(programs_api::postback::sale));
}

fn public(app: &mut ServiceConfig) {
    // office
    app.route("/", get().to(office_web::start));
    // policies
    app.route("/legal/imprint", get().to(policies::web::imprint));
    app.route("/legal/privacy", get().to(policies::web::privacy));
    app.route("/legal/terms", get().to(policies::web::terms));
    app.route("/legal/terms/{program}", get().to(policies::web::program_terms));
    app.route("/api/v1/policies", get().to(policies::api::list));
    app.route("/api/v1/policies/{kind}/versions", get().to(policies::api::versions));
    // the house
    app.route("/files/{id}/{name}", get().to(files::serve));
    app.route("/brand/{name}", get().to(brand::serve));
    app.route("/manifest.webmanifest", get().to(manifest::show));
    app.route("/styleguide", get().to(styleguide::show));
    // library
    app.route("/l/{code}", get().to(library_api::links::follow));
    // newsletters
    app.route("/c/{token}", get().to(newsletters::click));
    app.route("/o/{token}", get().to(newsletters::open));
    app.route("/u/{token}", get().to(newsletters::unsubscribe_form));
    app.route("/u/{token}", post().to(newsletters::unsubscribe_now));
    // notices
    app.route("/u/digest/{token}", get().to(notices::web::digest_form));
    app.route("/u/digest/{token}", post().to(notices::web::digest_off));
    // accounts
    app.route("/setup/{token}", get().to(accounts::setup_form));
    app.route("/setup/{token}", post().to(accounts::setup));
    app.route("/login", get().to(accounts::login_form));
    app.route("/login", post().to(accounts::login));
    app.route("/preferences", post().to(accounts::preferences));
    app.route("/apply", get().to(accounts::apply_form));
    app.route("/apply", post().to(accounts::apply));
    app.route("/apply/sent", get().to(accounts::apply_sent));
    // invitations
    app.route("/invitation/{token}", get().to(invitations::invitation));
    app.route("/invitation/{token}", post().to(invitations::accept));
    app.route("/join/{code}", get().to(invitations::join));
    app.route("/api/v1/invitation-acceptances", post().to(invitations_api::accept));
    app.route("/api/v1/invitation-acceptances/{token}", get().to(invitations_api::look));
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
    // files
    app.route("/uploads", post().to(files::upload));
    app.route("/api/v1/uploads", get().to(files_api::list));
    app.route("/api/v1/uploads", post().to(files_api::upload));
    app.route("/api/v1/uploads/resumable", post().to(files_api::announce));
    app.route("/api/v1/uploads/{id}", get().to(files_api::show));
    app.route("/api/v1/uploads/{id}", patch().to(files_api::append));
    app.route("/api/v1/uploads/{id}", delete().to(files_api::remove));
    // policies
    app.route("/me/agree", get().to(policies::web::agree_form));
    app.route("/me/agree", post().to(policies::web::agree));
    app.route("/api/v1/me/policies", get().to(policies::api::mine));
    app.route("/api/v1/me/policies/{id}", put().to(policies::api::accept));
    // accounts
    app.route("/logout", post().to(accounts::logout));
    app.route("/me/welcome", get().to(accounts::welcome));
    app.route("/me/welcome", post().to(accounts::answer_welcome));
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
    app.route("/api/v1/me/export", get().to(accounts_api::export));
    app.route("/api/v1/me/tokens", get().to(accounts_api::list_tokens));
    app.route("/api/v1/me/tokens", post().to(accounts_api::create_token));
    app.route("/api/v1/me/tokens/{id}", delete().to(accounts_api::delete_token));
    // members
    app.route("/me", get().to(members_web::profile));
    app.route("/me/profile", get().to(members_web::to_profile));
    app.route("/me", post().to(members_web::save_profile));
    app.route("/members", get().to(members_web::directory));
    app.route("/members/{id}", get().to(members_web::member));
    app.route("/me/blocked", get().to(members_web::blocked));
    app.route("/members/{id}/block", post().to(members_web::block));
    app.route("/api/v1/me/blocks", get().to(members_api::list_blocks));
    app.route("/api/v1/me/blocks/{id}", put().to(members_api::block));
    app.route("/api/v1/me/blocks/{id}", delete().to(members_api::unblock));
    app.route("/api/v1/me", get().to(members_api::get_me));
    app.route("/api/v1/me", patch().to(members_api::update_me));
    app.route("/api/v1/niches", get().to(members_api::list_niches));
    app.route("/api/v1/tiers", get().to(members_api::list_tiers));
    // notices
    app.route("/me/notifications", get().to(notices::web::settings::show));
    app.route("/me/notifications", post().to(notices::web::settings::save));
    app.route("/me/notifications/level", post().to(notices::web::settings::save_level));
    app.route("/api/v1/me/notifications/settings", get().to(notices::api::settings::show));
    app.route("/api/v1/me/notifications/settings", patch().to(notices::api::settings::update));
    app.route("/api/v1/me/notifications/levels/{place}/{id}", put().to(notices::api::settings::set_level));
    app.route("/notifications", get().to(notices::web::list));
    app.route("/notifications/read", post().to(notices::web::read));
    app.route("/api/v1/push/key", get().to(notices::api::push::key));
    app.route("/api/v1/me/push", get().to(notices::api::push::list));
    app.route("/api/v1/me/push", post().to(notices::api::push::subscribe));
    app.route("/api/v1/me/push", delete().to(notices::api::push::unsubscribe));
    app.route("/api/v1/me/notifications", get().to(notices::api::list));
    app.route("/api/v1/me/notifications/read", put().to(notices::api::read));
    // rooms
    app.route("/rooms", get().to(rooms::list));
    app.route("/previews/{id}", get().to(rooms::preview_image));
    app.route("/shared/{kind}/{id}", get().to(rooms::shared));
    app.route("/rooms/{slug}/m/{message}", get().to(rooms::message));
    app.route("/rooms/{slug}/m/{message}", post().to(rooms::message_do));
    app.route("/rooms/{slug}/t/{message}", get().to(rooms::thread));
    app.route("/rooms/{slug}/pins", get().to(rooms::pins));
    app.route("/rooms/{slug}/members", get().to(rooms::members));
    app.route("/rooms/{slug}/members", post().to(rooms::invite));
    app.route("/rooms/{slug}/place", post().to(rooms::place));
    app.route("/rooms/{slug}/settings", get().to(rooms::settings));
    app.route("/me/rooms", get().to(rooms::sidebar));
    app.route("/me/rooms", post().to(rooms::sidebar_do));
    app.route("/me/saved", get().to(rooms::saved));
    app.route("/me/reminders/{id}", post().to(rooms::reminders_do));
    app.route("/me/scheduled", get().to(rooms::later));
    app.route("/me/scheduled", post().to(rooms::schedule));
    app.route("/me/scheduled/{id}", post().to(rooms::later_do));
    app.route("/messages", get().to(rooms::conversations));
    app.route("/messages", post().to(rooms::begin));
    app.route("/messages/new", get().to(rooms::new_conversation));
    app.route("/messages/{id}", get().to(rooms::conversation));
    app.route("/messages/{id}", post().to(rooms::answer_request));
    app.route("/search/chat", get().to(rooms::find));
    app.route("/office-hours", get().to(rooms::office_hours));
    app.route("/office-hours/{id}", get().to(rooms::hour));
    app.route("/office-hours/{id}/calendar.ics", get().to(rooms::calendar));
    app.route("/api/v1/rooms/{id}", get().to(rooms_api::order::show));
    app.route("/api/v1/rooms/{id}/members", get().to(rooms_api::order::members));
    app.route("/api/v1/rooms/{id}/place", put().to(rooms_api::order::place));
    app.route("/api/v1/me/sections", get().to(rooms_api::order::sections));
    app.route("/api/v1/me/sections", post().to(rooms_api::order::create_section));
    app.route("/api/v1/me/sections/{id}", put().to(rooms_api::order::change_section));
    app.route("/api/v1/me/sections/{id}", delete().to(rooms_api::order::delete_section));
    app.route("/api/v1/rooms/{id}/messages/{message}/revisions", get().to(rooms_api::talk::revisions));
    app.route("/api/v1/rooms/{id}/messages/{message}/view", get().to(rooms_api::talk::view));
    app.route("/api/v1/rooms/{id}/messages/{message}/vote", put().to(rooms_api::talk::vote));
    app.route("/api/v1/rooms/{id}/messages/{message}/close", post().to(rooms_api::talk::close_poll));
    app.route("/api/v1/rooms/{id}/messages/{message}/pin", put().to(rooms_api::talk::pin));
    app.route("/api/v1/rooms/{id}/messages/{message}/pin", delete().to(rooms_api::talk::unpin));
    app.route("/api/v1/rooms/{id}/pins", get().to(rooms_api::talk::pins));
    app.route("/api/v1/rooms/{id}/messages/{message}/save", put().to(rooms_api::talk::save));
    app.route("/api/v1/rooms/{id}/messages/{message}/save", delete().to(rooms_api::talk::unsave));
    app.route("/api/v1/me/saved", get().to(rooms_api::talk::saved));
    app.route("/api/v1/me/reminders", post().to(rooms_api::talk::remind));
    app.route("/api/v1/me/reminders", get().to(rooms_api::talk::reminders));
    app.route("/api/v1/me/reminders/{id}", delete().to(rooms_api::talk::forget));
    app.route("/api/v1/rooms/{id}/draft", get().to(rooms_api::talk::draft));
    app.route("/api/v1/rooms/{id}/draft", put().to(rooms_api::talk::put_draft));
    app.route("/api/v1/shared/{kind}/{id}", get().to(rooms_api::talk::shared));
    app.route("/api/v1/messages", get().to(rooms_api::direct::list));
    app.route("/api/v1/messages", post().to(rooms_api::direct::write));
    app.route("/api/v1/messages/{id}/accept", post().to(rooms_api::direct::accept));
    app.route("/api/v1/messages/{id}/decline", post().to(rooms_api::direct::decline));
    app.route("/api/v1/messages/{id}/members", post().to(rooms_api::direct::add));
    app.route("/api/v1/me/scheduled", get().to(rooms_api::plans::scheduled));
    app.route("/api/v1/me/scheduled", post().to(rooms_api::plans::schedule));
    app.route("/api/v1/me/scheduled/{id}", put().to(rooms_api::plans::reschedule));
    app.route("/api/v1/me/scheduled/{id}", delete().to(rooms_api::plans::unschedule));
    app.route("/api/v1/office-hours", get().to(rooms_api::plans::hours));
    app.route("/api/v1/search/messages", get().to(rooms_api::plans::find));
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
    app.route("/me/standing/ask", post().to(programs::asks::ask));
    app.route("/api/v1/me/ref-requests", post().to(programs_api::asks::create));
    app.route("/api/v1/me/sales", get().to(programs_api::sales::mine));
    app.route("/api/v1/programs", get().to(programs_api::programs::list));
    app.route("/api/v1/conversions", get().to(programs_api::sales::list));
    // library
    app.route("/library", get().to(library::shelf));
    app.route("/library/mine", get().to(library_mine::list));
    app.route("/library/links", get().to(library_links::list));
    app.route("/library/links", post().to(library_links::create));
    app.route("/library/links/{id}/delete", post().to(library_links::remove));
    app.route("/library/words", post().to(library_links::words));
    app.route("/library/collections", get().to(material::collections::list));
    app.route("/library/collections/{id}", get().to(material::collections::show));
    app.route("/library/training", get().to(material::collections::training));
    app.route("/library/{id}/print", get().to(material::show::print));
    app.route("/library/{id}/files/{file}", get().to(material::show::take));
    app.route("/library/{id}/sections/{section}", post().to(material::show::section));
    app.route("/api/v1/resources/{id}/material", get().to(material_api::show));
    app.route("/api/v1/resources/{id}/sections/{section}/mark", put().to(material_api::mark));
    app.route("/api/v1/resources/{id}/sections/{section}/mark", delete().to(material_api::unmark));
    app.route("/api/v1/resources/{id}/sections/{section}/answers", post().to(material_api::answers));
    app.route("/api/v1/resources/{id}/sheet", get().to(material_api::sheet));
    app.route("/api/v1/collections", get().to(material_api::list_collections));
    app.route("/api/v1/collections/{id}", get().to(material_api::show_collection));
    app.route("/library/{id}", get().to(library_show::show));
    app.route("/library/{id}/text", post().to(library_acts::text));
    app.route("/library/{id}/favourite", post().to(library_acts::favourite));
    app.route("/library/{id}/rate", post().to(library_acts::rate));
    app.route("/library/{id}/wish", post().to(library_acts::wish));
    app.route("/library/{id}/words", post().to(library_acts::words));
    app.route("/library/{id}/mail", post().to(library_acts::mail));
    app.route("/library/{id}/mine", get().to(library_mine::edit));
    app.route("/library/{id}/mine", post().to(library_mine::save));
    app.route("/api/v1/resources", get().to(library_api::list));
    app.route("/api/v1/resources/{id}", get().to(library_api::show));
    app.route("/api/v1/resources/{id}/download", get().to(library_api::download));
    app.route("/api/v1/resources/{id}/text", get().to(library_api::texts::show));
    app.route("/api/v1/resources/{id}/copies", post().to(library_api::texts::note_copy));
    app.route("/api/v1/resources/{id}/mail", post().to(library_api::texts::mail));
    app.route("/api/v1/resources/{id}/results", get().to(library_api::texts::results));
    app.route("/api/v1/resources/{id}/favourite", put().to(library_api::opinions::keep));
    app.route("/api/v1/resources/{id}/favourite", delete().to(library_api::opinions::let_go));
    app.route("/api/v1/resources/{id}/rating", put().to(library_api::opinions::rate));
    app.route("/api/v1/resources/{id}/rating", delete().to(library_api::opinions::unrate));
    app.route("/api/v1/resources/{id}/ratings", get().to(library_api::opinions::ratings));
    app.route("/api/v1/resources/{id}/wishes", post().to(library_api::opinions::wish));
    app.route("/api/v1/resources/{id}/own/{key}/{lang}", get().to(library_api::mine::version));
    app.route("/api/v1/resources/{id}/own/{key}/{lang}", put().to(library_api::mine::save));
    app.route("/api/v1/resources/{id}/own/{key}/{lang}", delete().to(library_api::mine::remove));
    app.route("/api/v1/resources/{id}/own/{key}/{lang}/offer", post().to(library_api::mine::offer));
    app.route("/api/v1/label-checks", post().to(library_api::texts::check_label));
    app.route("/api/v1/me/wishes", get().to(library_api::opinions::my_wishes));
    app.route("/api/v1/me/words", get().to(library_api::mine::words));
    app.route("/api/v1/me/words", put().to(library_api::mine::save_words));
    app.route("/api/v1/me/versions", get().to(library_api::mine::versions));
    app.route("/api/v1/me/links", get().to(library_api::links::list));
    app.route("/api/v1/me/links", post().to(library_api::links::create));
    app.route("/api/v1/me/links/{id}", delete().to(library_api::links::remove));
    app.route("/api/v1/me/links/{id}/qr", get().to(library_api::links::qr));
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
    // library
    app.route("/library/{id}/ratings/{member}/delete", post().to(library_acts::unrate));
    app.route("/api/v1/resources/{id}/ratings/{member}", delete().to(library_api::opinions::remove));
    app.route("/api/v1/reports", get().to(forums::api::list_reports));
    app.route("/api/v1/reports/{id}/close", post().to(forums::api::close_report));
    // rooms
    app.route("/rooms/{slug}/order", get().to(order::show));
    app.route("/rooms/{slug}/order", post().to(order::set));
    app.route("/rooms/{slug}/order/members", post().to(order::decide));
    app.route("/api/v1/rooms/{id}/order", get().to(order_api::order));
    app.route("/api/v1/rooms/{id}/order", patch().to(order_api::set_order));
    app.route("/api/v1/rooms/{id}/mutes/{member}", put().to(order_api::mute));
    app.route("/api/v1/rooms/{id}/mutes/{member}", delete().to(order_api::unmute));
    app.route("/api/v1/rooms/{id}/bans/{member}", put().to(order_api::ban));
    app.route("/api/v1/rooms/{id}/bans/{member}", delete().to(order_api::unban));
    app.route("/api/v1/rooms/{id}/members/{member}", delete().to(order_api::kick));
    app.route("/api/v1/rooms/{id}/members/{member}/messages", delete().to(order_api::delete_all));
}

fn managers(app: &mut ServiceConfig) {
    // policies
    app.route("/manage/policies", get().to(policies::web::desk));
    app.route("/manage/policies", post().to(policies::web::publish));
    app.route("/api/v1/policies", post().to(policies::api::publish));
    app.route("/api/v1/policies/{id}/acceptances", get().to(policies::api::acceptances));
    // rooms
    app.route("/manage/rooms", get().to(rooms::manage));
    app.route("/rooms/{slug}/settings", post().to(rooms::settings_do));
    app.route("/rooms/{slug}/export", get().to(rooms::export));
    app.route("/rooms/{slug}/hooks", get().to(rooms::hooks));
    app.route("/rooms/{slug}/hooks", post().to(rooms::hooks_do));
    app.route("/office-hours", post().to(rooms::plan));
    app.route("/office-hours/{id}", post().to(rooms::hour_do));
    app.route("/api/v1/rooms/{id}", patch().to(rooms_api::order::change));
    app.route("/api/v1/rooms/{id}/export", get().to(rooms_api::order::export));
    app.route("/api/v1/office-hours", post().to(rooms_api::plans::plan));
    app.route("/api/v1/office-hours/{id}", put().to(rooms_api::plans::change_hour));
    app.route("/api/v1/office-hours/{id}/cancel", post().to(rooms_api::plans::cancel_hour));
    app.route("/api/v1/rooms/{id}/hooks/incoming", get().to(rooms_api::plans::incoming));
    app.route("/api/v1/rooms/{id}/hooks/incoming", post().to(rooms_api::plans::create_incoming));
    app.route("/api/v1/rooms/{id}/hooks/incoming/{hook}", delete().to(rooms_api::plans::delete_incoming));
    app.route("/api/v1/rooms/{id}/hooks/outgoing", get().to(rooms_api::plans::outgoing));
    app.route("/api/v1/rooms/{id}/hooks/outgoing", post().to(rooms_api::plans::create_outgoing));
    app.route("/api/v1/rooms/{id}/hooks/outgoing/{hook}", delete().to(rooms_api::plans::delete_outgoing));
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
    app.route("/manage/imports/new/{id}", get().to(programs::wizard::show));
    app.route("/manage/imports/new/{id}", post().to(programs::wizard::answer));
    app.route("/manage/imports/{id}", get().to(programs::imports::show));
    app.route("/manage/imports/{id}/report.csv", get().to(programs::imports::report));
    app.route("/manage/imports/{id}/undo", post().to(programs::imports::undo));
    app.route("/manage/imports/{id}/run", post().to(programs::imports::run));
    app.route("/manage/ref-requests/{id}", post().to(programs::asks::answer));
    app.route("/api/v1/ref-requests", get().to(programs_api::asks::list));
    app.route("/api/v1/ref-requests/{id}", post().to(programs_api::asks::answer));
    app.route("/api/v1/ref-requests/{id}", delete().to(programs_api::asks::dismiss));
    app.route("/api/v1/programs", post().to(programs_api::programs::create));
    app.route("/api/v1/programs/{id}", patch().to(programs_api::programs::update));
    app.route("/api/v1/program-links", post().to(programs_api::programs::try_link));
    app.route("/api/v1/programs/{id}/rotate-secret", post().to(programs_api::programs::rotate));
    app.route("/api/v1/conversions", post().to(programs_api::sales::report));
    app.route("/api/v1/imports", get().to(programs_api::imports::list));
    app.route("/api/v1/imports", post().to(programs_api::imports::create));
    app.route("/api/v1/imports/{id}", get().to(programs_api::imports::show));
    app.route("/api/v1/imports/{id}/undo", post().to(programs_api::imports::undo));
    app.route("/api/v1/imports/{id}/rows", get().to(programs_api::drafts::rows));
    app.route("/api/v1/imports/{id}/report", get().to(programs_api::drafts::report));
    app.route("/api/v1/import-drafts", post().to(programs_api::drafts::create));
    app.route("/api/v1/import-drafts/{id}", get().to(programs_api::drafts::show));
    app.route("/api/v1/import-drafts/{id}", post().to(programs_api::drafts::answer));
    // office
    app.route("/admin/setup", get().to(setup::begin));
    app.route("/admin/setup/logo", post().to(setup::logo));
    app.route("/admin/setup/{step}", get().to(setup::step));
    app.route("/admin/setup/{step}", post().to(setup::save));
    app.route("/manage", get().to(office_web::manage));
    app.route("/manage/today", get().to(office_web::today));
    // library
    app.route("/manage/library", get().to(library_desk::list));
    app.route("/manage/library/bulk", get().to(material::bulk::list));
    app.route("/manage/library/bulk", post().to(material::bulk::create));
    app.route("/manage/library/bulk/{id}", get().to(material::bulk::show));
    app.route("/manage/library/bulk/{id}/run", post().to(material::bulk::run));
    app.route("/manage/library/usage", get().to(material::office::usage));
    app.route("/manage/library/quality", get().to(material::office::quality));
    app.route("/manage/library/collections/new", get().to(material::collections::new));
    app.route("/manage/library/collections/new", post().to(material::collections::create));
    app.route("/manage/library/collections/{id}", get().to(material::collections::edit));
    app.route("/manage/library/collections/{id}", post().to(material::collections::update));
    app.route("/manage/library/collections/{id}/delete", post().to(material::collections::remove));
    app.route("/manage/library/{id}/material", get().to(material::desk::show));
    app.route("/manage/library/{id}/material", post().to(material::desk::save));
    app.route("/api/v1/resources/{id}/material", put().to(material_api::save));
    app.route("/api/v1/collections", post().to(material_api::create_collection));
    app.route("/api/v1/collections/{id}", put().to(material_api::update_collection));
    app.route("/api/v1/collections/{id}", delete().to(material_api::delete_collection));
    app.route("/api/v1/bulk-uploads", post().to(material_api::create_bulk));
    app.route("/api/v1/bulk-uploads/{id}", get().to(material_api::show_bulk));
    app.route("/api/v1/bulk-uploads/{id}/run", post().to(material_api::run_bulk));
    app.route("/api/v1/library/usage", get().to(material_api::usage));
    app.route("/api/v1/library/quality", get().to(material_api::quality));
    app.route("/manage/library/new", get().to(library_desk::new_form));
    app.route("/manage/library/new", post().to(library_desk::create));
    app.route("/manage/library/preview", post().to(library_preview::preview_typed));
    app.route("/manage/library/inbox", get().to(library_review::inbox));
    app.route("/manage/library/wishes/{id}", post().to(library_review::answer_wish));
    app.route("/manage/library/offers/{id}", post().to(library_review::answer_offer));
    app.route("/manage/library/{id}", get().to(library_desk::edit_form));
    app.route("/manage/library/{id}/history", get().to(library_review::history));
    app.route("/manage/library/{id}/history/{rev}", post().to(library_review::restore));
    app.route("/manage/library/{id}/review", post().to(library_review::review));
    app.route("/manage/library/{id}/recall", post().to(library_review::recall));
    app.route("/manage/library/{id}/takers", get().to(library_review::takers));
    app.route("/manage/library/{id}", post().to(library_desk::change));
    app.route("/manage/library/{id}/delete", post().to(library_desk::remove));
    app.route("/manage/library/{id}/preview", get().to(library_preview::preview));
    app.route("/api/v1/resources", post().to(library_api::create));
    app.route("/api/v1/resources/{id}", patch().to(library_api::change));
    app.route("/api/v1/resources/{id}", delete().to(library_api::remove));
    app.route("/api/v1/resources/{id}/history", get().to(library_api::desk::history));
    app.route("/api/v1/resources/{id}/history/{rev}/restore", post().to(library_api::desk::restore));
    app.route("/api/v1/resources/{id}/submit", post().to(library_api::desk::submit));
    app.route("/api/v1/resources/{id}/review", post().to(library_api::desk::review));
    app.route("/api/v1/resources/{id}/recall", post().to(library_api::desk::recall));
    app.route("/api/v1/resources/{id}/takers", get().to(library_api::desk::takers));
    app.route("/api/v1/wishes", get().to(library_api::opinions::wishes));
    app.route("/api/v1/wishes/{id}", post().to(library_api::opinions::answer));
    app.route("/api/v1/offered-versions", get().to(library_api::desk::offers));
    app.route("/api/v1/offered-versions/{id}", post().to(library_api::desk::answer_offer));
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
    // invitations
    app.route("/manage/invitations", get().to(invitations::desk));
    app.route("/manage/invitations", post().to(invitations::start));
    app.route("/manage/invitations/{id}", get().to(invitations::show));
    app.route("/manage/invitations/{id}/{act}", post().to(invitations::act));
    app.route("/manage/invite-links", post().to(invitations::make_link));
    app.route("/manage/invite-links/{id}/close", post().to(invitations::end_link));
    app.route("/api/v1/invitation-waves", get().to(invitations_api::list_waves));
    app.route("/api/v1/invitation-waves", post().to(invitations_api::create_wave));
    app.route("/api/v1/invitation-waves/{id}", get().to(invitations_api::show_wave));
    app.route("/api/v1/invitation-waves/{id}/{act}", post().to(invitations_api::act));
    app.route("/api/v1/invitations", get().to(invitations_api::list));
    app.route("/api/v1/invite-links", get().to(invitations_api::list_links));
    app.route("/api/v1/invite-links", post().to(invitations_api::create_link));
    app.route("/api/v1/invite-links/{id}", delete().to(invitations_api::close_link));
    app.route("/api/v1/invite-links/{id}/qr", get().to(invitations_api::qr));
    // newsletters
    app.route("/manage/campaigns", get().to(newsletters::list));
    app.route("/manage/campaigns/new", get().to(newsletters::blank));
    app.route("/manage/campaigns/new", post().to(newsletters::create));
    app.route("/manage/campaigns/{id}", get().to(newsletters::edit));
    app.route("/manage/campaigns/{id}", post().to(newsletters::save));
    app.route("/manage/campaigns/{id}/preview", get().to(newsletters::preview));
    app.route("/admin/returns", get().to(newsletters::returned));
    app.route("/manage/campaigns/{id}/report", get().to(newsletters::report_page));
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
    app.route("/api/v1/campaigns/{id}/report", get().to(campaigns::report));
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
    app.route("/api/v1/settings/logo", put().to(office_api::put_logo));
    app.route("/api/v1/settings/logo", delete().to(office_api::delete_logo));
    app.route("/api/v1/settings/test-mail", post().to(office_api::send_test_mail));
    app.route("/api/v1/jobs", get().to(office_api::get_jobs));
    app.route("/api/v1/jobs/{id}/retry", post().to(office_api::retry_job));
    app.route("/api/v1/audit", get().to(office_api::list_audit));
    app.route("/api/v1/tokens", get().to(office_api::list_tokens));
    app.route("/api/v1/tokens/{id}", delete().to(office_api::delete_token));
    // upkeep
    app.route("/admin/backups", get().to(upkeep::web::backups));
    app.route("/admin/backups", post().to(upkeep::web::back_up));
    app.route("/admin/doctor", get().to(upkeep::web::doctor));
    app.route("/admin/dkim", get().to(upkeep::web::dkim::keys));
    app.route("/admin/dkim", post().to(upkeep::web::dkim::create));
    app.route("/admin/dkim/{id}/activate", post().to(upkeep::web::dkim::activate));
    app.route("/admin/dkim/{id}/delete", post().to(upkeep::web::dkim::remove));
    app.route("/api/v1/backups", get().to(upkeep::api::list_backups));
    app.route("/api/v1/backups", post().to(upkeep::api::create_backup));
    app.route("/api/v1/backups/{id}", get().to(upkeep::api::get_backup));
    app.route("/api/v1/doctor", get().to(upkeep::api::get_doctor));
    app.route("/api/v1/dkim-keys", get().to(upkeep::api::list_dkim_keys));
    app.route("/api/v1/dkim-keys", post().to(upkeep::api::create_dkim_keys));
    app.route("/api/v1/dkim-keys/{id}/activate", post().to(upkeep::api::activate_dkim_key));
    app.route("/api/v1/dkim-keys/{id}", delete().to(upkeep::api::delete_dkim_key));
    app.route("/api/v1/alerts", get().to(upkeep::api::list_alerts));
    app.route("/api/v1/mail-route", get().to(upkeep::api::get_mail_route));
    // members
    app.route("/admin/tiers", get().to(members_web::tiers));
    app.route("/admin/tiers", post().to(members_web::save_tiers));
    app.route("/admin/roles", get().to(members_web::roles));
    app.route("/admin/roles", post().to(members_web::set_role));
    app.route("/api/v1/tiers", put().to(members_api::update_tiers));
}
