//! Types and parsers of accounts.

use crate::error::FieldError;
use crate::i18n::Lang;
use crate::text::fold;
use crate::web::forms::Check;
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
    /// Come in as somebody who was imported.
    Invite,
}

impl Purpose {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::Login => "login",
            Self::Setup => "setup",
            Self::Invite => "invite",
        }
    }
}

/// A moment as RFC 3339, in milliseconds since 1970.
///
/// # Errors
/// `time` on `field`.
pub fn parse_time(field: &'static str, text: &str) -> Result<i64, FieldError> {
    let at: Result<jiff::Timestamp, _> = text.trim().parse();
    at.map(|t| t.as_millisecond()).map_err(|_| FieldError::new(field, "time"))
}

/// What a member may allow beyond being a member; each one alone, never bundled, never ticked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConsentKind {
    /// Newsletters.
    Newsletter,
    /// Counting openings and clicks of newsletters.
    Tracking,
}

/// Version of the consent wordings; raise it whenever a text `accounts-consent-…` changes its meaning.
pub const CONSENT_VERSION: &str = "2026-11-23";

impl ConsentKind {
    /// Both.
    pub const ALL: [ConsentKind; 2] = [ConsentKind::Newsletter, ConsentKind::Tracking];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Newsletter => "newsletter",
            Self::Tracking => "tracking",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == text)
    }

    /// The sentence people agree to.
    pub fn wording(self, lang: Lang) -> &'static str {
        let key = match self {
            Self::Newsletter => "accounts-consent-newsletter",
            Self::Tracking => "accounts-consent-tracking",
        };
        match crate::i18n::t(lang, key) {
            std::borrow::Cow::Borrowed(text) => text,
            std::borrow::Cow::Owned(_) => key,
        }
    }
}

/// What became of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// Ticked, the address not yet confirmed.
    Pending,
    /// Given by somebody who has the address.
    Given,
    /// Taken back.
    Withdrawn,
    /// Asked for and not given.
    Refused,
}

impl ConsentState {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
            Self::Refused => "refused",
        }
    }
}

/// Where a request came from, as logs of consents and sessions keep it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Address of the client.
    pub ip: String,
    /// The browser's name for itself.
    pub agent: String,
}

/// An application as it was sent.
#[derive(Debug, Clone, Default)]
pub struct ApplicationText<'a> {
    /// E-mail address.
    pub email: &'a str,
    /// Wanted password.
    pub password: &'a str,
    /// Name.
    pub name: &'a str,
    /// Why they want to join.
    pub pitch: &'a str,
    /// Slugs of niches.
    pub niches: Vec<String>,
    /// Consents ticked.
    pub consents: Vec<String>,
    /// Code of the standing link they came by.
    pub via: &'a str,
    /// Texts accepted, by id; none where the form did not ask.
    pub policies: Option<Vec<i64>>,
}

/// A valid application.
#[derive(Debug, Clone)]
pub struct Application {
    /// Address.
    pub email: Email,
    /// Wanted password, in clear until it is hashed.
    pub password: String,
    /// What takes effect once the address is confirmed.
    pub profile: Applied,
    /// Whether the form asked for the texts that bind; a program that does not is asked at the first sign-in.
    pub asked: bool,
}

/// What a confirmed application writes into the account. It travels with the mailed token, so that a link
/// confirms exactly the application it was sent for, whoever else applied with the same address.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Applied {
    /// Name.
    pub name: String,
    /// PHC string; empty until it is hashed.
    pub password_hash: String,
    /// Language.
    pub lang: Lang,
    /// Why they want to join.
    pub pitch: String,
    /// Slugs of niches.
    pub niches: Vec<String>,
    /// Consents ticked.
    pub consents: Vec<ConsentKind>,
    /// Code of the standing link they came by; may be empty.
    #[serde(default)]
    pub via: String,
    /// Texts accepted, by id.
    #[serde(default)]
    pub policies: Vec<i64>,
}

impl Application {
    /// Checks every field at once.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] with all that is wrong.
    pub fn parse(text: &ApplicationText<'_>, lang: Lang) -> crate::error::Result<Self> {
        let mut check = Check::new();
        let email = check.keep(Email::parse(text.email));
        let password = check.keep(parse_password(text.password));
        let name = check.line("name", text.name, 1, 100);
        let pitch = check.text("pitch", text.pitch, 0, 4_000);
        let mut consents = Vec::new();
        for code in &text.consents {
            match ConsentKind::parse(code) {
                Some(kind) if !consents.contains(&kind) => consents.push(kind),
                Some(_) => {}
                None => check.add(FieldError::new("consents", "invalid")),
            }
        }
        let mut niches = text.niches.clone();
        niches.dedup();
        if niches.len() > 50 {
            check.add(FieldError::new("niches", "invalid"));
        }
        match (email, password) {
            (Some(email), Some(password)) => {
                check.done()?;
                let via = text.via.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
                let (asked, policies) = (text.policies.is_some(), text.policies.clone().unwrap_or_default());
                let password_hash = String::new();
                let profile = Applied { name, password_hash, lang, pitch, niches, consents, via, policies };
                Ok(Self { email, password, profile, asked })
            }
            _ => Err(check.done().err().unwrap_or(crate::error::Error::BadRequest("bad_request"))),
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
