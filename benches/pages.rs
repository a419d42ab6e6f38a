//! Speed of the thread page.
fn main() {}
