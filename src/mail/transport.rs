//! Ways out: SMTP, or the outbox where no route is configured.

use super::outbox::Outbox;
use super::smtp::{Connection, Patience};
use crate::config::SmtpRoute;
use crate::db::Ms;
use lettre::address::Envelope;

/// How far the SMTP dialogue had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// TCP, TLS, greeting, EHLO, AUTH: no recipient is to blame.
    Connect,
    /// MAIL FROM: the sender or the route is to blame.
    Mail,
    /// RCPT TO: this recipient.
    Rcpt,
    /// DATA before the final dot.
    Data,
    /// The answer to the final dot.
    Final,
}

/// What became of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took responsibility; its words.
    Accepted(String),
    /// 5xx: for good.
    Refused {
        /// Where.
        stage: Stage,
        /// SMTP code.
        code: u16,
        /// The server's words.
        text: String,
    },
    /// 4xx, or a failure before the final dot: certainly not delivered, may be tried again.
    Later {
        /// Where.
        stage: Stage,
        /// SMTP code, 0 for a failure of the connection.
        code: u16,
        /// The server's words, or the failure.
        text: String,
    },
    /// The connection broke after the final dot: it may have arrived.
    Unknown {
        /// The failure.
        text: String,
    },
}

/// The way out of the house.
#[derive(Clone)]
pub enum Transport {
    /// Over SMTP.
    Smtp(SmtpRoute),
    /// Files in the outbox.
    Outbox(Outbox),
}

impl Transport {
    /// SMTP where a route is configured.
    pub fn new(route: Option<SmtpRoute>, outbox: Outbox) -> Self {
        route.map_or(Self::Outbox(outbox), Self::Smtp)
    }

    /// Sends one mail on a connection of its own: for letters. Campaigns keep connections open.
    pub async fn send_one(&self, now: Ms, id: &str, envelope: &Envelope, bytes: &[u8]) -> Outcome {
        match self {
            Self::Outbox(outbox) => match outbox.keep(&format!("{now:013}-{id}.eml"), bytes) {
                Ok(()) => Outcome::Accepted("kept in the outbox".into()),
                Err(e) => Outcome::Later { stage: Stage::Data, code: 0, text: e.to_string() },
            },
            Self::Smtp(_) => {
                let Some(to) = envelope.to().first() else {
                    return Outcome::Later { stage: Stage::Rcpt, code: 0, text: "nobody to send to".into() };
                };
                let from = envelope.from().map(ToString::to_string).unwrap_or_default();
                self.send_plain(&from, to.as_ref(), bytes).await
            }
        }
    }

    /// Sends one mail over SMTP on a connection of its own.
    pub async fn send_plain(&self, from: &str, to: &str, bytes: &[u8]) -> Outcome {
        let Self::Smtp(route) = self else {
            return Outcome::Later { stage: Stage::Connect, code: 0, text: "there is no mail route".into() };
        };
        match Connection::open(route, &hello_name(from), Patience::default()).await {
            Ok(mut connection) => {
                let outcome = connection.send(from, to, bytes).await;
                connection.quit().await;
                outcome
            }
            Err(text) => Outcome::Later { stage: Stage::Connect, code: 0, text },
        }
    }
}

/// The name we greet with: the sender's domain, which a relay can look up.
pub fn hello_name(from: &str) -> String {
    let domain = from.rsplit_once('@').map_or("", |(_, d)| d);
    let fits = !domain.is_empty() && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    if fits { domain.to_owned() } else { "localhost".to_owned() }
}
