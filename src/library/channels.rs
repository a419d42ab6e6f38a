//! The forms of a text and where each is used: mails, posts, short messages, with what fits there.

/// Which form of a text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A mail of about 300 words.
    Short,
    /// A mail of about 1,000 words.
    Long,
    /// Subject lines to choose from, one a line.
    Subjects,
    /// A post for any network.
    Social,
    /// A caption for Instagram.
    Instagram,
    /// A post for Facebook.
    Facebook,
    /// A post for LinkedIn.
    Linkedin,
    /// A post for X.
    X,
    /// A caption for TikTok.
    Tiktok,
    /// A description for YouTube.
    Youtube,
    /// A message for WhatsApp.
    Whatsapp,
    /// A text message.
    Sms,
}

/// Where a text is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Mail and newsletter.
    Mail,
    /// Any social network.
    Social,
    /// Instagram.
    Instagram,
    /// Facebook.
    Facebook,
    /// LinkedIn.
    Linkedin,
    /// X.
    X,
    /// TikTok.
    Tiktok,
    /// YouTube.
    Youtube,
    /// WhatsApp.
    Whatsapp,
    /// SMS.
    Sms,
}

/// How long a text should and may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Words it should have, from and to.
    pub words: (i32, i32),
    /// Characters it may have with everything filled in; none: no limit.
    pub most: Option<usize>,
}

impl Key {
    /// All of them, in the order pages offer them.
    pub const ALL: [Key; 12] = [
        Key::Short,
        Key::Long,
        Key::Subjects,
        Key::Social,
        Key::Instagram,
        Key::Facebook,
        Key::Linkedin,
        Key::X,
        Key::Tiktok,
        Key::Youtube,
        Key::Whatsapp,
        Key::Sms,
    ];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Subjects => "subjects",
            Self::Social => "social",
            Self::Instagram => "instagram",
            Self::Facebook => "facebook",
            Self::Linkedin => "linkedin",
            Self::X => "x",
            Self::Tiktok => "tiktok",
            Self::Youtube => "youtube",
            Self::Whatsapp => "whatsapp",
            Self::Sms => "sms",
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

    /// Where it is used.
    pub fn channel(self) -> Channel {
        match self {
            Self::Short | Self::Long | Self::Subjects => Channel::Mail,
            Self::Social => Channel::Social,
            Self::Instagram => Channel::Instagram,
            Self::Facebook => Channel::Facebook,
            Self::Linkedin => Channel::Linkedin,
            Self::X => Channel::X,
            Self::Tiktok => Channel::Tiktok,
            Self::Youtube => Channel::Youtube,
            Self::Whatsapp => Channel::Whatsapp,
            Self::Sms => Channel::Sms,
        }
    }

    /// Whether it goes out as a mail of its own.
    pub fn is_mail(self) -> bool {
        matches!(self, Self::Short | Self::Long)
    }

    /// Whether every character counts: label and text share their first line.
    pub fn is_tight(self) -> bool {
        matches!(self, Self::X | Self::Sms)
    }

    /// How long it should and may be: the networks' own limits; a text message of at most three parts (3GPP 23.038).
    pub fn measure(self) -> Measure {
        let (words, most) = match self {
            Self::Short => ((200, 350), None),
            Self::Long => ((800, 1_200), None),
            Self::Subjects => ((4, 80), None),
            Self::Social => ((10, 60), Some(2_200)),
            Self::Instagram => ((10, 60), Some(2_200)),
            Self::Facebook => ((15, 80), Some(63_206)),
            Self::Linkedin => ((40, 200), Some(3_000)),
            Self::X => ((5, 40), Some(280)),
            Self::Tiktok => ((5, 40), Some(2_200)),
            Self::Youtube => ((30, 200), Some(5_000)),
            Self::Whatsapp => ((10, 80), Some(4_096)),
            Self::Sms => ((5, 45), Some(459)),
        };
        Measure { words, most }
    }
}

impl Channel {
    /// All of them, in the order pages offer them.
    pub const ALL: [Channel; 10] = [
        Channel::Mail,
        Channel::Social,
        Channel::Instagram,
        Channel::Facebook,
        Channel::Linkedin,
        Channel::X,
        Channel::Tiktok,
        Channel::Youtube,
        Channel::Whatsapp,
        Channel::Sms,
    ];

    /// In the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Social => "social",
            Self::Instagram => "instagram",
            Self::Facebook => "facebook",
            Self::Linkedin => "linkedin",
            Self::X => "x",
            Self::Tiktok => "tiktok",
            Self::Youtube => "youtube",
            Self::Whatsapp => "whatsapp",
            Self::Sms => "sms",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == text)
    }

    /// Fluent key of its name.
    pub fn label(self) -> String {
        format!("library-channel-{}", self.code())
    }

    /// The forms used there; a post for any network fits each of them.
    pub fn keys(self) -> Vec<Key> {
        let fits = |k: &Key| {
            k.channel() == self || (*k == Key::Social && !matches!(self, Self::Mail | Self::Sms | Self::Whatsapp))
        };
        Key::ALL.into_iter().filter(fits).collect()
    }
}
