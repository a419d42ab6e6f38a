//! Notifications: what happened that concerns one member, kept until read, told in the page, by Web Push and by mail.
//!
//! Invariants:
//! - a notification is written in the transaction of its cause; it is told after that commit, by a durable job;
//! - its text is made when it is shown, in the reader's language, from the kind's text and the kept arguments;
//! - whoever may not see the subject any more sees, counts and gets nothing of it: the gate of the subject is asked each time;
//! - nothing is pushed or mailed twice: the row is marked in the transaction that queues it.
//!
//! Others use: [`actions::notify`] and [`actions::notify_many`] with a kind of [`kinds`], [`actions::mark_place_read`] when a place
//! was read, [`actions::count_unread`] for counters, [`store::level_of`] and [`store::set_level`] for a room's or thread's volume.
//! A subject needs a gate in `app.rs`; without one it stays unseen.

pub mod actions;
pub mod api;
pub mod digest;
pub mod jobs;
pub mod keys;
pub mod kinds;
pub mod letters;
pub mod model;
pub mod push;
pub mod store;
pub mod web;
