//! Imprint and privacy.

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
