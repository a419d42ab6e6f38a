//! Readers: a small pool of connections, used from the blocking threads.

use super::conn::{Conn, Use};
use super::tally;
use crate::error::{Error, Result};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Connections for reading, opened when first needed.
#[derive(Clone)]
pub(super) struct Readers(Arc<Inner>);

struct Inner {
    url: String,
    // A std-like mutex: held for a push or a pop, never across an await.
    idle: Mutex<Vec<Conn>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub fn open(url: &str) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let first = Conn::open(url, Use::Read)?;
        Ok(Self(Arc::new(Inner {
            url: url.to_owned(),
            idle: Mutex::new(vec![first]),
            places: Arc::new(Semaphore::new((cores * 2).clamp(4, 16))),
        })))
    }

    /// Closes the connections that nobody uses.
    pub fn close(&self) {
        self.0.idle.lock().clear();
    }

    pub async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let place = self.0.places.clone().acquire_owned().await.map_err(Error::internal)?;
        let inner = self.0.clone();
        let tally = tally::current();
        tokio::task::spawn_blocking(move || {
            let _place = place;
            let idle = inner.idle.lock().pop();
            let mut conn = match idle {
                Some(conn) => conn,
                None => Conn::open(&inner.url, Use::Read)?,
            };
            let out = catch_unwind(AssertUnwindSafe(|| tally::tallied(tally.as_deref(), || work(&mut conn))));
            match out {
                Ok(out) => {
                    // A connection whose statement failed may be dead (PostgreSQL gone): let it be made anew.
                    if !matches!(out, Err(Error::Internal(_))) {
                        inner.idle.lock().push(conn);
                    }
                    out
                }
                Err(_) => Err(Error::internal("a read panicked")),
            }
        })
        .await
        .map_err(Error::internal)?
    }
}
