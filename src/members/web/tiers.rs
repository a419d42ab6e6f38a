//! Tiers, for admins.

use super::super::model::{MoneyInput, TierInput, amount};
use super::super::{actions, store};
use crate::accounts::web::FormView;
use crate::error::Result;
use crate::settings::{self, Bilingual};
use crate::web::forms::Form;
use crate::web::guards::Admin;
use crate::web::redirect::see_other_with;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    slug: String,
    name_de: String,
    name_en: String,
    min_turnover: String,
    periods: String,
    response_hours: String,
}

#[derive(Serialize)]
struct TiersView {
    tiers: Vec<Line>,
    currency: String,
    messages: Vec<String>,
}

async fn show(me: &Admin, form: FormView) -> Result<HttpResponse> {
    let (tiers, currency) = me.house.db.read(|c| Ok((store::list_tiers(c)?, settings::load(c)?.currency))).await?;
    // Germans write a comma; the parser takes both.
    let written = |text: String| me.lang().pick(text.replace('.', ","), text);
    let kept =
        |slug: &str, field: &str, now: String| form.values.get(&format!("{field}:{slug}")).cloned().unwrap_or(now);
    let tiers = tiers
        .into_iter()
        .map(|t| Line {
            name_de: kept(&t.slug, "name_de", t.name_de.clone()),
            name_en: kept(&t.slug, "name_en", t.name_en.clone()),
            min_turnover: kept(&t.slug, "min_turnover", written(amount(t.min_turnover))),
            periods: kept(&t.slug, "periods", t.periods.to_string()),
            response_hours: kept(&t.slug, "response_hours", t.response_hours.to_string()),
            slug: t.slug,
        })
        .collect();
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = TiersView { tiers, currency, messages: form.errors.into_values().collect() };
    me.page("members/tiers", "members-tiers-title").nav("admin").status(status).show(&view).await
}

/// `GET /admin/tiers`
pub async fn tiers(me: Admin) -> Result<HttpResponse> {
    show(&me, FormView::default()).await
}

/// `POST /admin/tiers`
pub async fn save_tiers(me: Admin, form: Form) -> Result<HttpResponse> {
    let known = me.house.db.read(store::list_tiers).await?;
    let wanted = known
        .into_iter()
        .map(|t| {
            let text = |field: &str| form.text(&format!("{field}:{}", t.slug)).to_owned();
            TierInput {
                name: Bilingual { de: text("name_de"), en: text("name_en") },
                min_turnover: MoneyInput::Plain(text("min_turnover")),
                // What is no number is out of every range, and said so.
                periods: text("periods").parse().unwrap_or(-1),
                response_hours: text("response_hours").parse().unwrap_or(-1),
                slug: t.slug,
            }
        })
        .collect();
    match actions::change_tiers(&me.house, &me.viewer, wanted).await {
        Ok(()) => Ok(see_other_with(&me.house.config, "/admin/tiers", "ok", "accounts-saved")),
        Err(error) => show(&me, FormView::again(me.lang(), &form, "", error)?).await,
    }
}
