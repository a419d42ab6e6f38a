//! The manager's desk: list, write, change, preview as a given member.

use super::shelf::{Shown, TextQuery, resource_view};
use super::{CardView, Choice, cards, kind_choices, niche_choices, or_none, program_choices};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, parse_zone, t};
use crate::library::actions;
use crate::library::input::{ResourceInput, VariantInput, Vocabulary};
use crate::library::model::{Filter, Key, Whole};
use crate::library::store;
use crate::text::merge::Field;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use crate::web::viewer::MemberId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use std::collections::BTreeMap;

const PER_PAGE: i64 = 50;
const PEOPLE: i64 = 500;

#[derive(Serialize)]
struct ListView {
    cards: Vec<CardView>,
    next: String,
}

/// `GET /manage/library`
pub async fn list(me: Manager, asked: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let filter = Filter { before: asked.after()?.map(|c| c.id), ..Filter::default() };
    let view = me
        .house
        .db
        .read(move |c| {
            let rows = store::list_visible(c, sight, &filter, now, PER_PAGE + 1)?;
            let page = Page::cut(rows, PER_PAGE, |r| Cursor { key: 0, id: r.id });
            let ids: Vec<i64> = page.items.iter().map(|r| r.id).collect();
            let (variants, embargoes) = (store::list_variants(c, &ids)?, store::list_embargoes(c, &ids)?);
            let known = Vocabulary::load(c, sight)?;
            let next = page.next_cursor.map_or_else(String::new, |cursor| format!("/manage/library?cursor={cursor}"));
            Ok(ListView { cards: cards(page.items, &variants, &embargoes, &known, (lang, now)), next })
        })
        .await?;
    me.page("library/manage", "library-manage-title").nav("manage").show(&view).await
}

#[derive(Serialize)]
struct TextField {
    subject_name: String,
    subject: String,
    body_name: String,
    body: String,
    label: String,
    is_open: bool,
}

#[derive(Serialize)]
struct EmbargoField {
    name: String,
    label: String,
    value: String,
}

#[derive(Serialize)]
struct EditView {
    id: Option<i64>,
    action: String,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    kinds: Vec<Choice>,
    niches: Vec<Choice>,
    programs: Vec<Choice>,
    tiers: Vec<Choice>,
    states: Vec<Choice>,
    embargoes: Vec<EmbargoField>,
    texts: Vec<TextField>,
    fields: Vec<String>,
}

/// The six texts in the order of the form.
fn slots() -> impl Iterator<Item = (Key, Lang)> {
    Key::ALL.into_iter().flat_map(|key| Lang::ALL.map(|lang| (key, lang)))
}

fn slot_name(part: &str, key: &str, lang: &str) -> String {
    format!("{part}_{key}_{lang}")
}

/// A moment as `<input type=datetime-local>` wants it.
fn local(ms: i64, zone: &str) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(parse_zone(zone));
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// RFC 3339 of what such a field sends; what cannot be read stays as it is and is refused later.
fn from_local(text: &str, zone: &str) -> String {
    let at = text.parse::<DateTime>().ok().and_then(|d| d.to_zoned(parse_zone(zone)).ok());
    at.map_or_else(|| text.to_owned(), |z| z.timestamp().to_string())
}

/// The values of a stored resource, as the form names them.
fn values_of(whole: &Whole, known: &Vocabulary, zone: &str) -> BTreeMap<String, String> {
    let r = &whole.resource;
    let mut out = BTreeMap::from([
        ("kind".to_owned(), r.kind.clone()),
        ("title".to_owned(), r.title.clone()),
        ("summary".to_owned(), r.summary.clone()),
        ("niche".to_owned(), r.niche.as_ref().map(|n| n.slug.clone()).unwrap_or_default()),
        ("program".to_owned(), r.program.as_ref().map(|p| p.slug.clone()).unwrap_or_default()),
        ("min_tier".to_owned(), known.tier_slug(r.min_rank).unwrap_or_default().to_owned()),
        ("publish_at".to_owned(), r.publish_at.map(|at| local(at, zone)).unwrap_or_default()),
        ("status".to_owned(), r.status.clone()),
    ]);
    for e in &whole.embargoes {
        if let Some(tier) = known.tiers.iter().find(|tier| tier.rank == e.rank) {
            out.insert(format!("embargo.{}", tier.slug), local(e.until, zone));
        }
    }
    for v in &whole.variants {
        out.insert(slot_name("subject", &v.key, &v.lang), v.subject.clone());
        out.insert(slot_name("body", &v.key, &v.lang), v.body.clone());
    }
    out
}

