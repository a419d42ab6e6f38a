//! JSON of the forums, by noun.

mod keep;
pub mod moving;
mod order;
mod posts;
mod reports;
mod threads;

pub use keep::*;
pub use order::*;
pub use posts::*;
pub use reports::*;
pub use threads::*;

use crate::forums::model::{PostRow, ThreadRow};
use crate::i18n::{Lang, iso};
use crate::web::viewer::MemberId;
use serde::Serialize;

/// Who wrote something.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuthorJson {
    /// Member id.
    pub id: i64,
    /// Shown name.
    pub name: String,
}

impl AuthorJson {
    fn of(id: Option<MemberId>, name: Option<String>) -> Option<Self> {
        Some(Self { id: id?.0, name: name? })
    }
}

/// A thread.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ThreadJson {
    /// Id.
    pub id: i64,
    /// Address of its niche.
    pub niche: String,
    /// Title.
    pub title: String,
    /// Who opened it; null once erased.
    pub author: Option<AuthorJson>,
    /// Posts that are not deleted.
    pub post_count: i32,
    /// Number of the newest post.
    pub last_number: i32,
    /// Time of the newest post, RFC 3339.
    pub last_post_at: String,
    /// When it was opened, RFC 3339.
    pub created_at: String,
    /// Stays on top of its niche.
    pub pinned: bool,
    /// Takes no more posts.
    pub locked: bool,
    /// Only the team sees it.
    pub hidden: bool,
    /// Whether the caller has something to read in it.
    pub unread: bool,
    /// Highest number the caller has read; 0: none.
    pub read_number: i32,
    /// Page of the thread.
    pub path: String,
    /// What it is for: `talk`, `strategy`, `question`, `success`, `trend`, `cooperation`, `market`, `network`, `announcement`.
    pub kind: String,
    /// `de`, `en`, or nothing.
    pub lang: String,
    /// It advertises.
    pub promo: bool,
    /// Readers are asked to acknowledge it.
    pub needs_ack: bool,
    /// Id of the post that was accepted as the answer.
    pub accepted_post: Option<i64>,
    /// Id of the same thread in the other language.
    pub translation: Option<i64>,
    /// Id of the thread its posts went to; such a thread is in no list.
    pub merged_into: Option<i64>,
}

impl ThreadJson {
    fn of(row: ThreadRow, now: i64) -> Self {
        Self {
            path: row.path(),
            unread: row.first_unread(now).is_some(),
            id: row.id.0,
            niche: row.niche_slug,
            title: row.title,
            author: AuthorJson::of(row.author_id, row.author),
            post_count: row.post_count,
            last_number: row.last_number,
            last_post_at: iso(row.last_post_at),
            created_at: iso(row.created_at),
            pinned: row.pinned,
            locked: row.locked,
            hidden: row.hidden,
            read_number: row.read.unwrap_or(0),
            kind: row.kind,
            lang: row.lang,
            promo: row.is_promo,
            needs_ack: row.needs_ack,
            accepted_post: row.accepted_id,
            translation: row.twin_id,
            merged_into: row.merged_into,
        }
    }
}

/// A post. Texts that are deleted or hidden from the caller are empty.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PostJson {
    /// Id.
    pub id: i64,
    /// Its thread.
    pub thread_id: i64,
    /// Place in the thread, from 1.
    pub number: i32,
    /// Who wrote it; null once erased.
    pub author: Option<AuthorJson>,
    /// Number of the post it answers.
    pub reply_to: Option<i32>,
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
    /// Grows with each edit.
    pub rev: i32,
    /// Members who like it.
    pub likes: i32,
    /// Whether the caller likes it.
    pub liked: bool,
    /// When it was written, RFC 3339.
    pub created_at: String,
    /// When it was last edited, RFC 3339.
    pub edited_at: Option<String>,
    /// Its author took it back.
    pub deleted: bool,
    /// A moderator hid it.
    pub hidden: bool,
    /// Its author is blocked by the caller; the text is not told.
    pub blocked: bool,
    /// Id of the post that stood here before it went to another thread.
    pub moved_to: Option<i64>,
}

impl PostJson {
    fn of(mut row: PostRow, lang: Lang) -> Self {
        crate::text::links::fill_labels(&mut row.html, &crate::i18n::t(lang, "forums-ad-label"));
        Self {
            id: row.id.0,
            thread_id: row.thread_id.0,
            number: row.number,
            author: AuthorJson::of(row.author_id, row.author),
            reply_to: row.reply_to,
            body: row.body,
            html: row.html,
            rev: row.rev,
            likes: row.likes,
            liked: row.liked_at.is_some(),
            created_at: iso(row.created_at),
            edited_at: row.edited_at.map(iso),
            deleted: row.deleted_at.is_some(),
            hidden: row.hidden_at.is_some(),
            blocked: row.blocked_at.is_some(),
            moved_to: row.moved_to.map(|id| id.0),
        }
    }
}
