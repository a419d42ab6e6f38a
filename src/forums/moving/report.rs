//! What an import did, or a trial would do.

use serde::{Deserialize, Serialize};

/// Problems that a report names; it counts all.
const NAMED: usize = 1_000;

/// How many of one kind.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Made now, or would be.
    pub new: i64,
    /// Here before.
    pub known: i64,
}

impl Counts {
    pub(super) fn add(&mut self, known: bool) {
        if known {
            self.known += 1;
        } else {
            self.new += 1;
        }
    }
}

/// What an import did, or a trial would do.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Niches.
    pub niches: Counts,
    /// Authors.
    pub people: Counts,
    /// Authors without an account here and without an address: their texts begin with their name.
    pub nameless: i64,
    /// Threads.
    pub threads: Counts,
    /// Posts.
    pub posts: Counts,
    /// Posts whose affiliate links were declared.
    pub labelled: i64,
    /// Everything that was left behind.
    pub problems_total: i64,
    /// The first of them: what it was and a code.
    pub problems: Vec<(String, String)>,
    /// Why nothing could be read.
    pub failure: String,
}

impl Report {
    /// As it was stored.
    pub fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn problem(&mut self, what: impl Into<String>, code: &str) {
        self.problems_total += 1;
        if self.problems.len() < NAMED {
            self.problems.push((what.into(), code.to_owned()));
        }
    }
}
