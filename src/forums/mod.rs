//! Niche forums: threads, posts, likes, reading state, reports and moderation.
//!
//! Invariants:
//! - a thread is as visible as its niche (`niches.min_rank`) and its own `min_rank`, which the stages of an embargo lower by
//!   the clock; a hidden one only to the team; whoever may not see it gets NotFound, on every surface;
//! - post numbers of a thread are 1, 2, 3 … without a gap: the number is taken in the statement that checks the lock,
//!   in the transaction that stores the post; deletion is soft, so numbers stay; a post that moves leaves a sign at its place;
//! - HTML is rendered once, when a text is written;
//! - a text that is deleted or hidden, or by somebody the reader blocked, leaves the store empty ([`model::PostRow::seen_by`]);
//! - no affiliate link goes out without a label unless its writer said that it is none ([`actions::Disclosure`]);
//! - everybody who is told of a post is told by a job behind its commit, and only if they may see it at that moment;
//! - a thread is unread when it has numbers beyond what the member has read and was active in the last thirty days
//!   or since "mark all as read".

pub mod actions;
pub mod api;
pub mod files_used;
pub mod jobs;
pub mod model;
pub mod moving;
pub mod store;
mod tell;
pub mod web;

pub use model::{PostId, ThreadId};
