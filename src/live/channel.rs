//! One room as the hub keeps it: who listens, what was told last, what came too early, and a ring of recent events.

use super::frame::{Event, Frame, SubOk};
use super::hub::{REPLY_EVENTS, Wish};
use super::peer::{Fill, Peer};
use crate::db::{Ms, SECOND};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Weak};

/// Recent events a room keeps in memory.
const RING: usize = 512;
/// Bytes of events in one answer: far below the bound of a queue.
const REPLY_BYTES: usize = 256 * 1024;
/// Up to this many people a room's presence names them; beyond it only counts.
const NAMED: usize = 200;
/// Who lost the line counts as present for so long.
const GRACE: Ms = 30 * SECOND;
/// One queue in so many half full: the room pauses for a moment. Fewer are stragglers, and nobody waits for them.
const CROWD: usize = 8;

/// A subscription.
pub(super) struct Sub {
    peer: Arc<Peer>,
    after: i64,
    fresh: bool,
}

/// How a subscription ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// By its own will or by a change of rights.
    Out,
    /// With its connection.
    Lost,
}

/// A room.
#[derive(Default)]
pub(super) struct Channel {
    pub epoch: String,
    /// Last position told; `None` until the database was asked.
    pub last: Option<i64>,
    /// Furthest position heard of, whether told or not.
    pub head: i64,
    pub ring: VecDeque<Arc<Event>>,
    /// Came before their predecessors, or before the first position was known.
    pub early: BTreeMap<i64, Arc<Event>>,
    /// Somebody is about to subscribe: what happens meanwhile is kept.
    pub awaited: bool,
    pub subs: HashMap<u64, Sub>,
    /// Connections of members of the room, wherever they are: their counters change.
    pub members: HashMap<u64, Weak<Peer>>,
    pub filling: bool,
    pub resting_since: Ms,
    /// Who was told to be present, anywhere and on this node.
    told: HashSet<i64>,
    pub told_here: HashSet<i64>,
    /// Lost their line; present until then.
    parted: HashMap<i64, Ms>,
    pub presence_due: bool,
}

impl Channel {
    /// The connections that listen.
    pub fn peers(&self) -> impl Iterator<Item = &Arc<Peer>> {
        self.subs.values().map(|s| &s.peer)
    }

    /// The first answer of the database tells where the room stands.
    pub(super) fn settle(&mut self, epoch: &str, head: i64) {
        if self.last.is_none() {
            epoch.clone_into(&mut self.epoch);
            self.last = Some(head);
            let early = std::mem::take(&mut self.early);
            let ready = self.take_in(early.into_values().filter(|e| e.seq > head).collect());
            self.deliver(ready);
        }
        self.awaited = false;
        self.head = self.head.max(head);
    }

