//! What members see: the shelf with its filters, and one resource with its texts filled in.

use super::{CardView, Choice, Mark, Tab, cards, kind_choices, kind_label, niche_choices, niche_mark, or_none};
use super::{program_choices, query, tier_name};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::library::actions;
use crate::library::files::Format;
use crate::library::input::Vocabulary;
use crate::library::model::{Filter, Key, Kind, Variant, Whole, reading_minutes};
use crate::library::personal::{self, Owner};
use crate::library::store;
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Cards of one page.
const PER_PAGE: i64 = 24;

/// What the shelf is narrowed to; an unknown value narrows nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShelfQuery {
    kind: String,
    niche: String,
    program: String,
    lang: String,
    q: String,
    cursor: Option<String>,
}

impl ShelfQuery {
    fn filter(&self) -> Result<Filter> {
        let text = |t: &str| Some(t.trim().to_owned()).filter(|t| !t.is_empty());
        let after = PageQuery { limit: None, cursor: self.cursor.clone() }.after()?;
        Ok(Filter {
            kind: Kind::parse(&self.kind),
            niche: text(&self.niche),
            program: text(&self.program),
            lang: Lang::ALL.into_iter().find(|l| l.code() == self.lang),
            search: text(&self.q),
            before: after.map(|c| c.id),
        })
    }

    fn is_narrow(&self) -> bool {
        [&self.kind, &self.niche, &self.program, &self.lang, &self.q].iter().any(|v| !v.trim().is_empty())
    }
}

#[derive(Serialize)]
struct ShelfView {
    cards: Vec<CardView>,
    kinds: Vec<Choice>,
    niches: Vec<Choice>,
    programs: Vec<Choice>,
    languages: Vec<Choice>,
    q: String,
    is_narrow: bool,
    next: String,
    can_manage: bool,
}

/// `GET /library`
pub async fn shelf(me: Member, asked: web::Query<ShelfQuery>) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let filter = asked.filter()?;
    let (page, variants, embargoes, known) = me
        .house
        .db
        .read(move |c| {
            let rows = store::list_visible(c, sight, &filter, now, PER_PAGE + 1)?;
            let page = Page::cut(rows, PER_PAGE, |r| Cursor { key: 0, id: r.id });
            let ids: Vec<i64> = page.items.iter().map(|r| r.id).collect();
            let (variants, embargoes) = (store::list_variants(c, &ids)?, store::list_embargoes(c, &ids)?);
            Ok((page, variants, embargoes, Vocabulary::load(c, sight)?))
        })
        .await?;
    let all = t(lang, "ui-all");
    let ShelfQuery { kind, niche, program, lang: text_lang, q, .. } = &*asked;
    let next = page.next_cursor.as_deref().map_or_else(String::new, |cursor| {
        let pairs = [
            ("kind", kind.as_str()),
            ("niche", niche),
            ("program", program),
            ("lang", text_lang),
            ("q", q),
            ("cursor", cursor),
        ];
        format!("/library?{}", query(&pairs))
    });
    let view = ShelfView {
        cards: cards(page.items, &variants, &embargoes, &known, (lang, now)),
        kinds: or_none(&all, kind, kind_choices(lang, kind)),
        niches: or_none(&all, niche, niche_choices(&known, lang, niche)),
        programs: or_none(&all, program, program_choices(&known, program)),
        languages: or_none(
            &all,
            text_lang,
            vec![Choice::new("de", "Deutsch", text_lang), Choice::new("en", "English", text_lang)],
        ),
        q: q.clone(),
        is_narrow: asked.is_narrow(),
        next,
        can_manage: me.viewer.is_manager(),
    };
    me.page("library/shelf", "library-title").nav("library").show(&view).await
}

/// Which text of a resource to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TextQuery {
    pub(super) variant: String,
    pub(super) lang: String,
    pub(super) member: Option<i64>,
}

impl TextQuery {
    fn key(&self) -> Option<Key> {
        Key::parse(&self.variant)
    }

    fn lang(&self) -> Option<Lang> {
        Lang::ALL.into_iter().find(|l| l.code() == self.lang)
    }
}

#[derive(Serialize)]
struct Wait {
    tier: String,
    until: i64,
}

