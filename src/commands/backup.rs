//! `kontor backup FILE`: one consistent archive of database and files, taken while the server runs.

use super::serve::say;
use crate::config::Config;
use crate::error::Result;
use crate::upkeep::backups;
use std::path::PathBuf;

/// Takes the backup.
///
/// # Errors
/// When something cannot be read or written.
pub async fn run(config: &Config, file: PathBuf) -> Result<()> {
    let shown = file.display().to_string();
    let made = backups::by_command(config, file).await?;
    say(&format!("{shown}: {} rows, {} files, {} bytes", made.rows, made.files, made.bytes))?;
    say(&format!("sha256 {} (also in {shown}.sha256)", made.sha256))?;
    if made.sealed {
        say("Encrypted by KONTOR_BACKUP_PASSPHRASE; the keys of encrypted fields are in it.")?;
    } else {
        say(
            "Not encrypted: set KONTOR_BACKUP_PASSPHRASE. The keys of encrypted fields (the file `keys` of the data directory) are NOT in it.",
        )?;
    }
    say("Not in it: the environment (SMTP_URL, DATABASE_URL, REDIS_URL, passphrases, S3 keys), the key of TLS.")
}
