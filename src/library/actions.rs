//! Rules of the library: writing resources here; taking, own versions, links, opinions and the desk in files of their own.

pub mod desk;
pub mod links;
pub mod opinions;
pub mod own;
pub mod taking;

pub use taking::{Taken, Wish, download, owner};

use super::history::Content;
use super::input::{Ready, ResourceInput, Vocabulary, check};
use super::jobs::enqueue_index;
use super::store;
use crate::access::Sight;
use crate::db::Tx;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::jobs::emit;
use crate::members::store::insert_audit;
use crate::web::viewer::Viewer;
use serde_json::json;
use std::sync::Arc;

/// Publishes (or drafts) a new resource; answers its id.
///
/// # Errors
/// Invalid fields.
pub async fn create(house: &House, viewer: &Viewer, input: ResourceInput) -> Result<i64> {
    let (sight, input) = (Sight::of(viewer), Arc::new(input));
    house.db.write(move |tx| create_in(tx, sight, &input)).await
}

/// [`create`] inside a transaction of the caller.
///
/// # Errors
/// Invalid fields.
pub fn create_in(tx: &mut Tx<'_>, sight: Sight, input: &ResourceInput) -> Result<i64> {
    let known = Vocabulary::load(tx, sight)?;
    let ready = check(input, None, &known)?;
    check_steps(tx, &ready)?;
    let id = store::insert_resource(tx, &ready, sight.member)?;
    insert_parts(tx, id, &ready)?;
    store::versions::insert_version(tx, id, 1, sight.member, &Content::of(&ready).to_json()?)?;
    enqueue_index(tx, id, &ready.moments())?;
    if ready.status == "published" {
        emit(tx, "resource.published", &json!({ "resource_id": id }))?;
    }
    insert_audit(tx, Some(sight.member), "resource.create", ("resource", Some(id)), &ready.title)?;
    Ok(id)
}

/// A kit holds resources that exist and are no kits; a successor exists.
fn check_steps(tx: &mut Tx<'_>, ready: &Ready) -> Result<()> {
    let wanted: Vec<i64> = ready.steps.iter().map(|(id, ..)| *id).collect();
    let there = store::kits::list_possible(tx, &wanted)?;
    let mut wrong: Vec<FieldError> = wanted
        .iter()
        .enumerate()
        .filter(|(_, id)| !there.contains(id))
        .map(|(i, _)| FieldError::new(format!("items[{i}].resource"), "not_found"))
        .collect();
    if let Some(successor) = ready.offer.successor_id
        && store::kits::find_title(tx, successor)?.is_none()
    {
        wrong.push(FieldError::new("successor", "not_found"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

fn insert_parts(tx: &mut Tx<'_>, id: i64, ready: &Ready) -> Result<()> {
    store::insert_variants(tx, id, ready)?;
    store::insert_embargoes(tx, id, ready)?;
    store::offers::put_offer(tx, id, &ready.offer)?;
    store::kits::put_items(tx, id, &ready.steps)
}

/// Changes a resource: what `input` leaves out stays.
///
/// # Errors
/// Not found; invalid fields.
pub async fn change(house: &House, viewer: &Viewer, id: i64, input: ResourceInput) -> Result<()> {
    let (sight, input) = (Sight::of(viewer), Arc::new(input));
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let old = store::find_visible(tx, sight, id, now)?;
            let mut known = Vocabulary::load(tx, sight)?;
            known.steps = store::kits::list_items(tx, &[id])?;
            let ready = check(&input, Some(&old), &known)?;
            check_steps(tx, &ready)?;
            let (was, is) = (Content::now(&old), Content::of(&ready));
            store::versions::insert_version(tx, id, old.resource.rev, sight.member, &was.to_json()?)?;
            store::update_resource(tx, id, &ready)?;
            store::delete_parts(tx, id)?;
            insert_parts(tx, id, &ready)?;
            store::versions::insert_version(tx, id, old.resource.rev + 1, sight.member, &is.to_json()?)?;
            enqueue_index(tx, id, &ready.moments())?;
            if ready.status == "published" {
                let fresh = old.resource.status != "published";
                let event = if fresh { "resource.published" } else { "resource.changed" };
                if fresh || was != is {
                    emit(tx, event, &json!({ "resource_id": id }))?;
                }
            }
            insert_audit(tx, Some(sight.member), "resource.change", ("resource", Some(id)), &ready.title)
        })
        .await
}

/// Takes a resource out of the library for good.
///
/// # Errors
/// Not found.
pub async fn remove(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let by = viewer.id;
    house
        .db
        .write(move |tx| {
            crate::files::store::detach_all(tx, super::files_used::USED_BY, id)?;
            if !store::delete_resource(tx, id)? {
                return Err(Error::NotFound);
            }
            enqueue_index(tx, id, &[])?;
            insert_audit(tx, Some(by), "resource.delete", ("resource", Some(id)), "")
        })
        .await
}
