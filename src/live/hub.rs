//! The hub: for each room somebody listens to, who listens, the last position told, and a ring of recent events.
//!
//! Invariants:
//! - every subscriber of a room is told contiguous positions: what comes out of order waits, what is missing is read
//!   from the database;
//! - nobody is waited for: a full queue closes its own connection;
//! - a burst is written as few pieces: all who see the same bytes share them.

use super::channel::{Channel, Passage};
use super::frame::{Close, Event, Frame, Happened, SubOk};
use super::peer::Peer;
use crate::db::{Clock, MINUTE, Ms};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Rooms are spread over this many tasks.
const SHARDS: usize = 4;
/// A room without listeners is kept so long, with its recent events: they come back, and at once.
const KEPT: Ms = 2 * MINUTE;
/// Events in one answer to a subscription.
pub const REPLY_EVENTS: usize = 300;
/// Events written as one piece.
const SLICE_EVENTS: usize = 64;
/// Bytes written as one piece.
const SLICE_BYTES: usize = 128 * 1024;

/// What became of a wish to subscribe.
pub enum Subscribed {
    /// Done, `sub_ok` is on its way.
    Done,
    /// The ring does not reach back so far: events after this position must be read.
    Read(i64),
}

/// A wish to subscribe, with what the database said about the room.
pub struct Wish<'a> {
    /// Room.
    pub room: i64,
    /// The client's mark.
    pub mark: Option<i64>,
    /// The client's position.
    pub position: Option<(&'a str, i64)>,
    /// Epoch of the room.
    pub epoch: &'a str,
    /// Position of the room when it was asked.
    pub head: i64,
}

/// What a shard's task works through, in order; it alone tells rooms anything.
enum Inlet {
    Happened(Happened),
    /// Read from the database to fill a hole; whether the reading has come to its end.
    Read(i64, Vec<Arc<Event>>, bool),
}

struct Shard {
    queue: mpsc::UnboundedSender<Inlet>,
    channels: Mutex<HashMap<i64, Channel>>,
    waiting: AtomicUsize,
}

/// The hub of this node.
pub struct Hub {
    shards: Vec<Arc<Shard>>,
    inlets: Mutex<Vec<mpsc::UnboundedReceiver<Inlet>>>,
    /// Told what a shard cannot do itself.
    notes: mpsc::UnboundedSender<Note>,
    clock: Clock,
    log_reads: AtomicU64,
}

/// What the hub asks of its surroundings.
#[derive(Debug)]
pub enum Note {
    /// Events after the last position of this room are missing.
    Gap(i64),
    /// This room went on to this position here: other nodes may want to know.
    Went(i64, i64),
    /// Counters of these members changed.
    Counters(Vec<i64>),
}

impl Hub {
    pub(super) fn new(clock: Clock) -> (Self, mpsc::UnboundedReceiver<Note>) {
        let (notes, heard) = mpsc::unbounded_channel();
        let mut shards = Vec::new();
        let mut inlets = Vec::new();
        for _ in 0..SHARDS {
            let (queue, inlet) = mpsc::unbounded_channel();
            shards.push(Arc::new(Shard { queue, channels: Mutex::default(), waiting: AtomicUsize::new(0) }));
            inlets.push(inlet);
        }
        (Self { shards, inlets: Mutex::new(inlets), notes, clock, log_reads: AtomicU64::new(0) }, heard)
    }

    /// Starts one task a shard; once.
    pub(super) fn start(self: &Arc<Self>) {
        for (i, inlet) in self.inlets.lock().drain(..).enumerate() {
            let me = self.clone();
            tokio::spawn(async move { me.serve(i, inlet).await });
        }
    }

    fn shard(&self, room: i64) -> &Arc<Shard> {
        let n = usize::try_from(room.rem_euclid(SHARDS as i64)).unwrap_or(0);
        &self.shards[n]
    }

