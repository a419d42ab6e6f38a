//! The way out of one worker: an SMTP connection it keeps, or the outbox.

use crate::db::Ms;
use crate::mail::smtp::{Connection, MOST_MAILS, Parcel, Patience};
use crate::mail::{Outbox, Outcome, Stage, Transport, hello_name};
use std::time::Duration;

/// Pauses before another try to connect.
const TRIES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(300), Duration::from_secs(1)];

pub enum Way {
    Smtp(Box<Connection>),
    Outbox(Outbox),
}

impl Way {
    /// Opens a way; what fails here is no recipient's fault.
    pub async fn open(transport: &Transport, sender: &str) -> Result<Self, String> {
        let route = match transport {
            Transport::Outbox(outbox) => return Ok(Self::Outbox(outbox.clone())),
            Transport::Smtp(route) => route,
        };
        let mut last = String::new();
        for pause in TRIES {
            tokio::time::sleep(pause).await;
            match Connection::open(route, &hello_name(sender), Patience::default()).await {
                Ok(connection) => return Ok(Self::Smtp(Box::new(connection))),
                Err(text) => last = text,
            }
        }
        Err(last)
    }

    pub fn room(&self) -> usize {
        match self {
            Self::Smtp(connection) => connection.room(),
            Self::Outbox(_) => MOST_MAILS as usize,
        }
    }

    /// Sends mails in order; fewer outcomes than mails: the way is gone, and the rest was not sent.
    pub async fn send_all(&mut self, now: Ms, mails: &[(&str, Parcel<'_>)]) -> Vec<Outcome> {
        match self {
            Self::Smtp(connection) => {
                let parcels: Vec<Parcel<'_>> = mails.iter().map(|(_, parcel)| *parcel).collect();
                connection.send_all(&parcels).await
            }
            Self::Outbox(outbox) => mails
                .iter()
                .map(|(id, parcel)| match outbox.keep(&format!("{now:013}-{id}.eml"), parcel.bytes) {
                    Ok(()) => Outcome::Accepted("kept in the outbox".into()),
                    Err(e) => Outcome::Later { stage: Stage::Connect, code: 0, text: e.to_string() },
                })
                .collect(),
        }
    }

    pub async fn close(self) {
        if let Self::Smtp(connection) = self {
            connection.quit().await;
        }
    }
}
