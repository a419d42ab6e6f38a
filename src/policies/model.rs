//! Types and parsers of policies.

use crate::error::{FieldError, Result};
use crate::settings::Bilingual;
use crate::web::forms::Check;
use serde::Deserialize;
use utoipa::ToSchema;

/// Longest text, in characters.
const MOST: usize = 100_000;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Who runs the house (§ 5 DDG).
    Imprint,
    /// What is stored, and why.
    Privacy,
    /// Terms of the house, or of one program.
    Terms,
}

impl Kind {
    /// All.
    pub const ALL: [Kind; 3] = [Kind::Imprint, Kind::Privacy, Kind::Terms];

    /// As stored and as in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Imprint => "imprint",
            Self::Privacy => "privacy",
            Self::Terms => "terms",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == text)
    }
}

/// One version of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Row id.
    pub id: i64,
    /// What it is.
    pub kind: Kind,
    /// The program whose terms these are; `None`: the house's.
    pub program_id: Option<i64>,
    /// 1, 2, 3 … of its kind and program.
    pub version: i32,
    /// Markdown.
    pub text: Bilingual,
    /// Whether members who accepted an earlier version are asked again.
    pub asks: bool,
    /// When it was published, Unix milliseconds.
    pub created_at: i64,
}

/// A new version of a text.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyInput {
    /// What it is.
    pub kind: Kind,
    /// Slug of the program whose terms these are; absent: the house's.
    pub program: Option<String>,
    /// Markdown; one language is enough, it then stands for both.
    pub text: Bilingual,
    /// Whether members are asked to accept it when they sign in next; terms ask unless told otherwise.
    pub asks: Option<bool>,
}

impl PolicyInput {
    /// Checks what needs no database.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] with all that is wrong.
    pub fn parse(mut self) -> Result<Self> {
        let mut check = Check::new();
        self.text.de = check.text("text", &self.text.de, 0, MOST);
        self.text.en = check.text("text", &self.text.en, 0, MOST);
        if self.text.is_empty() && self.kind == Kind::Terms {
            check.add(FieldError::new("text", "required"));
        }
        if self.program.is_some() && self.kind != Kind::Terms {
            check.add(FieldError::new("program", "invalid"));
        }
        check.done()?;
        Ok(self)
    }

    /// Whether it asks for a yes.
    pub fn asks(&self) -> bool {
        match self.kind {
            Kind::Imprint => false,
            Kind::Privacy => self.asks.unwrap_or(false),
            Kind::Terms => self.asks.unwrap_or(true),
        }
    }
}

/// Where a yes came from.
#[derive(Debug, Clone, Default)]
pub struct From {
    /// `application`, `invitation`, `login` or `api`.
    pub source: &'static str,
    /// Language in which the text was shown.
    pub locale: &'static str,
    /// Address of the client.
    pub ip: String,
    /// The browser's name for itself.
    pub agent: String,
}
