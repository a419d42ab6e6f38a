//! Newsletters: campaigns to segments, their deliveries, consent and one-click unsubscribe.
//!
//! Invariants:
//! - every recipient of the snapshot is at every moment in exactly one state; a campaign ends when all are at rest;
//! - a mail begins only after its intent (`transmitting`) is on disk, in the statement that checks consent,
//!   suppression and the campaign's state once more; an intent without a result is `unknown` and never sent again;
//! - at most 64 intents are open on a node;
//! - a token of `/u/` is a MAC over the member: it works for ever and without a login.

pub mod actions;
pub mod api;
pub mod edition;
mod engine;
pub mod input;
pub mod keys;
pub mod letters;
pub mod measured;
pub mod model;
pub mod report;
pub mod returns;
pub mod store;
pub mod unsubscribe;
pub mod web;

pub use engine::{RUN_JOB, WATCH_JOB, resume_all, run, watch};
