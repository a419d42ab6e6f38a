//! The library: swipe copy, fact sheets, guides, whatever partners take away to promote with.
//!
//! Invariants:
//! - what a member may not see (draft, not yet published, tier, niche, embargo of the own tier) is in no list,
//!   page, download, kit or search result: every read goes through [`store::list_visible`], [`store::find_visible`]
//!   or [`store::list_wholes`];
//! - a text never leaves without its label ("Anzeige", "Werbung", "Ad") in its first line, exactly once;
//! - a text that asks for the member's link never leaves without one, one that asks for own words never without them;
//! - locked parts leave word for word, in an own version too;
//! - what was recalled or is over cannot be taken, and everybody who took what was recalled is told, once;
//! - a stored text only asks for merge fields that exist, and only links to http, https and mailto;
//! - a download is counted once a day for each member, variant, language and format;
//! - a click on a short link is a number of a day; who clicked is kept only for members who allowed it.

pub mod actions;
pub mod api;
pub mod cards;
pub mod channels;
pub mod export;
pub mod files_used;
pub mod formats;
pub mod history;
pub mod input;
pub mod jobs;
pub mod kits;
pub mod labels;
pub mod letters;
pub mod links;
pub mod marks;
pub mod material;
pub mod model;
pub mod personal;
pub mod results;
pub mod store;
pub mod web;
