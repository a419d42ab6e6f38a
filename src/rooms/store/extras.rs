//! What stands around the messages of a page: a constant number of statements, however many messages there are.

use super::{list_polls, list_reactions};
use crate::db::Conn;
use crate::db::schema::{
    member_blocks, members, message_mentions, message_pins, message_revisions, messages, saved_messages,
};
use crate::error::Result;
use crate::rooms::model::{Extras, Message, Quote, Revision};
use crate::text;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Characters of a quote.
const QUOTE: usize = 160;

/// What stands around these messages, for one reader.
pub fn list_extras(conn: &mut Conn, viewer: MemberId, found: &[Message]) -> Result<Extras> {
    let ids: Vec<i64> = found.iter().map(|m| m.id).collect();
    if ids.is_empty() {
        return Ok(Extras::default());
    }
    let answered: Vec<i64> = found.iter().filter_map(|m| m.reply_to).collect();
    let asked: Vec<i64> =
        found.iter().filter(|m| m.shared.as_deref().is_some_and(|s| s.starts_with("poll:"))).map(|m| m.id).collect();
    Ok(Extras {
        reactions: list_reactions(conn, &ids, viewer)?,
        quotes: list_quotes(conn, viewer, &answered)?,
        polls: if asked.is_empty() { HashMap::new() } else { list_polls(conn, &asked, Some(viewer))? },
        pinned: message_pins::table
            .filter(message_pins::message_id.eq_any(&ids))
            .select(message_pins::message_id)
            .load::<i64>(conn)?
            .into_iter()
            .collect(),
        saved: saved_messages::table
            .filter(saved_messages::member_id.eq(viewer.0))
            .filter(saved_messages::message_id.eq_any(&ids))
            .select(saved_messages::message_id)
            .load::<i64>(conn)?
            .into_iter()
            .collect(),
        mentioned: message_mentions::table
            .filter(message_mentions::member_id.eq(viewer.0))
            .filter(message_mentions::message_id.eq_any(&ids))
            .select(message_mentions::message_id)
            .load::<i64>(conn)?
            .into_iter()
            .chain(found.iter().filter(|m| m.mentions_all && m.sender_id != Some(viewer.0)).map(|m| m.id))
            .collect(),
    })
}

/// Beginnings of answered messages, by message; what is gone or of a blocked member is not quoted.
fn list_quotes(conn: &mut Conn, viewer: MemberId, ids: &[i64]) -> Result<HashMap<i64, Quote>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    type Row = (i64, Option<i64>, Option<String>, Option<String>, String);
    let rows: Vec<Row> = messages::table
        .left_join(members::table.on(members::id.nullable().eq(messages::sender_id)))
        .filter(messages::id.eq_any(ids))
        .filter(messages::deleted_at.is_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(
            member_blocks::table
                .filter(member_blocks::member_id.eq(viewer.0))
                .filter(member_blocks::blocked_id.nullable().eq(messages::sender_id)),
        )))
        .select((messages::id, messages::sender_id, members::name.nullable(), messages::via, messages::html))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(m, by, name, via, html)| {
            let text = text::excerpt(&text::plain(&html), QUOTE);
            (m, Quote { m, by, name: via.or(name).unwrap_or_default(), text })
        })
        .collect())
}

/// Former texts of a message, the oldest first.
pub fn list_revisions(conn: &mut Conn, message: i64) -> Result<Vec<Revision>> {
    Ok(message_revisions::table
        .filter(message_revisions::message_id.eq(message))
        .order(message_revisions::rev.asc())
        .limit(200)
        .select((message_revisions::rev, message_revisions::body, message_revisions::html, message_revisions::at))
        .load(conn)?)
}
