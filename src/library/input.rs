//! What a manager sends, checked: every mistake of a resource is told at once, with the place of wrong merge fields.

use super::model::{Key, Kind, ProgramOf, Whole};
use super::store;
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Lang;
use crate::members::store::{Niche, Tier, list_tiers, list_visible_niches};
use crate::text::merge::Template;
use crate::web::forms::Check;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The longest body of a text in characters.
pub const BODY_MOST: usize = 50_000;

/// One text as sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// `short`, `long` or `social`.
    pub key: String,
    /// `de` or `en`.
    pub lang: String,
    /// Subject of a mail, merge fields allowed.
    #[serde(default)]
    pub subject: String,
    /// Markdown with merge fields.
    pub body: String,
}

/// A resource as sent; PATCH leaves out what stays, null clears.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceInput {
    /// `swipe_copy`, `image`, `fact_sheet`, `guide`, `brand` or `training`.
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
    /// Whether it is shown at all.
    pub published: bool,
    /// Texts.
    pub variants: Vec<Text>,
}

impl Ready {
    /// As stored.
    pub fn status(&self) -> &'static str {
        if self.published { "published" } else { "draft" }
    }
}

impl Ready {
    /// When somebody's sight of it changes.
    pub fn moments(&self) -> Vec<Ms> {
        self.publish_at.into_iter().chain(self.embargo.iter().map(|(_, until)| *until)).collect()
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
}

impl Vocabulary {
    /// Reads it.
    pub fn load(conn: &mut Conn, sight: Sight) -> Result<Self> {
        Ok(Self {
            tiers: list_tiers(conn)?,
            niches: list_visible_niches(conn, sight)?,
            programs: store::list_programs(conn)?,
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
    let published = match input.status.as_deref() {
        None => row.is_none_or(|r| r.status == "published"),
        Some("published") => true,
        Some("draft") => false,
        Some(_) => {
            c.add(choice("status", &["draft", "published"]));
            false
        }
    };
    let sent: Vec<VariantInput> = match &input.variants {
        Some(sent) => sent.clone(),
        None => old.map(|w| w.variants.iter().map(as_input).collect()).unwrap_or_default(),
    };
    let variants = texts(&mut c, &sent, program_id.is_some());
    if kind == Some(Kind::SwipeCopy) && sent.is_empty() {
        c.add(FieldError::new("variants", "required"));
    }
    c.done()?;
    let kind = kind.ok_or_else(|| Error::field("kind", "missing"))?;
    Ok(Ready { kind, title, summary, niche_id, program_id, min_rank, embargo, publish_at, published, variants })
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

fn texts(c: &mut Check, sent: &[VariantInput], has_program: bool) -> Vec<Text> {
    let mut out: Vec<Text> = Vec::new();
    let mut needs_program = false;
    for (i, v) in sent.iter().enumerate() {
        let at = |name: &str| format!("variants[{i}].{name}");
        let key = Key::parse(&v.key);
        let lang = Lang::ALL.into_iter().find(|l| l.code() == v.lang);
        if key.is_none() {
            c.add(FieldError::new(at("key"), "choice").arg("choices", "short, long, social"));
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
            match Template::check(&at(name), source) {
                Ok(template) => needs_program |= template.needs_ref(),
                Err(mistakes) => mistakes.into_iter().for_each(|m| c.add(m)),
            }
        }
        let (Some(key), Some(lang)) = (key, lang) else { continue };
        if out.iter().any(|t| t.key == key && t.lang == lang) {
            c.add(FieldError::new(at("key"), "taken"));
        }
        let subject = v.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push(Text { key, lang, subject, body: v.body.trim().replace("\r\n", "\n") });
    }
    if needs_program && !has_program {
        c.add(FieldError::new("program", "required"));
    }
    out
}
