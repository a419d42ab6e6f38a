//! Types of invitations.

use crate::error::{Error, FieldError, Result};
use crate::web::forms::Check;

/// How far an invitation is; each one includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// In a wave, not yet sent.
    Queued,
    /// The letter is on its way.
    Invited,
    /// The mail server has taken it.
    Delivered,
    /// The link was opened.
    Opened,
    /// They are in.
    Active,
    /// The mail server refused the letter, or the address must not be mailed any more.
    Failed,
}

impl State {
    /// All of them, in the order of a journey.
    pub const ALL: [State; 6] =
        [State::Queued, State::Invited, State::Delivered, State::Opened, State::Active, State::Failed];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Invited => "invited",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Active => "active",
            Self::Failed => "failed",
        }
    }

    /// Reads a stored code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }
}

/// The fastest a wave may go, in letters an hour.
const FASTEST: i64 = 3_600;

/// A wave as somebody asks for it.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WaveDraft {
    /// Name for the team; made from the size when it is empty.
    pub name: String,
    /// Segment whose invited people are meant; everybody's when not given.
    pub segment_id: Option<i64>,
    /// How many at most; all who are left when not given.
    pub size: Option<i64>,
    /// Letters an hour, 1 to 3,600; 120 when not given.
    pub per_hour: Option<i64>,
    /// Days after which one reminder is sent, 0 to 60; 7 when not given, 0 for none.
    pub remind_days: Option<i64>,
}

/// A checked wave.
#[derive(Debug, Clone)]
pub struct NewWave {
    /// Name.
    pub name: String,
    /// Segment.
    pub segment: Option<i64>,
    /// How many at most.
    pub size: i64,
    /// Letters an hour.
    pub per_hour: i64,
    /// Days until the reminder; 0 for none.
    pub remind_days: i64,
}

impl WaveDraft {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that is wrong.
    pub fn parse(self) -> Result<NewWave> {
        let mut check = Check::new();
        let name = check.line("name", &self.name, 0, 100);
        let mut number = |field: &'static str, value: i64, min: i64, max: i64| {
            if !(min..=max).contains(&value) {
                check.add(FieldError::new(field, "range").arg("min", min).arg("max", max));
            }
            value
        };
        let size = number("size", self.size.unwrap_or(100_000), 1, 100_000);
        let per_hour = number("per_hour", self.per_hour.unwrap_or(120), 1, FASTEST);
        let remind_days = number("remind_days", self.remind_days.unwrap_or(7), 0, 60);
        check.done()?;
        Ok(NewWave { name, segment: self.segment_id, size, per_hour, remind_days })
    }
}

/// What somebody who accepts fills in.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Name.
    pub name: String,
    /// Wanted password; empty: sign in by mailed links.
    pub password: String,
    /// Consents ticked.
    pub consents: Vec<String>,
    /// Texts accepted, by id; none where nobody asked: then the next sign-in does.
    pub policies: Option<Vec<i64>>,
}

/// What a wave may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Send no more for now.
    Pause,
    /// Go on.
    Resume,
    /// Send no more, ever: who was not asked may be in another wave.
    Cancel,
}

impl Act {
    /// Reads the last part of an address.
    ///
    /// # Errors
    /// [`Error::NotFound`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "pause" => Ok(Self::Pause),
            "resume" => Ok(Self::Resume),
            "cancel" => Ok(Self::Cancel),
            _ => Err(Error::NotFound),
        }
    }
}