    /// Takes events in; answers those that are next in line.
    pub(super) fn take_in(&mut self, events: Vec<Arc<Event>>) -> Vec<Arc<Event>> {
        if self.last.is_none() && !self.awaited {
            return Vec::new();
        }
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

    /// Tells events that are next in line; answers whether many queues are half full.
    pub(super) fn deliver(&mut self, events: Vec<Arc<Event>>) -> bool {
        let Some(newest) = events.last().map(|e| e.seq) else { return false };
        let oldest = events.first().map_or(newest, |e| e.seq);
        let senders: HashSet<i64> = events.iter().filter(|e| e.differs_for_sender()).map(|e| e.by).collect();
        let shared = join(events.iter(), 0, None);
        let (mut high, mut gone) = (0, Vec::new());
        for (id, sub) in &mut self.subs {
            if sub.after >= newest {
                continue;
            }
            let hidden = sub.peer.hidden();
            let same = sub.after < oldest && hidden.is_none() && !senders.contains(&sub.peer.member);
            let (wire, count) = if same {
                (shared.clone(), events.len())
            } else {
                let due = events.iter().filter(|e| e.seq > sub.after);
                (join(due.clone(), sub.peer.member, hidden.as_deref()), due.count())
            };
            sub.after = newest;
            match sub.peer.push(wire, count, false) {
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
        high * CROWD > self.subs.len()
    }

    /// Keeps events for those who come back. A deleted message keeps its place and nothing else; an edited one has its present text.
    fn keep(&mut self, events: Vec<Arc<Event>>) {
        for event in events {
            if matches!(event.kind, "edit" | "del") {
                let before = self.ring.iter_mut().filter(|e| e.message == event.message && event.message.is_some());
                for old in before {
                    let now = match (event.kind, old.kind) {
                        ("del", "msg" | "edit" | "react" | "pin") => Some(old.skipped()),
                        ("edit", "msg" | "edit") => old.with_detail_of(&event),
                        _ => None,
                    };
                    if let Some(now) = now {
                        *old = Arc::new(now);
                    }
                }
            }
            if self.ring.len() == RING {
                self.ring.pop_front();
            }
            self.ring.push_back(event);
        }
    }

    /// The events after `from`, if the ring reaches back so far.
    pub(super) fn since(&self, from: i64) -> Option<Vec<Arc<Event>>> {
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
    pub(super) fn serve(&mut self, peer: &Arc<Peer>, wish: &Wish<'_>, from: i64, mut missed: Vec<Arc<Event>>) {
        let mut bytes = 0;
        let fitting = missed.iter().take(REPLY_EVENTS).take_while(|e| {
            bytes += e.frame_for(peer.member).json().len();
            bytes <= REPLY_BYTES
        });
        let most = fitting.count().max(1);
        missed.truncate(most);
        if let Some(hidden) = peer.hidden() {
            for event in missed.iter_mut().filter(|e| e.is_hidden(&hidden)) {
                *event = Arc::new(event.skipped());
            }
        }
        let reached = missed.last().map_or(from, |e| e.seq);
        if reached >= self.last.unwrap_or(0).max(wish.head) {
            return self.welcome(peer, wish, reached, &missed);
        }
        let page =
            SubOk { mark: wish.mark, room: wish.room, epoch: &self.epoch, seq: reached, recovered: true, more: true };
        peer.send(&page.frame(&missed, peer.member));
    }

    pub(super) fn welcome(&mut self, peer: &Arc<Peer>, wish: &Wish<'_>, reached: i64, missed: &[Arc<Event>]) {
        let ok =
            SubOk { mark: wish.mark, room: wish.room, epoch: &self.epoch, seq: reached, recovered: true, more: false };
        if peer.send(&ok.frame(missed, peer.member)) == Fill::Closed {
            return;
        }
        peer.note_room(wish.room);
        self.subs.insert(peer.id, Sub { peer: peer.clone(), after: reached, fresh: true });
        self.parted.remove(&peer.member);
        self.presence_due = true;
    }

    /// Whether so many queues are half full that a pause serves everybody.
    pub(super) fn is_crowded(&self) -> bool {
        let high = self.subs.values().filter(|s| s.peer.is_crowded()).count();
        high * CROWD > self.subs.len()
    }

    /// Members whose counters `room` changes; with `all` also those whose counter stands at its end.
    pub(super) fn members_here(&self, room: i64, all: bool) -> Vec<i64> {
        let here = self.members.values().filter_map(Weak::upgrade);
        here.filter(|p| all || !p.is_full(room)).map(|p| p.member).collect()
    }

    /// Nobody listens and nobody's counters depend on it.
    pub(super) fn is_unused(&self) -> bool {
        self.subs.is_empty() && self.members.is_empty()
    }

    /// Notes since when it is unused.
    pub(super) fn rest(&mut self, now: Ms) {
        if self.is_unused() {
            self.resting_since = now;
        }
    }

    /// A subscription ends. Who lost the line is present for a little longer: most come back.
    pub(super) fn part(&mut self, peer: &Peer, how: Passage, now: Ms) {
        if self.subs.remove(&peer.id).is_some() {
            self.presence_due = true;
            let elsewhere = self.subs.values().any(|s| s.peer.member == peer.member);
            if how == Passage::Lost && !elsewhere && self.subs.len() < NAMED {
                self.parted.insert(peer.member, now + GRACE);
            }
        }
    }

    /// Whether somebody came, went, or has been away for long enough.
    pub(super) fn is_presence_due(&self, now: Ms) -> bool {
        self.presence_due || self.parted.values().any(|until| *until <= now)
    }

    /// Tells who came and went; answers the same for this node alone.
    pub(super) fn tell_presence(&mut self, room: i64, now: Ms, elsewhere: HashSet<i64>) -> (Vec<i64>, Vec<i64>) {
        self.presence_due = false;
        self.parted.retain(|_, until| *until > now);
        let here: HashSet<i64> = self.subs.values().map(|s| s.peer.member).chain(self.parted.keys().copied()).collect();
        let came = here.difference(&self.told_here).copied().collect();
        let went = self.told_here.difference(&here).copied().collect();
        self.told_here.clone_from(&here);
        let everywhere: HashSet<i64> = if elsewhere.is_empty() { here } else { &here | &elsewhere };
        let names = everywhere.len() <= NAMED;
        let list = |ids: Vec<&i64>| if names { ids.into_iter().copied().collect() } else { Vec::<i64>::new() };
        let joined = list(everywhere.difference(&self.told).collect());
        let left = list(self.told.difference(&everywhere).collect());
        let n = everywhere.len();
        let frame = |join: &[i64], leave: &[i64]| {
            Frame::of(&serde_json::json!({ "t": "pres", "r": room, "n": n, "join": join, "leave": leave }))
        };
        let changed = !joined.is_empty() || !left.is_empty() || self.told.len() != n;
        let delta = frame(&joined, &left);
        let whole = frame(&list(everywhere.iter().collect()), &[]);
        for sub in self.subs.values_mut() {
            if std::mem::take(&mut sub.fresh) {
                sub.peer.whisper(&whole);
            } else if changed {
                sub.peer.whisper(&delta);
            }
        }
        self.told = everywhere;
        (came, went)
    }
}

fn join<'a>(events: impl Iterator<Item = &'a Arc<Event>>, member: i64, hidden: Option<&HashSet<i64>>) -> Bytes {
    if let Some(hidden) = hidden {
        let mut out = BytesMut::new();
        for event in events {
            if event.is_hidden(hidden) {
                out.extend_from_slice(event.skipped().frame_for(0).wire());
            } else {
                out.extend_from_slice(event.frame_for(member).wire());
            }
        }
        return out.freeze();
    }
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
