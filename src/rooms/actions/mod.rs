//! Rules of chat: check and change in one transaction, tell after its commit.

mod change;
mod door;
mod post;

pub use change::{Changed, delete_message, edit_message, mark_read, react};
pub use door::{
    MemberChanged, NicheCreated, RoomForm, create_room, ensure_foyer, invite, join, leave, on_member_changed,
    open_niche_room,
};
pub use post::{Posted, post_message};

use super::model::{Access, Room};
use super::store::Stand;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::house::House;
use crate::live::Happened;
use crate::web::viewer::Role;

/// Tells an event after the commit of `tx`.
fn tell(tx: &mut Tx<'_>, house: &House, happened: Happened) {
    let live = house.live.clone();
    tx.after_commit(move || live.publish(happened));
}

/// Whether the stand allows to write: the room is open to the member now, they are in it and not muted.
fn may_write(stand: &Stand, now: i64) -> Result<()> {
    let role = Role::parse(&stand.role).unwrap_or(Role::Member);
    let joined = stand.joined_at.is_some();
    let known = stand.archived_at.is_none()
        && stand.status == "active"
        && match Access::stored(&stand.access) {
            Access::Open => true,
            Access::Tier => role >= Role::Moderator || stand.min_rank <= stand.tier_rank,
            Access::Private => joined || role >= Role::Manager,
        };
    if !known {
        return Err(Error::NotFound);
    }
    if !joined {
        return Err(Error::Forbidden("not_member"));
    }
    if stand.muted_until.is_some_and(|until| until > now) {
        return Err(Error::Forbidden("muted"));
    }
    Ok(())
}

/// An event without a message, such as somebody joining a private room.
fn member_event(room: &Room, seq: i64, (member, name): (i64, &str), on: bool, at: i64) -> (String, Happened) {
    let detail = serde_json::json!({ "member": member, "name": name, "on": on }).to_string();
    let happened = Happened {
        room: room.id.0,
        seq,
        kind: "member",
        message: None,
        by: Some(member),
        cid: None,
        at,
        detail: Some(detail.clone()),
    };
    (detail, happened)
}
