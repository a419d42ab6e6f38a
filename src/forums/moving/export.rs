//! Everything that was written in the forums, as one JSON document in the shape that the import takes. It is written while it
//! is sent, page by page, however much there is.

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forums::store;
use crate::house::House;
use crate::i18n::iso;
use crate::web::pipe::{Parts, Pipe, written};
use serde_json::{Value, json};
use std::io::Write;

/// Rows read at once.
const PAGE: i64 = 500;

/// Writes the forums while they are sent.
pub fn stream(house: &House) -> Parts {
    let house = house.clone();
    let runtime = tokio::runtime::Handle::current();
    written(move |pipe| {
        let site = json!(house.config.absolute(""));
        write!(pipe, "{{\"site\":{site}").map_err(Error::internal)?;
        let read = |part: usize, after: i64| runtime.block_on(house.db.read(move |c| page(c, part, after)));
        for (part, name) in ["categories", "users", "topics", "posts"].into_iter().enumerate() {
            write!(pipe, ",\n\"{name}\":[").map_err(Error::internal)?;
            rows(pipe, |after| read(part, after))?;
            pipe.write_all(b"]").map_err(Error::internal)?;
        }
        pipe.write_all(b"}\n").map_err(Error::internal)
    })
}

type Rows = Vec<(i64, Value)>;

fn rows(pipe: &mut Pipe, page: impl Fn(i64) -> Result<Rows>) -> Result<()> {
    let (mut after, mut first) = (0, true);
    loop {
        let found = page(after)?;
        let Some(last) = found.last().map(|r| r.0) else { return Ok(()) };
        for (_, row) in &found {
            let comma = if std::mem::take(&mut first) { "\n" } else { ",\n" };
            write!(pipe, "{comma}{row}").map_err(Error::internal)?;
        }
        after = last;
    }
}

fn page(c: &mut Conn, part: usize, after: i64) -> Result<Rows> {
    Ok(match part {
        0 if after > 0 => Vec::new(),
        0 => store::list_niches_out(c)?
            .into_iter()
            .map(|(id, slug, name, description, rank)| {
                let restricted = rank > 0;
                let row = json!({"id": id, "slug": slug, "name": name, "description_text": description,
                    "read_restricted": restricted});
                (id, row)
            })
            .collect(),
        1 => store::list_writers_out(c, after, PAGE)?
            .into_iter()
            .map(|(id, name, email)| (id, json!({"id": id, "username": name, "name": name, "email": email})))
            .collect(),
        2 => store::list_threads_out(c, after, PAGE)?
            .into_iter()
            .map(|t| {
                let tags: Vec<&str> = t.tag_line.lines().filter_map(|l| l.split_once('=')).map(|l| l.1).collect();
                let row = json!({"id": t.id, "category_id": t.niche_id, "user_id": t.author_id, "title": t.title,
                    "kind": t.kind, "lang": t.lang, "accepted_post_number": t.accepted, "pinned": t.pinned, "closed": t.locked,
                    // What waits for its hour opens to nobody elsewhere.
                    "visible": !t.hidden && t.min_rank == 0,
                    "tags": tags, "created_at": iso(t.created_at)});
                (t.id, row)
            })
            .collect(),
        _ => store::list_posts_out(c, after, PAGE)?
            .into_iter()
            .map(|(id, thread, number, author, raw, at, reply_to, hidden)| {
                let row = json!({"id": id, "topic_id": thread, "post_number": number, "user_id": author, "raw": raw,
                    "created_at": iso(at), "reply_to_post_number": reply_to, "hidden": hidden.is_some()});
                (id, row)
            })
            .collect(),
    })
}