fn edit_view(
    id: Option<i64>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    known: &Vocabulary,
    lang: Lang,
) -> EditView {
    let get = |name: &str| values.get(name).map_or("", String::as_str);
    let mut tiers: Vec<Choice> =
        known.tiers.iter().skip(1).map(|tier| Choice::new(&tier.slug, tier.name(lang), get("min_tier"))).collect();
    tiers.insert(0, Choice::new("", &t(lang, "library-all-tiers"), get("min_tier")));
    let embargoes = known.tiers.iter().map(|tier| {
        let name = format!("embargo.{}", tier.slug);
        EmbargoField { label: tier.name(lang).to_owned(), value: get(&name).to_owned(), name }
    });
    let texts = slots().map(|(key, text_lang)| {
        let (subject_name, body_name) =
            (slot_name("subject", key.code(), text_lang.code()), slot_name("body", key.code(), text_lang.code()));
        let own = text_lang.pick("Deutsch", "English");
        let label = format!("{} · {own}", t(lang, &key.label()));
        let is_wrong = errors.contains_key(&subject_name) || errors.contains_key(&body_name);
        let is_open = is_wrong || !get(&body_name).is_empty() || (key == Key::Short && text_lang == lang);
        TextField {
            subject: get(&subject_name).to_owned(),
            body: get(&body_name).to_owned(),
            label,
            is_open,
            subject_name,
            body_name,
        }
    });
    EditView {
        id,
        action: id.map_or_else(|| "/manage/library/new".to_owned(), |id| format!("/manage/library/{id}")),
        kinds: kind_choices(lang, get("kind")),
        niches: or_none(&t(lang, "library-no-niche"), get("niche"), niche_choices(known, lang, get("niche"))),
        programs: or_none(&t(lang, "library-no-program"), get("program"), program_choices(known, get("program"))),
        states: ["published", "draft"]
            .map(|s| Choice::new(s, &t(lang, &format!("library-status-{s}")), get("status")))
            .into(),
        tiers,
        embargoes: embargoes.collect(),
        texts: texts.collect(),
        fields: Field::ALL.map(|f| format!("{{{{{}}}}}", f.name())).into(),
        values,
        errors,
    }
}

/// Reads the form as the API's body; also the slot of each text, for its errors.
fn input_of(form: &Form, known: &Vocabulary, zone: &str) -> (ResourceInput, Vec<(Key, Lang)>) {
    let text = |name: &str| Some(form.text(name).to_owned());
    let filled: Vec<(Key, Lang)> = slots()
        .filter(|(key, lang)| {
            let is_filled = |part| !form.text(&slot_name(part, key.code(), lang.code())).is_empty();
            is_filled("body") || is_filled("subject")
        })
        .collect();
    let variants = filled
        .iter()
        .map(|(key, lang)| VariantInput {
            key: key.code().to_owned(),
            lang: lang.code().to_owned(),
            subject: form.text(&slot_name("subject", key.code(), lang.code())).to_owned(),
            body: form.raw(&slot_name("body", key.code(), lang.code())).to_owned(),
        })
        .collect();
    let embargo = known
        .tiers
        .iter()
        .map(|tier| (tier.slug.clone(), form.text(&format!("embargo.{}", tier.slug)).to_owned()))
        .filter(|(_, at)| !at.is_empty())
        .map(|(slug, at)| (slug, from_local(&at, zone)))
        .collect();
    let publish_at = Some(form.text("publish_at")).filter(|at| !at.is_empty()).map(|at| from_local(at, zone));
    let input = ResourceInput {
        kind: text("kind"),
        title: text("title"),
        summary: text("summary"),
        niche: Some(text("niche")),
        program: Some(text("program")),
        min_tier: Some(text("min_tier")),
        embargo: Some(Some(embargo)),
        publish_at: Some(publish_at),
        status: text("status"),
        variants: Some(variants),
    };
    (input, filled)
}

