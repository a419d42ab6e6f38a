//! Counts the SQL statements of a request, so that "constant number of statements" is a fact and not a hope.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

tokio::task_local! {
    static REQUEST: Arc<AtomicU64>;
}
thread_local! {
    static STATEMENTS: Cell<u64> = const { Cell::new(0) };
}

/// Runs a request and answers how many statements its reads and writes took.
pub async fn statements_of<F: Future>(request: F) -> (F::Output, u64) {
    let tally = Arc::new(AtomicU64::new(0));
    let out = REQUEST.scope(tally.clone(), request).await;
    (out, tally.load(Ordering::Relaxed))
}

/// The tally of the running request, for work that moves to another thread.
pub(super) fn current() -> Option<Arc<AtomicU64>> {
    REQUEST.try_with(Arc::clone).ok()
}

/// Runs `work` on this thread and adds its statements to `tally`.
pub(super) fn tallied<T>(tally: Option<&AtomicU64>, work: impl FnOnce() -> T) -> T {
    let before = STATEMENTS.get();
    let out = work();
    if let Some(tally) = tally {
        tally.fetch_add(STATEMENTS.get() - before, Ordering::Relaxed);
    }
    out
}

/// Counts each query a connection starts.
pub fn count_statements(event: diesel::connection::InstrumentationEvent<'_>) {
    if matches!(event, diesel::connection::InstrumentationEvent::StartQuery { .. }) {
        STATEMENTS.set(STATEMENTS.get() + 1);
    }
}
