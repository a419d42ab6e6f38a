//! Bytes of a mail for many readers: headers, and bodies in quoted-printable whose fixed parts are encoded once.
//! Output is 7-bit, has CRLF line ends and no line that starts with a dot.

use crate::db::Ms;
use jiff::Timestamp;

/// A header text: as it is where it is short ASCII, else encoded words (RFC 2047) folded over lines.
/// Line breaks and controls become spaces: no text can begin a header of its own.
pub fn header_text(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_ascii() && text.len() <= 66 && !text.contains("=?") { text } else { encoded_words(&text) }
}

fn encoded_words(text: &str) -> String {
    use base64::Engine;
    let (mut words, mut part) = (Vec::new(), String::new());
    // 45 bytes make 60 characters of base64: the whole word stays below the 75 of RFC 2047.
    for c in text.chars() {
        if part.len() + c.len_utf8() > 45 {
            words.push(std::mem::take(&mut part));
        }
        part.push(c);
    }
    words.push(part);
    let encode = |w: &String| format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(w));
    words.iter().map(encode).collect::<Vec<_>>().join("\r\n ")
}

/// `Name <address>` as a header; the address alone where the name is empty.
pub fn mailbox(name: &str, address: &str) -> String {
    let address: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let name = header_text(name);
    if name.is_empty() {
        return address;
    }
    let quoted = match name.starts_with("=?") {
        true => name,
        false if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ') => name,
        false => format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    format!("{quoted}\r\n <{address}>")
}

/// The name of a sender when `person` writes for `house`.
pub fn signed(person: &str, house: &str) -> String {
    match house {
        "" => person.to_owned(),
        house if house.contains(person) => house.to_owned(),
        house => format!("{person} · {house}"),
    }
}

/// A moment as RFC 5322 wants it.
pub fn date(ms: Ms) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Encodes one piece of a body: it starts at the beginning of a line and ends with a soft line break, so that
/// pieces encoded apart can follow each other.
pub fn piece(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 8);
    quoted_printable(text, &mut out);
    out
}

/// Like [`piece`], appended to `out`.
pub fn quoted_printable(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    let mut column = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if b == b'\n' {
            out.extend_from_slice(b"\r\n");
            column = 0;
            continue;
        }
        if b == b'\r' && bytes.get(i + 1) == Some(&b'\n') {
            continue;
        }
        let ends_line = matches!(bytes.get(i + 1), Some(b'\n' | b'\r'));
        let plain = match b {
            b'=' => false,
            b' ' | b'\t' => !ends_line,
            // A dot at the start of a line would need stuffing.
            b'.' => column != 0,
            // Some servers mark such a line as the start of a mail.
            b'F' => column != 0,
            _ => (33..=126).contains(&b),
        };
        let width = if plain { 1 } else { 3 };
        if column + width > 75 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        // A soft break may have put this byte at the start of a line.
        if plain && !(column == 0 && matches!(b, b'.' | b'F')) {
            out.push(b);
            column += 1;
        } else {
            out.extend_from_slice(&[b'=', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            column += 3;
        }
    }
    if column > 0 {
        out.extend_from_slice(b"=\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap().replace("=\r\n", "");
        let (mut out, mut rest) = (Vec::new(), text.as_bytes());
        while let Some((&b, tail)) = rest.split_first() {
            rest = tail;
            if b == b'=' {
                out.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                rest = &tail[2..];
            } else {
                out.push(b);
            }
        }
        String::from_utf8(out).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn pieces_encoded_apart_read_as_one_text() {
        let parts = ["Grüße, ", ".Punkt am Anfang\n.noch einer \nFrom here", "=50 % & ", &"lang ".repeat(40), "Ende\n"];
        let bytes: Vec<u8> = parts.iter().flat_map(|p| piece(p)).collect();
        assert_eq!(decode(&bytes), parts.concat());
        let lines = String::from_utf8(bytes).unwrap();
        assert!(lines.is_ascii());
        assert!(lines.split("\r\n").all(|l| l.len() <= 78 && !l.starts_with('.')), "{lines}");
    }

    #[test]
    fn no_text_begins_a_header_of_its_own() {
        assert_eq!(header_text("Hallo\r\nBcc: x@example.org"), "Hallo Bcc: x@example.org");
        assert_eq!(mailbox("O'Hara, \"Lena\"", "l@example.org"), "\"O'Hara, \\\"Lena\\\"\"\r\n <l@example.org>");
        assert!(header_text("Grüße aus Hamburg").starts_with("=?utf-8?B?"));
        assert_eq!(date(1_795_388_700_000), "Sun, 22 Nov 2026 23:05:00 +0000");
    }
}
