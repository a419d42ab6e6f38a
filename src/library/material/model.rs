//! What a resource holds beside its texts.

use crate::db::Ms;
use crate::error::{Error, FieldError};
use crate::i18n::{Lang, parse_zone};
use crate::settings::Bilingual;
use crate::web::forms::Check;
use diesel::Queryable;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most lines of a list, sections of a guide, questions of a quiz.
const MOST: usize = 60;
/// The longest line in characters.
const LINE: usize = 500;
/// The longest text of a section in characters.
const TEXT: usize = 30_000;

/// Lines in both languages, each with its own order and number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lines {
    /// German.
    pub de: Vec<String>,
    /// English.
    pub en: Vec<String>,
}

/// A price as the product's seller states it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Price {
    /// What costs it.
    pub label: Bilingual,
    /// Decimal, such as `649.00`.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// What must be known beside it: per month, with VAT.
    pub note: Bilingual,
}

/// A colour of a brand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Colour {
    /// Its name.
    pub name: String,
    /// `#rrggbb`.
    pub hex: String,
    /// What it is for.
    pub use_for: Bilingual,
}

/// A question with its answers, one of which is right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub text: String,
    /// What can be chosen, at least two.
    pub options: Vec<String>,
    /// Index of the right one.
    pub right: usize,
}

/// One part of a guide or a training: a text, and what belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Address of a video or an article elsewhere.
    pub link: String,
    /// Minutes it takes; 0: as long as its text.
    pub minutes: u32,
    /// Questions at its end.
    pub questions: Vec<Question>,
}

/// Sections in both languages. Progress counts places: the third section of both is the same lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sections {
    /// German.
    pub de: Vec<Section>,
    /// English.
    pub en: Vec<Section>,
}

/// A question of customers or an objection, and what to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// The question or objection.
    pub question: String,
    /// Markdown.
    pub answer: String,
    /// Whether it is an objection.
    pub objection: bool,
}

/// Questions and objections in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Entries {
    /// German.
    pub de: Vec<Entry>,
    /// English.
    pub en: Vec<Entry>,
}

/// Everything structured about a resource; what a kind does not use stays empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// What it can do.
    pub features: Lines,
    /// What people have of it.
    pub benefits: Lines,
    /// What it costs.
    pub prices: Vec<Price>,
    /// Last day on which prices and claims hold, `YYYY-MM-DD`; empty: no end.
    pub valid_until: String,
    /// Colours of the brand.
    pub colours: Vec<Colour>,
    /// What is right.
    pub dos: Lines,
    /// What is wrong.
    pub donts: Lines,
    /// Sections of a guide or training.
    pub sections: Sections,
    /// Questions and objections.
    pub entries: Entries,
}

impl Lines {
    /// Those of `lang`, or the others where there are none.
    pub fn get(&self, lang: Lang) -> &[String] {
        let (first, second) = lang.pick((&self.de, &self.en), (&self.en, &self.de));
        if first.is_empty() { second } else { first }
    }
}

impl Sections {
    /// Those of `lang`, or the others where there are none.
    pub fn get(&self, lang: Lang) -> &[Section] {
        let (first, second) = lang.pick((&self.de, &self.en), (&self.en, &self.de));
        if first.is_empty() { second } else { first }
    }

    /// How many lessons there are.
    pub fn count(&self) -> usize {
        self.de.len().max(self.en.len())
    }
}

impl Entries {
    /// Those of `lang`, or the others where there are none.
    pub fn get(&self, lang: Lang) -> &[Entry] {
        let (first, second) = lang.pick((&self.de, &self.en), (&self.en, &self.de));
        if first.is_empty() { second } else { first }
    }
}

impl Section {
    /// Minutes it takes.
    pub fn time(&self) -> u32 {
        let words = u32::try_from(crate::text::words(&self.body)).unwrap_or(u32::MAX);
        if self.minutes > 0 { self.minutes } else { words.div_ceil(200).max(1) }
    }
}

