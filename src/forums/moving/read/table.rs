//! CSV: one post a row.

use super::marks::tidy;
use super::{line, moment};
use crate::accounts::model::Email;
use crate::forums::moving::{Archive, OldNiche, OldPerson, OldPost, OldThread};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Columns `thread`, `title`, `niche`, `author`, `email`, `created_at`, `body`, and where there are such `post_id`, `tags`.
///
/// # Errors
/// `unreadable`, `no_columns`, `no_posts`.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Archive, &'static str> {
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
