//! Niches.

use super::super::actions;
use super::super::model::{NicheChange, NicheInput};
use super::super::store::{self, Niche, Tier};
use crate::access::Sight;
use crate::error::Result;
use crate::settings::Bilingual;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// A niche.
#[derive(Debug, Serialize, ToSchema)]
pub struct NicheItem {
    /// Row id.
    pub id: i64,
    /// Address.
    pub slug: String,
    /// Name.
    pub name: Bilingual,
    /// Description.
    pub description: Bilingual,
    /// Slug of the lowest tier that may enter.
    pub min_tier: Option<String>,
    /// Colour, 0 to 11.
    pub hue: i32,
    /// When it was made.
    pub created_at: String,
}

fn item(niche: Niche, tiers: &[Tier]) -> NicheItem {
    NicheItem {
        id: niche.id,
        slug: niche.slug,
        name: Bilingual { de: niche.name_de, en: niche.name_en },
        description: Bilingual { de: niche.description_de, en: niche.description_en },
        min_tier: tiers.iter().find(|t| t.rank == niche.min_rank).map(|t| t.slug.clone()),
        hue: niche.hue,
        created_at: crate::i18n::iso(niche.created_at),
    }
}

/// The niches of the house.
#[derive(Debug, Serialize, ToSchema)]
pub struct Niches {
    /// In their order.
    pub items: Vec<NicheItem>,
    /// Where the next page begins; null at the end, and where no limit was asked.
    pub next_cursor: Option<String>,
}

/// `GET /api/v1/niches`: those the caller may enter.
#[utoipa::path(get, path = "/api/v1/niches", tag = "members", params(PageQuery), responses((status = 200, body = Niches)))]
pub async fn list_niches(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let sight = Sight::of(&me.viewer);
    let items = me
        .house
        .db
        .read(move |c| {
            let tiers = store::list_tiers(c)?;
            Ok(store::list_visible_niches(c, sight)?.into_iter().map(|n| item(n, &tiers)).collect())
        })
        .await?;
    let Page { items, next_cursor } = Page::of_short(items, &paging)?;
    Ok(HttpResponse::Ok().json(Niches { items, next_cursor }))
}

/// `POST /api/v1/niches`
#[utoipa::path(post, path = "/api/v1/niches", tag = "members", request_body = NicheInput,
    responses((status = 201, body = NicheItem), (status = 422, description = "Wrong fields, or the slug is taken")))]
pub async fn create_niche(me: Manager, body: Json<NicheInput>) -> Result<HttpResponse> {
    let niche = actions::create_niche(&me.house, &me.viewer, body.0).await?;
    let tiers = me.house.db.read(store::list_tiers).await?;
    Ok(HttpResponse::Created().json(item(niche, &tiers)))
}

/// `PATCH /api/v1/niches/{slug}`
#[utoipa::path(patch, path = "/api/v1/niches/{slug}", tag = "members", params(("slug" = String, Path)),
    request_body = NicheChange,
    responses((status = 200, body = NicheItem), (status = 404, description = "No such niche"),
              (status = 422, description = "Wrong fields")))]
pub async fn update_niche(me: Manager, slug: web::Path<String>, body: Json<NicheChange>) -> Result<HttpResponse> {
    let niche = actions::change_niche(&me.house, &me.viewer, slug.into_inner(), body.0).await?;
    let tiers = me.house.db.read(store::list_tiers).await?;
    Ok(HttpResponse::Ok().json(item(niche, &tiers)))
}
