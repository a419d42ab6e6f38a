//! What the admin sets in the running house: one row a name. Defaults stand until somebody changes them.

use crate::db::schema::settings;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::on;
use diesel::prelude::*;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Bilingual {
    /// German.
    #[serde(default)]
    pub de: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

impl Bilingual {
    /// The text in `lang`, or the other one where it is empty.
    pub fn get(&self, lang: Lang) -> &str {
        let (first, second) = lang.pick((&self.de, &self.en), (&self.en, &self.de));
        if first.trim().is_empty() { second } else { first }
    }

    /// Whether both are empty.
    pub fn is_empty(&self) -> bool {
        self.de.trim().is_empty() && self.en.trim().is_empty()
    }
}

/// The settings of the house.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Settings {
    /// Name of the community.
    pub community_name: String,
    /// One sentence on the landing page.
    pub tagline: Bilingual,
    /// Imprint (§ 5 DDG), Markdown; no campaign starts while it is empty.
    pub imprint: Bilingual,
    /// Privacy page, Markdown.
    pub privacy: Bilingual,
    /// Sender of newsletters as `Name <address>`; empty: `KONTOR_MAIL_FROM`.
    pub sender: String,
    /// Currency of tiers and sums, ISO 4217.
    pub currency: String,
    /// IANA zone in which periods (days, months) are counted.
    pub time_zone: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            community_name: "Kontor".into(),
            tagline: Bilingual::default(),
            imprint: Bilingual::default(),
            privacy: Bilingual::default(),
            sender: String::new(),
            currency: "EUR".into(),
            time_zone: "Europe/Berlin".into(),
        }
    }
}

const KEY: &str = "house";

/// Reads the settings.
pub fn load(conn: &mut Conn) -> Result<Settings> {
    let text: Option<String> = settings::table.find(KEY).select(settings::value).first(conn).optional()?;
    match text {
        Some(text) => serde_json::from_str(&text).map_err(Error::internal),
        None => Ok(Settings::default()),
    }
}

/// Writes the settings.
pub fn save(tx: &mut Tx<'_>, new: &Settings) -> Result<()> {
    let text = serde_json::to_string(new).map_err(Error::internal)?;
    put(tx, KEY, &text)
}

/// One value of a name of its own (keys, marks of progress).
pub fn value(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(settings::table.find(name).select(settings::value).first(conn).optional()?)
}

/// Writes one value.
pub fn put(tx: &mut Tx<'_>, name: &str, text: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(settings::table)
        .values((settings::key.eq(name), settings::value.eq(text), settings::updated_at.eq(now)))
        .on_conflict(settings::key)
        .do_update()
        .set((settings::value.eq(text), settings::updated_at.eq(now)))
        .execute(c))?;
    Ok(())
}
