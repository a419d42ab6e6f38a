//! Rules of members.

mod block;
mod member;
mod niche;
mod profile;
mod tier;

pub use block::block;
pub use member::change_member;
pub use niche::{change_niche, create_niche};
pub use profile::change_profile;
pub use tier::change_tiers;
