//! JSON API of programs, sales and imports, and the shop's postback.

pub mod asks;
pub mod drafts;
pub mod imports;
pub mod postback;
pub mod programs;
pub mod sales;

use super::amount;

/// Money as the API writes it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Money {
    /// Decimal with two places.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

impl Money {
    /// From hundredths.
    pub fn new(minor: i64, currency: &str) -> Self {
        Self { amount: amount::format(minor), currency: currency.to_owned() }
    }
}
