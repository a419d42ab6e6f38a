//! What a thread is for, and the marks readers put under a post.

/// What a thread is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThreadKind {
    /// Talk about anything of the niche.
    #[default]
    Talk,
    /// How somebody sells, with numbers.
    Strategy,
    /// A question; one answer can be accepted as the one that helped.
    Question,
    /// What made something work.
    Success,
    /// Something that is coming up.
    Trend,
    /// A partner for something is wanted.
    Cooperation,
    /// News of the market.
    Market,
    /// The network is asked for its experience.
    Network,
    /// The team tells something; readers may be asked to acknowledge it.
    Announcement,
}

impl ThreadKind {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 9] = [
        Self::Talk,
        Self::Strategy,
        Self::Question,
        Self::Success,
        Self::Trend,
        Self::Cooperation,
        Self::Market,
        Self::Network,
        Self::Announcement,
    ];

    /// As stored, and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::Strategy => "strategy",
            Self::Question => "question",
            Self::Success => "success",
            Self::Trend => "trend",
            Self::Cooperation => "cooperation",
            Self::Market => "market",
            Self::Network => "network",
            Self::Announcement => "announcement",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == text)
    }

    /// Whether only the team opens such threads.
    pub fn is_for_team(self) -> bool {
        self == Self::Announcement
    }

    /// Whether one of its answers can be the accepted one.
    pub fn has_answer(self) -> bool {
        matches!(self, Self::Question | Self::Network)
    }

    /// Key of its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Talk => "forums-kind-talk",
            Self::Strategy => "forums-kind-strategy",
            Self::Question => "forums-kind-question",
            Self::Success => "forums-kind-success",
            Self::Trend => "forums-kind-trend",
            Self::Cooperation => "forums-kind-cooperation",
            Self::Market => "forums-kind-market",
            Self::Network => "forums-kind-network",
            Self::Announcement => "forums-kind-announcement",
        }
    }

    /// Key of the text a new thread of this kind may begin with; nothing where there is nothing to ask for.
    pub fn template(self) -> Option<&'static str> {
        match self {
            Self::Strategy => Some("forums-template-strategy"),
            Self::Question => Some("forums-template-question"),
            Self::Success => Some("forums-template-success"),
            Self::Trend => Some("forums-template-trend"),
            Self::Cooperation => Some("forums-template-cooperation"),
            Self::Market => Some("forums-template-market"),
            Self::Network => Some("forums-template-network"),
            Self::Talk | Self::Announcement => None,
        }
    }
}

/// A mark under a post, beside its likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// As stored and as in the API.
    pub code: &'static str,
    /// The sign.
    pub sign: &'static str,
    /// Key of its name.
    pub label: &'static str,
}

/// The marks there are, in their order: few, so that they say something.
pub const MARKS: [Mark; 4] = [
    Mark { code: "thanks", sign: "🙏", label: "forums-mark-thanks" },
    Mark { code: "idea", sign: "💡", label: "forums-mark-idea" },
    Mark { code: "works", sign: "📈", label: "forums-mark-works" },
    Mark { code: "doubt", sign: "🤔", label: "forums-mark-doubt" },
];

/// The mark of that code.
pub fn mark(code: &str) -> Option<&'static Mark> {
    MARKS.iter().find(|m| m.code == code)
}
