//! The link builder: own links with sub-id, campaign words, short address and QR code; own words in one place.

use super::{Choice, or_none};
use crate::error::{Error, FieldError, Result};
use crate::i18n::t;
use crate::library::actions::links::{self as actions, LinkInput};
use crate::library::actions::own::{Words, save_words};
use crate::library::actions::taking::{OWN_SUB, SHORT, short_base};
use crate::library::store;
use crate::programs::store::links_of;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct LinkView {
    id: i64,
    name: String,
    program: String,
    short: String,
    target: String,
    clicks: i64,
    created_at: i64,
    resource_id: Option<i64>,
}

#[derive(Serialize)]
struct ProgramView {
    id: i64,
    name: String,
    link: String,
    own_sub: String,
    short: bool,
    knows_sub: bool,
    coupon: String,
    story: String,
    bonus: String,
}

#[derive(Serialize)]
struct LinksView {
    links: Vec<LinkView>,
    programs: Vec<Choice>,
    own: Vec<ProgramView>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

async fn view(me: &Member, values: BTreeMap<String, String>, errors: BTreeMap<String, String>) -> Result<LinksView> {
    let (member, base, lang) = (me.viewer.id, short_base(&me.house), me.lang());
    me.house
        .db
        .read(move |c| {
            let mine = links_of(c, member)?;
            let known = store::list_programs(c)?;
            let words = store::own::list_all_words(c, member)?;
            let chosen = values.get("program").cloned().unwrap_or_default();
            let choices: Vec<Choice> = mine.iter().map(|l| Choice::new(&l.slug, &l.program, &chosen)).collect();
            let programs = if choices.len() == 1 {
                choices
            } else {
                or_none(&t(lang, "library-choose-program"), &chosen, choices)
            };
            let own = mine
                .iter()
                .map(|l| {
                    let find = |field: &str| {
                        let found = words.iter().find(|(p, f, _)| *p == l.program_id && f == field);
                        found.map(|(_, _, w)| w.clone()).unwrap_or_default()
                    };
                    let program = known.iter().find(|p| p.id == l.program_id);
                    ProgramView {
                        id: l.program_id,
                        name: l.program.clone(),
                        link: l.url.clone(),
                        own_sub: find(OWN_SUB),
                        short: !find(SHORT).is_empty(),
                        knows_sub: program.is_some_and(|p| !p.sub_param.is_empty()),
                        coupon: find("affiliate.coupon"),
                        story: find("own.story"),
                        bonus: find("own.bonus"),
                    }
                })
                .collect();
            let links = store::links::list_links(c, member, 200)?
                .into_iter()
                .map(|(l, program)| LinkView {
                    id: l.id,
                    name: if l.name.is_empty() { l.sub_id.clone() } else { l.name },
                    program,
                    short: format!("{base}{}", l.code),
                    target: l.target,
                    clicks: l.clicks,
                    created_at: l.created_at,
                    resource_id: Some(l.resource_id).filter(|id| *id > 0),
                })
                .collect();
            Ok(LinksView { links, programs, own, values, errors })
        })
        .await
}

/// `GET /library/links`
pub async fn list(me: Member) -> Result<HttpResponse> {
    let view = view(&me, BTreeMap::new(), BTreeMap::new()).await?;
    me.page("library/links", "library-links").nav("library").show(&view).await
}

/// Parameters as typed: one `name=value` a line.
fn params(text: &str) -> std::result::Result<BTreeMap<String, String>, FieldError> {
    let mut all = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (name, value) = line.split_once('=').ok_or_else(|| FieldError::new("params", "param_invalid"))?;
        if all.insert(name.trim().to_owned(), value.trim().to_owned()).is_some() {
            return Err(FieldError::new("params", "param_taken"));
        }
    }
    Ok(all)
}

async fn wrong(me: &Member, form: &Form, errors: &[FieldError]) -> Result<HttpResponse> {
    let mut messages = field_messages(me.lang(), errors);
    messages.entry("form".to_owned()).or_insert_with(|| t(me.lang(), "error-invalid").into_owned());
    let view = view(me, form.values(), messages).await?;
    me.page("library/links", "library-links").nav("library").status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
}

/// `POST /library/links`
pub async fn create(me: Member, form: Form) -> Result<HttpResponse> {
    let text = |name: &str| form.text(name).to_owned();
    let input = LinkInput {
        program: text("program"),
        name: text("name"),
        sub_id: text("sub_id"),
        utm_source: text("utm_source"),
        utm_medium: text("utm_medium"),
        utm_campaign: text("utm_campaign"),
        utm_content: text("utm_content"),
        params: match params(form.raw("params")) {
            Ok(params) => params,
            Err(error) => return wrong(&me, &form, &[error]).await,
        },
    };
    match actions::create(&me.house, &me.viewer, input).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/library/links", "ok", "library-link-made")),
        Err(Error::Invalid(errors)) => wrong(&me, &form, &errors).await,
        Err(Error::Conflict(code)) => {
            Ok(see_other_with(&me.house.config, "/library/links", "bad", &format!("error-{code}")))
        }
        Err(other) => Err(other),
    }
}

/// `POST /library/links/{id}/delete`
pub async fn remove(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::remove(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/library/links", "ok", "library-link-removed"))
}

/// `POST /library/words`: the own words of one program.
pub async fn words(me: Member, form: Form) -> Result<HttpResponse> {
    let program = form.text("program_id").parse().unwrap_or(0);
    let given = form.values();
    let mut words: Words = ["affiliate.coupon", "own.story", "own.bonus", OWN_SUB]
        .iter()
        .filter_map(|f| Some(((*f).to_owned(), given.get(*f)?.clone())))
        .collect();
    words.insert(SHORT.to_owned(), if form.ticked(SHORT) { "1".into() } else { String::new() });
    let (kind, key) = match save_words(&me.house, &me.viewer, program, words).await {
        Ok(()) => ("ok", "library-words-saved"),
        Err(Error::Invalid(_)) => ("bad", "library-words-wrong"),
        Err(other) => return Err(other),
    };
    Ok(see_other_with(&me.house.config, "/library/links", kind, key))
}
