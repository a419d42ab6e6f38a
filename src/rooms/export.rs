//! A room as a file: JSON, or a ZIP with the same JSON and a readable Markdown. It is written while it is sent, page by page,
//! however long the room is.

use super::model::{Access, Message, Room, RoomId};
use super::store::{self, Part, Strand};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::iso;
use crate::web::pipe::{Parts, Pipe, written};
use crate::web::viewer::MemberId;
use std::io::Write;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Messages read at once.
const PAGE: i64 = 500;

/// In which shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One JSON document.
    Json,
    /// JSON and Markdown.
    Zip,
}

impl Shape {
    /// Reads `json` or `zip`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "json" => Some(Self::Json),
            "zip" => Some(Self::Zip),
            _ => None,
        }
    }

    /// Content type and ending of the file.
    pub fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application/json", "json"),
            Self::Zip => ("application/zip", "zip"),
        }
    }
}

/// Writes a room while it is sent.
pub fn stream(house: &House, room: Room, shape: Shape) -> Parts {
    let house = house.clone();
    let runtime = tokio::runtime::Handle::current();
    written(move |pipe| {
        let page = |after: i64| {
            let id = room.id;
            runtime.block_on(house.db.read(move |c| read(c, id, after)))
        };
        match shape {
            Shape::Json => json(&room, pipe, page),
            Shape::Zip => zip(&room, pipe, page),
        }
    })
}

type PageOf = Vec<(Message, Vec<super::model::Reaction>)>;

fn read(c: &mut crate::db::Conn, room: RoomId, after: i64) -> Result<PageOf> {
    let nobody = MemberId(0);
    let found = store::list_messages(c, nobody, room, (Strand::All, Part::After(after)), PAGE)?;
    let ids: Vec<i64> = found.iter().map(|m| m.id).collect();
    let mut reactions = store::list_reactions(c, &ids, nobody)?;
    Ok(found
        .into_iter()
        .map(|m| {
            let of_message = reactions.remove(&m.id).unwrap_or_default();
            (m, of_message)
        })
        .collect())
}

fn each(
    page: impl Fn(i64) -> Result<PageOf>,
    mut work: impl FnMut(&Message, &[super::model::Reaction]) -> Result<()>,
) -> Result<()> {
    let mut after = 0;
    loop {
        let found = page(after)?;
        let Some(last) = found.last().map(|(m, _)| m.seq) else { return Ok(()) };
        for (message, reactions) in &found {
            work(message, reactions)?;
        }
        after = last;
    }
}

fn json(room: &Room, out: &mut impl Write, page: impl Fn(i64) -> Result<PageOf>) -> Result<()> {
    let head = serde_json::json!({
        "id": room.id, "slug": room.slug, "name": room.name, "topic": room.topic,
        "access": Access::stored(&room.access), "created_at": iso(room.created_at), "seq": room.seq, "epoch": room.epoch,
    });
    write!(out, "{{\"room\":{head},\"messages\":[").map_err(Error::internal)?;
    let mut first = true;
    each(page, |m, reactions| {
        let reactions: Vec<_> = reactions.iter().map(|r| serde_json::json!({ "e": r.e, "n": r.n })).collect();
        let one = serde_json::json!({
            "m": m.id, "seq": m.seq, "by": m.sender_id, "name": m.via.as_ref().or(m.sender.as_ref()), "html": m.whole_html(),
            "text": crate::text::plain(&m.html), "ts": iso(m.created_at), "edited_at": m.edited_at.map(iso),
            "reply_to": m.reply_to, "thread_of": m.thread_of, "shared": m.shared, "reactions": reactions,
        });
        let comma = if std::mem::take(&mut first) { "\n" } else { ",\n" };
        write!(out, "{comma}{one}").map_err(Error::internal)
    })?;
    out.write_all(b"\n]}\n").map_err(Error::internal)
}

fn markdown(room: &Room, out: &mut impl Write, page: impl Fn(i64) -> Result<PageOf>) -> Result<()> {
    write!(out, "# {}\n\n{}\n", room.name, room.topic).map_err(Error::internal)?;
    let mut day = String::new();
    each(page, |m, _| {
        let at = iso(m.created_at);
        let (date, time) = at.split_once('T').unwrap_or((&at, ""));
        if date != day {
            date.clone_into(&mut day);
            write!(out, "\n## {date}\n\n").map_err(Error::internal)?;
        }
        let name = m.via.as_deref().or(m.sender.as_deref()).unwrap_or("–");
        let thread = if m.thread_of.is_some() { "↳ " } else { "" };
        let text = crate::text::plain(&m.html);
        writeln!(out, "- {} UTC {thread}**{name}:** {text}", time.get(..5).unwrap_or("")).map_err(Error::internal)
    })
}

fn zip(room: &Room, out: &mut Pipe, page: impl Fn(i64) -> Result<PageOf>) -> Result<()> {
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new_stream(out);
    archive.start_file(format!("{}.json", room.slug), options).map_err(Error::internal)?;
    json(room, &mut archive, &page)?;
    archive.start_file(format!("{}.md", room.slug), options).map_err(Error::internal)?;
    markdown(room, &mut archive, &page)?;
    archive.finish().map_err(Error::internal)?;
    Ok(())
}
