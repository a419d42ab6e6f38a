//! Pages of the material: what a resource's page shows of it, printing, progress; the desk; collections; many at once;
//! use and quality.

pub mod bulk;
pub mod collections;
pub mod desk;
pub mod office;
pub mod show;
pub mod view;
