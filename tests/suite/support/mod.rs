//! What every test needs: a server, people, their mail.

mod client;
mod mail;
mod server;
mod socket;

pub use client::{Answer, Client};
pub use mail::Mail;
pub use server::{Server, config};
pub use socket::{Said, Socket};
