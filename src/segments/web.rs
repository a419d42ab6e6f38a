//! Pages of segments: the list, and a builder that works as a plain form.

use super::actions;
use super::store::{self, Example, Segment};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct ListView {
    items: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    updated_at: i64,
    deliverable: i64,
    count: i64,
}

/// One choice of a select or a group of boxes.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// Value that is sent.
    pub value: String,
    /// Text that is shown.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// What the count shows.
#[derive(Serialize)]
struct Counted {
    count: i64,
    deliverable: i64,
    no_consent: i64,
    suppressed: i64,
    sample: Vec<Example>,
}

#[derive(Serialize)]
struct BuilderView {
    id: Option<i64>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    rule_errors: Vec<String>,
    tiers: Vec<Choice>,
    niches: Vec<Choice>,
    locales: Vec<Choice>,
    orders: Vec<Choice>,
    windows: Vec<Choice>,
    counted: Option<Counted>,
    is_expert: bool,
    rule: String,
}

/// The simple conditions of the builder, as a form holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Simple {
    tiers: Vec<String>,
    niches: Vec<String>,
    locale: String,
    order: String,
    revenue: String,
    window: String,
    tag: String,
}

const WINDOWS: [&str; 4] = ["7d", "30d", "90d", "365d"];

impl Simple {
    fn of_form(form: &Form, german: bool) -> Self {
        let list = |name: &str| form.all(name).into_iter().filter(|v| !v.is_empty()).collect();
        let or = |name: &str, other: &str| match form.text(name) {
            "" => other.to_owned(),
            text => text.to_owned(),
        };
        Self {
            tiers: list("tier"),
            niches: list("niche"),
            locale: form.text("locale").to_owned(),
            order: or("order", "gte"),
            revenue: super::typed::plain_number(form.text("revenue"), german),
            window: or("window", "30d"),
            tag: form.text("tag").to_owned(),
        }
    }

    fn rule(&self) -> Value {
        let mut all = Vec::new();
        if !self.tiers.is_empty() {
            all.push(json!({"field": "tier", "op": "in", "value": self.tiers}));
        }
        if !self.niches.is_empty() {
            all.push(json!({"field": "niche", "op": "in", "value": self.niches}));
        }
        if !self.locale.is_empty() {
            all.push(json!({"field": "locale", "op": "eq", "value": self.locale}));
        }
        if !self.tag.is_empty() {
            all.push(json!({"field": "tag", "op": "eq", "value": self.tag}));
        }
        if !self.revenue.is_empty() {
            all.push(json!({"field": "revenue", "op": self.order, "value": self.revenue, "window": self.window}));
        }
        json!({"all": all})
    }

    /// Reads a rule that this form could have made.
    fn of_rule(rule: &Value) -> Option<Self> {
        let mut simple = Self { order: "gte".into(), window: "30d".into(), ..Self::default() };
        for leaf in rule.get("all")?.as_array()? {
            let text = |key: &str| leaf.get(key).and_then(Value::as_str).map(str::to_owned);
            match leaf.get("field").and_then(Value::as_str)? {
                "tier" => simple.tiers = strings(leaf.get("value")?)?,
                "niche" => simple.niches = strings(leaf.get("value")?)?,
                "locale" => simple.locale = text("value")?,
                "tag" => simple.tag = text("value")?,
                "revenue" => {
                    simple.order = text("op")?;
                    simple.revenue = text("value")?;
                    simple.window = text("window")?;
                }
                _ => return None,
            }
        }
        (simple.rule() == *rule && WINDOWS.contains(&simple.window.as_str())).then_some(simple)
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|v| v.as_str().map(str::to_owned)).collect()
}

fn rule_of(form: &Form, german: bool) -> Result<Value> {
    if !form.ticked("expert") {
        return Ok(Simple::of_form(form, german).rule());
    }
    serde_json::from_str(form.raw("rule")).map_err(|_| Error::field("rule", "json"))
}

