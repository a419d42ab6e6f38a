//! Programs, the sales of their partners, and the tiers that sales decide.
//!
//! Invariants: a sale is known by (source, order, product) and reporting it again changes nothing; amounts are
//! hundredths and never pass through a float; each change of a sale is recorded with the import that made it, so
//! that an import can be taken back; sales of unknown partners wait and are matched when a reference is set.
//!
//! Others use [`affiliate_link`], [`store::links_of`], [`store::find_link_of`], [`tiers::standing`], the events
//! `tier.changed` and `member.changed` that the tiers emit, and `member.ref_set`, to which the sales listen.

pub mod actions;
pub mod amount;
pub mod api;
pub mod asks;
pub mod imports;
pub mod ingest;
pub mod jobs;
pub mod model;
pub mod store;
pub mod tiers;
pub mod web;

pub use model::{OwnLink, Program, affiliate_link};
pub use tiers::standing;
