//! Letters of members; each struct is a folder of `email_templates`.

use crate::mail::Letter;
use serde::Serialize;

/// The application was approved.
#[derive(Debug, Serialize)]
pub struct Welcome {
    /// The member's name.
    pub name: String,
    /// Where to sign in.
    pub login: String,
    /// Where to get a password, for members who never set one; empty for the others.
    pub forgot: String,
}
impl Letter for Welcome {
    const NAME: &'static str = "welcome";
}

/// The application was declined.
#[derive(Debug, Serialize)]
pub struct Declined {
    /// The applicant's name.
    pub name: String,
    /// Why, in the manager's words; may be empty.
    pub reason: String,
}
impl Letter for Declined {
    const NAME: &'static str = "declined";
}
