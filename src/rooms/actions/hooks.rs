//! Webhooks. In: a machine that knows a secret address speaks in a room. Out: the room's own log is told to an address, each
//! event once, in order of the log, signed with HMAC-SHA256 over `timestamp.body`.

use super::later::RowJob;
use super::tell;
use crate::access::Sight;
use crate::accounts::token;
use crate::db::{DAY, HOUR, MINUTE, Ms, SECOND, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::live::Happened;
use crate::members::store::insert_audit;
use crate::rooms::model::{Body, MessageDetail, RoomId};
use crate::rooms::slack;
use crate::rooms::store::{self, NewMessage};
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::outbound::{Bounds, parse_url};
use crate::web::viewer::{MemberId, Viewer};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;

/// Job that reads the logs of rooms for the machines that are told.
pub const HOOKS_JOB: &str = "rooms.hooks";
/// Job that tells one event.
pub const HOOK_JOB: &str = "rooms.hook";
/// Pauses between tries; after the last one the telling has failed.
const PAUSES: [Ms; 6] = [10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR];
const ANSWER: Bounds = Bounds { most: 4 * 1024, within: Duration::from_secs(10) };

fn manageable(tx: &mut Tx<'_>, sight: Sight, room: RoomId) -> Result<crate::rooms::model::Room> {
    let (found, _) = store::find_visible(tx, sight, room)?;
    if found.is_direct() { Err(Error::NotFound) } else { Ok(found) }
}

/// Lets a machine speak in a room; answers its id and its secret, which is shown once.
///
/// # Errors
/// [`Error::NotFound`], invalid name, `too_many_hooks`.
pub async fn create_incoming(house: &House, viewer: &Viewer, room: RoomId, name: &str) -> Result<(i64, String)> {
    let mut check = Check::new();
    let name = check.line("name", name, 1, 60);
    check.done()?;
    let (sight, secret) = (Sight::of(viewer), token::fresh()?);
    let hash = token::hash(&secret);
    let id = house
        .db
        .write(move |tx| {
            let room = manageable(tx, sight, room)?;
            if store::list_incoming(tx, room.id)?.len() >= 50 {
                return Err(Error::Conflict("too_many_hooks"));
            }
            insert_audit(tx, Some(sight.member), "room.hook_in", ("room", Some(room.id.0)), &name)?;
            store::insert_incoming(tx, room.id, &name, &hash, sight.member)
        })
        .await?;
    Ok((id, secret))
}

/// Takes the word from a machine.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete_incoming(house: &House, viewer: &Viewer, room: RoomId, id: i64) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            manageable(tx, sight, room)?;
            if !store::delete_incoming(tx, room, id)? {
                return Err(Error::NotFound);
            }
            insert_audit(tx, Some(sight.member), "room.hook_in_gone", ("room", Some(room.0)), "")
        })
        .await
}

/// Takes what a machine says: text, blocks and attachments as Slack knows them.
///
/// # Errors
/// [`Error::NotFound`] for an unknown secret, `no_text`, [`Error::TooMany`].
pub async fn hear(house: &House, secret: &str, payload: serde_json::Value) -> Result<i64> {
    let hash = token::hash(secret);
    let hook = house.db.read(move |c| store::find_incoming(c, &hash)).await?.ok_or(Error::NotFound)?;
    house.limits.take(Bucket::Messages, format!("hook:{}", hook.id))?;
    let said = slack::read(&payload);
    let body = Body::parse(&said.text).map_err(|_| Error::field("text", "required"))?;
    let name = said.name.map_or_else(|| hook.name.clone(), |n| format!("{n} ({})", hook.name));
    let inner = house.clone();
    house
        .db
        .write(move |tx| {
            let at = tx.now();
            let seq = store::advance(tx, hook.room_id, 1)?;
            let message = store::insert_message(
                tx,
                &NewMessage {
                    room: hook.room_id,
                    seq,
                    sender: None,
                    body: &body,
                    reply_to: None,
                    thread_of: None,
                    mentions_all: false,
                    via: Some(&name),
                    cards: "",
                    shared: None,
                },
            )?;
            store::insert_event(tx, hook.room_id, seq, "msg", Some(message), None, "")?;
            let mentioned = store::insert_mentions(tx, hook.room_id, (message, seq), None, &body.mentioned())?;
            store::mark_used(tx, hook.id)?;
            let detail = MessageDetail {
                html: &body.html,
                name: &name,
                rev: 0,
                reply_to: None,
                thread_of: None,
                shared: None,
                poll: None,
                bot: true,
            }
            .json();
            let happened = Happened {
                room: hook.room_id.0,
                seq,
                kind: "msg",
                message: Some(message),
                by: None,
                cid: None,
                at,
                detail: Some(detail),
            };
            tell(tx, &inner, happened);
            super::look_at_links(tx, message, 0, &body)?;
            let told = store::has_outgoing(tx, hook.room_id)?;
            wake_hooks(tx, told)?;
            let live = inner.live.clone();
            tx.after_commit(move || mentioned.into_iter().for_each(|m| live.counters_changed(MemberId(m))));
            Ok(message)
        })
        .await
}

