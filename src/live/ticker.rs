//! One timing wheel for all connections: the hello in time, pings, pongs, sockets that take nothing. And the tasks that
//! come back by themselves: presence, counters, rights, the sweep.

use super::frame::{Close, Frame};
use super::peer::Peer;
use super::relay::Hint;
use super::{Live, feed};
use crate::db::{Ms, SECOND};
use crate::error::Result;
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
/// Time between two looks at touched rights.
const RIGHTS: Duration = Duration::from_millis(400);
/// Time between two looks at the rights of every connection: sessions also end by the clock.
const WHOLE: Ms = 30 * SECOND;
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
    tokio::spawn(async move { watch_positions(me).await });
    let me = live.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_millis(500));
        let mut n: u32 = 0;
        let mut calm = Calm::default();
        loop {
            every.tick().await;
            n = n.wrapping_add(1);
            if n.is_multiple_of(4) && calm.comes_after_a_storm(me.connections()) {
                // What their arrival or departure has used is nobody's any more.
                tokio::task::spawn_blocking(crate::memory::give_back);
            }
            if n.is_multiple_of(4) {
                tell_presence(&me);
                me.0.relay.send(Hint::Alive);
            }
            if n.is_multiple_of(20) {
                me.hub().tidy();
            }
            if n.is_multiple_of(120) {
                me.0.relay.send(Hint::Who { all: false });
                me.say_everything();
            }
            if let Err(error) = feed::tell_counters(&me).await {
                tracing::warn!(%error, "counters could not be read");
            }
        }
    });
}

/// Connections that come or go by the thousand, and the moment when that is over.
#[derive(Default)]
struct Calm {
    /// Connections when memory was given back last.
    settled: usize,
    before: usize,
}

impl Calm {
    fn comes_after_a_storm(&mut self, now: usize) -> bool {
        let is_still = now.abs_diff(self.before) <= now / 50 + 20;
        self.before = now;
        let is_over = is_still && now.abs_diff(self.settled) >= 1_000;
        if is_over {
            self.settled = now;
        }
        is_over
    }
}

/// A lost hint is found here: every few seconds while the nodes hear each other, every second while they do not.
async fn watch_positions(live: Live) {
    let mut last = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let pause = match (live.0.relay.is_on(), live.is_linked()) {
            (false, _) => Duration::from_secs(10),
            (true, true) => Duration::from_secs(5),
            (true, false) => Duration::from_secs(1),
        };
        if last.elapsed() < pause {
            continue;
        }
        last = tokio::time::Instant::now();
        if let Err(error) = feed::sweep(&live).await {
            tracing::warn!(%error, "the rooms could not be compared with the database");
        }
    }
}

fn tell_presence(live: &Live) {
    for room in live.0.elsewhere.tidy(live.0.clock.steady()) {
        live.hub().presence_due(room);
    }
    for (r, came, went) in live.hub().tell_presence(|room| live.0.elsewhere.present_in(room)) {
        live.0.relay.send(Hint::Present { r, came, went });
    }
}

async fn turn(live: Live) {
    let mut wheel = Wheel::default();
    let mut every = tokio::time::interval(TICK);
    let ping = Frame::text("{}");
    loop {
        every.tick().await;
        wheel.at = (wheel.at + 1) % SLOTS;
        let fresh = std::mem::take(&mut *live.0.fresh.lock());
        for peer in fresh.iter().filter_map(Weak::upgrade) {
            let slot = usize::try_from(peer.id).unwrap_or(0) % SLOTS;
            wheel.slots[slot].push(Arc::downgrade(&peer));
        }
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

/// Rights: at once when told; a cheap look at the database twice a second, which works without any message between nodes;
/// and once in a while at every connection, for what ends by the clock.
async fn watch_rights(live: Live) {
    let mut whole = live.0.clock.steady();
    loop {
        let told = tokio::time::timeout(RIGHTS, live.0.bell.notified()).await.is_ok();
        let named: Vec<i64> = live.0.suspects.lock().drain().collect();
        let mut suspects: Vec<Arc<Peer>> = named.into_iter().flat_map(|m| live.peers_of(m)).collect();
        let Some(voice) = live.0.voice.get() else { continue };
        if !told {
            let due = live.0.clock.steady() - whole >= WHOLE;
            let asked = if due { Ok(live.peers()) } else { touched(&live, voice.as_ref()).await };
            let found = match asked {
                Ok(peers) if peers.is_empty() => Ok(peers),
                Ok(peers) => voice.suspects(peers).await,
                Err(error) => Err(error),
            };
            match found {
                Ok(found) => {
                    suspects.extend(found);
                    if due {
                        whole = live.0.clock.steady();
                    }
                }
                Err(error) => tracing::warn!(%error, "rights could not be compared"),
            }
        }
        if let Err(error) = feed::recheck(&live, suspects).await {
            tracing::warn!(%error, "rights could not be checked");
        }
    }
}

async fn touched(live: &Live, voice: &dyn super::Voice) -> Result<Vec<Arc<Peer>>> {
    if live.0.peers.lock().is_empty() {
        return Ok(Vec::new());
    }
    Ok(voice.touched().await?.into_iter().flat_map(|m| live.peers_of(m)).collect())
}

#[cfg(test)]
mod tests {
    use super::Calm;

    #[test]
    fn memory_goes_back_once_a_storm_is_over() {
        let mut calm = Calm::default();
        let told: Vec<bool> = [500, 900, 6_000, 14_900, 15_000, 15_000, 14_990, 9_000, 100, 100]
            .map(|n| calm.comes_after_a_storm(n))
            .into();
        assert_eq!(told, [false, false, false, false, true, false, false, false, false, true]);
    }
}
