//! One resource: its texts filled in for the reader, the ways to take them, what others think.

use super::text::{Chosen, TextView, WordField, asked_words, text_view, word_fields};
use super::{Choice, Mark, StarsView, Tab, blocked_text, kind_label, niche_mark, query, stars_view, tier_name};
use crate::access::Sight;
use crate::db::{Conn, DAY};
use crate::error::{Error, Result};
use crate::i18n::{Lang, money, t};
use crate::library::actions::links::ensure_short;
use crate::library::actions::taking::{owner, owners, short_base};
use crate::library::channels::Key;
use crate::library::input::Vocabulary;
use crate::library::material::web::view::{self, MaterialView};
use crate::library::model::{Kind, Variant, Whole};
use crate::library::personal::{self, Owner};
use crate::library::results;
use crate::library::store;
use crate::library::store::kits::KitItem;
use crate::library::store::opinions::Rating;
use crate::library::store::own::OwnVersion;
use crate::text::merge::Field;
use crate::web::guards::Member;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Which text of a resource to show.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TextQuery {
    pub(super) variant: String,
    pub(super) lang: String,
    pub(super) own: String,
    pub(super) member: Option<i64>,
    pub(super) tried: Option<usize>,
    pub(super) answers: String,
}

impl TextQuery {
    /// The form asked for.
    pub(super) fn key(&self) -> Option<Key> {
        Key::parse(&self.variant)
    }

    /// The language asked for.
    pub(super) fn lang(&self) -> Option<Lang> {
        Lang::ALL.into_iter().find(|l| l.code() == self.lang)
    }
}

#[derive(Serialize)]
struct Wait {
    tier: String,
    until: i64,
}

#[derive(Serialize)]
struct StepView {
    id: i64,
    title: String,
    summary: String,
    kind: String,
    at: Option<i64>,
    day: i32,
    note: String,
    blocked: String,
    lengths: String,
}

#[derive(Serialize)]
struct KitView {
    steps: Vec<StepView>,
    downloads: Vec<Tab>,
    needs_ref: bool,
    missing: bool,
    fields: Vec<WordField>,
    program_id: i64,
    starts_at: Option<i64>,
}

#[derive(Serialize)]
struct RatingView {
    member_id: i64,
    name: String,
    stars: i32,
    label: String,
    comment: String,
    at: i64,
}

#[derive(Serialize)]
struct ResultView {
    label: String,
    downloads: i64,
    clicks: i64,
    sales: i64,
    amount: String,
    all_downloads: i64,
    all_clicks: i64,
    all_sales: i64,
}

/// A resource as a page shows it.
#[derive(Serialize)]
pub(super) struct ResourceView {
    id: i64,
    title: String,
    summary: String,
    kind: String,
    niche: Option<Mark>,
    niche_slug: String,
    program: String,
    tier: String,
    is_draft: bool,
    is_review: bool,
    publish_at: Option<i64>,
    starts_at: Option<i64>,
    waits: Vec<Wait>,
    updated_at: i64,
    download_count: i64,
    lengths: Vec<Tab>,
    languages: Vec<Tab>,
    pub(super) text: Option<TextView>,
    kit: Option<KitView>,
    can_manage: bool,
    preview_of: String,
    people: Vec<Choice>,
    variant_code: String,
    lang_code: String,
    occasion: String,
    problem: String,
    price: String,
    valid_until: Option<i64>,
    price_until: Option<i64>,
    blocked: String,
    recall_reason: String,
    is_recalled: bool,
    successor_id: Option<i64>,
    successor: String,
    stars: Option<StarsView>,
    ratings: Vec<RatingView>,
    own_stars: i32,
    own_comment: String,
    is_favourite: bool,
    results: Vec<ResultView>,
    curve: String,
    own_flag: &'static str,
    material: Option<MaterialView>,
}

impl ResourceView {
    /// Its title.
    pub(super) fn title(&self) -> &str {
        &self.title
    }
}

