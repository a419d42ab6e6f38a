//! Making rooms, coming in, going out.

use super::{member_event, tell};
use crate::access::Sight;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::members::store::{insert_audit, rank_of};
use crate::rooms::model::{Access, Room, RoomId, fresh_epoch};
use crate::rooms::moderation::store as moderation;
use crate::rooms::store::{self, NewRoom};
use crate::text::is_slug;
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Viewer};

/// What a manager says about a new room.
#[derive(Debug, Clone, Default)]
pub struct RoomForm {
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// Code of [`Access`].
    pub access: String,
    /// Slug of a tier, where the tier decides.
    pub min_tier: Option<String>,
    /// Slug of a niche.
    pub niche: Option<String>,
}

/// Makes a room; who makes it is in it.
///
/// # Errors
/// Invalid fields.
pub async fn create_room(house: &House, viewer: &Viewer, form: RoomForm) -> Result<RoomId> {
    let mut check = Check::new();
    let name = check.line("name", &form.name, 1, 60);
    let topic = check.line("topic", &form.topic, 0, 200);
    let slug = form.slug.trim().to_owned();
    if slug.is_empty() {
        check.add(crate::error::FieldError::new("slug", "required"));
    } else if !is_slug(&slug) {
        check.add(crate::error::FieldError::new("slug", "slug"));
    }
    let access = Access::parse(&form.access);
    if access.is_none() {
        check.add(crate::error::FieldError::new("access", "invalid"));
    }
    let tier = form.min_tier.clone().filter(|t| !t.is_empty());
    if access == Some(Access::Tier) && tier.is_none() {
        check.add(crate::error::FieldError::new("min_tier", "required"));
    }
    check.done()?;
    let (access, epoch) = (access.unwrap_or(Access::Private), fresh_epoch()?);
    let niche = form.niche.clone().filter(|n| !n.is_empty());
    let (me, sight) = (viewer.id, Sight::of(viewer));
    house
        .db
        .write(move |tx| {
            let min_rank = match &tier {
                Some(tier) if access == Access::Tier => rank_of(tx, tier, "min_tier")?,
                _ => 0,
            };
            let niche_id = match &niche {
                Some(slug) => Some(
                    crate::members::store::find_visible_niche(tx, sight, slug)
                        .map_err(|_| Error::field("niche", "not_found"))?
                        .id,
                ),
                None => None,
            };
            let new = NewRoom {
                slug: &slug,
                name: &name,
                topic: &topic,
                access,
                min_rank,
                niche_id,
                epoch: &epoch,
                by: Some(me),
            };
            let id = store::insert_room(tx, &new)?;
            store::insert_place(tx, id, me, 0)?;
            insert_audit(tx, Some(me), "room.created", ("room", Some(id.0)), &slug)?;
            Ok(id)
        })
        .await
}

/// Comes in. Where the member is already in, nothing changes.
///
/// # Errors
/// [`Error::NotFound`] where the room may not be known; a private room takes only whom a manager invites.
pub async fn join(house: &House, viewer: &Viewer, room: RoomId) -> Result<()> {
    let (sight, inner) = (Sight::of(viewer), house.clone());
    let name = viewer.name.clone();
    house
        .db
        .write(move |tx| {
            let (found, place) = store::find_visible(tx, sight, room)?;
            if place.is_some() {
                return Ok(());
            }
            if matches!(Access::stored(&found.access), Access::Private | Access::Direct) {
                return Err(Error::Forbidden("invitation_needed"));
            }
            enter(tx, &inner, &found, (sight.member, &name))
        })
        .await
}

/// A manager brings a member in.
///
/// # Errors
/// [`Error::NotFound`] for the room, `not_found` on `member_id`.
pub async fn invite(house: &House, viewer: &Viewer, room: RoomId, member: MemberId) -> Result<()> {
    let (sight, inner, by) = (Sight::of(viewer), house.clone(), viewer.name.clone());
    house
        .db
        .write(move |tx| {
            let (found, _) = store::find_visible(tx, sight, room)?;
            if found.is_direct() {
                return Err(Error::NotFound);
            }
            let name = store::find_member_name(tx, member).map_err(|e| match e {
                Error::NotFound => Error::field("member_id", "not_found"),
                other => other,
            })?;
            insert_audit(tx, Some(sight.member), "room.invited", ("room", Some(room.0)), &name)?;
            if !store::is_in(tx, room, member)? {
                super::told::tell_invited(tx, member, (sight.member, &by), &found)?;
            }
            enter(tx, &inner, &found, (member, &name))
        })
        .await
}

