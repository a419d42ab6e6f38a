//! The frame around a campaign's text.

use crate::mail::Letter;

/// A campaign's text in the frame of the house: imprint and a visible way out below it.
#[derive(Debug, serde::Serialize)]
pub struct Newsletter {
    /// Subject, merged.
    pub subject: String,
    /// Body as safe HTML.
    pub body_html: String,
    /// Body as plain text.
    pub body_text: String,
    /// Imprint as safe HTML.
    pub imprint_html: String,
    /// Imprint as plain text.
    pub imprint_text: String,
    /// Where to unsubscribe.
    pub unsubscribe_url: String,
    /// The same issue as a page.
    pub web_url: String,
}

impl Letter for Newsletter {
    const NAME: &'static str = "newsletter";
}
