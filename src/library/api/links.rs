//! The link builder, and where a short link leads.

use crate::error::{Error, FieldError, Result};
use crate::i18n::iso;
use crate::library::actions::links::{self as actions, LinkInput};
use crate::library::actions::taking::short_base;
use crate::library::links::{qr_png, qr_svg};
use crate::library::store;
use crate::library::store::links::ShortLink;
use crate::web::forms::Json;
use crate::web::guards::{Ctx, Member};
use crate::web::paging::Page;
use crate::web::problem::Problem;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Links of one answer.
const SHOWN: i64 = 200;

/// A short link.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LinkJson {
    /// Row id.
    pub id: i64,
    /// Name for the own overview.
    pub name: String,
    /// Name of the program.
    pub program: String,
    /// The short address.
    pub short: String,
    /// Where it leads.
    pub target: String,
    /// Sub-id in the target.
    pub sub_id: String,
    /// The resource whose text it stands in; null: made by hand.
    pub resource: Option<i64>,
    /// Clicks, counted without names.
    pub clicks: i64,
    /// When it was made.
    pub created_at: String,
}

fn json(link: ShortLink, program: String, base: &str) -> LinkJson {
    LinkJson {
        id: link.id,
        name: link.name,
        program,
        short: format!("{base}{}", link.code),
        target: link.target,
        sub_id: link.sub_id,
        resource: Some(link.resource_id).filter(|id| *id > 0),
        clicks: link.clicks,
        created_at: iso(link.created_at),
    }
}

/// `GET /api/v1/me/links`
#[utoipa::path(get, path = "/api/v1/me/links", tag = "library",
    responses((status = 200, description = "The caller's links, newest first", body = Page<LinkJson>)))]
pub async fn list(me: Member) -> Result<HttpResponse> {
    let (member, base) = (me.viewer.id, short_base(&me.house));
    let rows = me.house.db.read(move |c| store::links::list_links(c, member, SHOWN)).await?;
    let items: Vec<LinkJson> = rows.into_iter().map(|(link, program)| json(link, program, &base)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `POST /api/v1/me/links`
#[utoipa::path(post, path = "/api/v1/me/links", tag = "library", request_body = LinkInput,
    responses((status = 201, description = "The link; the same wish again answers the same link", body = LinkJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(me: Member, input: Json<LinkInput>) -> Result<HttpResponse> {
    let link = actions::create(&me.house, &me.viewer, input.0).await?;
    let program = link.program_id;
    let name = me.house.db.read(move |c| Ok(store::list_programs(c)?.into_iter().find(|p| p.id == program))).await?;
    let name = name.map(|p| p.name).unwrap_or_default();
    Ok(HttpResponse::Created().json(json(link, name, &short_base(&me.house))))
}

/// `DELETE /api/v1/me/links/{id}`
#[utoipa::path(delete, path = "/api/v1/me/links/{id}", tag = "library", params(("id" = i64, Path)),
    responses((status = 204, description = "Gone; its address leads nowhere"), (status = 404, body = Problem)))]
pub async fn remove(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::remove(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which picture.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct QrQuery {
    /// `svg` (when not given) or `png`.
    pub format: Option<String>,
    /// Of the long address instead of the short one.
    pub long: Option<bool>,
}

/// `GET /api/v1/me/links/{id}/qr`
#[utoipa::path(get, path = "/api/v1/me/links/{id}/qr", tag = "library", params(("id" = i64, Path), QrQuery),
    responses((status = 200, description = "The QR code as a file"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn qr(me: Member, id: web::Path<i64>, query: web::Query<QrQuery>) -> Result<HttpResponse> {
    let (member, id) = (me.viewer.id, *id);
    let link = me.house.db.read(move |c| store::links::find_own(c, member, id)).await?;
    let address =
        if query.long.unwrap_or(false) { link.target } else { format!("{}{}", short_base(&me.house), link.code) };
    let (kind, ending, bytes) = match query.format.as_deref() {
        None | Some("" | "svg") => ("image/svg+xml", "svg", qr_svg(&address)?.into_bytes()),
        Some("png") => ("image/png", "png", qr_png(&address)?),
        Some(_) => return Err(Error::Invalid(vec![FieldError::new("format", "choice").arg("choices", "svg, png")])),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=86400"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"qr-{}.{ending}\"", link.code)))
        .body(bytes))
}

/// `GET /l/{code}`: leads on and counts. No cookie, no address, no browser is kept.
pub async fn follow(ctx: Ctx, code: web::Path<String>) -> Result<HttpResponse> {
    let to = actions::follow(&ctx.house, ctx.viewer.as_deref(), code.into_inner()).await?;
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .finish())
}
