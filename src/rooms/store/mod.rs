//! SQL of chat: rooms and places in them, the log, what is unread, the rights behind connections.

mod log;
mod reading;
mod rights;
mod room;

pub use log::*;
pub use reading::*;
pub use rights::*;
pub use room::*;
