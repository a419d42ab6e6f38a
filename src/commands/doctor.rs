//! `kontor doctor`: one line for everything the house stands on; exit 1 if one is red. It changes nothing.

use super::serve::say;
use crate::config::Config;
use crate::db::copy::Snapshot;
use crate::db::{Clock, migrations};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::mail::{Outcome, Transport, hello_name};
use crate::secrets::Ring;
use crate::upkeep::doctor::{self, Finding, Seen, State};
use crate::upkeep::restore;

/// Examines the house; with `mail_to` a test mail goes there over the configured route.
///
/// # Errors
/// When something is red.
pub async fn run(config: &Config, mail_to: Option<String>) -> Result<()> {
    let now = Clock::default().now();
    let seen = look(config, now);
    let mut findings = doctor::examine(config, seen).await;
    if let Some(to) = mail_to {
        findings.push(send_test(config, &to).await);
    }
    for finding in &findings {
        let mark = match finding.state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Bad => "BAD ",
        };
        say(&format!("{mark}  {}: {}", finding.title(Lang::En), finding.text(Lang::En)))?;
        for record in &finding.records {
            say(&format!("        {}  {}  {}", record.name, record.kind, record.value))?;
        }
    }
    let bad = findings.iter().filter(|f| f.state == State::Bad).count();
    if bad > 0 {
        return Err(Error::config(format!("{bad} of {} are red", findings.len())));
    }
    say("Nothing is red.")
}

fn look(config: &Config, now: crate::db::Ms) -> Seen {
    let read = || -> Result<Seen> {
        restore::finish(config)?;
        let state = migrations::state(&config.database_url)?;
        state.check()?;
        let ring = Ring::open(config)?;
        if state.applied.is_empty() {
            let empty = Finding::new("database", State::Warn, "empty");
            return Ok(Seen { now, findings: vec![empty], ..Seen::default() });
        }
        let mut snapshot = Snapshot::open(&config.database_url)?;
        doctor::look_at_database(snapshot.conn(), config, &ring, now)
    };
    read().unwrap_or_else(|why| {
        let away = doctor::unreachable(config, &why.to_string());
        Seen { now, findings: vec![away], ..Seen::default() }
    })
}

async fn send_test(config: &Config, to: &str) -> Finding {
    let Some(route) = config.smtp.clone() else { return Finding::new("mail", State::Bad, "no_test") };
    let address = |text: &str| text.rsplit_once('<').map_or(text, |(_, a)| a.trim_end_matches('>')).trim().to_owned();
    let from = address(&config.mail_from);
    let at = crate::mail::mime::date(Clock::default().now());
    let id = format!("<doctor.{}@{}>", Clock::default().now(), hello_name(&from));
    let mail = format!(
        "From: {}\r\nTo: {to}\r\nSubject: Kontor: test mail\r\nDate: {at}\r\nMessage-ID: {id}\r\nAuto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThis mail left by the route of `kontor doctor`.\r\n",
        crate::web::forms::one_line(&config.mail_from)
    );
    match Transport::Smtp(route).send_plain(&from, to, mail.as_bytes()).await {
        Outcome::Accepted(said) => Finding::new("mail", State::Ok, "test_sent").with("to", to).with("said", said),
        Outcome::Refused { text, .. } | Outcome::Later { text, .. } | Outcome::Unknown { text } => {
            Finding::new("mail", State::Bad, "test_failed").with("to", to).with("said", text)
        }
    }
}
