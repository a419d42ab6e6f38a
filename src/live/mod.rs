//! Live connections: the hub (who listens to which room), the socket pump with its heartbeat, the relay between nodes.
//!
//! It knows positions, queues and connections, but no feature: what a frame means, who may listen and what was missed
//! comes from the [`Voice`] that `app.rs` wires in.
//!
//! Others use: [`Live::publish`] after a commit, [`Live::publish_info`] for progress of campaigns and imports,
//! [`Live::rights_changed`] when role, tier, status, session or membership of somebody changed.

mod channel;
mod elsewhere;
mod feed;
mod frame;
mod hub;
mod peer;
mod relay;
pub mod socket;
mod ticker;

pub use feed::{Counted, Head, Later, Standing, Voice, tell_counted};
pub use frame::{Ack, Close, Event, Frame, Happened, Refused, SubOk};
pub use hub::{Hub, REPLY_EVENTS, Subscribed, Wish};
pub use peer::{Fill, Peer};

use crate::config::Config;
use crate::db::Clock;
use crate::error::Result;
use crate::web::viewer::{MemberId, Viewer};
use elsewhere::Elsewhere;
use hub::Note;
use parking_lot::Mutex;
use relay::Relay;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use tokio::sync::{Notify, mpsc};

/// A position further behind than this is not made up for: the client loads the room anew.
pub const RECOVERABLE: i64 = 2_000;
/// Info topics whose latest value is kept.
const TOPICS: usize = 1_000;

/// Takes from a limit: number of the bucket, key, how many.
pub type Taken = Box<dyn Fn(usize, &str, u32) + Send + Sync>;

/// Handle to the live connections of this node.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    hub: Arc<Hub>,
    clock: Clock,
    node: String,
    per_member: usize,
    limits: bool,
    peers: Mutex<HashMap<i64, Vec<Arc<Peer>>>>,
    next: AtomicU64,
    /// Connections the timing wheel does not know yet.
    fresh: Mutex<Vec<Weak<Peer>>>,
    elsewhere: Elsewhere,
    frames_a_minute: u32,
    /// Who watches a topic.
    watchers: Mutex<HashMap<String, Vec<Weak<Peer>>>>,
    /// Takes from the limits of this node what was taken on another.
    taken: OnceLock<Taken>,
    /// Latest value of each info topic, with a number that says how old it is.
    info: Mutex<HashMap<String, (u64, String)>>,
    voice: OnceLock<Arc<dyn Voice>>,
    relay: Relay,
    notes: Mutex<Option<mpsc::UnboundedReceiver<Note>>>,
    /// Members whose counters are to be told anew.
    counters: Mutex<HashSet<i64>>,
    /// Members whose rights are to be looked at now; the bell says that there are some.
    suspects: Mutex<HashSet<i64>>,
    bell: Notify,
    draining: AtomicBool,
}

impl Live {
    /// The live part of a house; [`Live::start`] sets it going.
    pub fn new(config: &Config, clock: Clock) -> Result<Self> {
        let (hub, notes) = Hub::new(clock.clone());
        let node = crate::live::relay::node_name();
        Ok(Self(Arc::new(Inner {
            hub: Arc::new(hub),
            clock,
            relay: Relay::new(config.redis_url.as_deref(), &node)?,
            node,
            per_member: config.connections_per_member,
            limits: config.rate_limits,
            peers: Mutex::default(),
            next: AtomicU64::new(1),
            fresh: Mutex::default(),
            elsewhere: Elsewhere::default(),
            frames_a_minute: config.frames_per_minute,
            watchers: Mutex::default(),
            taken: OnceLock::new(),
            info: Mutex::default(),
            voice: OnceLock::new(),
            notes: Mutex::new(Some(notes)),
            counters: Mutex::default(),
            suspects: Mutex::default(),
            bell: Notify::new(),
            draining: AtomicBool::new(false),
        })))
    }

    /// Sets the tasks going; `voice` is the feature that speaks.
    pub fn start(&self, voice: Arc<dyn Voice>) {
        if self.0.voice.set(voice).is_err() {
            return;
        }
        self.0.hub.start();
        if let Some(notes) = self.0.notes.lock().take() {
            tokio::spawn(feed::follow(self.clone(), notes));
        }
        ticker::start(self);
        self.0.relay.start(self);
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Name of this node.
    pub fn node(&self) -> &str {
        &self.0.node
    }

    /// Whether the link to the other nodes stands; always, where there is none.
    pub fn is_linked(&self) -> bool {
        self.0.relay.is_linked()
    }

    /// Tells a change in a room; from `tx.after_commit`, never before.
    pub fn publish(&self, happened: Happened) {
        self.0.hub.publish(happened);
    }

    /// Tells the latest value of `topic` (`campaign:5`, `import:7`) to the managers who watch it. `json` is one JSON value.
    pub fn publish_info(&self, topic: &str, json: &str) {
        self.take_info(topic, json);
        self.0.relay.send(relay::Hint::Info { topic: topic.to_owned(), d: json.to_owned() });
    }

    fn take_info(&self, topic: &str, json: &str) {
        {
            let mut info = self.0.info.lock();
            let age = self.0.next.fetch_add(1, Ordering::Relaxed);
            if info.len() >= TOPICS
                && let Some(oldest) = info.iter().min_by_key(|(_, (age, _))| *age).map(|(t, _)| t.clone())
            {
                info.remove(&oldest);
            }
            info.insert(topic.to_owned(), (age, json.to_owned()));
        }
        let frame = info_frame(topic, json);
        let mut watchers = self.0.watchers.lock();
        let Some(mine) = watchers.get_mut(topic) else { return };
        mine.retain(|weak| weak.upgrade().is_some_and(|p| !p.is_closing()));
        for peer in mine.iter().filter_map(Weak::upgrade).filter(|p| p.viewer().is_manager()) {
            peer.send(&frame);
        }
        if mine.is_empty() {
            watchers.remove(topic);
        }
    }

    /// Watches a topic for a connection: the latest value comes at once, then every new one. Managers only.
    pub fn watch(&self, peer: &Arc<Peer>, topic: &str) -> bool {
        let known = topic.strip_prefix("campaign:").or_else(|| topic.strip_prefix("import:"));
        let fits = known.is_some_and(|id| id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit()) && !id.is_empty());
        if !fits || !peer.viewer().is_manager() {
            return false;
        }
        if peer.watch(topic) {
            self.0.watchers.lock().entry(topic.to_owned()).or_default().push(Arc::downgrade(peer));
        }
        let latest = self.0.info.lock().get(topic).map(|(_, json)| info_frame(topic, json));
        if let Some(frame) = latest {
            peer.send(&frame);
        }
        true
    }

