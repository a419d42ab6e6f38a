//! Rules of order in rooms: rights as of the transaction, the decision, its line in the audit log; then the effects.

use super::store::{self, NewSanction, Order};
use crate::access::Sight;
use crate::db::{MINUTE, Tx};
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::live::Happened;
use crate::members::store::insert_audit;
use crate::rooms::actions::{after, tell, tell_passage};
use crate::rooms::model::{Room, RoomId};
use crate::rooms::store as rooms;
use crate::web::viewer::{MemberId, Role, Viewer};

/// Longest pace: six hours, in seconds.
pub const SLOW_MOST: i64 = 21_600;
/// Longest mute and timed ban: 28 days, in minutes.
pub const MINUTES_MOST: i64 = 28 * 24 * 60;
/// Most characters of a reason.
const REASON_MOST: usize = 300;
/// Messages taken back in one transaction.
const AT_ONCE: i64 = 100;

/// A change of a room's order; what is not given stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderChange {
    /// Seconds between two messages of one member.
    pub slow_seconds: Option<i64>,
    /// Whether only the team says or changes anything.
    pub read_only: Option<bool>,
    /// Whether only the team begins messages.
    pub announce: Option<bool>,
}

/// A decision about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Silent for so many minutes.
    Mute(i64),
    /// May speak again.
    Unmute,
    /// Out; may come back.
    Kick,
    /// Out, and may not come back for so many minutes, or for ever.
    Ban(Option<i64>),
    /// May come back.
    Unban,
}

fn reason(text: &str) -> Result<String> {
    let reason = crate::web::forms::one_line(text.trim());
    if reason.chars().count() > REASON_MOST {
        return Err(Error::Invalid(vec![FieldError::new("reason", "too_long").arg("max", REASON_MOST)]));
    }
    Ok(reason)
}

/// The room and the rank of the moderator, as of now.
fn moderated(tx: &mut Tx<'_>, viewer: &Viewer, room: RoomId) -> Result<(Room, Role)> {
    let rights = rooms::find_rights(tx, viewer.id)?.filter(|r| r.status == "active").ok_or(Error::SignInRequired)?;
    let role = Role::parse(&rights.role).unwrap_or(Role::Member);
    let now = Viewer { role, tier_rank: rights.tier_rank, ..viewer.clone() };
    let (room, _) = rooms::find_visible(tx, Sight::of(&now), room)?;
    if role < Role::Moderator {
        return Err(Error::Forbidden("forbidden"));
    }
    Ok((room, role))
}

/// The member a decision is about, of a lower rank than who decides.
fn target(tx: &mut Tx<'_>, rank: Role, me: MemberId, member: MemberId) -> Result<String> {
    let (name, role) = store::find_target(tx, member).map_err(|e| match e {
        Error::NotFound => Error::field("member_id", "not_found"),
        other => other,
    })?;
    if member == me || Role::parse(&role).unwrap_or(Role::Member) >= rank {
        return Err(Error::Forbidden("rank"));
    }
    Ok(name)
}

/// Sets pace and speakers of a room. Everybody in it learns of it by an event of kind `room`.
///
/// # Errors
/// `range` on `slow_seconds`; `forbidden`; [`Error::NotFound`].
pub async fn set_order(house: &House, viewer: &Viewer, room: RoomId, change: OrderChange) -> Result<Order> {
    if change.slow_seconds.is_some_and(|s| !(0..=SLOW_MOST).contains(&s)) {
        let range = FieldError::new("slow_seconds", "range").arg("min", 0).arg("max", SLOW_MOST);
        return Err(Error::Invalid(vec![range]));
    }
    let (viewer, inner) = (viewer.clone(), house.clone());
    house
        .db
        .write(move |tx| {
            moderated(tx, &viewer, room)?;
            let before = store::find_order(tx, room)?;
            let order = Order {
                slow_ms: change.slow_seconds.map_or(before.slow_ms, |s| s * 1_000),
                read_only: change.read_only.unwrap_or(before.read_only),
                announce: change.announce.unwrap_or(before.announce),
            };
            if !store::mark_order(tx, room, order)? {
                return Ok(order);
            }
            let (seq, at) = (rooms::advance(tx, room, 0)?, tx.now());
            let detail = serde_json::json!({
                "slow_seconds": order.slow_ms / 1_000, "read_only": order.read_only, "announce": order.announce,
            })
            .to_string();
            rooms::insert_event(tx, room, seq, "room", None, Some(viewer.id), &detail)?;
            insert_audit(tx, Some(viewer.id), "room.order_set", ("room", Some(room.0)), &detail)?;
            let happened = Happened {
                room: room.0,
                seq,
                kind: "room",
                message: None,
                by: Some(viewer.id.0),
                cid: None,
                at,
                detail: Some(detail),
            };
            tell(tx, &inner, happened);
            Ok(order)
        })
        .await
}

