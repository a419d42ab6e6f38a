//! What the team decides about a member.

use super::super::letters::{Declined, Welcome};
use super::super::model::{MemberChange, RefChange, invalid};
use super::super::store::{self, Person};
use crate::accounts::actions::rights_changed;
use crate::accounts::model::Status;
use crate::accounts::store as accounts;
use crate::db::Tx;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs::emit;
use crate::mail::To;
use crate::web::viewer::{MemberId, Role, Viewer};
use serde_json::json;

/// Applies a change of the team to a member, all of it or nothing.
///
/// # Errors
/// Wrong fields; [`Error::Forbidden`] for an admin's account or a role by somebody who is no admin;
/// [`Error::Conflict`] where the state does not allow it.
pub async fn change_member(house: &House, by: &Viewer, id: MemberId, change: MemberChange) -> Result<()> {
    let change = change.parse()?;
    let (actor, role, inner) = (by.id, by.role, house.clone());
    house
        .db
        .write(move |tx| {
            let before = store::find_person(tx, id)?;
            if before.role == Role::Admin.code() && role < Role::Admin {
                return Err(Error::Forbidden("admins_only"));
            }
            if change.role.is_some_and(|r| r.code() != before.role) && role < Role::Admin {
                return Err(Error::Forbidden("admins_only"));
            }
            let mut rights = set_status(&inner, tx, actor, &before, &change)?;
            rights |= set_role(tx, actor, &before, change.role)?;
            rights |= set_tier(tx, actor, &before, change.tier_override.as_ref())?;
            if let Some(tags) = &change.tags {
                store::replace_tags(tx, id, tags)?;
                store::insert_audit(tx, Some(actor), "member.tags", ("member", Some(id.0)), &tags.join(", "))?;
            }
            set_refs(tx, actor, id, &change)?;
            set_contact(tx, actor, &before, change.contact_id)?;
            if rights {
                rights_changed(tx, id)?;
            }
            Ok(())
        })
        .await
}

fn set_status(house: &House, tx: &mut Tx<'_>, actor: MemberId, before: &Person, change: &MemberChange) -> Result<bool> {
    let Some(to) = change.status.filter(|s| s.code() != before.status) else { return Ok(false) };
    let from = Status::parse(&before.status).ok_or_else(|| Error::internal("an unknown status"))?;
    let reason = change.reason.as_deref().unwrap_or("");
    let action = match (from, to) {
        (Status::PendingEmail, Status::Active) => return Err(Error::Conflict("address_not_confirmed")),
        (Status::PendingApproval | Status::Declined | Status::Invited, Status::Active) => "member.approve",
        (_, Status::Active) => "member.restore",
        (Status::Active | Status::Suspended, Status::Declined) => return Err(Error::Conflict("already_member")),
        (_, Status::Declined) => "member.decline",
        _ => "member.suspend",
    };
    if to == Status::Suspended && before.id == actor {
        return Err(Error::Conflict("not_yourself"));
    }
    if before.role == Role::Admin.code() && from == Status::Active && store::count_admins(tx)? < 2 {
        return Err(Error::Conflict("last_admin"));
    }
    let kept = if to == Status::Active { "" } else { reason };
    if !store::mark_status(tx, before.id, from.code(), to.code(), kept)? {
        return Err(Error::Conflict("conflict"));
    }
    if to != Status::Active {
        accounts::delete_sessions_of(tx, before.id)?;
    }
    let address = To { email: before.email.clone(), name: before.name.clone(), lang: Lang::stored(&before.locale) };
    match action {
        "member.approve" => {
            let knows_password = accounts::find_password(tx, before.id)?.is_some();
            let forgot = if knows_password { String::new() } else { house.config.absolute("/forgot") };
            let letter = Welcome { name: before.name.clone(), login: house.config.absolute("/login"), forgot };
            house.mailer.post(tx, &address, &letter)?;
        }
        "member.decline" if from == Status::PendingApproval => {
            house.mailer.post(tx, &address, &Declined { name: before.name.clone(), reason: reason.to_owned() })?;
        }
        _ => {}
    }
    store::insert_audit(tx, Some(actor), action, ("member", Some(before.id.0)), reason)?;
    Ok(true)
}

