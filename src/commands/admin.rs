//! `kontor admin create`: make an admin, also beside a running server.

use crate::accounts::actions::create_admin;
use crate::app::open_database;
use crate::config::Config;
use crate::db::Clock;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::problem::field_message;
use std::io::Read;

/// Creates the admin; the password comes from standard input, its last newline is not part of it.
///
/// # Errors
/// A clear message for each wrong field.
pub async fn create(config: &Config, email: &str, name: &str) -> Result<()> {
    let mut password = String::new();
    std::io::stdin().lock().take(4096).read_to_string(&mut password).map_err(Error::internal)?;
    let password = password.strip_suffix('\n').unwrap_or(&password);
    let password = password.strip_suffix('\r').unwrap_or(password);
    let db = open_database(config, Clock::default())?;
    let made = create_admin(&db, email, name, password, Lang::En).await;
    db.close();
    match made {
        Ok(_) => super::serve::say(&format!("Admin {email} can sign in now.")),
        Err(Error::Invalid(fields)) => Err(Error::config(
            fields
                .iter()
                .map(|f| format!("{}: {}", f.field, field_message(Lang::En, f)))
                .collect::<Vec<_>>()
                .join("\n"),
        )),
        Err(other) => Err(other),
    }
}