fn builder(
    conn: &mut Conn,
    lang: Lang,
    id: Option<i64>,
    simple: &Simple,
    (values, rule, is_expert): (BTreeMap<String, String>, String, bool),
) -> Result<BuilderView> {
    let choose = |value: &str, label: String, chosen: bool| Choice { value: value.to_owned(), label, selected: chosen };
    let tiers = crate::members::store::list_tiers(conn)?;
    let everything = crate::access::Sight {
        rank: i32::MAX,
        ..crate::access::Sight::of_member(crate::web::viewer::MemberId(0), i32::MAX)
    };
    let niches = crate::members::store::list_visible_niches(conn, everything)?;
    let any = t(lang, "segments-any").into_owned();
    Ok(BuilderView {
        id,
        values,
        errors: BTreeMap::new(),
        rule_errors: Vec::new(),
        tiers: tiers.iter().map(|x| choose(&x.slug, x.name(lang).to_owned(), simple.tiers.contains(&x.slug))).collect(),
        niches: niches
            .iter()
            .map(|x| choose(&x.slug, x.name(lang).to_owned(), simple.niches.contains(&x.slug)))
            .collect(),
        locales: vec![
            choose("", any, simple.locale.is_empty()),
            choose("de", "Deutsch".into(), simple.locale == "de"),
            choose("en", "English".into(), simple.locale == "en"),
        ],
        orders: ["gte", "lt"]
            .map(|o| choose(o, t(lang, &format!("segments-order-{o}")).into_owned(), simple.order == o))
            .to_vec(),
        windows: WINDOWS
            .map(|w| choose(w, t(lang, &format!("segments-window-{w}")).into_owned(), simple.window == w))
            .to_vec(),
        counted: None,
        is_expert,
        rule,
    })
}

fn count(conn: &mut Conn, rule: &Value, now: i64) -> Result<Counted> {
    let found = actions::preview(conn, rule, now)?;
    Ok(Counted {
        count: found.counts.count,
        deliverable: found.deliverable(),
        no_consent: found.counts.no_consent,
        suppressed: found.counts.suppressed,
        sample: found.sample,
    })
}

/// `GET /manage/segments`
pub async fn list(me: Manager) -> Result<HttpResponse> {
    let now = me.house.db.now();
    let items = me
        .house
        .db
        .read(move |c| {
            let rows = store::list(c, None, 100)?;
            rows.into_iter()
                .map(|s: Segment| {
                    let found = count(c, &s.json(), now).ok();
                    Ok(Row {
                        id: s.id,
                        updated_at: s.updated_at,
                        deliverable: found.as_ref().map_or(0, |f| f.deliverable),
                        count: found.as_ref().map_or(0, |f| f.count),
                        name: s.name,
                    })
                })
                .collect::<Result<Vec<_>>>()
        })
        .await?;
    me.page("segments/list", "segments-title").nav("manage").show(&ListView { items }).await
}

/// `GET /manage/segments/new`
pub async fn blank(me: Manager) -> Result<HttpResponse> {
    let (lang, now) = (me.lang(), me.house.db.now());
    let view = me
        .house
        .db
        .read(move |c| {
            let simple = Simple { order: "gte".into(), window: "30d".into(), ..Simple::default() };
            let rule = simple.rule();
            let mut view = builder(c, lang, None, &simple, (BTreeMap::new(), pretty(&rule), false))?;
            view.counted = Some(count(c, &rule, now)?);
            Ok(view)
        })
        .await?;
    me.page("segments/builder", "segments-new").nav("manage").show(&view).await
}

/// `GET /manage/segments/{id}`
pub async fn edit(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (lang, now, id) = (me.lang(), me.house.db.now(), id.into_inner());
    let (name, view) = me
        .house
        .db
        .read(move |c| {
            let segment = store::find(c, id)?;
            let rule = segment.json();
            let simple = Simple::of_rule(&rule);
            let mut values = BTreeMap::from([("name".to_owned(), segment.name.clone())]);
            let shown = simple.clone().unwrap_or_default();
            values.insert("revenue".into(), shown.revenue.clone());
            values.insert("tag".into(), shown.tag.clone());
            let mut view = builder(c, lang, Some(id), &shown, (values, pretty(&rule), simple.is_none()))?;
            view.counted = count(c, &rule, now).ok();
            Ok((segment.name, view))
        })
        .await?;
    me.page("segments/builder", "segments-title").title(name).nav("manage").show(&view).await
}

