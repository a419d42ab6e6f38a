//! Types and parsers of the library.

use super::channels::Channel;
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
    /// Everything for one promotion, with dates: other resources in order.
    Kit,
    /// One to three pages for the first day.
    QuickStart,
    /// How to sell it.
    SalesGuide,
    /// Questions of customers and objections.
    Faq,
}

impl Kind {
    /// All of them, in the order filters offer them.
    pub const ALL: [Kind; 10] = [
        Kind::SwipeCopy,
        Kind::Kit,
        Kind::FactSheet,
        Kind::Guide,
        Kind::Training,
        Kind::Image,
        Kind::Brand,
        Kind::QuickStart,
        Kind::SalesGuide,
        Kind::Faq,
    ];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::SwipeCopy => "swipe_copy",
            Self::Image => "image",
            Self::FactSheet => "fact_sheet",
            Self::Guide => "guide",
            Self::Brand => "brand",
            Self::Training => "training",
            Self::Kit => "kit",
            Self::QuickStart => "quick_start",
            Self::SalesGuide => "sales_guide",
            Self::Faq => "faq",
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

pub use super::channels::Key;

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
    /// Parameter of the link that tells sales apart; empty: none.
    pub sub_param: String,
}

/// The columns of a resource itself.
type Row = (i64, String, String, String, i32, Option<Ms>, String, i32, i64, Ms, Ms, i64, i64);

/// A resource as stored, with its niche, program and offer.
#[derive(Debug, Clone)]
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
    /// `draft`, `review` or `published`.
    pub status: String,
    /// Grows with every change.
    pub rev: i32,
    /// Downloads, each member's once a day.
    pub download_count: i64,
    /// When it was made.
    pub created_at: Ms,
    /// When it was changed.
    pub updated_at: Ms,
    /// Sum of all stars.
    pub star_sum: i64,
    /// How many gave stars.
    pub star_count: i64,
    /// Its niche.
    pub niche: Option<NicheOf>,
    /// Its program.
    pub program: Option<ProgramOf>,
    /// What it offers and until when; none where nothing was said.
    pub offer: Option<Offer>,
}

impl<DB: diesel::backend::Backend, ST> Queryable<ST, DB> for Resource
where
    (Row, Option<NicheOf>, Option<ProgramOf>, Option<Offer>): Queryable<ST, DB>,
{
    type Row = <(Row, Option<NicheOf>, Option<ProgramOf>, Option<Offer>) as Queryable<ST, DB>>::Row;

    fn build(row: Self::Row) -> diesel::deserialize::Result<Self> {
        let (own, niche, program, offer) = Queryable::build(row)?;
        let (
            id,
            kind,
            title,
            summary,
            min_rank,
            publish_at,
            status,
            rev,
            download_count,
            created_at,
            updated_at,
            star_sum,
            star_count,
        ): Row = own;
        Ok(Self {
            id,
            kind,
            title,
            summary,
            min_rank,
            publish_at,
            status,
            rev,
            download_count,
            created_at,
            updated_at,
            star_sum,
            star_count,
            niche,
            program,
            offer,
        })
    }
}

impl Resource {
    /// Stars on average in tenths, and by how many; none while nobody gave any.
    pub fn stars(&self) -> Option<(i64, i64)> {
        (self.star_count > 0).then(|| ((self.star_sum * 10 + self.star_count / 2) / self.star_count, self.star_count))
    }

    /// Why it cannot be taken at `now`.
    pub fn blocked(&self, now: Ms) -> Option<Blocked> {
        let offer = self.offer.as_ref()?;
        let over = |until: Option<Ms>| until.is_some_and(|at| at <= now);
        if offer.recalled_at.is_some() {
            Some(Blocked::Recalled)
        } else if over(offer.valid_until) {
            Some(Blocked::Expired)
        } else if over(offer.price_until) {
            Some(Blocked::PriceExpired)
        } else {
            None
        }
    }
}

/// Why a resource cannot be taken any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// The team took it back.
    Recalled,
    /// The promotion is over.
    Expired,
    /// The price is not valid any more.
    PriceExpired,
}

impl Blocked {
    /// Code of the conflict, and Fluent key `error-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Recalled => "recalled",
            Self::Expired => "expired",
            Self::PriceExpired => "price_expired",
        }
    }
}

/// What a resource offers, for which occasion, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, serde::Serialize, serde::Deserialize)]
pub struct Offer {
    /// Such as „Herbstaktion“; empty: none.
    pub occasion: String,
    /// The problem of the reader that it solves; empty: none.
    pub problem: String,
    /// Market it is written for, ISO 3166; empty: by language.
    pub country: String,
    /// First day of the promotion.
    pub starts_at: Option<Ms>,
    /// End of the promotion.
    pub valid_until: Option<Ms>,
    /// Hundredths.
    pub price: Option<i64>,
    /// ISO 4217.
    pub currency: String,
    /// End of the price.
    pub price_until: Option<Ms>,
    /// What to take instead.
    pub successor_id: Option<i64>,
    /// When it was taken back.
    pub recalled_at: Option<Ms>,
    /// Why.
    pub recall_reason: String,
    /// Who asked for a review.
    pub review_by: Option<i64>,
    /// What the reviewer wants changed.
    pub review_note: String,
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
    /// When somebody's sight of it changes.
    pub fn moments(&self) -> Vec<Ms> {
        self.resource.publish_at.into_iter().chain(self.embargoes.iter().map(|e| e.until)).collect()
    }

    /// The text of `key` in `lang`; without a wish the first, in `own` language where there is one.
    pub fn choose(&self, key: Option<Key>, lang: Option<Lang>, own: Lang) -> Option<&Variant> {
        let fits = |v: &&Variant| key.is_none_or(|k| v.key() == k) && lang.is_none_or(|l| v.lang() == l);
        let fitting = || self.variants.iter().filter(fits);
        fitting().find(|v| v.lang() == own).or_else(|| fitting().next())
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Most taken first.
    Used,
    /// Best stars first.
    Stars,
    /// What fits the reader: niche, program, tier, language, past use.
    ForYou,
}

impl Order {
    /// All of them, in the order pages offer them.
    pub const ALL: [Order; 4] = [Order::Newest, Order::ForYou, Order::Stars, Order::Used];

    /// In the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Used => "used",
            Self::Stars => "stars",
            Self::ForYou => "for_you",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == text)
    }
}

/// What a list of resources is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these.
    pub ids: Option<Vec<i64>>,
    /// Only what has sections to go through.
    pub with_sections: bool,
    /// Kind.
    pub kind: Option<Kind>,
    /// Slug of a niche.
    pub niche: Option<String>,
    /// Slug of a program.
    pub program: Option<String>,
    /// With a text in this language.
    pub lang: Option<Lang>,
    /// With a text for this channel.
    pub channel: Option<Channel>,
    /// With a text of this form.
    pub key: Option<Key>,
    /// For this occasion.
    pub occasion: Option<String>,
    /// Solves this problem.
    pub problem: Option<String>,
    /// At least so many stars.
    pub stars: Option<i32>,
    /// Favourites of the reader only.
    pub favourites: bool,
    /// What is over and taken back too.
    pub with_past: bool,
    /// Words of title, summary or text.
    pub search: Option<String>,
    /// The order.
    pub order: Order,
    /// Older than this id: paging of the newest.
    pub before: Option<i64>,
    /// Items to leave out at the beginning: paging of every other order.
    pub skip: i64,
}

/// Minutes a text takes to read, at 200 words a minute.
pub fn reading_minutes(words: i32) -> i32 {
    ((words + 199) / 200).max(1)
}
