//! Conversations of a few. A stranger's first message is a request: until its receiver says yes, nothing more can be said.
//! The team may always write, and is always written to without asking.

use super::{after, member_event, tell};
use crate::access::Sight;
use crate::db::Tx;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::members::store::has_blocked;
use crate::rooms::model::{Access, Body, Cid, RoomId, fresh_epoch};
use crate::rooms::store::{self, NewRoom};
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Role, Viewer};

use super::post::{Posted, write_first};

/// Most people of one conversation.
pub const PEOPLE_MOST: usize = 8;

/// A conversation with its first message, or the next one.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Its room.
    pub room: RoomId,
    /// Address of the room.
    pub slug: String,
    /// The message.
    pub posted: Posted,
}

/// Writes to members: to one in the one conversation of the two, to several in a new one.
///
/// # Errors
/// `not_found`, `too_many` or `required` on `members`; invalid body; `request_pending`.
pub async fn write_to(house: &House, viewer: &Viewer, to: &[i64], cid: &str, body: &str) -> Result<Begun> {
    let cid = Cid::parse(cid).map_err(|e| Error::Invalid(vec![e]))?.0;
    let body = Body::parse(body).map_err(|e| Error::Invalid(vec![e]))?;
    let me = viewer.id;
    let mut to: Vec<i64> = to.iter().copied().filter(|id| *id != me.0).collect();
    to.sort_unstable();
    to.dedup();
    if to.is_empty() {
        return Err(Error::field("members", "required"));
    }
    if to.len() >= PEOPLE_MOST {
        return Err(Error::Invalid(vec![FieldError::new("members", "too_many").arg("max", PEOPLE_MOST - 1)]));
    }
    house.limits.take(Bucket::Messages, me)?;
    let (epoch, inner, team) = (fresh_epoch()?, house.clone(), viewer.is_moderator());
    let group = format!("~g{}", fresh_epoch()?);
    house
        .db
        .write(move |tx| {
            let roles = store::list_roles(tx, &to)?;
            if roles.len() != to.len() {
                return Err(Error::field("members", "not_found"));
            }
            // A repeat of a lost answer finds what the first try made.
            if let Some(begun) = find_again(tx, &inner, me, &cid, &body)? {
                return Ok(begun);
            }
            let slug = match to.as_slice() {
                [one] => format!("~{}-{}", me.0.min(*one), me.0.max(*one)),
                _ => group.clone(),
            };
            let room = match store::find_by_slug(tx, &slug)? {
                Some(room) => room,
                None => store::insert_room(
                    tx,
                    &NewRoom {
                        slug: &slug,
                        name: "",
                        topic: "",
                        access: Access::Direct,
                        min_rank: 0,
                        niche_id: None,
                        epoch: &epoch,
                        by: Some(me),
                    },
                )?,
            };
            // Who answers a request by writing has said yes.
            store::delete_request(tx, room, me)?;
            if store::insert_place(tx, room, me, 0)? {
                after(tx, &inner, me)?;
            }
            for other in &to {
                ask_in(tx, &inner, (room, me), (*other, roles.get(other).map_or("member", String::as_str)), team)?;
            }
            let posted = write_first(tx, &inner, (me, room), (&cid, &body))?;
            Ok(Begun { room, slug, posted })
        })
        .await
}

fn find_again(tx: &mut Tx<'_>, house: &House, me: MemberId, cid: &str, body: &Body) -> Result<Option<Begun>> {
    let Some((room, slug)) = store::find_direct_of_cid(tx, me, cid)? else { return Ok(None) };
    let posted = write_first(tx, house, (me, room), (cid, body))?;
    Ok(Some(Begun { room, slug, posted }))
}

/// Brings somebody into a conversation: at once where one of both is of the team or they talk already, else by a request.
fn ask_in(
    tx: &mut Tx<'_>,
    house: &House,
    (room, me): (RoomId, MemberId),
    (other, role): (i64, &str),
    team: bool,
) -> Result<()> {
    let other = MemberId(other);
    let theirs = Role::parse(role).is_some_and(|r| r > Role::Member);
    // A block is silent: the request is made and never shown.
    let known = !has_blocked(tx, other, me)? && (team || theirs || store::are_acquainted(tx, me, other)?);
    if known {
        store::delete_request(tx, room, other)?;
        if store::insert_place(tx, room, other, 0)? {
            after(tx, house, other)?;
        }
    } else if !store::is_in(tx, room, other)? && store::insert_request(tx, room, other, me)? {
        if !has_blocked(tx, other, me)? {
            super::told::tell_request(tx, other, me, room)?;
        }
        let live = house.live.clone();
        tx.after_commit(move || live.counters_changed(other));
    }
    Ok(())
}

