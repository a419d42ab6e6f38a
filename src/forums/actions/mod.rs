//! Rules of the forums, by noun.

mod moderation;
mod posts;
mod threads;

pub use moderation::{close_report, hide_post, report};
pub use posts::{Edit, Reply, delete, edit, like, reply};
pub use threads::{Opening, change, mark_niche_read, note_read, open};

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
