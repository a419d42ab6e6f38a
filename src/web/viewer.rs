//! Who is looking: the signed-in member as every surface needs it.

use crate::i18n::Lang;
use crate::id_type;

id_type! {
    /// A member.
    MemberId
}

/// Roles include each other: admin ⊇ manager ⊇ moderator ⊇ member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everybody with an account.
    Member,
    /// Keeps order.
    Moderator,
    /// Wins and keeps partners.
    Manager,
    /// Runs the house.
    Admin,
}

impl Role {
    /// All, lowest first.
    pub const ALL: [Role; 4] = [Role::Member, Role::Moderator, Role::Manager, Role::Admin];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == text)
    }
}

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read what the member may read.
    Read,
    /// Write as the member.
    Write,
    /// The work of moderators and managers.
    Manage,
    /// Report conversions.
    Ingest,
    /// The work of admins.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 5] = [Scope::Read, Scope::Write, Scope::Manage, Scope::Ingest, Scope::Admin];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }
}

/// How the viewer proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A browser session; `csrf` is the token its forms carry.
    Session {
        /// Row id of the session.
        id: i64,
        /// Token that every change carries.
        csrf: String,
    },
    /// An API token with its scopes.
    Token {
        /// Row id of the token.
        id: i64,
        /// What it may do.
        scopes: Vec<Scope>,
    },
}

/// A signed-in, active member.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The member.
    pub id: MemberId,
    /// Shown name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Rank of the own tier, as earned or set.
    pub tier_rank: i32,
    /// Chosen language.
    pub lang: Lang,
    /// IANA time zone.
    pub time_zone: String,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// Grows whenever role, tier, status or membership change.
    pub rights_version: i64,
    /// How they signed in.
    pub proof: Proof,
}

impl Viewer {
    /// The rank that decides what this viewer sees: the team sees every tier.
    pub fn sees_rank(&self) -> i32 {
        if self.is_moderator() { i32::MAX } else { self.tier_rank }
    }

    /// Moderator or above.
    pub fn is_moderator(&self) -> bool {
        self.role >= Role::Moderator
    }

    /// Manager or above.
    pub fn is_manager(&self) -> bool {
        self.role >= Role::Manager
    }

    /// Admin.
    pub fn is_admin(&self) -> bool {
        self.role >= Role::Admin
    }

    /// Whether the proof covers `scope`; a browser session covers everything the role allows.
    pub fn has_scope(&self, scope: Scope) -> bool {
        match &self.proof {
            Proof::Session { .. } => true,
            Proof::Token { scopes, .. } => scopes.contains(&scope),
        }
    }
}

/// Two letters for the avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// One of twelve hues, always the same for the same id.
pub fn hue(id: i64) -> i64 {
    // A multiplier coprime to 12 keeps neighbours apart.
    id.wrapping_mul(7).rem_euclid(12)
}
