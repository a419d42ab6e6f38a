//! What somebody looks for, and where.

use crate::db::Ms;
use crate::rooms::find as typed;
use crate::text::Terms;
use jiff::civil::Date;

/// Where is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Threads: their title and first post.
    Thread,
    /// Answers in threads.
    Post,
    /// Messages of the rooms one is in.
    Message,
    /// The library.
    Resource,
    /// Members.
    Member,
    /// Newsletters one got.
    Newsletter,
}

impl Scope {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Thread, Self::Post, Self::Message, Self::Resource, Self::Member, Self::Newsletter];

    /// As it stands in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Post => "post",
            Self::Message => "message",
            Self::Resource => "resource",
            Self::Member => "member",
            Self::Newsletter => "newsletter",
        }
    }

    /// From an address.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words.
    pub words: String,
    /// Slug of a niche: threads, posts and the library only.
    pub niche: String,
    /// `de`, `en` or nothing: threads, posts and the library only.
    pub lang: Option<&'static str>,
    /// Beginnings of names: threads, posts and messages only.
    pub from: Vec<String>,
    /// Names or addresses of rooms: messages only.
    pub rooms: Vec<String>,
    /// `link`, `file`, `image`: messages only.
    pub has: Vec<String>,
    /// From this day on.
    pub after: Option<Date>,
    /// Before this day.
    pub before: Option<Date>,
    /// The newest first instead of the best.
    pub newest: bool,
}

impl Wanted {
    /// From what was typed: words, and filters such as `from:mara in:foyer has:link before:2026-11-01`.
    pub fn typed(text: &str) -> (Self, Vec<String>) {
        let asked = typed::parse(text);
        let wanted = Self {
            words: asked.words,
            from: asked.from,
            rooms: asked.rooms,
            has: asked.has,
            after: asked.after,
            before: asked.before,
            ..Self::default()
        };
        (wanted, asked.unknown)
    }

    /// The words as the index takes them.
    pub fn terms(&self) -> Option<Terms> {
        Terms::parse(&self.words)
    }

    /// Whether something of this kind can fit: a filter that a kind does not know leaves it out.
    pub fn fits(&self, scope: Scope) -> bool {
        let by_place = !self.niche.is_empty() || self.lang.is_some();
        let by_talk = !self.rooms.is_empty() || !self.has.is_empty();
        let by_day = self.after.is_some() || self.before.is_some();
        match scope {
            Scope::Thread | Scope::Post => !by_talk,
            Scope::Message => !by_place,
            Scope::Resource => !by_talk && self.from.is_empty(),
            Scope::Newsletter => !by_talk && !by_place && self.from.is_empty(),
            Scope::Member => !by_talk && !by_place && !by_day && self.from.is_empty(),
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What it is.
    pub scope: Scope,
    /// Its row id.
    pub id: i64,
    /// Its niche, where it has one.
    pub niche_id: Option<i64>,
    /// Title as plain text.
    pub title: String,
    /// Who wrote it; may be nothing.
    pub by: String,
    /// Safe HTML around what was found.
    pub excerpt_html: String,
    /// Page that shows it.
    pub path: String,
    /// When it was made.
    pub at: Ms,
}
