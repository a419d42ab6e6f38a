//! The form of a new thread, with what keeps the same question from being asked twice.

use super::lists::{NicheView, again};
use crate::access::Sight;
use crate::error::Result;
use crate::forums::actions::{self, Disclosure, Opening};
use crate::forums::model::{PollInput, ThreadKind, thread_path};
use crate::forums::store;
use crate::i18n::{Lang, date, parse_zone, t};
use crate::members::store::{find_visible_niche, list_tiers};
use crate::text::Terms;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Member;
use crate::web::redirect::see_other;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Threads shown as similar.
const SIMILAR: i64 = 5;

/// The beginning of a text of one kind, for the button that puts it in.
#[derive(Serialize)]
struct Template {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct TierWait {
    name: String,
    label: String,
    value: String,
}

#[derive(Serialize)]
struct NewView {
    niche: NicheView,
    values: BTreeMap<String, String>,
    kinds: Vec<Choice>,
    langs: Vec<Choice>,
    templates: Vec<Template>,
    tags: Vec<String>,
    days: Vec<Choice>,
    tiers: Vec<TierWait>,
    rules: String,
    /// What the niche says about advertising: nothing where there is no quota.
    promo_note: String,
    promo_closed: bool,
    /// Affiliate links nobody declared: the form offers to.
    unlabelled: bool,
    poll_open: bool,
    errors: BTreeMap<String, String>,
}

async fn show(
    me: &Member,
    slug: String,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    unlabelled: bool,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, lang, now) = (Sight::of(&me.viewer), me.lang(), me.house.db.now());
    let (viewer, draft_place) = (me.viewer.clone(), format!("niche-{slug}"));
    let (niche, set, last, tags, tiers, draft) = me
        .house
        .db
        .read(move |c| {
            let niche = find_visible_niche(c, sight, &slug)?;
            let set = store::find_niche_forum(c, niche.id)?;
            let last = store::find_last_promo(c, niche.id, sight.member)?;
            let tags = store::list_tags(c, sight, now - 90 * crate::db::DAY, 50)?;
            let tiers = if viewer.is_manager() { list_tiers(c)? } else { Vec::new() };
            let draft = store::find_draft(c, sight.member, &draft_place)?;
            Ok((niche, set, last, tags, tiers, draft))
        })
        .await?;
    let mut values = values;
    if let Some(draft) = draft.filter(|_| values.is_empty()) {
        values.insert("title".to_owned(), draft.title);
        values.insert("body".to_owned(), draft.body);
    }
    let value = |name: &str| values.get(name).map_or("", String::as_str);
    let kinds = ThreadKind::ALL.into_iter().filter(|k| !k.is_for_team() || sight.team);
    let written_in = if value("lang").is_empty() { lang.code().get(..2).unwrap_or("de") } else { value("lang") };
    let next = set.promo_days.filter(|d| *d > 0).and_then(|days| store::next_promo(last, days, now));
    let promo_note = match (set.promo_days, next) {
        (None, _) => String::new(),
        (Some(0), _) => t(lang, "forums-promo-none").into_owned(),
        (Some(_), Some(at)) => {
            let at = date(lang, at, &parse_zone(&me.viewer.time_zone));
            crate::i18n::t_args(lang, "forums-promo-next", &[("date", crate::i18n::Arg::Text(at))])
        }
        (Some(days), None) => {
            crate::i18n::t_args(lang, "forums-promo-every", &[("n", crate::i18n::Arg::Number(days.into()))])
        }
    };
    let view = NewView {
        kinds: kinds.clone().map(|k| Choice::of(k.code(), t(lang, k.label()), value("kind"))).collect(),
        langs: vec![Choice::of("de", "Deutsch", written_in), Choice::of("en", "English", written_in)],
        templates: kinds
            .filter_map(|k| Some(Template { kind: k.code(), text: t(lang, k.template()?).into_owned() }))
            .collect(),
        tags: tags.into_iter().map(|t| t.1).collect(),
        days: [("", "forums-poll-no-end"), ("3", "forums-poll-3"), ("7", "forums-poll-7"), ("30", "forums-poll-30")]
            .map(|(v, label)| Choice::of(v, t(lang, label), value("poll_days")))
            .into(),
        tiers: tiers
            .iter()
            .map(|tier| {
                let name = format!("embargo.{}", tier.slug);
                TierWait { value: value(&name).to_owned(), label: tier.name(lang).to_owned(), name }
            })
            .collect(),
        rules: crate::text::page_html(rules(&set, lang)),
        promo_closed: !sight.team && (set.promo_days == Some(0) || next.is_some()),
        promo_note,
        unlabelled,
        poll_open: !value("question").is_empty(),
        niche: NicheView::of(&niche, lang),
        values,
        errors,
    };
    me.page("forums/new", "forums-new-thread").nav("forum").status(status).show(&view).await
}

