//! The feature behind the connections, and the task that asks it for what the hub lacks.

use super::Live;
use super::frame::{Event, Frame, Happened};
use super::hub::{Note, REPLY_EVENTS};
use super::peer::{Fill, Peer};
use super::relay::Hint;
use crate::error::Result;
use crate::web::viewer::Viewer;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// A future in a box.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a room stands in the database.
#[derive(Debug, Clone)]
pub struct Head {
    /// Room.
    pub room: i64,
    /// Epoch.
    pub epoch: String,
    /// Position.
    pub seq: i64,
}

/// What became of the rights behind a connection.
#[derive(Debug, Clone)]
pub enum Standing {
    /// As before.
    Same,
    /// Still in, with other rights: these rooms are no longer open to the member, with the reason.
    Changed {
        /// The member as of now.
        viewer: Box<Viewer>,
        /// Rooms with a code.
        out: Vec<(i64, &'static str)>,
    },
    /// Logged out, or the session ran out.
    SignedOut,
    /// Shut out.
    Banned,
}

/// Counters of a member.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The member.
    pub member: i64,
    /// JSON of the topic `me`.
    pub json: String,
    /// Rooms whose counter stands at its end: one more message changes nothing.
    pub full: Vec<i64>,
}

/// The feature that speaks over the connections: chat. Wired in `app.rs`.
pub trait Voice: Send + Sync + 'static {
    /// A frame of a greeted connection. What must keep its order is begun before the future is polled twice.
    fn frame(&self, peer: Arc<Peer>, kind: String, frame: serde_json::Value) -> Later<()>;
    /// The `hello` of a connection: its subscriptions and counters.
    fn hello(&self, peer: Arc<Peer>, frame: serde_json::Value) -> Later<()>;
    /// Events of a room after a position, oldest first.
    fn events_after(&self, room: i64, after: i64, limit: i64) -> Later<Result<Vec<Happened>>>;
    /// Where rooms stand.
    fn heads(&self, rooms: Vec<i64>) -> Later<Result<Vec<Head>>>;
    /// The connections whose rights may have changed, of all that are given; one look at the database for all of them.
    fn suspects(&self, peers: Vec<Arc<Peer>>) -> Later<Result<Vec<Arc<Peer>>>>;
    /// What became of the rights of a connection.
    fn standing(&self, peer: Arc<Peer>) -> Later<Result<Standing>>;
    /// Members whose rights, sessions or tokens were touched lately, on whatever node: a cheap look, asked often.
    fn touched(&self) -> Later<Result<Vec<i64>>>;
    /// Counters of members, for the topic `me`.
    fn counters(&self, members: Vec<i64>) -> Later<Result<Vec<Counted>>>;
}

/// Works through what the hub notes.
pub(super) async fn follow(live: Live, mut notes: mpsc::UnboundedReceiver<Note>) {
    while let Some(note) = notes.recv().await {
        match note {
            Note::Gap(room) => {
                tokio::spawn(fill(live.clone(), room));
            }
            Note::Went(room, seq) => live.0.relay.send(Hint::Went { r: room, s: seq }),
            Note::Counters(members) => live.0.counters.lock().extend(members),
        }
    }
}

/// Reads what is missing in a room, until nothing is.
async fn fill(live: Live, room: i64) {
    let Some(voice) = live.0.voice.get() else { return };
    // On PostgreSQL a predecessor is often a moment late: its commit is done, its effect is on the way.
    tokio::time::sleep(Duration::from_millis(10)).await;
    let mut from = live.hub().last(room).unwrap_or(i64::MAX);
    loop {
        let most = i64::try_from(REPLY_EVENTS).unwrap_or(300);
        let read = voice.events_after(room, from, most).await.unwrap_or_else(|error| {
            tracing::warn!(%error, room, "missed events could not be read; the sweep tries again");
            Vec::new()
        });
        let done = read.len() < REPLY_EVENTS;
        from = read.last().map_or(from, |h| h.seq);
        live.hub().fill(room, read.iter().map(|h| Arc::new(Event::from(h))).collect(), done);
        if done {
            break;
        }
        // A long absence is made up for at the pace of those who listen.
        while live.hub().waiting(room) > REPLY_EVENTS * 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Compares every room with the database: a lost hint is found here at the latest.
pub(super) async fn sweep(live: &Live) -> Result<()> {
    let Some(voice) = live.0.voice.get() else { return Ok(()) };
    let here = live.hub().positions();
    if here.is_empty() {
        return Ok(());
    }
    let heads = voice.heads(here.iter().map(|(room, ..)| *room).collect()).await?;
    for (room, epoch, last) in here {
        let head = heads.iter().find(|h| h.room == room);
        match (head, last) {
            (None, _) => live.hub().reset(room),
            (Some(head), Some(_)) if head.epoch != epoch => live.hub().reset(room),
            (Some(head), _) => live.hub().hint(room, head.seq),
        }
    }
    Ok(())
}

/// Looks at the rights of connections and acts on what it finds.
pub(super) async fn recheck(live: &Live, peers: Vec<Arc<Peer>>) -> Result<()> {
    use super::frame::Close;
    let Some(voice) = live.0.voice.get() else { return Ok(()) };
    for peer in peers {
        match voice.standing(peer.clone()).await? {
            Standing::Same => {}
            Standing::SignedOut => peer.close(Close::Session),
            Standing::Banned => peer.close(Close::Banned),
            Standing::Changed { viewer, out } => {
                for (room, code) in out {
                    live.hub().leave(room, &peer);
                    peer.send(&Frame::of(&serde_json::json!({ "t": "out", "r": room, "code": code })));
                }
                let role = peer.viewer().role;
                if viewer.role != role {
                    peer.close(Close::Rights);
                }
                peer.set_viewer(*viewer);
                live.counters_changed(peer.viewer().id);
            }
        }
    }
    Ok(())
}

/// Tells counters that changed, at most so many members at a time.
pub(super) async fn tell_counters(live: &Live) -> Result<()> {
    const MOST: usize = 400;
    let Some(voice) = live.0.voice.get() else { return Ok(()) };
    let members: Vec<i64> = {
        let mut waiting = live.0.counters.lock();
        let some: Vec<i64> = waiting.iter().copied().take(MOST).collect();
        for member in &some {
            waiting.remove(member);
        }
        some
    };
    let here: Vec<i64> = {
        let peers = live.0.peers.lock();
        members.into_iter().filter(|m| peers.contains_key(m)).collect()
    };
    if here.is_empty() {
        return Ok(());
    }
    for counted in voice.counters(here).await? {
        for peer in live.peers_of(counted.member) {
            if peer.greeted.load(Ordering::Relaxed) {
                tell_counted(&peer, &counted);
            }
        }
    }
    Ok(())
}

/// Tells a connection its counters, unless it knows them. They come again with the next change, so a slow reader may miss some.
pub fn tell_counted(peer: &Peer, counted: &Counted) {
    let mut hash = std::hash::DefaultHasher::new();
    counted.json.hash(&mut hash);
    let print = hash.finish().cast_signed();
    peer.set_full(&counted.full);
    if peer.told.load(Ordering::Relaxed) != print && peer.whisper(&super::info_frame("me", &counted.json)) == Fill::Low
    {
        peer.told.store(print, Ordering::Relaxed);
    }
}
