//! `kontor demo`: the server on a throw-away data directory with the demo community "Nordlicht Partnernetz".
//!
//! Everything in it is fictional and written for this project. It is the same every time, relative to now:
//! 24 partners in both languages with 120 days of sales, forums, rooms, texts and campaigns, so that every page
//! has something to show and every situation of the handbook (a first sale, a drop, a best month) is there.

mod arrivals;
mod bell;
mod chat;
mod letters;
mod material;
mod money;
mod people;
mod rules;
mod shelf;
mod talk;
mod upkeep;

use crate::accounts::password;
use crate::app::{self, Running};
use crate::config::{BackupPlace, Config};
use crate::db::{Clock, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::settings::{self, Bilingual, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// The password of every demo login.
pub const PASSWORD: &str = "nordlicht-demo";

/// One login for each role: label, address.
pub const LOGINS: [(&str, &str); 5] = [
    ("Admin", "ruth.okafor@nordlicht.example"),
    ("Manager (Deutsch)", "jana.petersen@nordlicht.example"),
    ("Manager (English)", "tom.alder@nordlicht.example"),
    ("Partner, Spitze / Top", "mehmet.aydin@nordlicht.example"),
    ("Partner, Einsteiger / Starter", "uwe.harms@nordlicht.example"),
];

/// A running demo; its folder goes when it stops.
pub struct Demo {
    /// The server.
    pub running: Running,
    dir: PathBuf,
}

impl Demo {
    /// Stops the server and takes its folder away.
    pub async fn stop(self) {
        self.running.stop().await;
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            tracing::warn!(%error, "the demo's folder could not be removed");
        }
    }
}

/// Runs the demo until SIGTERM or Ctrl+C.
///
/// # Errors
/// When it cannot start.
pub async fn run(config: Config) -> Result<()> {
    let demo = start(config, Clock::default()).await?;
    let say = super::serve::say;
    say(&format!("Kontor demo listens on {}", demo.running.house.config.absolute("")))?;
    say(&format!("Password of every login: {PASSWORD}"))?;
    for (role, email) in LOGINS {
        say(&format!("  {role:<30} {email}"))?;
    }
    say("Everything is thrown away when it stops.")?;
    super::serve::wait_for_signal().await?;
    demo.stop().await;
    Ok(())
}

/// Starts the demo in a fresh folder, whatever the configuration says about data, mail and other nodes.
///
/// # Errors
/// When it cannot start.
pub async fn start(mut config: Config, clock: Clock) -> Result<Demo> {
    let dir = fresh_folder()?;
    config.database_url = dir.join("kontor.db").display().to_string();
    config.data_dir = dir.clone();
    config.smtp = None;
    config.redis_url = None;
    config.demo = true;
    config.operations.backup_to = Some(BackupPlace::Folder(dir.join("backups")));
    config.operations.backup_passphrase = Some(PASSWORD.into());
    let running = app::start(config, clock).await?;
    populate(&running.house).await?;
    Ok(Demo { running, dir })
}

fn fresh_folder() -> Result<PathBuf> {
    let name: String = crate::accounts::token::fresh()?.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    let dir = std::env::temp_dir().join(format!("kontor-demo-{name}"));
    std::fs::create_dir_all(&dir).map_err(Error::internal)?;
    Ok(dir)
}

/// Fills an empty house.
///
/// # Errors
/// When something of it cannot be written.
pub async fn populate(house: &House) -> Result<()> {
    // One hash for all of them: argon2 is meant to be slow.
    let hash = password::hash(PASSWORD.to_owned()).await?;
    let everybody = house.db.write(move |tx| {
        settings::save(tx, &settings_of_the_house())?;
        let places = people::insert_places(tx)?;
        people::insert_everybody(tx, &hash, places)
    });
    let everybody = Arc::new(everybody.await?);
    let all = everybody.clone();
    house.db.write(move |tx| rules::insert_rules(tx, &all)).await?;
    let all = everybody.clone();
    house.db.write(move |tx| money::insert_sales(tx, &all)).await?;
    let all = everybody.clone();
    house
        .db
        .write(move |tx: &mut Tx<'_>| {
            talk::insert_threads(tx, &all)?;
            talk::insert_rooms(tx, &all)?;
            chat::insert_around(tx, &all)
        })
        .await?;
    let all = everybody.clone();
    house
        .db
        .write(move |tx| {
            upkeep::insert_backups(tx)?;
            shelf::insert_resources(tx, &all)?;
            letters::insert_campaigns(tx, &all)?;
            arrivals::insert_arrivals(tx, &all)?;
            bell::insert_notices(tx, &all)
        })
        .await?;
    material::insert(house, &everybody).await
}

fn settings_of_the_house() -> Settings {
    Settings {
        community_name: "Nordlicht Partnernetz".into(),
        tagline: Bilingual {
            de: "Das Partnernetz für Heimtraining und gute Planung: Foren, Räume, Newsletter und Texte, die zu dir passen.".into(),
            en: "The partner network for home training and good planning: forums, rooms, newsletters and texts that fit you.".into(),
        },
        imprint: Bilingual {
            de: "**Nordlicht Partnernetz GmbH (erfunden)**\n\nSpeicherstieg 7\n20457 Hamburg\n\nVertreten durch Ruth Okafor\n\nE-Mail: hallo@nordlicht.example\n\nRegistergericht: Amtsgericht Hamburg, HRB 000000\n\nDies ist eine Vorführung: Firma, Menschen und Zahlen sind erfunden.".into(),
            en: "**Nordlicht Partnernetz GmbH (fictional)**\n\nSpeicherstieg 7\n20457 Hamburg, Germany\n\nRepresented by Ruth Okafor\n\nE-mail: hallo@nordlicht.example\n\nRegister: Amtsgericht Hamburg, HRB 000000\n\nThis is a demonstration: company, people and figures are invented.".into(),
        },
        privacy: Bilingual {
            de: "Diese Vorführung speichert nur, was du in ihr eingibst, auf diesem Rechner und nur, bis sie endet. Es gibt keine Messung durch Dritte und keine fremden Schriften oder Bilder.".into(),
            en: "This demonstration keeps only what you type into it, on this machine, and only until it ends. There is no measuring by third parties and there are no foreign fonts or images.".into(),
        },
        sender: "Nordlicht Partnernetz <post@nordlicht.example>".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Berlin".into(),
        ..Settings::default()
    }
}
