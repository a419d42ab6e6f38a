//! One connection as the rest of the house sees it: who it belongs to and the bounded queue of what it is to get.
//! Nobody ever waits for a peer: a queue that is full closes its own connection and no other.

use super::frame::{Close, Frame, close_frame};
use crate::db::{Ms, SECOND};
use crate::web::viewer::{Proof, Scope, Viewer};
use bytes::{Bytes, BytesMut};
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::{Context, Poll};
use tokio_util::sync::CancellationToken;

/// Frames that may wait.
const QUEUE_FRAMES: usize = 256;
/// Bytes that may wait.
const QUEUE_BYTES: usize = 1024 * 1024;
/// One write to the socket takes about this much.
const WRITE_BYTES: usize = 128 * 1024;
/// "Is typing" of one connection is passed on this often at most.
const TYPING: Ms = 2 * SECOND;
/// Places for pieces that an empty queue may keep.
const IDLE_PIECES: usize = 8;

#[derive(Default)]
struct Outbox {
    /// Pieces with the number of frames in each: what is published together is one piece.
    pieces: VecDeque<(Bytes, usize)>,
    frames: usize,
    bytes: usize,
    /// Since when something waits.
    since: Ms,
    closing: Option<Close>,
    closed: bool,
}

/// How full a queue is after a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Below half.
    Low,
    /// Half full or more.
    High,
    /// It was full, or the connection is closing.
    Closed,
}

/// A connection.
pub struct Peer {
    /// Number of the connection on this node.
    pub id: u64,
    /// The member.
    pub member: i64,
    viewer: Mutex<Arc<Viewer>>,
    outbox: Mutex<Outbox>,
    waker: AtomicWaker,
    gone: CancellationToken,
    pub(super) greeted: AtomicBool,
    pub(super) opened_at: Ms,
    pub(super) heard_at: AtomicI64,
    pub(super) pinged_at: AtomicI64,
    pub(super) typed_at: AtomicI64,
    rooms: Mutex<Vec<i64>>,
    /// Rooms whose messages change the counters of this connection.
    counted: Mutex<Vec<i64>>,
    topics: Mutex<Vec<String>>,
    /// Members whose messages this one does not want to see.
    hidden: Mutex<Option<Arc<HashSet<i64>>>>,
    hides: AtomicBool,
    /// Rooms whose counter stands at its end.
    full: Mutex<Vec<i64>>,
    /// Fingerprint of the counters told last: what did not change is not told again.
    pub(super) told: AtomicI64,
}

impl Peer {
    pub(super) fn new(id: u64, viewer: Arc<Viewer>, now: Ms) -> Self {
        Self {
            id,
            member: viewer.id.0,
            viewer: Mutex::new(viewer),
            outbox: Mutex::default(),
            waker: AtomicWaker::new(),
            gone: CancellationToken::new(),
            greeted: AtomicBool::new(false),
            opened_at: now,
            heard_at: AtomicI64::new(now),
            pinged_at: AtomicI64::new(0),
            typed_at: AtomicI64::new(i64::MIN / 2),
            rooms: Mutex::default(),
            counted: Mutex::default(),
            topics: Mutex::default(),
            hidden: Mutex::default(),
            hides: AtomicBool::new(false),
            full: Mutex::default(),
            told: AtomicI64::new(0),
        }
    }

    /// Who is connected, as of the last check of rights.
    pub fn viewer(&self) -> Arc<Viewer> {
        self.viewer.lock().clone()
    }

    /// Keeps what a check of rights found.
    pub fn set_viewer(&self, viewer: Viewer) {
        *self.viewer.lock() = Arc::new(viewer);
    }

    /// Session and token of the connection: one of the two.
    pub fn proof(&self) -> (Option<i64>, Option<i64>) {
        match &self.viewer.lock().proof {
            Proof::Session { id, .. } => (Some(*id), None),
            Proof::Token { id, .. } => (None, Some(*id)),
        }
    }

    /// Whether it may write.
    pub fn may_write(&self) -> bool {
        self.viewer.lock().has_scope(Scope::Write)
    }

    /// Members whose messages, edits and reactions arrive as `skip` from now on.
    pub fn hide(&self, members: HashSet<i64>) {
        self.hides.store(!members.is_empty(), Ordering::Release);
        *self.hidden.lock() = if members.is_empty() { None } else { Some(Arc::new(members)) };
    }

    /// Whom it hides; `None` where it hides nobody, which costs one look.
    pub(super) fn hidden(&self) -> Option<Arc<HashSet<i64>>> {
        if self.hides.load(Ordering::Acquire) { self.hidden.lock().clone() } else { None }
    }

    /// Puts one frame into the queue.
    pub fn send(&self, frame: &Frame) -> Fill {
        self.push(frame.wire().clone(), 1, false)
    }

    /// Puts a frame into the queue that nobody misses (typing, presence): a queue that is half full drops it.
    pub fn whisper(&self, frame: &Frame) -> Fill {
        self.push(frame.wire().clone(), 1, true)
    }

