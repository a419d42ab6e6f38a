//! `DKIM-Signature` over the final bytes of a mail (RFC 6376, relaxed/relaxed). The list of signed headers covers both
//! `List-Unsubscribe` headers, which RFC 8058, 4 demands, and names every header once more than it stands there, so that
//! none can be added behind the signature (RFC 6376, 8.15).

use super::canon;
use super::key::Key;
use crate::db::Ms;
use crate::error::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Headers that are signed where they stand, and that nobody may add.
const SIGNED: [&str; 13] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// One key with its place in the DNS.
pub struct Signer {
    /// `d=`: the domain of the sender.
    pub domain: String,
    /// `s=`: `<selector>._domainkey.<domain>` publishes the key.
    pub selector: String,
    /// The key.
    pub key: Key,
}

/// Signs `mail` (CRLF line ends, 7-bit) with every signer; answers the header lines that go before it.
///
/// # Errors
/// When a key does not sign.
pub fn signatures(signers: &[Signer], mail: &[u8], now: Ms) -> Result<String> {
    if signers.is_empty() {
        return Ok(String::new());
    }
    let at = mail.windows(4).position(|w| w == b"\r\n\r\n").map_or(mail.len(), |at| at + 2);
    let (head, rest) = mail.split_at(at);
    let mut hash = Sha256::new();
    canon::body(rest.get(2..).unwrap_or_default(), |piece| hash.update(piece));
    let body_hash = STANDARD.encode(hash.finalize());
    let headers = headers(head);
    let mut names = Vec::with_capacity(SIGNED.len() * 2);
    let mut lines = Vec::with_capacity(1_500);
    for name in SIGNED {
        // From the bottom up (RFC 6376, 5.4.2).
        for (_, value) in headers.iter().rev().filter(|(n, _)| n.eq_ignore_ascii_case(name)) {
            canon::header(name, value, &mut lines);
            names.push(name);
        }
        names.push(name);
    }
    let mut out = String::new();
    for signer in signers {
        let value = format!(
            " v=1; a={}; c=relaxed/relaxed; d={}; s={};\r\n t={}; h={};\r\n bh={body_hash};\r\n b=",
            signer.key.label(),
            signer.domain,
            signer.selector,
            now / 1000,
            folded(&names),
        );
        let mut text = lines.clone();
        canon::header("DKIM-Signature", value.as_bytes(), &mut text);
        // The header itself is signed without the line end behind it (3.7).
        text.truncate(text.len() - 2);
        let signature = signer.key.sign(&text)?;
        out.push_str("DKIM-Signature:");
        out.push_str(&value);
        for (i, part) in signature.as_bytes().chunks(72).enumerate() {
            if i > 0 {
                out.push_str("\r\n ");
            }
            // Base64 is ASCII.
            out.push_str(&String::from_utf8_lossy(part));
        }
        out.push_str("\r\n");
    }
    Ok(out)
}

/// Names joined by colons, broken before a line grows too long.
fn folded(names: &[&str]) -> String {
    let (mut out, mut width) = (String::new(), 20);
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.push(':');
        }
        if width + name.len() > 74 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push_str(name);
        width += name.len() + 1;
    }
    out
}

/// Name and value of every header, folds still in.
fn headers(head: &[u8]) -> Vec<(&str, &[u8])> {
    let mut out = Vec::new();
    let mut from = 0;
    while from < head.len() {
        let mut end = from;
        loop {
            end = head[end..].iter().position(|b| *b == b'\n').map_or(head.len(), |at| end + at + 1);
            if !matches!(head.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let line = &head[from..end];
        if let Some(colon) = line.iter().position(|b| *b == b':')
            && let Ok(name) = std::str::from_utf8(&line[..colon])
        {
            out.push((name.trim_end(), &line[colon + 1..]));
        }
        from = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::key::{Algorithm, Key};
    use super::*;
    use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    const MAIL: &[u8] = b"From: Kontor\r\n <k@example.org>\r\nTo: l@example.org\r\nSubject: Hallo  Welt\r\n\
        List-Unsubscribe: <https://x/u/1>,\r\n <mailto:k@example.org>\r\nX-Other: 1\r\n\r\nText \r\n\r\nEnde\r\n\r\n";

    fn field<'a>(header: &'a str, name: &str) -> &'a str {
        header.split(';').map(str::trim).find_map(|f| f.strip_prefix(name)).unwrap()
    }

    #[test]
    fn a_signature_holds_for_the_mail_and_for_no_other() {
        for algorithm in Algorithm::ALL {
            let fresh = Key::generate(algorithm).unwrap();
            let key = Key::read(algorithm, &fresh.private).unwrap();
            let signer = Signer { domain: "example.org".into(), selector: "k1".into(), key };
            let header = signatures(&[signer], MAIL, 1_795_388_700_000).unwrap();
            assert!(header.lines().all(|l| l.len() <= 78), "{header}");
            let flat = header.replace("\r\n", "");
            assert_eq!(field(&flat, "h=").replace(' ', "").matches("From").count(), 2);
            let (unsigned, b) = flat.rsplit_once("b=").unwrap();
            let check = |subject: &str| {
                let mut text = Vec::new();
                for (name, value) in [
                    ("From", "Kontor <k@example.org>"),
                    ("To", "l@example.org"),
                    ("Subject", subject),
                    ("List-Unsubscribe", "<https://x/u/1>, <mailto:k@example.org>"),
                ] {
                    canon::header(name, value.as_bytes(), &mut text);
                }
                let own = unsigned.strip_prefix("DKIM-Signature:").unwrap();
                canon::header("DKIM-Signature", format!("{own}b=").as_bytes(), &mut text);
                text.truncate(text.len() - 2);
                let signature = STANDARD.decode(b.replace(' ', "")).unwrap();
                let public = STANDARD.decode(&fresh.public).unwrap();
                match algorithm {
                    // ring wants the key without its SubjectPublicKeyInfo frame of 24 bytes.
                    Algorithm::Rsa => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..])
                        .verify(&text, &signature)
                        .is_ok(),
                    Algorithm::Ed25519 => {
                        UnparsedPublicKey::new(&ED25519, &public).verify(&Sha256::digest(&text), &signature).is_ok()
                    }
                }
            };
            assert!(check("Hallo Welt"), "{header}");
            assert!(!check("Hallo Hamburg"));
        }
    }
}
