//! Pages of newsletters.

mod archive;
mod desk;
mod form;
mod report;

pub use archive::*;
pub use desk::*;
pub use report::*;
