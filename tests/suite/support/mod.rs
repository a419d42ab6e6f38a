//! What every test needs: a server, people, their mail.

mod client;
mod mail;
mod server;

pub use client::{Answer, Client};
pub use mail::Mail;
pub use server::{Server, config};
