//! `/s2s/{secret}/sale.php`: what a shop calls for each sale, as Post Affiliate Pro's own address takes it.

use crate::error::Result;
use crate::programs::actions::{self, Postback};
use crate::web::guards::Ctx;
use crate::web::limits::Bucket;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET` or `POST /s2s/{secret}/sale.php`: parameters in the query, in an urlencoded body, or in both.
#[utoipa::path(method(get, post), path = "/s2s/{secret}/sale.php", tag = "programs", params(("secret" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "Parameters as Post Affiliate Pro's own address takes them, here or in the query"),
    responses((status = 200, description = "`OK`, also where the sale is known already", content_type = "text/plain"),
        (status = 404, description = "No such secret"), (status = 422, description = "What is wrong with the parameters"),
        (status = 429, description = "More than 600 a minute from one address")))]
pub async fn sale(ctx: Ctx, secret: web::Path<String>, req: HttpRequest, body: web::Bytes) -> Result<HttpResponse> {
    ctx.house.limits.take(Bucket::Postbacks, ctx.ip())?;
    let mut given = Vec::new();
    for part in [body.as_ref(), req.query_string().as_bytes()] {
        given.extend(url::form_urlencoded::parse(part).map(|(k, v)| (k.into_owned(), v.into_owned())));
    }
    actions::take_postback(&ctx.house, secret.into_inner(), Postback(given)).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body("OK"))
}
