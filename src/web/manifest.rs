//! `/manifest.webmanifest`: what makes the house installable on a phone.

use super::assets;
use super::guards::Ctx;
use crate::error::Result;
use actix_web::HttpResponse;
use serde_json::json;

/// `GET /manifest.webmanifest`, with the community's name.
pub async fn show(ctx: Ctx) -> Result<HttpResponse> {
    let current = ctx.house.settings.clone();
    let (settings, brand) = ctx.house.db.read(move |c| Ok((current.refresh(c)?, current.brand()))).await?;
    let name = &settings.community_name;
    let accent = if brand.light.is_empty() { "#005c5f" } else { &brand.light };
    let manifest = json!({
        "id": "/",
        "name": name,
        "short_name": name,
        "lang": ctx.lang().code(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f4f0",
        "theme_color": accent,
        "icons": [{ "src": format!("{}/logo.svg", assets::prefix()), "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    Ok(HttpResponse::Ok()
        .content_type("application/manifest+json")
        .insert_header(("cache-control", "private, max-age=3600"))
        .body(manifest.to_string()))
}
