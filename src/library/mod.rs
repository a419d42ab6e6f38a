//! The library: swipe copy, fact sheets, guides, whatever partners take away to promote with.
//!
//! Invariants:
//! - what a member may not see (draft, not yet published, tier, niche, embargo of the own tier) is in no list,
//!   page, download or search result: every read goes through [`store::list_visible`] or [`store::find_visible`];
//! - a text never leaves without its label ("Anzeige", "Ad") as its first line, exactly once;
//! - a text that asks for the member's link never leaves without one;
//! - a stored text only asks for merge fields that exist;
//! - a download is counted once a day for each member, variant, language and format.

pub mod actions;
pub mod api;
pub mod files;
pub mod input;
pub mod jobs;
pub mod model;
pub mod personal;
pub mod store;
pub mod web;
