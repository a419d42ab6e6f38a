//! Rules of policies.

use super::model::{From, Kind, Policy, PolicyInput};
use super::store;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::house::House;
use crate::settings::{self, Bilingual};
use crate::web::guards::Ctx;
use crate::web::viewer::{MemberId, Role, Viewer};

/// Publishes a new version: terms by managers, imprint and privacy by admins.
///
/// # Errors
/// Wrong fields, an unknown program, [`Error::Forbidden`].
pub async fn publish(house: &House, by: &Viewer, input: PolicyInput) -> Result<Policy> {
    let input = input.parse()?;
    if input.kind != Kind::Terms && by.role < Role::Admin {
        return Err(Error::Forbidden("admins_only"));
    }
    let actor = by.id;
    let made = house
        .db
        .write(move |tx| {
            let program = match input.program.as_deref().filter(|p| !p.is_empty()) {
                None => None,
                Some(slug) => {
                    let all = store::list_programs(tx)?;
                    let found = all.iter().find(|(_, s, _)| s == slug).ok_or(Error::field("program", "not_found"))?;
                    Some(found.0)
                }
            };
            keep_in_settings(tx, input.kind, &input.text)?;
            store::insert(tx, (input.kind, program), &input.text, input.asks(), Some(actor))
        })
        .await?;
    let current = house.settings.clone();
    house.db.read(move |c| current.refresh(c).map(drop)).await?;
    Ok(made)
}

/// Newsletters and the public pages read imprint and privacy from the settings.
fn keep_in_settings(tx: &mut Tx<'_>, kind: Kind, text: &Bilingual) -> Result<()> {
    let mut now = settings::load(tx)?;
    match kind {
        Kind::Imprint => now.imprint = text.clone(),
        Kind::Privacy => now.privacy = text.clone(),
        Kind::Terms => return Ok(()),
    }
    settings::save(tx, &now)
}

/// Notes a yes of `member` to each of `ids`.
///
/// # Errors
/// [`Error::NotFound`] when one of them is no current version.
pub async fn accept(house: &House, member: MemberId, ids: Vec<i64>, from: From) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let known = store::list_current(tx)?;
            if !ids.iter().all(|id| known.iter().any(|p| p.id == *id)) {
                return Err(Error::NotFound);
            }
            store::accept(tx, member, &ids, &from)
        })
        .await
}

/// Where a member who has just signed in goes: to the texts that wait for a yes, then on to `next`.
///
/// # Errors
/// When the database fails.
pub async fn way_in(house: &House, member: MemberId, next: &str) -> Result<String> {
    let waiting = house.db.read(move |c| store::pending(c, member)).await?;
    if waiting.is_empty() {
        return Ok(next.to_owned());
    }
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Ok(format!("/me/agree?next={next}"))
}

/// Where the yes of this request comes from.
pub fn from(ctx: &Ctx, source: &'static str) -> From {
    From { source, locale: ctx.lang().code(), ip: ctx.ip(), agent: ctx.agent.clone() }
}
