//! Types and parsers of chat.

mod talk;

pub use talk::*;

use crate::access::Sight;
use crate::db::Ms;
use crate::error::{Error, FieldError, Result};
use crate::id_type;
use crate::text;
use base64::Engine;
use diesel::Queryable;
use sha2::{Digest, Sha256};

id_type! {
    /// A room.
    RoomId
}

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Every active member.
    Open,
    /// Members of a tier and above.
    Tier,
    /// Whom a manager invites.
    Private,
    /// A conversation of a few: nobody else knows of it, the team neither.
    Direct,
}

impl Access {
    /// What a manager may choose from.
    pub const ALL: [Access; 3] = [Access::Open, Access::Tier, Access::Private];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Tier => "tier",
            Self::Private => "private",
            Self::Direct => "direct",
        }
    }

    /// Reads a stored code; anything unknown is the most careful one.
    pub fn stored(text: &str) -> Self {
        if text == "direct" { Self::Direct } else { Self::parse(text).unwrap_or(Self::Private) }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == text)
    }
}

/// A room.
#[derive(Debug, Clone, Queryable)]
pub struct Room {
    /// Row id.
    pub id: RoomId,
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// Code of [`Access`].
    pub access: String,
    /// Lowest tier rank, where the tier decides.
    pub min_rank: i32,
    /// Niche it belongs to.
    pub niche_id: Option<i64>,
    /// Changes when the log begins anew (restore).
    pub epoch: String,
    /// Position of the log.
    pub seq: i64,
    /// Messages in it.
    pub message_count: i64,
    /// When it was made.
    pub created_at: Ms,
}

impl Room {
    /// Whether `sight` may know that the room is there. A membership of old opens no tier that was lost.
    pub fn is_open_to(&self, sight: Sight, joined: bool) -> bool {
        match Access::stored(&self.access) {
            Access::Open => true,
            Access::Tier => self.min_rank <= sight.rank,
            Access::Private => joined || sight.manages,
            Access::Direct => joined,
        }
    }

    /// Whether coming and going is told in the room.
    pub fn tells_membership(&self) -> bool {
        matches!(Access::stored(&self.access), Access::Private | Access::Direct)
    }

    /// Whether it is a conversation of a few.
    pub fn is_direct(&self) -> bool {
        Access::stored(&self.access) == Access::Direct
    }
}

/// A member's place in a room.
#[derive(Debug, Clone, Queryable)]
pub struct Place {
    /// When they joined.
    pub joined_at: Ms,
    /// Read up to here.
    pub last_read_seq: i64,
    /// Muted until then.
    pub muted_until: Option<Ms>,
    /// Stands on top of the sidebar.
    pub favourite: bool,
    /// Makes no badge.
    pub silenced: bool,
    /// Section of the sidebar.
    pub section_id: Option<i64>,
}

/// A room with the viewer's place in it.
pub type Found = (Room, Option<Place>);

/// A message of a room, as its readers see it.
#[derive(Debug, Clone, Queryable)]
pub struct Message {
    /// Row id.
    pub id: i64,
    /// Place in the room's log.
    pub seq: i64,
    /// Sender; none once erased.
    pub sender_id: Option<i64>,
    /// Name of the sender.
    pub sender: Option<String>,
    /// Rendered text.
    pub html: String,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// Number of edits.
    pub rev: i32,
    /// When it was sent.
    pub created_at: Ms,
    /// When it was last edited.
    pub edited_at: Option<Ms>,
    /// The message whose thread it continues.
    pub thread_of: Option<i64>,
    /// Messages in its own thread.
    pub thread_count: i32,
    /// Name of the machine that speaks.
    pub via: Option<String>,
    /// What stands below the body: safe HTML without words.
    pub cards: String,
    /// What is shown with it, such as `poll:7` or `resource:12`.
    pub shared: Option<String>,
    /// Whether it calls everybody in the room.
    pub mentions_all: bool,
}

impl Message {
    /// Body and what stands below it.
    pub fn whole_html(&self) -> String {
        format!("{}{}", self.html, self.cards)
    }
}

/// Reactions to a message: sign, how many, and whether the viewer is among them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Reaction {
    /// The sign.
    pub e: String,
    /// How many.
    pub n: i64,
    /// Whether the viewer is among them.
    pub mine: bool,
}

/// A text for a room: trimmed, never empty, at most 4,000 characters, with its HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Markdown.
    pub source: String,
    /// Safe HTML.
    pub html: String,
}

/// Most characters of a message.
pub const BODY_MOST: usize = 4_000;

