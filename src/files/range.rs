//! Ranges of bytes (RFC 9110, 14): one range is answered, several or nonsense get the whole file.

/// What a request asks of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it.
    Whole,
    /// From the first up to and without the last.
    Part(u64, u64),
    /// Outside of it.
    Nowhere,
}

/// Reads a `Range` header for a file of `size` bytes.
pub fn parse(header: Option<&str>, size: u64) -> Asked {
    let Some(set) = header.and_then(|h| h.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    if set.contains(',') {
        return Asked::Whole;
    }
    let Some((from, to)) = set.trim().split_once('-') else { return Asked::Whole };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (from.trim(), to.trim()) {
        ("", last) => match number(last) {
            None => Asked::Whole,
            Some(0) => Asked::Nowhere,
            Some(_) if size == 0 => Asked::Nowhere,
            Some(n) => Asked::Part(size.saturating_sub(n), size),
        },
        (first, last) => {
            let Some(first) = number(first) else { return Asked::Whole };
            let end = match last {
                "" => size,
                last => match number(last) {
                    Some(last) if last >= first => last.saturating_add(1).min(size),
                    _ => return Asked::Whole,
                },
            };
            if first >= size { Asked::Nowhere } else { Asked::Part(first, end) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (header, wanted) in [
            ("bytes=0-9", Asked::Part(0, 10)),
            ("bytes=90-", Asked::Part(90, 100)),
            ("bytes=-5", Asked::Part(95, 100)),
            ("bytes=-500", Asked::Part(0, 100)),
            ("bytes=10-1000", Asked::Part(10, 100)),
            ("bytes=100-", Asked::Nowhere),
            ("bytes=-0", Asked::Nowhere),
            ("bytes=9-3", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=x-", Asked::Whole),
            ("bytes=18446744073709551615-", Asked::Nowhere),
        ] {
            assert_eq!(parse(Some(header), 100), wanted, "{header}");
        }
        assert_eq!(parse(None, 100), Asked::Whole);
        assert_eq!(parse(Some("bytes=0-"), 0), Asked::Nowhere);
    }
}
