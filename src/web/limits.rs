//! Rate limits: one keyed limiter per bucket, in memory. A refused caller learns when to come back.

use crate::error::{Error, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

/// What is limited, with its burst and the time in which the burst refills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Requests of one address: 300 in 10 s.
    Requests,
    /// Sign-in tries of one address: 30 a minute.
    SignIn,
    /// Sign-in tries for one account: 10 in 10 minutes.
    Account,
    /// Mails asked for by one address (applications, reset, login link): 60 in 10 minutes.
    Mails,
    /// Mails to one e-mail address: 3 in 15 minutes.
    MailTo,
    /// Posts and threads of one member: 20 a minute.
    Posts,
    /// Chat messages of one member: 10 in 10 s.
    Messages,
    /// Inbound frames of one connection are counted by the connection itself; new connections of an address: 30 in 10 s.
    Connections,
    /// Postbacks of one address: 600 a minute.
    Postbacks,
    /// Expensive questions of one manager (segment counts, previews): 60 in 10 s.
    Questions,
    /// Files that one member begins to upload: 120 a minute.
    Uploads,
    /// Drafts of posts that one member keeps: 120 a minute.
    Drafts,
}

const BUCKETS: [(Bucket, u32, u64); 12] = [
    (Bucket::Requests, 300, 10),
    (Bucket::SignIn, 30, 60),
    (Bucket::Account, 10, 600),
    (Bucket::Mails, 60, 600),
    (Bucket::MailTo, 3, 900),
    (Bucket::Posts, 20, 60),
    (Bucket::Messages, 10, 10),
    (Bucket::Connections, 30, 10),
    (Bucket::Postbacks, 600, 60),
    (Bucket::Questions, 60, 10),
    (Bucket::Uploads, 120, 60),
    (Bucket::Drafts, 120, 60),
];

/// Buckets that count for all nodes together. What protects one node from one address is counted by each for itself.
const SHARED: [Bucket; 7] = [
    Bucket::SignIn,
    Bucket::Account,
    Bucket::Mails,
    Bucket::MailTo,
    Bucket::Posts,
    Bucket::Messages,
    Bucket::Questions,
];

/// Told what was taken here: number of the bucket and key.
pub type Share = Box<dyn Fn(usize, &str) + Send + Sync>;

/// The limiters of this node. What is taken from a shared bucket is told to the other nodes, which take it from theirs.
pub struct Limits {
    on: bool,
    limiters: Vec<(Bucket, DefaultKeyedRateLimiter<String>)>,
    share: OnceLock<Share>,
}

impl Limits {
    /// Fresh limiters; `on` is false only for load tests.
    pub fn new(on: bool) -> Self {
        let limiters = BUCKETS
            .into_iter()
            .filter_map(|(bucket, burst, seconds)| {
                let quota = Quota::with_period(Duration::from_millis(seconds * 1000 / u64::from(burst)))?
                    .allow_burst(NonZeroU32::new(burst)?);
                Some((bucket, RateLimiter::keyed(quota)))
            })
            .collect();
        Self { on, limiters, share: OnceLock::new() }
    }

    /// Whether limits apply at all.
    pub fn are_on(&self) -> bool {
        self.on
    }

    /// Takes one from `key`'s bucket.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time until the next one is free.
    pub fn take(&self, bucket: Bucket, key: impl ToString) -> Result<()> {
        let known = self.limiters.iter().enumerate().find(|(_, (b, _))| *b == bucket).filter(|_| self.on);
        let Some((number, (_, limiter))) = known else { return Ok(()) };
        let key = key.to_string();
        limiter.check_key(&key).map_err(|not_until| Error::TooMany {
            retry_after: not_until.wait_time_from(DefaultClock::default().now()),
        })?;
        if let Some(share) = self.share.get().filter(|_| SHARED.contains(&bucket)) {
            share(number, &key);
        }
        Ok(())
    }

    /// Tells other nodes what is taken here; wired once, in `app.rs`.
    pub fn on_taken(&self, share: Share) {
        // Wired once.
        let _ = self.share.set(share);
    }

    /// Another node took `n` from the bucket of this number.
    pub fn taken_elsewhere(&self, number: usize, key: &str, n: u32) {
        let Some((_, limiter)) = self.limiters.get(number).filter(|(b, _)| self.on && SHARED.contains(b)) else {
            return;
        };
        let key = key.to_owned();
        for _ in 0..n.min(1_000) {
            if limiter.check_key(&key).is_err() {
                break;
            }
        }
    }

    /// Forgets keys that are full again; called now and then.
    pub fn tidy(&self) {
        for (_, limiter) in &self.limiters {
            limiter.retain_recent();
        }
    }
}
