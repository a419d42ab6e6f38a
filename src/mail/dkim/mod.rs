//! DKIM: keys of the house, their DNS records, signatures over every mail that leaves.

mod canon;
mod key;
mod sign;
pub mod store;

pub use key::{Algorithm, Fresh, Key};
pub use sign::{Signer, signatures};
