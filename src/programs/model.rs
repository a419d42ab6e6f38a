//! Types and parsers of programs and sales.

use super::amount::{self, Beyond};
use crate::db::Ms;
use crate::error::FieldError;
use crate::i18n::Lang;
use diesel::prelude::*;

/// What is sold, with the pattern of a partner's link.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::programs)]
pub struct Program {
    /// Row id.
    pub id: i64,
    /// Stable name.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Link with `{ref}` where the partner's reference goes.
    pub link_base: String,
    /// Currency of sales that name none, ISO 4217.
    pub currency: String,
    /// German description.
    pub description_de: String,
    /// English description.
    pub description_en: String,
    /// Secret in the address that the shop calls.
    pub s2s_secret: String,
    /// When it was made.
    pub created_at: Ms,
    /// Parameter of a link by which the shop tells sales apart (sub-id); empty: it knows none.
    pub sub_param: String,
}

impl Program {
    /// The description in `lang`, or the other one where it is empty.
    pub fn description(&self, lang: Lang) -> &str {
        let (first, second) =
            lang.pick((&self.description_de, &self.description_en), (&self.description_en, &self.description_de));
        if first.is_empty() { second } else { first }
    }

    /// The `source` of sales of this program that come by file or postback: the same order is the same sale
    /// whichever way it arrives, and arriving again changes nothing.
    pub fn source(&self) -> String {
        format!("pap:{}", self.slug)
    }
}

/// Where the reference goes in a link.
pub const REF: &str = "{ref}";

/// The partner's own link: the reference percent-encoded in every place of the pattern.
pub fn affiliate_link(program: &Program, reference: &str) -> String {
    crate::text::merge::affiliate_link(&program.link_base, reference)
}

/// A pattern is an http(s) address of at most 500 characters that holds `{ref}` behind its host.
///
/// # Errors
/// `required`, `link_ref` or `url` on `link_base`.
pub fn parse_link_base(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let wrong = |code| Err(FieldError::new("link_base", code));
    if text.is_empty() {
        return wrong("required");
    }
    if text.len() > 500 {
        return Err(FieldError::new("link_base", "too_long").arg("max", 500));
    }
    if !text.contains(REF) {
        return wrong("link_ref");
    }
    let filled = text.replace(REF, "lena-7");
    let parsed = url::Url::parse(&filled).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
    let Some(parsed) = parsed else { return wrong("url") };
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c));
    // A host or a password that depends on the reference would lead to a stranger's server.
    let outside = !parsed.host_str().unwrap_or("lena-7").contains("lena-7") && parsed.username().is_empty();
    if clean && outside { Ok(text.to_owned()) } else { wrong("url") }
}

/// Folded reference: two spellings of one reference are one partner.
pub fn ref_key(reference: &str) -> String {
    crate::text::fold(reference)
}

/// A link of one member for one program.
#[derive(Debug, Clone)]
pub struct OwnLink {
    /// The program.
    pub program_id: i64,
    /// Its stable name.
    pub slug: String,
    /// Its shown name.
    pub program: String,
    /// The member's reference in it.
    pub reference: String,
    /// The finished link.
    pub url: String,
}

/// Where a sale stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Reported, not yet confirmed.
    Pending,
    /// Confirmed: counts for turnover and tiers.
    Approved,
    /// Turned down.
    Declined,
    /// Paid back.
    Refunded,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 4] = [Status::Pending, Status::Approved, Status::Declined, Status::Refunded];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Refunded => "refunded",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }

    /// Reads what trackers and people write: `A`, `P`, `D`, `paid`, `offen`.
    pub fn parse_loose(text: &str) -> Option<Self> {
        Some(match crate::text::fold(text).as_str() {
            "p" | "pending" | "new" | "open" | "offen" | "ausstehend" => Self::Pending,
            "a" | "approved" | "paid" | "locked" | "closed" | "bestätigt" | "genehmigt" => Self::Approved,
            "d" | "declined" | "deleted" | "denied" | "reversed" | "abgelehnt" => Self::Declined,
            "r" | "h" | "refund" | "refunded" | "chargeback" | "erstattet" | "storniert" => Self::Refunded,
            _ => return None,
        })
    }
}

/// The product of a reported sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Product {
    /// Named, or known to be none (empty).
    Named(String),
    /// The source has no column for it: the order alone tells which sale is meant.
    Unsaid,
}

impl Product {
    /// What is stored for a new sale.
    pub fn text(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Unsaid => "",
        }
    }
}

/// A sale as somebody reports it, checked.
#[derive(Debug, Clone)]
pub struct NewSale {
    /// Who reports; with order and product the identity of the sale.
    pub source: String,
    /// Order number.
    pub order_id: String,
    /// Product.
    pub product: Product,
    /// Whether a sale with and one without a product of the same order are the same sale
    /// (files and postbacks of one shop name the product here and leave it out there).
    pub loose: bool,
    /// Program, where it is known.
    pub program_id: Option<i64>,
    /// The partner's reference as reported.
    pub affiliate_ref: String,
    /// Hundredths.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Hundredths; none leaves a known commission as it is.
    pub commission: Option<i64>,
    /// Where it stands.
    pub status: Status,
    /// When it was made.
    pub occurred_at: Ms,
    /// Whether the report carried that moment itself; otherwise a known moment is kept.
    pub dated: bool,
    /// Whether a sale that was paid back stays so although this report does not know it.
    pub keeps_refund: bool,
    /// What was sent, for questions later; may be empty.
    pub raw: String,
    /// Mark that the partner's link carried; empty leaves a known one as it is.
    pub sub_id: String,
}