/// Decides about a member of a room.
///
/// # Errors
/// `range` on `minutes`; `rank` for the team's own; `not_found` on `member_id`; [`Error::NotFound`] for the room.
pub async fn decide(
    house: &House,
    viewer: &Viewer,
    room: RoomId,
    member: MemberId,
    decision: Decision,
    why: &str,
) -> Result<()> {
    if let Decision::Mute(minutes) | Decision::Ban(Some(minutes)) = decision
        && !(1..=MINUTES_MOST).contains(&minutes)
    {
        return Err(Error::Invalid(vec![FieldError::new("minutes", "range").arg("min", 1).arg("max", MINUTES_MOST)]));
    }
    let why = reason(why)?;
    let (viewer, inner) = (viewer.clone(), house.clone());
    house
        .db
        .write(move |tx| {
            let (room, rank) = moderated(tx, &viewer, room)?;
            let name = target(tx, rank, viewer.id, member)?;
            let action = act(tx, &inner, (&room, member, &name), decision, (viewer.id, &why))?;
            let detail = if why.is_empty() { name } else { format!("{name}: {why}") };
            insert_audit(tx, Some(viewer.id), action, ("room", Some(room.id.0)), &detail)
        })
        .await
}

fn act(
    tx: &mut Tx<'_>,
    house: &House,
    (room, member, name): (&Room, MemberId, &str),
    decision: Decision,
    (by, why): (MemberId, &str),
) -> Result<&'static str> {
    let now = tx.now();
    Ok(match decision {
        Decision::Mute(minutes) => {
            let until = Some(now + minutes * MINUTE);
            store::upsert_sanction(tx, room.id, member, &NewSanction { kind: "mute", reason: why, until, by })?;
            store::mark_muted(tx, room.id, member, until)?;
            "room.muted"
        }
        Decision::Unmute => {
            store::delete_sanction(tx, room.id, member, "mute")?;
            store::mark_muted(tx, room.id, member, None)?;
            "room.unmuted"
        }
        Decision::Kick => {
            put_out(tx, house, room, (member, name))?;
            "room.kicked"
        }
        Decision::Ban(minutes) => {
            let until = minutes.map(|m| now + m * MINUTE);
            store::upsert_sanction(tx, room.id, member, &NewSanction { kind: "ban", reason: why, until, by })?;
            put_out(tx, house, room, (member, name))?;
            "room.banned"
        }
        Decision::Unban => {
            store::delete_sanction(tx, room.id, member, "ban")?;
            "room.unbanned"
        }
    })
}

fn put_out(tx: &mut Tx<'_>, house: &House, room: &Room, who: (MemberId, &str)) -> Result<()> {
    if rooms::delete_place(tx, room.id, who.0)? {
        tell_passage(tx, house, room, who, false)?;
        after(tx, house, who.0)?;
    }
    Ok(())
}

/// Takes back every message of a member in a room, some at a time; a repeat goes on where a crash stopped it. Answers how many.
///
/// # Errors
/// `rank`, `not_found` on `member_id`, [`Error::NotFound`] for the room.
pub async fn delete_all_of(house: &House, viewer: &Viewer, room: RoomId, member: MemberId, why: &str) -> Result<i64> {
    let why = reason(why)?;
    let mut total = 0;
    loop {
        let (viewer, inner, why) = (viewer.clone(), house.clone(), why.clone());
        let some = house.db.write_background(move |tx| {
            let (_, rank) = moderated(tx, &viewer, room)?;
            let name = target(tx, rank, viewer.id, member)?;
            let messages = store::list_messages_of(tx, room, member, AT_ONCE)?;
            let mut gone = 0;
            for message in messages {
                if !rooms::mark_deleted(tx, message)? {
                    continue;
                }
                gone += 1;
                let (seq, at) = (rooms::advance(tx, room, -1)?, tx.now());
                rooms::insert_event(tx, room, seq, "del", Some(message), Some(viewer.id), "")?;
                let happened = Happened {
                    room: room.0,
                    seq,
                    kind: "del",
                    message: Some(message),
                    by: Some(viewer.id.0),
                    cid: None,
                    at,
                    detail: None,
                };
                tell(tx, &inner, happened);
            }
            if gone > 0 {
                let detail = format!("{name}: {gone} {why}");
                insert_audit(tx, Some(viewer.id), "room.messages_deleted", ("room", Some(room.0)), detail.trim())?;
            }
            Ok(gone)
        });
        let gone: i64 = some.await?;
        total += gone;
        if gone < AT_ONCE {
            return Ok(total);
        }
    }
}
