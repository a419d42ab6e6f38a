//! The hub: for each room somebody listens to, who listens, the last position told, and a ring of recent events.
//!
//! Invariants:
//! - every subscriber of a room is told contiguous positions: what comes out of order waits, what is missing is read
//!   from the database;
//! - nobody is waited for: a full queue closes its own connection;
//! - a burst is written as few pieces: all who see the same bytes share them.

use super::frame::{Close, Event, Frame, Happened, SubOk};
use super::peer::{Fill, Peer};
use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;

/// Rooms are spread over this many tasks.
const SHARDS: usize = 4;
/// Recent events a room keeps in memory.
const RING: usize = 512;
/// Events in one answer to a subscription.
pub const REPLY_EVENTS: usize = 300;
/// Bytes of events in one answer: far below the bound of a queue.
const REPLY_BYTES: usize = 256 * 1024;
/// Events written as one piece.
const SLICE_EVENTS: usize = 64;
/// Bytes written as one piece.
const SLICE_BYTES: usize = 128 * 1024;
/// Up to this many people a room's presence names them; beyond it only counts.
const NAMED: usize = 200;

struct Sub {
    peer: Arc<Peer>,
    after: i64,
    fresh: bool,
}

#[derive(Default)]
struct Channel {
    epoch: String,
    /// Last position told; `None` until the database was asked.
    last: Option<i64>,
    ring: VecDeque<Arc<Event>>,
    /// Came before their predecessors, or before the first position was known.
    early: BTreeMap<i64, Arc<Event>>,
    subs: HashMap<u64, Sub>,
    /// Connections of members of the room, wherever they are: their counters change.
    members: HashMap<u64, Weak<Peer>>,
    filling: bool,
    told: HashSet<i64>,
    presence_due: bool,
}

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
    /// Read from the database to fill a hole.
    Read(i64, Vec<Arc<Event>>),
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
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Note>) {
        let (notes, heard) = mpsc::unbounded_channel();
        let mut shards = Vec::new();
        let mut inlets = Vec::new();
        for _ in 0..SHARDS {
            let (queue, inlet) = mpsc::unbounded_channel();
            shards.push(Arc::new(Shard { queue, channels: Mutex::default(), waiting: AtomicUsize::new(0) }));
            inlets.push(inlet);
        }
        (Self { shards, inlets: Mutex::new(inlets), notes }, heard)
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

    /// Hands over what was missing, read from the database.
    pub(super) fn fill(&self, room: i64, events: Vec<Arc<Event>>) {
        let shard = self.shard(room);
        shard.waiting.fetch_add(1, Ordering::Relaxed);
        // The task ends only with the process.
        let _ = shard.queue.send(Inlet::Read(room, events));
    }

    /// Events that wait to be told: senders slow down while there are many.
    pub fn waiting(&self, room: i64) -> usize {
        self.shard(room).waiting.load(Ordering::Relaxed)
    }

    async fn serve(&self, shard: usize, mut inlet: mpsc::UnboundedReceiver<Inlet>) {
        let Some(shard) = self.shards.get(shard) else { return };
        let mut batch = Vec::new();
        while inlet.recv_many(&mut batch, 1024).await > 0 {
            let mut rooms: BTreeMap<i64, Vec<Arc<Event>>> = BTreeMap::new();
            {
                let channels = shard.channels.lock();
                for inlet in batch.drain(..) {
                    shard.waiting.fetch_sub(1, Ordering::Relaxed);
                    let h = match inlet {
                        Inlet::Happened(h) => h,
                        Inlet::Read(room, events) => {
                            rooms.entry(room).or_default().extend(events);
                            continue;
                        }
                    };
                    // Nobody listens: nothing to encode. Other nodes may listen all the same.
                    let told = if channels.contains_key(&h.room) { Some(Arc::new(Event::from(&h))) } else { None };
                    match told {
                        Some(event) => rooms.entry(h.room).or_default().push(event),
                        None => self.note(Note::Went(h.room, h.seq)),
                    }
                }
            }
            for (room, events) in rooms {
                if let Some(last) = events.last() {
                    self.note(Note::Went(room, last.seq));
                }
                self.tell(room, events).await;
            }
        }
    }

    fn note(&self, note: Note) {
        // The listener ends only with the process.
        let _ = self.notes.send(note);
    }

    /// Takes events in and tells what has become contiguous, in slices; the majority sets the pace, never a straggler.
    async fn tell(&self, room: i64, events: Vec<Arc<Event>>) {
        let shard = self.shard(room);
        let (mut ready, mut counters) = {
            let mut channels = shard.channels.lock();
            let Some(channel) = channels.get_mut(&room) else { return };
            let ready = channel.take_in(events);
            if !channel.early.is_empty() && channel.last.is_some() && !channel.filling {
                channel.filling = true;
                self.note(Note::Gap(room));
            }
            let touches = ready.iter().any(|e| matches!(e.kind, "msg" | "del"));
            let counters = if touches { channel.members_here() } else { Vec::new() };
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

    /// Between two slices: give the sockets a moment; wait up to a second while most queues are half full.
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
        self.shard(room).channels.lock().entry(room).or_default();
    }

    /// Subscribes from memory, if the ring reaches back to the client's position.
    pub fn subscribe(&self, peer: &Arc<Peer>, wish: &Wish<'_>) -> Subscribed {
        let mut channels = self.shard(wish.room).channels.lock();
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
            return Subscribed::Done;
        }
        match channel.since(from) {
            Some(missed) if channel.last == Some(last) => {
                channel.serve(peer, wish, from, missed);
                Subscribed::Done
            }
            _ => Subscribed::Read(from),
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

    /// Ends a subscription.
    pub fn leave(&self, room: i64, peer: &Peer) {
        peer.forget_room(room);
        let mut channels = self.shard(room).channels.lock();
        if let Some(channel) = channels.get_mut(&room) {
            if channel.subs.remove(&peer.id).is_some() {
                channel.presence_due = true;
            }
            if channel.subs.is_empty() && channel.members.is_empty() {
                channels.remove(&room);
            }
        }
    }

    /// Notes that the counters of this connection depend on the room.
    pub fn count_for(&self, room: i64, peer: &Arc<Peer>) {
        let mut channels = self.shard(room).channels.lock();
        channels.entry(room).or_default().members.insert(peer.id, Arc::downgrade(peer));
    }

    /// Takes a closed connection out of every room.
    pub(super) fn forget(&self, peer: &Peer) {
        for room in peer.rooms() {
            self.leave(room, peer);
        }
        for shard in &self.shards {
            shard.channels.lock().retain(|_, channel| {
                channel.members.remove(&peer.id);
                !channel.subs.is_empty() || !channel.members.is_empty()
            });
        }
    }

    /// Sends something ephemeral to everybody who listens to a room, save one member.
    pub fn whisper(&self, room: i64, frame: &Frame, except: i64) {
        if let Some(channel) = self.shard(room).channels.lock().get(&room) {
            for sub in channel.subs.values().filter(|s| s.peer.member != except) {
                sub.peer.whisper(frame);
            }
        }
    }

    /// Tells who came and went, for every room where somebody did.
    pub(super) fn tell_presence(&self) {
        for shard in &self.shards {
            for (room, channel) in shard.channels.lock().iter_mut().filter(|(_, c)| c.presence_due) {
                channel.tell_presence(*room);
            }
        }
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

    /// A read of what was missing came to its end.
    pub(super) fn filled(&self, room: i64) {
        if let Some(channel) = self.shard(room).channels.lock().get_mut(&room) {
            channel.filling = false;
            // What was never stored can not be waited for: the next sweep looks again.
            channel.early.clear();
        }
    }

    /// A position that another node or the database told: read what is missing here.
    pub(super) fn hint(&self, room: i64, seq: i64) {
        let mut channels = self.shard(room).channels.lock();
        let Some(channel) = channels.get_mut(&room) else { return };
        match channel.last {
            Some(last) if seq > last && !channel.filling => {
                channel.filling = true;
                self.note(Note::Gap(room));
            }
            None if !channel.members.is_empty() => {
                let mut counters = channel.members_here();
                counters.dedup();
                self.note(Note::Counters(counters));
            }
            _ => {}
        }
    }

    /// The room's log began anew (a restored backup): every position is lost.
    pub(super) fn reset(&self, room: i64) {
        let gone = self.shard(room).channels.lock().remove(&room);
        for sub in gone.into_iter().flat_map(|c| c.subs.into_values()) {
            sub.peer.close(Close::Position);
        }
    }
}

impl Channel {
    /// The first answer of the database tells where the room stands.
    fn settle(&mut self, epoch: &str, head: i64) {
        if self.last.is_none() {
            epoch.clone_into(&mut self.epoch);
            self.last = Some(head);
            let early = std::mem::take(&mut self.early);
            let ready = self.take_in(early.into_values().filter(|e| e.seq > head).collect());
            self.deliver(ready);
        }
    }

    /// Takes events in; answers those that are next in line.
    fn take_in(&mut self, events: Vec<Arc<Event>>) -> Vec<Arc<Event>> {
        for event in events {
            if self.last.is_none_or(|last| event.seq > last) && self.early.len() < 4096 {
                self.early.insert(event.seq, event);
            }
        }
        let Some(mut last) = self.last else { return Vec::new() };
        let mut ready = Vec::new();
        while let Some(next) = self.early.remove(&(last + 1)) {
            last += 1;
            ready.push(next);
        }
        // `last` moves on delivery, slice by slice: a subscriber that comes in between is served from the ring.
        ready
    }

    /// Tells events that are next in line; answers whether most queues are half full.
    fn deliver(&mut self, events: Vec<Arc<Event>>) -> bool {
        let Some(newest) = events.last().map(|e| e.seq) else { return false };
        let oldest = events.first().map_or(newest, |e| e.seq);
        let senders: HashSet<i64> = events.iter().filter(|e| e.differs_for_sender()).map(|e| e.by).collect();
        let shared = join(events.iter(), 0);
        let (mut high, mut gone) = (0, Vec::new());
        for (id, sub) in &mut self.subs {
            if sub.after >= newest {
                continue;
            }
            let same = sub.after < oldest && !senders.contains(&sub.peer.member);
            let wire =
                if same { shared.clone() } else { join(events.iter().filter(|e| e.seq > sub.after), sub.peer.member) };
            sub.after = newest;
            match sub.peer.push(wire, false) {
                Fill::Low => {}
                Fill::High => high += 1,
                Fill::Closed => gone.push(*id),
            }
        }
        for id in gone {
            self.subs.remove(&id);
            self.presence_due = true;
        }
        self.keep(events);
        self.last = Some(newest);
        high * 2 > self.subs.len()
    }

    /// Keeps events for those who come back; what an edit or a deletion made untrue is not kept.
    fn keep(&mut self, events: Vec<Arc<Event>>) {
        for event in events {
            if matches!(event.kind, "edit" | "del")
                && let Some(at) =
                    self.ring.iter().rposition(|e| e.message == event.message && matches!(e.kind, "msg" | "edit"))
            {
                self.ring.drain(..=at);
            }
            if self.ring.len() == RING {
                self.ring.pop_front();
            }
            self.ring.push_back(event);
        }
    }

    /// The events after `from`, if the ring reaches back so far.
    fn since(&self, from: i64) -> Option<Vec<Arc<Event>>> {
        let last = self.last?;
        if from == last {
            return Some(Vec::new());
        }
        let first = self.ring.front()?.seq;
        if from > last || from + 1 < first {
            return None;
        }
        let skip = usize::try_from(from + 1 - first).ok()?;
        Some(self.ring.iter().skip(skip).cloned().collect())
    }

    /// Answers with what was missed; the last page of it makes the peer a subscriber.
    fn serve(&mut self, peer: &Arc<Peer>, wish: &Wish<'_>, from: i64, mut missed: Vec<Arc<Event>>) {
        let mut bytes = 0;
        let fitting = missed.iter().take(REPLY_EVENTS).take_while(|e| {
            bytes += e.frame_for(peer.member).json().len();
            bytes <= REPLY_BYTES
        });
        let most = fitting.count().max(1);
        missed.truncate(most);
        let reached = missed.last().map_or(from, |e| e.seq);
        if reached >= self.last.unwrap_or(0).max(wish.head) {
            return self.welcome(peer, wish, reached, &missed);
        }
        let page =
            SubOk { mark: wish.mark, room: wish.room, epoch: &self.epoch, seq: reached, recovered: true, more: true };
        peer.send(&page.frame(&missed, peer.member));
    }

    fn welcome(&mut self, peer: &Arc<Peer>, wish: &Wish<'_>, reached: i64, missed: &[Arc<Event>]) {
        let ok =
            SubOk { mark: wish.mark, room: wish.room, epoch: &self.epoch, seq: reached, recovered: true, more: false };
        if peer.send(&ok.frame(missed, peer.member)) == Fill::Closed {
            return;
        }
        peer.note_room(wish.room);
        self.subs.insert(peer.id, Sub { peer: peer.clone(), after: reached, fresh: true });
        self.presence_due = true;
    }

    fn is_crowded(&self) -> bool {
        let high = self.subs.values().filter(|s| s.peer.is_crowded()).count();
        high * 2 > self.subs.len()
    }

    fn members_here(&self) -> Vec<i64> {
        self.members.values().filter_map(Weak::upgrade).map(|p| p.member).collect()
    }

    fn tell_presence(&mut self, room: i64) {
        self.presence_due = false;
        let here: HashSet<i64> = self.subs.values().map(|s| s.peer.member).collect();
        let names = here.len() <= NAMED;
        let list = |ids: Vec<&i64>| if names { ids.into_iter().copied().collect() } else { Vec::<i64>::new() };
        let joined = list(here.difference(&self.told).collect());
        let left = list(self.told.difference(&here).collect());
        let n = here.len();
        let frame = |join: &[i64], leave: &[i64]| {
            Frame::of(&serde_json::json!({ "t": "pres", "r": room, "n": n, "join": join, "leave": leave }))
        };
        let changed = !joined.is_empty() || !left.is_empty() || self.told.len() != n;
        let delta = frame(&joined, &left);
        let whole = frame(&list(here.iter().collect()), &[]);
        for sub in self.subs.values_mut() {
            if std::mem::take(&mut sub.fresh) {
                sub.peer.whisper(&whole);
            } else if changed {
                sub.peer.whisper(&delta);
            }
        }
        self.told = here;
    }
}

fn join<'a>(events: impl Iterator<Item = &'a Arc<Event>>, member: i64) -> Bytes {
    let mut events = events.peekable();
    let Some(first) = events.next() else { return Bytes::new() };
    let first = first.frame_for(member).wire();
    if events.peek().is_none() {
        return first.clone();
    }
    let mut out = BytesMut::from(&first[..]);
    for event in events {
        out.extend_from_slice(event.frame_for(member).wire());
    }
    out.freeze()
}

impl AsRef<Event> for Event {
    fn as_ref(&self) -> &Event {
        self
    }
}