/// Before a message is stored in a conversation: nothing more can be said while nobody has said yes, and who had left the
/// conversation of two is brought back.
pub(super) fn knock(tx: &mut Tx<'_>, house: &House, room: RoomId, sender: MemberId) -> Result<()> {
    let people = store::list_people_of(tx, &[room.0])?.remove(&room.0).unwrap_or_default();
    if people.iter().any(|p| p.is_in && p.id != sender.0) {
        return Ok(());
    }
    if people.iter().any(|p| !p.is_in) {
        return if store::has_messages(tx, room)? { Err(Error::Forbidden("request_pending")) } else { Ok(()) };
    }
    // Only the sender is left.
    if let Some(other) = store::find_other_of_pair(tx, room, sender)? {
        let roles = store::list_roles(tx, &[other])?;
        let me = store::list_roles(tx, &[sender.0])?;
        let team = me.get(&sender.0).and_then(|r| Role::parse(r)).is_some_and(|r| r > Role::Member);
        if let Some(role) = roles.get(&other) {
            ask_in(tx, house, (room, sender), (other, role), team)?;
        }
    }
    Ok(())
}

/// Says yes to a request: comes in, everything said so far is unread.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn accept(house: &House, viewer: &Viewer, room: RoomId) -> Result<()> {
    let (me, name, inner) = (viewer.id, viewer.name.clone(), house.clone());
    house
        .db
        .write(move |tx| {
            if !store::has_open_request(tx, room, me)? {
                return Err(Error::NotFound);
            }
            store::delete_request(tx, room, me)?;
            if store::insert_place(tx, room, me, 0)? {
                let seq = store::advance(tx, room, 0)?;
                let at = tx.now();
                let (detail, happened) = member_event(room, seq, (me.0, &name), true, at);
                store::insert_event(tx, room, seq, "member", None, Some(me), &detail)?;
                tell(tx, &inner, happened);
                after(tx, &inner, me)?;
            }
            let live = inner.live.clone();
            tx.after_commit(move || live.counters_changed(me));
            Ok(())
        })
        .await
}

/// Says no to a request; who asked is not told and cannot ask again in this conversation.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn decline(house: &House, viewer: &Viewer, room: RoomId) -> Result<()> {
    let (me, live) = (viewer.id, house.live.clone());
    house
        .db
        .write(move |tx| {
            if !store::has_open_request(tx, room, me)? || !store::mark_declined(tx, room, me)? {
                return Err(Error::NotFound);
            }
            let live = live.clone();
            tx.after_commit(move || live.counters_changed(me));
            Ok(())
        })
        .await
}

/// Brings one more member into a conversation of several.
///
/// # Errors
/// [`Error::NotFound`], `conversation_of_two`, `not_found` or `too_many` on `member_id`.
pub async fn add(house: &House, viewer: &Viewer, room: RoomId, member: MemberId) -> Result<()> {
    let (sight, team, inner) = (Sight::of(viewer), viewer.is_moderator(), house.clone());
    house
        .db
        .write(move |tx| {
            let (found, _) = store::find_joined(tx, sight, room).map_err(|_| Error::NotFound)?;
            if !found.is_direct() {
                return Err(Error::NotFound);
            }
            if !found.slug.starts_with("~g") {
                return Err(Error::Conflict("conversation_of_two"));
            }
            let roles = store::list_roles(tx, &[member.0])?;
            let role = roles.get(&member.0).ok_or_else(|| Error::field("member_id", "not_found"))?;
            let people = store::list_people_of(tx, &[room.0])?.remove(&room.0).unwrap_or_default();
            if people.iter().any(|p| p.id == member.0) {
                return Ok(());
            }
            if people.len() >= PEOPLE_MOST {
                return Err(Error::Invalid(vec![FieldError::new("member_id", "too_many").arg("max", PEOPLE_MOST)]));
            }
            ask_in(tx, &inner, (room, sight.member), (member.0, role), team)
        })
        .await
}
