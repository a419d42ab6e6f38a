//! Imprint, privacy, and the manifest that makes the house installable.

use crate::error::Result;
use crate::settings::{self, Bilingual, Settings};
use crate::text::page_html;
use crate::web::guards::Ctx;
use actix_web::HttpResponse;
use serde::Serialize;

#[derive(Serialize)]
struct LegalView {
    title: &'static str,
    body_html: String,
}

async fn show(ctx: &Ctx, title: &'static str, pick: fn(Settings) -> Bilingual) -> Result<HttpResponse> {
    let text = pick(ctx.house.db.read(settings::load).await?);
    let view = LegalView { title, body_html: page_html(text.get(ctx.lang())) };
    ctx.page("office/legal", title).show(&view).await
}

/// `GET /legal/imprint`
pub async fn imprint(ctx: Ctx) -> Result<HttpResponse> {
    show(&ctx, "shell-imprint", |s| s.imprint).await
}

/// `GET /legal/privacy`
pub async fn privacy(ctx: Ctx) -> Result<HttpResponse> {
    show(&ctx, "shell-privacy", |s| s.privacy).await
}

/// `GET /manifest.webmanifest`
pub async fn manifest(ctx: Ctx) -> Result<HttpResponse> {
    let name = ctx.house.db.read(settings::load).await?.community_name;
    let assets = crate::web::assets::prefix();
    let manifest = serde_json::json!({
        "name": name,
        "short_name": name.chars().take(12).collect::<String>(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": ctx.lang().code(),
        "background_color": "#f5f4f0",
        "theme_color": "#fefefc",
        "icons": [{ "src": format!("{assets}/logo.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    Ok(HttpResponse::Ok()
        .content_type("application/manifest+json")
        .insert_header(("cache-control", "no-cache"))
        .body(manifest.to_string()))
}
