//! Types and parsers of accounts.

use crate::error::FieldError;
use crate::text::fold;
use crate::web::viewer::MemberId;

/// A valid e-mail address as typed, with its folded form for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As typed.
    pub address: String,
    /// Folded: two spellings of one address are one account.
    pub key: String,
}

impl Email {
    /// Parses an address of at most 254 characters (RFC 5321) that a mail program could use.
    ///
    /// # Errors
    /// `email` on the field `email`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        let bad = || FieldError::new("email", if text.is_empty() { "required" } else { "email" });
        let (_, domain) = text.rsplit_once('@').ok_or_else(bad)?;
        let plausible = text.len() <= 254
            && (domain.contains('.') || domain == "localhost")
            && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\"(),;:\\".contains(c))
            && text.parse::<lettre::Address>().is_ok();
        if !plausible {
            return Err(bad());
        }
        Ok(Self { address: text.to_owned(), key: fold(text) })
    }
}

/// A new password: 10 to 200 characters, no composition rules (NIST SP 800-63B).
///
/// # Errors
/// `too_short` or `too_long` on the field `password`.
pub fn parse_password(text: &str) -> Result<String, FieldError> {
    match text.chars().count() {
        0 => Err(FieldError::new("password", "required")),
        1..=9 => Err(FieldError::new("password", "too_short").arg("min", 10)),
        10..=200 => Ok(text.to_owned()),
        _ => Err(FieldError::new("password", "too_long").arg("max", 200)),
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Imported, not yet asked.
    Invited,
    /// Applied, address not confirmed.
    PendingEmail,
    /// Confirmed, a manager decides.
    PendingApproval,
    /// In.
    Active,
    /// Turned down.
    Declined,
    /// Shut out.
    Suspended,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 6] = [
        Status::Invited,
        Status::PendingEmail,
        Status::PendingApproval,
        Status::Active,
        Status::Declined,
        Status::Suspended,
    ];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::PendingEmail => "pending_email",
            Self::PendingApproval => "pending_approval",
            Self::Active => "active",
            Self::Declined => "declined",
            Self::Suspended => "suspended",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }
}

/// What a login needs to know of an account.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct LoginRow {
    /// The member.
    pub id: MemberId,
    /// PHC string; none before a password was set.
    pub password_hash: Option<String>,
    /// Status code.
    pub status: String,
}

/// Why a mailed link was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Confirm the address of an application.
    Confirm,
    /// Set a new password.
    Reset,
    /// Sign in without a password.
    Login,
    /// Create the first admin.
    Setup,
}

impl Purpose {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::Login => "login",
            Self::Setup => "setup",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_usable_addresses_pass() {
        for good in ["a@b.de", "jörg.m+x@exämple.de", "x@localhost"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a@", "@b.de", "a b@c.de", "a@b", "a@b.de\nBcc: x@y.de", "A <a@b.de>"] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