fn set_role(tx: &mut Tx<'_>, actor: MemberId, before: &Person, role: Option<Role>) -> Result<bool> {
    let Some(role) = role.filter(|r| r.code() != before.role) else { return Ok(false) };
    if before.role == Role::Admin.code() && before.status == "active" && store::count_admins(tx)? < 2 {
        return Err(Error::Conflict("last_admin"));
    }
    store::update_role(tx, before.id, role.code())?;
    let detail = format!("{} → {}", before.role, role.code());
    store::insert_audit(tx, Some(actor), "member.role", ("member", Some(before.id.0)), &detail)?;
    Ok(true)
}

fn set_tier(tx: &mut Tx<'_>, actor: MemberId, before: &Person, wanted: Option<&Option<String>>) -> Result<bool> {
    let Some(wanted) = wanted else { return Ok(false) };
    let rank = match wanted.as_deref() {
        Some(slug) => Some(store::rank_of(tx, slug, "tier_override")?),
        None => None,
    };
    if rank == before.tier_override_rank {
        return Ok(false);
    }
    let id = before.id;
    store::update_tier_override(tx, id, rank)?;
    let detail = wanted.as_deref().unwrap_or("-");
    store::insert_audit(tx, Some(actor), "member.tier_override", ("member", Some(id.0)), detail)?;
    match rank {
        Some(to) if to != before.tier_rank => {
            store::insert_tier_change(tx, id, (before.tier_rank, to), "override")?;
            emit(tx, "tier.changed", &json!({ "member_id": id, "from": before.tier_rank, "to": to }))?;
        }
        Some(_) => {}
        // The sales decide again: who knows them computes the tier.
        None => emit(tx, "tier.override_cleared", &json!({ "member_id": id }))?,
    }
    Ok(true)
}

fn set_contact(tx: &mut Tx<'_>, actor: MemberId, before: &Person, wanted: Option<Option<i64>>) -> Result<()> {
    let Some(wanted) = wanted.filter(|w| *w != before.contact_id) else { return Ok(()) };
    let name = match wanted {
        None => "-".to_owned(),
        Some(id) => {
            let team = store::list_contacts(tx)?;
            let found = team.into_iter().find(|c| c.id == id && c.id != before.id.0);
            found.ok_or(Error::field("contact_id", "not_found"))?.name
        }
    };
    store::update_contact(tx, before.id, wanted)?;
    store::insert_audit(tx, Some(actor), "member.contact", ("member", Some(before.id.0)), &name)
}

fn set_refs(tx: &mut Tx<'_>, actor: MemberId, id: MemberId, change: &MemberChange) -> Result<()> {
    if change.affiliate_ref.is_none() && change.affiliate_refs.is_none() {
        return Ok(());
    }
    let programs = store::list_program_slugs(tx)?;
    if let Some(code) = &change.affiliate_ref {
        let (program, _) = match programs.as_slice() {
            [only] => only,
            [] => return Err(Error::field("affiliate_ref", "no_program")),
            _ => return Err(Error::field("affiliate_ref", "several_programs")),
        };
        let others: Vec<String> = store::list_refs(tx, &[id.0])?
            .into_iter()
            .filter(|r| r.program_id == *program && !r.for_links)
            .map(|r| r.code)
            .collect();
        store::replace_refs(tx, id, *program, code.as_deref(), &others, "affiliate_ref")?;
    }
    for RefChange { program, code, match_ids } in change.affiliate_refs.iter().flatten() {
        let found = programs.iter().find(|(_, slug)| slug == program);
        let (program, _) = found.ok_or_else(|| invalid(FieldError::new("affiliate_refs", "not_found")))?;
        store::replace_refs(tx, id, *program, code.as_deref(), match_ids, "affiliate_refs")?;
    }
    let now: Vec<String> =
        store::list_refs(tx, &[id.0])?.into_iter().map(|r| format!("{}: {}", r.program, r.code)).collect();
    store::insert_audit(tx, Some(actor), "member.refs", ("member", Some(id.0)), &now.join(", "))?;
    emit(tx, "member.ref_set", &json!({ "member_id": id }))
}
