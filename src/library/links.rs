//! The own link: program base, code, mark of the text by which a sale is told apart (sub-id), campaign parameters,
//! and the QR code of it.

use super::channels::Key;
use crate::error::{Error, FieldError, Result};
use crate::i18n::Lang;
use crate::text::merge;
use qrcode::{EcLevel, QrCode};

/// A member's code for one program, and how a link is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCode {
    /// The program.
    pub program_id: i64,
    /// Link with `{ref}`.
    pub base: String,
    /// Parameter of the sub-id; empty: the program knows none.
    pub sub_param: String,
    /// The code.
    pub reference: String,
    /// The member's own part of the sub-id; may be empty.
    pub own_sub: String,
}

/// Campaign parameters of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    /// Sub-id; empty: none.
    pub sub_id: String,
    /// `utm_source`; empty: none.
    pub source: String,
    /// `utm_medium`; empty: none.
    pub medium: String,
    /// `utm_campaign`; empty: none.
    pub campaign: String,
    /// `utm_content`; empty: none.
    pub content: String,
    /// Parameters of the member's own, name and value, such as a landing page the program knows.
    pub more: Vec<(String, String)>,
}

impl Extras {
    /// The `utm_` parameters that are set.
    pub fn utm(&self) -> [(&'static str, &str); 4] {
        [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_content", &self.content),
        ]
    }
}

impl OwnCode {
    /// Whether a sale can be told apart by its link.
    pub fn has_sub(&self) -> bool {
        !self.sub_param.is_empty()
    }

    /// The sub-id of a text, with the member's own part behind it.
    pub fn sub_of(&self, resource: i64, key: Key, lang: Lang) -> String {
        let text = text_sub(resource, key, lang);
        if self.own_sub.is_empty() { text } else { format!("{text}_{}", self.own_sub) }
    }

