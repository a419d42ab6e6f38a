//! How this node answers: requests and failures of ours since somebody looked last, and a proxy nobody told it of.

use parking_lot::Mutex;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one node.
#[derive(Default)]
pub struct Pulse {
    requests: AtomicU64,
    failures: AtomicU64,
    // A plain mutex: held for a word, never across an await.
    stray: Mutex<Option<IpAddr>>,
}

impl Pulse {
    /// Counts an answer.
    pub fn answered(&self, status: u16) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        // 503 is said on purpose: a part is away and the operator hears of that by itself.
        if status >= 500 && status != 503 {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Requests and failures since the last call.
    pub fn take(&self) -> (u64, u64) {
        (self.requests.swap(0, Ordering::Relaxed), self.failures.swap(0, Ordering::Relaxed))
    }

    /// Notes a peer that sends forwarding headers and is not trusted. Only one of this machine or of a network of one's
    /// own is a proxy in front; anybody on the internet can write such a header.
    pub fn stray(&self, peer: IpAddr) {
        let near = match peer {
            IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        };
        if near && self.stray.lock().replace(peer) != Some(peer) {
            tracing::warn!(%peer, "a proxy stands in front: set KONTOR_TRUSTED_PROXIES, or every visitor looks like one");
        }
    }

    /// The peer noted since the last call.
    pub fn take_stray(&self) -> Option<IpAddr> {
        self.stray.lock().take()
    }
}
