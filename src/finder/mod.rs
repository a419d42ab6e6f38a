//! One place to search: threads, posts, messages in chat, the library, members and newsletters.
//!
//! Invariants:
//! - every kind is asked through the feature it belongs to, with the rights of who asks: nothing is found that its own page
//!   would not show, and nothing by whom the asker has blocked;
//! - the overview asks the same number of statements whatever is found.

pub mod actions;
pub mod api;
pub mod model;
pub mod web;
