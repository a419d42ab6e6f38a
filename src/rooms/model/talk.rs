//! What stands around a message: quotes, polls, what was shared with it.

use crate::error::{Error, FieldError, Result};
use crate::web::forms::one_line;
use diesel::Queryable;
use std::collections::{HashMap, HashSet};

use super::Reaction;

/// The message that another one answers, as far as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Quote {
    /// Message.
    pub m: i64,
    /// Its sender; null once erased.
    pub by: Option<i64>,
    /// Name of the sender.
    pub name: String,
    /// Beginning of its text.
    pub text: String,
}

/// One answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PollOption {
    /// Option.
    pub id: i64,
    /// What it says.
    pub label: String,
    /// Votes.
    pub n: i64,
    /// Whether the reader chose it; absent in events, which are the same for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mine: Option<bool>,
}

/// A poll as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Poll {
    /// Poll.
    pub id: i64,
    /// Whether several answers may be chosen.
    pub multi: bool,
    /// Whether it takes no more votes.
    pub closed: bool,
    /// Members who voted.
    pub voters: i64,
    /// The answers in their order.
    pub options: Vec<PollOption>,
}

/// A poll about to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PollForm {
    /// Two to ten answers of at most 100 characters.
    pub options: Vec<String>,
    /// Whether several answers may be chosen.
    #[serde(default)]
    pub multi: bool,
}

impl PollForm {
    /// The answers, each on one line, none twice.
    ///
    /// # Errors
    /// On the field `poll`.
    pub fn parse(&self) -> Result<Vec<String>, FieldError> {
        let labels: Vec<String> =
            self.options.iter().map(|o| one_line(&o.replace('\0', ""))).filter(|o| !o.is_empty()).collect();
        let different: HashSet<&String> = labels.iter().collect();
        match labels.len() {
            0 | 1 => Err(FieldError::new("poll", "too_few_options")),
            n if n > 10 => Err(FieldError::new("poll", "too_many_options")),
            n if n != different.len() => Err(FieldError::new("poll", "same_options")),
            _ if labels.iter().any(|l| l.chars().count() > 100) => {
                Err(FieldError::new("poll", "too_long").arg("max", 100))
            }
            _ => Ok(labels),
        }
    }
}

/// What may be shared into a room as a card: its kind and its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// `thread` or `resource`.
    pub kind: String,
    /// Row id.
    pub id: i64,
}

impl Shared {
    /// Reads `resource:12`, or an address of ours such as `/library/12` or `/threads/5`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (kind, id) = match text.split_once(':').filter(|(k, _)| matches!(*k, "thread" | "resource")) {
            Some(pair) => pair,
            None => {
                let at = text.find("/library/").or_else(|| text.find("/threads/"))?;
                let mut parts = text.get(at + 1..)?.split(['/', '?', '#']);
                (if parts.next()? == "library" { "resource" } else { "thread" }, parts.next()?)
            }
        };
        Some(Self { kind: kind.to_owned(), id: id.parse().ok().filter(|n| *n > 0)? })
    }

    /// As stored.
    pub fn code(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }
}

/// What stands around the messages of one page, by message.
#[derive(Debug, Default)]
pub struct Extras {
    /// Reactions.
    pub reactions: HashMap<i64, Vec<Reaction>>,
    /// The quoted message, by its own id.
    pub quotes: HashMap<i64, Quote>,
    /// Polls.
    pub polls: HashMap<i64, Poll>,
    /// Pinned messages.
    pub pinned: HashSet<i64>,
    /// Messages the reader saved.
    pub saved: HashSet<i64>,
    /// Messages that mention the reader.
    pub mentioned: HashSet<i64>,
}

impl Extras {
    /// What stands around one message, and the rest.
    pub fn split(mut self, message: i64, answered: Option<i64>) -> (Self, Self) {
        let one = |set: &HashSet<i64>| set.get(&message).copied().into_iter().collect();
        let own = Self {
            reactions: self.reactions.remove_entry(&message).into_iter().collect(),
            quotes: answered.and_then(|a| self.quotes.get(&a).map(|q| (a, q.clone()))).into_iter().collect(),
            polls: self.polls.remove_entry(&message).into_iter().collect(),
            pinned: one(&self.pinned),
            saved: one(&self.saved),
            mentioned: one(&self.mentioned),
        };
        (own, self)
    }
}

/// A former text of a message.
#[derive(Debug, Clone, Queryable)]
pub struct Revision {
    /// Number of edits before it.
    pub rev: i32,
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
    /// When it was replaced.
    pub at: i64,
}

/// A moment in the future, at most a year away.
///
/// # Errors
/// `past` or `too_late` on `field`.
pub fn future(field: &'static str, at: i64, now: i64) -> Result<i64> {
    if at <= now {
        return Err(Error::field(field, "past"));
    }
    if at > now + 366 * crate::db::DAY {
        return Err(Error::field(field, "too_late"));
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_thing_is_named_by_code_or_by_address() {
        for text in ["resource:12", "/library/12", "https://kontor.example/library/12?x=1", "/library/12#a"] {
            assert_eq!(Shared::parse(text).map(|s| s.code()).as_deref(), Some("resource:12"), "{text}");
        }
        assert_eq!(Shared::parse("/threads/5/titel").unwrap().code(), "thread:5");
        for bad in ["", "12", "poll:3", "/library/x", "/library/-1", "javascript:1"] {
            assert_eq!(Shared::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_poll_has_two_to_ten_different_answers() {
        let code = |options: &[&str]| {
            let form = PollForm { options: options.iter().map(|o| (*o).to_owned()).collect(), multi: false };
            form.parse().map_err(|e| e.code).map(|l| l.len())
        };
        assert_eq!(code(&["a", " b ", ""]), Ok(2));
        assert_eq!(code(&["a"]), Err("too_few_options"));
        assert_eq!(code(&["a", "a"]), Err("same_options"));
        assert_eq!(code(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]), Err("too_many_options"));
        assert_eq!(code(&["a", &"b".repeat(101)]), Err("too_long"));
    }
}
