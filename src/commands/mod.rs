//! One file a command.

pub mod admin;
pub mod backup;
pub mod bench_data;
pub mod demo;
pub mod doctor;
pub mod keys;
pub mod migrate;
pub mod move_to;
pub mod restore;
pub mod serve;
pub mod upgrade_check;
