//! Affiliate links in posts: none goes out undeclared without its writer having said so.

use crate::error::FieldError;
use crate::text::links;
use crate::web::forms::Check;

/// What the writer says about the affiliate links in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Disclosure {
    /// Nothing yet: an undeclared link is refused, with a way to mend it.
    #[default]
    Ask,
    /// Declare all of them.
    Label,
    /// They are no advertising; this is kept in the audit log.
    NoAds,
}

impl Disclosure {
    /// Reads `label` or `none`; anything else is nothing yet.
    pub fn parse(text: &str) -> Self {
        match text {
            "label" => Self::Label,
            "none" => Self::NoAds,
            _ => Self::Ask,
        }
    }
}

/// The text with its links declared as `ads` says, or `unlabelled` on `body`.
pub(super) fn declare(check: &mut Check, body: String, ads: Disclosure) -> String {
    match ads {
        Disclosure::NoAds => body,
        Disclosure::Label => links::label(&body),
        Disclosure::Ask => {
            if let Some(link) = links::unlabelled(&body).first() {
                check.add(FieldError::new("body", "unlabelled").arg("link", crate::text::excerpt(link, 80)));
            }
            body
        }
    }
}
