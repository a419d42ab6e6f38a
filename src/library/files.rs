//! A personal text as a file: plain text, HTML, Markdown, a mail draft, a document, or all in one archive.

use super::personal::Personal;
use crate::error::{Error, FieldError, Result};
use crate::text::merge::html as escape;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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
    /// Text, HTML and Markdown in one archive.
    Zip,
}

impl Format {
    /// All of them, in the order pages offer them.
    pub const ALL: [Format; 6] = [Format::Txt, Format::Html, Format::Md, Format::Eml, Format::Docx, Format::Zip];

    /// In the address, and the file's ending.
    pub fn code(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Html => "html",
            Self::Md => "md",
            Self::Eml => "eml",
            Self::Docx => "docx",
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

/// Writes `copy` as a file of `format`; `title` names it where the text has no subject, `stem` its parts.
///
/// # Errors
/// When an archive cannot be written.
pub fn write(copy: &Personal, format: Format, title: &str, stem: &str) -> Result<Vec<u8>> {
    let subject = if copy.subject.is_empty() { title } else { &copy.subject };
    Ok(match format {
        Format::Txt => copy.text.clone().into_bytes(),
        Format::Md => copy.markdown.clone().into_bytes(),
        Format::Html => page(copy, subject).into_bytes(),
        Format::Eml => draft(copy, subject).into_bytes(),
        Format::Docx => docx(copy)?,
        Format::Zip => archive(&[
            (&format!("{stem}.txt"), &copy.text),
            (&format!("{stem}.html"), &page(copy, subject)),
            (&format!("{stem}.md"), &copy.markdown),
        ])?,
    })
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
        copy.html
    )
}

/// A mail that opens for editing (`X-Unsent`): text and HTML, no sender yet. Everything is 7-bit: words of the
/// subject and both parts are base64, so that no value can end a header or a part.
fn draft(copy: &Personal, subject: &str) -> String {
    let boundary = format!("kontor-{}", URL_SAFE_NO_PAD.encode(&Sha256::digest(copy.text.as_bytes())[..12]));
    let mut out = format!(
        "X-Unsent: 1\r\nSubject: {}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n",
        encoded_words(subject)
    );
    for (kind, body) in [("plain", copy.text.clone()), ("html", page(copy, subject))] {
        out.push_str(&format!(
            "--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        ));
        let coded = STANDARD.encode(body.replace('\n', "\r\n"));
        for line in coded.as_bytes().chunks(76) {
            out.extend(line.iter().map(|b| char::from(*b)));
            out.push_str("\r\n");
        }
    }
    out.push_str(&format!("--{boundary}--\r\n"));
    out
}

/// RFC 2047: words of at most 75 characters, cut between characters.
fn encoded_words(text: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= 42 => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words.iter().map(|w| format!("=?UTF-8?B?{}?=", STANDARD.encode(w))).collect::<Vec<_>>().join("\r\n ")
}

/// The same bytes for the same content: entries carry a fixed time.
fn archive(entries: &[(&str, &str)]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, content) in entries {
        zip.start_file(*name, options).map_err(Error::internal)?;
        zip.write_all(content.as_bytes()).map_err(Error::internal)?;
    }
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}

/// The smallest document that word processors open: a paragraph a line.
fn docx(copy: &Personal) -> Result<Vec<u8>> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let paragraphs: String = copy
        .text
        .trim_end()
        .split('\n')
        .map(|line| {
            let visible: String = line.chars().filter(|c| !c.is_control()).collect();
            format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escape(&visible))
        })
        .collect();
    let document = format!(
        "{HEAD}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{paragraphs}</w:body></w:document>"
    );
    let types = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
    );
    let relations = format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>"
    );
    archive(&[("[Content_Types].xml", &types), ("_rels/.rels", &relations), ("word/document.xml", &document)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn copy(subject: &str) -> Personal {
        Personal {
            lang: Lang::De,
            subject: subject.into(),
            markdown: "Anzeige\n\nGrüße\n".into(),
            html: "<p>Anzeige</p>\n<p>Grüße</p>\n".into(),
            text: "Anzeige\n\nGrüße\n".into(),
        }
    }

    #[test]
    fn a_draft_is_read_by_a_foreign_parser() {
        let long = "Sechs Wochen Rudern, fünfzehn Minuten am Morgen: was sich für mich geändert hat";
        let raw = write(&copy(long), Format::Eml, "Titel", "x").unwrap();
        let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some(long));
        assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), "Anzeige\n\nGrüße\n");
        assert!(raw.starts_with(b"X-Unsent: 1\r\n") && raw.is_ascii());
        assert!(String::from_utf8(raw).unwrap().lines().all(|l| l.len() <= 78));
    }

    #[test]
    fn the_same_text_gives_the_same_bytes() {
        for format in Format::ALL {
            let made = || write(&copy("a"), format, "Titel", "x").unwrap();
            assert_eq!(etag(&made()), etag(&made()), "{format:?}");
        }
    }
}
