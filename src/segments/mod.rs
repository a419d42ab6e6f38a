//! Segments: saved rules over members, their SQL and their counts; used by rooms, library and newsletters alike.
//!
//! - A rule is checked when it arrives ([`Rule::parse`]); every mistake names its path in the rule.
//! - A rule becomes one condition over `members` with bound values ([`Rule::condition`]), the same on both databases.
//! - A rule that does not speak of `status` means active members.

pub mod actions;
pub mod api;
mod condition;
pub mod model;
mod parse;
pub mod store;
mod typed;
pub mod web;

pub use condition::{Bind, Condition};
pub use model::Rule;
