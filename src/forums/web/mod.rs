//! Pages of the forums, by noun.

mod lists;
mod moderation;
mod posts;
mod thread;

pub use lists::{index, new_thread, niche, open_thread, read_niche};
pub use moderation::{close_report, hide_post, moderate_thread, reports};
pub use posts::{delete, edit, edit_form, like, report, report_form, to_post, unlike};
pub use thread::{preview, reply, thread};
