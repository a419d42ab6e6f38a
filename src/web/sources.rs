//! What features tell the general pages: cards of the start page, progress to the next tier, parts of the data export.
//! Wired in `app.rs`, because the pages that show them know none of the features behind them.

use super::viewer::{MemberId, Viewer};
use crate::db::Conn;
use crate::error::Result;
use crate::i18n::Lang;
use serde::Serialize;
use std::sync::Arc;

/// A card of the start page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Card {
    /// Heading in the reader's language.
    pub title: String,
    /// Where the heading leads.
    pub href: String,
    /// What the card lists, most important first.
    pub lines: Vec<CardLine>,
}

/// One line of a [`Card`].
#[derive(Debug, Clone, Default, Serialize)]
pub struct CardLine {
    /// Text in the reader's language.
    pub text: String,
    /// Where it leads; empty: nowhere.
    pub href: String,
    /// What stands softly behind it: a number, a time; may be empty.
    pub note: String,
}

/// Cards for the start page of a viewer, in order.
pub type StartSource = Arc<dyn Fn(&mut Conn, &Viewer, Lang) -> Result<Vec<Card>> + Send + Sync>;

/// Progress of a member to the next tier as `GET /api/v1/me` shows it; `null` where nothing is known.
pub type ProgressSource = Arc<dyn Fn(&mut Conn, MemberId) -> Result<serde_json::Value> + Send + Sync>;

/// One part of the export of everything stored about a member: its name and its rows.
pub type ExportSource = Arc<dyn Fn(&mut Conn, MemberId) -> Result<(&'static str, serde_json::Value)> + Send + Sync>;

/// All sources of the house.
#[derive(Clone, Default)]
pub struct Sources {
    /// Cards of the start page.
    pub start: Vec<StartSource>,
    /// Progress to the next tier.
    pub progress: Option<ProgressSource>,
    /// Parts of the data export beyond account and profile.
    pub export: Vec<ExportSource>,
}

impl Sources {
    /// Every card for `viewer`.
    ///
    /// # Errors
    /// The first error of a source.
    pub fn cards(&self, conn: &mut Conn, viewer: &Viewer, lang: Lang) -> Result<Vec<Card>> {
        let mut out = Vec::new();
        for source in &self.start {
            out.extend(source(conn, viewer, lang)?);
        }
        Ok(out)
    }

    /// Progress of `member`, or `null`.
    ///
    /// # Errors
    /// The error of the source.
    pub fn progress(&self, conn: &mut Conn, member: MemberId) -> Result<serde_json::Value> {
        self.progress.as_ref().map_or(Ok(serde_json::Value::Null), |source| source(conn, member))
    }
}
