//! The frames of chat on live connections: what a client says becomes the same actions that pages and API call.

use super::actions::{self, Changed};
use super::model::{Found, RoomId};
use super::moderation::store as moderation;
use super::store::{self, Joined};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::{iso, t};
use crate::live::{
    Ack, Counted, Event, Fill, Frame, Happened, Head, Later, Peer, REPLY_EVENTS, Refused, Standing, Subscribed, Voice,
    Wish, tell_counted,
};
use crate::notices::actions::count_unread;
use crate::web::problem;
use crate::web::viewer::{MemberId, Role, Viewer};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Rooms one connection may listen to.
const ROOMS_MOST: usize = 100;
/// Events that wait in the hub while its room is flooded: senders wait until they are fewer.
const BACKLOG: usize = 2_048;

/// Speaks chat; wired in `app.rs`.
pub struct Chat {
    house: House,
}

impl Chat {
    /// Over a house.
    pub fn new(house: House) -> Arc<Self> {
        Arc::new(Self { house })
    }
}

#[derive(Debug, Deserialize)]
struct Sub {
    r: i64,
    #[serde(rename = "ref")]
    mark: Option<i64>,
    epoch: Option<String>,
    s: Option<i64>,
}

#[derive(Deserialize)]
struct Hello {
    #[serde(default)]
    subs: Vec<Sub>,
}

#[derive(Deserialize)]
struct Send {
    cid: String,
    r: i64,
    body: String,
    reply_to: Option<i64>,
}

/// `edit`, `del`, `react`: what each needs is checked where it is used.
#[derive(Deserialize)]
struct Touch {
    cid: Option<String>,
    #[serde(rename = "ref")]
    mark: Option<i64>,
    r: i64,
    m: i64,
    rev: Option<i32>,
    body: Option<String>,
    e: Option<String>,
    on: Option<bool>,
}

#[derive(Deserialize)]
struct InRoom {
    r: i64,
    s: Option<i64>,
}

/// What a refusal is about.
#[derive(Default)]
struct About {
    mark: Option<i64>,
    cid: Option<String>,
    room: Option<i64>,
}

impl About {
    fn of(frame: &Value) -> Self {
        Self {
            mark: frame.get("ref").and_then(Value::as_i64),
            cid: frame.get("cid").and_then(Value::as_str).filter(|c| c.len() <= 256).map(str::to_owned),
            room: frame.get("r").and_then(Value::as_i64),
        }
    }
}

/// Code, whether it may work later, and when.
fn refusal(error: &Error) -> (&'static str, bool, Option<u64>) {
    match error {
        Error::NotFound => ("not_found", false, None),
        Error::SignInRequired | Error::Unauthorized(_) => ("unauthorized", false, None),
        Error::Forbidden(code @ ("not_member" | "muted")) => (code, false, None),
        Error::Wait { code, retry_after } => {
            (code, true, Some(u64::try_from(retry_after.as_millis()).unwrap_or(1000).max(1)))
        }
        Error::Forbidden("invitation_needed") => ("not_member", false, None),
        Error::Forbidden(_) => ("forbidden", false, None),
        Error::Conflict(_) | Error::ConflictWith(..) => ("idem_conflict", false, None),
        Error::TooMany { retry_after } => {
            ("rate_limited", true, Some(u64::try_from(retry_after.as_millis()).unwrap_or(1000).max(1)))
        }
        Error::TooLarge(_) => ("too_large", false, None),
        Error::Invalid(fields) if fields.iter().any(|f| f.field == "body" && f.code == "too_long") => {
            ("too_large", false, None)
        }
        Error::Invalid(_) | Error::BadRequest(_) | Error::UnsupportedType | Error::MethodNotAllowed => {
            ("bad_request", false, None)
        }
        Error::Unavailable | Error::Config(_) | Error::Internal(_) => ("internal", true, Some(1_000)),
    }
}

fn refuse(peer: &Peer, about: &About, error: &Error) {
    if let Error::Internal(source) = error {
        tracing::error!(error = %source, "a live frame failed");
    }
    let (code, temp, retry_ms) = refusal(error);
    let lang = peer.viewer().lang;
    let key = match code {
        "rate_limited" => "error-too_many".to_owned(),
        "unauthorized" => "error-sign_in_required".to_owned(),
        // The code is of the contract; the words may say more.
        "idem_conflict" | "forbidden" => format!("error-{}", problem::code(error)),
        other => format!("error-{other}"),
    };
    let mark = about.mark.filter(|_| about.cid.is_none());
    peer.send(&Frame::of(&Refused {
        t: "err",
        mark,
        cid: about.cid.as_deref(),
        r: about.room,
        code,
        msg: t(lang, &key).into_owned(),
        temp,
        retry_ms,
    }));
}

