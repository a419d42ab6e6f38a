//! What every test needs: a server, people, their mail.

mod client;
mod mail;
mod node;
mod person;
mod proxy;
mod server;
mod sink;
mod socket;

pub use client::{Answer, Client};
pub use mail::Mail;
pub use node::Node;
pub use person::{Person, check, join_foyer, settle_and_check, stored};
pub use proxy::{Proxy, Wire};
pub use server::{Server, config, ready_config};
pub use sink::{Act, Door, Sink};
pub use socket::{Said, Socket};
