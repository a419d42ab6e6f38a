//! Material beside texts: pictures, brand kits, fact sheets, guides, training, questions and answers, their files and
//! sections; collections of them; bringing many at once; and what the team wants to know about all of it.
//!
//! Invariants:
//! - who may see a resource may see its details, files and sections, and nobody else: every read asks the library first;
//! - a file belongs to the manager who puts it in, or is already in this resource;
//! - an own mark of progress is the member's own; the team sees numbers only.

pub mod actions;
pub mod api;
pub mod bulk;
pub mod collections;
pub mod jobs;
pub mod model;
pub mod prints;
pub mod sheet;
pub mod source;
pub mod store;
pub mod tell;
pub mod web;
