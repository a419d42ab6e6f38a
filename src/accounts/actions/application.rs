//! Applying and confirming the address.

use super::super::letters::{AlreadyMember, ConfirmAddress};
use super::super::model::{Application, Applied, ConsentState, Origin, Purpose, Status};
use super::super::store::{self, AccountRow, ConsentOf, NewAccount};
use super::super::{jobs, password, token};
use super::consent::give;
use crate::db::{DAY, Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::mail::To;
use crate::policies::model::From;
use crate::policies::store as policies;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Role};

/// A link that confirms an address is good for a week.
const CONFIRM_LIFE: Ms = 7 * DAY;

/// Takes an application. Known and unknown addresses get the same answer after the same work: what differs is
/// the letter, and only who owns the mailbox reads that.
///
/// # Errors
/// A niche that is not open to everybody; [`Error::TooMany`] for the caller's own address on the network.
pub async fn apply(house: &House, application: Application, origin: Origin) -> Result<()> {
    house.limits.take(Bucket::Mails, &origin.ip)?;
    let Application { email, password: clear, profile: mut applied, asked } = application;
    let wanted = applied.niches.clone();
    let open = house.db.read(store::list_open_niches).await?;
    if !wanted.iter().all(|w| open.iter().any(|(slug, _, _)| slug == w)) {
        return Err(Error::field("niches", "not_found"));
    }
    let texts = house.db.read(policies::required_of_applicants).await?;
    if asked && !texts.iter().all(|p| applied.policies.contains(&p.id)) {
        return Err(Error::field("policies", "policy_needed"));
    }
    applied.policies.retain(|id| texts.iter().any(|p| p.id == *id));
    applied.password_hash = password::hash(clear).await?;
    // A mailbox that got three letters gets no fourth for a while; the answer stays the same.
    if house.limits.take(Bucket::MailTo, &email.key).is_err() {
        return Ok(());
    }
    let fresh = token::fresh()?;
    let house_in = house.clone();
    house
        .db
        .write(move |tx| {
            let (id, to) = match store::find_account_by_email(tx, &email.key)? {
                Some(known) if !waits_for_address(&known) => return tell_known(&house_in, tx, &known),
                Some(known) => {
                    (known.id, To { email: known.email.clone(), name: applied.name.clone(), lang: applied.lang })
                }
                None => {
                    let new = NewAccount {
                        email: &email,
                        name: &applied.name,
                        password_hash: Some(&applied.password_hash),
                        role: Role::Member,
                        status: Status::PendingEmail,
                        lang: applied.lang,
                        pitch: &applied.pitch,
                    };
                    let id = store::insert_account(tx, &new)?;
                    (id, To { email: email.address.clone(), name: applied.name.clone(), lang: applied.lang })
                }
            };
            let of = ConsentOf { member: Some(id), email_key: &email.key, lang: applied.lang, source: "application" };
            for kind in &applied.consents {
                store::insert_consent(tx, &of, *kind, ConsentState::Pending, &origin)?;
            }
            let detail = serde_json::to_string(&applied).map_err(Error::internal)?;
            let hash = token::hash(&fresh);
            store::insert_mail_token_with(tx, Some(id), Purpose::Confirm, &hash, CONFIRM_LIFE, &detail)?;
            let link = house_in.config.absolute(&format!("/confirm/{fresh}"));
            house_in.mailer.post(
                tx,
                &to,
                &ConfirmAddress { name: applied.name.clone(), link, days: CONFIRM_LIFE / DAY },
            )
        })
        .await
}

fn waits_for_address(account: &AccountRow) -> bool {
    matches!(Status::parse(&account.status), Some(Status::PendingEmail | Status::Invited))
}

fn tell_known(house: &House, tx: &mut Tx<'_>, known: &AccountRow) -> Result<()> {
    let letter = AlreadyMember {
        name: known.name.clone(),
        login: house.config.absolute("/login"),
        forgot: house.config.absolute("/forgot"),
    };
    house.mailer.post(tx, &known.to(), &letter)
}

/// Confirms the address with the mailed token: the application it was sent for takes effect, with its consents,
/// and waits for a manager.
///
/// # Errors
/// [`Error::NotFound`] when the token is unknown, used or over.
pub async fn confirm(house: &House, link: &str, origin: Origin) -> Result<MemberId> {
    let hash = token::hash(link);
    house
        .db
        .write(move |tx| {
            let (member, detail) = store::use_mail_token_with(tx, Purpose::Confirm, &hash)?;
            let id = member.ok_or(Error::NotFound)?;
            let applied: Applied = serde_json::from_str(&detail).map_err(Error::internal)?;
            store::end_mail_tokens(tx, id, Purpose::Confirm)?;
            if !store::mark_confirmed(tx, id, &applied)? {
                return Err(Error::NotFound);
            }
            store::replace_niches(tx, id, &applied.niches)?;
            for kind in &applied.consents {
                give(tx, id, *kind, applied.lang, "confirmation", &origin)?;
            }
            let from = From {
                source: "application",
                locale: applied.lang.code(),
                ip: origin.ip.clone(),
                agent: origin.agent.clone(),
            };
            policies::accept(tx, id, &applied.policies, &from)?;
            super::rights_changed(tx, id)?;
            let told = serde_json::json!({ "member_id": id, "via": applied.via });
            crate::jobs::emit(tx, "application.confirmed", &told)?;
            jobs::tell_soon(tx)?;
            Ok(id)
        })
        .await
}
