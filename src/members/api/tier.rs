//! Tiers.

use super::super::model::{TierInput, amount};
use super::super::{actions, store};
use crate::error::Result;
use crate::settings::{self, Bilingual};
use crate::web::forms::Json;
use crate::web::guards::{Admin, Member};
use actix_web::HttpResponse;
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

async fn answer(house: &crate::house::House) -> Result<HttpResponse> {
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
    Ok(HttpResponse::Ok().json(Tiers { items, next_cursor: None }))
}

/// `GET /api/v1/tiers`
#[utoipa::path(get, path = "/api/v1/tiers", tag = "members", responses((status = 200, body = Tiers)))]
pub async fn list_tiers(me: Member) -> Result<HttpResponse> {
    answer(&me.house).await
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
    answer(&me.house).await
}
