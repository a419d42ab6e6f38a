//! Reads an export: JSON with `users`, `categories`, `topics` and `posts`, a ZIP of such files, or CSV.

use super::{Archive, OldNiche, OldPerson, OldPost, OldThread};
use crate::accounts::model::Email;
use crate::db::Ms;
use crate::web::forms::one_line;
use jiff::tz::TimeZone;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
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
        return csv(text, zone);
    }
    let all: Value = serde_json::from_str(text).map_err(|_| "not_json")?;
    discourse(&all, zone, own)
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
    discourse(&Value::Object(all), zone, own)
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

fn discourse(all: &Value, zone: &TimeZone, own: &str) -> Result<Archive, &'static str> {
    if list(all, "posts").is_empty() {
        return Err("no_posts");
    }
    let site = word(all, &["site", "base_url"]);
    if site == own {
        return Err("own");
    }
    let full = |id: String| if site.is_empty() || id.is_empty() { id } else { format!("{site}/{id}") };
    let mut out = Archive::default();
    let mut names = HashMap::new();
    for user in list(all, "users") {
        let (id, username) = (key(&user["id"]), word(user, &["username"]));
        let shown: String = word(user, &["name", "username"]).chars().take(80).collect();
        let email = Email::parse(&word(user, &["email"])).ok();
        names.insert(username, id.clone());
        out.people.push(OldPerson { key: id, name: shown, email });
    }
    for category in list(all, "categories") {
        out.niches.push(OldNiche {
            key: full(key(&category["id"])),
            name: word(category, &["name"]),
            slug: word(category, &["slug"]),
            description: crate::text::plain(&word(category, &["description_text", "description"])),
            restricted: is(category, "read_restricted"),
        });
    }
    let (mut posts, mut accepted) = (HashMap::<String, Vec<OldPost>>::new(), HashMap::new());
    for post in list(all, "posts") {
        let (id, topic) = (key(&post["id"]), key(&post["topic_id"]));
        let at = moment(&word(post, &["created_at"]), zone);
        let body = tidy(post["raw"].as_str().unwrap_or(""));
        let gone = !post["deleted_at"].is_null() || is(post, "hidden") || is(post, "user_deleted");
        // 1 is what people write; the others are signs that something was closed, moved, whispered.
        let small = post["post_type"].as_i64().is_some_and(|kind| kind != 1);
        let problem = match (&at, body.is_empty()) {
            _ if gone => Some("deleted"),
            _ if small => Some("no_text"),
            (_, true) => Some("no_text"),
            (None, _) => Some("time"),
            _ => None,
        };
        let (Some(at), None) = (at, problem) else {
            out.problems.push((format!("post {id}"), problem.unwrap_or("time")));
            continue;
        };
        if is(post, "accepted_answer") {
            accepted.insert(topic.clone(), post["post_number"].as_i64().unwrap_or(0));
        }
        let by = key(&post["user_id"]);
        let by = if by.is_empty() { names.get(&word(post, &["username"])).cloned().unwrap_or_default() } else { by };
        posts.entry(topic).or_default().push(OldPost {
            key: full(id),
            number: post["post_number"].as_i64().unwrap_or(0),
            person: by,
            at,
            body,
            reply_to: post["reply_to_post_number"].as_i64(),
        });
    }
    for topic in list(all, "topics") {
        let id = key(&topic["id"]);
        let found = posts.remove(&id);
        let problem = if !topic["deleted_at"].is_null() {
            Some("deleted")
        } else if topic["archetype"].as_str() == Some("private_message") {
            Some("private")
        } else {
            None
        };
        let (Some(mut found), None) = (found, problem) else {
            out.problems.push((format!("topic {id}"), problem.unwrap_or("no_text")));
            continue;
        };
        found.sort_by_key(|p| (p.number, p.at));
        let tags = list(topic, "tags").iter().map(|t| t.as_str().map_or_else(|| word(t, &["name"]), str::to_owned));
        out.threads.push(OldThread {
            niche: full(key(&topic["category_id"])),
            title: word(topic, &["title"]),
            pinned: is(topic, "pinned"),
            locked: is(topic, "closed") || is(topic, "archived"),
            hidden: topic["visible"].as_bool() == Some(false),
            tags: tags.collect(),
            kind: word(topic, &["kind"]),
            lang: word(topic, &["lang"]),
            accepted: topic["accepted_post_number"].as_i64().or_else(|| accepted.get(&id).copied()),
            key: full(id),
            posts: found,
        });
    }
    out.problems.extend(posts.into_keys().map(|topic| (format!("topic {topic}"), "no_topic")));
    Ok(out)
}

