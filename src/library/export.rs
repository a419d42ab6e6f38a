//! What the library keeps about a member, for the export of everything stored.

use super::store;
use crate::db::Conn;
use crate::error::Result;
use crate::i18n::iso;
use crate::web::viewer::MemberId;
use serde_json::{Value, json};

/// Own words, own versions, links, wishes, stars and what was taken.
///
/// # Errors
/// When the database fails.
pub fn export(conn: &mut Conn, member: MemberId) -> Result<(&'static str, Value)> {
    const MOST: i64 = 10_000;
    let words: Vec<Value> = store::own::list_all_words(conn, member)?
        .into_iter()
        .map(|(program, field, words)| json!({ "program": program, "field": field, "words": words }))
        .collect();
    let versions: Vec<Value> = store::own::list_mine(conn, member, MOST)?
        .into_iter()
        .map(|(own, title)| json!({ "title": title, "key": own.key, "lang": own.lang, "subject": own.subject, "body": own.body, "updated_at": iso(own.updated_at) }))
        .collect();
    let links: Vec<Value> = store::links::list_links(conn, member, MOST)?
        .into_iter()
        .map(|(l, program)| json!({ "code": l.code, "program": program, "name": l.name, "target": l.target, "clicks": l.clicks, "created_at": iso(l.created_at) }))
        .collect();
    let wishes: Vec<Value> = store::opinions::list_wishes(conn, Some(member), MOST)?
        .into_iter()
        .map(|w| json!({ "title": w.title, "wish": w.wish, "status": w.status, "answer": w.answer, "created_at": iso(w.created_at) }))
        .collect();
    let stars: Vec<Value> = store::opinions::list_of_member(conn, member)?
        .into_iter()
        .map(|(resource, stars, comment)| json!({ "resource": resource, "stars": stars, "comment": comment }))
        .collect();
    let taken: Vec<Value> = store::recalls::list_taken(conn, member)?
        .into_iter()
        .map(|(resource, variant, lang, format, at)| json!({ "resource": resource, "variant": variant, "lang": lang, "format": format, "at": iso(at) }))
        .collect();
    Ok((
        "library",
        json!({ "words": words, "versions": versions, "links": links, "wishes": wishes, "stars": stars, "taken": taken }),
    ))
}
