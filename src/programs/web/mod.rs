//! Pages of programs, imports and the own standing.

pub mod asks;
pub mod imports;
pub mod programs;
pub mod standing;
pub mod wizard;
