//! The rule tree.

use crate::db::Ms;

/// A rule over members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Everything must hold; nothing at all holds for everybody.
    All(Vec<Rule>),
    /// One must hold; none holds for nobody.
    Any(Vec<Rule>),
    /// The rule must not hold.
    Not(Box<Rule>),
    /// One condition.
    Leaf(Leaf),
}

/// One condition with its place in the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Such as `rule.all[0]`.
    pub path: String,
    /// What must hold.
    pub test: Test,
}

/// What one condition asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The member has one of the values, or (`negate`) none of them.
    Among {
        /// Field.
        of: Set,
        /// Slugs, words or ids.
        values: Vec<String>,
        /// Turns it round.
        negate: bool,
    },
    /// The member has any value at all, or none.
    Present {
        /// Field.
        of: Set,
        /// Wanted answer.
        yes: bool,
    },
    /// Something of the kind happened within the last while, or did not.
    Lately {
        /// Field.
        of: Set,
        /// How far back, in ms.
        window: Ms,
        /// Turns it round.
        negate: bool,
    },
    /// The tier stands in this order to another.
    Tier {
        /// Order.
        is: Compare,
        /// Slug.
        than: String,
    },
    /// A moment of the member.
    Moment {
        /// Which.
        of: Moment,
        /// What it must be.
        is: When,
        /// Only sales this recent count.
        window: Option<Ms>,
    },
    /// A sum over approved sales.
    Sum {
        /// Which.
        of: Sum,
        /// Order.
        is: Compare,
        /// Number or minor units.
        than: i64,
        /// For money; none: the community's.
        currency: Option<String>,
        /// Only sales this recent count.
        window: Option<Ms>,
    },
}

/// Fields with values out of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum Set {
    Tier,
    Niche,
    Locale,
    Tag,
    Program,
    Status,
    DownloadedResource,
    PostedInNiche,
    OpenedCampaign,
    ClickedCampaign,
}

/// Moments of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum Moment {
    JoinedAt,
    LastSeenAt,
    LastConversionAt,
}

/// Sums over sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum Sum {
    ConversionsCount,
    Revenue,
    Commission,
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum Compare {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Compare {
    /// As in SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
        }
    }

    /// Whether `a` stands so to `b`.
    pub fn holds(self, a: i64, b: i64) -> bool {
        match self {
            Self::Eq => a == b,
            Self::Ne => a != b,
            Self::Gt => a > b,
            Self::Gte => a >= b,
            Self::Lt => a < b,
            Self::Lte => a <= b,
        }
    }
}

/// What a moment must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Within the last ms.
    Within(Ms),
    /// Not within the last ms, or never.
    NotWithin(Ms),
    /// In this order to a fixed moment.
    Is(Compare, Ms),
    /// Known, or never.
    Exists(bool),
}

impl Rule {
    /// Every condition in it.
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().flat_map(Rule::leaves).collect(),
            Self::Not(of) => of.leaves(),
            Self::Leaf(leaf) => vec![leaf],
        }
    }

    /// Whether it speaks of the status; otherwise it means active members.
    pub fn names_status(&self) -> bool {
        self.leaves()
            .iter()
            .any(|l| matches!(l.test, Test::Among { of: Set::Status, .. } | Test::Present { of: Set::Status, .. }))
    }
}
