//! What a manager sends, checked: every mistake of a resource is told at once, with the place of wrong merge fields.

use super::labels::Country;
use super::marks;
use super::model::{Key, Kind, Offer, ProgramOf, Whole};
use super::personal::leaves_whole;
use super::store;
use super::store::kits::KitItem;
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Lang;
use crate::members::store::{Niche, Tier, list_tiers, list_visible_niches};
use crate::programs::amount::{self, Beyond};
use crate::text::blocks::links;
use crate::text::merge::{Field, Template};
use crate::text::plain_text;
use crate::web::forms::Check;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The longest body of a text in characters.
pub const BODY_MOST: usize = 50_000;

/// One text as sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// `short`, `long`, `subjects`, `social`, `instagram`, `facebook`, `linkedin`, `x`, `tiktok`, `youtube`,
    /// `whatsapp` or `sms`.
    pub key: String,
    /// `de` or `en`.
    pub lang: String,
    /// Subject of a mail, merge fields allowed.
    #[serde(default)]
    pub subject: String,
    /// Markdown with merge fields; `:::locked` … `:::` and `{=…=}` keep a part word for word.
    pub body: String,
}

/// Money as sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyInput {
    /// Decimal with a dot, at most two places.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

/// One step of a kit as sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepInput {
    /// Id of a resource that is no kit.
    pub resource: i64,
    /// Days after the first one, 0 to 365.
    #[serde(default)]
    pub day: i32,
    /// At most 300 characters.
    #[serde(default)]
    pub note: String,
}

/// A resource as sent; PATCH leaves out what stays, null clears.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceInput {
    /// `swipe_copy`, `kit`, `image`, `fact_sheet`, `guide`, `brand`, `training`, `quick_start`, `sales_guide` or `faq`.
    pub kind: Option<String>,
    /// 1 to 200 characters.
    pub title: Option<String>,
    /// At most 500 characters.
    pub summary: Option<String>,
    /// Slug of a niche.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub niche: Option<Option<String>>,
    /// Slug of a program; may be left out where there is one only.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub program: Option<Option<String>>,
    /// Slug of the lowest tier that sees it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub min_tier: Option<Option<String>>,
    /// Tier slug to RFC 3339: this tier, and every lower one, sees it from then.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub embargo: Option<Option<BTreeMap<String, String>>>,
    /// RFC 3339: nobody sees it before.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub publish_at: Option<Option<String>>,
    /// `draft` or `published`.
    pub status: Option<String>,
    /// The texts, all of them.
    pub variants: Option<Vec<VariantInput>>,
    /// Such as „Herbstaktion“, at most 60 characters.
    pub occasion: Option<String>,
    /// The reader's problem that it solves, at most 120 characters.
    pub problem: Option<String>,
    /// Market it is written for: `DE`, `AT`, `CH`, `GB`, `IE`, `US`; empty: by language.
    pub country: Option<String>,
    /// RFC 3339: the promotion begins.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub starts_at: Option<Option<String>>,
    /// RFC 3339: the promotion is over; nothing can be taken from then on.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub valid_until: Option<Option<String>>,
    /// What the offer costs.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<MoneyInput>)]
    pub price: Option<Option<MoneyInput>>,
    /// RFC 3339: the price is over.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub price_until: Option<Option<String>>,
    /// Id of what to take instead once this is over.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    pub successor: Option<Option<i64>>,
    /// The steps of a kit, all of them.
    pub items: Option<Vec<StepInput>>,
}

/// Tells "not sent" from null.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

/// A checked text.
#[derive(Debug, Clone)]
pub struct Text {
    /// Length.
    pub key: Key,
    /// Language.
    pub lang: Lang,
    /// Subject with merge fields.
    pub subject: String,
    /// Markdown with merge fields.
    pub body: String,
}

/// A checked resource, ready to be stored.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Kind.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Niche.
    pub niche_id: Option<i64>,
    /// Program.
    pub program_id: Option<i64>,
    /// Lowest tier rank that sees it.
    pub min_rank: i32,
    /// Tier rank to the moment from which it sees it.
    pub embargo: Vec<(i32, Ms)>,
    /// Not before.
    pub publish_at: Option<Ms>,
    /// `draft`, `review` or `published`.
    pub status: &'static str,
    /// Texts.
    pub variants: Vec<Text>,
    /// Occasion, price, dates, successor.
    pub offer: Offer,
    /// Steps of a kit: resource, day, note.
    pub steps: Vec<(i64, i32, String)>,
}

