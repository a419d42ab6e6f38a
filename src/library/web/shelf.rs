//! What members see first: the shelf with its filters.

use super::{CardView, Choice, Tab, cards, kind_choices, niche_choices, or_none, program_choices, query};
use crate::access::Sight;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::library::api::paged;
use crate::library::channels::{Channel, Key};
use crate::library::input::Vocabulary;
use crate::library::model::{Filter, Kind, Order};
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
    channel: String,
    variant: String,
    occasion: String,
    problem: String,
    stars: String,
    favourites: String,
    past: String,
    order: String,
    q: String,
    cursor: Option<String>,
}

impl ShelfQuery {
    fn filter(&self) -> Result<Filter> {
        let text = |t: &str| Some(t.trim().to_owned()).filter(|t| !t.is_empty());
        let after = PageQuery { limit: None, cursor: self.cursor.clone() }.after()?;
        let filter = Filter {
            kind: Kind::parse(&self.kind),
            niche: text(&self.niche),
            program: text(&self.program),
            lang: Lang::ALL.into_iter().find(|l| l.code() == self.lang),
            channel: Channel::parse(&self.channel),
            key: Key::parse(&self.variant),
            occasion: text(&self.occasion),
            problem: text(&self.problem),
            stars: self.stars.parse().ok().filter(|s| (1..=5).contains(s)),
            favourites: !self.favourites.is_empty(),
            with_past: !self.past.is_empty(),
            order: Order::parse(&self.order).unwrap_or_default(),
            search: text(&self.q),
            ..Filter::default()
        };
        Ok(paged(filter, after))
    }

    fn pairs(&self) -> [(&'static str, &str); 13] {
        [
            ("kind", &self.kind),
            ("niche", &self.niche),
            ("program", &self.program),
            ("lang", &self.lang),
            ("channel", &self.channel),
            ("variant", &self.variant),
            ("occasion", &self.occasion),
            ("problem", &self.problem),
            ("stars", &self.stars),
            ("favourites", &self.favourites),
            ("past", &self.past),
            ("order", &self.order),
            ("q", &self.q),
        ]
    }

    /// The address of the same shelf with some parameters changed.
    fn with(&self, changed: &[(&str, &str)]) -> String {
        let pairs: Vec<(&str, &str)> = self
            .pairs()
            .into_iter()
            .map(|(n, v)| (n, changed.iter().find(|(c, _)| *c == n).map_or(v, |(_, v)| *v)))
            .chain(changed.iter().copied().filter(|(n, _)| *n == "cursor"))
            .collect();
        format!("/library?{}", query(&pairs))
    }

    fn is_narrow(&self) -> bool {
        self.pairs().iter().any(|(n, v)| *n != "order" && !v.trim().is_empty())
    }

    /// Whether one of the filters behind "more filters" is set.
    fn is_deep(&self) -> bool {
        let deep = ["channel", "variant", "occasion", "problem", "stars", "past"];
        self.pairs().iter().any(|(n, v)| deep.contains(n) && !v.trim().is_empty())
    }
}

#[derive(Serialize)]
struct ShelfView {
    cards: Vec<CardView>,
    views: Vec<Tab>,
    kinds: Vec<Choice>,
    niches: Vec<Choice>,
    programs: Vec<Choice>,
    languages: Vec<Choice>,
    channels: Vec<Choice>,
    forms: Vec<Choice>,
    occasions: Vec<Choice>,
    problems: Vec<Choice>,
    stars: Vec<Choice>,
    q: String,
    order: String,
    favourites: String,
    past: bool,
    is_narrow: bool,
    is_deep: bool,
    next: String,
    can_manage: bool,
}

/// `GET /library`
pub async fn shelf(me: Member, asked: web::Query<ShelfQuery>) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let filter = asked.filter()?;
    let skip = filter.skip;
    let (page, around, known, subjects) = me
        .house
        .db
        .read(move |c| {
            let rows = store::list_visible(c, sight, &filter, now, PER_PAGE + 1)?;
            let page = Page::cut(rows, PER_PAGE, |r| Cursor { key: skip + PER_PAGE, id: r.id });
            let ids: Vec<i64> = page.items.iter().map(|r| r.id).collect();
            let around = (
                store::list_variants(c, &ids)?,
                store::list_embargoes(c, &ids)?,
                store::opinions::list_favourites(c, sight.member, &ids)?,
                crate::library::material::store::list_faces(c, &ids)?,
            );
            let subjects = store::offers::list_subjects(c, sight, now)?;
            Ok((page, around, Vocabulary::load(c, sight)?, subjects))
        })
        .await?;
    let all = t(lang, "ui-all");
    let a = &*asked;
    let next = page.next_cursor.as_deref().map_or_else(String::new, |cursor| a.with(&[("cursor", cursor)]));
    let named =
        |list: &[String], chosen: &str| or_none(&all, chosen, list.iter().map(|o| Choice::new(o, o, chosen)).collect());
    let order = Order::parse(&a.order).unwrap_or_default();
    let mut views: Vec<Tab> = Order::ALL
        .into_iter()
        .map(|o| Tab {
            href: a.with(&[("order", if o == Order::Newest { "" } else { o.code() }), ("favourites", "")]),
            label: t(lang, &format!("library-order-{}", o.code())).into_owned(),
            current: o == order && a.favourites.is_empty(),
        })
        .collect();
    views.push(Tab {
        href: a.with(&[("favourites", "1"), ("order", "")]),
        label: t(lang, "library-favourites").into_owned(),
        current: !a.favourites.is_empty(),
    });
    let label = |key: String| t(lang, &key).into_owned();
    let mut cards = cards(page.items, &around.0, &around.1, &around.2, &known, (lang, now));
    super::dress(&mut cards, &around.3);
    let view = ShelfView {
        cards,
        views,
        kinds: or_none(&all, &a.kind, kind_choices(lang, &a.kind)),
        niches: or_none(&all, &a.niche, niche_choices(&known, lang, &a.niche)),
        programs: or_none(&all, &a.program, program_choices(&known, &a.program)),
        languages: or_none(
            &all,
            &a.lang,
            vec![Choice::new("de", "Deutsch", &a.lang), Choice::new("en", "English", &a.lang)],
        ),
        channels: or_none(
            &all,
            &a.channel,
            Channel::ALL.iter().map(|c| Choice::new(c.code(), &label(c.label()), &a.channel)).collect(),
        ),
        forms: or_none(
            &all,
            &a.variant,
            Key::ALL.iter().map(|k| Choice::new(k.code(), &label(k.label()), &a.variant)).collect(),
        ),
        occasions: named(&subjects.0, &a.occasion),
        problems: named(&subjects.1, &a.problem),
        stars: or_none(
            &all,
            &a.stars,
            ["5", "4", "3"].iter().map(|n| Choice::new(n, &label(format!("library-stars-{n}")), &a.stars)).collect(),
        ),
        q: a.q.clone(),
        order: a.order.clone(),
        favourites: a.favourites.clone(),
        past: !a.past.is_empty(),
        is_narrow: a.is_narrow(),
        is_deep: a.is_deep(),
        next,
        can_manage: me.viewer.is_manager(),
    };
    me.page("library/shelf", "library-title").nav("library").show(&view).await
}
