//! Types and parsers of members.

use crate::accounts::model::{ConsentKind, Status};
use crate::error::{Error, FieldError, Result};
use crate::settings::Bilingual;
use crate::text::{fold, is_slug};
use crate::web::forms::Check;
use crate::web::viewer::Role;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// Tells a field that is absent from one that is `null`: for PATCH, where `null` takes a value away.
pub fn nullable<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(from).map(Some)
}

/// References of one program.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefChange {
    /// Slug of the program.
    pub program: String,
    /// What links carry; `null` takes it away.
    #[serde(rename = "ref")]
    pub code: Option<String>,
    /// Further names under which sales of this member arrive.
    #[serde(default)]
    pub match_ids: Vec<String>,
}

/// A change of a member by the team; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// `active`, `declined` or `suspended`.
    pub status: Option<Status>,
    /// Why an application is declined, in the applicant's language; part of the letter.
    pub reason: Option<String>,
    /// Only by admins.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// Slug of a tier that stands whatever the sales say; `null` lets the sales decide again.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub tier_override: Option<Option<String>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Short form of `affiliate_refs` where there is one program; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub affiliate_ref: Option<Option<String>>,
    /// References by program; programs not named stay.
    pub affiliate_refs: Option<Vec<RefChange>>,
    /// The manager or admin who looks after them; `null`: nobody.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    pub contact_id: Option<Option<i64>>,
}

impl MemberChange {
    /// Checks and tidies what needs no database.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that is wrong.
    pub fn parse(mut self) -> Result<Self> {
        let mut check = Check::new();
        if let Some(status) = self.status
            && !matches!(status, Status::Active | Status::Declined | Status::Suspended)
        {
            check.add(FieldError::new("status", "choice").arg("choices", "active, declined, suspended"));
        }
        if let Some(reason) = &self.reason {
            self.reason = Some(check.text("reason", reason, 0, 2_000));
        }
        if let Some(tags) = self.tags.take() {
            self.tags = Some(parse_tags(&mut check, &tags));
        }
        if let Some(Some(code)) = &self.affiliate_ref {
            self.affiliate_ref = Some(Some(check.text("affiliate_ref", code, 1, 100)));
        }
        for change in self.affiliate_refs.iter_mut().flatten() {
            if let Some(code) = &change.code {
                change.code = Some(check.text("affiliate_refs", code, 1, 100));
            }
            if change.match_ids.len() > 50 {
                check.add(FieldError::new("affiliate_refs", "invalid"));
            }
            for id in &mut change.match_ids {
                *id = check.text("affiliate_refs", id, 1, 100);
            }
        }
        check.done()?;
        Ok(self)
    }
}

/// Tags: lower case, each once, at most 30 of at most 40 characters.
fn parse_tags(check: &mut Check, tags: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for tag in tags {
        let tag = fold(tag);
        if tag.is_empty() || out.contains(&tag) {
            continue;
        }
        if tag.chars().count() > 40 {
            check.add(FieldError::new("tags", "too_long").arg("max", 40));
        }
        out.push(tag);
    }
    if out.len() > 30 {
        check.add(FieldError::new("tags", "range").arg("min", 0).arg("max", 30));
    }
    out.sort();
    out
}

/// Tags typed into one field, separated by commas.
pub fn split_tags(text: &str) -> Vec<String> {
    text.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
}

/// Consents as a member changes them; what is absent stays.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentChange {
    /// Newsletters.
    pub newsletter: Option<bool>,
    /// Counting openings and clicks.
    pub tracking: Option<bool>,
}

impl ConsentChange {
    /// What is to be set.
    pub fn wanted(self) -> Vec<(ConsentKind, bool)> {
        let both = [(ConsentKind::Newsletter, self.newsletter), (ConsentKind::Tracking, self.tracking)];
        both.into_iter().filter_map(|(kind, given)| given.map(|g| (kind, g))).collect()
    }
}

/// A change of the own profile; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// Name, 1 to 100 characters.
    pub name: Option<String>,
    /// About yourself, at most 1,000 characters.
    pub bio: Option<String>,
    /// `de` or `en`.
    pub locale: Option<String>,
    /// `auto`, `light` or `dark`.
    pub theme: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Consents.
    pub consents: Option<ConsentChange>,
    /// Slugs of all niches to follow.
    pub niches: Option<Vec<String>>,
}

