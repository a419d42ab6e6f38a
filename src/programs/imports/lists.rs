//! Mailing lists that lived elsewhere: what they say of an address, and their archives.

use crate::error::FieldError;
use crate::text::fold;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// What a list says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Gets newsletters there.
    Subscribed,
    /// Does not want them any more.
    Unsubscribed,
    /// Mail to it came back.
    Cleaned,
    /// Called them spam.
    Complained,
    /// Is there, but never agreed.
    Unasked,
}

impl Listed {
    /// The reason of a suppression; none where nothing forbids mail.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Unsubscribed => Some("unsubscribed"),
            Self::Cleaned => Some("bounced"),
            Self::Complained => Some("complained"),
            Self::Subscribed | Self::Unasked => None,
        }
    }

    /// Reads the word of a column, as lists and people write it; empty says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let word: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
        Some(match word.as_str() {
            "" => return None,
            "subscribed" | "enabled" | "confirmed" | "active" | "yes" | "true" | "1" | "ja" | "angemeldet"
            | "aktiv" | "bestätigt" => Self::Subscribed,
            "unsubscribed" | "blocklisted" | "blacklisted" | "optedout" | "optout" | "withdrawn" | "abgemeldet"
            | "widerrufen" | "gesperrt" => Self::Unsubscribed,
            "cleaned" | "bounced" | "hardbounce" | "hardbounced" | "invalid" | "unzustellbar" => Self::Cleaned,
            "complained" | "complaint" | "spam" | "spamcomplaint" | "abuse" | "beschwerde" => Self::Complained,
            _ => Self::Unasked,
        })
    }

    /// What the name of a file in an export says: `unsubscribed_members_export_1.csv`.
    pub fn of_file(name: &str) -> Option<Self> {
        let name = fold(name.rsplit(['/', '\\']).next().unwrap_or(""));
        let starts = |word: &str| name.starts_with(word);
        if starts("unsubscribed") {
            Some(Self::Unsubscribed)
        } else if starts("cleaned") {
            Some(Self::Cleaned)
        } else if starts("nonsubscribed") || starts("transactional") {
            Some(Self::Unasked)
        } else if starts("subscribed") {
            Some(Self::Subscribed)
        } else {
            None
        }
    }
}

/// Files of an archive that are read.
const MOST_FILES: usize = 100;

/// Whether a file is what [`unpack`] writes.
pub fn is_flat(path: &Path) -> bool {
    let mut head = [0_u8; 2];
    File::open(path).and_then(|mut f| f.read_exact(&mut head)).is_ok() && head == *b"[["
}

/// Writes the lists of an export as one file with a section each, in place of it: an archive is opened, a single list
/// gets the name it was sent under. At most `most` bytes come out.
///
/// # Errors
/// `file` with `unreadable`, `no_lists` or `too_large`.
pub fn unpack(path: &Path, sent_as: &str, most: u64) -> Result<(), FieldError> {
    let unreadable = |_| FieldError::new("file", "unreadable");
    let mut head = [0_u8; 4];
    let n = File::open(path).and_then(|mut f| f.read(&mut head)).map_err(unreadable)?;
    let flat = path.with_extension("flat");
    let mut out = BufWriter::new(File::create(&flat).map_err(unreadable)?);
    let written = if head.get(..n) == Some(b"PK\x03\x04".as_slice()) {
        lists_of_archive(path, &mut out, most)
    } else {
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        match Listed::of_file(sent_as) {
            Some(_) => append(&mut out, sent_as, &mut file, most).map(|_| 1),
            None => Ok(0),
        }
    };
    let found = written.and_then(|n| out.flush().map_err(unreadable).map(|()| n));
    let done = match found {
        Ok(0) => Err(FieldError::new("file", "no_lists")),
        Ok(_) => std::fs::rename(&flat, path).map_err(unreadable),
        Err(error) => Err(error),
    };
    if done.is_err() {
        // What could not be read leaves nothing behind.
        let _ = std::fs::remove_file(&flat);
    }
    done
}

fn lists_of_archive(path: &Path, out: &mut impl Write, most: u64) -> Result<usize, FieldError> {
    let unreadable = |_| FieldError::new("file", "unreadable");
    let file = BufReader::new(File::open(path).map_err(|_| FieldError::new("file", "unreadable"))?);
    let mut archive = zip::ZipArchive::new(file).map_err(unreadable)?;
    let (mut left, mut found) = (most, 0);
    for i in 0..archive.len().min(MOST_FILES) {
        let entry = archive.by_index(i).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        if !entry.is_file() || Listed::of_file(&name).is_none() || !fold(&name).ends_with(".csv") {
            continue;
        }
        left -= append(out, &name, &mut BufReader::new(entry), left)?;
        found += 1;
    }
    Ok(found)
}

/// Appends one list behind its name; answers its bytes.
fn append(out: &mut impl Write, name: &str, from: &mut impl BufRead, most: u64) -> Result<u64, FieldError> {
    let unreadable = |_: std::io::Error| FieldError::new("file", "unreadable");
    let name: String =
        name.rsplit(['/', '\\']).next().unwrap_or("").chars().filter(|c| !"[]\"\r\n,;".contains(*c)).collect();
    // A mark of UTF-8 belongs at the head of a file, not into its middle.
    if from.fill_buf().map_err(unreadable)?.starts_with(b"\xef\xbb\xbf") {
        from.consume(3);
    }
    writeln!(out, "[[{name}]]").map_err(unreadable)?;
    let (mut n, mut last) = (0, b'\n');
    loop {
        let chunk = from.fill_buf().map_err(unreadable)?;
        let Some(end) = chunk.last() else { break };
        (n, last) = (n + chunk.len() as u64, *end);
        if n > most {
            return Err(FieldError::new("file", "too_large").arg("max", most / (1024 * 1024)));
        }
        out.write_all(chunk).map_err(unreadable)?;
        let used = chunk.len();
        from.consume(used);
    }
    // An empty line would shift the count of the next list.
    if last != b'\n' {
        out.write_all(b"\n").map_err(unreadable)?;
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_say_what_became_of_an_address() {
        for (word, listed) in [
            ("Enabled", Some(Listed::Subscribed)),
            ("blocklisted", Some(Listed::Unsubscribed)),
            ("hard-bounce", Some(Listed::Cleaned)),
            ("Spam complaint", Some(Listed::Complained)),
            ("disabled", Some(Listed::Unasked)),
            ("no", Some(Listed::Unasked)),
            ("", None),
        ] {
            assert_eq!(Listed::parse(word), listed, "{word}");
        }
        assert_eq!(Listed::of_file("x/cleaned_members_export_a1.csv"), Some(Listed::Cleaned));
        assert_eq!(Listed::of_file("readme.txt"), None);
    }
}
