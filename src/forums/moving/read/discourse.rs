//! What Discourse writes, and our own export.

use super::marks::tidy;
use super::{is, key, list, moment, word};
use crate::accounts::model::Email;
use crate::forums::moving::{Archive, OldNiche, OldPerson, OldPost, OldThread};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::HashMap;

/// Reads the parts of an export.
///
/// # Errors
/// `no_posts`, `own`.
pub(super) fn read(all: &Value, zone: &TimeZone, own: &str) -> Result<Archive, &'static str> {
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
