//! The niches of the house, for managers.

use super::super::actions;
use super::super::model::{NicheChange, NicheInput};
use super::super::store::{self, Niche};
use super::tier_choices;
use crate::access::Sight;
use crate::accounts::web::FormView;
use crate::error::Result;
use crate::settings::Bilingual;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Manager;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    slug: String,
    name: String,
    name_de: String,
    name_en: String,
    description: String,
    description_de: String,
    description_en: String,
    hue: i32,
    members: i64,
    tier: String,
    tiers: Vec<Choice>,
    hues: Vec<Choice>,
    errors: std::collections::BTreeMap<String, String>,
    open: bool,
}

#[derive(Serialize)]
struct NichesView {
    niches: Vec<Line>,
    form: FormView,
    tiers: Vec<Choice>,
    hues: Vec<Choice>,
}

fn hues(current: i32) -> Vec<Choice> {
    (0..12).map(|h| Choice::of(h.to_string(), h.to_string(), &current.to_string())).collect()
}

/// Shows the page; a failed form belongs to the niche of its key, or to the new one.
async fn show(me: &Manager, form: FormView) -> Result<HttpResponse> {
    let (lang, sight) = (me.lang(), Sight::of(&me.viewer));
    let (niches, tiers, counts) = me
        .house
        .db
        .read(move |c| {
            Ok((store::list_visible_niches(c, sight)?, store::list_tiers(c)?, store::count_niche_members(c)?))
        })
        .await?;
    let line = |n: Niche| {
        let failed = !form.key.is_empty() && form.key == n.slug;
        let kept = |field: &str, now: &str| match form.values.get(field).filter(|_| failed) {
            Some(typed) => typed.clone(),
            None => now.to_owned(),
        };
        let tier = tiers.iter().find(|t| t.rank == n.min_rank);
        Line {
            name: n.name(lang).to_owned(),
            name_de: kept("name_de", &n.name_de),
            name_en: kept("name_en", &n.name_en),
            description: n.description(lang).to_owned(),
            description_de: kept("description_de", &n.description_de),
            description_en: kept("description_en", &n.description_en),
            members: counts.iter().find(|(id, _)| *id == n.id).map_or(0, |(_, count)| *count),
            tier: tier.map_or("", |t| t.name(lang)).to_owned(),
            tiers: tier_choices(&tiers, lang, None, tier.map_or("", |t| &t.slug)),
            hues: hues(n.hue),
            hue: n.hue,
            errors: if failed { form.errors.clone() } else { Default::default() },
            open: failed,
            slug: n.slug,
        }
    };
    let niches: Vec<Line> = niches.into_iter().map(line).collect();
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let form = if form.key.is_empty() { form } else { FormView::default() };
    let tier = form.values.get("min_tier").cloned().unwrap_or_default();
    let hue = i32::try_from(niches.len() * 5 % 12).unwrap_or(0);
    let view = NichesView { niches, tiers: tier_choices(&tiers, lang, None, &tier), hues: hues(hue), form };
    me.page("members/niches", "members-niches-title").nav("manage").status(status).show(&view).await
}

/// `GET /manage/niches`
pub async fn niches(me: Manager) -> Result<HttpResponse> {
    show(&me, FormView::default()).await
}

fn both(form: &Form, name: &str) -> Bilingual {
    let text = |lang: &str| form.text(&format!("{name}_{lang}")).to_owned();
    Bilingual { de: text("de"), en: text("en") }
}

/// `POST /manage/niches`
pub async fn create_niche(me: Manager, form: Form) -> Result<HttpResponse> {
    let name = both(&form, "name");
    let slug = match form.text("slug") {
        "" => crate::text::slug(name.get(crate::i18n::Lang::De)),
        typed => typed.to_owned(),
    };
    let input = NicheInput {
        slug,
        name,
        description: both(&form, "description"),
        min_tier: Some(form.text("min_tier").to_owned()).filter(|t| !t.is_empty()),
        hue: form.text("hue").parse().ok(),
    };
    match actions::create_niche(&me.house, &me.viewer, input).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/manage/niches", "ok", "members-niche-made")),
        Err(error) => show(&me, named(FormView::again(me.lang(), &form, "", error)?)).await,
    }
}

/// `POST /manage/niches/{slug}`
pub async fn update_niche(me: Manager, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let change = NicheChange {
        name: Some(both(&form, "name")),
        description: Some(both(&form, "description")),
        min_tier: Some(form.text("min_tier").to_owned()).filter(|t| !t.is_empty()),
        hue: form.text("hue").parse().ok(),
    };
    match actions::change_niche(&me.house, &me.viewer, slug.to_string(), change).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/manage/niches", "ok", "accounts-saved")),
        Err(error) => show(&me, named(FormView::again(me.lang(), &form, &slug, error)?)).await,
    }
}

/// The API knows one field for both languages; the page has two.
fn named(mut form: FormView) -> FormView {
    for field in ["name", "description"] {
        if let Some(message) = form.errors.remove(field) {
            form.errors.insert(format!("{field}_de"), message);
        }
    }
    form
}
