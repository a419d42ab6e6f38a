//! The one clock of the house. Tests move it; nothing else does.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Ms = i64;

/// One second in [`Ms`].
pub const SECOND: Ms = 1_000;
/// One minute in [`Ms`].
pub const MINUTE: Ms = 60 * SECOND;
/// One hour in [`Ms`].
pub const HOUR: Ms = 60 * MINUTE;
/// One day of 24 hours in [`Ms`].
pub const DAY: Ms = 24 * HOUR;

/// System time plus an offset that only tests move.
#[derive(Clone, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// Milliseconds since 1970 UTC.
    pub fn now(&self) -> Ms {
        let system = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        system + self.offset.load(Ordering::Relaxed)
    }

    /// Milliseconds since the process started, for deadlines and pauses: a corrected system time does not move it, a test does.
    pub fn steady(&self) -> Ms {
        let passed = i64::try_from(STARTED.elapsed().as_millis()).unwrap_or(i64::MAX / 2);
        passed + self.offset.load(Ordering::Relaxed)
    }

    /// Moves the clock forward (or back, when negative) by `by` milliseconds.
    pub fn advance(&self, by: Ms) {
        self.offset.fetch_add(by, Ordering::Relaxed);
    }
}
