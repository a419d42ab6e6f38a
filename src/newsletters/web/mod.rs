//! Pages of newsletters.

mod archive;
mod desk;
mod form;

pub use archive::*;
pub use desk::*;
