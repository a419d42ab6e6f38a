//! Niche forums: threads, posts, likes, reading state, reports and moderation.
//!
//! Invariants:
//! - a thread is as visible as its niche (`niches.min_rank`), a hidden one only to the team; whoever may not see it
//!   gets NotFound, on every surface;
//! - post numbers of a thread are 1, 2, 3 … without a gap: the number is taken in the statement that checks the lock,
//!   in the transaction that stores the post; deletion is soft, so numbers stay;
//! - HTML is rendered once, when a text is written;
//! - a text that is deleted or hidden leaves the store empty ([`model::PostRow::seen_by`]);
//! - a thread is unread when it has numbers beyond what the member has read and was active in the last thirty days
//!   or since "mark all as read".

pub mod actions;
pub mod api;
pub mod jobs;
pub mod model;
pub mod store;
pub mod web;

pub use model::{PostId, ThreadId};
