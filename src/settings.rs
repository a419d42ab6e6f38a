//! What the admin sets in the running house: one row a name. Defaults stand until somebody changes them.

use crate::db::schema::settings;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::i18n::{Address, Lang};
use crate::on;
use crate::secrets::{Ring, is_sealed};
use crate::web::brand::Brand;
use diesel::prelude::*;
use parking_lot::RwLock;
use std::sync::Arc;

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

/// How much may be stored, in MB (1,024 × 1,024 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct UploadLimits {
    /// One file.
    pub file_mb: u32,
    /// All files of one member.
    pub member_mb: u32,
    /// All files of the house.
    pub total_mb: u32,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self { file_mb: 256, member_mb: 4_096, total_mb: 51_200 }
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
    /// How much may be stored.
    pub uploads: UploadLimits,
    /// How German texts address their reader.
    pub address: Address,
    /// Accent colour in the light scheme as `#rrggbb`; empty: the house's own.
    pub accent: String,
    /// Accent colour in the dark scheme; empty: computed from the light one.
    pub accent_dark: String,
    /// Hash of the logo (`/brand/{hash}.png`); empty: the house's mark. Set by `PUT /api/v1/settings/logo`.
    pub logo: String,
}

impl Settings {
    /// `lang` as the house speaks it.
    pub fn voice(&self, lang: Lang) -> Lang {
        lang.addressed(self.address)
    }
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
            uploads: UploadLimits::default(),
            address: Address::Du,
            accent: String::new(),
            accent_dark: String::new(),
            logo: String::new(),
        }
    }
}

const KEY: &str = "house";

/// The settings as this process last saw them: for what must not ask the database first (the language of an answer).
/// Every page refreshes them, so another node's change is known after one page.
#[derive(Clone, Default)]
pub struct Current(Arc<RwLock<Kept>>);

#[derive(Clone, Default)]
struct Kept {
    /// As stored: equal text needs no parsing.
    text: Option<String>,
    settings: Arc<Settings>,
    /// What follows from them, computed once.
    brand: Arc<Brand>,
}

impl Current {
    /// What was seen last; the defaults before the first look.
    pub fn get(&self) -> Arc<Settings> {
        self.0.read().settings.clone()
    }

    /// Colours and logo as pages need them.
    pub fn brand(&self) -> Arc<Brand> {
        self.0.read().brand.clone()
    }

    /// Looks again, with one statement.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn refresh(&self, conn: &mut Conn) -> Result<Arc<Settings>> {
        let text = value(conn, KEY)?;
        if self.0.read().text != text {
            let settings = Arc::new(text.as_deref().map_or(Ok(Settings::default()), parse)?);
            let brand = Arc::new(Brand::of(&settings.accent, &settings.accent_dark, &settings.logo));
            *self.0.write() = Kept { text, settings, brand };
        }
        Ok(self.get())
    }
}

fn parse(text: &str) -> Result<Settings> {
    serde_json::from_str(text).map_err(Error::internal)
}

/// Reads the settings.
pub fn load(conn: &mut Conn) -> Result<Settings> {
    let text: Option<String> = settings::table.find(KEY).select(settings::value).first(conn).optional()?;
    match text {
        Some(text) => parse(&text),
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

/// A sealed value of a name of its own, opened; what was written before it was sealed is given as it is.
pub fn secret(conn: &mut Conn, ring: &Ring, name: &str) -> Result<Option<String>> {
    let Some(text) = value(conn, name)? else { return Ok(None) };
    if !is_sealed(&text) {
        return Ok(Some(text));
    }
    let plain = ring.open_sealed(name, &text)?;
    String::from_utf8(plain).map(Some).map_err(Error::internal)
}

/// Seals a value and writes it.
pub fn put_secret(tx: &mut Tx<'_>, ring: &Ring, name: &str, plain: &str) -> Result<()> {
    let sealed = ring.seal(name, plain.as_bytes())?;
    put(tx, name, &sealed)
}

/// Writes one value.
pub fn put(tx: &mut Tx<'_>, name: &str, text: &str) -> Result<()> {
    let now = tx.now();
    put_on(tx, name, text, now)
}

/// Writes one value on a connection of its own: for a database that is being filled.
pub fn put_on(conn: &mut Conn, name: &str, text: &str, now: crate::db::Ms) -> Result<()> {
    on!(conn, c => diesel::insert_into(settings::table)
        .values((settings::key.eq(name), settings::value.eq(text), settings::updated_at.eq(now)))
        .on_conflict(settings::key)
        .do_update()
        .set((settings::value.eq(text), settings::updated_at.eq(now)))
        .execute(c))?;
    Ok(())
}
