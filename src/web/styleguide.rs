//! `/styleguide`: every component in every state, while developing and in the demo.

use super::guards::Ctx;
use crate::error::{Error, Result};
use actix_web::HttpResponse;

/// `GET /styleguide`; elsewhere it does not exist.
pub async fn show(ctx: Ctx) -> Result<HttpResponse> {
    if !cfg!(debug_assertions) && !ctx.house.config.demo {
        return Err(Error::NotFound);
    }
    ctx.page("styleguide", "styleguide-title").show(&serde_json::json!({})).await
}
