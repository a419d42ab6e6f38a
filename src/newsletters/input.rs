//! What managers send: checked drafts.

use super::model::Draft;
use crate::accounts::model::Email;
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::text::merge::Template;
use crate::web::forms::Check;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One text for everybody, or one for each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Words {
    /// The same for everybody.
    One(String),
    /// By language; an empty one falls back to the other.
    Each(ByLanguage),
}

/// A text by language; another language is an error, not a text that nobody gets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByLanguage {
    /// German.
    #[serde(default)]
    pub de: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

impl Default for Words {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Words {
    /// German and English.
    pub fn pair(self) -> (String, String) {
        match self {
            Self::One(text) => (text.clone(), text),
            Self::Each(ByLanguage { de, en }) => (de, en),
        }
    }

    /// As it was given: one text where both are the same.
    pub fn of(de: &str, en: &str) -> Self {
        if de == en {
            Self::One(de.to_owned())
        } else {
            Self::Each(ByLanguage { de: de.to_owned(), en: en.to_owned() })
        }
    }

    fn parts(&self, field: &str) -> Vec<(String, &str)> {
        match self {
            Self::One(text) => vec![(field.to_owned(), text.as_str())],
            Self::Each(ByLanguage { de, en }) => {
                vec![(format!("{field}.de"), de.as_str()), (format!("{field}.en"), en.as_str())]
            }
        }
    }
}

/// A draft as it arrives.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// Name.
    pub name: String,
    /// Segment.
    pub segment_id: i64,
    /// Subject.
    pub subject: Words,
    /// Body.
    pub body: Words,
    /// Slug of the program; empty: none.
    pub program: String,
    /// Address for answers.
    pub reply_to: String,
    /// Minutes by tier.
    pub tier_offsets: BTreeMap<String, i64>,
    /// Measure opens and clicks of readers who allow it.
    pub tracking: bool,
}

/// The longest offset of a tier: thirty days.
const MOST_OFFSET: i64 = 30 * 24 * 60;

impl Raw {
    /// Checks everything at once.
    ///
    /// # Errors
    /// Every field that must be mended.
    pub fn check(self, conn: &mut Conn) -> Result<Draft> {
        let mut check = Check::new();
        let name = check.line("name", &self.name, 1, 200);
        if crate::segments::store::find(conn, self.segment_id).is_err() {
            check.add(FieldError::new("segment_id", "not_found"));
        }
        for (field, words, most) in [("subject", &self.subject, 200), ("body", &self.body, 100_000)] {
            for (path, text) in words.parts(field) {
                if text.chars().count() > most {
                    check.add(FieldError::new(path.clone(), "too_long").arg("max", most));
                }
                if field == "subject" && text.contains(['\r', '\n']) {
                    check.add(FieldError::new(path.clone(), "invalid"));
                }
                if let Err(errors) = Template::check(&path, text) {
                    errors.into_iter().for_each(|e| check.add(e));
                }
            }
        }
        let program_id = match self.program.trim() {
            "" => None,
            slug => {
                let found = super::store::find_program(conn, slug)?;
                if found.is_none() {
                    check.add(FieldError::new("program", "not_found"));
                }
                found
            }
        };
        let reply_to = self.reply_to.trim().to_owned();
        if !reply_to.is_empty() && Email::parse(&reply_to).is_err() {
            check.add(FieldError::new("reply_to", "email"));
        }
        let tiers = crate::members::store::list_tiers(conn)?;
        for (tier, minutes) in &self.tier_offsets {
            if !tiers.iter().any(|t| t.slug == *tier) {
                check.add(FieldError::new(format!("tier_offsets.{tier}"), "not_found"));
            }
            if !(0..=MOST_OFFSET).contains(minutes) {
                let range = FieldError::new(format!("tier_offsets.{tier}"), "range");
                check.add(range.arg("min", 0).arg("max", MOST_OFFSET));
            }
        }
        check.done()?;
        Ok(Draft {
            name,
            segment_id: self.segment_id,
            subject: self.subject.pair(),
            body: self.body.pair(),
            program_id,
            reply_to,
            tier_offsets: self.tier_offsets,
            tracking: self.tracking,
        })
    }
}

/// What a start asks of the texts.
///
/// # Errors
/// `required` on `subject`, `body` or `program`.
pub fn complete(conn: &mut Conn, campaign: &super::model::Campaign) -> Result<()> {
    let mut check = Check::new();
    let langs = crate::i18n::Lang::ALL;
    if !langs.into_iter().any(|l| campaign.speaks(l)) {
        for (field, has) in [
            ("subject", langs.into_iter().any(|l| !campaign.texts(l).0.trim().is_empty())),
            ("body", langs.into_iter().any(|l| !campaign.texts(l).1.trim().is_empty())),
        ] {
            if !has {
                check.add(FieldError::new(field, "required"));
            }
        }
    }
    let needs_ref = langs.into_iter().filter(|l| campaign.speaks(*l)).any(|l| {
        let (subject, body) = campaign.texts(l);
        [subject, body].into_iter().any(|s| Template::parse(s).is_ok_and(|t| t.needs_ref()))
    });
    if needs_ref && super::store::find_link_base(conn, campaign.program_id)?.is_none() {
        check.add(FieldError::new("program", "required"));
    }
    check.done()?;
    if langs.into_iter().any(|l| campaign.speaks(l)) { Ok(()) } else { Err(Error::field("body", "required")) }
}