    /// Tells the counters of a member (topic `me`) to all their connections, soon and once for many changes.
    pub fn counters_changed(&self, member: MemberId) {
        self.0.counters.lock().insert(member.0);
    }

    /// Like [`Live::counters_changed`], on every node: for what no event of a room tells.
    pub fn counters_changed_everywhere(&self, member: MemberId) {
        self.counters_changed(member);
        self.0.relay.send(relay::Hint::Counters { member: member.0 });
    }

    /// Looks at the rights of a member's open connections now; after the commit of what changed them.
    pub fn rights_changed(&self, member: MemberId) {
        self.suspect(member.0);
        self.0.relay.send(relay::Hint::Rights { member: member.0 });
    }

    fn suspect(&self, member: i64) {
        if self.0.peers.lock().contains_key(&member) {
            self.0.suspects.lock().insert(member);
            self.0.bell.notify_one();
        }
    }

    /// Sends an ephemeral frame to everybody who listens to a room, here and on other nodes, save one member.
    pub fn whisper(&self, room: i64, frame: &Frame, except: i64) {
        self.0.hub.whisper(room, frame, except);
        self.0.relay.send(relay::Hint::Whisper { r: room, except, json: frame.json().to_owned() });
    }

    /// Every connection of this node.
    pub fn peers(&self) -> Vec<Arc<Peer>> {
        self.0.peers.lock().values().flatten().cloned().collect()
    }

    /// How many connections this node has.
    pub fn connections(&self) -> usize {
        self.0.peers.lock().values().map(Vec::len).sum()
    }

    /// Connections of one member on this node.
    pub fn peers_of(&self, member: i64) -> Vec<Arc<Peer>> {
        self.0.peers.lock().get(&member).cloned().unwrap_or_default()
    }

    /// Asks everybody to come back elsewhere, each at a moment of its own, and closes with 4001.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
        self.0.relay.send(relay::Hint::Bye);
        let peers = self.peers();
        // Coming back is spread over as many milliseconds as there are connections, at least half a second.
        let n = peers.len().max(1);
        let spread = n.clamp(500, 20_000);
        for (i, peer) in peers.into_iter().enumerate() {
            let after = 100 + spread * i / n;
            peer.send(&Frame::of(&serde_json::json!({ "t": "drain", "after_ms": after })));
            peer.close(Close::Drain);
        }
    }

    /// What takes from the limits of this node when another node took; wired in `app.rs`.
    pub fn on_taken(&self, take: Taken) {
        // Wired once.
        let _ = self.0.taken.set(take);
    }

    /// Tells other nodes that something was taken from a limit here.
    pub fn share_taken(&self, bucket: usize, key: &str) {
        self.0.relay.send(relay::Hint::Took { b: bucket, key: key.to_owned(), n: 1 });
    }

    /// Lets a connection in; `None` when the member has as many as allowed.
    fn admit(&self, viewer: Arc<Viewer>) -> Option<Arc<Peer>> {
        let mut peers = self.0.peers.lock();
        let mine = peers.entry(viewer.id.0).or_default();
        mine.retain(|p| !p.is_closing());
        let elsewhere = if self.0.relay.is_on() { self.0.elsewhere.connections_of(viewer.id.0) } else { 0 };
        if mine.len() + elsewhere >= self.0.per_member {
            return None;
        }
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let peer = Arc::new(Peer::new(id, viewer, self.0.clock.steady()));
        mine.push(peer.clone());
        self.0.relay.send(relay::Hint::Lines { m: peer.member, n: mine.len() });
        self.0.fresh.lock().push(Arc::downgrade(&peer));
        metrics::gauge!("kontor_live_connections").increment(1.0);
        Some(peer)
    }

    fn dismiss(&self, peer: &Peer) {
        {
            let mut peers = self.0.peers.lock();
            if let Some(mine) = peers.get_mut(&peer.member) {
                mine.retain(|p| p.id != peer.id);
                self.0.relay.send(relay::Hint::Lines { m: peer.member, n: mine.len() });
                if mine.is_empty() {
                    peers.remove(&peer.member);
                }
            }
        }
        self.0.hub.forget(peer);
        metrics::gauge!("kontor_live_connections").decrement(1.0);
    }
}

fn info_frame(topic: &str, json: &str) -> Frame {
    let topic = serde_json::to_string(topic).unwrap_or_default();
    Frame::text(&format!("{{\"t\":\"info\",\"topic\":{topic},\"d\":{json}}}"))
}
