//! Invitations: imported people are asked to come in, in waves; a standing link for groups elsewhere.
//!
//! Invariants: nobody is invited twice, and reminded at most once; an address that must not be mailed gets nothing; a
//! wave sends no faster than it was told; a state only moves forward: queued, invited, delivered, opened, active.
//! Whoever accepts proves the mailbox with the link; consents are asked for one by one and never ticked before.

pub mod actions;
pub mod api;
pub mod jobs;
pub mod letters;
pub mod model;
pub mod store;
pub mod web;
