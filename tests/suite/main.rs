//! The suite: a real server on a port of its own with a database of its own, asked over real sockets.
//! `KONTOR_TEST_POSTGRES=postgres://…` runs the same tests on PostgreSQL.

mod support;

mod accounts;
mod architecture;
mod crash;
mod database;
mod demo;
mod forums;
mod letters;
mod library;
mod mail_routes;
mod members;
mod newsletters;
mod platform;
mod programs;
mod rooms;
mod segments;
