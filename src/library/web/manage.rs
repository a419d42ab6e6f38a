//! The manager's desk: list, write, change, preview as a given member.

use super::{CardView, Choice, cards, kind_choices, niche_choices, or_none, program_choices};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::forums::{self, ThreadId};
use crate::i18n::{Lang, parse_zone, t};
use crate::library::actions;
use crate::library::input::{MoneyInput, ResourceInput, StepInput, VariantInput, Vocabulary};
use crate::library::labels::Country;
use crate::library::model::{Filter, Key, Kind, Whole};
use crate::library::store;
use crate::programs::amount;
use crate::text::merge::Field;
use crate::text::{excerpt, plain_text};
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use std::collections::BTreeMap;

const PER_PAGE: i64 = 50;
pub(super) const PEOPLE: i64 = 500;

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
            Ok(ListView { cards: cards(page.items, &variants, &embargoes, &[], &known, (lang, now)), next })
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
}

/// One form of a text, German and English side by side.
#[derive(Serialize)]
struct PairField {
    label: String,
    hint: String,
    is_open: bool,
    sides: Vec<TextField>,
}

/// One step of a kit.
#[derive(Serialize)]
struct StepField {
    number: usize,
    resources: Vec<Choice>,
    day: String,
    note: String,
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
    pairs: Vec<PairField>,
    fields: Vec<String>,
    countries: Vec<Choice>,
    successors: Vec<Choice>,
    steps: Vec<StepField>,
    is_kit: bool,
    people: Vec<Choice>,
    state: String,
    is_own_review: bool,
    review_note: String,
    is_recalled: bool,
    takers: i64,
}

/// What the form needs beside its values.
#[derive(Default)]
struct Surroundings {
    titles: Vec<(i64, String)>,
    people: Vec<(i64, String)>,
    status: String,
    review_by: Option<i64>,
    review_note: String,
    is_recalled: bool,
    takers: i64,
    viewer: i64,
}

/// Titles that a kit or a successor may be chosen from.
const TITLES: i64 = 400;
/// Steps that the form of a kit offers at least.
const STEPS: usize = 6;

/// All texts in the order of the form.
fn slots() -> impl Iterator<Item = (Key, Lang)> {
    Key::ALL.into_iter().flat_map(|key| Lang::ALL.map(|lang| (key, lang)))
}

pub(super) fn slot_name(part: &str, key: &str, lang: &str) -> String {
    format!("{part}_{key}_{lang}")
}

