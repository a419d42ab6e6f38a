//! What a file is, by its first bytes. The name decides only between kinds that share a container.

/// Bytes that [`mime`] wants to see.
pub const HEAD: usize = 8 * 1024;

/// What cannot be told.
pub const UNKNOWN: &str = "application/octet-stream";

/// Pictures every browser shows and none runs anything from.
pub fn is_picture(mime: &str) -> bool {
    matches!(mime, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

/// Media type of a file that begins with `head` and is called `name`.
pub fn mime(head: &[u8], name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or(String::new(), |(_, e)| e.to_ascii_lowercase());
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "audio/wav",
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => zipped(head, &ending),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => film(brand, &ending),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "video/webm",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => "audio/mpeg",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [0x1f, 0x8b, ..] => "application/gzip",
        [b'M', b'Z', ..] => "application/x-msdownload",
        [0x7f, b'E', b'L', b'F', ..] => "application/x-executable",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "application/x-ole-storage",
        _ => written(head, &ending),
    }
}

/// Office documents are archives; their first member or their name tells them apart.
fn zipped(head: &[u8], ending: &str) -> &'static str {
    let has = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
    if has(b"mimetypeapplication/vnd.oasis.opendocument.text") {
        return "application/vnd.oasis.opendocument.text";
    }
    if has(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
        return "application/vnd.oasis.opendocument.spreadsheet";
    }
    if has(b"mimetypeapplication/epub+zip") {
        return "application/epub+zip";
    }
    if has(b"[Content_Types].xml") || has(b"_rels/") {
        return match ending {
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            _ => "application/zip",
        };
    }
    "application/zip"
}

fn film(brand: &[u8], ending: &str) -> &'static str {
    match brand {
        [b'q', b't', ..] => "video/quicktime",
        [b'M', b'4', b'A', ..] => "audio/mp4",
        [b'a', b'v', b'i', b'f', ..] => "image/avif",
        [b'h', b'e', b'i' | b'v', ..] => "image/heic",
        _ if ending == "m4a" => "audio/mp4",
        _ => "video/mp4",
    }
}

/// Text: valid UTF-8 (a cut last character is no fault) without control characters.
fn written(head: &[u8], ending: &str) -> &'static str {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if head.len() >= HEAD - 4 && error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or("")
        }
        Err(_) => return UNKNOWN,
    };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}')) {
        return UNKNOWN;
    }
    let start =
        text.trim_start_matches('\u{feff}').trim_start().get(..512).unwrap_or(text.trim_start()).to_ascii_lowercase();
    if start.contains("<svg") && (start.starts_with('<')) {
        return "image/svg+xml";
    }
    if start.starts_with("<!doctype html") || start.contains("<html") || start.contains("<script") {
        return "text/html";
    }
    match ending {
        "csv" => "text/csv",
        "md" => "text/markdown",
        "json" => "application/json",
        "eml" => "message/rfc822",
        "ics" => "text/calendar",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_and_not_the_name() {
        assert_eq!(mime(b"\x89PNG\r\n\x1a\nxx", "a.exe"), "image/png");
        assert_eq!(mime(b"MZ\x90\x00", "harmless.png"), "application/x-msdownload");
        assert_eq!(mime(b"<!DOCTYPE html><p>", "picture.png"), "text/html");
        assert_eq!(mime(b"  <?xml version=\"1.0\"?><svg xmlns=\"x\">", "logo.png"), "image/svg+xml");
        assert_eq!(mime("Größe;Preis".as_bytes(), "liste.csv"), "text/csv");
        assert_eq!(mime(b"a\0b", "a.txt"), UNKNOWN);
        assert_eq!(mime(b"PK\x03\x04....[Content_Types].xml", "brief.docx").len(), 71);
        assert_eq!(mime(b"PK\x03\x04....evil.class", "brief.docx"), "application/zip");
        assert_eq!(mime(b"\0\0\0\x20ftypisom", "clip.mp4"), "video/mp4");
    }
}