/// Tells a machine what happens in a room from now on; answers its id and the secret that signs.
///
/// # Errors
/// [`Error::NotFound`], `invalid` on `url`, `too_many_hooks`.
pub async fn create_outgoing(house: &House, viewer: &Viewer, room: RoomId, url: &str) -> Result<(i64, String)> {
    let url = parse_url(url).ok_or_else(|| Error::field("url", "url"))?;
    let (sight, secret) = (Sight::of(viewer), token::fresh()?);
    let kept = secret.clone();
    let id = house
        .db
        .write(move |tx| {
            let room = manageable(tx, sight, room)?;
            if store::list_outgoing(tx, room.id)?.len() >= 20 {
                return Err(Error::Conflict("too_many_hooks"));
            }
            let host = url.host_str().unwrap_or("").to_owned();
            insert_audit(tx, Some(sight.member), "room.hook_out", ("room", Some(room.id.0)), &host)?;
            store::insert_outgoing(tx, room.id, (url.as_str(), &kept), room.seq, sight.member)
        })
        .await?;
    Ok((id, secret))
}

/// Tells a machine no more.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete_outgoing(house: &House, viewer: &Viewer, room: RoomId, id: i64) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            manageable(tx, sight, room)?;
            if !store::delete_outgoing(tx, room, id)? {
                return Err(Error::NotFound);
            }
            insert_audit(tx, Some(sight.member), "room.hook_out_gone", ("room", Some(room.0)), "")
        })
        .await
}

/// Wakes the reading of the logs, where a room has somebody to tell.
pub(super) fn wake_hooks(tx: &mut Tx<'_>, has_hooks: bool) -> Result<()> {
    if has_hooks { enqueue(tx, NewJob::new(HOOKS_JOB, &())?.once(HOOKS_JOB)) } else { Ok(()) }
}

/// Reads the logs of rooms and notes what is to be told. The log is the queue: nothing is lost, nothing is told twice.
///
/// # Errors
/// When the database fails.
pub async fn read_logs(house: House, (): ()) -> Result<()> {
    house
        .db
        .write_background(move |tx| {
            let now = tx.now();
            store::tidy_deliveries(tx, now - 30 * DAY)?;
            let mut more = false;
            for hook in store::list_behind(tx)? {
                let events = store::list_events(tx, hook.room_id, hook.cursor_seq, 100)?;
                let Some(last) = events.last().map(|e| e.seq) else { continue };
                if !store::move_cursor(tx, hook.id, hook.cursor_seq, last)? {
                    continue;
                }
                more |= events.len() == 100;
                for event in events.iter().filter(|e| e.kind != "skip") {
                    let detail: serde_json::Value =
                        event.detail.as_deref().and_then(|d| serde_json::from_str(d).ok()).unwrap_or_default();
                    let body = serde_json::json!({
                        "hook": hook.id, "room": hook.room_id.0, "seq": event.seq, "kind": event.kind,
                        "message": event.message, "by": event.by, "ts": crate::i18n::iso(event.at), "detail": detail,
                    });
                    if let Some(id) = store::insert_delivery(tx, hook.id, event.seq, &body.to_string())? {
                        enqueue(tx, NewJob::new(HOOK_JOB, &serde_json::json!({ "id": id }))?)?;
                    }
                }
            }
            if more { enqueue(tx, NewJob::new(HOOKS_JOB, &())?.once(HOOKS_JOB).at(now + 1)) } else { Ok(()) }
        })
        .await
}

/// `X-Kontor-Signature`: `v1=` and the hexadecimal HMAC-SHA256 of `timestamp.body` under the hook's secret.
pub fn signature(secret: &str, timestamp: &str, body: &str) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(Error::internal)?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    Ok(format!("v1={hex}"))
}

/// Tells one event; what fails is tried again after growing pauses, and at last noted as failed.
///
/// # Errors
/// When the database fails.
pub async fn tell_hook(house: House, job: RowJob) -> Result<()> {
    let found = house.db.read(move |c| {
        let delivery = store::find_delivery(c, job.id)?;
        let hook = store::find_outgoing(c, delivery.hook_id)?;
        Ok((delivery, hook))
    });
    let (delivery, hook) = match found.await {
        Err(Error::NotFound) => return Ok(()),
        done => done?,
    };
    if delivery.state != "waiting" {
        return Ok(());
    }
    let timestamp = (house.db.now() / 1_000).to_string();
    let signed = signature(&hook.secret, &timestamp, &delivery.body)?;
    let (id, event) = (delivery.id.to_string(), delivery.seq.to_string());
    let headers = [
        ("content-type", "application/json"),
        ("x-kontor-delivery", id.as_str()),
        ("x-kontor-seq", event.as_str()),
        ("x-kontor-timestamp", timestamp.as_str()),
        ("x-kontor-signature", signed.as_str()),
    ];
    let (ok, status, reason) = match parse_url(&hook.url) {
        None => (false, None, "invalid address".to_owned()),
        Some(url) => match house.config.outbound().post(&url, &headers, &delivery.body, ANSWER).await {
            Ok(answer) => ((200..300).contains(&answer.status), Some(i32::from(answer.status)), String::new()),
            Err(error) => (false, None, error.to_string().chars().take(200).collect()),
        },
    };
    house
        .db
        .write_background(move |tx| {
            let now = tx.now();
            let pause = usize::try_from(delivery.attempts).ok().and_then(|n| PAUSES.get(n));
            let state = match (ok, pause) {
                (true, _) => "done",
                (false, Some(_)) => "waiting",
                (false, None) => "failed",
            };
            store::mark_try(tx, delivery.id, state, status, &reason)?;
            match pause {
                Some(pause) if !ok => {
                    enqueue(tx, NewJob::new(HOOK_JOB, &serde_json::json!({ "id": delivery.id }))?.at(now + pause))
                }
                _ => Ok(()),
            }
        })
        .await
}