/// A moment as `<input type=datetime-local>` wants it.
fn local(ms: i64, zone: &str) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(parse_zone(zone));
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// RFC 3339 of what such a field sends; what cannot be read stays as it is and is refused later.
pub(super) fn from_local(text: &str, zone: &str) -> String {
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
    if let Some(o) = &r.offer {
        let moments = [("starts_at", o.starts_at), ("valid_until", o.valid_until), ("price_until", o.price_until)];
        for (name, at) in moments {
            out.insert(name.to_owned(), at.map(|at| local(at, zone)).unwrap_or_default());
        }
        out.insert("occasion".to_owned(), o.occasion.clone());
        out.insert("problem".to_owned(), o.problem.clone());
        out.insert("country".to_owned(), o.country.clone());
        out.insert("price".to_owned(), o.price.map(amount::format).unwrap_or_default());
        out.insert("currency".to_owned(), o.currency.clone());
        out.insert("successor".to_owned(), o.successor_id.map(|id| id.to_string()).unwrap_or_default());
    }
    for (i, step) in known.steps.iter().enumerate() {
        out.insert(format!("step_resource_{i}"), step.resource_id.to_string());
        out.insert(format!("step_day_{i}"), step.day.to_string());
        out.insert(format!("step_note_{i}"), step.note.clone());
    }
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
    (known, around): (&Vocabulary, &Surroundings),
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
    let pairs = Key::ALL.into_iter().map(|key| {
        let sides: Vec<TextField> = Lang::ALL
            .into_iter()
            .map(|text_lang| {
                let (subject_name, body_name) = (
                    slot_name("subject", key.code(), text_lang.code()),
                    slot_name("body", key.code(), text_lang.code()),
                );
                TextField {
                    subject: get(&subject_name).to_owned(),
                    body: get(&body_name).to_owned(),
                    label: text_lang.pick("Deutsch", "English").to_owned(),
                    subject_name,
                    body_name,
                }
            })
            .collect();
        let is_wrong = |s: &TextField| errors.contains_key(&s.subject_name) || errors.contains_key(&s.body_name);
        let measure = key.measure();
        let hint = match measure.most {
            Some(most) => crate::i18n::t_args(
                lang,
                "library-target-most",
                &[
                    ("words", crate::i18n::Arg::Text(format!("{}–{}", measure.words.0, measure.words.1))),
                    ("most", crate::i18n::Arg::Number(i64::try_from(most).unwrap_or(0))),
                ],
            ),
            None => crate::i18n::t_args(
                lang,
                "library-target",
                &[("words", crate::i18n::Arg::Text(format!("{}–{}", measure.words.0, measure.words.1)))],
            ),
        };
        PairField {
            label: t(lang, &key.label()).into_owned(),
            hint,
            is_open: sides.iter().any(|s| is_wrong(s) || !s.body.is_empty()) || (key == Key::Short && id.is_none()),
            sides,
        }
    });
    let titles = |chosen: &str| -> Vec<Choice> {
        let all = around.titles.iter().filter(|(other, _)| Some(*other) != id);
        all.map(|(other, title)| Choice::new(&other.to_string(), title, chosen)).collect()
    };
    let none = t(lang, "library-none");
    let filled = (0..40).filter(|i| !get(&format!("step_resource_{i}")).is_empty()).count();
    let is_kit = get("kind") == Kind::Kit.code();
    let steps = (0..(filled + 3).clamp(STEPS, 40)).map(|i| StepField {
        number: i,
        resources: or_none(&none, get(&format!("step_resource_{i}")), titles(get(&format!("step_resource_{i}")))),
        day: get(&format!("step_day_{i}")).to_owned(),
        note: get(&format!("step_note_{i}")).to_owned(),
    });
    let countries = Country::ALL.iter().map(|c| Choice::new(c.code(), &t(lang, &c.label()), get("country"))).collect();
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
        pairs: pairs.collect(),
        fields: Field::COPY.map(|f| format!("{{{{{}}}}}", f.name())).into(),
        countries: or_none(&t(lang, "library-country-usual"), get("country"), countries),
        successors: or_none(&none, get("successor"), titles(get("successor"))),
        steps: steps.collect(),
        is_kit,
        people: around.people.iter().map(|(id, name)| Choice::new(&id.to_string(), name, "")).collect(),
        state: around.status.clone(),
        is_own_review: around.review_by == Some(around.viewer),
        review_note: around.review_note.clone(),
        is_recalled: around.is_recalled,
        takers: around.takers,
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
    let moment = |name: &str| Some(form.text(name)).filter(|at| !at.is_empty()).map(|at| from_local(at, zone));
    let price = Some(form.text("price")).filter(|p| !p.is_empty()).map(|p| MoneyInput {
        amount: p.replace(',', "."),
        currency: Some(form.text("currency")).filter(|c| !c.is_empty()).unwrap_or("EUR").to_owned(),
    });
    let items = (0..40)
        .filter_map(|i| {
            let resource = form.text(&format!("step_resource_{i}")).parse().ok()?;
            let day = form.text(&format!("step_day_{i}")).parse().unwrap_or(0);
            Some(StepInput { resource, day, note: form.text(&format!("step_note_{i}")).to_owned() })
        })
        .collect();
    let input = ResourceInput {
        kind: text("kind"),
        title: text("title"),
        summary: text("summary"),
        niche: Some(text("niche")),
        program: Some(text("program")),
        min_tier: Some(text("min_tier")),
        embargo: Some(Some(embargo)),
        publish_at: Some(moment("publish_at")),
        // While a colleague reviews it the form does not say: saving leaves it in review.
        status: text("status").filter(|s| !s.is_empty()),
        variants: Some(variants),
        occasion: text("occasion"),
        problem: text("problem"),
        country: text("country"),
        starts_at: Some(moment("starts_at")),
        valid_until: Some(moment("valid_until")),
        price: Some(price),
        price_until: Some(moment("price_until")),
        successor: Some(form.text("successor").parse().ok()),
        items: (form.text("kind") == Kind::Kit.code()).then_some(items),
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

async fn surroundings(me: &Manager, id: Option<i64>) -> Result<(Vocabulary, Surroundings, Option<Whole>)> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    me.house
        .db
        .read(move |c| {
            let mut known = Vocabulary::load(c, sight)?;
            let mut around = Surroundings {
                titles: store::kits::list_titles(c, TITLES)?,
                people: store::list_people(c, PEOPLE)?,
                viewer: sight.member.0,
                ..Surroundings::default()
            };
            let Some(id) = id else { return Ok((known, around, None)) };
            let whole = store::find_visible(c, sight, id, now)?;
            known.steps = store::kits::list_items(c, &[id])?;
            let offer = whole.resource.offer.clone().unwrap_or_default();
            around.status.clone_from(&whole.resource.status);
            around.review_by = offer.review_by;
            around.review_note = offer.review_note;
            around.is_recalled = offer.recalled_at.is_some();
            around.takers = i64::try_from(store::recalls::list_takers(c, id)?.len()).unwrap_or(0);
            Ok((known, around, Some(whole)))
        })
        .await
}

/// `GET /manage/library/new`
pub async fn new_form(me: Manager, from: web::Query<From>) -> Result<HttpResponse> {
    let (known, around, _) = surroundings(&me, None).await?;
    let mut values = BTreeMap::from([("status".to_owned(), "published".to_owned())]);
    if let Ok(thread) = from.thread.parse() {
        let sight = Sight::of(&me.viewer);
        let (thread, text) = me.house.db.read(move |c| forums::store::find_guide(c, sight, ThreadId(thread))).await?;
        let lang = if thread.lang.is_empty() { me.lang().code() } else { &thread.lang };
        values.insert("kind".to_owned(), "guide".to_owned());
        values.insert("status".to_owned(), "draft".to_owned());
        values.insert("niche".to_owned(), thread.niche_slug.clone());
        values.insert("summary".to_owned(), excerpt(&plain_text(&text), 200));
        values.insert(slot_name("body", Key::Long.code(), lang), text);
        values.insert("title".to_owned(), thread.title);
    }
    let view = edit_view(None, values, BTreeMap::new(), (&known, &around), me.lang());
    me.page("library/edit", "library-new-title").nav("manage").show(&view).await
}

/// `GET /manage/library/{id}`
pub async fn edit_form(me: Manager, id: web::Path<String>) -> Result<HttpResponse> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let (known, around, whole) = surroundings(&me, Some(id)).await?;
    let whole = whole.ok_or(Error::NotFound)?;
    let values = values_of(&whole, &known, &me.viewer.time_zone);
    let view = edit_view(Some(id), values, BTreeMap::new(), (&known, &around), me.lang());
    me.page("library/edit", "library-edit-title").title(whole.resource.title).nav("manage").show(&view).await
}

/// What a new text begins with: the thread it is made of. A value that is no number reads as not given.
#[derive(Debug, Default, serde::Deserialize)]
pub struct From {
    #[serde(default)]
    thread: String,
}

async fn save(me: Manager, id: Option<i64>, form: Form) -> Result<HttpResponse> {
    let (known, around, _) = surroundings(&me, id).await?;
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
            let view = edit_view(id, form.values(), messages, (&known, &around), me.lang());
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
