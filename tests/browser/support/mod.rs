//! What every browser test needs: a driver, browsers, eyes.

mod browser;
mod driver;
mod look;
mod wire;

pub use browser::Browser;
pub use look::{Look, NARROW, WIDE, all_well};
pub use wire::{Line, Wire};
