//! SQL of newsletters.

mod campaigns;
mod deliveries;
mod people;
mod report;
mod seen;

pub use campaigns::*;
pub use deliveries::*;
pub use people::*;
pub use report::*;
pub use seen::*;
