//! Letters of the library; each struct is a folder of `email_templates`.

use crate::mail::Letter;
use serde::Serialize;

/// A text that a member sends to the own address.
#[derive(Debug, Serialize)]
pub struct OwnCopy {
    /// Title of the resource.
    pub title: String,
    /// Subject of the text.
    pub subject: String,
    /// The text as cleaned HTML.
    pub html: String,
    /// The text.
    pub text: String,
    /// The page of the resource.
    pub link: String,
}
impl Letter for OwnCopy {
    const NAME: &'static str = "own_copy";
}

/// Tells a taker that a text was taken back.
#[derive(Debug, Serialize)]
pub struct Recalled {
    /// The member's name.
    pub name: String,
    /// Title of the resource.
    pub title: String,
    /// Why; may be empty.
    pub reason: String,
    /// The page of the resource.
    pub link: String,
    /// Title of what to take instead; may be empty.
    pub successor: String,
    /// Its page; may be empty.
    pub successor_link: String,
}
impl Letter for Recalled {
    const NAME: &'static str = "text_recalled";
}

/// Answers a wish for another text, or an own version offered to the library.
#[derive(Debug, Serialize)]
pub struct Answered {
    /// The member's name.
    pub name: String,
    /// Title of the resource.
    pub title: String,
    /// Whether it came true.
    pub yes: bool,
    /// What the team says; may be empty.
    pub answer: String,
    /// The page of the resource.
    pub link: String,
}
impl Letter for Answered {
    const NAME: &'static str = "text_answered";
}
