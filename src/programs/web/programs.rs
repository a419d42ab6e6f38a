//! `/manage/programs`

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::programs::actions::{self, ProgramDraft};
use crate::programs::model::{Program, affiliate_link};
use crate::programs::store::programs as store;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Line {
    id: i64,
    name: String,
    slug: String,
    currency: String,
    partners: i64,
    waiting: i64,
    /// The link as a real partner would get it, or as an example would.
    link: String,
}

#[derive(Default, Serialize)]
struct Fields {
    slug: String,
    name: String,
    link_base: String,
    currency: String,
    description_de: String,
    description_en: String,
    sub_param: String,
}

#[derive(Serialize)]
struct ListView {
    programs: Vec<Line>,
    form: Fields,
    errors: BTreeMap<String, String>,
    /// Sales without a program that wait.
    waiting: i64,
}

#[derive(Serialize)]
struct EditView {
    id: i64,
    name: String,
    slug: String,
    form: Fields,
    errors: BTreeMap<String, String>,
    s2s_url: String,
    example: String,
    link: String,
    has_partner: bool,
}

/// Reference of a partner who does not exist, for programs without one.
const EXAMPLE: &str = "lena-7";

fn draft(form: &Form) -> ProgramDraft {
    ProgramDraft {
        slug: form.text("slug").to_owned(),
        name: form.text("name").to_owned(),
        link_base: form.text("link_base").to_owned(),
        currency: form.text("currency").to_owned(),
        description_de: form.text("description_de").to_owned(),
        description_en: form.text("description_en").to_owned(),
        sub_param: form.text("sub_param").to_owned(),
    }
}

fn fields_of(draft: ProgramDraft) -> Fields {
    Fields {
        slug: draft.slug,
        name: draft.name,
        link_base: draft.link_base,
        currency: draft.currency,
        description_de: draft.description_de,
        description_en: draft.description_en,
        sub_param: draft.sub_param,
    }
}

/// Messages at the fields of the form; other errors pass on.
fn messages(lang: Lang, error: Error) -> Result<BTreeMap<String, String>> {
    match error {
        Error::Invalid(fields) => {
            Ok(field_messages(lang, &fields).into_iter().map(|(k, v)| (k.replace('.', "_"), v)).collect())
        }
        other => Err(other),
    }
}

async fn list_view(me: &Manager, form: Fields, errors: BTreeMap<String, String>) -> Result<ListView> {
    me.house
        .db
        .read(move |c| {
            let partners: BTreeMap<i64, i64> = store::count_partners(c)?.into_iter().collect();
            let waiting: BTreeMap<Option<i64>, i64> = store::count_waiting(c)?.into_iter().collect();
            let samples: BTreeMap<i64, String> = store::list_sample_refs(c)?.into_iter().collect();
            let programs = store::list_programs(c)?
                .into_iter()
                .map(|p| Line {
                    partners: partners.get(&p.id).copied().unwrap_or(0),
                    waiting: waiting.get(&Some(p.id)).copied().unwrap_or(0),
                    link: affiliate_link(&p, samples.get(&p.id).map_or(EXAMPLE, String::as_str)),
                    id: p.id,
                    name: p.name,
                    slug: p.slug,
                    currency: p.currency,
                })
                .collect();
            Ok(ListView { programs, form, errors, waiting: waiting.get(&None).copied().unwrap_or(0) })
        })
        .await
}

/// `GET /manage/programs`
pub async fn list(me: Manager) -> Result<HttpResponse> {
    let currency = me.house.db.read(crate::settings::load).await?.currency;
    let view = list_view(&me, Fields { currency, ..Fields::default() }, BTreeMap::new()).await?;
    me.page("programs/programs", "programs-title").nav("manage").show(&view).await
}

/// `POST /manage/programs`
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    let draft = draft(&form);
    match actions::create_program(&me.house, me.viewer.id, draft.clone()).await {
        Ok(id) => {
            let to = format!("/manage/programs/{id}");
            Ok(see_other_with(&me.house.config, &to, "ok", "programs-created"))
        }
        Err(error) => {
            let errors = messages(me.lang(), error)?;
            let view = list_view(&me, fields_of(draft), errors).await?;
            let page = me.page("programs/programs", "programs-title").nav("manage");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
    }
}

fn fields_of_program(p: &Program) -> Fields {
    Fields {
        slug: p.slug.clone(),
        name: p.name.clone(),
        link_base: p.link_base.clone(),
        currency: p.currency.clone(),
        description_de: p.description_de.clone(),
        description_en: p.description_en.clone(),
        sub_param: p.sub_param.clone(),
    }
}

async fn edit_view(me: &Manager, id: i64, form: Option<Fields>, errors: BTreeMap<String, String>) -> Result<EditView> {
    let (program, samples) =
        me.house.db.read(move |c| Ok((store::find_program(c, id)?, store::list_sample_refs(c)?))).await?;
    let sample = samples.into_iter().find(|(p, _)| *p == id).map(|(_, r)| r);
    let s2s_url = actions::postback_url(&me.house, &program);
    let reference = sample.as_deref().unwrap_or(EXAMPLE);
    Ok(EditView {
        id,
        link: affiliate_link(&program, reference),
        example: format!(
            "{s2s_url}?TotalCost=120.50&OrderID=ORD-1&AffiliateID={EXAMPLE}&Currency={}&PStatus=P",
            program.currency
        ),
        has_partner: sample.is_some(),
        s2s_url,
        form: form.unwrap_or_else(|| fields_of_program(&program)),
        errors,
        name: program.name,
        slug: program.slug,
    })
}

/// `GET /manage/programs/{id}`
pub async fn edit(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let view = edit_view(&me, *id, None, BTreeMap::new()).await?;
    me.page("programs/program", "programs-title").title(view.name.clone()).nav("manage").show(&view).await
}

/// `POST /manage/programs/{id}`
pub async fn update(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = *id;
    let old = me.house.db.read(move |c| store::find_program(c, id)).await?;
    let draft = ProgramDraft { slug: old.slug, ..draft(&form) };
    match actions::update_program(&me.house, me.viewer.id, id, draft.clone()).await {
        Ok(()) => {
            let to = format!("/manage/programs/{id}");
            Ok(see_other_with(&me.house.config, &to, "ok", "programs-saved"))
        }
        Err(error) => {
            let errors = messages(me.lang(), error)?;
            let view = edit_view(&me, id, Some(fields_of(draft)), errors).await?;
            let page = me.page("programs/program", "programs-title").title(view.name.clone()).nav("manage");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
    }
}

/// `POST /manage/programs/{id}/rotate-secret`
pub async fn rotate(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::rotate_secret(&me.house, me.viewer.id, *id).await?;
    Ok(see_other_with(&me.house.config, &format!("/manage/programs/{id}"), "ok", "programs-rotated"))
}
