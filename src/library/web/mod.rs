//! Pages of the library: the shelf that members see, and the manager's desk.

pub mod acts;
pub mod desk;
pub mod links;
pub mod manage;
pub mod mine;
pub mod preview;
pub mod shelf;
pub mod show;
mod text;

use super::input::Vocabulary;
use super::model::{Embargo, Kind, Resource, Variant};
use crate::i18n::{Lang, t};
use serde::Serialize;

/// One choice of a select.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// Value of the field.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    fn new(value: &str, label: &str, chosen: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), selected: value == chosen }
    }
}

/// A link that may be the present page.
#[derive(Debug, Clone, Serialize)]
pub struct Tab {
    /// Where to.
    pub href: String,
    /// What people read.
    pub label: String,
    /// Whether it is shown now.
    pub current: bool,
}

/// A coloured name.
#[derive(Debug, Clone, Serialize)]
pub struct Mark {
    /// What people read.
    pub name: String,
    /// Colour, 0 to 11.
    pub hue: i32,
}

/// A resource in a list.
#[derive(Debug, Serialize)]
pub struct CardView {
    id: i64,
    title: String,
    summary: String,
    kind: String,
    niche: Option<Mark>,
    program: Option<String>,
    tier: Option<String>,
    languages: String,
    lengths: String,
    is_draft: bool,
    is_review: bool,
    opens_at: Option<i64>,
    downloads: i64,
    updated_at: i64,
    stars: Option<StarsView>,
    is_favourite: bool,
    occasion: String,
    until: Option<i64>,
    blocked: String,
    is_kit: bool,
    face: String,
}

/// Stars on average.
#[derive(Debug, Clone, Serialize)]
pub struct StarsView {
    /// Full stars, for the drawing.
    pub full: i64,
    /// `4,3`
    pub text: String,
    /// By how many.
    pub count: i64,
    /// For screen readers.
    pub label: String,
}

fn stars_view(r: &Resource, lang: Lang) -> Option<StarsView> {
    let (tenths, count) = r.stars()?;
    let text = format!("{}{}{}", tenths / 10, lang.pick(',', '.'), tenths % 10);
    let label = crate::i18n::t_args(
        lang,
        "library-stars-label",
        &[("n", crate::i18n::Arg::Text(text.clone())), ("count", crate::i18n::Arg::Number(count))],
    );
    Some(StarsView { full: (tenths + 5) / 10, text, count, label })
}

/// What stands in the way of taking it, in words; empty: nothing.
fn blocked_text(r: &Resource, lang: Lang, now: i64) -> String {
    r.blocked(now).map_or_else(String::new, |b| t(lang, &format!("error-{}", b.code())).into_owned())
}

fn niche_mark(r: &Resource, lang: Lang) -> Option<Mark> {
    r.niche.as_ref().map(|n| Mark { name: lang.pick(&n.name_de, &n.name_en).clone(), hue: n.hue })
}

/// The tier from which it is open, where that is not the lowest.
fn tier_name(r: &Resource, known: &Vocabulary, lang: Lang) -> Option<String> {
    let lowest = known.tiers.first().map_or(0, |t| t.rank);
    known.tiers.iter().find(|t| t.rank == r.min_rank && t.rank > lowest).map(|t| t.name(lang).to_owned())
}

fn cards(
    rows: Vec<Resource>,
    variants: &[Variant],
    embargoes: &[Embargo],
    favourites: &[i64],
    known: &Vocabulary,
    (lang, now): (Lang, i64),
) -> Vec<CardView> {
    rows.into_iter()
        .map(|r| {
            let own: Vec<&Variant> = variants.iter().filter(|v| v.resource_id == r.id).collect();
            let mut languages: Vec<&str> = own.iter().map(|v| v.lang().pick("DE", "EN")).collect();
            languages.sort_unstable();
            languages.dedup();
            let mut keys: Vec<_> = own.iter().map(|v| v.key()).collect();
            keys.dedup();
            let lengths: Vec<String> = keys.iter().map(|k| t(lang, &k.label()).into_owned()).collect();
            let waits = embargoes.iter().filter(|e| e.resource_id == r.id).map(|e| e.until);
            CardView {
                id: r.id,
                kind: kind_label(&r.kind, lang),
                niche: niche_mark(&r, lang),
                program: r.program.as_ref().map(|p| p.name.clone()),
                tier: tier_name(&r, known, lang),
                languages: languages.join(" · "),
                lengths: lengths.join(", "),
                is_draft: r.status == "draft",
                is_review: r.status == "review",
                stars: stars_view(&r, lang),
                is_favourite: favourites.contains(&r.id),
                occasion: r.offer.as_ref().map(|o| o.occasion.clone()).unwrap_or_default(),
                until: r.offer.as_ref().and_then(|o| o.valid_until).filter(|at| *at > now),
                blocked: r
                    .blocked(now)
                    .map_or_else(String::new, |b| t(lang, &format!("library-blocked-{}", b.code())).into_owned()),
                is_kit: r.kind == Kind::Kit.code(),
                face: String::new(),
                opens_at: waits.chain(r.publish_at).max().filter(|at| *at > now),
                downloads: r.download_count,
                updated_at: r.updated_at,
                title: r.title,
                summary: r.summary,
            }
        })
        .collect()
}

/// Gives each card the picture of its resource.
fn dress(cards: &mut [CardView], faces: &[(i64, crate::files::FileInfo)]) {
    for card in cards {
        if let Some((_, file)) = faces.iter().find(|(id, _)| *id == card.id) {
            card.face = file.url_at(320);
        }
    }
}

fn kind_label(code: &str, lang: Lang) -> String {
    Kind::parse(code).map_or_else(|| code.to_owned(), |k| t(lang, &k.label()).into_owned())
}

fn kind_choices(lang: Lang, chosen: &str) -> Vec<Choice> {
    Kind::ALL.iter().map(|k| Choice::new(k.code(), &t(lang, &k.label()), chosen)).collect()
}

fn niche_choices(known: &Vocabulary, lang: Lang, chosen: &str) -> Vec<Choice> {
    known.niches.iter().map(|n| Choice::new(&n.slug, n.name(lang), chosen)).collect()
}

fn program_choices(known: &Vocabulary, chosen: &str) -> Vec<Choice> {
    known.programs.iter().map(|p| Choice::new(&p.slug, &p.name, chosen)).collect()
}

/// The choices with an empty one before them.
fn or_none(label: &str, chosen: &str, mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.insert(0, Choice::new("", label, chosen));
    choices
}

/// `name=value` of those that are not empty, as the query of an address.
fn query(pairs: &[(&str, &str)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    pairs.iter().filter(|(_, v)| !v.is_empty()).for_each(|(n, v)| {
        out.append_pair(n, v);
    });
    out.finish()
}
