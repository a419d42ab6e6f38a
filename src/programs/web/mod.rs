//! Pages of programs, imports and the own standing.

pub mod imports;
pub mod programs;
pub mod standing;
