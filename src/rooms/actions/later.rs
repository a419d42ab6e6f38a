//! Messages for later: written now, sent once by the clock, with the rights of that moment.

use super::post::{Post, send};
use crate::access::Sight;
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs::{NewJob, enqueue};
use crate::notices::actions::notify;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::rooms::model::{Body, RoomId, future};
use crate::rooms::store;
use crate::web::viewer::{MemberId, Proof, Role, Viewer};

/// Job that sends a message for later.
pub const LATER_JOB: &str = "rooms.send_later";

/// Payload of jobs about one row.
#[derive(Debug, serde::Deserialize)]
pub struct RowJob {
    /// The row.
    pub id: i64,
}

fn wake(tx: &mut Tx<'_>, id: i64, at: Ms) -> Result<()> {
    enqueue(tx, NewJob::new(LATER_JOB, &serde_json::json!({ "id": id }))?.at(at).priority(5))
}

/// Keeps a message for `send_at`.
///
/// # Errors
/// [`Error::NotFound`], `not_member`, invalid body, `past` or `too_late` on `send_at`.
pub async fn schedule(house: &House, viewer: &Viewer, room: RoomId, body: &str, send_at: Ms) -> Result<i64> {
    let body = Body::parse(body).map_err(|e| Error::Invalid(vec![e]))?.source;
    let (me, sight) = (viewer.id, Sight::of(viewer));
    house
        .db
        .write(move |tx| {
            store::find_joined(tx, sight, room)?;
            let send_at = future("send_at", send_at, tx.now())?;
            if store::list_scheduled(tx, me)?.len() >= 100 {
                return Err(Error::Conflict("too_many_scheduled"));
            }
            let id = store::insert_scheduled(tx, me, room, &body, send_at)?;
            wake(tx, id, send_at)?;
            Ok(id)
        })
        .await
}

/// Gives a message for later another text or time.
///
/// # Errors
/// [`Error::NotFound`] when it is somebody else's or sent, invalid fields.
pub async fn reschedule(house: &House, viewer: &Viewer, id: i64, body: &str, send_at: Ms) -> Result<()> {
    let body = Body::parse(body).map_err(|e| Error::Invalid(vec![e]))?.source;
    let me = viewer.id;
    house
        .db
        .write(move |tx| {
            let send_at = future("send_at", send_at, tx.now())?;
            if !store::change_scheduled(tx, me, id, &body, send_at)? {
                return Err(Error::NotFound);
            }
            wake(tx, id, send_at)
        })
        .await
}

/// Calls a message for later off.
///
/// # Errors
/// [`Error::NotFound`] when it is somebody else's or sent.
pub async fn unschedule(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let me = viewer.id;
    let was = house.db.write(move |tx| store::delete_scheduled(tx, me, id)).await?;
    if was { Ok(()) } else { Err(Error::NotFound) }
}

/// Sends a message whose time has come. Running twice sends it once: its `cid` comes from its row.
///
/// # Errors
/// What may work later: limits, the database.
pub async fn send_later(house: House, job: RowJob) -> Result<()> {
    let id = job.id;
    let now = house.db.now();
    let found = house.db.read(move |c| match store::find_scheduled(c, id) {
        Err(Error::NotFound) => Ok(None),
        Ok(row) => Ok(store::find_sender(c, row.member_id)?.map(|sender| (row, sender))),
        Err(other) => Err(other),
    });
    let Some((row, (name, role, tier_rank, locale, time_zone, rights_version))) = found.await? else { return Ok(()) };
    // Called off, sent, or put off: another job comes at the new time.
    if row.state != "waiting" || row.send_at > now {
        return Ok(());
    }
    let viewer = Viewer {
        id: MemberId(row.member_id),
        name,
        role: Role::parse(&role).unwrap_or(Role::Member),
        tier_rank,
        lang: Lang::stored(&locale),
        time_zone,
        theme: "auto".to_owned(),
        rights_version,
        proof: Proof::Token { id: 0, scopes: Vec::new() },
    };
    let post = Post { cid: format!("~later-{id}-{}", row.send_at), body: row.body, ..Post::default() };
    let (state, message, reason) = match send(&house, &viewer, row.room_id, post).await {
        Ok(posted) => ("sent", Some(posted.message), String::new()),
        Err(error @ (Error::TooMany { .. } | Error::Internal(_) | Error::Unavailable)) => return Err(error),
        Err(error) => ("refused", None, crate::web::problem::code(&error).to_owned()),
    };
    let (me, room) = (viewer.id, row.room.clone());
    house
        .db
        .write_background(move |tx| {
            if state == "refused" {
                let args = serde_json::json!({ "room": room });
                notify(tx, &Notice::new(me, &kinds::SCHEDULED_FAILED, "/me/scheduled", args))?;
            }
            store::mark_scheduled(tx, id, state, message, &reason)
        })
        .await
}
