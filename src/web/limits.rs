//! Rate limits: one keyed limiter per bucket, in memory. A refused caller learns when to come back.

use crate::error::{Error, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
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
}

const BUCKETS: [(Bucket, u32, u64); 10] = [
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
];

/// The limiters of this node.
pub struct Limits {
    on: bool,
    limiters: Vec<(Bucket, DefaultKeyedRateLimiter<String>)>,
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
        Self { on, limiters }
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
        let Some((_, limiter)) = self.limiters.iter().find(|(b, _)| *b == bucket).filter(|_| self.on) else {
            return Ok(());
        };
        limiter.check_key(&key.to_string()).map_err(|not_until| Error::TooMany {
            retry_after: not_until.wait_time_from(DefaultClock::default().now()),
        })
    }

    /// Forgets keys that are full again; called now and then.
    pub fn tidy(&self) {
        for (_, limiter) in &self.limiters {
            limiter.retain_recent();
        }
    }
}
