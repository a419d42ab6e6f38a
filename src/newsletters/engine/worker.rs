//! One worker: takes a few deliveries, makes their mails, writes the results of the mails before and the intents of
//! these in one transaction, and sends those that were granted.

use super::deliver::{Round, Waiting};
use super::way::Way;
use crate::accounts::token;
use crate::db::{DAY, MINUTE, Ms, SECOND, Tx};
use crate::error::Result;
use crate::mail::smtp::Parcel;
use crate::mail::{Grant, Outcome, Pace, Stage, volume};
use crate::newsletters::edition::Ready;
use crate::newsletters::store::{self, Became};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An intent that nobody ended after this long is in doubt; longer than the slowest dialogue of a batch.
const LEASE: Ms = 15 * MINUTE;
/// A batch is as large as fits into this: with a slow relay a worker has one open intent, so that a pause or an
/// unsubscription stops the next mail already.
const BATCH_TIME: Duration = Duration::from_millis(12);
/// After this long nobody waits for the news any more.
const EXPIRES: Ms = DAY;

pub struct Worker {
    round: Arc<Round>,
    most: usize,
    size: usize,
    way: Option<Way>,
    /// Results that are not written yet, with the batch they belong to.
    done: Vec<(i64, Became)>,
    bounced: Vec<(String, String)>,
    batch: String,
    hold: Option<String>,
}

struct Mail {
    waiting: Waiting,
    ready: Ready,
}

impl Worker {
    pub fn new(round: Arc<Round>, most: usize) -> Self {
        Self {
            round,
            most,
            size: 1,
            way: None,
            done: Vec::new(),
            bounced: Vec::new(),
            batch: String::new(),
            hold: None,
        }
    }

    pub async fn work(mut self) -> Result<()> {
        let ended = self.turn().await;
        let flushed = self.write(Vec::new(), Vec::new()).await.map(|_| ());
        if let Some(way) = self.way.take() {
            way.close().await;
        }
        ended.and(flushed)
    }

    async fn turn(&mut self) -> Result<()> {
        loop {
            let room = self.way.as_ref().map_or(self.most, Way::room);
            if room == 0
                && let Some(way) = self.way.take()
            {
                way.close().await;
                continue;
            }
            let taken = self.round.take(self.size.min(room)).await?;
            if taken.is_empty() {
                return Ok(());
            }
            let ids: Vec<i64> = taken.iter().map(|w| w.to.member).collect();
            if self.way.is_none() && !self.open().await {
                let (round, node) = (self.round.clone(), self.round.node());
                let id = round.id;
                return round.house.db.write(move |tx| store::release(tx, id, node, &ids)).await;
            }
            let now = self.round.house.db.now();
            let (mut mails, mut skipped) = (Vec::with_capacity(taken.len()), Vec::new());
            for waiting in taken {
                if self.round.edition.lacks_ref(&waiting.to) {
                    skipped.push(waiting.to.member);
                    continue;
                }
                let ready = self.round.edition.mail(&waiting.to, now)?;
                mails.push(Mail { waiting, ready });
            }
            let wanted: Vec<i64> = mails.iter().map(|m| m.waiting.to.member).collect();
            let granted = self.write(wanted, skipped).await?;
            mails.retain(|m| granted.contains(&m.waiting.to.member));
            self.send(mails).await;
            if self.hold.is_some() {
                self.round.end();
                return Ok(());
            }
        }
    }

    async fn open(&mut self) -> bool {
        match Way::open(self.round.house.mailer.transport(), &self.round.edition.sender).await {
            Ok(way) => {
                self.way = Some(way);
                true
            }
            Err(why) => {
                self.round.give_up(why);
                false
            }
        }
    }