fn pretty(rule: &Value) -> String {
    serde_json::to_string_pretty(rule).unwrap_or_default()
}

/// `POST /manage/segments/new`: saves, or only counts.
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    submit(me, None, form).await
}

/// `POST /manage/segments/{id}`: saves, or only counts.
pub async fn update(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    submit(me, Some(id.into_inner()), form).await
}

async fn submit(me: Manager, id: Option<i64>, form: Form) -> Result<HttpResponse> {
    let rule = rule_of(&form, me.lang().is_german());
    let error = if form.text("action") == "count" {
        None
    } else {
        let saved = match rule.as_ref() {
            Ok(rule) => actions::save(&me.house, id, form.text("name").into(), rule.clone(), me.viewer.id).await,
            Err(_) => Err(Error::field("rule", "json")),
        };
        match saved {
            Ok(id) => {
                let path = format!("/manage/segments/{id}");
                return Ok(see_other_with(&me.house.config, &path, "ok", "segments-saved"));
            }
            Err(Error::Invalid(errors)) => Some(errors),
            Err(other) => return Err(other),
        }
    };
    let (lang, now) = (me.lang(), me.house.db.now());
    let simple = Simple::of_form(&form, me.lang().is_german());
    let text = if form.ticked("expert") { form.raw("rule").to_owned() } else { pretty(&simple.rule()) };
    let shown = (form.values(), text, form.ticked("expert"));
    let bad = error.is_some();
    let view = me
        .house
        .db
        .read(move |c| {
            let mut view = builder(c, lang, id, &simple, shown)?;
            let counted = rule.and_then(|rule| count(c, &rule, now));
            let mut errors = error.unwrap_or_default();
            match counted {
                Ok(counted) => view.counted = Some(counted),
                Err(Error::Invalid(more)) => errors.extend(more),
                Err(other) => return Err(other),
            }
            errors.dedup();
            let (of_rule, of_form): (Vec<_>, Vec<_>) = errors.into_iter().partition(|e| e.field.starts_with("rule"));
            view.errors = field_messages(lang, &of_form);
            view.rule_errors =
                field_messages(lang, &of_rule).into_iter().map(|(path, text)| format!("{path}: {text}")).collect();
            Ok(view)
        })
        .await?;
    let page = me.page("segments/builder", "segments-title").nav("manage");
    let page = if bad { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    page.show(&view).await
}

/// `POST /manage/segments/preview`: the count as a fragment, for the script of the builder.
pub async fn preview(me: Manager, form: Form) -> Result<HttpResponse> {
    #[derive(Serialize)]
    struct Root {
        v: View,
    }
    #[derive(Serialize)]
    struct View {
        counted: Option<Counted>,
        rule_errors: Vec<String>,
    }
    let (lang, now) = (me.lang(), me.house.db.now());
    let found = match rule_of(&form, me.lang().is_german()) {
        Ok(rule) => me.house.db.read(move |c| count(c, &rule, now)).await,
        Err(error) => Err(error),
    };
    let v = match found {
        Ok(counted) => View { counted: Some(counted), rule_errors: Vec::new() },
        Err(Error::Invalid(errors)) => View {
            counted: None,
            rule_errors: field_messages(lang, &errors).into_iter().map(|(p, text)| format!("{p}: {text}")).collect(),
        },
        Err(other) => return Err(other),
    };
    let html = me.house.pages.fragment(lang, "segments/count", &Root { v })?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}

/// `POST /manage/segments/{id}/delete`
pub async fn remove(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    match me.house.db.write(move |tx| store::delete(tx, id)).await {
        Ok(()) => Ok(see_other_with(&me.house.config, "/manage/segments", "ok", "segments-deleted")),
        Err(Error::Conflict(_)) => {
            Ok(see_other_with(&me.house.config, &format!("/manage/segments/{id}"), "bad", "error-segment_in_use"))
        }
        Err(Error::NotFound) => Ok(see_other("/manage/segments")),
        Err(other) => Err(other),
    }
}
