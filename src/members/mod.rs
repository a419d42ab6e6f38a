//! Members, their niches and tiers, the directory, the audit log.
//!
//! Invariants: whoever may not know of a niche or an inactive member gets "not found"; e-mail addresses are shown
//! to the team only; every change by the team leaves a line in the audit log; a change of status, role or tier raises
//! `rights_version` and tells listeners (`member.changed`, `tier.changed`, `member.ref_set`, `niche.created`).

pub mod actions;
pub mod api;
pub mod letters;
pub mod model;
pub mod store;
pub mod web;
