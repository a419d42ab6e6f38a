//! Moving a forum in and out: Discourse's JSON (or a ZIP of it), CSV, and our own export, which has the same shape.
//!
//! Invariants:
//! - importing again changes nothing: what a thing became is kept in `forum_sources`, in the transaction that made it;
//! - rights never widen: a restricted category opens to the highest tier only, private messages stay behind;
//! - nobody is told of what is old, and nobody is mailed: authors that are new are `invited`;
//! - a text keeps its time and its place; affiliate links in it are declared as advertising.

mod arrivals;
pub mod export;
mod read;
mod report;
mod run;
mod threads;

pub use report::{Counts, Report};
pub use run::{IMPORT, Import, begin, go_on, import, note_export};

use crate::accounts::model::Email;
use crate::db::Ms;

/// A forum as it stood elsewhere, in its order.
#[derive(Debug, Default)]
pub struct Archive {
    /// Categories.
    pub niches: Vec<OldNiche>,
    /// Authors.
    pub people: Vec<OldPerson>,
    /// Threads with their posts.
    pub threads: Vec<OldThread>,
    /// What could not be read: what it was and a code.
    pub problems: Vec<(String, &'static str)>,
}

/// A category.
#[derive(Debug)]
pub struct OldNiche {
    /// Its key there.
    pub key: String,
    /// Name.
    pub name: String,
    /// Address.
    pub slug: String,
    /// Description as plain text.
    pub description: String,
    /// Not open to everybody there.
    pub restricted: bool,
}

/// An author.
#[derive(Debug)]
pub struct OldPerson {
    /// Their key there.
    pub key: String,
    /// Name.
    pub name: String,
    /// Address, if the export has it.
    pub email: Option<Email>,
}

/// A thread.
#[derive(Debug)]
pub struct OldThread {
    /// Its key there.
    pub key: String,
    /// Key of its category.
    pub niche: String,
    /// Title.
    pub title: String,
    /// Stays on top.
    pub pinned: bool,
    /// Takes no more posts.
    pub locked: bool,
    /// Only the team sees it.
    pub hidden: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Kind, where the export knows ours.
    pub kind: String,
    /// Language, where the export knows it.
    pub lang: String,
    /// Number there of the accepted answer.
    pub accepted: Option<i64>,
    /// Posts in their order; never empty.
    pub posts: Vec<OldPost>,
}

/// A post.
#[derive(Debug)]
pub struct OldPost {
    /// Its key there.
    pub key: String,
    /// Its number there.
    pub number: i64,
    /// Key of its author.
    pub person: String,
    /// When it was written.
    pub at: Ms,
    /// Markdown.
    pub body: String,
    /// Number there of the post it answers.
    pub reply_to: Option<i64>,
}
