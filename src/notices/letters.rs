//! Letters of notifications.

use crate::mail::Letter;
use serde::Serialize;

/// One line of the digest.
#[derive(Debug, Serialize)]
pub struct DigestLine {
    /// What happened.
    pub text: String,
    /// Quoted words; may be empty.
    pub quote: String,
    /// Where it leads.
    pub link: String,
}

/// What happened while the member was away.
#[derive(Debug, Serialize)]
pub struct Digest {
    /// The member's name.
    pub name: String,
    /// How many there are.
    pub count: usize,
    /// Whether there is only one.
    pub one: bool,
    /// The newest of them.
    pub lines: Vec<DigestLine>,
    /// How many more there are than lines; 0: none.
    pub more: usize,
    /// All of them, in the house.
    pub all: String,
    /// Where to set what is mailed.
    pub settings: String,
    /// Where to end these mails.
    pub off: String,
}
impl Letter for Digest {
    const NAME: &'static str = "digest";
}
