//! Every URL, grouped by who may enter. One route, one line. What a handler's first argument asks for
//! (`Ctx`, `Member`, `Manager`, `Admin`) is checked again there: this page is the table of contents.

use crate::accounts::web as accounts;
use crate::error::Error;
use crate::library::api as library_api;
use crate::library::web::{manage as library_desk, shelf as library};
use crate::openapi;
use crate::web::{assets, health, manifest, styleguide};
use actix_web::{HttpRequest, HttpResponse};
use actix_web::web::{ServiceConfig, delete, get, patch, post, to};

/// Registers every URL.
pub fn configure(app: &mut ServiceConfig) {
    machines(app);
    public(app);
    members(app);
    managers(app);
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
}

fn public(app: &mut ServiceConfig) {
    // the house
    app.route("/manifest.webmanifest", get().to(manifest::show));
    app.route("/styleguide", get().to(styleguide::show));
    // accounts
    app.route("/setup/{token}", get().to(accounts::setup_form));
    app.route("/setup/{token}", post().to(accounts::setup));
    app.route("/login", get().to(accounts::login_form));
    app.route("/login", post().to(accounts::login));
    app.route("/preferences", post().to(accounts::preferences));
}

fn members(app: &mut ServiceConfig) {
    // accounts
    app.route("/logout", post().to(accounts::logout));
    // library
    app.route("/library", get().to(library::shelf));
    app.route("/library/{id}", get().to(library::show));
    app.route("/api/v1/resources", get().to(library_api::list));
    app.route("/api/v1/resources/{id}", get().to(library_api::show));
    app.route("/api/v1/resources/{id}/download", get().to(library_api::download));
}

fn managers(app: &mut ServiceConfig) {
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
}
