//! Words, dates, numbers and money in German and English.
//!
//! Texts live in `de/*.ftl` and `en/*.ftl` (Fluent), one file a feature, the same keys in both;
//! a test compares them. `de` says du; `de_sie` holds the texts that differ where the house says Sie. A missing key shows itself as the key, never as a crash.

mod format;

pub use format::{ago, date, date_time, day, is_zone, iso, money, number, parse_zone, time};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A language of the house. Equal means the same language: German is German with du and with Sie. What keeps rendered
/// text by language keeps it by [`Lang::folder`].
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// German that says du.
    De,
    /// German that says Sie: the texts of `de_sie` where there is one, of `de` otherwise. Only the house makes it, from
    /// [`Lang::De`] and its own setting ([`Lang::addressed`]); nothing stored or sent knows it.
    #[serde(rename = "de", skip_deserializing)]
    DeSie,
    /// English.
    En,
}

/// How German texts address their reader; the house chooses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Address {
    /// du
    #[default]
    Du,
    /// Sie
    Sie,
}

impl Address {
    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Du => "du",
            Self::Sie => "sie",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Du, Self::Sie].into_iter().find(|a| a.code() == text)
    }
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Lang {}

impl Lang {
    /// Both, in the order pages offer them.
    pub const ALL: [Lang; 2] = [Lang::De, Lang::En];

    /// `de` or `en`, as stored and as in `<html lang>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::De | Self::DeSie => "de",
            Self::En => "en",
        }
    }

    /// The folder its own texts and letters are in.
    pub fn folder(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::DeSie => "de_sie",
            Self::En => "en",
        }
    }

    /// The same language as the house speaks it.
    pub fn addressed(self, address: Address) -> Self {
        match (self, address) {
            (Self::En, _) => Self::En,
            (_, Address::Du) => Self::De,
            (_, Address::Sie) => Self::DeSie,
        }
    }

    /// German in either form.
    pub fn is_german(self) -> bool {
        !matches!(self, Self::En)
    }

    /// Reads a stored code or a language tag such as `de-AT`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::De),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// A code the database keeps; anything else reads as English.
    pub fn stored(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::En)
    }

    /// The best language of an `Accept-Language` header (RFC 9110, 12.5.4); English when none fits.
    pub fn negotiate(header: &str) -> Self {
        let mut best = (Self::En, -1.0_f32);
        for part in header.split(',').take(20) {
            let mut pieces = part.trim().split(';');
            let Some(lang) = pieces.next().and_then(Self::parse) else { continue };
            let quality = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
            if quality > best.1 && quality > 0.0 {
                best = (lang, quality);
            }
        }
        best.0
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::De | Self::DeSie => Self::En,
            Self::En => Self::De,
        }
    }

    /// Takes the text of this language.
    pub fn pick<T>(self, de: T, en: T) -> T {
        match self {
            Self::De | Self::DeSie => de,
            Self::En => en,
        }
    }
}

#[derive(rust_embed::RustEmbed)]
#[folder = "src/i18n"]
#[include = "*.ftl"]
struct Files;

struct Dictionary {
    bundle: FluentBundle<FluentResource>,
    /// Texts without arguments, formatted once.
    plain: HashMap<String, String>,
}

static WORDS: LazyLock<[Dictionary; 3]> = LazyLock::new(|| [Lang::De, Lang::DeSie, Lang::En].map(load));

