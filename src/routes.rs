//! Every URL, grouped by who may enter. One route, one line. What a handler's first argument asks for
//! (`Ctx`, `Member`, `Manager`, `Admin`) is checked again there: this page is the table of contents.

use crate::accounts::web as accounts;
use crate::error::Error;
use crate::openapi;
use crate::web::{assets, health, manifest, styleguide};
use actix_web::{HttpRequest, HttpResponse};
use actix_web::web::{ServiceConfig, get, post, to};

/// Registers every URL.
pub fn configure(app: &mut ServiceConfig) {
    machines(app);
    public(app);
    members(app);
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
}
