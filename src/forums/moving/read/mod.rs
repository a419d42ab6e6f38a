//! Reads an export: JSON with `users`, `categories`, `topics` and `posts`, a ZIP of such files, or CSV.

mod discourse;
mod marks;
mod table;

use super::Archive;
use crate::db::Ms;
use crate::web::forms::one_line;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::io::Read;
use std::path::Path;

/// Bytes that one file of a ZIP may unpack to.
const MOST: u64 = 1 << 30;

/// Reads the file at `path`; `name` tells what it is by its ending, `own` is the address of this house.
///
/// # Errors
/// A code: `unreadable`, `not_json`, `no_posts`, `no_columns`; `own` for an export of this very house, whose posts are all here.
pub fn read(path: &Path, name: &str, zone: &TimeZone, own: &str) -> Result<Archive, &'static str> {
    let bytes = std::fs::read(path).map_err(|_| "unreadable")?;
    if bytes.starts_with(b"PK") {
        return zip(&bytes, zone, own);
    }
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).map_err(|_| "unreadable")?;
    if name.to_ascii_lowercase().ends_with(".csv") || !text.trim_start().starts_with(['{', '[']) {
        return table::read(text, zone);
    }
    let all: Value = serde_json::from_str(text).map_err(|_| "not_json")?;
    discourse::read(&all, zone, own)
}

/// `users.json`, `categories.json`, `topics.json`, `posts.json`: each the list itself or an object with it.
fn zip(bytes: &[u8], zone: &TimeZone, own: &str) -> Result<Archive, &'static str> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_err(|_| "unreadable")?;
    let mut all = serde_json::Map::new();
    for n in 0..archive.len() {
        let file = archive.by_index(n).map_err(|_| "unreadable")?;
        let name = file.name().map_err(|_| "unreadable")?.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
        let Some(part) = name.strip_suffix(".json").map(str::to_owned) else { continue };
        let mut text = String::new();
        file.take(MOST).read_to_string(&mut text).map_err(|_| "unreadable")?;
        match serde_json::from_str(&text).map_err(|_| "not_json")? {
            Value::Object(parts) if !parts.contains_key("id") => all.extend(parts),
            list => {
                all.insert(part, list);
            }
        }
    }
    discourse::read(&Value::Object(all), zone, own)
}

fn list<'a>(all: &'a Value, name: &str) -> &'a [Value] {
    all[name].as_array().map_or(&[], Vec::as_slice)
}

/// An id as text, whether it is a number or a word.
fn key(value: &Value) -> String {
    match value {
        Value::String(text) => line(text),
        Value::Number(n) => n.to_string(),
        _ => String::new(),
    }
}

/// A short text on one line, of at most 300 characters: PostgreSQL keeps no NUL, and a name is no essay.
fn word(value: &Value, names: &[&str]) -> String {
    line(names.iter().find_map(|n| value[*n].as_str()).unwrap_or(""))
}

fn line(text: &str) -> String {
    one_line(text).chars().take(300).collect()
}

fn is(value: &Value, name: &str) -> bool {
    value[name].as_bool().unwrap_or(false)
}

/// A moment as exports write it; without a zone it is the reader's.
fn moment(text: &str, zone: &TimeZone) -> Option<Ms> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_the_readers() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment("2026-01-01T01:00:00", &zone), moment("2026-01-01T00:00:00Z", &zone));
        assert_eq!(moment("2026-01-01 01:00", &zone), moment("2026-01-01T00:00:00.000Z", &zone));
        assert_eq!(moment("gestern", &zone), None);
    }
}
