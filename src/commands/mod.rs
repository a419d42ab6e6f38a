//! One file a command.

pub mod admin;
pub mod demo;
pub mod bench_data;
pub mod migrate;
pub mod serve;
