//! What every test needs: a server, people, their mail.

mod client;
mod mail;
mod server;
mod sink;
mod socket;

pub use client::{Answer, Client};
pub use mail::Mail;
pub use server::{Server, config};
pub use sink::{Act, Door, Sink};
pub use socket::{Said, Socket};
