//! Pages of newsletters.

pub mod archive;
mod desk;
mod form;
mod report;
mod returns;

pub use archive::*;
pub use desk::*;
pub use report::*;
pub use returns::*;