/// What a page of a resource is made of.
pub(super) struct Shown {
    pub whole: Whole,
    pub known: Vocabulary,
    pub owner: Owner,
    pub own: Vec<OwnVersion>,
    pub steps: Vec<(KitItem, Whole, Owner)>,
    pub successor: Option<(i64, String)>,
    pub ratings: Vec<Rating>,
    pub own_rating: Option<(i32, String)>,
    pub is_favourite: bool,
    pub results: (Vec<results::Line>, Vec<results::Line>),
    pub days: Vec<i64>,
    pub material: view::Loaded,
    /// For a manager's preview: who it is for, and everybody it could be for.
    pub preview: Option<(i64, Vec<(i64, String)>)>,
}

/// Reads everything a page of a resource shows to `sight`, filled in for `who`.
pub(super) fn load(
    c: &mut Conn,
    base: &str,
    sight: Sight,
    (id, now): (i64, i64),
    who: (MemberId, &str, i32),
) -> Result<Shown> {
    let whole = store::find_visible(c, sight, id, now)?;
    let known = Vocabulary::load(c, sight)?;
    let made_for = owner(c, base, &whole, &known.tiers, who)?;
    let mut steps = Vec::new();
    if whole.resource.kind == Kind::Kit.code() {
        let items = store::kits::list_items(c, &[id])?;
        let ids: Vec<i64> = items.iter().map(|i| i.resource_id).collect();
        let eyes = if sight.manages { sight } else { Sight::of_member(who.0, sight.rank) };
        let parts = store::list_wholes(c, eyes, &ids, now)?;
        let owners = owners(c, base, &parts, &known.tiers, who)?;
        for item in items {
            if let Some((part, of_part)) = parts.iter().zip(&owners).find(|(p, _)| p.resource.id == item.resource_id) {
                steps.push((item, part.clone(), of_part.clone()));
            }
        }
    }
    let successor = match whole.resource.offer.as_ref().and_then(|o| o.successor_id) {
        Some(next) => store::kits::find_title(c, next)?.map(|title| (next, title)),
        None => None,
    };
    let material = view::load(c, sight, id)?;
    let handed_out = sight.manages || !(whole.resource.blocked(now).is_some() || material.is_over(now));
    Ok(Shown {
        material: if handed_out { material } else { material.without_files() },
        own: store::own::list_of(c, who.0, id)?,
        ratings: store::opinions::list_ratings(c, id, 20)?,
        own_rating: store::opinions::find_rating(c, id, sight.member)?,
        is_favourite: !store::opinions::list_favourites(c, sight.member, &[id])?.is_empty(),
        results: (results::lines(c, id, Some(sight.member), now)?, results::lines(c, id, None, now)?),
        days: results::days(c, id, None, now)?,
        whole,
        known,
        owner: made_for,
        steps,
        successor,
        preview: None,
    })
}

fn kit_view(shown: &Shown, lang: Lang, now: i64) -> KitView {
    let starts = shown.whole.resource.offer.as_ref().and_then(|o| o.starts_at);
    let (mut needs_ref, mut missing) = (false, Vec::new());
    let (mut asked, mut program, mut words): (Vec<Field>, i64, Owner) = (Vec::new(), 0, Owner::default());
    for (_, part, owner) in shown.steps.iter().filter(|(_, p, _)| p.resource.blocked(now).is_none()) {
        for v in &part.variants {
            needs_ref |= owner.code.is_none() && personal::needs_ref(v);
            for field in asked_words(v) {
                if !asked.contains(&field) {
                    asked.push(field);
                    program = part.resource.program.as_ref().map_or(0, |p| p.id);
                    words.words.clone_from(&owner.words);
                }
            }
            for field in personal::missing(v, owner) {
                if !missing.contains(&field) {
                    missing.push(field);
                }
            }
        }
    }
    let id = shown.whole.resource.id;
    let downloads = Lang::ALL.map(|l| Tab {
        href: format!("/api/v1/resources/{id}/download?lang={}&format=zip", l.code()),
        label: format!("{} ({})", t(lang, "library-kit-take"), l.pick("Deutsch", "English")),
        current: l.code() == lang.code(),
    });
    let steps = shown.steps.iter().map(|(item, part, _)| {
        let mut keys: Vec<Key> = part.variants.iter().map(Variant::key).collect();
        keys.dedup();
        let names: Vec<String> = keys.iter().map(|k| t(lang, &k.label()).into_owned()).collect();
        StepView {
            id: part.resource.id,
            title: part.resource.title.clone(),
            summary: part.resource.summary.clone(),
            kind: kind_label(&part.resource.kind, lang),
            at: starts.map(|s| s + i64::from(item.day) * DAY),
            day: item.day + 1,
            note: item.note.clone(),
            blocked: blocked_text(&part.resource, lang, now),
            lengths: names.join(", "),
        }
    });
    KitView {
        steps: steps.collect(),
        downloads: downloads.into(),
        needs_ref,
        missing: !missing.is_empty(),
        fields: word_fields(&asked, &words, &missing, lang),
        program_id: program,
        starts_at: starts,
    }
}

