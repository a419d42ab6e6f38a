//! Letters of accounts; each struct is a folder of `email_templates`.

use crate::mail::Letter;
use serde::Serialize;

/// Asks an applicant to confirm the address.
#[derive(Debug, Serialize)]
pub struct ConfirmAddress {
    /// Name as typed.
    pub name: String,
    /// The link; it ends in the token.
    pub link: String,
    /// Days it is good for.
    pub days: i64,
}
impl Letter for ConfirmAddress {
    const NAME: &'static str = "confirm_address";
}

/// Tells somebody who applied again that there is an account already.
#[derive(Debug, Serialize)]
pub struct AlreadyMember {
    /// Name in the account.
    pub name: String,
    /// Where to sign in.
    pub login: String,
    /// Where to get a new password.
    pub forgot: String,
}
impl Letter for AlreadyMember {
    const NAME: &'static str = "already_member";
}

/// Tells managers that applications wait.
#[derive(Debug, Serialize)]
pub struct ApplicationsWaiting {
    /// The manager's name.
    pub name: String,
    /// How many wait.
    pub count: i64,
    /// Whether it is exactly one.
    pub one: bool,
    /// The page with them.
    pub link: String,
}
impl Letter for ApplicationsWaiting {
    const NAME: &'static str = "applications_waiting";
}

/// A link for a new password.
#[derive(Debug, Serialize)]
pub struct ResetPassword {
    /// The member's name.
    pub name: String,
    /// The link; it ends in the token.
    pub link: String,
    /// Minutes it is good for.
    pub minutes: i64,
}
impl Letter for ResetPassword {
    const NAME: &'static str = "reset_password";
}

/// A one-time link that signs in.
#[derive(Debug, Serialize)]
pub struct LoginLink {
    /// The member's name.
    pub name: String,
    /// The link; it ends in the token.
    pub link: String,
    /// Minutes it is good for.
    pub minutes: i64,
}
impl Letter for LoginLink {
    const NAME: &'static str = "login_link";
}

/// Tells that the password was changed.
#[derive(Debug, Serialize)]
pub struct PasswordChanged {
    /// The member's name.
    pub name: String,
    /// Where to get a new password, if it was somebody else.
    pub forgot: String,
}
impl Letter for PasswordChanged {
    const NAME: &'static str = "password_changed";
}
