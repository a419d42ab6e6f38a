//! JSON of accounts.

mod application;
mod export;
mod session;
mod tokens;

pub use application::*;
pub use export::*;
pub use session::*;
pub use tokens::*;
