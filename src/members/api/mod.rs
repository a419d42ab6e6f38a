//! JSON of members, niches and tiers.

mod block;
mod me;
mod member;
mod niche;
mod tier;

pub use block::*;
pub use me::*;
pub use member::*;
pub use niche::*;
pub use tier::*;
