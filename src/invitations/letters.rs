//! The letter that invites.

use crate::mail::Letter;
use serde::Serialize;

/// Asks somebody who was imported to come in.
#[derive(Debug, Serialize)]
pub struct Invitation {
    /// Their name.
    pub name: String,
    /// The program they sell for; empty where none is known.
    pub program: String,
    /// Their reference in it; empty where none is known.
    pub reference: String,
    /// The link; it ends in the token.
    pub link: String,
    /// Days it is good for.
    pub days: i64,
    /// Whether it is the one reminder.
    pub reminder: bool,
}
impl Letter for Invitation {
    const NAME: &'static str = "invitation";
}
