//! A mail that opens for editing (`X-Unsent`): text and HTML, no sender yet.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Everything is 7-bit: words of the subject and both parts are base64, so that no value can end a header or a part.
pub(super) fn draft(text: &str, html: &str, subject: &str) -> String {
    let boundary = format!("kontor-{}", URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..12]));
    let mut out = format!(
        "X-Unsent: 1\r\nSubject: {}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n",
        encoded_words(subject)
    );
    for (kind, body) in [("plain", text), ("html", html)] {
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