fn parse<T: serde::de::DeserializeOwned>(frame: Value) -> Result<T> {
    serde_json::from_value(frame).map_err(|_| Error::BadRequest("bad_request"))
}

impl Voice for Chat {
    fn frame(&self, peer: Arc<Peer>, kind: String, frame: Value) -> Later<()> {
        let house = self.house.clone();
        Box::pin(async move {
            let about = About::of(&frame);
            let done = match kind.as_str() {
                "send" => send(&house, &peer, frame).await,
                "sub" => match parse::<Sub>(frame) {
                    Ok(sub) => subscribe(&house, &peer, vec![sub]).await,
                    Err(error) => Err(error),
                },
                "unsub" => parse::<InRoom>(frame).map(|f| house.live.hub().leave(f.r, &peer)),
                "read" => read(&house, &peer, frame).await,
                "typing" => parse::<InRoom>(frame).map(|f| typing(&house, &peer, f.r)),
                other => touch(&house, &peer, other, frame).await,
            };
            if let Err(error) = done {
                refuse(&peer, &about, &error);
            }
        })
    }

    fn hello(&self, peer: Arc<Peer>, frame: Value) -> Later<()> {
        let house = self.house.clone();
        Box::pin(async move {
            let done = match parse::<Hello>(frame) {
                Ok(hello) => greet(&house, &peer, hello).await,
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                refuse(&peer, &About::default(), &error);
            }
        })
    }

    fn events_after(&self, room: i64, after: i64, limit: i64) -> Later<Result<Vec<Happened>>> {
        let db = self.house.db.clone();
        Box::pin(async move { db.read(move |c| store::list_events(c, RoomId(room), after, limit)).await })
    }

    fn heads(&self, rooms: Vec<i64>) -> Later<Result<Vec<Head>>> {
        let db = self.house.db.clone();
        Box::pin(async move { db.read(move |c| store::list_heads(c, &rooms)).await })
    }

    fn suspects(&self, peers: Vec<Arc<Peer>>) -> Later<Result<Vec<Arc<Peer>>>> {
        let house = self.house.clone();
        Box::pin(async move {
            let now = house.db.now();
            let proofs: Vec<(Option<i64>, Option<i64>)> = peers.iter().map(|p| p.proof()).collect();
            let sessions: Vec<i64> = proofs.iter().filter_map(|(s, _)| *s).collect();
            let tokens: Vec<i64> = proofs.iter().filter_map(|(_, t)| *t).collect();
            let known = house.db.read(move |c| store::list_versions(c, &sessions, &tokens, now)).await?;
            let suspects = peers.into_iter().zip(proofs).filter(|(peer, (session, token))| {
                let version = match (session, token) {
                    (Some(id), _) => known.sessions.get(id),
                    (_, Some(id)) => known.tokens.get(id),
                    _ => None,
                };
                version != Some(&peer.viewer().rights_version)
            });
            Ok(suspects.map(|(peer, _)| peer).collect())
        })
    }

    fn standing(&self, peer: Arc<Peer>) -> Later<Result<Standing>> {
        let house = self.house.clone();
        Box::pin(async move { standing(&house, &peer).await })
    }

    fn touched(&self) -> Later<Result<Vec<i64>>> {
        let db = self.house.db.clone();
        Box::pin(async move { db.read(store::list_touched).await })
    }

    fn counters(&self, members: Vec<i64>) -> Later<Result<Vec<Counted>>> {
        let house = self.house.clone();
        Box::pin(async move {
            let (wanted, sources) = (members.clone(), house.sources.clone());
            let (joined, waiting) = house
                .db
                .read(move |c| Ok((store::list_joined(c, &wanted)?, count_unread(c, &sources.gates, &wanted)?)))
                .await?;
            let mut by_member: BTreeMap<i64, Vec<Joined>> = members.into_iter().map(|m| (m, Vec::new())).collect();
            for row in joined {
                by_member.entry(row.member_id).or_default().push(row);
            }
            Ok(by_member
                .into_iter()
                .map(|(member, rooms)| counters(member, &rooms, waiting.get(&member).copied().unwrap_or(0)))
                .collect())
        })
    }
}

/// `d` of the topic `me`: absolute values, never differences.
fn counters(member: i64, rooms: &[Joined], notifications: i64) -> Counted {
    // What is silenced makes no badge.
    let unread: i64 = rooms.iter().filter(|r| !r.silenced).map(|r| r.unread).sum();
    let mentions: i64 = rooms.iter().map(|r| i64::from(r.mentions)).sum();
    let each: Vec<Value> =
        rooms.iter().map(|r| json!({ "r": r.id, "unread": r.unread, "mentions": r.mentions })).collect();
    let json =
        json!({ "unread": unread, "mentions": mentions, "notifications": notifications, "rooms": each }).to_string();
    let full = rooms.iter().filter(|r| r.unread >= store::UNREAD_MOST).map(|r| r.id).collect();
    Counted { member, json, full }
}