fn load(lang: Lang) -> Dictionary {
    let tag: unic_langid::LanguageIdentifier = lang.pick("de-DE", "en-GB").parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    let _ = bundle.add_function("NUM", move |args, _| match args.first() {
        Some(FluentValue::Number(n)) => number(lang, n.value as i64).into(),
        Some(other) => other.clone(),
        None => FluentValue::None,
    });
    let mut keys = Vec::new();
    let (base, own) = match lang {
        Lang::DeSie => (sources("de"), sources("de_sie")),
        other => (sources(other.folder()), Vec::new()),
    };
    for (path, text) in base {
        keys.extend(keys_of(&text));
        let resource = FluentResource::try_new(text).unwrap_or_else(|(partial, errors)| {
            tracing::error!(path, ?errors, "a text file does not parse");
            partial
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(path, ?errors, "a text is defined twice");
        }
    }
    for (path, text) in own {
        match FluentResource::try_new(text) {
            Ok(resource) => bundle.add_resource_overriding(resource),
            Err((_, errors)) => tracing::error!(path, ?errors, "a text file does not parse"),
        }
    }
    let mut plain = HashMap::new();
    for key in keys {
        let Some(pattern) = bundle.get_message(&key).and_then(|m| m.value()) else { continue };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
        if errors.is_empty() {
            plain.insert(key, text);
        }
    }
    Dictionary { bundle, plain }
}

/// The files of a folder with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let prefix = format!("{folder}/");
    let mut out: Vec<_> = Files::iter()
        .filter(|p| p.starts_with(&prefix))
        .filter_map(|p| Some((p.to_string(), String::from_utf8(Files::get(&p)?.data.into_owned()).ok()?)))
        .collect();
    out.sort();
    out
}

fn keys_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let named = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        named.then(|| key.to_owned())
    })
}

/// Every key of a language, sorted: tests compare the two.
pub fn keys(lang: Lang) -> Vec<String> {
    let mut out: Vec<String> =
        sources(lang.folder()).iter().flat_map(|(_, t)| keys_of(t).collect::<Vec<_>>()).collect();
    out.sort();
    out
}

fn words(lang: Lang) -> &'static Dictionary {
    let [de, sie, en] = &*WORDS;
    match lang {
        Lang::De => de,
        Lang::DeSie => sie,
        Lang::En => en,
    }
}

/// Every text of a language's own folder as it is written, with its key: tests read them.
pub fn written(lang: Lang) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for (_, text) in sources(lang.folder()) {
        let mut open = false;
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            match (keys_of(line).next(), line.split_once('=')) {
                (Some(key), Some((_, rest))) => {
                    out.push((key, rest.trim().to_owned()));
                    open = true;
                }
                _ if open => {
                    if let Some((_, text)) = out.last_mut() {
                        text.push('\n');
                        text.push_str(line);
                    }
                }
                _ => {}
            }
        }
    }
    out
}

/// The text of `key` without arguments; the key itself where there is none.
pub fn t(lang: Lang, key: &str) -> Cow<'static, str> {
    match words(lang).plain.get(key) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(t_args(lang, key, &[])),
    }
}

/// A value for a text.
#[derive(Debug, Clone)]
pub enum Arg {
    /// Chooses plural forms; use `NUM($n)` in the text to show it with separators.
    Number(i64),
    /// Shown as it is.
    Text(String),
}

impl From<i64> for Arg {
    fn from(n: i64) -> Self {
        Self::Number(n)
    }
}
impl From<&str> for Arg {
    fn from(s: &str) -> Self {
        Self::Text(s.to_owned())
    }
}
impl From<String> for Arg {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}

/// Whether a text of that key exists in `lang`.
pub fn has(lang: Lang, key: &str) -> bool {
    words(lang).bundle.has_message(key)
}

/// The text of `key` with arguments.
pub fn t_args(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    let words = words(lang);
    let Some(pattern) = words.bundle.get_message(key).and_then(|m| m.value()) else {
        return key.to_owned();
    };
    let mut values = FluentArgs::new();
    for (name, arg) in args {
        match arg {
            Arg::Number(n) => values.set(*name, *n),
            Arg::Text(s) => values.set(*name, s.clone()),
        }
    }
    let mut errors = Vec::new();
    words.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_language_wins() {
        assert_eq!(Lang::negotiate("fr, de-AT;q=0.8, en;q=0.5"), Lang::De);
        assert_eq!(Lang::negotiate("en-US,en;q=0.9,de;q=0.1"), Lang::En);
        assert_eq!(Lang::negotiate("fr"), Lang::En);
        assert_eq!(Lang::negotiate("de;q=0"), Lang::En);
    }

    #[test]
    fn both_languages_know_the_same_keys_once() {
        let (de, en) = (keys(Lang::De), keys(Lang::En));
        assert_eq!(de, en);
        let mut once = de.clone();
        once.dedup();
        assert_eq!(once, de, "a key is defined twice");
    }
}
