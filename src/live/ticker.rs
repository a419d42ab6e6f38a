//! One timing wheel for all connections: the hello in time, pings, pongs, sockets that take nothing. And the tasks that
//! come back by themselves: presence, counters, rights, the sweep.

use super::frame::{Close, Frame};
use super::peer::Peer;
use super::{Live, feed};
use crate::db::{Ms, SECOND};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Time between two pings.
pub const HEARTBEAT: Ms = 30 * SECOND;
/// Time for the answer to a ping.
pub const PONG: Ms = 10 * SECOND;
/// Time for the hello.
const HELLO: Ms = 5 * SECOND;
/// A socket that takes nothing for so long is given up.
const STUCK: Ms = 10 * SECOND;
/// One turn of the wheel visits every connection about once a second; a slot is a quarter of it.
const TICK: Duration = Duration::from_millis(250);
const SLOTS: usize = 4;

/// Connections by the slot in which they are looked at: each tick looks at a quarter of them, with one timer for all.
#[derive(Default)]
struct Wheel {
    slots: [Vec<Weak<Peer>>; SLOTS],
    at: usize,
}

pub(super) fn start(live: &Live) {
    tokio::spawn(turn(live.clone()));
    let me = live.clone();
    tokio::spawn(async move { watch_rights(me).await });
    let me = live.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(10));
        loop {
            every.tick().await;
            if let Err(error) = feed::sweep(&me).await {
                tracing::warn!(%error, "the rooms could not be compared with the database");
            }
        }
    });
    let me = live.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_millis(500));
        let mut n: u32 = 0;
        loop {
            every.tick().await;
            n = n.wrapping_add(1);
            if n.is_multiple_of(4) {
                me.hub().tell_presence();
            }
            if let Err(error) = feed::tell_counters(&me).await {
                tracing::warn!(%error, "counters could not be read");
            }
        }
    });
}

async fn turn(live: Live) {
    let mut wheel = Wheel::default();
    let mut known: u64 = 0;
    let mut every = tokio::time::interval(TICK);
    let ping = Frame::text("{}");
    loop {
        every.tick().await;
        wheel.at = (wheel.at + 1) % SLOTS;
        // Newcomers: their numbers only grow.
        let mut newest = known;
        for peer in live.peers() {
            if peer.id > known {
                newest = newest.max(peer.id);
                let slot = usize::try_from(peer.id).unwrap_or(0) % SLOTS;
                wheel.slots[slot].push(Arc::downgrade(&peer));
            }
        }
        known = newest;
        let now = live.0.clock.steady();
        let Some(slot) = wheel.slots.get_mut(wheel.at) else { continue };
        slot.retain(|weak| {
            let Some(peer) = weak.upgrade() else { return false };
            look_at(&peer, now, &ping);
            !peer.is_closing()
        });
    }
}

fn look_at(peer: &Peer, now: Ms, ping: &Frame) {
    if !peer.greeted.load(Ordering::Relaxed) {
        if now - peer.opened_at >= HELLO {
            peer.close(Close::NoHello);
        }
        return;
    }
    if peer.stuck_for(now) >= STUCK {
        return peer.close(Close::Slow);
    }
    let pinged = peer.pinged_at.load(Ordering::Relaxed);
    let heard = peer.heard_at.load(Ordering::Relaxed);
    if pinged > heard {
        if now - pinged >= PONG {
            peer.close(Close::NoPong);
        }
        return;
    }
    // The number of the connection spreads the first pings, so that a herd of newcomers is not pinged at once.
    let spread = i64::try_from(peer.id % 30).unwrap_or(0) * SECOND;
    let due = if pinged == 0 { peer.opened_at + spread } else { pinged + HEARTBEAT };
    if now >= due {
        peer.pinged_at.store(now.max(heard + 1), Ordering::Relaxed);
        peer.send(ping);
    }
}

/// Rights: at once when told, and a look at the database twice a second, which works without any message between nodes.
async fn watch_rights(live: Live) {
    loop {
        let told = tokio::time::timeout(Duration::from_millis(500), live.0.bell.notified()).await.is_ok();
        let named: Vec<i64> = live.0.suspects.lock().drain().collect();
        let mut suspects: Vec<Arc<Peer>> = named.into_iter().flat_map(|m| live.peers_of(m)).collect();
        if !told {
            let all: Vec<Arc<Peer>> = live.peers();
            let Some(voice) = live.0.voice.get().filter(|_| !all.is_empty()) else { continue };
            match voice.suspects(all).await {
                Ok(found) => suspects.extend(found),
                Err(error) => tracing::warn!(%error, "rights could not be compared"),
            }
        }
        if let Err(error) = feed::recheck(&live, suspects).await {
            tracing::warn!(%error, "rights could not be checked");
        }
    }
}
