//! What a file is. Sizes are bytes, hashes SHA-256 in lower-case hexadecimal.

use super::sniff;
use crate::db::Ms;
use diesel::Queryable;

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Parts of it are here.
    Uploading,
    /// Whole, not yet checked.
    Scanning,
    /// Checked; may be read.
    Ready,
    /// Not taken; the reason says why.
    Refused,
}

impl State {
    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Scanning => "scanning",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }

    /// Reads a stored code.
    pub fn stored(text: &str) -> Self {
        [Self::Uploading, Self::Scanning, Self::Ready].into_iter().find(|s| s.code() == text).unwrap_or(Self::Refused)
    }
}

/// A file as its users know it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct FileInfo {
    /// Row id.
    pub id: i64,
    /// Who brought it; nobody once they are gone.
    pub owner_id: Option<i64>,
    /// Its name, clean and at most 120 characters.
    pub name: String,
    /// Media type, read from its bytes.
    pub mime: String,
    /// Bytes; of an upload under way those announced.
    pub size: i64,
    /// Bytes that have come.
    pub received: i64,
    /// Hash of what was sent; empty while it is on its way.
    pub sha256: String,
    /// Hash of what is served: without a picture's metadata.
    pub etag: String,
    /// Pixels, of pictures.
    pub width: Option<i32>,
    /// Pixels, of pictures.
    pub height: Option<i32>,
    /// The colour a picture is most of, as `#rrggbb`; empty until its sizes are made.
    pub colour: String,
    /// Code of its [`State`].
    pub state: String,
    /// Code of the reason of a refusal (`file-reason-<code>` in Fluent).
    pub reason: String,
    /// Where its bytes lie.
    pub object_key: String,
    /// When it came.
    pub created_at: Ms,
}

impl FileInfo {
    /// Its state.
    pub fn state(&self) -> State {
        State::stored(&self.state)
    }

    /// Whether it may be read.
    pub fn is_ready(&self) -> bool {
        self.state() == State::Ready
    }

    /// Whether pages show it as a picture.
    pub fn is_picture(&self) -> bool {
        sniff::is_picture(&self.mime)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("/files/{}/{}", self.id, encode(&self.name))
    }

    /// Address of the smallest stored size that is at least `width` pixels wide, else of the file itself.
    pub fn url_at(&self, width: i32) -> String {
        format!("{}?w={width}", self.url())
    }

    /// Address of a file by id and name alone.
    pub fn url_of(id: i64, name: &str) -> String {
        format!("/files/{id}/{}", encode(name))
    }
}

/// A file and what uses it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Used {
    /// The user's id.
    pub used_id: i64,
    /// The file.
    pub file: FileInfo,
}

/// A stored size of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Size {
    /// The file.
    pub file_id: i64,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Where it lies.
    pub object_key: String,
}

/// The longest name in characters.
const NAME_MOST: usize = 120;

/// A name that is safe in a header, a path and a folder of any system; `file` where nothing is left.
pub fn clean_name(sent: &str) -> String {
    // Some browsers send the whole path.
    let last = sent.rsplit(['/', '\\']).next().unwrap_or("");
    let kept: String =
        last.chars()
            .map(|c| {
                if c.is_control() || matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?' | '%' | '#') { ' ' } else { c }
            })
            .filter(|c| !is_direction(*c))
            .collect();
    let name = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches(['.', ' ']);
    let count = name.chars().count();
    if count <= NAME_MOST {
        return if name.is_empty() { "file".to_owned() } else { name.to_owned() };
    }
    // The ending stays: it is what a person's system goes by.
    let ending: String = name.rsplit_once('.').map_or(String::new(), |(_, e)| format!(".{e}"));
    let ending = if ending.chars().count() <= 12 { ending } else { String::new() };
    let head: String = name.chars().take(NAME_MOST - ending.chars().count()).collect();
    format!("{head}{ending}")
}

/// Characters that turn the reading direction: `gpj.exe` must not look like `exe.jpg`.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Percent-encodes a name for a path or an RFC 8187 value.
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads a SHA-256 as programs send it: 64 hexadecimal digits, or `sha-256=:base64:` (RFC 9530).
pub fn parse_sha256(text: &str) -> Option<String> {
    use base64::Engine;
    let text = text.trim();
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some(text.to_ascii_lowercase());
    }
    let inner =
        text.strip_prefix("sha-256=:").and_then(|t| t.strip_suffix(':')).or_else(|| text.strip_prefix("sha256 "));
    let bytes = base64::engine::general_purpose::STANDARD.decode(inner?.trim()).ok()?;
    (bytes.len() == 32).then(|| hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless_and_keep_their_ending() {
        assert_eq!(clean_name("C:\\Bilder\\Herbst \"neu\".png"), "Herbst neu .png");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("rechnung\u{202e}gpj.exe"), "rechnunggpj.exe");
        assert_eq!(clean_name("\u{0}.. "), "file");
        let long = clean_name(&format!("{}.docx", "x".repeat(300)));
        assert!(long.ends_with(".docx") && long.chars().count() == 120);
        assert_eq!(encode("Größe 1.png"), "Gr%C3%B6%C3%9Fe%201.png");
    }

    #[test]
    fn hashes_are_read_in_the_spellings_programs_use() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(parse_sha256(&hex.to_uppercase()).as_deref(), Some(hex));
        let base = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(parse_sha256(&format!("sha-256=:{base}:")).as_deref(), Some(hex));
        assert_eq!(parse_sha256(&format!("sha256 {base}")).as_deref(), Some(hex));
        assert_eq!(parse_sha256("abc"), None);
    }
}