    /// The link with `extras`; always http(s).
    ///
    /// # Errors
    /// Conflict `bad_link` when the program's base makes no such address.
    pub fn link(&self, extras: &Extras) -> Result<String> {
        let mut url = merge::affiliate_link(&self.base, &self.reference);
        if !self.sub_param.is_empty() && !extras.sub_id.is_empty() {
            url = with_param(&url, &self.sub_param, &extras.sub_id);
        }
        for (name, value) in extras.utm().into_iter().filter(|(_, v)| !v.is_empty()) {
            url = with_param(&url, name, value);
        }
        for (name, value) in &extras.more {
            url = with_param(&url, name, value);
        }
        if is_web(&url) { Ok(url) } else { Err(Error::Conflict("bad_link")) }
    }
}

/// Parameters of a member's own in one link.
pub const PARAMS_MOST: usize = 5;

/// A parameter of a member's own: a name of at most 40 letters, digits, `-`, `_`, `.`, a value of at most 300 characters.
/// What the link carries already cannot be said anew: the code of the sale would be whose it says.
///
/// # Errors
/// `param_invalid`, `too_long` or `param_taken` on `params`.
pub fn parse_param(own: &OwnCode, name: &str, value: &str) -> Result<(String, String), FieldError> {
    let (name, value) = (name.trim(), value.trim());
    let clean = !name.is_empty()
        && name.chars().count() <= 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !clean || value.chars().any(char::is_control) {
        return Err(FieldError::new("params", "param_invalid"));
    }
    if value.chars().count() > 300 {
        return Err(FieldError::new("params", "too_long").arg("max", 300));
    }
    let base = merge::affiliate_link(&own.base, &own.reference);
    let used = url::Url::parse(&base).is_ok_and(|u| u.query_pairs().any(|(known, _)| known.eq_ignore_ascii_case(name)));
    let lower = name.to_ascii_lowercase();
    if used || lower.starts_with("utm_") || lower == own.sub_param.to_ascii_lowercase() {
        return Err(FieldError::new("params", "param_taken"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// The mark of a text in links and sales: `k12-short-de`.
pub fn text_sub(resource: i64, key: Key, lang: Lang) -> String {
    format!("k{resource}-{}-{}", key.code(), lang.code())
}

/// Whether `text` is an http(s) address with a host.
pub fn is_web(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
}

fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for b in value.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// Adds a parameter before the fragment and leaves what is there as it is.
fn with_param(url: &str, name: &str, value: &str) -> String {
    let (head, fragment) = url.split_once('#').map_or((url, None), |(h, f)| (h, Some(f)));
    let joint = if !head.contains('?') {
        "?"
    } else if head.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    let mut out = format!("{head}{joint}{}={}", encode(name), encode(value));
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// A sub-id or campaign word as typed: at most 60 letters, digits, `-`, `_`, `.`.
///
/// # Errors
/// `too_long` or `invalid` on `field`.
pub fn parse_word(field: &'static str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.chars().count() > 60 {
        return Err(FieldError::new(field, "too_long").arg("max", 60));
    }
    let clean = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if clean { Ok(text.to_owned()) } else { Err(FieldError::new(field, "invalid")) }
}

/// A QR code of `url` as SVG.
///
/// # Errors
/// When the address is too long for one.
pub fn qr_svg(url: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M).map_err(|_| Error::field("url", "too_long"))?;
    Ok(code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build())
}

/// A QR code of `url` as PNG, 12 dots a module with its quiet zone of four modules.
///
/// # Errors
/// When the address is too long for one.
pub fn qr_png(url: &str) -> Result<Vec<u8>> {
    const DOTS: usize = 12;
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(url, EcLevel::M).map_err(|_| Error::field("url", "too_long"))?;
    let (modules, colors) = (code.width(), code.to_colors());
    let side = u32::try_from((modules + 2 * QUIET) * DOTS).map_err(Error::internal)?;
    let picture = image::GrayImage::from_fn(side, side, |x, y| {
        let at = |v: u32| (v as usize / DOTS).checked_sub(QUIET).filter(|m| *m < modules);
        let dark = at(x).zip(at(y)).and_then(|(x, y)| colors.get(y * modules + x));
        image::Luma([if dark == Some(&qrcode::Color::Dark) { 0 } else { 255 }])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).map_err(Error::internal)?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(base: &str, sub_param: &str) -> OwnCode {
        OwnCode {
            program_id: 1,
            base: base.into(),
            sub_param: sub_param.into(),
            reference: "lena b".into(),
            own_sub: "herbst".into(),
        }
    }

    #[test]
    fn a_link_carries_code_sub_id_and_campaign_and_keeps_what_was_there() {
        let own = code("https://s.example/x?a={ref}#top", "subid");
        let extras = Extras { sub_id: own.sub_of(7, Key::Short, Lang::De), source: "mail".into(), ..Extras::default() };
        assert_eq!(
            own.link(&extras).unwrap(),
            "https://s.example/x?a=lena%20b&subid=k7-short-de_herbst&utm_source=mail#top"
        );
        assert_eq!(
            code("https://s.example/{ref}", "").link(&Extras { sub_id: "x".into(), ..Extras::default() }).unwrap(),
            "https://s.example/lena%20b"
        );
    }

    #[test]
    fn own_parameters_never_touch_what_decides_whose_sale_it_is() {
        let own = code("https://s.example/x?a={ref}", "subid");
        let more = vec![parse_param(&own, "desturl", "https://s.example/rudern?x=1&y=ü").unwrap()];
        assert_eq!(
            own.link(&Extras { more, ..Extras::default() }).unwrap(),
            "https://s.example/x?a=lena%20b&desturl=https%3A%2F%2Fs.example%2Frudern%3Fx%3D1%26y%3D%C3%BC"
        );
        for taken in ["a", "A", "subid", "SubID", "utm_source"] {
            assert_eq!(parse_param(&own, taken, "other").unwrap_err().code, "param_taken", "{taken}");
        }
        for wrong in ["", "a b", "a=b", "a&b", "ä"] {
            assert_eq!(parse_param(&own, wrong, "x").unwrap_err().code, "param_invalid", "{wrong}");
        }
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(code("javascript:alert('{ref}')", "").link(&Extras::default()).is_err());
        assert!(parse_word("sub_id", "a&b=c").is_err());
    }

    #[test]
    fn a_qr_code_is_a_picture() {
        let png = qr_png("https://s.example/?a=lena").unwrap();
        assert!(png.starts_with(b"\x89PNG") && image::load_from_memory(&png).unwrap().width() > 200);
        assert!(qr_svg("https://s.example/?a=lena").unwrap().contains("<svg"));
    }
}