/// The rules of a niche in a language, or in the other where there are none.
pub(super) fn rules(set: &store::NicheForum, lang: Lang) -> &str {
    let (first, second) = lang.pick((&set.rules_de, &set.rules_en), (&set.rules_en, &set.rules_de));
    if first.trim().is_empty() { second } else { first }
}

/// `GET /niches/{slug}/new`
pub async fn new_thread(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    show(&me, slug.into_inner(), BTreeMap::new(), BTreeMap::new(), false, StatusCode::OK).await
}

/// `POST /niches/{slug}/new`
pub async fn open_thread(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let zone = parse_zone(&me.viewer.time_zone);
    let moment = |typed: &str| {
        let at = typed.parse::<DateTime>().ok().and_then(|d| d.to_zoned(zone.clone()).ok());
        at.map_or_else(|| typed.to_owned(), |z| z.timestamp().to_string())
    };
    let embargo = form
        .values()
        .into_iter()
        .filter_map(|(name, at)| Some((name.strip_prefix("embargo.")?.to_owned(), moment(&at))))
        .filter(|(_, at)| !at.is_empty())
        .collect();
    let asks = !form.text("question").is_empty() || !form.text("choices").trim().is_empty();
    let poll = asks.then(|| PollInput {
        question: form.text("question").to_owned(),
        choices: form.raw("choices").lines().map(str::to_owned).collect(),
        multi: form.ticked("multi"),
        days: form.text("poll_days").parse().ok(),
    });
    let opening = Opening {
        niche: slug.clone(),
        title: form.text("title").to_owned(),
        body: form.raw("body").to_owned(),
        kind: form.text("kind").to_owned(),
        lang: form.text("lang").to_owned(),
        tags: vec![form.text("tags").to_owned()],
        is_promo: form.ticked("promo"),
        needs_ack: form.ticked("needs_ack"),
        poll,
        embargo,
    };
    let title = opening.title.clone();
    match actions::open(&me.house, &me.viewer, opening, Disclosure::parse(form.text("disclosure"))).await {
        Ok((thread, _)) => Ok(see_other(&thread_path(thread, &title))),
        Err(error) => {
            let ads = is_unlabelled(&error);
            let (errors, status) = again(me.lang(), error)?;
            let mut values = form.values();
            values.insert("body".to_owned(), form.raw("body").to_owned());
            values.insert("choices".to_owned(), form.raw("choices").to_owned());
            show(&me, slug.into_inner(), values, errors, ads, status).await
        }
    }
}

/// Whether a text was refused for an affiliate link that nobody declared.
pub(super) fn is_unlabelled(error: &crate::error::Error) -> bool {
    matches!(error, crate::error::Error::Invalid(fields) if fields.iter().any(|f| f.code == "unlabelled"))
}

/// What is being asked.
#[derive(Debug, Deserialize)]
pub struct Asking {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct SimilarView {
    threads: Vec<super::item::Item>,
}

/// `GET /threads/similar`: threads whose titles are like what is typed, as a part of a page.
pub async fn similar(me: Member, asking: web::Query<Asking>) -> Result<HttpResponse> {
    let (sight, lang, now) = (Sight::of(&me.viewer), me.lang(), me.house.db.now());
    let q: String = asking.q.trim().chars().take(150).collect();
    let threads = match Terms::parse(&q).filter(|_| q.chars().count() >= 4) {
        None => Vec::new(),
        Some(terms) => {
            me.house
                .db
                .read(move |c| {
                    let rows = store::list_similar(c, sight, &terms, SIMILAR)?;
                    Ok(super::item::items(rows, lang, now))
                })
                .await?
        }
    };
    let html = me.house.pages.fragment(lang, "forums/_similar", &SimilarView { threads })?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}
