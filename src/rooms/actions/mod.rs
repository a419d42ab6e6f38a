//! Rules of chat: check and change in one transaction, tell after its commit.

mod change;
mod direct;
mod door;
mod hooks;
mod hours;
mod later;
mod post;
mod settings;
mod talk;
mod told;

pub(super) use door::{after, tell_passage};

pub use change::{Changed, delete_message, edit_message, mark_read, react};
pub use direct::{Begun, PEOPLE_MOST, accept, add, decline, write_to};
pub use door::{
    MemberChanged, NicheCreated, RoomForm, create_room, ensure_foyer, invite, join, leave, on_member_changed,
    open_niche_room,
};
pub use hooks::{
    HOOK_JOB, HOOKS_JOB, create_incoming, create_outgoing, delete_incoming, delete_outgoing, hear, read_logs,
    signature, tell_hook,
};
pub use hours::{HOUR_JOB, cancel_hour, change_hour, follow_clock, plan_hour};
pub use later::{LATER_JOB, RowJob, reschedule, schedule, send_later, unschedule};
pub use post::{Post, Posted, post_message, send};
pub use settings::{RoomChange, change_room, change_section, create_section, delete_section, place_room, reopen_room};
pub(crate) use talk::tell_again;
pub use talk::{MESSAGE_FILES, REMIND_JOB, close_poll, forget_reminder, keep_draft, pin, remind, save, vote};
pub use told::{CALL_JOB, call_room};

use hooks::wake_hooks;
use talk::{attach_files, edited_detail, look_at_links};

use super::model::{Access, RoomId};
use super::moderation::store as moderation;
use super::store::Stand;
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::live::Happened;
use crate::web::viewer::{MemberId, Role};

/// Tells an event after the commit of `tx`.
pub(super) fn tell(tx: &mut Tx<'_>, house: &House, happened: Happened) {
    let live = house.live.clone();
    tx.after_commit(move || live.publish(happened));
}

/// Whether the stand allows to write at all: the room is open to the member now, and they are in it.
fn may_write(stand: &Stand) -> Result<()> {
    let role = Role::parse(&stand.role).unwrap_or(Role::Member);
    let joined = stand.joined_at.is_some();
    let known = stand.archived_at.is_none()
        && stand.status == "active"
        && match Access::stored(&stand.access) {
            Access::Open => true,
            Access::Tier => role >= Role::Moderator || stand.min_rank <= stand.tier_rank,
            Access::Private => joined || role >= Role::Manager,
            Access::Direct => joined,
        };
    if !known {
        return Err(Error::NotFound);
    }
    if !joined {
        return Err(Error::Forbidden("not_member"));
    }
    Ok(())
}

/// Whether the stand allows to change anything by words or signs: not muted, and the room is not frozen.
fn may_speak(stand: &Stand, now: Ms) -> Result<()> {
    if stand.muted_until.is_some_and(|until| until > now) {
        return Err(Error::Forbidden("muted"));
    }
    let (_, read_only, _) = stand.order;
    if read_only && !moderates(stand) {
        return Err(Error::Forbidden("read_only"));
    }
    Ok(())
}

/// Whether the stand allows a new message now: not only the team speaks here, and the last message is long enough ago.
fn may_post(tx: &mut Tx<'_>, stand: &Stand, room: RoomId, member: MemberId) -> Result<()> {
    let (slow, _, announce) = stand.order;
    if moderates(stand) {
        return Ok(());
    }
    if announce {
        return Err(Error::Forbidden("announcements_only"));
    }
    if slow > 0 {
        let now = tx.now();
        let wait = stand.sent_at.unwrap_or(0) + slow - now;
        // A clock that went back shuts nobody out for longer than the pace.
        if (1..=slow).contains(&wait) {
            let retry_after = std::time::Duration::from_millis(u64::try_from(wait).unwrap_or(1));
            return Err(Error::Wait { code: "slow_mode", retry_after });
        }
        moderation::mark_sent(tx, room, member)?;
    }
    Ok(())
}

fn moderates(stand: &Stand) -> bool {
    Role::parse(&stand.role).unwrap_or(Role::Member) >= Role::Moderator
}

/// An event without a message, such as somebody joining a private room.
fn member_event(room: RoomId, seq: i64, (member, name): (i64, &str), on: bool, at: i64) -> (String, Happened) {
    let detail = serde_json::json!({ "member": member, "name": name, "on": on }).to_string();
    let happened = Happened {
        room: room.0,
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