impl Ready {
    /// When somebody's sight of it changes.
    pub fn moments(&self) -> Vec<Ms> {
        let offer = &self.offer;
        let ends = [offer.valid_until, offer.price_until].into_iter().flatten();
        self.publish_at.into_iter().chain(self.embargo.iter().map(|(_, until)| *until)).chain(ends).collect()
    }
}

/// What slugs of the input may name.
pub struct Vocabulary {
    /// All tiers.
    pub tiers: Vec<Tier>,
    /// All niches.
    pub niches: Vec<Niche>,
    /// All programs.
    pub programs: Vec<ProgramOf>,
    /// Steps the kit in question has now.
    pub steps: Vec<KitItem>,
}

impl Vocabulary {
    /// Reads it.
    pub fn load(conn: &mut Conn, sight: Sight) -> Result<Self> {
        Ok(Self {
            tiers: list_tiers(conn)?,
            niches: list_visible_niches(conn, sight)?,
            programs: store::list_programs(conn)?,
            steps: Vec::new(),
        })
    }

    /// Slug of a tier rank; none for the lowest, which shuts nobody out.
    pub fn tier_slug(&self, rank: i32) -> Option<&str> {
        let lowest = self.tiers.first().map_or(0, |t| t.rank);
        self.tiers.iter().find(|t| t.rank == rank && rank > lowest).map(|t| t.slug.as_str())
    }
}

/// A moment as the API takes it.
///
/// # Errors
/// `invalid` on `field`.
pub fn moment(field: &str, text: &str) -> Result<Ms, FieldError> {
    let bad = || FieldError::new(field.to_owned(), "invalid");
    text.trim().parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(|_| bad())
}

/// Checks `input` over `old` (a change) or nothing (a new one).
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong.
pub fn check(input: &ResourceInput, old: Option<&Whole>, known: &Vocabulary) -> Result<Ready> {
    let mut c = Check::new();
    let row = old.map(|w| &w.resource);
    let kind = match (&input.kind, row) {
        (Some(text), _) => Kind::parse(text).or_else(|| {
            c.add(choice("kind", &Kind::ALL.map(Kind::code)));
            None
        }),
        (None, Some(row)) => Kind::parse(&row.kind),
        (None, None) => {
            c.add(FieldError::new("kind", "missing"));
            None
        }
    };
    let title = input.title.as_deref().or(row.map(|r| r.title.as_str())).unwrap_or("");
    let title = c.line("title", title, 1, 200);
    let summary = input.summary.as_deref().or(row.map(|r| r.summary.as_str())).unwrap_or("");
    let summary = c.line("summary", summary, 0, 500);
    let niche_id = niche(&mut c, input, row.and_then(|r| r.niche.as_ref()).map(|n| n.slug.as_str()), known);
    let program_id = program(&mut c, input, row.and_then(|r| r.program.as_ref()).map(|p| p.id), known);
    let lowest = known.tiers.first().map_or(0, |t| t.rank);
    let min_rank = match &input.min_tier {
        None => row.map_or(lowest, |r| r.min_rank),
        Some(None) => lowest,
        Some(Some(slug)) if slug.is_empty() => lowest,
        Some(Some(slug)) => c.keep(rank(known, "min_tier", slug)).unwrap_or(lowest),
    };
    let embargo = match &input.embargo {
        None => old.map(|w| w.embargoes.iter().map(|e| (e.rank, e.until)).collect()).unwrap_or_default(),
        Some(None) => Vec::new(),
        Some(Some(map)) => map
            .iter()
            .filter_map(|(slug, at)| {
                let path = format!("embargo.{slug}");
                let rank = c.keep(rank(known, &path, slug));
                let until = c.keep(moment(&path, at));
                rank.zip(until)
            })
            .collect(),
    };
    let publish_at = match &input.publish_at {
        None => row.and_then(|r| r.publish_at),
        Some(None) => None,
        Some(Some(text)) => c.keep(moment("publish_at", text)),
    };
    let status = match input.status.as_deref() {
        None => match row.map(|r| r.status.as_str()) {
            None | Some("published") => "published",
            Some("review") => "review",
            Some(_) => "draft",
        },
        Some("published") => "published",
        Some("draft") => "draft",
        Some("review") if row.is_some_and(|r| r.status == "review") => "review",
        Some(_) => {
            c.add(choice("status", &["draft", "published"]));
            "draft"
        }
    };
    let offer = offer(&mut c, input, row.and_then(|r| r.offer.as_ref()), row.map(|r| r.id));
    let sent: Vec<VariantInput> = match &input.variants {
        Some(sent) => sent.clone(),
        None => old.map(|w| w.variants.iter().map(as_input).collect()).unwrap_or_default(),
    };
    let variants = texts(&mut c, &sent, program_id.is_some(), &offer);
    let steps = steps(&mut c, input, kind, known);
    if kind == Some(Kind::SwipeCopy) && sent.is_empty() {
        c.add(FieldError::new("variants", "required"));
    }
    c.done()?;
    let kind = kind.ok_or_else(|| Error::field("kind", "missing"))?;
    Ok(Ready {
        kind,
        title,
        summary,
        niche_id,
        program_id,
        min_rank,
        embargo,
        publish_at,
        status,
        variants,
        offer,
        steps,
    })
}

