//! Order in rooms: the pace (slow mode), who may speak (everybody, the team, nobody), and what moderators decide about single
//! members: mute, kick, ban, taking back everything they said.
//!
//! Invariants:
//! - rights of the moderator are looked at inside the transaction, as of that moment; nobody acts on somebody of the own
//!   rank or above;
//! - every decision is in the audit log in the transaction that takes it;
//! - what a decision changes for others is an event of the room (`room`, `member` in private rooms, `del`), and reaches open
//!   connections within a second;
//! - going out and coming in again ends neither a mute nor a ban.

pub mod actions;
pub mod api;
pub(super) mod store;
pub mod web;

pub use store::{Order, Sanction};
