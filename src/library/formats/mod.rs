//! A personal text as a file: plain text, HTML, Markdown, a mail draft, documents, or all in one archive.
//! Nothing is written whose first line does not carry the label.

mod archive;
mod docx;
mod draft;
mod face;
mod pdf;

pub use archive::{Entry, Growing, archive};

use super::labels::is_labelled;
use super::personal::Personal;
use crate::error::{Error, FieldError, Result};
use crate::text::blocks::{Block, blocks};
use crate::text::merge::html as escape;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text.
    Txt,
    /// A complete HTML page.
    Html,
    /// Markdown.
    Md,
    /// A mail draft.
    Eml,
    /// A document for word processors.
    Docx,
    /// A document to print.
    Pdf,
    /// Text, HTML and Markdown in one archive.
    Zip,
}

impl Format {
    /// All of them, in the order pages offer them.
    pub const ALL: [Format; 7] =
        [Format::Txt, Format::Html, Format::Md, Format::Eml, Format::Docx, Format::Pdf, Format::Zip];

    /// In the address, and the file's ending.
    pub fn code(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Html => "html",
            Self::Md => "md",
            Self::Eml => "eml",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Zip => "zip",
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Txt => "text/plain; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Md => "text/markdown; charset=utf-8",
            Self::Eml => "message/rfc822",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pdf => "application/pdf",
            Self::Zip => "application/zip",
        }
    }

    /// Reads the parameter `format`; plain text when it is not given.
    ///
    /// # Errors
    /// `choice` on `format`.
    pub fn parse(text: Option<&str>) -> Result<Self, FieldError> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(Self::Txt) };
        let found = Self::ALL.into_iter().find(|f| f.code() == text);
        found.ok_or_else(|| FieldError::new("format", "choice").arg("choices", Self::ALL.map(Self::code).join(", ")))
    }
}

/// Refuses what does not begin with its label.
fn gate<'t>(copy: &Personal, text: &'t str) -> Result<&'t str> {
    if is_labelled(text, copy.lang) { Ok(text) } else { Err(Error::Conflict("no_disclosure")) }
}

fn gated_blocks(copy: &Personal) -> Result<Vec<Block>> {
    let all = blocks(&copy.markdown);
    gate(copy, &all.first().map(Block::text).unwrap_or_default())?;
    Ok(all)
}

/// Writes `copy` as a file of `format`; `title` names it where the text has no subject, `stem` its parts.
///
/// # Errors
/// Conflict `no_disclosure` for a text that does not begin with its label, `text_broken` for one that swallows its
/// link or a locked part; when an archive cannot be written.
pub fn write(copy: &Personal, format: Format, title: &str, stem: &str) -> Result<Vec<u8>> {
    let subject = if copy.subject.is_empty() { title } else { &copy.subject };
    gate(copy, &copy.markdown)?;
    gate(copy, &copy.plain)?;
    if !copy.is_whole() {
        return Err(Error::Conflict("text_broken"));
    }
    Ok(match format {
        Format::Txt => copy.text().into_bytes(),
        Format::Md => copy.markdown.clone().into_bytes(),
        Format::Html => page(copy, subject).into_bytes(),
        Format::Eml => draft::draft(&copy.text(), &page(copy, subject), subject).into_bytes(),
        Format::Docx => docx::docx(&gated_blocks(copy)?, copy.lang, subject)?,
        Format::Pdf => pdf::pdf(&gated_blocks(copy)?, copy.lang, subject)?,
        Format::Zip => archive(
            [Format::Txt, Format::Html, Format::Md]
                .into_iter()
                .map(|f| Ok(Entry::new(format!("{stem}.{}", f.code()), write(copy, f, title, stem)?)))
                .collect::<Result<Vec<_>>>()?,
        )?,
    })
}

/// A document to print of a text that is no personal copy: facts, guides, answers.
///
/// # Errors
/// When the document cannot be made.
pub fn document(markdown: &str, lang: crate::i18n::Lang, title: &str) -> Result<Vec<u8>> {
    pdf::pdf(&blocks(markdown), lang, title)
}

/// Strong `ETag` of a file's bytes.
pub fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..18]))
}

fn page(copy: &Personal, title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n{}</body>\n</html>\n",
        copy.lang.code(),
        escape(title),
        copy.html()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use crate::library::channels::Key;

    fn copy(subject: &str, markdown: &str) -> Personal {
        Personal {
            lang: Lang::De,
            key: Key::Short,
            label: "Anzeige",
            subject: subject.into(),
            plain: crate::text::plain_text(markdown),
            markdown: markdown.into(),
            must: Vec::new(),
        }
    }

    #[test]
    fn a_draft_is_read_by_a_foreign_parser() {
        let long = "Sechs Wochen Rudern, fünfzehn Minuten am Morgen: was sich für mich geändert hat";
        let raw = write(&copy(long, "Anzeige\n\nGrüße\n"), Format::Eml, "Titel", "x").unwrap();
        let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some(long));
        assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), "Anzeige\n\nGrüße\n");
        assert!(raw.starts_with(b"X-Unsent: 1\r\n") && raw.is_ascii());
        assert!(String::from_utf8(raw).unwrap().lines().all(|l| l.len() <= 78));
    }

    #[test]
    fn the_same_text_gives_the_same_bytes() {
        for format in Format::ALL {
            let made = || write(&copy("a", "Anzeige\n\n# Grüße\n\n- eins\n"), format, "Titel", "x").unwrap();
            assert_eq!(etag(&made()), etag(&made()), "{format:?}");
        }
    }

    #[test]
    fn nothing_leaves_without_its_label() {
        for format in Format::ALL {
            for bare in ["Hallo\n\nAnzeige\n", "", "Anzeigenpreise steigen"] {
                let refused = write(&copy("a", bare), format, "Titel", "x");
                assert!(matches!(refused, Err(Error::Conflict("no_disclosure"))), "{format:?} {bare}");
            }
        }
    }

    #[test]
    fn strange_letters_and_long_texts_make_whole_documents() {
        let name = "Łukasz Żółć, Ελένη, Иван, 李雷, عمر 🙂";
        let long = format!("Anzeige\n\n{name}\n\n{}", "Ein langer Absatz mit vielen Wörtern. ".repeat(600));
        for format in [Format::Pdf, Format::Docx] {
            let bytes = write(&copy("Übung", &long), format, "Titel", "x").unwrap();
            assert!(bytes.len() > 2_000, "{format:?}");
        }
    }
}
