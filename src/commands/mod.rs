//! One file a command.

pub mod admin;
pub mod migrate;
pub mod serve;
