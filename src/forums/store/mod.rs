//! SQL of the forums, by noun.

mod feeds;
mod find;
mod keep;
mod leaving;
mod likes;
mod lists;
mod marks;
mod moving;
mod order;
mod polls;
mod posts;
mod reads;
mod reports;
mod said;
mod tags;
mod threads;

pub use feeds::*;
pub use find::*;
pub use keep::*;
pub use leaving::*;
pub use likes::{delete_like, insert_like};
pub use lists::{Filter, Only, Order, cursor_of, list_newest, list_visible_threads};
pub use marks::*;
pub use moving::*;
pub use order::*;
pub use polls::*;
pub use posts::*;
pub use reads::*;
pub use reports::{close_report, insert_report, list_open_reports};
pub use said::*;
pub use tags::*;
pub use threads::{
    NewThread, ThreadSet, claim_number, count_by_niche, find_visible_thread, insert_thread, list_open_posts,
    list_open_threads, list_visible_of, update_thread,
};