impl Body {
    /// Parses and renders.
    ///
    /// # Errors
    /// `required` or `too_long` on the field `body`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        // PostgreSQL takes no NUL.
        let source = text.replace('\0', "");
        let source = source.trim();
        if source.is_empty() {
            return Err(FieldError::new("body", "required"));
        }
        if source.chars().count() > BODY_MOST {
            return Err(FieldError::new("body", "too_long").arg("max", BODY_MOST));
        }
        Ok(Self { html: text::chat_html(source), source: source.to_owned() })
    }

    /// A text that may be empty, because something else stands in the message.
    ///
    /// # Errors
    /// `too_long` on the field `body`.
    pub fn parse_or_empty(text: &str) -> Result<Self, FieldError> {
        match Self::parse(text) {
            Err(e) if e.code == "required" => Ok(Self { source: String::new(), html: String::new() }),
            parsed => parsed,
        }
    }

    /// Whether the text calls the whole room: `@room`, or `@raum`.
    pub fn calls_all(&self) -> bool {
        self.mentioned().iter().any(|n| n == "room" || n == "raum")
    }

    /// Folded names the text may mention: one to three words after an `@`.
    pub fn mentioned(&self) -> Vec<String> {
        text::mentioned(&self.source)
    }
}

/// A client's id of a message: 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cid(pub String);

impl Cid {
    /// Parses.
    ///
    /// # Errors
    /// `required` or `too_long` on the field `cid`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        match text.chars().count() {
            0 => Err(FieldError::new("cid", "required")),
            1..=64 if !text.contains('\0') => Ok(Self(text.to_owned())),
            1..=64 => Err(FieldError::new("cid", "invalid")),
            _ => Err(FieldError::new("cid", "too_long").arg("max", 64)),
        }
    }
}

/// What a message said, as far as a repeat must say the same.
pub fn fingerprint(room: RoomId, body: &str, reply_to: Option<i64>) -> String {
    let mut hash = Sha256::new();
    hash.update(room.0.to_be_bytes());
    hash.update(reply_to.unwrap_or(0).to_be_bytes());
    hash.update(body.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// A reaction's sign: an emoji of at most 32 bytes, nothing that could be text.
///
/// # Errors
/// `invalid` on the field `e`.
pub fn parse_sign(text: &str) -> Result<String, FieldError> {
    let is_sign = !text.is_empty() && text.len() <= 32 && text.chars().all(|c| !c.is_ascii() && !c.is_alphanumeric());
    if is_sign { Ok(text.to_owned()) } else { Err(FieldError::new("e", "invalid")) }
}

/// A random name for a log that begins: positions of another log mean nothing in it.
///
/// # Errors
/// When the system gives no randomness.
pub fn fresh_epoch() -> Result<String> {
    let mut bytes = [0_u8; 9];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// `d` of a `msg` or `edit` event.
#[derive(Debug, serde::Serialize)]
pub struct MessageDetail<'a> {
    /// Safe HTML.
    pub html: &'a str,
    /// Name of the sender.
    pub name: &'a str,
    /// Number of edits.
    pub rev: i32,
    /// The message it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i64>,
    /// The message whose thread it continues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<i64>,
    /// What is shown with it: `resource:12`, `thread:5`; each reader fetches it with the own rights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<&'a str>,
    /// The poll in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll: Option<&'a Poll>,
    /// Whether a machine speaks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
}

impl MessageDetail<'_> {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_trimmed_and_bounded() {
        assert_eq!(Body::parse("  hallo \n").unwrap().source, "hallo");
        assert_eq!(Body::parse(" \n ").unwrap_err().code, "required");
        assert!(Body::parse(&"ä".repeat(4_000)).is_ok());
        assert_eq!(Body::parse(&"ä".repeat(4_001)).unwrap_err().code, "too_long");
    }

    #[test]
    fn names_after_an_at_sign_are_found() {
        let body = Body::parse("Danke @Mara Lindt, und @tom!").unwrap();
        let found = body.mentioned();
        assert!(found.contains(&"mara lindt".to_owned()) && found.contains(&"tom".to_owned()), "{found:?}");
    }

    #[test]
    fn a_sign_is_no_text() {
        assert!(parse_sign("👍").is_ok() && parse_sign("❤\u{fe0f}").is_ok());
        for bad in ["", "x", "<b>", "ok", "ä"] {
            assert!(parse_sign(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_tells_every_difference() {
        let one = fingerprint(RoomId(1), "a", None);
        assert_eq!(one, fingerprint(RoomId(1), "a", None));
        assert_ne!(one, fingerprint(RoomId(2), "a", None));
        assert_ne!(one, fingerprint(RoomId(1), "a", Some(1)));
        assert_ne!(one, fingerprint(RoomId(1), "b", None));
    }
}