/// Longest order number, product or reference.
pub const ID_LENGTH: usize = 200;

/// A parameter name of a link: letters, digits, `-`, `_`, `.`, at most 40; empty: none.
///
/// # Errors
/// `invalid` on `sub_param`.
pub fn parse_sub_param(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let clean = text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if clean { Ok(text.to_owned()) } else { Err(FieldError::new("sub_param", "invalid")) }
}

/// A sub-id as reported: what does not fit is cut, for a mark is no reason to refuse a sale.
pub fn loose_sub_id(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(120).collect()
}

/// A trimmed identifier of at most [`ID_LENGTH`] characters without control characters.
///
/// # Errors
/// The code `required`, `too_long` or `invalid`.
pub fn parse_id(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        Err("required")
    } else if text.chars().count() > ID_LENGTH {
        Err("too_long")
    } else if text.chars().any(char::is_control) {
        Err("invalid")
    } else {
        Ok(text.to_owned())
    }
}

/// Reads a commission: an amount, or `%10` of the sale.
///
/// # Errors
/// As [`amount::parse`].
pub fn parse_commission(text: &str, total: i64) -> Result<i64, amount::Wrong> {
    match text.trim().strip_prefix('%') {
        Some(percent) => Ok(amount::share(total, amount::parse(percent, Beyond::Round)?)),
        None => amount::parse(text, Beyond::Round),
    }
}

/// A stored sale.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::conversions)]
pub struct Sale {
    /// Row id.
    pub id: i64,
    /// Who reported it.
    pub source: String,
    /// Order number.
    pub order_id: String,
    /// Product, or empty.
    pub product_id: String,
    /// Program, where it is known.
    pub program_id: Option<i64>,
    /// The partner's reference as reported.
    pub affiliate_ref: String,
    /// Folded reference.
    pub ref_key: String,
    /// The partner; none while nobody has this reference.
    pub member_id: Option<i64>,
    /// Hundredths.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Hundredths.
    pub commission: Option<i64>,
    /// Status code.
    pub status: String,
    /// When it was made.
    pub occurred_at: Ms,
    /// The import that touched it last.
    pub import_id: Option<i64>,
    /// What was sent.
    pub raw: String,
    /// When it was first reported.
    pub created_at: Ms,
    /// When it last changed.
    pub updated_at: Ms,
    /// Mark that the partner's link carried; empty: none.
    pub sub_id: String,
}

/// The part of a sale that a report may change; kept before and after each change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facts {
    /// Product, or empty.
    pub product_id: String,
    /// Program.
    pub program_id: Option<i64>,
    /// Reference as reported.
    pub affiliate_ref: String,
    /// Partner.
    pub member_id: Option<i64>,
    /// Hundredths.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Hundredths.
    pub commission: Option<i64>,
    /// Status code.
    pub status: String,
    /// When it was made.
    pub occurred_at: Ms,
    /// The import that touched it last.
    pub import_id: Option<i64>,
    /// Mark that the partner's link carried; empty: none.
    #[serde(default)]
    pub sub_id: String,
    /// When it last changed; none where that is now.
    #[serde(default)]
    pub updated_at: Option<Ms>,
}

impl Facts {
    /// The facts of a stored sale.
    pub fn of(sale: &Sale) -> Self {
        Self {
            product_id: sale.product_id.clone(),
            program_id: sale.program_id,
            affiliate_ref: sale.affiliate_ref.clone(),
            member_id: sale.member_id,
            amount: sale.amount,
            currency: sale.currency.clone(),
            commission: sale.commission,
            status: sale.status.clone(),
            occurred_at: sale.occurred_at,
            import_id: sale.import_id,
            sub_id: sale.sub_id.clone(),
            updated_at: Some(sale.updated_at),
        }
    }

    /// Whether two differ in anything but the import that wrote them and the time.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let bare = |facts: &Self| Self { import_id: None, updated_at: None, ..facts.clone() };
        bare(self) == bare(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_carries_the_reference_encoded_and_only_behind_the_host() {
        let link = crate::text::merge::affiliate_link("https://fit.example/?a={ref}&x=1", "lena brandt/ä");
        assert_eq!(link, "https://fit.example/?a=lena%20brandt%2F%C3%A4&x=1");
        assert!(parse_link_base("https://fit.example/p/{ref}/start").is_ok());
        for bad in [
            "",
            "https://fit.example/",
            "ftp://x.example/{ref}",
            "javascript:alert('{ref}')",
            "https://{ref}.example/",
            "{ref}",
        ] {
            assert!(parse_link_base(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_commission_may_be_a_share() {
        assert_eq!(parse_commission("%10", 12_050), Ok(1_205));
        assert_eq!(parse_commission("%12.5", 10_000), Ok(1_250));
        assert_eq!(parse_commission("3.20", 10_000), Ok(320));
    }

    #[test]
    fn statuses_of_trackers_are_understood() {
        assert_eq!(Status::parse_loose(" A "), Some(Status::Approved));
        assert_eq!(Status::parse_loose("REFUND"), Some(Status::Refunded));
        assert_eq!(Status::parse_loose("?"), None);
    }
}
