//! SQL of chat: rooms and places in them, the log, what is unread, the rights behind connections.

mod direct;
mod extras;
mod find;
mod history;
mod hooks;
mod hours;
mod keep;
mod log;
mod mentions;
mod polls;
mod previews;
mod reading;
mod rights;
mod room;
mod sidebar;

pub use direct::*;
pub use extras::*;
pub use find::*;
pub use history::*;
pub use hooks::*;
pub use hours::*;
pub use keep::*;
pub use log::*;
pub use mentions::*;
pub use polls::*;
pub use previews::*;
pub use reading::*;
pub use rights::*;
pub use room::*;
pub use sidebar::*;