async fn greet(house: &House, peer: &Arc<Peer>, hello: Hello) -> Result<()> {
    let me = peer.member;
    let sources = house.sources.clone();
    let (joined, waiting, hidden) = house
        .db
        .read(move |c| {
            let joined = store::list_joined(c, &[me])?;
            Ok((joined, count_unread(c, &sources.gates, &[me])?, store::list_hidden(c, MemberId(me))?))
        })
        .await?;
    let waiting = waiting.get(&me).copied().unwrap_or(0);
    peer.hide(hidden.into_iter().collect());
    let ids: Vec<i64> = joined.iter().map(|r| r.id).collect();
    house.live.hub().count_only(&ids, peer);
    tell_counted(peer, &counters(me, &joined, waiting));
    subscribe(house, peer, hello.subs).await
}

/// Subscribes to rooms: made known first, then looked up, then caught up with, so that nothing that happens meanwhile is
/// missed or told twice.
async fn subscribe(house: &House, peer: &Arc<Peer>, subs: Vec<Sub>) -> Result<()> {
    let before = peer.rooms();
    let more: std::collections::HashSet<i64> = subs.iter().map(|s| s.r).filter(|r| !before.contains(r)).collect();
    if more.len() + before.len() > ROOMS_MOST || subs.len() > ROOMS_MOST {
        return Err(Error::BadRequest("bad_request"));
    }
    if subs.is_empty() {
        return Ok(());
    }
    for sub in &subs {
        house.live.hub().open(sub.r);
    }
    let viewer = peer.viewer();
    let (sight, ids) = (Sight::of(&viewer), subs.iter().map(|s| s.r).collect::<Vec<_>>());
    let found: Vec<Found> = house.db.read(move |c| store::list_visible_of(c, sight, &ids)).await?;
    for sub in subs {
        let about = About { mark: sub.mark, cid: None, room: Some(sub.r) };
        let done = match found.iter().find(|(room, _)| room.id.0 == sub.r) {
            Some((room, Some(_))) => catch_up(house, peer, &sub, (&room.epoch, room.seq)).await,
            Some((_, None)) => Err(Error::Forbidden("not_member")),
            None => Err(Error::NotFound),
        };
        if let Err(error) = done {
            // Nobody may have asked for it in vain: an unused room is not kept.
            house.live.hub().leave(sub.r, peer);
            refuse(peer, &about, &error);
        }
    }
    // Rights that changed while we looked were checked before this subscription was there to be ended.
    if !Arc::ptr_eq(&viewer, &peer.viewer()) {
        house.live.rights_changed(viewer.id);
    }
    Ok(())
}

async fn catch_up(house: &House, peer: &Arc<Peer>, sub: &Sub, (epoch, head): (&str, i64)) -> Result<()> {
    let hub = house.live.hub();
    let position = match (&sub.epoch, sub.s) {
        (Some(epoch), Some(s)) => Some((epoch.as_str(), s)),
        (None, None) => None,
        _ => return Err(Error::BadRequest("bad_request")),
    };
    let wish = Wish { room: sub.r, mark: sub.mark, position, epoch, head };
    let mut state = hub.subscribe(peer, &wish);
    let mut read: Vec<Arc<Event>> = Vec::new();
    let mut from = None;
    while let Subscribed::Read(after) = state {
        let start = *from.get_or_insert(after);
        let room = RoomId(sub.r);
        let most = i64::try_from(REPLY_EVENTS).unwrap_or(300);
        let more = house.db.read(move |c| store::list_events(c, room, after, most)).await?;
        read.extend(more.iter().map(|h| Arc::new(Event::from(h))));
        state = hub.subscribe_with(peer, &wish, start, read.clone());
        if more.is_empty() && matches!(state, Subscribed::Read(_)) {
            // Told here, but not in the log: cannot be; an error is better than to look for ever.
            return Err(Error::internal("a position without its event"));
        }
    }
    Ok(())
}

