//! The relaxed canonical forms of RFC 6376, 3.4: what a relay may do to a mail on its way without breaking the signature.

/// A header line as it is signed (3.4.2): name in lower case, unfolded, runs of white space one space, none at the ends.
pub fn header(name: &str, value: &[u8], out: &mut Vec<u8>) {
    out.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
    out.push(b':');
    let start = out.len();
    let mut space = false;
    for &b in value {
        match b {
            b' ' | b'\t' | b'\r' | b'\n' => space = out.len() > start,
            _ => {
                if std::mem::take(&mut space) {
                    out.push(b' ');
                }
                out.push(b);
            }
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// The body as it is hashed (3.4.4), handed to `take` in pieces: white space at the end of a line and empty lines at the
/// end of the body do not count, runs of white space are one space.
pub fn body(bytes: &[u8], mut take: impl FnMut(&[u8])) {
    if let Some(plain) = already(bytes) {
        if !plain.is_empty() {
            take(plain);
            take(b"\r\n");
        }
        return;
    }
    let mut empty = 0_usize;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let end = text.iter().rposition(|b| !is_blank(*b)).map_or(0, |at| at + 1);
        let text = &text[..end];
        if text.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty) {
            take(b"\r\n");
        }
        squeezed(text, &mut take);
        take(b"\r\n");
    }
}

/// What our own mails are, and what is found out fast: nothing to squeeze, nothing to trim but line ends at the end. Answers the
/// body without those.
fn already(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    while let Some(shorter) = rest.strip_suffix(b"\r\n") {
        rest = shorter;
    }
    let is_ended = memchr::memchr_iter(b'\n', rest).all(|at| at > 0 && rest[at - 1] == b'\r');
    let is_plain = memchr::memchr(b'\t', rest).is_none()
        && memchr::memmem::find(rest, b"  ").is_none()
        && memchr::memmem::find(rest, b" \r").is_none()
        && rest.last().is_none_or(|b| *b != b' ' && *b != b'\r');
    (is_ended && is_plain).then_some(rest)
}

fn squeezed(text: &[u8], take: &mut impl FnMut(&[u8])) {
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|b| is_blank(*b)).map(|at| from + at) {
        take(&text[from..at]);
        take(b" ");
        from = text[at..].iter().position(|b| !is_blank(*b)).map_or(text.len(), |n| at + n);
    }
    take(&text[from..]);
}

fn is_blank(b: u8) -> bool {
    b == b' ' || b == b'\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        body(bytes, |piece| out.extend_from_slice(piece));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_example_of_rfc_6376_3_4_5_comes_out_as_printed() {
        let mut out = Vec::new();
        header("A", b" X", &mut out);
        header("B ", b" Y\t\r\n\tZ  ", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "a:X\r\nb :Y Z\r\n");
        assert_eq!(body_of(b" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
    }

    #[test]
    fn a_body_of_nothing_stays_nothing_and_a_missing_line_end_is_added() {
        assert_eq!(body_of(b""), "");
        assert_eq!(body_of(b"\r\n\r\n"), "");
        assert_eq!(body_of(b"a\r\n\r\nb"), "a\r\n\r\nb\r\n");
        assert_eq!(body_of(b"a b\r\n\r\nc\r\n\r\n\r\n"), "a b\r\n\r\nc\r\n");
    }

    #[test]
    fn the_fast_way_answers_what_the_slow_one_does() {
        let pieces: [&[u8]; 9] = [b"a", b" ", b"\t", b"\r\n", b"\n", b"bc", b"  ", b" \r\n", b"\r"];
        let mut seed = 1_u64;
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                bytes.extend_from_slice(pieces[(seed >> 33) as usize % pieces.len()]);
            }
            if let Some(plain) = already(&bytes) {
                // A space in front of the rest makes it the slow way's, which leaves that space alone.
                let slow = body_of(&[b"x \t", bytes.as_slice()].concat());
                let fast =
                    if plain.is_empty() { String::new() } else { String::from_utf8(plain.to_vec()).unwrap() + "\r\n" };
                let tail = slow.strip_prefix('x').unwrap();
                assert_eq!(
                    tail.trim_start_matches(' ').trim_start_matches("\r\n"),
                    fast.trim_start_matches(' ').trim_start_matches("\r\n"),
                    "{bytes:?}"
                );
            }
        }
    }
}
