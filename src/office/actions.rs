//! Rules of the office.

use super::letters::TestMail;
use super::model::SettingsChange;
use crate::accounts::store as accounts;
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs;
use crate::members::store::insert_audit;
use crate::policies::model::Kind;
use crate::policies::store as policies;
use crate::settings::{self, Settings};
use crate::web::brand;
use crate::web::viewer::Viewer;

/// Changes the settings, all of the change or nothing.
///
/// # Errors
/// Wrong fields.
pub async fn change_settings(house: &House, by: &Viewer, change: SettingsChange) -> Result<Settings> {
    let actor = by.id;
    let after = house
        .db
        .write(move |tx| {
            let before = settings::load(tx)?;
            let after = change.apply(&before)?;
            if after != before {
                settings::save(tx, &after)?;
                for (kind, text, old) in
                    [(Kind::Imprint, &after.imprint, &before.imprint), (Kind::Privacy, &after.privacy, &before.privacy)]
                {
                    if text != old {
                        policies::insert(tx, (kind, None), text, false, Some(actor))?;
                    }
                }
                insert_audit(tx, Some(actor), "settings.change", ("settings", None), &changed(&before, &after))?;
            }
            Ok(after)
        })
        .await?;
    let current = house.settings.clone();
    house.db.read(move |c| current.refresh(c).map(drop)).await?;
    Ok(after)
}

/// Takes a picture as the logo of the house, or none.
///
/// # Errors
/// `picture` on `logo`, [`Error::TooLarge`].
pub async fn change_logo(house: &House, by: &Viewer, upload: Option<Vec<u8>>) -> Result<()> {
    let kept = match upload {
        None => (String::new(), String::new()),
        // Decoding and scaling take a while: not on the event loop.
        Some(bytes) => {
            tokio::task::spawn_blocking(move || brand::read_logo(&bytes)).await.map_err(Error::internal)??
        }
    };
    let actor = by.id;
    house
        .db
        .write(move |tx| {
            let now = settings::load(tx)?;
            settings::put(tx, brand::LOGO, &kept.0)?;
            settings::save(tx, &Settings { logo: kept.1.clone(), ..now })?;
            insert_audit(tx, Some(actor), "settings.change", ("settings", None), "logo")
        })
        .await?;
    let current = house.settings.clone();
    house.db.read(move |c| current.refresh(c).map(drop)).await
}

/// Names of the fields that differ.
fn changed(before: &Settings, after: &Settings) -> String {
    let pairs = [
        ("community_name", before.community_name != after.community_name),
        ("tagline", before.tagline != after.tagline),
        ("imprint", before.imprint != after.imprint),
        ("privacy", before.privacy != after.privacy),
        ("sender", before.sender != after.sender),
        ("currency", before.currency != after.currency),
        ("time_zone", before.time_zone != after.time_zone),
        ("uploads", before.uploads != after.uploads),
        ("address", before.address != after.address),
        ("accent", before.accent != after.accent || before.accent_dark != after.accent_dark),
    ];
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Lets a job that was given up try again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such dead job.
pub async fn retry_job(house: &House, by: &Viewer, id: i64) -> Result<()> {
    let actor = by.id;
    house
        .db
        .write(move |tx| {
            if !jobs::retry_dead(tx, id)? {
                return Err(Error::NotFound);
            }
            insert_audit(tx, Some(actor), "job.retry", ("job", Some(id)), "")
        })
        .await
}

/// Ends anybody's API token.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn revoke_token(house: &House, by: &Viewer, id: i64) -> Result<()> {
    let actor = by.id;
    house
        .db
        .write(move |tx| {
            let owner = accounts::delete_token(tx, None, id)?;
            insert_audit(tx, Some(actor), "token.revoke", ("member", Some(owner.0)), &id.to_string())
        })
        .await
}

/// Sends the admin a letter over the configured route.
///
/// # Errors
/// When it cannot be queued.
pub async fn send_test_mail(house: &House, by: &Viewer) -> Result<()> {
    let (id, inner) = (by.id, house.clone());
    house
        .db
        .write(move |tx| {
            let account = accounts::find_account(tx, id)?;
            inner.mailer.post(tx, &account.to(), &TestMail { name: account.name.clone() })
        })
        .await
}
