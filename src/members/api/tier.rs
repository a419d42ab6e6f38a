//! Tiers.

use super::super::model::{TierInput, amount};
use super::super::{actions, store};
use crate::error::Result;
use crate::settings::{self, Bilingual};
use crate::web::forms::Json;
use crate::web::guards::{Admin, Member};
use crate::web::paging::{Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Debug, Serialize, ToSchema)]
pub struct Amount {
    /// `"500.00"`.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

/// A tier.
#[derive(Debug, Serialize, ToSchema)]
pub struct TierItem {
    /// Order; the lowest first.
    pub rank: i32,
    /// Stable name.
    pub slug: String,
    /// Name.
    pub name: Bilingual,
    /// Turnover a month.
    #[schema(inline)]
    pub min_turnover: Amount,
    /// Months it must be held.
    pub periods: i32,
    /// Promised time for an answer, in hours.
    pub response_hours: i32,
}

/// The tiers of the house.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tiers {
    /// The lowest first.
    pub items: Vec<TierItem>,
    /// Always null: there are few.
    pub next_cursor: Option<String>,
}

async fn answer(house: &crate::house::House, paging: &PageQuery) -> Result<HttpResponse> {
    let items = house
        .db
        .read(|c| {
            let currency = settings::load(c)?.currency;
            let tiers = store::list_tiers(c)?;
            Ok(tiers
                .into_iter()
                .map(|t| TierItem {
                    rank: t.rank,
                    slug: t.slug,
                    name: Bilingual { de: t.name_de, en: t.name_en },
                    min_turnover: Amount { amount: amount(t.min_turnover), currency: currency.clone() },
                    periods: t.periods,
                    response_hours: t.response_hours,
                })
                .collect())
        })
        .await?;
    let Page { items, next_cursor } = Page::of_short(items, paging)?;
    Ok(HttpResponse::Ok().json(Tiers { items, next_cursor }))
}

/// `GET /api/v1/tiers`
#[utoipa::path(get, path = "/api/v1/tiers", tag = "members", params(PageQuery), responses((status = 200, body = Tiers)))]
pub async fn list_tiers(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    answer(&me.house, &paging).await
}

/// Tiers to change; those not named stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TiersInput {
    /// The tiers.
    pub items: Vec<TierInput>,
}

/// `PUT /api/v1/tiers`
#[utoipa::path(put, path = "/api/v1/tiers", tag = "members", request_body = TiersInput,
    responses((status = 200, body = Tiers), (status = 422, description = "Wrong fields")))]
pub async fn update_tiers(me: Admin, body: Json<TiersInput>) -> Result<HttpResponse> {
    actions::change_tiers(&me.house, &me.viewer, body.0.items).await?;
    answer(&me.house, &PageQuery::default()).await
}
