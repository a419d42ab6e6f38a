//! Types of campaigns and deliveries.

use crate::db::Ms;
use crate::i18n::Lang;
use std::collections::BTreeMap;

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written.
    Draft,
    /// Will start by itself.
    Scheduled,
    /// Recipients are being fixed.
    Snapshotting,
    /// Mails go out.
    Running,
    /// A human stopped it.
    Paused,
    /// The house stopped it and asks a human.
    Held,
    /// Everybody is served.
    Finished,
    /// As finished, but of some mails nobody knows whether they arrived.
    FinishedWithDoubt,
    /// Ended early by a human.
    Cancelled,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 9] = [
        Status::Draft,
        Status::Scheduled,
        Status::Snapshotting,
        Status::Running,
        Status::Paused,
        Status::Held,
        Status::Finished,
        Status::FinishedWithDoubt,
        Status::Cancelled,
    ];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Snapshotting => "snapshotting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Held => "held",
            Self::Finished => "finished",
            Self::FinishedWithDoubt => "finished_with_doubt",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.code() == text).unwrap_or(Self::Held)
    }
}

/// States of a delivery, as stored and counted.
pub const STATES: [&str; 8] =
    ["pending", "leased", "transmitting", "accepted", "retry_wait", "rejected", "unknown", "skipped"];

/// A campaign as stored.
#[derive(Debug, Clone, diesel::Queryable)]
#[expect(missing_docs, reason = "the columns of the table, described in the migration and the contract")]
pub struct Campaign {
    pub id: i64,
    pub name: String,
    pub segment_id: i64,
    pub subject_de: String,
    pub subject_en: String,
    pub body_de: String,
    pub body_en: String,
    pub program_id: Option<i64>,
    pub reply_to: String,
    pub tier_offsets: String,
    pub status: String,
    pub revision: i32,
    pub scheduled_at: Option<Ms>,
    pub started_at: Option<Ms>,
    pub finished_at: Option<Ms>,
    pub snapshot_cursor: i64,
    pub snapshot_rule: String,
    pub hold_reason: String,
    pub excluded: String,
    pub created_by: Option<i64>,
    pub created_at: Ms,
    pub updated_at: Ms,
    pub tracking: bool,
}

impl Campaign {
    /// Where it stands.
    pub fn status(&self) -> Status {
        Status::parse(&self.status)
    }

    /// Minutes by tier slug.
    pub fn offsets(&self) -> BTreeMap<String, i64> {
        serde_json::from_str(&self.tier_offsets).unwrap_or_default()
    }

    /// Members the snapshot left out, by reason.
    pub fn excluded(&self) -> BTreeMap<String, i64> {
        serde_json::from_str(&self.excluded).unwrap_or_default()
    }

    /// Subject and body in exactly this language.
    pub fn texts(&self, lang: Lang) -> (&str, &str) {
        lang.pick((&self.subject_de, &self.body_de), (&self.subject_en, &self.body_en))
    }

    /// Whether this language has both subject and body.
    pub fn speaks(&self, lang: Lang) -> bool {
        let (subject, body) = self.texts(lang);
        !subject.trim().is_empty() && !body.trim().is_empty()
    }

    /// The language in which somebody who reads `lang` gets it.
    pub fn language_for(&self, lang: Lang) -> Lang {
        if self.speaks(lang) || !self.speaks(lang.other()) { lang } else { lang.other() }
    }
}

/// What a manager may change in a campaign; everything is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Name among managers.
    pub name: String,
    /// Segment it goes to.
    pub segment_id: i64,
    /// Subjects, German and English.
    pub subject: (String, String),
    /// Bodies, Markdown, German and English.
    pub body: (String, String),
    /// Program whose link is merged in.
    pub program_id: Option<i64>,
    /// Where answers go; empty: the sender.
    pub reply_to: String,
    /// Minutes by tier slug.
    pub tier_offsets: BTreeMap<String, i64>,
    /// Whether opens and clicks of readers who allow it are measured.
    pub tracking: bool,
}

/// Somebody who gets a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Member.
    pub member: i64,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Language.
    pub lang: Lang,
    /// Tier.
    pub tier_rank: i32,
    /// Code at the campaign's program.
    pub reference: Option<String>,
    /// Name of the manager who looks after them; the mail goes out under it.
    pub contact: Option<String>,
    /// Allows opens and clicks to be measured.
    pub tracking: bool,
}

/// Deliveries by state; absent states are 0.
pub type Counts = BTreeMap<String, i64>;

/// All states with their numbers.
pub fn all_counts(rows: Vec<(String, i64)>) -> Counts {
    let mut counts: Counts = STATES.iter().map(|s| ((*s).to_owned(), 0)).collect();
    counts.extend(rows);
    counts
}
