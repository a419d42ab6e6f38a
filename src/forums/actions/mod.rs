//! Rules of the forums, by noun.

mod ads;
mod keep;
mod moderation;
mod order;
mod posts;
mod threads;

pub use super::model::Opening;
pub use ads::Disclosure;
pub use keep::{acknowledge, close_poll, keep, keep_draft, let_go, set_mark, vote};
pub use moderation::{close_report, hide_post, report};
pub use order::{MOST_POSTS, Target, accept, link_twin, merge, set_niche_forum, split, warn};
pub use posts::{Edit, Reply, UNDO, delete, edit, like, reply, undo_delete};
pub use threads::{change, mark_niche_read, note_read, open};

use serde::Serialize;

/// Event `post.created`: somebody wrote a post.
#[derive(Debug, Serialize)]
pub struct PostCreated {
    /// The post.
    pub post: super::PostId,
    /// Its thread.
    pub thread: super::ThreadId,
    /// Its place in the thread.
    pub number: i32,
    /// The niche.
    pub niche: i64,
    /// Who wrote it.
    pub member: i64,
}