/// Columns `thread`, `title`, `niche`, `author`, `email`, `created_at`, `body`, and where there are such `post_id`, `tags`.
fn csv(text: &str, zone: &TimeZone) -> Result<Archive, &'static str> {
    let head = text.lines().next().unwrap_or("");
    let delimiter = if head.matches(';').count() > head.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let headers: Vec<String> =
        reader.headers().map_err(|_| "unreadable")?.iter().map(|h| h.trim().to_ascii_lowercase()).collect();
    let column = |name: &str| headers.iter().position(|h| h == name);
    let (Some(title), Some(body), Some(at)) = (column("title"), column("body"), column("created_at")) else {
        return Err("no_columns");
    };
    let (mut out, mut people, mut niches) = (Archive::default(), BTreeMap::new(), BTreeMap::new());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (row, record) in reader.records().enumerate() {
        let place = format!("row {}", row + 2);
        let Ok(record) = record else {
            out.problems.push((place, "unreadable"));
            continue;
        };
        let cell = |at: usize| line(record.get(at).unwrap_or(""));
        let named = |name: &str| column(name).map(&cell).unwrap_or_default();
        let (title, body, written) = (cell(title), tidy(record.get(body).unwrap_or("")), moment(&cell(at), zone));
        let (Some(written), false) = (written, body.is_empty()) else {
            out.problems.push((place, if body.is_empty() { "no_text" } else { "time" }));
            continue;
        };
        let (niche, author, email) = (named("niche"), named("author"), Email::parse(&named("email")).ok());
        let person = email.as_ref().map_or_else(|| crate::text::fold(&author), |e| e.key.clone());
        people.entry(person.clone()).or_insert((author, email));
        niches.entry(crate::text::slug(&niche)).or_insert(niche.clone());
        let thread = match named("thread") {
            id if id.is_empty() => crate::text::fold(&title),
            id => id,
        };
        let key = match named("post_id") {
            id if id.is_empty() => digest(&[&thread, &person, &cell(at), &body]),
            id => id,
        };
        let at_thread = *places.entry(thread.clone()).or_insert_with(|| {
            out.threads.push(OldThread {
                key: thread,
                niche: crate::text::slug(&niche),
                title,
                pinned: false,
                locked: false,
                hidden: false,
                tags: named("tags").split(',').map(str::to_owned).collect(),
                kind: String::new(),
                lang: String::new(),
                accepted: None,
                posts: Vec::new(),
            });
            out.threads.len() - 1
        });
        let number = i64::try_from(out.threads[at_thread].posts.len()).unwrap_or(0) + 1;
        out.threads[at_thread].posts.push(OldPost { key, number, person, at: written, body, reply_to: None });
    }
    for thread in &mut out.threads {
        thread.posts.sort_by_key(|p| (p.at, p.number));
    }
    out.people = people.into_iter().map(|(key, (name, email))| OldPerson { key, name, email }).collect();
    out.niches = niches
        .into_iter()
        .map(|(slug, name)| OldNiche { key: slug.clone(), name, slug, description: String::new(), restricted: false })
        .collect();
    if out.threads.is_empty() { Err("no_posts") } else { Ok(out) }
}

fn digest(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\u{1f}").as_bytes());
    hash.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// Discourse's own marks as Markdown: quotes become quotes, pictures that lie in the old house their words.
fn tidy(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut depth = 0_usize;
    for line in raw.replace("\r\n", "\n").lines() {
        let bare = line.trim();
        if let Some(rest) = bare.strip_prefix("[quote") {
            let (who, after) = rest.split_once(']').unwrap_or((rest, ""));
            let who = who.trim_start_matches('=').trim_matches('"').split(',').next().unwrap_or("").trim();
            depth += 1;
            if !who.is_empty() {
                out.push_str(&format!("{}**{who}:**\n", "> ".repeat(depth)));
            }
            if !after.trim().is_empty() {
                out.push_str(&format!("{}{after}\n", "> ".repeat(depth)));
            }
            continue;
        }
        if bare == "[/quote]" {
            depth = depth.saturating_sub(1);
            out.push('\n');
            continue;
        }
        out.push_str(&"> ".repeat(depth));
        out.push_str(&without_uploads(line));
        out.push('\n');
    }
    out.trim().chars().filter(|c| *c != '\0').collect()
}

/// `![words|690x400](upload://…)` becomes `words`: the file is not in the export.
fn without_uploads(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("](upload://") {
        let Some(open) = rest[..at].rfind('[') else { break };
        let Some(close) = rest[at..].find(')') else { break };
        let words = rest[open + 1..at].split('|').next().unwrap_or("");
        out.push_str(rest[..open].strip_suffix('!').unwrap_or(&rest[..open]));
        out.push_str(&format!("*{words}*"));
        rest = &rest[at + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_pictures_of_the_old_house_become_markdown() {
        let raw = "[quote=\"mara, post:2, topic:5\"]\nerst\n[/quote]\nja ![bild|690x40](upload://a.png), gut";
        assert_eq!(tidy(raw), "> **mara:**\n> erst\n\nja *bild*, gut");
        assert_eq!(without_uploads("[x](upload://offen"), "[x](upload://offen");
    }

    #[test]
    fn a_time_without_a_zone_is_the_readers() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment("2026-01-01T01:00:00", &zone), moment("2026-01-01T00:00:00Z", &zone));
        assert_eq!(moment("2026-01-01 01:00", &zone), moment("2026-01-01T00:00:00.000Z", &zone));
        assert_eq!(moment("gestern", &zone), None);
    }
}
