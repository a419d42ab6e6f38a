//! The doctor: looks at everything the house stands on and says what is wrong, with the records to paste.
//!
//! It changes nothing. A finding is a topic, a state and a text of `i18n`; the command, the page and the API show the
//! same findings.

mod dns;
mod house;
mod names;
mod sender;
mod spf;

pub use dns::Names;
pub use house::{Seen, backup, disk, glance, is_low, look_at_database, queue, space, unreachable};
pub use names::domain_of;
pub use sender::mail_route;

use crate::config::Config;
use crate::db::Ms;
use crate::i18n::{Arg, Lang, t_args};
use serde::Serialize;
use utoipa::ToSchema;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Well.
    Ok,
    /// Works, and could be better.
    Warn,
    /// Must be mended.
    Bad,
}

impl State {
    /// As pages and metrics call it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A record to put into the DNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Record {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: String,
    /// Value.
    pub value: String,
}

/// How a value that is a moment begins; nothing else in a finding does.
const MOMENT: &str = "\u{1}";

/// A value as its reader sees it.
pub(super) fn shown(lang: Lang, value: &str) -> String {
    match value.strip_prefix(MOMENT).and_then(|ms| ms.parse().ok()) {
        Some(ms) => format!("{} UTC", crate::i18n::date_time(lang, ms, &jiff::tz::TimeZone::UTC)),
        None => value.to_owned(),
    }
}

/// What was found about one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `config`, `database`, `disk`, `mail`, `queue`, `spf`, `dkim`, `dmarc`, `mx`, `ptr`, `clock`, `proxy`, `backup`,
    /// `keys`, `database_tls`, `redis`.
    pub topic: &'static str,
    /// How it is.
    pub state: State,
    /// Which sentence: `upkeep-doctor-<topic>-<code>`, with `_` as `-`.
    pub code: &'static str,
    /// What the sentence needs.
    pub args: Vec<(&'static str, String)>,
    /// Records to paste.
    pub records: Vec<Record>,
}

impl Finding {
    /// A finding without values.
    pub fn new(topic: &'static str, state: State, code: &'static str) -> Self {
        Self { topic, state, code, args: Vec::new(), records: Vec::new() }
    }

    /// Adds a value.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Adds a moment; the sentence shows it as its reader writes dates, in UTC.
    pub fn at(self, name: &'static str, ms: Ms) -> Self {
        self.with(name, format!("{MOMENT}{ms}"))
    }

    /// Adds a record to paste.
    pub fn paste(mut self, name: impl Into<String>, kind: &str, value: impl Into<String>) -> Self {
        self.records.push(Record { name: name.into(), kind: kind.to_owned(), value: value.into() });
        self
    }

    /// The sentence in the reader's language.
    pub fn text(&self, lang: Lang) -> String {
        let key = format!("upkeep-doctor-{}-{}", self.topic, self.code).replace('_', "-");
        let args: Vec<(&str, Arg)> = self.args.iter().map(|(n, v)| (*n, Arg::Text(shown(lang, v)))).collect();
        t_args(lang, &key, &args)
    }

    /// The topic in the reader's language.
    pub fn title(&self, lang: Lang) -> String {
        crate::i18n::t(lang, &format!("upkeep-topic-{}", self.topic).replace('_', "-")).into_owned()
    }
}

/// Looks at everything; `seen` is what the database told.
pub async fn examine(config: &Config, seen: Seen) -> Vec<Finding> {
    let mut all = Vec::new();
    all.push(house::configuration(config));
    let sender = seen.sender.clone().unwrap_or_else(|| config.mail_from.clone());
    let proxy = house::proxy(config, &seen);
    let backup = house::backup(config, &seen);
    let keys = house::keys(config, &seen);
    let queue = house::queue(&seen);
    let dkim = seen.dkim.clone();
    let clock = house::clock(&seen);
    all.extend(seen.findings);
    all.push(house::disk(config));
    all.push(house::database_tls(config));
    all.extend(house::redis(config).await);
    all.extend(clock);
    all.push(proxy);
    all.push(backup);
    all.extend(keys);
    all.push(sender::mail_route(config, &sender).await);
    all.extend(queue);
    all.extend(sender::domain(config, &sender, &dkim).await);
    all
}
