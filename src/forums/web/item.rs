//! Threads in lists, and what a list is narrowed to by its address.

use crate::forums::model::{ThreadKind, ThreadRow};
use crate::forums::store::{Filter, Only, Order};
use crate::i18n::{Lang, t};
use crate::web::forms::Choice;
use serde::{Deserialize, Serialize};

/// A tag of a thread.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TagView {
    pub slug: String,
    pub name: String,
}

impl TagView {
    pub fn all(row: &ThreadRow) -> Vec<Self> {
        row.tags().into_iter().map(|t| Self { slug: t.slug, name: t.name }).collect()
    }
}

/// A thread in a list.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    id: i64,
    pub url: String,
    pub title: String,
    author: Option<String>,
    last_author: Option<String>,
    last_at: i64,
    replies: i32,
    pinned: bool,
    locked: bool,
    hidden: bool,
    pub unread: i32,
    is_new: bool,
    niche: String,
    niche_slug: String,
    niche_hue: i32,
    /// Name of the kind; nothing for plain talk.
    kind: String,
    promo: bool,
    solved: bool,
    waits: bool,
    /// The language, where it is not the reader's.
    lang: String,
    pub tags: Vec<TagView>,
}

impl Item {
    pub fn of(row: ThreadRow, lang: Lang, now: i64) -> Self {
        let first = row.first_unread(now);
        let kind = row.kind();
        let own = lang.code().get(..2).unwrap_or("");
        Self {
            id: row.id.0,
            url: first.filter(|n| *n > 1).map_or_else(|| row.path(), |n| row.path_to(n)),
            unread: first.map_or(0, |n| row.last_number - n + 1),
            is_new: first == Some(1),
            niche: row.niche(lang).to_owned(),
            replies: (row.post_count - 1).max(0),
            kind: if kind == ThreadKind::Talk { String::new() } else { t(lang, kind.label()).into_owned() },
            promo: row.is_promo,
            solved: row.accepted_id.is_some(),
            waits: row.min_rank > 0,
            lang: if row.lang.is_empty() || row.lang == own { String::new() } else { row.lang.to_uppercase() },
            tags: TagView::all(&row),
            title: row.title,
            author: row.author,
            last_author: row.last_author,
            last_at: row.last_post_at,
            pinned: row.pinned,
            locked: row.locked,
            hidden: row.hidden,
            niche_slug: row.niche_slug,
            niche_hue: row.niche_hue,
        }
    }
}

/// The rows as items.
pub(super) fn items(rows: Vec<ThreadRow>, lang: Lang, now: i64) -> Vec<Item> {
    rows.into_iter().map(|row| Item::of(row, lang, now)).collect()
}

/// What the address of a list asks for. A value that does not exist reads as not given: a page never fails on its address.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    only: String,
    #[serde(default)]
    order: String,
}

impl ListQuery {
    pub(super) fn filter(&self, niche: Option<i64>, tag: Option<i64>) -> Filter {
        Filter {
            niche,
            tag,
            kind: ThreadKind::parse(&self.kind),
            lang: Lang::parse(&self.lang),
            only: Only::parse(&self.only),
            order: Order::parse(&self.order),
        }
    }

    fn address(&self, base: &str, cursor: Option<&str>) -> String {
        let filter = self.filter(None, None);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = filter.kind {
            query.append_pair("kind", kind.code());
        }
        if let Some(lang) = filter.lang {
            query.append_pair("lang", lang.code());
        }
        if filter.only != Only::Talk {
            query.append_pair("only", filter.only.code());
        }
        if filter.order != Order::Active {
            query.append_pair("order", filter.order.code());
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
    }

    /// The bar above a list.
    pub(super) fn bar(&self, base: &str, lang: Lang, next: Option<&str>) -> Bar {
        let filter = self.filter(None, None);
        let tab = |only: Only, label: &str| Tab {
            url: ListQuery { only: only.code().to_owned(), ..self.clone() }.address(base, None),
            label: t(lang, label).into_owned(),
            current: filter.only == only,
        };
        let every = |label: &str, current: &str| Choice::of("", t(lang, label), current);
        let kind = filter.kind.map_or("", ThreadKind::code);
        let tongue = filter.lang.map_or("", Lang::code);
        Bar {
            base: base.to_owned(),
            only: filter.only.code(),
            tabs: vec![
                tab(Only::Talk, "forums-only-all"),
                tab(Only::Unanswered, "forums-only-unanswered"),
                tab(Only::Unsolved, "forums-only-unsolved"),
                tab(Only::Promo, "forums-only-promo"),
                tab(Only::Own, "forums-only-own"),
            ],
            kinds: std::iter::once(every("forums-every-kind", kind))
                .chain(ThreadKind::ALL.iter().map(|k| Choice::of(k.code(), t(lang, k.label()), kind)))
                .collect(),
            langs: vec![
                every("forums-every-lang", tongue),
                Choice::of("de", "Deutsch", tongue),
                Choice::of("en", "English", tongue),
            ],
            orders: [Order::Active, Order::New, Order::Long]
                .map(|o| Choice::of(o.code(), t(lang, order_label(o)), filter.order.code()))
                .into(),
            narrowed: filter.kind.is_some() || filter.lang.is_some() || filter.only != Only::Talk,
            next: next.map(|c| self.address(base, Some(c))).unwrap_or_default(),
            first: self.address(base, None),
        }
    }
}

fn order_label(order: Order) -> &'static str {
    match order {
        Order::Active => "forums-order-active",
        Order::New => "forums-order-new",
        Order::Long => "forums-order-long",
    }
}

/// A tab above a list.
#[derive(Debug, Serialize)]
pub(super) struct Tab {
    url: String,
    label: String,
    current: bool,
}

/// What stands above and below a list.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    base: String,
    only: &'static str,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    langs: Vec<Choice>,
    orders: Vec<Choice>,
    narrowed: bool,
    next: String,
    first: String,
}
