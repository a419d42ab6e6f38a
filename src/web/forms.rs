//! What callers send: urlencoded forms and JSON bodies, with errors that name the field.

use super::csrf::FORM_LIMIT;
use crate::error::{Error, FieldError};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// The largest JSON body in bytes.
pub const JSON_LIMIT: usize = 4 * 1024 * 1024;

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// A JSON body. A wrong field is 422 with its path, broken JSON is 400, another content type 415.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = Later<Self>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = content_type(req).is_none_or(|t| t == "application/json" || t.ends_with("+json"));
        let body = web::Bytes::from_request(req, payload);
        Box::pin(async move {
            let body = body.await.map_err(|_| Error::TooLarge(JSON_LIMIT))?;
            if !is_json {
                return Err(Error::UnsupportedType);
            }
            // An empty body stands for an object without fields: `POST …/start` needs none.
            let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
            parse_json(body).map(Json)
        })
    }
}

/// Parses JSON with errors that name the path.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let body = without_nul(body);
    let mut reader = serde_json::Deserializer::from_slice(&body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let inner = e.inner();
        if inner.is_syntax() || inner.is_eof() {
            return Error::BadRequest("bad_json");
        }
        let text = inner.to_string();
        let path = e.path().to_string();
        // serde names the field in its text only; the path ends at its parent.
        let named = text.split('`').nth(1).unwrap_or("").to_owned();
        let (field, code) = if text.starts_with("missing field") {
            (join(&path, &named), "missing")
        } else if text.starts_with("unknown field") {
            (named.clone(), "unknown")
        } else if text.starts_with("unknown variant") {
            (path, "invalid")
        } else {
            (path, "type")
        };
        Error::Invalid(vec![FieldError::new(field, code)])
    })?;
    reader.end().map_err(|_| Error::BadRequest("bad_json"))?;
    Ok(value)
}

fn join(path: &str, name: &str) -> String {
    if path == "." || path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn content_type(req: &HttpRequest) -> Option<String> {
    let value = req.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or("").trim().to_ascii_lowercase())
}

/// An urlencoded form as it was filled in: names to values, in order. It never fails on a strange value,
/// so that a handler can show the form again with everything in it.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The first value of `name`, trimmed; empty when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of `name` as typed.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).collect()
    }

    /// Whether a box of that name is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// Name to first value, for showing the form again.
    pub fn values(&self) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        for (name, value) in &self.0 {
            if !name.contains("password") && name != "_csrf" {
                out.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        out
    }
}

impl From<Vec<(String, String)>> for Form {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl FromRequest for Form {
    type Error = Error;
    type Future = Later<Self>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(req);
        let body = web::Bytes::from_request(req, payload);
        Box::pin(async move {
            let body = body.await.map_err(|_| Error::TooLarge(FORM_LIMIT))?;
            match kind.as_deref() {
                None | Some("application/x-www-form-urlencoded") => {}
                Some(_) => return Err(Error::UnsupportedType),
            }
            // Browsers send newlines as CRLF; the house keeps LF.
            let pairs = url::form_urlencoded::parse(&body)
                .map(|(k, v)| (k.into_owned(), v.replace("\r\n", "\n").replace('\0', "")))
                .collect();
            Ok(Self(pairs))
        })
    }
}

/// One option of a select or of radios.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// An option that is chosen when `value` is `current`.
    pub fn of(value: impl Into<String>, label: impl Into<String>, current: &str) -> Self {
        let value = value.into();
        Self { selected: value == current, value, label: label.into() }
    }
}

/// The languages of the house, each by its own name.
pub fn lang_choices(current: crate::i18n::Lang) -> Vec<Choice> {
    crate::i18n::Lang::ALL.map(|l| Choice::of(l.code(), l.pick("Deutsch", "English"), current.code())).into()
}

/// Characters that turn the direction of what follows (UAX #9) or that nobody sees: in a name or a title they only disguise.
fn disguises(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text on one line: runs of space and control characters become one space, what disguises is left out.
pub fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|c| !disguises(*c)).collect();
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// JSON without NUL characters: PostgreSQL keeps none, and nobody types one.
fn without_nul(body: &[u8]) -> Cow<'_, [u8]> {
    if !body.windows(6).any(|w| w == b"\\u0000") {
        return Cow::Borrowed(body);
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'\\', [b'u', b'0', b'0', b'0', b'0', after @ ..]) => rest = after,
            // An escaped backslash keeps what follows it from being read as an escape.
            (b'\\', [second, after @ ..]) => {
                out.extend([*first, *second]);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(out)
}

/// Collects what is wrong with the fields of one request, so that all of it is said at once.
#[derive(Debug, Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one error.
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Keeps a parsed value, or notes what was wrong with it.
    pub fn keep<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        parsed.map_err(|e| self.0.push(e)).ok()
    }

    /// A text of `min..=max` characters after trimming.
    pub fn text(&mut self, field: &'static str, value: &str, min: usize, max: usize) -> String {
        let value = value.trim();
        let n = value.chars().count();
        if n == 0 && min > 0 {
            self.add(FieldError::new(field, "required"));
        } else if n < min {
            self.add(FieldError::new(field, "too_short").arg("min", min));
        } else if n > max {
            self.add(FieldError::new(field, "too_long").arg("max", max));
        }
        value.to_owned()
    }

    /// Like [`Check::text`], on one line: line breaks and control characters become a space, so that a name never
    /// reaches into a header of a mail.
    pub fn line(&mut self, field: &'static str, value: &str, min: usize, max: usize) -> String {
        self.text(field, &one_line(value), min, max)
    }

    /// Ends the check.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything noted.
    pub fn done(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only parsed")]
        items: Vec<u8>,
    }

    #[test]
    fn nul_characters_never_come_in() {
        assert_eq!(parse_json::<String>(br#""a\u0000b""#).unwrap(), "ab");
        assert_eq!(parse_json::<String>(br#""a\\u0000b""#).unwrap(), "a\\u0000b");
        assert_eq!(one_line(" A\r\nBcc:\u{0} x "), "A Bcc: x");
        // A turned ending reads as another; a name with an unseen space is another's name.
        assert_eq!(one_line("invoice\u{202e}gpj.exe Ma\u{200b}ra"), "invoicegpj.exe Mara");
    }

    #[test]
    fn json_errors_name_the_field() {
        let field = |text: &str| match parse_json::<Sample>(text.as_bytes()) {
            Err(Error::Invalid(f)) => format!("{}:{}", f[0].field, f[0].code),
            other => format!("{other:?}"),
        };
        assert_eq!(field(r#"{}"#), "items:missing");
        assert_eq!(field(r#"{"items":[1,"x"]}"#), "items[1]:type");
        assert_eq!(field(r#"{"items":[],"x":1}"#), "x:unknown");
        assert!(matches!(parse_json::<Sample>(b"{"), Err(Error::BadRequest("bad_json"))));
    }
}
