//! The suite: a real server on a port of its own with a database of its own, asked over real sockets.
//! `KONTOR_TEST_POSTGRES=postgres://…` runs the same tests on PostgreSQL.

mod support;

mod accounts;
mod architecture;
mod database;
mod forums;
mod demo;
mod library;
mod platform;
mod rooms;
mod programs;
mod newsletters;
mod segments;
