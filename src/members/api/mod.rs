//! JSON of members, niches and tiers.

mod me;
mod member;
mod niche;
mod tier;

pub use me::*;
pub use member::*;
pub use niche::*;
pub use tier::*;
