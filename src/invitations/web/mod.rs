//! Pages of invitations.

mod desk;
mod guest;

pub use desk::*;
pub use guest::*;
