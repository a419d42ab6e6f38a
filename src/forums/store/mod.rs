//! SQL of the forums, by noun.

mod likes;
mod posts;
mod reads;
mod reports;
mod threads;

pub use likes::{delete_like, insert_like};
pub use posts::{
    Place, find_place, find_visible_post, insert_post, list_ids_after, list_visible_posts, mark_deleted, mark_hidden,
    update_body,
};
pub use reads::{count_unread_by_niche, mark_niche_read, mark_read};
pub use reports::{close_report, insert_report, list_open_reports};
pub use threads::{
    ThreadSet, claim_number, count_by_niche, cursor_of, find_visible_thread, insert_thread, list_newest,
    list_open_posts, list_open_threads, list_visible_of, list_visible_threads, update_thread,
};
