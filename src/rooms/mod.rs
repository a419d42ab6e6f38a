//! Chat: rooms, their log of events, membership, unread counters.
//!
//! Invariants:
//! - every change in a room is one row of `room_events` with the next `seq`, written in the transaction of the change and
//!   told after its commit;
//! - a `cid` is one message of its sender for ever: kept apart from the message, so that edit and erasure change nothing;
//! - who may see a room is decided in [`model::Room::is_open_to`], who may read and write it in addition by membership;
//!   rights are looked at inside the transaction of every change.
//!
//! Others use: [`actions::ensure_foyer`], [`actions::open_niche_room`] (listener of `niche.created`),
//! [`actions::on_member_changed`] (listener of `member.changed`), [`store::list_joined`] for the shell.

pub mod actions;
pub mod api;
pub mod export;
pub mod find;
pub mod ics;
pub mod jobs;
pub mod model;
pub mod moderation;
pub mod preview;
pub mod slack;
pub mod socket;
pub mod store;
pub mod web;
