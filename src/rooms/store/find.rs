//! Searching in messages. The words are put into the index behind the commit, by a job and at the latest by a search.

use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::text::{Terms, search_words};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Ids this close below the newest indexed one are looked at again: on PostgreSQL they may be committed out of order.
const LOOK_BACK: i64 = 1_000;

diesel::table! {
    /// The table of words of SQLite, which PostgreSQL has as a column.
    message_fts (rowid) {
        /// Message.
        rowid -> BigInt,
        /// Its words, folded.
        body -> Text,
    }
}

diesel::table! {
    /// Which messages are in the index.
    message_index (message_id) {
        /// Message.
        message_id -> BigInt,
    }
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    body: String,
}

/// Puts up to `limit` messages into the index; answers how many there were.
pub fn index_some(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let waiting: Vec<Waiting> = diesel::sql_query(format!(
        "SELECT m.id AS id, m.body AS body FROM messages m \
         WHERE m.id > (SELECT COALESCE(MAX(message_id), 0) FROM message_index) - {LOOK_BACK} AND m.deleted_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM message_index i WHERE i.message_id = m.id) ORDER BY m.id LIMIT {limit}"
    ))
    .load(&mut **tx)?;
    for one in &waiting {
        put_in_index(tx, one.id, &one.body)?;
    }
    Ok(waiting.len())
}

/// Whether a message waits for the index.
pub fn is_index_behind(conn: &mut Conn) -> Result<bool> {
    let one: Vec<Waiting> = diesel::sql_query(format!(
        "SELECT m.id AS id, '' AS body FROM messages m \
         WHERE m.id > (SELECT COALESCE(MAX(message_id), 0) FROM message_index) - {LOOK_BACK} AND m.deleted_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM message_index i WHERE i.message_id = m.id) LIMIT 1"
    ))
    .load(conn)?;
    Ok(!one.is_empty())
}

/// Puts the words of one message into the index, or replaces them.
pub fn put_in_index(tx: &mut Tx<'_>, message: i64, body: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    let words = search_words(body);
    match conn {
        Conn::Sqlite(c) => {
            // Typed statements, because they are prepared once: parsing them anew cost more than running them.
            diesel::insert_or_ignore_into(message_index::table)
                .values(message_index::message_id.eq(message))
                .execute(c)?;
            diesel::replace_into(message_fts::table)
                .values((message_fts::rowid.eq(message), message_fts::body.eq(words)))
                .execute(c)?;
        }
        Conn::Postgres(c) => {
            diesel::sql_query(
                "INSERT INTO message_index (message_id, words) VALUES ($1, to_tsvector('simple', $2)) \
                 ON CONFLICT (message_id) DO UPDATE SET words = excluded.words",
            )
            .bind::<BigInt, _>(message)
            .bind::<Text, _>(words)
            .execute(c)?;
        }
    }
    Ok(())
}

/// Takes a message out of the index.
pub fn remove_from_index(tx: &mut Tx<'_>, message: i64) -> Result<()> {
    diesel::sql_query("DELETE FROM message_index WHERE message_id = $1")
        .bind::<BigInt, _>(message)
        .execute(&mut **tx)?;
    Ok(())
}

/// What is looked for, everything resolved to ids.
#[derive(Debug, Clone, Default)]
pub struct Hunt {
    /// Words.
    pub terms: Option<Terms>,
    /// Rooms to look in: never more than the viewer may read.
    pub rooms: Vec<i64>,
    /// Only of these senders; empty: of anybody.
    pub senders: Option<Vec<i64>>,
    /// Only with a link.
    pub has_link: bool,
    /// Only with a file.
    pub has_file: bool,
    /// Only with an image.
    pub has_image: bool,
    /// Not before this moment.
    pub since: Option<Ms>,
    /// Before this moment.
    pub until: Option<Ms>,
    /// Messages older than this one, for the next page.
    pub before: Option<i64>,
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    room_id: i64,
}

/// Messages that match as (message, room), the newest first.
pub fn find_messages(conn: &mut Conn, viewer: MemberId, hunt: &Hunt, limit: i64) -> Result<Vec<(i64, i64)>> {
    if hunt.rooms.is_empty() || hunt.senders.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    // Numbers only: nothing to quote.
    let list = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let (join, words) = match (&hunt.terms, &*conn) {
        (None, _) => ("WHERE $1 = ''".to_owned(), String::new()),
        (Some(terms), Conn::Sqlite(_)) => {
            ("JOIN message_fts f ON f.rowid = m.id WHERE message_fts MATCH $1".to_owned(), crate::search::fts5(terms))
        }
        (Some(terms), Conn::Postgres(_)) => (
            "JOIN message_index i ON i.message_id = m.id WHERE i.words @@ to_tsquery('simple', $1)".to_owned(),
            crate::search::tsquery(terms),
        ),
    };
    let mut sql = format!(
        "SELECT m.id AS id, m.room_id AS room_id FROM messages m {join} AND m.deleted_at IS NULL AND m.room_id IN ({}) \
         AND NOT EXISTS (SELECT 1 FROM member_blocks b WHERE b.member_id = {} AND b.blocked_id = m.sender_id)",
        list(&hunt.rooms),
        viewer.0
    );
    if let Some(senders) = &hunt.senders {
        sql.push_str(&format!(" AND m.sender_id IN ({})", list(senders)));
    }
    if hunt.has_link {
        sql.push_str(" AND (m.html LIKE '%<a href=%')");
    }
    if hunt.has_file {
        sql.push_str(" AND (m.cards LIKE '%data-file=%')");
    }
    if hunt.has_image {
        sql.push_str(" AND (m.cards LIKE '%data-image=%')");
    }
    for (test, value) in [(">=", hunt.since), ("<", hunt.until)] {
        if let Some(value) = value {
            sql.push_str(&format!(" AND m.created_at {test} {value}"));
        }
    }
    if let Some(before) = hunt.before {
        sql.push_str(&format!(" AND m.id < {before}"));
    }
    sql.push_str(&format!(" ORDER BY m.id DESC LIMIT {limit}"));
    let hits: Vec<Hit> = diesel::sql_query(sql).bind::<Text, _>(words).load(conn)?;
    Ok(hits.into_iter().map(|h| (h.id, h.room_id)).collect())
}