    /// Tells everybody who listens; from the writer, after the commit.
    pub fn publish(&self, happened: Happened) {
        let shard = self.shard(happened.room);
        shard.waiting.fetch_add(1, Ordering::Relaxed);
        if shard.queue.send(Inlet::Happened(happened)).is_err() {
            shard.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Hands over what was missing, read from the database; `done` when the reading has come to its end.
    pub(super) fn fill(&self, room: i64, events: Vec<Arc<Event>>, done: bool) {
        let shard = self.shard(room);
        shard.waiting.fetch_add(1, Ordering::Relaxed);
        // The task ends only with the process.
        let _ = shard.queue.send(Inlet::Read(room, events, done));
    }

    /// Events that wait to be told: senders slow down while there are many.
    pub fn waiting(&self, room: i64) -> usize {
        self.shard(room).waiting.load(Ordering::Relaxed)
    }

    async fn serve(&self, shard: usize, mut inlet: mpsc::UnboundedReceiver<Inlet>) {
        let Some(shard) = self.shards.get(shard) else { return };
        let mut batch = Vec::new();
        while inlet.recv_many(&mut batch, 1024).await > 0 {
            let mut rooms: BTreeMap<i64, (Vec<Arc<Event>>, bool)> = BTreeMap::new();
            let mut went: BTreeMap<i64, i64> = BTreeMap::new();
            {
                let channels = shard.channels.lock();
                for inlet in batch.drain(..) {
                    shard.waiting.fetch_sub(1, Ordering::Relaxed);
                    match inlet {
                        Inlet::Happened(h) => {
                            let furthest = went.entry(h.room).or_insert(h.seq);
                            *furthest = h.seq.max(*furthest);
                            // Nobody listens: nothing to encode. Other nodes may listen all the same.
                            if channels.contains_key(&h.room) {
                                rooms.entry(h.room).or_default().0.push(Arc::new(Event::from(&h)));
                            }
                        }
                        Inlet::Read(room, events, done) => {
                            let entry = rooms.entry(room).or_default();
                            entry.0.extend(events);
                            entry.1 |= done;
                        }
                    }
                }
            }
            for (room, seq) in went {
                self.note(Note::Went(room, seq));
            }
            for (room, (events, done)) in rooms {
                self.tell(room, events, done).await;
            }
        }
    }

    fn note(&self, note: Note) {
        // The listener ends only with the process.
        let _ = self.notes.send(note);
    }

    /// Takes events in and tells what has become contiguous, in slices; the majority sets the pace, never a straggler.
    async fn tell(&self, room: i64, events: Vec<Arc<Event>>, filled: bool) {
        let shard = self.shard(room);
        let touches = events.iter().any(|e| matches!(e.kind, "msg" | "del"));
        let fewer = events.iter().any(|e| e.kind == "del");
        let (mut ready, mut counters) = {
            let mut channels = shard.channels.lock();
            let Some(channel) = channels.get_mut(&room) else { return };
            channel.head = events.iter().map(|e| e.seq).fold(channel.head, i64::max);
            let ready = channel.take_in(events);
            if filled {
                channel.filling = false;
                if ready.is_empty() {
                    // What was never stored can not be waited for: the next sweep looks again.
                    channel.early.clear();
                }
            }
            if !channel.early.is_empty() && channel.last.is_some() && !channel.filling {
                channel.filling = true;
                self.note(Note::Gap(room));
            }
            let counters = if touches { channel.members_here(room, fewer) } else { Vec::new() };
            (VecDeque::from(ready), counters)
        };
        while !ready.is_empty() {
            let mut bytes = 0;
            let mut slice = Vec::new();
            while slice.len() < SLICE_EVENTS
                && bytes < SLICE_BYTES
                && let Some(event) = ready.pop_front()
            {
                bytes += event.frame_for(0).wire().len();
                slice.push(event);
            }
            let crowded = {
                let mut channels = shard.channels.lock();
                let Some(channel) = channels.get_mut(&room) else { return };
                channel.deliver(slice)
            };
            if !ready.is_empty() {
                self.pace(shard, room, crowded).await;
            }
        }
        if !counters.is_empty() {
            counters.sort_unstable();
            counters.dedup();
            self.note(Note::Counters(counters));
        }
    }

    /// Between two slices: give the sockets a moment; wait up to a second while many queues are half full.
    async fn pace(&self, shard: &Shard, room: i64, mut crowded: bool) {
        tokio::task::yield_now().await;
        let mut patience = 200;
        while crowded && patience > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            patience -= 1;
            crowded = shard.channels.lock().get(&room).is_some_and(Channel::is_crowded);
        }
    }

    /// Makes a room known before the database is asked about it, so that nothing that happens meanwhile is missed.
    pub fn open(&self, room: i64) {
        self.shard(room).channels.lock().entry(room).or_default().awaited = true;
    }

    /// Subscribes from memory, if the ring reaches back to the client's position.
    pub fn subscribe(&self, peer: &Arc<Peer>, wish: &Wish<'_>) -> Subscribed {
        let mut channels = self.shard(wish.room).channels.lock();
        if channels.get(&wish.room).is_some_and(|c| c.last.is_some() && c.epoch != wish.epoch) {
            // The log began anew and nobody has told yet.
            let old = channels.remove(&wish.room);
            old.iter().flat_map(Channel::peers).filter(|p| p.id != peer.id).for_each(|p| p.close(Close::Position));
        }
        let channel = channels.entry(wish.room).or_default();
        channel.settle(wish.epoch, wish.head);
        let last = channel.last.unwrap_or(wish.head).max(wish.head);
        let Some((epoch, from)) = wish.position else {
            // From now on: nothing to catch up with.
            channel.welcome(peer, wish, last, &[]);
            return Subscribed::Done;
        };
        if epoch != channel.epoch || from > last || from < 0 || last - from > super::RECOVERABLE {
            let lost = SubOk {
                mark: wish.mark,
                room: wish.room,
                epoch: &channel.epoch,
                seq: last,
                recovered: false,
                more: false,
            };
            peer.send(&lost.frame::<Arc<Event>>(&[], peer.member));
            channel.rest(self.clock.steady());
            return Subscribed::Done;
        }
        match channel.since(from) {
            Some(missed) if channel.last == Some(last) => {
                channel.serve(peer, wish, from, missed);
                Subscribed::Done
            }
            _ => {
                self.log_reads.fetch_add(1, Ordering::Relaxed);
                Subscribed::Read(from)
            }
        }
    }

    /// Subscribes with events read from the database, which follow `from` without a hole.
    pub fn subscribe_with(&self, peer: &Arc<Peer>, wish: &Wish<'_>, from: i64, read: Vec<Arc<Event>>) -> Subscribed {
        let mut channels = self.shard(wish.room).channels.lock();
        let channel = channels.entry(wish.room).or_default();
        channel.settle(wish.epoch, wish.head);
        let reached = read.last().map_or(from, |e| e.seq);
        let mut missed = read;
        if missed.len() < REPLY_EVENTS {
            match channel.since(reached) {
                Some(rest) => missed.extend(rest),
                // Ahead of what was told here: it will be told, and not twice.
                None if channel.last.is_none_or(|last| reached >= last) => {}
                None => return Subscribed::Read(reached),
            }
        }
        channel.serve(peer, wish, from, missed);
        Subscribed::Done
    }

    /// Ends a subscription: the member went out of the room, or no longer looks at it.
    pub fn leave(&self, room: i64, peer: &Peer) {
        self.part(room, peer, Passage::Out);
    }

    fn part(&self, room: i64, peer: &Peer, how: Passage) {
        peer.forget_room(room);
        let now = self.clock.steady();
        if let Some(channel) = self.shard(room).channels.lock().get_mut(&room) {
            channel.part(peer, how, now);
            channel.rest(now);
        }
    }

    /// Notes that the counters of this connection depend on the room.
    pub fn count_for(&self, room: i64, peer: &Arc<Peer>) {
        if peer.count(room) {
            let mut channels = self.shard(room).channels.lock();
            channels.entry(room).or_default().members.insert(peer.id, Arc::downgrade(peer));
        }
    }

    /// The counters of this connection no longer depend on any other room than these.
    pub fn count_only(&self, rooms: &[i64], peer: &Arc<Peer>) {
        for gone in peer.counted().into_iter().filter(|r| !rooms.contains(r)) {
            self.uncount(gone, peer);
        }
        rooms.iter().for_each(|room| self.count_for(*room, peer));
    }

    fn uncount(&self, room: i64, peer: &Peer) {
        peer.uncount(room);
        if let Some(channel) = self.shard(room).channels.lock().get_mut(&room) {
            channel.members.remove(&peer.id);
            channel.rest(self.clock.steady());
        }
    }

    /// Takes a closed connection out of every room.
    pub(super) fn forget(&self, peer: &Peer) {
        for room in peer.rooms() {
            self.part(room, peer, Passage::Lost);
        }
        for room in peer.counted() {
            self.uncount(room, peer);
        }
    }

    /// Forgets rooms nobody came back to.
    pub(super) fn tidy(&self) {
        let now = self.clock.steady();
        for shard in &self.shards {
            shard.channels.lock().retain(|_, c| !c.is_unused() || now - c.resting_since < KEPT);
        }
    }

    /// Connections that listen to a room here.
    pub fn listeners(&self, room: i64) -> usize {
        self.shard(room).channels.lock().get(&room).map_or(0, |c| c.subs.len())
    }

    /// How often the memory did not reach back to a position, so that the log had to be read.
    pub fn log_reads(&self) -> u64 {
        self.log_reads.load(Ordering::Relaxed)
    }

    /// Sends something ephemeral to everybody who listens to a room, save one member.
    pub fn whisper(&self, room: i64, frame: &Frame, except: i64) {
        if let Some(channel) = self.shard(room).channels.lock().get(&room) {
            for peer in channel.peers().filter(|p| p.member != except) {
                peer.whisper(frame);
            }
        }
    }

    /// Tells who came and went, for every room where somebody did; `elsewhere` names who is there on other nodes.
    /// Answers what changed on this node: room, who came, who went.
    pub(super) fn tell_presence(&self, elsewhere: impl Fn(i64) -> HashSet<i64>) -> Vec<(i64, Vec<i64>, Vec<i64>)> {
        let now = self.clock.steady();
        let mut changed = Vec::new();
        for shard in &self.shards {
            for (room, channel) in shard.channels.lock().iter_mut() {
                if channel.is_presence_due(now) {
                    let (came, went) = channel.tell_presence(*room, now, elsewhere(*room));
                    if !came.is_empty() || !went.is_empty() {
                        changed.push((*room, came, went));
                    }
                }
            }
        }
        changed
    }

    /// Who came or went on another node is to be told here.
    pub(super) fn presence_due(&self, room: i64) {
        if let Some(channel) = self.shard(room).channels.lock().get_mut(&room) {
            channel.presence_due = true;
        }
    }

    /// Who is here, room by room, for the other nodes.
    pub(super) fn present(&self) -> Vec<(i64, Vec<i64>)> {
        let mut out = Vec::new();
        for shard in &self.shards {
            let channels = shard.channels.lock();
            out.extend(
                channels
                    .iter()
                    .filter(|(_, c)| !c.told_here.is_empty())
                    .map(|(room, c)| (*room, c.told_here.iter().copied().collect())),
            );
        }
        out
    }

    /// Rooms with their last told position, for the sweep.
    pub(super) fn positions(&self) -> Vec<(i64, String, Option<i64>)> {
        let mut out = Vec::new();
        for shard in &self.shards {
            out.extend(shard.channels.lock().iter().map(|(room, c)| (*room, c.epoch.clone(), c.last)));
        }
        out
    }

    /// The last told position of a room, if anybody listens.
    pub(super) fn last(&self, room: i64) -> Option<i64> {
        self.shard(room).channels.lock().get(&room)?.last
    }

    /// A position that another node or the database told: read what is missing here.
    pub(super) fn hint(&self, room: i64, seq: i64) {
        let mut channels = self.shard(room).channels.lock();
        let Some(channel) = channels.get_mut(&room) else { return };
        let news = seq > channel.head && channel.head > 0;
        channel.head = channel.head.max(seq);
        match channel.last {
            Some(last) if seq > last && !channel.filling => {
                channel.filling = true;
                self.note(Note::Gap(room));
            }
            // Nobody listens, but somebody's counters depend on it.
            None if news && !channel.members.is_empty() => self.note(Note::Counters(channel.members_here(room, true))),
            _ => {}
        }
    }

    /// The room's log began anew (a restored backup): every position is lost.
    pub(super) fn reset(&self, room: i64) {
        let gone = self.shard(room).channels.lock().remove(&room);
        for peer in gone.iter().flat_map(Channel::peers) {
            peer.close(Close::Position);
        }
    }
}