async fn send(house: &House, peer: &Arc<Peer>, frame: Value) -> Result<()> {
    let Send { cid, r, body, reply_to } = parse(frame)?;
    let viewer = peer.viewer();
    // Nothing is awaited before the write is queued, unless the room is flooded: order is the order of arrival.
    while house.live.hub().waiting(r) > BACKLOG {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let posted = actions::post_message(house, &viewer, RoomId(r), &cid, &body, reply_to).await?;
    let ack = Ack { t: "ack", cid: &cid, r, m: posted.message, s: posted.seq, ts: iso(posted.at), dup: posted.dup };
    if peer.send(&Frame::of(&ack)) == Fill::Closed {
        tracing::debug!("an acknowledgement found its connection closed; the sender will ask again");
    }
    Ok(())
}

async fn touch(house: &House, peer: &Arc<Peer>, kind: &str, frame: Value) -> Result<()> {
    let touch: Touch = parse(frame)?;
    let viewer = peer.viewer();
    let (room, m) = (RoomId(touch.r), touch.m);
    let missing = || Error::BadRequest("bad_request");
    let changed: Changed = match kind {
        "edit" => {
            let (rev, body) = (touch.rev.ok_or_else(missing)?, touch.body.as_deref().ok_or_else(missing)?);
            actions::edit_message(house, &viewer, room, m, rev, body).await?
        }
        "del" => actions::delete_message(house, &viewer, room, m).await?,
        _ => {
            let (e, on) = (touch.e.as_deref().ok_or_else(missing)?, touch.on.ok_or_else(missing)?);
            actions::react(house, &viewer, room, m, e, on).await?
        }
    };
    let mut ack =
        json!({ "t": "ack", "r": touch.r, "m": m, "s": changed.seq, "ts": iso(changed.at), "dup": changed.dup });
    if let Some(fields) = ack.as_object_mut() {
        touch.cid.map(|cid| fields.insert("cid".into(), cid.into()));
        touch.mark.map(|mark| fields.insert("ref".into(), mark.into()));
    }
    peer.send(&Frame::of(&ack));
    Ok(())
}

async fn read(house: &House, peer: &Peer, frame: Value) -> Result<()> {
    let InRoom { r, s } = parse(frame)?;
    let s = s.filter(|s| *s >= 0).ok_or(Error::BadRequest("bad_request"))?;
    // A pointer beyond the end would hide what is yet to come.
    let (sight, room) = (Sight::of(&peer.viewer()), RoomId(r));
    let (found, _) = house.db.read(move |c| store::find_joined(c, sight, room)).await?;
    actions::mark_read(house, peer.viewer().id, room, s.min(found.seq)).await
}

fn typing(house: &House, peer: &Peer, room: i64) {
    if peer.rooms().contains(&room) && peer.may_type(house.db.clock().steady()) {
        let viewer = peer.viewer();
        let frame = Frame::of(&json!({ "t": "typ", "r": room, "u": viewer.id, "name": viewer.name }));
        house.live.whisper(room, &frame, viewer.id.0);
    }
}

async fn standing(house: &House, peer: &Arc<Peer>) -> Result<Standing> {
    let old = peer.viewer();
    let (session, token) = peer.proof();
    let (id, now, listened) = (old.id, house.db.now(), peer.rooms());
    let proof = old.proof.clone();
    let (rights, versions) = house
        .db
        .read(move |c| {
            let rights = store::find_rights(c, id)?;
            let (sessions, tokens): (Vec<i64>, Vec<i64>) = (session.into_iter().collect(), token.into_iter().collect());
            Ok((rights, store::list_versions(c, &sessions, &tokens, now)?))
        })
        .await?;
    let Some(rights) = rights else { return Ok(Standing::SignedOut) };
    if rights.status == "suspended" {
        return Ok(Standing::Banned);
    }
    if versions.sessions.is_empty() && versions.tokens.is_empty() {
        return Ok(Standing::SignedOut);
    }
    let viewer = Viewer {
        role: Role::parse(&rights.role).unwrap_or(Role::Member),
        tier_rank: rights.tier_rank,
        rights_version: rights.rights_version,
        proof,
        ..Viewer::clone(&old)
    };
    let sight = Sight::of(&viewer);
    let ids = listened.clone();
    let (open, joined, hidden, banned) = house
        .db
        .read(move |c| {
            Ok((
                store::list_visible_of(c, sight, &ids)?,
                store::list_joined(c, &[id.0])?,
                store::list_hidden(c, id)?,
                moderation::list_bans(c, id, now)?,
            ))
        })
        .await?;
    peer.hide(hidden.into_iter().collect());
    let ids: Vec<i64> = joined.iter().map(|r| r.id).collect();
    house.live.hub().count_only(&ids, peer);
    let out = listened
        .into_iter()
        .filter_map(|r| match open.iter().find(|(room, _)| room.id.0 == r) {
            Some((_, Some(_))) => None,
            Some((_, None)) if banned.contains(&r) => Some((r, "banned")),
            Some((_, None)) => Some((r, "not_member")),
            None => Some((r, "not_found")),
        })
        .collect();
    Ok(Standing::Changed { viewer: Box::new(viewer), out })
}
