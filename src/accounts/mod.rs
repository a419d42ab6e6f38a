//! Who you are and how you get in: application, confirmation, login, sessions, tokens.
//!
//! Invariants: passwords are argon2id on a bounded pool; tokens of sessions, mails and programs are stored as hashes;
//! nobody learns from an answer or its timing who is registered; a change of rights raises `rights_version`.

pub mod actions;
pub mod api;
pub mod jobs;
pub mod letters;
pub mod model;
pub mod password;
pub mod store;
pub mod token;
pub mod web;
