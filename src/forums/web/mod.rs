//! Pages of the forums, by noun.

pub mod feeds;
mod item;
mod keep;
mod lists;
mod moderation;
pub mod moving;
mod opening;
mod order;
mod posts;
mod print;
mod talk;
mod thread;

pub use keep::{bookmarks, drafts, keep, keep_form};
pub use lists::{
    follow, follow_niche, follow_tag, index, niche, niche_forum, read_niche, set_niche_forum, tag, unanswered,
};
pub use moderation::{close_report, hide_post, moderate_thread, reports};
pub use opening::{new_thread, open_thread, similar};
pub use order::{accept, acks, merge, moderated, move_form, move_posts, sort, twin, warn};
pub use posts::{delete, edit, edit_form, like, report, report_form, to_post, unlike};
pub use print::print;
pub use talk::{ack, close_poll, find, history, mark, return_post, vote};
pub use thread::{preview, reply, thread};
