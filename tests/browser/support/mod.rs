//! What every browser test needs: a driver, browsers, eyes.

mod browser;
mod driver;
mod look;

pub use browser::Browser;
pub use look::all_well;