    /// Puts `count` frames that belong together into the queue, as one piece.
    pub(super) fn push(&self, wire: Bytes, count: usize, may_drop: bool) -> Fill {
        let fill = {
            let mut out = self.outbox.lock();
            if out.closing.is_some() {
                return Fill::Closed;
            }
            let (frames, bytes) = (out.frames + count, out.bytes + wire.len());
            if frames > QUEUE_FRAMES || bytes > QUEUE_BYTES {
                out.pieces = VecDeque::new();
                out.frames = 0;
                out.bytes = 0;
                out.closing = Some(Close::Slow);
                Fill::Closed
            } else {
                let high = frames > QUEUE_FRAMES / 2 || bytes > QUEUE_BYTES / 2;
                if may_drop && high {
                    return Fill::High;
                }
                out.pieces.push_back((wire, count));
                out.frames = frames;
                out.bytes = bytes;
                if high { Fill::High } else { Fill::Low }
            }
        };
        if fill == Fill::Closed {
            metrics::counter!("kontor_live_closed_total", "code" => "4002").increment(1);
            self.gone.cancel();
        }
        self.waker.wake();
        fill
    }

    /// Closes the connection after what waits in its queue.
    pub fn close(&self, why: Close) {
        {
            let mut out = self.outbox.lock();
            if out.closing.is_some() {
                return;
            }
            out.closing = Some(why);
        }
        metrics::counter!("kontor_live_closed_total", "code" => (why as u16).to_string()).increment(1);
        self.gone.cancel();
        self.waker.wake();
    }

    /// Whether it is closing.
    pub fn is_closing(&self) -> bool {
        self.gone.is_cancelled()
    }

    /// Ends when the connection is closing.
    pub(super) fn gone(&self) -> &CancellationToken {
        &self.gone
    }

    /// Whether its queue is half full.
    pub(super) fn is_crowded(&self) -> bool {
        let out = self.outbox.lock();
        out.frames > QUEUE_FRAMES / 2 || out.bytes > QUEUE_BYTES / 2
    }

    /// How long its oldest frame has waited for the socket, at `now`.
    pub(super) fn stuck_for(&self, now: Ms) -> Ms {
        let mut out = self.outbox.lock();
        if out.pieces.is_empty() {
            out.since = 0;
            return 0;
        }
        if out.since == 0 {
            out.since = now;
        }
        now - out.since
    }

    /// Rooms it is subscribed to.
    pub fn rooms(&self) -> Vec<i64> {
        self.rooms.lock().clone()
    }

    pub(super) fn note_room(&self, room: i64) {
        let mut rooms = self.rooms.lock();
        if !rooms.contains(&room) {
            rooms.push(room);
        }
    }

    pub(super) fn forget_room(&self, room: i64) {
        self.rooms.lock().retain(|r| *r != room);
    }

    /// Rooms whose messages change its counters.
    pub(super) fn counted(&self) -> Vec<i64> {
        self.counted.lock().clone()
    }

    /// Notes a room for the counters; answers whether it is new.
    pub(super) fn count(&self, room: i64) -> bool {
        let mut counted = self.counted.lock();
        let fresh = !counted.contains(&room);
        if fresh {
            counted.push(room);
        }
        fresh
    }

    pub(super) fn uncount(&self, room: i64) {
        self.counted.lock().retain(|r| *r != room);
    }

    pub(super) fn set_full(&self, rooms: &[i64]) {
        let mut full = self.full.lock();
        if *full != rooms {
            rooms.clone_into(&mut full);
        }
    }

    pub(super) fn is_full(&self, room: i64) -> bool {
        self.full.lock().contains(&room)
    }

    /// Whether it may say again that it types: once in two seconds.
    pub fn may_type(&self, now: Ms) -> bool {
        let before = self.typed_at.load(Ordering::Relaxed);
        let may = now - before >= TYPING;
        if may {
            self.typed_at.store(now, Ordering::Relaxed);
        }
        may
    }

    /// Watches an info topic; answers whether it did not before.
    pub(super) fn watch(&self, topic: &str) -> bool {
        let mut topics = self.topics.lock();
        if topics.len() >= 20 || topics.iter().any(|t| t == topic) {
            return false;
        }
        topics.push(topic.to_owned());
        true
    }

    /// What the socket is to write next: everything that waits, in one piece, then the close frame, then the end.
    pub(super) fn poll_write(&self, cx: &Context<'_>) -> Poll<Option<Bytes>> {
        self.waker.register(cx.waker());
        let mut out = self.outbox.lock();
        if out.closed {
            return Poll::Ready(None);
        }
        let Some((first, count)) = out.pieces.pop_front() else {
            return match out.closing {
                Some(why) => {
                    out.closed = true;
                    Poll::Ready(Some(close_frame(why)))
                }
                None => Poll::Pending,
            };
        };
        out.since = 0;
        out.bytes -= first.len();
        out.frames -= count;
        if out.pieces.is_empty() {
            // An idle connection keeps no room for a burst that is over.
            if out.pieces.capacity() > IDLE_PIECES {
                out.pieces = VecDeque::new();
            }
            return Poll::Ready(Some(first));
        }
        let mut together = BytesMut::with_capacity(first.len() + out.bytes.min(WRITE_BYTES));
        together.extend_from_slice(&first);
        while together.len() < WRITE_BYTES
            && let Some((next, count)) = out.pieces.pop_front()
        {
            out.bytes -= next.len();
            out.frames -= count;
            together.extend_from_slice(&next);
        }
        Poll::Ready(Some(together.freeze()))
    }

    pub(super) fn hear(&self, now: Ms) {
        self.heard_at.store(now, Ordering::Relaxed);
    }
}