impl Details {
    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its last day is over at `now`, by the days of Germany.
    pub fn is_over(&self, now: Ms) -> bool {
        let Ok(last) = self.valid_until.parse::<jiff::civil::Date>() else { return false };
        let at = jiff::Timestamp::from_millisecond(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned(parse_zone("Europe/Berlin")).date() > last
    }

    /// Languages in which something of it is missing although the other has it.
    pub fn missing(&self) -> Vec<Lang> {
        let pairs = [
            (self.features.de.len(), self.features.en.len()),
            (self.benefits.de.len(), self.benefits.en.len()),
            (self.dos.de.len(), self.dos.en.len()),
            (self.donts.de.len(), self.donts.en.len()),
            (self.sections.de.len(), self.sections.en.len()),
            (self.entries.de.len(), self.entries.en.len()),
        ];
        let lacks = |lang: Lang| pairs.iter().any(|(de, en)| lang.pick(*de, *en) == 0 && lang.pick(*en, *de) > 0);
        Lang::ALL.into_iter().filter(|l| lacks(*l)).collect()
    }

    /// All words of it, for the search and for finding near copies.
    pub fn text(&self) -> String {
        let mut out = Vec::new();
        for lines in [&self.features, &self.benefits, &self.dos, &self.donts] {
            out.extend(lines.de.iter().chain(&lines.en).map(String::as_str));
        }
        for price in &self.prices {
            out.extend([price.label.de.as_str(), price.label.en.as_str()]);
        }
        out.extend(self.colours.iter().map(|c| c.name.as_str()));
        for section in self.sections.de.iter().chain(&self.sections.en) {
            out.extend([section.title.as_str(), section.body.as_str()]);
        }
        for entry in self.entries.de.iter().chain(&self.entries.en) {
            out.extend([entry.question.as_str(), entry.answer.as_str()]);
        }
        out.join("\n")
    }

    /// Checks what came from outside.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the path of all that is wrong.
    pub fn check(&self) -> Result<(), Error> {
        let mut c = Check::new();
        for (name, lines) in
            [("features", &self.features), ("benefits", &self.benefits), ("dos", &self.dos), ("donts", &self.donts)]
        {
            for (lang, list) in [("de", &lines.de), ("en", &lines.en)] {
                count(&mut c, &format!("{name}.{lang}"), list.len());
                for (i, line) in list.iter().enumerate() {
                    long(&mut c, &format!("{name}.{lang}[{i}]"), line, 1, LINE);
                }
            }
        }
        count(&mut c, "prices", self.prices.len());
        for (i, price) in self.prices.iter().enumerate() {
            if price.label.is_empty() {
                c.add(FieldError::new(format!("prices[{i}].label"), "required"));
            }
            if minor(&price.amount).is_none() {
                c.add(FieldError::new(format!("prices[{i}].amount"), "amount"));
            }
            if price.currency.len() != 3 || !price.currency.bytes().all(|b| b.is_ascii_uppercase()) {
                c.add(FieldError::new(format!("prices[{i}].currency"), "invalid"));
            }
            for text in [&price.label.de, &price.label.en, &price.note.de, &price.note.en] {
                long(&mut c, &format!("prices[{i}]"), text, 0, LINE);
            }
        }
        if !self.valid_until.is_empty() && self.valid_until.parse::<jiff::civil::Date>().is_err() {
            c.add(FieldError::new("valid_until", "date"));
        }
        count(&mut c, "colours", self.colours.len());
        for (i, colour) in self.colours.iter().enumerate() {
            long(&mut c, &format!("colours[{i}].name"), &colour.name, 1, 100);
            if rgb(&colour.hex).is_none() {
                c.add(FieldError::new(format!("colours[{i}].hex"), "colour"));
            }
        }
        for (lang, sections) in [("de", &self.sections.de), ("en", &self.sections.en)] {
            count(&mut c, &format!("sections.{lang}"), sections.len());
            for (i, section) in sections.iter().enumerate() {
                check_section(&mut c, &format!("sections.{lang}[{i}]"), section);
            }
        }
        for (lang, entries) in [("de", &self.entries.de), ("en", &self.entries.en)] {
            count(&mut c, &format!("entries.{lang}"), entries.len());
            for (i, entry) in entries.iter().enumerate() {
                long(&mut c, &format!("entries.{lang}[{i}].question"), &entry.question, 1, LINE);
                long(&mut c, &format!("entries.{lang}[{i}].answer"), &entry.answer, 1, TEXT);
            }
        }
        c.done()
    }
}

fn check_section(c: &mut Check, at: &str, section: &Section) {
    long(c, &format!("{at}.title"), &section.title, 1, 200);
    long(c, &format!("{at}.body"), &section.body, 0, TEXT);
    if !section.link.is_empty() && !is_web(&section.link) {
        c.add(FieldError::new(format!("{at}.link"), "url"));
    }
    if section.minutes > 1_000 {
        c.add(FieldError::new(format!("{at}.minutes"), "range").arg("min", 0).arg("max", 1_000));
    }
    count(c, &format!("{at}.questions"), section.questions.len());
    for (i, question) in section.questions.iter().enumerate() {
        long(c, &format!("{at}.questions[{i}].text"), &question.text, 1, LINE);
        let options = question.options.len();
        if !(2..=10).contains(&options) {
            c.add(FieldError::new(format!("{at}.questions[{i}].options"), "range").arg("min", 2).arg("max", 10));
        } else if question.right >= options {
            c.add(FieldError::new(format!("{at}.questions[{i}].right"), "invalid"));
        }
        for option in &question.options {
            long(c, &format!("{at}.questions[{i}].options"), option, 1, LINE);
        }
    }
}

fn count(c: &mut Check, at: &str, n: usize) {
    if n > MOST {
        c.add(FieldError::new(at.to_owned(), "too_many").arg("max", MOST));
    }
}

fn long(c: &mut Check, at: &str, text: &str, min: usize, max: usize) {
    let n = text.trim().chars().count();
    if n < min {
        c.add(FieldError::new(at.to_owned(), "required"));
    } else if n > max {
        c.add(FieldError::new(at.to_owned(), "too_long").arg("max", max));
    }
}

/// Whether an address leads to the web and nowhere else.
pub fn is_web(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.host().is_some())
}

