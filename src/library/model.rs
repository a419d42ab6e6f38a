//! Types and parsers of the library.

use crate::db::Ms;
use crate::i18n::Lang;
use diesel::Queryable;

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Ready-made promotional text.
    SwipeCopy,
    /// Pictures.
    Image,
    /// Features, benefits, prices.
    FactSheet,
    /// How to do something.
    Guide,
    /// Logos and colours.
    Brand,
    /// Lessons.
    Training,
}

impl Kind {
    /// All of them, in the order filters offer them.
    pub const ALL: [Kind; 6] =
        [Kind::SwipeCopy, Kind::FactSheet, Kind::Guide, Kind::Training, Kind::Image, Kind::Brand];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::SwipeCopy => "swipe_copy",
            Self::Image => "image",
            Self::FactSheet => "fact_sheet",
            Self::Guide => "guide",
            Self::Brand => "brand",
            Self::Training => "training",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == text)
    }

    /// Fluent key of its name.
    pub fn label(self) -> String {
        format!("library-kind-{}", self.code())
    }
}

/// Which length of a text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// About 300 words.
    Short,
    /// About 1,000 words.
    Long,
    /// Posts for social networks.
    Social,
}

impl Key {
    /// All of them, in the order pages offer them.
    pub const ALL: [Key; 3] = [Key::Short, Key::Long, Key::Social];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Social => "social",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == text)
    }

    /// Fluent key of its name.
    pub fn label(self) -> String {
        format!("library-key-{}", self.code())
    }
}

/// The label that promotional text must carry (§ 5a (4) UWG; 16 CFR 255): its first line.
pub fn disclosure(lang: Lang) -> &'static str {
    lang.pick("Anzeige", "Ad")
}

/// The niche of a resource.
#[derive(Debug, Clone, Queryable)]
pub struct NicheOf {
    /// Address.
    pub slug: String,
    /// German name.
    pub name_de: String,
    /// English name.
    pub name_en: String,
    /// Colour, 0 to 11.
    pub hue: i32,
}

/// The program of a resource.
#[derive(Debug, Clone, Queryable)]
pub struct ProgramOf {
    /// Row id.
    pub id: i64,
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Link with `{ref}` where the member's code goes.
    pub link_base: String,
}

/// A resource as stored, with its niche and program.
#[derive(Debug, Clone, Queryable)]
pub struct Resource {
    /// Row id.
    pub id: i64,
    /// Code of its [`Kind`].
    pub kind: String,
    /// Title.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// Lowest tier rank that sees it.
    pub min_rank: i32,
    /// Not before this moment.
    pub publish_at: Option<Ms>,
    /// `draft` or `published`.
    pub status: String,
    /// Grows with every change.
    pub rev: i32,
    /// Downloads, each member's once a day.
    pub download_count: i64,
    /// When it was made.
    pub created_at: Ms,
    /// When it was changed.
    pub updated_at: Ms,
    /// Its niche.
    pub niche: Option<NicheOf>,
    /// Its program.
    pub program: Option<ProgramOf>,
}

/// One text of a resource.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Variant {
    /// The resource.
    pub resource_id: i64,
    /// Code of its [`Key`].
    pub key: String,
    /// Code of its language.
    pub lang: String,
    /// Subject of a mail; may be empty.
    pub subject: String,
    /// Markdown with merge fields.
    pub body: String,
    /// Words, as people count them.
    pub words: i32,
}

impl Variant {
    /// Its language.
    pub fn lang(&self) -> Lang {
        Lang::stored(&self.lang)
    }

    /// Its length.
    pub fn key(&self) -> Key {
        Key::parse(&self.key).unwrap_or(Key::Short)
    }
}

/// Until when a tier (and every lower one) waits.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Embargo {
    /// The resource.
    pub resource_id: i64,
    /// Tier rank.
    pub rank: i32,
    /// Open from here.
    pub until: Ms,
}

/// A resource with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The row.
    pub resource: Resource,
    /// Its texts, in the order of [`Key::ALL`], German first.
    pub variants: Vec<Variant>,
    /// Its embargoes, lowest tier first.
    pub embargoes: Vec<Embargo>,
}

impl Whole {
    /// The text of `key` in `lang`; without a wish the first, in `own` language where there is one.
    pub fn choose(&self, key: Option<Key>, lang: Option<Lang>, own: Lang) -> Option<&Variant> {
        let fits = |v: &&Variant| key.is_none_or(|k| v.key() == k) && lang.is_none_or(|l| v.lang() == l);
        let fitting = || self.variants.iter().filter(fits);
        fitting().find(|v| v.lang() == own).or_else(|| fitting().next())
    }
}

/// What a list of resources is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Kind.
    pub kind: Option<Kind>,
    /// Slug of a niche.
    pub niche: Option<String>,
    /// Slug of a program.
    pub program: Option<String>,
    /// With a text in this language.
    pub lang: Option<Lang>,
    /// Words of title or summary.
    pub search: Option<String>,
    /// Older than this id: paging.
    pub before: Option<i64>,
}

/// Minutes a text takes to read, at 200 words a minute.
pub fn reading_minutes(words: i32) -> i32 {
    ((words + 199) / 200).max(1)
}
