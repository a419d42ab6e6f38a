//! The first-run assistant: from an empty house to one that partners can be invited to. Every step stands for itself, can
//! be skipped and come back to; what is done is seen from the house itself, what was skipped is kept as one setting.

pub mod web;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::settings::{self, Settings};
use crate::web::viewer::Viewer;
use std::collections::BTreeMap;

/// The setting that keeps what became of the steps.
const KEY: &str = "setup";

/// A step, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Name, tagline, du or Sie, currency and zone.
    Name,
    /// Logo and colours.
    Look,
    /// Imprint and privacy.
    Legal,
    /// Sender and test mail.
    Mail,
    /// The first program, its link tried on a partner.
    Program,
    /// What the tiers ask for.
    Tiers,
    /// The first niche and rooms.
    Places,
}

impl Step {
    /// All, in order.
    pub const ALL: [Step; 7] =
        [Step::Name, Step::Look, Step::Legal, Step::Mail, Step::Program, Step::Tiers, Step::Places];

    /// As in addresses and as kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Look => "look",
            Self::Legal => "legal",
            Self::Mail => "mail",
            Self::Program => "program",
            Self::Tiers => "tiers",
            Self::Places => "places",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }

    /// What managers do without an admin.
    pub fn is_for_managers(self) -> bool {
        matches!(self, Self::Program | Self::Places)
    }

    /// The steps of `viewer`, in order.
    pub fn of(viewer: &Viewer) -> Vec<Step> {
        Self::ALL.into_iter().filter(|s| viewer.is_admin() || s.is_for_managers()).collect()
    }
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Open,
    /// Put off.
    Skipped,
    /// Done here or elsewhere.
    Done,
}

/// Where the assistant stands.
#[derive(Debug, Clone, Default)]
pub struct Progress(BTreeMap<&'static str, bool>);

impl Progress {
    /// Reads it; three statements.
    ///
    /// # Errors
    /// When the database fails.
    pub fn load(conn: &mut Conn, now: &Settings) -> Result<Self> {
        let kept = settings::value(conn, KEY)?.unwrap_or_default();
        let kept: BTreeMap<String, bool> =
            if kept.is_empty() { BTreeMap::new() } else { serde_json::from_str(&kept).map_err(Error::internal)? };
        let mut out = BTreeMap::new();
        for step in Step::ALL {
            if let Some(done) = kept.get(step.code()) {
                out.insert(step.code(), *done);
            }
        }
        // A house that was furnished another way needs no assistant for it.
        let fresh = Settings::default();
        let seen = [
            (Step::Name, now.community_name != fresh.community_name),
            (Step::Look, !now.accent.is_empty() || !now.logo.is_empty()),
            (Step::Legal, !now.imprint.is_empty()),
            (Step::Mail, !now.sender.is_empty()),
            (Step::Program, !crate::members::store::list_program_slugs(conn)?.is_empty()),
            (Step::Places, crate::members::store::count_niches(conn)? > 0),
        ];
        out.extend(seen.into_iter().filter(|(_, done)| *done).map(|(step, _)| (step.code(), true)));
        Ok(Self(out))
    }

    /// What became of `step`.
    pub fn of(&self, step: Step) -> State {
        match self.0.get(step.code()) {
            Some(true) => State::Done,
            Some(false) => State::Skipped,
            None => State::Open,
        }
    }

    /// The first of `steps` that is still open.
    pub fn next(&self, steps: &[Step]) -> Option<Step> {
        steps.iter().copied().find(|s| self.of(*s) == State::Open)
    }

    /// How many of `steps` are done or were skipped.
    pub fn behind(&self, steps: &[Step]) -> usize {
        steps.iter().filter(|s| self.of(**s) != State::Open).count()
    }
}

/// Keeps that a step is done, or was put off.
///
/// # Errors
/// When it cannot be written.
pub fn mark(tx: &mut Tx<'_>, step: Step, done: bool) -> Result<()> {
    let kept = settings::value(tx, KEY)?.unwrap_or_else(|| "{}".to_owned());
    let mut kept: BTreeMap<String, bool> = serde_json::from_str(&kept).map_err(Error::internal)?;
    kept.insert(step.code().to_owned(), done);
    settings::put(tx, KEY, &serde_json::to_string(&kept).map_err(Error::internal)?)
}