    /// Results of the batch before, and the intents of the next; answers who was granted.
    async fn write(&mut self, wanted: Vec<i64>, skipped: Vec<i64>) -> Result<Vec<i64>> {
        let done = std::mem::take(&mut self.done);
        let bounced = std::mem::take(&mut self.bounced);
        if done.is_empty() && wanted.is_empty() && skipped.is_empty() {
            return Ok(Vec::new());
        }
        let before = std::mem::replace(&mut self.batch, self.round.next_batch());
        let (round, batch, hold) = (self.round.clone(), self.batch.clone(), self.hold.clone());
        let (granted, pause) = self
            .round
            .house
            .db
            .write_background(move |tx: &mut Tx<'_>| {
                for (member, became) in &done {
                    store::mark_result(tx, round.id, &before, *member, became)?;
                }
                for (address, why) in &bounced {
                    let key = crate::text::fold(address);
                    store::insert_suppression(tx, &token::hash(&key), &key, "bounce", why)?;
                }
                for member in &skipped {
                    store::mark_skipped(tx, round.id, round.node(), *member, "no_affiliate_ref")?;
                }
                if let Some(reason) = &hold {
                    store::mark_held(tx, round.id, reason)?;
                }
                let owners = (round.node(), batch.as_str());
                // The volume of the route is counted in the transaction of the intents.
                let grant = grant_of(tx, round.pace.as_ref(), wanted.len())?;
                let (may, over) = wanted.split_at(usize::try_from(grant.granted).unwrap_or(0).min(wanted.len()));
                let granted = store::mark_transmitting(tx, round.id, owners, may, LEASE, round.any_status)?;
                if let Some(pace) = round.pace.as_ref().filter(|_| grant.counted) {
                    let at = tx.now();
                    volume::add(tx, &pace.route, at, granted.len() as i64 - may.len() as i64)?;
                }
                store::release(tx, round.id, round.node(), over)?;
                let refused: Vec<i64> = may.iter().copied().filter(|id| !granted.contains(id)).collect();
                if !refused.is_empty() {
                    store::mark_refused_intents(tx, round.id, round.node(), &refused)?;
                }
                Ok((granted, grant.next_at))
            })
            .await?;
        if let Some(at) = pause {
            self.round.rest_until(at);
        }
        Ok(granted)
    }

    async fn send(&mut self, mails: Vec<Mail>) {
        let (began, now) = (Instant::now(), self.round.house.db.now());
        // An address that could say more than one thing to a relay never gets there.
        let (plain, odd): (Vec<Mail>, Vec<Mail>) = mails.into_iter().partition(|m| is_plain(&m.waiting.to.email));
        for mail in odd {
            let refused = Outcome::Refused { stage: Stage::Rcpt, code: 553, text: "553 not an address".into() };
            let became = self.judge(Some(refused), &mail.waiting, now);
            self.done.push((mail.waiting.to.member, became));
        }
        let outcomes = match self.way.as_mut() {
            Some(way) => {
                let parcels: Vec<(&str, Parcel<'_>)> = plain
                    .iter()
                    .map(|mail| {
                        let id = mail.ready.message_id.trim_matches(['<', '>']).split('@').next().unwrap_or("");
                        (id, Parcel { from: &mail.ready.sender, to: &mail.waiting.to.email, bytes: &mail.ready.bytes })
                    })
                    .collect();
                way.send_all(now, &parcels).await
            }
            None => Vec::new(),
        };
        let now = self.round.house.db.now();
        let (n, mut outcomes) = (plain.len(), outcomes.into_iter());
        for mail in plain {
            let mut became = self.judge(outcomes.next(), &mail.waiting, now);
            became.tracked = mail.ready.tracked;
            self.done.push((mail.waiting.to.member, became));
        }
        if n > 0 {
            let each = began.elapsed() / u32::try_from(n).unwrap_or(1);
            let fits = BATCH_TIME.as_micros() / each.as_micros().max(1);
            self.size = usize::try_from(fits).unwrap_or(self.most).clamp(1, self.most).min(self.size * 2);
        }
    }

    fn judge(&mut self, outcome: Option<Outcome>, waiting: &Waiting, now: Ms) -> Became {
        let again = |stage, code, detail| Became {
            state: "pending",
            stage,
            code,
            detail,
            next_at: Some(now + SECOND),
            ..Became::default()
        };
        match outcome {
            // The connection went before this one's turn: certainly not sent.
            None => Became { next_at: Some(now), ..again("", 0, String::new()) },
            Some(Outcome::Accepted(text)) => Became {
                state: "accepted",
                stage: "final",
                code: code_of(&text, 250),
                detail: text,
                counts: true,
                ..Became::default()
            },
            Some(Outcome::Refused { stage: Stage::Mail, code, text }) => {
                self.hold = Some(format!("sender_refused: {text}"));
                again("mail", i32::from(code), text)
            }
            Some(Outcome::Refused { stage, code, text }) => {
                let hard = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];
                if stage == Stage::Rcpt && text.split_whitespace().any(|w| hard.contains(&w)) {
                    self.bounced.push((waiting.to.email.clone(), format!("campaign:{}", self.round.id)));
                }
                Became {
                    state: "rejected",
                    reason: "refused",
                    stage: name(stage),
                    code: i32::from(code),
                    detail: text,
                    counts: true,
                    ..Became::default()
                }
            }
            Some(Outcome::Later { stage, code: 0, text }) => again(name(stage), 0, text),
            Some(Outcome::Later { stage, code, text }) => {
                let tries = waiting.attempts + 1;
                let next = now + store::pause(tries);
                let expired = next > self.round.started + EXPIRES;
                Became {
                    state: if expired { "skipped" } else { "retry_wait" },
                    reason: if expired { "expired" } else { "deferred" },
                    stage: name(stage),
                    code: i32::from(code),
                    detail: text,
                    next_at: Some(next),
                    counts: true,
                    ..Became::default()
                }
            }
            Some(Outcome::Unknown { text }) => Became {
                state: "unknown",
                reason: "no_answer",
                stage: "final",
                detail: text,
                counts: true,
                ..Became::default()
            },
        }
    }
}

/// How many of `wanted` may be written to now, and when more may.
fn grant_of(tx: &mut Tx<'_>, pace: Option<&Pace>, wanted: usize) -> Result<Grant> {
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    match pace.filter(|_| wanted > 0) {
        Some(pace) => volume::take(tx, pace, wanted),
        None => Ok(Grant { granted: wanted, next_at: None, counted: false }),
    }
}

fn is_plain(address: &str) -> bool {
    address.contains('@') && !address.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>'))
}

fn code_of(text: &str, other: i32) -> i32 {
    text.get(..3).and_then(|c| c.parse().ok()).unwrap_or(other)
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "connect",
        Stage::Mail => "mail",
        Stage::Rcpt => "rcpt",
        Stage::Data => "data",
        Stage::Final => "final",
    }
}
