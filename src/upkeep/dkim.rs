//! Keys that sign mail: made here, published by the operator in the DNS, put to work once they are found there.

use super::doctor::{Finding, Names, State, domain_of};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::house::House;
use crate::mail::dkim::store::{self, Kept};
use crate::mail::dkim::{Algorithm, Key};
use crate::members::store::insert_audit;
use crate::settings;
use crate::web::viewer::Viewer;

/// Makes a key of each algorithm for the domain that mails come from.
///
/// # Errors
/// [`Error::Invalid`] when the sender has no domain.
pub async fn create(house: &House, actor: &Viewer) -> Result<()> {
    let own = house.db.read(settings::load).await?.sender;
    let sender = if own.trim().is_empty() { house.config.mail_from.clone() } else { own };
    let Some(domain) = domain_of(&sender) else { return Err(Error::field("sender", "invalid")) };
    // Making an RSA key takes seconds of one core.
    let made = tokio::task::spawn_blocking(|| Algorithm::ALL.map(|a| Key::generate(a).map(|fresh| (a, fresh))));
    let fresh = made.await.map_err(Error::internal)?.into_iter().collect::<Result<Vec<_>>>()?;
    let (inner, actor) = (house.clone(), actor.id);
    house
        .db
        .write(move |tx| {
            let n = store::list_keys(tx)?.first().map_or(0, |k| k.id) + 1;
            for (algorithm, fresh) in &fresh {
                let selector = format!("kontor{n}{}", &algorithm.code()[..1]);
                store::insert_key(tx, &inner.secrets, &domain, &selector, *algorithm, fresh)?;
            }
            insert_audit(tx, Some(actor), "dkim.create", ("settings", None), &domain)
        })
        .await
}

/// Lets a key sign, once the DNS shows it: mails signed with a key that nobody finds are worse than unsigned ones.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] (`dns`: `not_published`, `no_dns`) when the record is not there yet.
pub async fn activate(house: &House, actor: &Viewer, id: i64) -> Result<()> {
    let key = find(house, id).await?;
    match is_published(&house.config, &key).await {
        Ok(true) => {}
        Ok(false) => return Err(Error::field("dns", "not_published")),
        Err(_) => return Err(Error::field("dns", "no_dns")),
    }
    let actor = actor.id;
    house
        .db
        .write(move |tx| {
            store::mark_active(tx, &key)?;
            insert_audit(tx, Some(actor), "dkim.activate", ("settings", Some(id)), &key.name())
        })
        .await
}

/// Forgets a key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(house: &House, actor: &Viewer, id: i64) -> Result<()> {
    let key = find(house, id).await?;
    let actor = actor.id;
    house
        .db
        .write(move |tx| {
            if !store::delete_key(tx, id)? {
                return Err(Error::NotFound);
            }
            insert_audit(tx, Some(actor), "dkim.remove", ("settings", Some(id)), &key.name())
        })
        .await
}

async fn find(house: &House, id: i64) -> Result<Kept> {
    let keys = house.db.read(store::list_keys).await?;
    keys.into_iter().find(|k| k.id == id).ok_or(Error::NotFound)
}

/// Whether the DNS shows the record of a key.
///
/// # Errors
/// When the DNS does not answer.
pub async fn is_published(config: &Config, key: &Kept) -> Result<bool, String> {
    found(&Names::new(config.operations.dns)?, key).await
}

async fn found(names: &Names, key: &Kept) -> Result<bool, String> {
    let texts = names.texts(&key.name()).await?;
    let same = |text: &String| {
        let part = text.split(';').map(str::trim).find_map(|p| p.strip_prefix("p="));
        // Long values are cut into strings, and some hosts put blanks between them.
        part.is_some_and(|p| p.split_whitespace().collect::<String>() == key.public_key)
    };
    Ok(texts.iter().any(same))
}

/// What the doctor says of the keys of a domain; nothing where there are none.
///
/// # Errors
/// When the DNS does not answer.
pub async fn findings(names: &Names, keys: &[Kept], domain: &str) -> Result<Vec<Finding>, String> {
    let mut out = Vec::new();
    for key in keys.iter().filter(|k| k.domain == domain) {
        let there = found(names, key).await?;
        let (state, code) = match (key.active_at.is_some(), there) {
            (true, true) => (State::Ok, "signs"),
            (true, false) => (State::Bad, "lost"),
            (false, true) => (State::Warn, "ready"),
            (false, false) => (State::Warn, "waiting"),
        };
        let finding = Finding::new("dkim", state, code).with("name", key.name());
        out.push(if there { finding } else { finding.paste(key.name(), "TXT", key.record()) });
    }
    Ok(out)
}
