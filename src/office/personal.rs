//! The export of everything stored about one person, beyond account and profile: rows of every table that says whose
//! they are (GDPR article 15 and 20). Hashes, keys and columns that only the machine needs stay.

use super::store::rows_of;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::web::viewer::MemberId;
use serde_json::{Map, Value};

/// A table of the export: its name, the column that says whose a row is, and what is exported.
pub struct Part {
    /// Table, and name in the export.
    pub table: &'static str,
    /// Whose a row is.
    pub owner: &'static str,
    columns: &'static [&'static str],
}

const fn part(table: &'static str, owner: &'static str, columns: &'static [&'static str]) -> Part {
    Part { table, owner, columns }
}

/// Everything that is exported here. A test compares it with the tables there are.
pub const PARTS: &[Part] = &[
    part("policy_acceptances", "member_id", &["policy_id", "source", "locale", "ip", "agent", "at"]),
    part("notices", "member_id", &["kind", "args", "href", "created_at", "read_at", "pushed_at", "mailed_at"]),
    part("notice_prefs", "member_id", &["kind", "page", "push", "mail"]),
    part("notice_levels", "member_id", &["place", "place_id", "level"]),
    part("notice_settings", "member_id", &["digest", "quiet_from", "quiet_to", "quiet_zone", "push_text"]),
    part("push_subscriptions", "member_id", &["endpoint", "agent", "created_at", "last_ok_at"]),
    part(
        "conversions",
        "member_id",
        &[
            "source",
            "order_id",
            "product_id",
            "program_id",
            "affiliate_ref",
            "amount",
            "currency",
            "commission",
            "status",
            "sub_id",
            "occurred_at",
            "created_at",
        ],
    ),
    part("affiliate_sponsors", "member_id", &["program_id", "sponsor_ref", "created_at"]),
    part("ref_requests", "member_id", &["program_id", "note", "created_at"]),
    part("threads", "author_id", &["id", "niche_id", "title", "created_at"]),
    part("posts", "author_id", &["id", "thread_id", "number", "body", "created_at", "edited_at", "deleted_at"]),
    part("post_likes", "member_id", &["post_id", "created_at"]),
    part("post_reactions", "member_id", &["post_id", "mark", "created_at"]),
    part("thread_poll_votes", "member_id", &["thread_id", "option_id"]),
    part("thread_acks", "member_id", &["thread_id", "at"]),
    part("forum_drafts", "member_id", &["place", "title", "body", "updated_at"]),
    part("feed_tokens", "member_id", &["created_at"]),
    part("bookmarks", "member_id", &["post_id", "note", "due_at", "created_at"]),
    part("forum_warnings", "member_id", &["post_id", "kind", "reason", "created_at"]),
    part("thread_reads", "member_id", &["thread_id", "last_number", "read_at"]),
    part("niche_reads", "member_id", &["niche_id", "seen_at"]),
    part("post_reports", "member_id", &["post_id", "reason", "created_at", "closed_at"]),
    part(
        "room_members",
        "member_id",
        &["room_id", "joined_at", "last_read_seq", "muted_until", "favourite", "silenced"],
    ),
    part("room_sanctions", "member_id", &["room_id", "kind", "reason", "until_at", "created_at"]),
    part("room_sections", "member_id", &["name", "position"]),
    part("room_drafts", "member_id", &["room_id", "thread", "body", "updated_at"]),
    part("messages", "sender_id", &["id", "room_id", "body", "shared", "created_at", "edited_at", "deleted_at"]),
    part("message_reactions", "member_id", &["message_id", "emoji", "created_at"]),
    part("message_mentions", "member_id", &["message_id", "room_id"]),
    part("saved_messages", "member_id", &["message_id", "created_at"]),
    part("scheduled_messages", "member_id", &["room_id", "body", "send_at", "state", "created_at"]),
    part("reminders", "member_id", &["message_id", "due_at", "created_at", "told_at"]),
    part("poll_votes", "member_id", &["poll_id", "option_id"]),
    part("direct_requests", "member_id", &["room_id", "from_id", "state", "created_at"]),
    part("member_blocks", "member_id", &["blocked_id", "created_at"]),
    part("files", "owner_id", &["id", "name", "mime", "size", "sha256", "state", "created_at"]),
    part("resource_favourites", "member_id", &["resource_id", "at"]),
    part("link_visits", "member_id", &["link_id", "at"]),
    part("recall_tells", "member_id", &["resource_id", "at"]),
    part("section_marks", "member_id", &["resource_id", "section", "done_at"]),
    part("resource_told", "member_id", &["resource_id", "rev"]),
    part("deliveries", "member_id", &["campaign_id", "email", "state", "reason", "code", "detail", "updated_at"]),
    part("campaign_events", "member_id", &["campaign_id", "kind", "url", "at"]),
    part("returned_mails", "member_id", &["at", "recipient", "campaign_id", "verdict", "status", "detail", "raw"]),
    part("invitations", "member_id", &["state", "invited_at", "delivered_at", "opened_at", "active_at", "reminded_at"]),
    part("invite_link_uses", "member_id", &["link_id", "at"]),
];

/// Tables with a column that names a person and that are not exported here: table and why.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("search_entries", "the words of posts, which are in the export"),
    ("members", "the profile"),
    ("member_niches", "account export: niches"),
    ("member_tags", "account export: tags"),
    ("affiliate_refs", "account export: affiliate_refs"),
    ("tier_changes", "account export: tier_changes"),
    ("consents", "account export: consents"),
    ("sessions", "account export without the hashes"),
    ("api_tokens", "account export without the hashes"),
    ("mail_tokens", "hashes of links that were mailed"),
    ("message_cids", "numbers of a program that sent a message; the message is exported"),
    ("downloads", "library export: taken"),
    ("resource_ratings", "library export: stars"),
    ("text_wishes", "library export: wishes"),
    ("own_words", "library export: words"),
    ("own_versions", "library export: versions"),
    ("short_links", "library export: links"),
];

/// The rows of `member` by table; moments in RFC 3339.
///
/// # Errors
/// When the database fails.
pub fn export(conn: &mut Conn, member: MemberId) -> Result<(&'static str, Value)> {
    let mut all = Map::new();
    for part in PARTS {
        let rows = rows_of(conn, (part.table, part.owner, part.columns), member)?;
        let rows: Result<Vec<Value>> = rows.iter().map(|line| read(line)).collect();
        all.insert(part.table.to_owned(), Value::Array(rows?));
    }
    Ok(("rows", Value::Object(all)))
}

fn read(line: &str) -> Result<Value> {
    let mut row: Map<String, Value> = serde_json::from_str(line).map_err(Error::internal)?;
    for (name, value) in &mut row {
        if (name == "at" || name.ends_with("_at") || name == "muted_until")
            && let Some(ms) = value.as_i64()
        {
            *value = Value::String(iso(ms));
        }
    }
    Ok(Value::Object(row))
}
