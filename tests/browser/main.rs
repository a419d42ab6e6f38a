//! The house in Chromium: what people do, in both languages, and how every page looks to them.
//!
//! `tests/run browser` brings what is needed and runs it; pictures lie in `target/screenshots` afterwards.

#[expect(dead_code, unused_imports, reason = "the suite uses all of it, this binary a part")]
#[path = "../suite/support/mod.rs"]
mod house;
mod support;

mod apply;
mod crawl;
mod entrance;
mod first_manager;
mod first_partner;
mod forums;
mod forums_craft;
mod imports;
mod invitations;
mod library;
mod material;
mod newsletters;
mod pages;
mod rooms;
mod rooms_line;
mod rooms_walk;
