//! Texts that bind: imprint, privacy, and the terms of the house and of each program. Every change is a new version
//! that stays readable; who accepted which version, when and from where is a log that only grows.
//!
//! A version that `asks` wants a new yes from members who accepted an earlier one; they are asked when they sign in next.
//! The imprint never asks. The team is never asked: it writes the texts.

pub mod actions;
pub mod api;
pub mod model;
pub mod store;
pub mod web;
