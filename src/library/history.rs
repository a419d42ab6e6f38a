//! What a resource was before, and what changed: by words, as people read.

use super::input::Ready;
use super::model::Whole;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

/// A text in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OldText {
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// Markdown.
    pub body: String,
}

/// A state of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Content {
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Texts.
    pub texts: Vec<OldText>,
}

impl Content {
    /// The state about to be written.
    pub fn of(ready: &Ready) -> Self {
        let text = |t: &super::input::Text| OldText {
            key: t.key.code().to_owned(),
            lang: t.lang.code().to_owned(),
            subject: t.subject.clone(),
            body: t.body.clone(),
        };
        Self {
            title: ready.title.clone(),
            summary: ready.summary.clone(),
            texts: ready.variants.iter().map(text).collect(),
        }
    }

    /// The state stored now.
    pub fn now(whole: &Whole) -> Self {
        let text = |v: &super::model::Variant| OldText {
            key: v.key.clone(),
            lang: v.lang.clone(),
            subject: v.subject.clone(),
            body: v.body.clone(),
        };
        let r = &whole.resource;
        Self { title: r.title.clone(), summary: r.summary.clone(), texts: whole.variants.iter().map(text).collect() }
    }

    /// As stored.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// Reads what is stored; what cannot be read is empty.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn find(&self, key: &str, lang: &str) -> Option<&OldText> {
        self.texts.iter().find(|t| t.key == key && t.lang == lang)
    }
}

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Run {
    /// `same`, `new` or `old`.
    pub kind: &'static str,
    /// The words.
    pub text: String,
}

/// What changed from `old` to `new`, by words; empty when nothing did.
pub fn diff(old: &str, new: &str) -> Vec<Run> {
    if old == new {
        return Vec::new();
    }
    let mut runs: Vec<Run> = Vec::new();
    let diff = TextDiff::from_words(old, new);
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Insert => "new",
            ChangeTag::Delete => "old",
        };
        match runs.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => runs.push(Run { kind, text: change.value().to_owned() }),
        }
    }
    runs
}

/// What changed in one part of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Changed {
    /// `title`, `summary`, or form and language such as `short de`.
    pub part: String,
    /// The words.
    pub runs: Vec<Run>,
}

/// What changed from one state to the next, part by part; parts that stayed are left out.
pub fn changes(old: &Content, new: &Content) -> Vec<Changed> {
    let mut out = vec![
        Changed { part: "title".into(), runs: diff(&old.title, &new.title) },
        Changed { part: "summary".into(), runs: diff(&old.summary, &new.summary) },
    ];
    let mut places: Vec<(&str, &str)> =
        old.texts.iter().chain(&new.texts).map(|t| (t.key.as_str(), t.lang.as_str())).collect();
    places.sort_unstable();
    places.dedup();
    let whole = |t: Option<&OldText>| {
        t.map_or_else(String::new, |t| {
            if t.subject.is_empty() { t.body.clone() } else { format!("{}\n\n{}", t.subject, t.body) }
        })
    };
    for (key, lang) in places {
        let runs = diff(&whole(old.find(key, lang)), &whole(new.find(key, lang)));
        out.push(Changed { part: format!("{key} {lang}"), runs });
    }
    out.retain(|c| !c.runs.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_words() {
        let runs = diff("Nur 499 € im Oktober", "Nur 459 € im Oktober");
        let kinds: Vec<_> = runs.iter().map(|r| (r.kind, r.text.as_str())).collect();
        assert_eq!(kinds, [("same", "Nur "), ("old", "499"), ("new", "459"), ("same", " € im Oktober")]);
        assert!(diff("a", "a").is_empty());
    }
}