/// What is offered: as sent, over what it was.
fn offer(c: &mut Check, input: &ResourceInput, old: Option<&Offer>, own: Option<i64>) -> Offer {
    let mut out = old.cloned().unwrap_or_default();
    if let Some(text) = &input.occasion {
        out.occasion = c.line("occasion", text, 0, 60);
    }
    if let Some(text) = &input.problem {
        out.problem = c.line("problem", text, 0, 120);
    }
    if let Some(text) = input.country.as_deref().map(str::trim) {
        out.country = match Country::parse(text) {
            Some(country) => country.code().to_owned(),
            None => {
                if !text.is_empty() {
                    c.add(choice("country", &Country::ALL.map(Country::code)));
                }
                String::new()
            }
        };
    }
    let mut at = |field: &'static str, sent: &Option<Option<String>>, kept: Option<Ms>| match sent {
        None => kept,
        Some(None) => None,
        Some(Some(text)) => c.keep(moment(field, text)),
    };
    out.starts_at = at("starts_at", &input.starts_at, out.starts_at);
    out.valid_until = at("valid_until", &input.valid_until, out.valid_until);
    out.price_until = at("price_until", &input.price_until, out.price_until);
    match &input.price {
        None => {}
        Some(None) => (out.price, out.currency) = (None, String::new()),
        Some(Some(money)) => {
            let parsed = amount::parse(&money.amount, Beyond::Refuse);
            out.price = c.keep(parsed.map_err(|w| FieldError::new("price", w.code())));
            let currency = amount::parse_currency(&money.currency);
            out.currency = c.keep(currency.ok_or_else(|| FieldError::new("price", "currency"))).unwrap_or_default();
        }
    }
    if out.starts_at.zip(out.valid_until).is_some_and(|(from, to)| from >= to) {
        c.add(FieldError::new("valid_until", "invalid"));
    }
    match input.successor {
        None => {}
        Some(wish) => {
            if wish.is_some() && wish == own {
                c.add(FieldError::new("successor", "invalid"));
            }
            out.successor_id = wish;
        }
    }
    out
}

/// The steps of a kit; other kinds have none.
fn steps(c: &mut Check, input: &ResourceInput, kind: Option<Kind>, known: &Vocabulary) -> Vec<(i64, i32, String)> {
    const MOST: usize = 40;
    let Some(sent) = &input.items else {
        return known.steps.iter().map(|s| (s.resource_id, s.day, s.note.clone())).collect();
    };
    if kind != Some(Kind::Kit) && !sent.is_empty() {
        c.add(FieldError::new("items", "invalid"));
        return Vec::new();
    }
    if sent.len() > MOST {
        c.add(FieldError::new("items", "range").arg("min", 0).arg("max", MOST));
    }
    let mut out = Vec::new();
    for (i, step) in sent.iter().take(MOST).enumerate() {
        if !(0..=365).contains(&step.day) {
            c.add(FieldError::new(format!("items[{i}].day"), "range").arg("min", 0).arg("max", 365));
        }
        if step.note.chars().count() > 300 {
            c.add(FieldError::new(format!("items[{i}].note"), "too_long").arg("max", 300));
        }
        out.push((step.resource, step.day, crate::web::forms::one_line(&step.note)));
    }
    out
}

fn as_input(v: &super::model::Variant) -> VariantInput {
    VariantInput { key: v.key.clone(), lang: v.lang.clone(), subject: v.subject.clone(), body: v.body.clone() }
}

fn choice(field: &'static str, choices: &[&str]) -> FieldError {
    FieldError::new(field, "choice").arg("choices", choices.join(", "))
}

fn rank(known: &Vocabulary, field: &str, slug: &str) -> Result<i32, FieldError> {
    let found = known.tiers.iter().find(|t| t.slug == slug).map(|t| t.rank);
    found.ok_or_else(|| FieldError::new(field.to_owned(), "not_found"))
}

fn niche(c: &mut Check, input: &ResourceInput, old: Option<&str>, known: &Vocabulary) -> Option<i64> {
    let slug = match &input.niche {
        None => old?,
        Some(wish) => wish.as_deref().filter(|s| !s.is_empty())?,
    };
    let found = known.niches.iter().find(|n| n.slug == slug).map(|n| n.id);
    c.keep(found.ok_or_else(|| FieldError::new("niche", "not_found")))
}