impl ProfileChange {
    /// Checks and tidies what needs no database.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that is wrong.
    pub fn parse(mut self) -> Result<Self> {
        let mut check = Check::new();
        if let Some(name) = &self.name {
            self.name = Some(check.line("name", name, 1, 100));
        }
        if let Some(bio) = &self.bio {
            self.bio = Some(check.text("bio", bio, 0, 1_000));
        }
        if self.locale.as_deref().is_some_and(|l| !matches!(l, "de" | "en")) {
            check.add(FieldError::new("locale", "choice").arg("choices", "de, en"));
        }
        if self.theme.as_deref().is_some_and(|t| !matches!(t, "auto" | "light" | "dark")) {
            check.add(FieldError::new("theme", "choice").arg("choices", "auto, light, dark"));
        }
        if self.time_zone.as_deref().is_some_and(|z| !crate::i18n::is_zone(z)) {
            check.add(FieldError::new("time_zone", "invalid"));
        }
        check.done()?;
        Ok(self)
    }
}

/// A niche as it is sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NicheInput {
    /// Address: `a-z`, `0-9`, hyphens.
    pub slug: String,
    /// Name; where one language is empty the other one stands for both.
    pub name: Bilingual,
    /// Description.
    #[serde(default)]
    pub description: Bilingual,
    /// Slug of the lowest tier that may enter; the lowest of all when not given.
    pub min_tier: Option<String>,
    /// Colour, 0 to 11; chosen when not given.
    pub hue: Option<i32>,
}

/// A change of a niche; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NicheChange {
    /// Name.
    pub name: Option<Bilingual>,
    /// Description.
    pub description: Option<Bilingual>,
    /// Slug of the lowest tier that may enter.
    pub min_tier: Option<String>,
    /// Colour, 0 to 11.
    pub hue: Option<i32>,
}

/// A name in both languages, neither empty.
pub(super) fn both(check: &mut Check, field: &'static str, name: &Bilingual, most: usize) -> (String, String) {
    let (de, en) = (name.get(crate::i18n::Lang::De), name.get(crate::i18n::Lang::En));
    (check.text(field, de, 1, most), check.text(field, en, 1, most))
}

/// Checks slug, description and colour.
pub(super) fn check_niche(check: &mut Check, slug: &str, description: &Bilingual, hue: Option<i32>) {
    if !is_slug(slug) {
        check.add(FieldError::new("slug", "slug"));
    }
    check.text("description", &description.de, 0, 500);
    check.text("description", &description.en, 0, 500);
    if hue.is_some_and(|h| !(0..=11).contains(&h)) {
        check.add(FieldError::new("hue", "range").arg("min", 0).arg("max", 11));
    }
}

/// An amount such as `500`, `500.5` or `1234.50` in minor units.
///
/// # Errors
/// `amount` on `field`.
pub fn parse_amount(field: &'static str, text: &str) -> Result<i64, FieldError> {
    let bad = || FieldError::new(field, "amount");
    let text = text.trim().replace(',', ".");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || cents.len() > 2 || !digits(whole) || !digits(cents) {
        return Err(bad());
    }
    let whole: i64 = whole.parse().map_err(|_| bad())?;
    let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| bad())?;
    Ok(whole * 100 + cents)
}

/// An amount of minor units as the API writes it.
pub fn amount(minor: i64) -> String {
    format!("{}{}.{:02}", if minor < 0 { "-" } else { "" }, minor.abs() / 100, minor.abs() % 100)
}

/// A tier as an admin changes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TierInput {
    /// Which one.
    pub slug: String,
    /// Name.
    pub name: Bilingual,
    /// Turnover a month.
    pub min_turnover: MoneyInput,
    /// Months it must be held, 0 to 24.
    pub periods: i32,
    /// Promised time for an answer in hours, 1 to 720.
    pub response_hours: i32,
}

/// Money as callers send it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum MoneyInput {
    /// `"500.00"`, in the community's currency.
    Plain(String),
    /// `{"amount":"500.00","currency":"EUR"}`.
    Full {
        /// The amount.
        amount: String,
        /// Must be the community's currency.
        currency: String,
    },
}

impl MoneyInput {
    /// Minor units of `currency`.
    ///
    /// # Errors
    /// `amount` or `currency` on `field`.
    pub fn minor(&self, field: &'static str, currency: &str) -> Result<i64, FieldError> {
        match self {
            Self::Plain(text) => parse_amount(field, text),
            Self::Full { amount, currency: c } if c == currency => parse_amount(field, amount),
            Self::Full { .. } => Err(FieldError::new(field, "money").arg("currency", currency)),
        }
    }
}

/// A field error as an error.
pub(super) fn invalid(error: FieldError) -> Error {
    Error::Invalid(vec![error])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(parse_amount("a", "500").unwrap(), 50_000);
        assert_eq!(parse_amount("a", "1234,5").unwrap(), 123_450);
        assert_eq!(parse_amount("a", "0.05").unwrap(), 5);
        for bad in ["", "-1", "1.234", "1e3", ".5", "x"] {
            assert!(parse_amount("a", bad).is_err(), "{bad}");
        }
        assert_eq!(amount(123_450), "1234.50");
    }
}
