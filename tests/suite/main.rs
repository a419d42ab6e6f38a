//! The suite: a real server on a port of its own with a database of its own, asked over real sockets.
//! `KONTOR_TEST_POSTGRES=postgres://…` runs the same tests on PostgreSQL.

mod support;

mod accounts;
mod address;
mod architecture;
mod chat_abuse;
mod chat_links;
mod chat_log;
mod chat_nodes;
mod chat_order;
mod chat_readers;
mod chat_rights;
mod crash;
mod database;
mod demo;
mod files;
mod forums;
mod imports;
mod imports_crash;
mod invitations;
mod letters;
mod library;
mod library_books;
mod library_desk;
mod library_finding;
mod library_links;
mod library_mine;
mod library_props;
mod mail_routes;
mod material;
mod members;
mod messages;
mod newsletters;
mod notices;
mod notices_mail;
mod notices_push;
mod platform;
mod policies;
mod programs;
mod rooms;
mod rooms_outside;
mod rooms_talk;
mod segments;
mod setup;
mod upkeep;
