//! Types and parsers of the office.

use crate::accounts::model::Email;
use crate::error::{FieldError, Result};
use crate::i18n::Address;
use crate::settings::{Bilingual, Settings, UploadLimits};
use crate::web::brand;
use crate::web::forms::Check;
use serde::Deserialize;
use utoipa::ToSchema;

/// A change of a text in both languages; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BilingualChange {
    /// German.
    pub de: Option<String>,
    /// English.
    pub en: Option<String>,
}

impl BilingualChange {
    fn apply(&self, to: &mut Bilingual) {
        for (new, old) in [(&self.de, &mut to.de), (&self.en, &mut to.en)] {
            if let Some(new) = new {
                new.trim().clone_into(old);
            }
        }
    }
}

/// A change of the settings; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// Name of the community, 1 to 60 characters.
    pub community_name: Option<String>,
    /// One sentence on the landing page.
    pub tagline: Option<BilingualChange>,
    /// Imprint, Markdown; no campaign starts while it is empty.
    pub imprint: Option<BilingualChange>,
    /// Privacy page, Markdown.
    pub privacy: Option<BilingualChange>,
    /// Sender of newsletters as `Name <address>`; empty: `KONTOR_MAIL_FROM`.
    pub sender: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// IANA zone in which days and months are counted.
    pub time_zone: Option<String>,
    /// How much may be stored.
    pub uploads: Option<UploadLimits>,
    /// How German texts address their reader: `du` or `sie`.
    pub address: Option<String>,
    /// Accent colour in the light scheme as `#rrggbb`; empty: the house's own. Refused below a contrast of 4.5:1.
    pub accent: Option<String>,
    /// Accent colour in the dark scheme; empty: computed from the light one.
    pub accent_dark: Option<String>,
}

impl SettingsChange {
    /// The settings after the change.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] with all that is wrong.
    pub fn apply(&self, before: &Settings) -> Result<Settings> {
        let mut after = before.clone();
        let mut check = Check::new();
        if let Some(name) = &self.community_name {
            after.community_name = check.line("community_name", name, 1, 60);
        }
        for (field, change, text, most) in [
            ("tagline", &self.tagline, &mut after.tagline, 200),
            ("imprint", &self.imprint, &mut after.imprint, 20_000),
            ("privacy", &self.privacy, &mut after.privacy, 100_000),
        ] {
            if let Some(change) = change {
                change.apply(text);
                check.text(field, &text.de, 0, most);
                check.text(field, &text.en, 0, most);
            }
        }
        if let Some(sender) = &self.sender {
            after.sender = check.keep(parse_sender(sender)).unwrap_or_default();
        }
        if let Some(currency) = &self.currency {
            let code = currency.trim().to_uppercase();
            if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                check.add(FieldError::new("currency", "invalid"));
            }
            after.currency = code;
        }
        if let Some(zone) = &self.time_zone {
            if !crate::i18n::is_zone(zone.trim()) {
                check.add(FieldError::new("time_zone", "invalid"));
            }
            zone.trim().clone_into(&mut after.time_zone);
        }
        if let Some(limits) = self.uploads {
            for (field, mb) in
                [("file_mb", limits.file_mb), ("member_mb", limits.member_mb), ("total_mb", limits.total_mb)]
            {
                if !(1..=100_000_000).contains(&mb) {
                    check.add(FieldError::new(field, "range").arg("min", 1).arg("max", 100_000_000));
                }
            }
            after.uploads = limits;
        }
        if let Some(address) = &self.address {
            match Address::parse(address.trim()) {
                Some(address) => after.address = address,
                None => check.add(FieldError::new("address", "choice").arg("choices", "du, sie")),
            }
        }
        if self.accent.is_some() || self.accent_dark.is_some() {
            for (new, old) in [(&self.accent, &mut after.accent), (&self.accent_dark, &mut after.accent_dark)] {
                if let Some(new) = new {
                    *old = new.trim().to_ascii_lowercase();
                }
            }
            check_colours(&mut check, &after);
        }
        check.done()?;
        Ok(after)
    }
}

/// A colour that cannot be read is refused, with its nearest one that can.
fn check_colours(check: &mut Check, after: &Settings) {
    let own = if after.accent.is_empty() { brand::PRESETS[0].1 } else { &after.accent };
    match brand::tones(own, &after.accent_dark) {
        Ok(_) => {}
        Err((field, None)) => check.add(FieldError::new(field, "colour")),
        Err((field, Some(refused))) => {
            // Each language puts its own decimal sign between the two; cut, not rounded: 4.49 is not 4.5.
            let tenths = (refused.contrast * 10.0) as i64;
            check.add(
                FieldError::new(field, "contrast")
                    .arg("whole", tenths / 10)
                    .arg("tenth", tenths % 10)
                    .arg("suggestion", refused.suggestion),
            );
        }
    }
}

/// `Name <address>`, `address`, or nothing.
fn parse_sender(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let (name, address) = match text.strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text),
    };
    let email = Email::parse(address).map_err(|_| FieldError::new("sender", "email"))?;
    let clean = !name.chars().any(|c| c.is_control() || "<>\",;:".contains(c)) && name.chars().count() <= 100;
    match (clean, name) {
        (false, _) => Err(FieldError::new("sender", "invalid")),
        (true, "") => Ok(email.address),
        (true, name) => Ok(format!("{name} <{}>", email.address)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_sender;

    #[test]
    fn a_sender_is_one_address_with_or_without_a_name() {
        assert_eq!(parse_sender("Nordlicht <post@nordlicht.example>").unwrap(), "Nordlicht <post@nordlicht.example>");
        assert_eq!(parse_sender(" post@nordlicht.example ").unwrap(), "post@nordlicht.example");
        assert_eq!(parse_sender("").unwrap(), "");
        for bad in ["Nordlicht", "A <a@b.de>, B <b@b.de>", "A\r\nBcc: x <a@b.de>"] {
            assert!(parse_sender(bad).is_err(), "{bad}");
        }
    }
}
