//! SQL of newsletters.

mod campaigns;
mod deliveries;
mod people;

pub use campaigns::*;
pub use deliveries::*;
pub use people::*;
