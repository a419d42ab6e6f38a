//! The front door and the office: landing and start page, legal pages, settings, mail, queue, audit log, tokens.
//!
//! It uses accounts and members; what other features have to say on its pages comes through `web::sources`.
//! Invariants: `/` answers anyone with 200; a kept mail is shown only inside a sandbox with a policy of its own;
//! every change leaves a line in the audit log.

pub mod actions;
pub mod api;
pub mod cards;
pub mod letters;
pub mod model;
pub mod partner;
pub mod personal;
pub mod setup;
pub mod shared;
mod store;
pub mod web;