#[derive(Serialize)]
struct TextView {
    lang: &'static str,
    subject: String,
    copy_html: String,
    text: String,
    words: i32,
    minutes: i32,
    downloads: Vec<Tab>,
    needs_ref: bool,
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
    publish_at: Option<i64>,
    waits: Vec<Wait>,
    updated_at: i64,
    download_count: i64,
    lengths: Vec<Tab>,
    languages: Vec<Tab>,
    text: Option<TextView>,
    can_manage: bool,
    preview_of: String,
    people: Vec<Choice>,
    variant_code: String,
    lang_code: String,
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
    /// For a manager's preview: who it is for, and everybody it could be for.
    pub preview: Option<(i64, Vec<(i64, String)>)>,
}

/// Makes the view of `shown` below `base` (`/library/7`).
pub(super) fn resource_view(
    shown: Shown,
    asked: &TextQuery,
    base: &str,
    (lang, now, manages): (Lang, i64, bool),
) -> Result<ResourceView> {
    let Shown { whole, known, owner, preview } = shown;
    let chosen = whole
        .choose(asked.key(), asked.lang(), lang)
        .or_else(|| whole.choose(asked.key(), None, lang))
        .or_else(|| whole.choose(None, None, lang));
    let member = preview.as_ref().map_or_else(String::new, |(id, _)| id.to_string());
    let address = |key: Key, text_lang: Lang| {
        let pairs = [("variant", key.code()), ("lang", text_lang.code()), ("member", &member)];
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
    let text = chosen.map(|v| text_view(v, &whole, &owner, lang)).transpose()?;
    let r = &whole.resource;
    let waits = whole.embargoes.iter().filter(|e| e.until > now).filter_map(|e| {
        let tier = known.tiers.iter().find(|tier| tier.rank == e.rank)?;
        Some(Wait { tier: tier.name(lang).to_owned(), until: e.until })
    });
    Ok(ResourceView {
        id: r.id,
        title: r.title.clone(),
        summary: r.summary.clone(),
        kind: kind_label(&r.kind, lang),
        niche: niche_mark(r, lang),
        niche_slug: r.niche.as_ref().map(|n| n.slug.clone()).unwrap_or_default(),
        program: r.program.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        tier: tier_name(r, &known, lang).unwrap_or_default(),
        is_draft: r.status == "draft",
        publish_at: r.publish_at.filter(|at| *at > now),
        // Members learn of a head start they have; the team sees the whole plan.
        waits: waits.collect(),
        updated_at: r.updated_at,
        download_count: r.download_count,
        variant_code: chosen.map(|v| v.key.clone()).unwrap_or_default(),
        lang_code: chosen.map(|v| v.lang.clone()).unwrap_or_default(),
        lengths,
        languages,
        text,
        can_manage: manages,
        preview_of: preview.as_ref().map_or_else(String::new, |_| owner.name.clone()),
        people: preview.map_or_else(Vec::new, |(chosen, all)| {
            all.iter().map(|(id, name)| Choice::new(&id.to_string(), name, &chosen.to_string())).collect()
        }),
    })
}

fn text_view(v: &Variant, whole: &Whole, owner: &Owner, lang: Lang) -> Result<TextView> {
    let needs_ref = owner.code.is_none() && personal::needs_ref(v);
    let copy = personal::sketch(v, owner, lang.pick("dein-link", "your-link"))?;
    let id = whole.resource.id;
    let downloads = Format::ALL.iter().map(|format| {
        let pairs = [("variant", v.key.as_str()), ("lang", &v.lang), ("format", format.code())];
        Tab {
            href: format!("/api/v1/resources/{id}/download?{}", query(&pairs)),
            label: t(lang, &format!("library-format-{}", format.code())).into_owned(),
            current: false,
        }
    });
    Ok(TextView {
        lang: v.lang().code(),
        subject: copy.subject,
        copy_html: copy.html,
        text: copy.text,
        words: v.words,
        minutes: reading_minutes(v.words),
        downloads: downloads.collect(),
        needs_ref,
    })
}

/// `GET /library/{id}`
pub async fn show(me: Member, id: web::Path<String>, asked: web::Query<TextQuery>) -> Result<HttpResponse> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let (sight, now, who) = (Sight::of(&me.viewer), me.house.db.now(), me.viewer.clone());
    let shown = me
        .house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let known = Vocabulary::load(c, sight)?;
            let owner = actions::owner(c, &whole, &known.tiers, (who.id, &who.name, who.tier_rank))?;
            Ok(Shown { whole, known, owner, preview: None })
        })
        .await?;
    let view = resource_view(shown, &asked, &format!("/library/{id}"), (me.lang(), now, me.viewer.is_manager()))?;
    me.page("library/show", "library-title").title(view.title()).nav("library").show(&view).await
}
