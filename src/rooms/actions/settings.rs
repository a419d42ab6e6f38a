//! What a manager changes about a room, and what a member changes about its place in the own sidebar.

use super::tell;
use crate::access::Sight;
use crate::db::Tx;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::live::Happened;
use crate::members::store::{insert_audit, rank_of};
use crate::notices::model::Level;
use crate::notices::store::set_level;
use crate::rooms::model::{Access, RoomId};
use crate::rooms::store::{self, Standing};
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Viewer};

/// What is to change about a room; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct RoomChange {
    /// Name.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Code of [`Access`].
    pub access: Option<String>,
    /// Slug of a tier, where the tier decides.
    pub min_tier: Option<String>,
    /// Closed for good, or open again.
    pub archived: Option<bool>,
}

/// Changes a room and tells it in the room. Who may no longer see it is shown out within a second.
///
/// # Errors
/// [`Error::NotFound`], invalid fields.
pub async fn change_room(house: &House, viewer: &Viewer, room: RoomId, change: RoomChange) -> Result<()> {
    let mut check = Check::new();
    let name = change.name.map(|n| check.line("name", &n, 1, 60));
    let topic = change.topic.map(|t| check.line("topic", &t, 0, 200));
    let access = match change.access {
        Some(code) => check.keep(Access::parse(&code).ok_or(FieldError::new("access", "invalid"))),
        None => None,
    };
    let tier = change.min_tier.filter(|t| !t.is_empty());
    if access == Some(Access::Tier) && tier.is_none() {
        check.add(FieldError::new("min_tier", "required"));
    }
    check.done()?;
    let (sight, archived, inner) = (Sight::of(viewer), change.archived, house.clone());
    house
        .db
        .write(move |tx| {
            let (before, _) = store::find_visible(tx, sight, room)?;
            if before.is_direct() {
                return Err(Error::NotFound);
            }
            let min_rank = match (&tier, access.unwrap_or(Access::stored(&before.access))) {
                (Some(tier), Access::Tier) => rank_of(tx, tier, "min_tier")?,
                (None, Access::Tier) => before.min_rank,
                _ => 0,
            };
            let name = name.clone().unwrap_or_else(|| before.name.clone());
            let topic = topic.clone().unwrap_or_else(|| before.topic.clone());
            let code = match access {
                Some(access) => access.code(),
                None => before.access.as_str(),
            };
            store::update_room(tx, room, (&name, &topic), (code, min_rank), archived)?;
            if code != before.access || min_rank != before.min_rank || archived.is_some() {
                store::raise_rights_in(tx, room)?;
            }
            let detail =
                serde_json::json!({ "name": name, "topic": topic, "access": code, "archived": archived }).to_string();
            tell_room(tx, &inner, room, sight.member, detail)?;
            insert_audit(tx, Some(sight.member), "room.changed", ("room", Some(room.0)), &before.slug)
        })
        .await
}

/// Opens a closed room again.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn reopen_room(house: &House, viewer: &Viewer, room: RoomId) -> Result<()> {
    let (me, inner) = (viewer.id, house.clone());
    house
        .db
        .write(move |tx| {
            let closed = store::list_archived(tx)?.into_iter().find(|r| r.id == room).ok_or(Error::NotFound)?;
            store::update_room(
                tx,
                room,
                (&closed.name, &closed.topic),
                (&closed.access, closed.min_rank),
                Some(false),
            )?;
            store::raise_rights_in(tx, room)?;
            tell_room(tx, &inner, room, me, serde_json::json!({ "archived": false }).to_string())?;
            insert_audit(tx, Some(me), "room.reopened", ("room", Some(room.0)), &closed.slug)
        })
        .await
}

/// Tells a change of the room itself.
pub(crate) fn tell_room(tx: &mut Tx<'_>, house: &House, room: RoomId, by: MemberId, detail: String) -> Result<()> {
    let seq = store::advance(tx, room, 0)?;
    store::insert_event(tx, room, seq, "room", None, Some(by), &detail)?;
    let happened = Happened {
        room: room.0,
        seq,
        kind: "room",
        message: None,
        by: Some(by.0),
        cid: None,
        at: tx.now(),
        detail: Some(detail),
    };
    tell(tx, house, happened);
    Ok(())
}

/// Sets how a room stands in the own sidebar: on top, without badge, in a section.
///
/// # Errors
/// [`Error::NotFound`] where the member is not in, `not_found` on `section_id`.
pub async fn place_room(house: &House, viewer: &Viewer, room: RoomId, standing: Standing) -> Result<()> {
    let (me, live) = (viewer.id, house.live.clone());
    house
        .db
        .write(move |tx| {
            if let Some(Some(section)) = standing.section_id
                && !store::list_sections(tx, me)?.iter().any(|s| s.id == section)
            {
                return Err(Error::field("section_id", "not_found"));
            }
            if !store::set_standing(tx, room, me, standing)? {
                return Err(Error::NotFound);
            }
            // Silence is one thing: no badge, and no notification but for one's own name.
            if standing.silenced == Some(true) {
                set_level(tx, me, ("room", room.0), Level::Mentions)?;
            }
            let live = live.clone();
            tx.after_commit(move || live.counters_changed(me));
            Ok(())
        })
        .await
}

fn section_name(name: &str) -> Result<String> {
    let mut check = Check::new();
    let name = check.line("name", name, 1, 40);
    check.done().map(|()| name)
}

/// Makes a section of the own sidebar.
///
/// # Errors
/// Invalid name, `too_many_sections`.
pub async fn create_section(house: &House, viewer: &Viewer, name: &str) -> Result<i64> {
    let (me, name) = (viewer.id, section_name(name)?);
    house.db.write(move |tx| store::insert_section(tx, me, &name)).await
}

/// Gives a section another name or place.
///
/// # Errors
/// Invalid name, [`Error::NotFound`].
pub async fn change_section(house: &House, viewer: &Viewer, id: i64, name: &str, position: i32) -> Result<()> {
    let (me, name) = (viewer.id, section_name(name)?);
    let was = house.db.write(move |tx| store::change_section(tx, me, id, &name, position)).await?;
    if was { Ok(()) } else { Err(Error::NotFound) }
}

/// Takes a section away; its rooms stay.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete_section(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let me = viewer.id;
    let was = house.db.write(move |tx| store::delete_section(tx, me, id)).await?;
    if was { Ok(()) } else { Err(Error::NotFound) }
}
