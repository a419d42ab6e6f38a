//! SQL of the lists of threads: every list is one statement, whatever it filters by.

use super::threads::visible;
use crate::access::Sight;
use crate::db::schema::{members, niche_reads, niches, thread_reads, thread_tags, threads};
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::forums::model::{ThreadKind, ThreadRow};
use crate::i18n::Lang;
use crate::web::paging::Cursor;
use diesel::prelude::*;

/// Lifts pinned threads above every time in a cursor's key.
const PINNED: i64 = 1 << 52;

/// In which order threads come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Pinned ones first, then by the newest post.
    #[default]
    Active,
    /// The newest threads first.
    New,
    /// The longest talks first.
    Long,
}

impl Order {
    /// Reads a code; anything else is the usual order.
    pub fn parse(text: &str) -> Self {
        match text {
            "new" => Self::New,
            "long" => Self::Long,
            _ => Self::Active,
        }
    }

    /// As in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::New => "new",
            Self::Long => "long",
        }
    }
}

/// Which threads a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Only {
    /// All but advertising, which has a place of its own.
    #[default]
    Talk,
    /// Nobody has answered yet.
    Unanswered,
    /// Questions without an accepted answer.
    Unsolved,
    /// Advertising.
    Promo,
    /// What the viewer opened.
    Own,
}

impl Only {
    /// Reads a code; anything else is everything.
    pub fn parse(text: &str) -> Self {
        match text {
            "unanswered" => Self::Unanswered,
            "unsolved" => Self::Unsolved,
            "promo" => Self::Promo,
            "own" => Self::Own,
            _ => Self::Talk,
        }
    }

    /// As in addresses; nothing for everything.
    pub fn code(self) -> &'static str {
        match self {
            Self::Talk => "",
            Self::Unanswered => "unanswered",
            Self::Unsolved => "unsolved",
            Self::Promo => "promo",
            Self::Own => "own",
        }
    }
}

/// What a list of threads is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this niche.
    pub niche: Option<i64>,
    /// Only this kind.
    pub kind: Option<ThreadKind>,
    /// Only with this tag.
    pub tag: Option<i64>,
    /// Only in this language, or in none in particular.
    pub lang: Option<Lang>,
    /// Which of them.
    pub only: Only,
    /// Their order.
    pub order: Order,
}

/// Where a list goes on after `row`.
pub fn cursor_of(order: Order) -> impl Fn(&ThreadRow) -> Cursor {
    move |row| {
        let key = match order {
            Order::Active => row.last_post_at + if row.pinned { PINNED } else { 0 },
            Order::New => row.created_at,
            Order::Long => row.post_count.into(),
        };
        Cursor { key, id: row.id.0 }
    }
}

/// Threads that `sight` may see.
pub fn list_visible_threads(
    conn: &mut Conn,
    sight: Sight,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<ThreadRow>> {
    let mut list = visible!(sight).filter(threads::merged_into.is_null()).into_boxed();
    if let Some(niche) = filter.niche {
        list = list.filter(threads::niche_id.eq(niche));
    }
    if let Some(kind) = filter.kind {
        list = list.filter(threads::kind.eq(kind.code()));
    }
    if let Some(lang) = filter.lang {
        list = list.filter(threads::lang.eq_any([lang.code(), ""]));
    }
    if let Some(tag) = filter.tag {
        let tagged = thread_tags::table.filter(thread_tags::tag_id.eq(tag)).select(thread_tags::thread_id);
        list = list.filter(threads::id.eq_any(tagged));
    }
    list = match filter.only {
        Only::Talk => list.filter(threads::is_promo.eq(false)),
        Only::Unanswered => list.filter(threads::post_count.le(1)).filter(threads::locked.eq(false)),
        Only::Unsolved => {
            let asked = [ThreadKind::Question, ThreadKind::Network].map(ThreadKind::code);
            list.filter(threads::kind.eq_any(asked)).filter(threads::accepted_id.is_null())
        }
        Only::Promo => list.filter(threads::is_promo.eq(true)),
        Only::Own => list.filter(threads::author_id.eq(Some(sight.member.0))),
    };
    list = match filter.order {
        Order::Active => {
            // Across niches a pinned thread is no more than any other.
            let pins = filter.niche.is_some();
            if let Some(after) = after {
                let pinned = pins && after.key >= PINNED;
                let at: Ms = if after.key >= PINNED { after.key - PINNED } else { after.key };
                let beyond =
                    threads::last_post_at.lt(at).or(threads::last_post_at.eq(at).and(threads::id.lt(after.id)));
                list = match (pins, pinned) {
                    (true, true) => list.filter(threads::pinned.eq(false).or(beyond)),
                    (true, false) => list.filter(threads::pinned.eq(false)).filter(beyond),
                    (false, _) => list.filter(beyond),
                };
            }
            if pins {
                list.order((threads::pinned.desc(), threads::last_post_at.desc(), threads::id.desc()))
            } else {
                list.order((threads::last_post_at.desc(), threads::id.desc()))
            }
        }
        Order::New => {
            if let Some(after) = after {
                let same = threads::created_at.eq(after.key).and(threads::id.lt(after.id));
                list = list.filter(threads::created_at.lt(after.key).or(same));
            }
            list.order((threads::created_at.desc(), threads::id.desc()))
        }
        Order::Long => {
            if let Some(after) = after {
                let count = i32::try_from(after.key).unwrap_or(i32::MAX);
                let same = threads::post_count.eq(count).and(threads::id.lt(after.id));
                list = list.filter(threads::post_count.lt(count).or(same));
            }
            list.order((threads::post_count.desc(), threads::id.desc()))
        }
    };
    Ok(list.limit(limit).load(conn)?)
}

/// The threads with the newest posts across all niches `sight` may enter.
pub fn list_newest(conn: &mut Conn, sight: Sight, limit: i64) -> Result<Vec<ThreadRow>> {
    list_visible_threads(conn, sight, &Filter::default(), None, limit)
}