/// Hundredths of a decimal amount such as `649`, `649.5` or `649,00`.
pub fn minor(text: &str) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + cents)
}

/// Red, green and blue of `#rrggbb`.
pub fn rgb(hex: &str) -> Option<(u8, u8, u8)> {
    let digits = hex.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

/// What a file of a resource is for.
pub const ROLES: [&str; 6] = ["image", "banner", "logo", "document", "recording", "other"];

/// Under which terms a file may be used.
pub const LICENCES: [&str; 5] = ["partner", "free", "editorial", "cc_by", "cc0"];

/// A file of a resource as stored, without the file itself.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Piece {
    /// The resource.
    pub resource_id: i64,
    /// The file.
    pub file_id: i64,
    /// Place in the list.
    pub position: i32,
    /// One of [`ROLES`].
    pub role: String,
    /// What it shows; empty: its name.
    pub title: String,
    /// What somebody hears who does not see it.
    pub alt_de: String,
    /// What somebody hears who does not see it.
    pub alt_en: String,
    /// One of [`LICENCES`].
    pub licence: String,
    /// Who is to be named.
    pub credit: String,
    /// `de`, `en`, or empty where it has no words.
    pub lang: String,
}

impl Piece {
    /// The text for those who do not see it.
    pub fn alt(&self, lang: Lang) -> &str {
        let (first, second) = lang.pick((&self.alt_de, &self.alt_en), (&self.alt_en, &self.alt_de));
        if first.is_empty() { second } else { first }
    }
}

/// A file of a resource as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceInput {
    /// Id of an own upload, or of a file that is in this resource.
    pub file: i64,
    /// `image`, `banner`, `logo`, `document`, `recording` or `other`.
    #[serde(default)]
    pub role: String,
    /// What it shows.
    #[serde(default)]
    pub title: String,
    /// What somebody hears who does not see it.
    #[serde(default)]
    pub alt: Bilingual,
    /// `partner`, `free`, `editorial`, `cc_by` or `cc0`.
    #[serde(default)]
    pub licence: String,
    /// Who is to be named.
    #[serde(default)]
    pub credit: String,
    /// `de`, `en`, or empty.
    #[serde(default)]
    pub lang: String,
}

/// Checks the files of a resource.
///
/// # Errors
/// [`Error::Invalid`] with the path of all that is wrong.
pub fn check_pieces(pieces: &[PieceInput]) -> Result<(), Error> {
    let mut c = Check::new();
    if pieces.len() > 100 {
        c.add(FieldError::new("files", "too_many").arg("max", 100));
    }
    for (i, piece) in pieces.iter().enumerate() {
        let at = |name: &str| format!("files[{i}].{name}");
        for (name, value, known) in [("role", &piece.role, &ROLES[..]), ("licence", &piece.licence, &LICENCES[..])] {
            if !value.is_empty() && !known.contains(&value.as_str()) {
                c.add(FieldError::new(at(name), "choice").arg("choices", known.join(", ")));
            }
        }
        if !matches!(piece.lang.as_str(), "" | "de" | "en") {
            c.add(FieldError::new(at("lang"), "choice").arg("choices", "de, en"));
        }
        for (name, value) in
            [("title", &piece.title), ("alt", &piece.alt.de), ("alt", &piece.alt.en), ("credit", &piece.credit)]
        {
            long(&mut c, &at(name), value, 0, 300);
        }
        if pieces[..i].iter().any(|p| p.file == piece.file) {
            c.add(FieldError::new(at("file"), "taken"));
        }
    }
    c.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_colours_are_read_strictly() {
        assert_eq!(minor("649"), Some(64_900));
        assert_eq!(minor("649,5"), Some(64_950));
        assert_eq!(minor("0.09"), Some(9));
        assert!(["", "1.234,00", "-5", "x", "1.234"].into_iter().all(|t| minor(t).is_none()));
        assert_eq!(rgb("#005C5f"), Some((0, 0x5c, 0x5f)));
        assert!(["005c5f", "#05f", "#00zz00", "#ééé"].into_iter().all(|t| rgb(t).is_none()));
    }

    #[test]
    fn wrong_details_are_told_with_their_place() {
        let details = Details {
            prices: vec![Price { amount: "viel".into(), currency: "Euro".into(), ..Price::default() }],
            valid_until: "morgen".into(),
            sections: Sections {
                de: vec![Section { title: "A".into(), link: "javascript:alert(1)".into(), ..Section::default() }],
                en: vec![],
            },
            ..Details::default()
        };
        let Err(Error::Invalid(errors)) = details.check() else { panic!("taken") };
        let fields: Vec<&str> = errors.iter().map(|e| e.field.as_ref()).collect();
        assert_eq!(
            fields,
            ["prices[0].label", "prices[0].amount", "prices[0].currency", "valid_until", "sections.de[0].link"]
        );
        assert_eq!(details.missing(), [Lang::En]);
    }
}
