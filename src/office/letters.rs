//! Letters of the office.

use crate::mail::Letter;
use serde::Serialize;

/// Shows an admin that mail arrives.
#[derive(Debug, Serialize)]
pub struct TestMail {
    /// The admin's name.
    pub name: String,
}
impl Letter for TestMail {
    const NAME: &'static str = "test_mail";
}