/// `variants[1].body` becomes the name of its field in the form.
fn at_fields(mut errors: Vec<FieldError>, filled: &[(Key, Lang)]) -> Vec<FieldError> {
    for error in &mut errors {
        let Some(rest) = error.field.strip_prefix("variants[") else {
            if error.field == "variants" {
                error.field = slot_name("body", "short", "de").into();
            }
            continue;
        };
        let Some((index, part)) = rest.split_once("].") else { continue };
        let slot = index.parse::<usize>().ok().and_then(|i| filled.get(i));
        let part = if part == "subject" { "subject" } else { "body" };
        if let Some((key, lang)) = slot {
            error.field = slot_name(part, key.code(), lang.code()).into();
        }
    }
    errors
}

async fn vocabulary(me: &Manager) -> Result<Vocabulary> {
    let sight = Sight::of(&me.viewer);
    me.house.db.read(move |c| Vocabulary::load(c, sight)).await
}

/// `GET /manage/library/new`
pub async fn new_form(me: Manager) -> Result<HttpResponse> {
    let known = vocabulary(&me).await?;
    let values = BTreeMap::from([("status".to_owned(), "published".to_owned())]);
    let view = edit_view(None, values, BTreeMap::new(), &known, me.lang());
    me.page("library/edit", "library-new-title").nav("manage").show(&view).await
}

/// `GET /manage/library/{id}`
pub async fn edit_form(me: Manager, id: web::Path<String>) -> Result<HttpResponse> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let (whole, known) =
        me.house.db.read(move |c| Ok((store::find_visible(c, sight, id, now)?, Vocabulary::load(c, sight)?))).await?;
    let values = values_of(&whole, &known, &me.viewer.time_zone);
    let view = edit_view(Some(id), values, BTreeMap::new(), &known, me.lang());
    me.page("library/edit", "library-edit-title").title(whole.resource.title).nav("manage").show(&view).await
}

async fn save(me: Manager, id: Option<i64>, form: Form) -> Result<HttpResponse> {
    let known = vocabulary(&me).await?;
    let (input, filled) = input_of(&form, &known, &me.viewer.time_zone);
    let saved = match id {
        Some(id) => actions::change(&me.house, &me.viewer, id, input).await.map(|()| id),
        None => actions::create(&me.house, &me.viewer, input).await,
    };
    match saved {
        Ok(id) => {
            let to = format!("/manage/library/{id}/preview");
            Ok(see_other_with(&me.house.config, &to, "ok", "library-saved"))
        }
        Err(Error::Invalid(errors)) => {
            let mut messages = field_messages(me.lang(), &at_fields(errors, &filled));
            messages.entry("form".to_owned()).or_insert_with(|| t(me.lang(), "error-invalid").into_owned());
            let view = edit_view(id, form.values(), messages, &known, me.lang());
            let title = if id.is_some() { "library-edit-title" } else { "library-new-title" };
            me.page("library/edit", title).nav("manage").status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /manage/library/new`
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    save(me, None, form).await
}

/// `POST /manage/library/{id}`
pub async fn change(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    save(me, Some(*id), form).await
}

/// `POST /manage/library/{id}/delete`
pub async fn remove(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::remove(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/manage/library", "ok", "library-removed"))
}

/// `GET /manage/library/{id}/preview`: as a given member would get it.
pub async fn preview(me: Manager, id: web::Path<i64>, asked: web::Query<TextQuery>) -> Result<HttpResponse> {
    let (id, member) = (*id, asked.member.unwrap_or(me.viewer.id.0));
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let shown = me
        .house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let known = Vocabulary::load(c, sight)?;
            let (name, rank, _) = store::find_person(c, member)?;
            let owner = actions::owner(c, &whole, &known.tiers, (MemberId(member), &name, rank))?;
            let people = store::list_people(c, PEOPLE)?;
            Ok(Shown { whole, known, owner, preview: Some((member, people)) })
        })
        .await?;
    let base = format!("/manage/library/{id}/preview");
    let view = resource_view(shown, &asked, &base, (me.lang(), now, true))?;
    me.page("library/show", "library-title").title(view.title()).nav("manage").show(&view).await
}
