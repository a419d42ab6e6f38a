//! A text as a given member would get it, stored or as it is being typed.

use super::manage::{PEOPLE, from_local, slot_name};
use super::show::{TextQuery, load, resource_view};
use super::text::copy_view;
use crate::access::Sight;
use crate::error::Result;
use crate::i18n::Lang;
use crate::library::actions::taking::{owner, short_base};
use crate::library::input::check_text;
use crate::library::model::{Key, Kind, Offer, Resource, Variant, Whole};
use crate::library::personal::Facts;
use crate::library::store;
use crate::programs::amount;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;

/// `POST /manage/library/preview`: a text as typed, as a given member would get it. Nothing is kept.
pub async fn preview_typed(me: Manager, form: Form) -> Result<HttpResponse> {
    let (lang, base, now) = (me.lang(), short_base(&me.house), me.house.db.now());
    let slot = form.text("slot").to_owned();
    let (key, text_lang) = slot.split_once('_').unwrap_or(("short", "de"));
    let variant = Variant {
        resource_id: 0,
        key: Key::parse(key).unwrap_or(Key::Short).code().to_owned(),
        lang: Lang::stored(text_lang).code().to_owned(),
        subject: form.text(&slot_name("subject", key, text_lang)).to_owned(),
        body: form.raw(&slot_name("body", key, text_lang)).to_owned(),
        words: 0,
    };
    let zone = me.viewer.time_zone.clone();
    let until = from_local(form.text("valid_until"), &zone).parse::<Timestamp>().ok();
    let offer = Offer {
        country: form.text("country").to_owned(),
        price: amount::parse(&form.text("price").replace(',', "."), amount::Beyond::Refuse).ok(),
        currency: Some(form.text("currency")).filter(|c| !c.is_empty()).unwrap_or("EUR").to_owned(),
        valid_until: until.map(Timestamp::as_millisecond),
        ..Offer::default()
    };
    let facts = Facts { resource: 0, offer: offer.clone() };
    let problems: Vec<String> = [("subject", None, &variant.subject), ("body", Some(variant.key()), &variant.body)]
        .into_iter()
        .filter_map(|(field, key, source)| check_text(field, key, source).err())
        .flatten()
        .map(|e| crate::web::problem::field_message(lang, &e))
        .collect();
    let member = form.text("member").parse().unwrap_or(me.viewer.id.0);
    let slug = form.text("program").to_owned();
    let mut view = me
        .house
        .db
        .read(move |c| {
            let tiers = crate::members::store::list_tiers(c)?;
            let (name, rank, _) = store::find_person(c, member)?;
            let programs = store::list_programs(c)?;
            let program = match programs.as_slice() {
                [only] => Some(only.clone()),
                all => all.iter().find(|p| p.slug == slug).cloned(),
            };
            let resource = Resource {
                id: 0,
                kind: Kind::SwipeCopy.code().to_owned(),
                title: String::new(),
                summary: String::new(),
                min_rank: 0,
                publish_at: None,
                status: "draft".to_owned(),
                rev: 1,
                download_count: 0,
                created_at: now,
                updated_at: now,
                star_sum: 0,
                star_count: 0,
                niche: None,
                program,
                offer: Some(offer),
            };
            let whole = Whole { resource, variants: Vec::new(), embargoes: Vec::new() };
            let owner = owner(c, &base, &whole, &tiers, (MemberId(member), &name, rank))?;
            let mut text = variant;
            if !problems.is_empty() {
                (text.subject, text.body) = (String::new(), "…".to_owned());
            }
            let mut view = copy_view(&text, &facts, &owner, lang)?;
            view.problems = problems;
            Ok(view)
        })
        .await?;
    if !view.problems.is_empty() {
        view.copy_html = String::new();
    }
    let html = me.house.pages.fragment(lang, "library/_copy", &serde_json::json!({ "copy": view }))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(html))
}

/// `GET /manage/library/{id}/preview`: as a given member would get it.
pub async fn preview(me: Manager, id: web::Path<i64>, asked: web::Query<TextQuery>) -> Result<HttpResponse> {
    let (id, member) = (*id, asked.member.unwrap_or(me.viewer.id.0));
    let (sight, now, base) = (Sight::of(&me.viewer), me.house.db.now(), short_base(&me.house));
    let shown = me
        .house
        .db
        .read(move |c| {
            let (name, rank, _) = store::find_person(c, member)?;
            let mut shown = load(c, &base, sight, (id, now), (MemberId(member), &name, rank))?;
            shown.preview = Some((member, store::list_people(c, PEOPLE)?));
            Ok(shown)
        })
        .await?;
    let base = format!("/manage/library/{id}/preview");
    let view = resource_view(&shown, &asked, &base, (me.lang(), now, true))?;
    me.page("library/show", "library-title").title(view.title()).nav("manage").show(&view).await
}

/// A text of a resource as one member would take it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ResourcePreview {
    /// Member id.
    pub member: i64,
    /// `de` or `en`.
    pub lang: String,
    /// Subject, where the kind has one.
    pub subject: String,
    /// The text with link, name and label in it.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Why it cannot be taken as it is; empty: it can.
    pub problems: Vec<String>,
}

/// `GET /api/v1/resources/{id}/preview`: as a given member would get it.
#[utoipa::path(get, path = "/api/v1/resources/{id}/preview", tag = "library",
    params(("id" = i64, Path), ("member" = Option<i64>, Query, description = "Member id; without it the caller"),
        ("variant" = Option<String>, Query), ("lang" = Option<String>, Query)),
    responses((status = 200, body = ResourcePreview), (status = 404, description = "No such resource, or it has no text")))]
pub async fn preview_text(me: Manager, id: web::Path<i64>, asked: web::Query<TextQuery>) -> Result<HttpResponse> {
    let (id, member) = (*id, asked.member.unwrap_or(me.viewer.id.0));
    let (sight, now, base) = (Sight::of(&me.viewer), me.house.db.now(), short_base(&me.house));
    let shown = me
        .house
        .db
        .read(move |c| {
            let (name, rank, _) = store::find_person(c, member)?;
            load(c, &base, sight, (id, now), (MemberId(member), &name, rank))
        })
        .await?;
    let view = resource_view(&shown, &asked, "", (me.lang(), now, true))?;
    let text = view.text.ok_or(crate::error::Error::NotFound)?.copy;
    Ok(HttpResponse::Ok().json(ResourcePreview {
        member,
        lang: text.lang.to_owned(),
        subject: text.subject,
        text: text.text,
        html: text.copy_html,
        problems: text.problems,
    }))
}