fn enter(tx: &mut Tx<'_>, house: &House, room: &Room, (member, name): (MemberId, &str)) -> Result<()> {
    if moderation::is_banned(tx, room.id, member)? {
        return Err(Error::Forbidden("banned"));
    }
    if store::insert_place(tx, room.id, member, room.seq)? {
        // Going out and coming in again ends no silence.
        moderation::restore_mute(tx, room.id, member)?;
        tell_passage(tx, house, room, (member, name), true)?;
        after(tx, house, member)?;
    }
    Ok(())
}

/// Goes out.
///
/// # Errors
/// [`Error::NotFound`] where the room may not be known.
pub async fn leave(house: &House, viewer: &Viewer, room: RoomId) -> Result<()> {
    let (sight, inner) = (Sight::of(viewer), house.clone());
    let name = viewer.name.clone();
    house
        .db
        .write(move |tx| {
            let (found, _) = store::find_visible(tx, sight, room)?;
            if store::delete_place(tx, room, sight.member)? {
                tell_passage(tx, &inner, &found, (sight.member, &name), false)?;
                after(tx, &inner, sight.member)?;
            }
            Ok(())
        })
        .await
}

/// Coming and going is an event in private rooms only: elsewhere it is nobody's business.
pub(crate) fn tell_passage(tx: &mut Tx<'_>, house: &House, room: &Room, who: (MemberId, &str), on: bool) -> Result<()> {
    if !room.tells_membership() {
        return Ok(());
    }
    let seq = store::advance(tx, room.id, 0)?;
    let at = tx.now();
    let (detail, happened) = member_event(room.id, seq, (who.0.0, who.1), on, at);
    store::insert_event(tx, room.id, seq, "member", None, Some(who.0), &detail)?;
    tell(tx, house, happened);
    Ok(())
}

/// Membership is a right: open connections learn of it at once, on every node.
pub(crate) fn after(tx: &mut Tx<'_>, house: &House, member: MemberId) -> Result<()> {
    store::raise_rights(tx, member)?;
    let live = house.live.clone();
    tx.after_commit(move || live.rights_changed(member));
    Ok(())
}

/// A fresh house gets one open room, `foyer`.
///
/// # Errors
/// When it cannot be written.
pub async fn ensure_foyer(db: &crate::db::Db) -> Result<()> {
    if db.read(store::has_any).await? {
        return Ok(());
    }
    let epoch = fresh_epoch()?;
    let made = db.write(move |tx| {
        if store::has_any(tx)? {
            return Ok(());
        }
        let new = NewRoom {
            slug: "foyer",
            name: "foyer",
            topic: "",
            access: Access::Open,
            min_rank: 0,
            niche_id: None,
            epoch: &epoch,
            by: None,
        };
        store::insert_room(tx, &new).map(|_| ())
    });
    match made.await {
        // Another node was faster.
        Err(Error::Invalid(_)) => Ok(()),
        done => done,
    }
}

/// Payload of the durable event `niche.created`.
#[derive(Debug, serde::Deserialize)]
pub struct NicheCreated {
    /// The niche.
    pub niche_id: i64,
}

/// Opens the room of a new niche: same address, same tier. Running it twice makes one room.
///
/// # Errors
/// When it cannot be written.
pub async fn open_niche_room(house: House, event: NicheCreated) -> Result<()> {
    let epoch = fresh_epoch()?;
    let all = Sight { member: MemberId(0), rank: i32::MAX, team: true, manages: true };
    house
        .db
        .write(move |tx| {
            let niches = crate::members::store::list_visible_niches(tx, all)?;
            let Some(niche) = niches.into_iter().find(|n| n.id == event.niche_id) else { return Ok(()) };
            if store::is_slug_taken(tx, &niche.slug)? {
                return Ok(());
            }
            let new = NewRoom {
                slug: &niche.slug,
                name: &niche.slug,
                topic: niche.name(Lang::De),
                access: if niche.min_rank > 0 { Access::Tier } else { Access::Open },
                min_rank: niche.min_rank,
                niche_id: Some(niche.id),
                epoch: &epoch,
                by: None,
            };
            store::insert_room(tx, &new).map(|_| ())
        })
        .await
}

/// Payload of the durable event `member.changed`.
#[derive(Debug, serde::Deserialize)]
pub struct MemberChanged {
    /// The member.
    pub member_id: i64,
}

/// Looks at the open connections of a member whose role, tier, status or sessions changed.
///
/// # Errors
/// Never.
pub async fn on_member_changed(house: House, event: MemberChanged) -> Result<()> {
    house.live.rights_changed(MemberId(event.member_id));
    Ok(())
}
