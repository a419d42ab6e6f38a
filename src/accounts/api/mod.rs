//! JSON of accounts.

mod application;
mod session;
mod tokens;

pub use application::*;
pub use session::*;
pub use tokens::*;
