//! Letters of upkeep.

use crate::mail::Letter;
use serde::Serialize;

/// Tells an admin that something must be looked at, or that it is over.
#[derive(Debug, Serialize)]
pub struct AlertMail {
    /// The admin's name.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// What was found.
    pub text: String,
    /// Since when, in UTC.
    pub since: String,
    /// Whether it is over.
    pub over: bool,
    /// The doctor's page.
    pub link: String,
}
impl Letter for AlertMail {
    const NAME: &'static str = "alert";
}