/// A small curve, drawn from left to right.
fn curve(days: &[i64]) -> String {
    let most = days.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = 100.0 / (days.len().max(2) - 1) as f64;
    let points = days.iter().enumerate().map(|(i, n)| {
        let (x, y) = (i as f64 * step, 26.0 - *n as f64 / most * 24.0);
        format!("{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" })
    });
    if days.iter().all(|n| *n == 0) { String::new() } else { points.collect::<Vec<_>>().join(" ") }
}

fn result_views((own, all): &(Vec<results::Line>, Vec<results::Line>), lang: Lang) -> Vec<ResultView> {
    all.iter()
        .map(|line| {
            let mine = own.iter().find(|o| o.key == line.key && o.lang == line.lang);
            let amounts = mine.map(|m| m.amounts.iter().map(|(c, sum)| money(lang, *sum, c)).collect::<Vec<_>>());
            ResultView {
                label: format!("{} · {}", t(lang, &line.key.label()), line.lang.pick("DE", "EN")),
                downloads: mine.map_or(0, |m| m.downloads),
                clicks: mine.map_or(0, |m| m.clicks),
                sales: mine.map_or(0, |m| m.sales),
                amount: amounts.unwrap_or_default().join(" + "),
                all_downloads: line.downloads,
                all_clicks: line.clicks,
                all_sales: line.sales,
            }
        })
        .collect()
}

