//! One file a command.

pub mod admin;
pub mod bench_data;
pub mod demo;
pub mod migrate;
pub mod serve;