/// The program named, the one it had, or the only one there is.
fn program(c: &mut Check, input: &ResourceInput, old: Option<i64>, known: &Vocabulary) -> Option<i64> {
    let only = match known.programs.as_slice() {
        [one] => Some(one.id),
        _ => None,
    };
    match &input.program {
        None => old.or(only),
        Some(wish) => match wish.as_deref().filter(|s| !s.is_empty()) {
            None => only,
            Some(slug) => {
                let found = known.programs.iter().find(|p| p.slug == slug).map(|p| p.id);
                c.keep(found.ok_or_else(|| FieldError::new("program", "not_found")))
            }
        },
    }
}

/// Checks a text of the library or a member's own version of one: fields, marks, links, length.
pub fn check_text(field: &str, key: Option<Key>, source: &str) -> Result<Template, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let template = Template::check_copy(field, source).map_err(|all| wrong.extend(all)).ok();
    if let Err(mistakes) = marks::parse(source) {
        wrong.extend(mistakes.into_iter().map(|m| m.into_field_error(field)));
    }
    let plain = marks::strip(source);
    let leads = |url: &str| {
        let low = url.to_ascii_lowercase();
        ["http://", "https://", "mailto:", "{{affiliate.link}}", "%7b%7baffiliate.link%7d%7d"]
            .iter()
            .any(|s| low.starts_with(s))
    };
    if let Some(bad) = links(&plain.replace("{{ ", "{{").replace(" }}", "}}")).into_iter().find(|url| !leads(url)) {
        let shown: String = bad.chars().take(80).collect();
        wrong.push(FieldError::new(field.to_owned(), "link_scheme").arg("link", shown));
    }
    if let Some(most) = key.and_then(|k| k.measure().most) {
        // Fields fill in as much as a usual link; the exact number is shown with everything filled in.
        let length = plain_text(&plain).chars().count();
        if length > most {
            wrong.push(FieldError::new(field.to_owned(), "too_long").arg("max", most));
        }
    }
    match template {
        Some(template) if wrong.is_empty() => Ok(template),
        _ => Err(wrong),
    }
}

fn texts(c: &mut Check, sent: &[VariantInput], has_program: bool, offer: &Offer) -> Vec<Text> {
    let mut out: Vec<Text> = Vec::new();
    let (mut needs_program, mut lacks_price, mut lacks_date) = (false, false, false);
    for (i, v) in sent.iter().enumerate() {
        let at = |name: &str| format!("variants[{i}].{name}");
        let key = Key::parse(&v.key);
        let lang = Lang::ALL.into_iter().find(|l| l.code() == v.lang);
        if key.is_none() {
            c.add(FieldError::new(at("key"), "choice").arg("choices", Key::ALL.map(Key::code).join(", ")));
        }
        if lang.is_none() {
            c.add(FieldError::new(at("lang"), "choice").arg("choices", "de, en"));
        }
        if v.body.trim().is_empty() {
            c.add(FieldError::new(at("body"), "required"));
        } else if v.body.chars().count() > BODY_MOST {
            c.add(FieldError::new(at("body"), "too_long").arg("max", BODY_MOST));
        }
        if v.subject.chars().count() > 200 {
            c.add(FieldError::new(at("subject"), "too_long").arg("max", 200));
        }
        for (name, source) in [("subject", &v.subject), ("body", &v.body)] {
            let form = if name == "body" { key } else { None };
            match check_text(&at(name), form, source) {
                Ok(template) => {
                    needs_program |= template.needs_ref() || template.uses(Field::SubId);
                    lacks_price |= template.uses(Field::Price) && offer.price.is_none();
                    lacks_date |= template.uses(Field::Until) && offer.valid_until.is_none();
                }
                Err(mistakes) => mistakes.into_iter().for_each(|m| c.add(m)),
            }
        }
        let (Some(key), Some(lang)) = (key, lang) else { continue };
        if check_text(&at("body"), None, &v.body).is_ok() && !leaves_whole(key, lang, &v.body) {
            c.add(FieldError::new(at("body"), "swallowed"));
        }
        if out.iter().any(|t| t.key == key && t.lang == lang) {
            c.add(FieldError::new(at("key"), "taken"));
        }
        let subject = v.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push(Text { key, lang, subject, body: v.body.trim().replace("\r\n", "\n") });
    }
    if needs_program && !has_program {
        c.add(FieldError::new("program", "required"));
    }
    if lacks_price {
        c.add(FieldError::new("price", "required"));
    }
    if lacks_date {
        c.add(FieldError::new("valid_until", "required"));
    }
    out
}