/// Makes the view of `shown` below `base` (`/library/7`).
pub(super) fn resource_view(
    shown: &Shown,
    asked: &TextQuery,
    base: &str,
    (lang, now, manages): (Lang, i64, bool),
) -> Result<ResourceView> {
    let whole = &shown.whole;
    let chosen = whole
        .choose(asked.key(), asked.lang(), lang)
        .or_else(|| whole.choose(asked.key(), None, lang))
        .or_else(|| whole.choose(None, None, lang));
    let member = shown.preview.as_ref().map_or_else(String::new, |(id, _)| id.to_string());
    let address = |key: Key, text_lang: Lang| {
        let pairs = [("variant", key.code()), ("lang", text_lang.code()), ("member", &member), ("own", &asked.own)];
        format!("{base}?{}", query(&pairs))
    };
    let mut lengths = Vec::new();
    let mut languages = Vec::new();
    for key in Key::ALL {
        let Some(v) = whole.choose(Some(key), None, chosen.map_or(lang, Variant::lang)) else { continue };
        lengths.push(Tab {
            href: address(key, v.lang()),
            label: t(lang, &key.label()).into_owned(),
            current: chosen.is_some_and(|c| c.key() == key),
        });
    }
    if let Some(c) = chosen {
        for v in whole.variants.iter().filter(|v| v.key == c.key) {
            let label = v.lang().pick("Deutsch", "English").to_owned();
            languages.push(Tab { href: address(c.key(), v.lang()), label, current: v.lang == c.lang });
        }
    }
    let r = &whole.resource;
    let blocked = r.blocked(now).is_some();
    let wants_own = !asked.own.is_empty();
    let text = chosen
        .map(|original| text_view(&Chosen { shown, original, wants_own, blocked }, base, &member, lang))
        .transpose()?;
    let waits = whole.embargoes.iter().filter(|e| e.until > now).filter_map(|e| {
        let tier = shown.known.tiers.iter().find(|tier| tier.rank == e.rank)?;
        Some(Wait { tier: tier.name(lang).to_owned(), until: e.until })
    });
    let offer = r.offer.clone().unwrap_or_default();
    let rating_label = |n: i32| t(lang, &format!("library-give-{n}")).into_owned();
    let tried = crate::library::material::web::show::tried(asked.tried, &asked.answers);
    let material = view::view(r.id, &r.kind, &shown.material, tried.as_ref(), (lang, now));
    Ok(ResourceView {
        material: Some(material).filter(MaterialView::has_any),
        id: r.id,
        title: r.title.clone(),
        summary: r.summary.clone(),
        kind: kind_label(&r.kind, lang),
        niche: niche_mark(r, lang),
        niche_slug: r.niche.as_ref().map(|n| n.slug.clone()).unwrap_or_default(),
        program: r.program.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        tier: tier_name(r, &shown.known, lang).unwrap_or_default(),
        is_draft: r.status == "draft",
        is_review: r.status == "review",
        publish_at: r.publish_at.filter(|at| *at > now),
        starts_at: offer.starts_at.filter(|at| *at > now),
        // Members learn of a head start they have; the team sees the whole plan.
        waits: waits.collect(),
        updated_at: r.updated_at,
        download_count: r.download_count,
        variant_code: chosen.map(|v| v.key.clone()).unwrap_or_default(),
        lang_code: chosen.map(|v| v.lang.clone()).unwrap_or_default(),
        lengths,
        languages,
        text,
        kit: (r.kind == Kind::Kit.code()).then(|| kit_view(shown, lang, now)),
        can_manage: manages,
        preview_of: shown.preview.as_ref().map_or_else(String::new, |_| shown.owner.name.clone()),
        people: shown.preview.as_ref().map_or_else(Vec::new, |(chosen, all)| {
            all.iter().map(|(id, name)| Choice::new(&id.to_string(), name, &chosen.to_string())).collect()
        }),
        price: offer.price.map(|p| money(lang, p, &offer.currency)).unwrap_or_default(),
        valid_until: offer.valid_until,
        price_until: offer.price_until,
        blocked: blocked_text(r, lang, now),
        is_recalled: offer.recalled_at.is_some(),
        recall_reason: offer.recall_reason,
        occasion: offer.occasion,
        problem: offer.problem,
        successor_id: shown.successor.as_ref().map(|(id, _)| *id),
        successor: shown.successor.as_ref().map(|(_, title)| title.clone()).unwrap_or_default(),
        stars: stars_view(r, lang),
        ratings: shown
            .ratings
            .iter()
            .map(|r| RatingView {
                member_id: r.member_id,
                name: r.name.clone(),
                stars: r.stars,
                label: rating_label(r.stars),
                comment: r.comment.clone(),
                at: r.at,
            })
            .collect(),
        own_stars: shown.own_rating.as_ref().map_or(0, |(stars, _)| *stars),
        own_comment: shown.own_rating.as_ref().map(|(_, c)| c.clone()).unwrap_or_default(),
        is_favourite: shown.is_favourite,
        results: result_views(&shown.results, lang),
        curve: curve(&shown.days),
        own_flag: if wants_own { "1" } else { "" },
    })
}

/// `GET /library/{id}`
pub async fn show(me: Member, id: web::Path<String>, asked: web::Query<TextQuery>) -> Result<HttpResponse> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    ensure_short(&me.house, &me.viewer, &[id]).await?;
    let (sight, now, who, base) = (Sight::of(&me.viewer), me.house.db.now(), me.viewer.clone(), short_base(&me.house));
    let shown = me.house.db.read(move |c| load(c, &base, sight, (id, now), (who.id, &who.name, who.tier_rank))).await?;
    let view = resource_view(&shown, &asked, &format!("/library/{id}"), (me.lang(), now, me.viewer.is_manager()))?;
    me.page("library/show", "library-title").title(view.title()).nav("library").show(&view).await
}
