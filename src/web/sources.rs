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

/// Whose partners a manager looks at: everybody's (`None`), nobody's (`Some(None)`), or those of one contact.
pub type OfContact = Option<Option<i64>>;

/// Cards for the start page of a viewer, in order, those about partners narrowed to a contact's.
pub type StartSource = Arc<dyn Fn(&mut Conn, &Viewer, Lang, OfContact) -> Result<Vec<Card>> + Send + Sync>;

/// Progress of a member to the next tier as `GET /api/v1/me` shows it; `null` where nothing is known.
pub type ProgressSource = Arc<dyn Fn(&mut Conn, MemberId) -> Result<serde_json::Value> + Send + Sync>;

/// One part of the export of everything stored about a member: its name and its rows.
pub type ExportSource = Arc<dyn Fn(&mut Conn, MemberId) -> Result<(&'static str, serde_json::Value)> + Send + Sync>;

/// Which of `ids` this member may see at this moment: asked of the feature behind the subject of a notification whenever it
/// is shown, counted, pushed or mailed.
pub type GateSource = Arc<dyn Fn(&mut Conn, &Viewer, &[i64]) -> Result<Vec<i64>> + Send + Sync>;

/// Gates by the name of their subject (`room`, `message`, `thread`, …).
pub type Gates = std::collections::BTreeMap<&'static str, GateSource>;

/// A place whose volume a member sets.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// Kind of place: `room`.
    pub kind: &'static str,
    /// Its id.
    pub id: i64,
    /// Name as shown.
    pub name: String,
}

/// The places a member is in.
pub type PlaceSource = Arc<dyn Fn(&mut Conn, &Viewer) -> Result<Vec<Place>> + Send + Sync>;

/// Whether a folded address takes mail: nothing goes to what bounced for good or complained.
pub type MailableSource = Arc<dyn Fn(&mut Conn, &str) -> Result<bool> + Send + Sync>;
/// One line of the house's health.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HealthLine {
    /// What it is about, in the reader's language.
    pub label: String,
    /// How it stands, in the reader's language.
    pub value: String,
    /// `ok`, `hot` (look at it) or `bad` (act).
    pub state: &'static str,
    /// Where to look.
    pub href: String,
}

/// Health as the admin's start page shows it.
pub type HealthSource = Arc<dyn Fn(&mut Conn, Lang) -> Result<Vec<HealthLine>> + Send + Sync>;

/// Puts what a reader sees in the places of links of the house, in the cleaned HTML of posts.
pub type PostSource = Arc<dyn Fn(&mut Conn, &Viewer, Lang, &mut [&mut String]) -> Result<()> + Send + Sync>;

/// Something of the house that was shared into a chat room, as one reader may see it.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct SharedCard {
    /// `thread` or `resource`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Beginning of its text, with what is the reader's own already in.
    pub text: String,
    /// The whole text to copy, with the reader's own link; empty where there is none.
    pub copy: String,
    /// Where it belongs, or why it cannot be copied.
    pub note: String,
}

/// Shared things of one kind by their rows, as a viewer may see them; what the viewer may not see is missing.
pub type SharedSource =
    Arc<dyn Fn(&mut Conn, &Viewer, Lang, &str, &[i64]) -> Result<Vec<(i64, SharedCard)>> + Send + Sync>;

/// All sources of the house.
#[derive(Clone, Default)]
pub struct Sources {
    /// Cards of the start page.
    pub start: Vec<StartSource>,
    /// What is shared into chat.
    pub shared: Option<SharedSource>,
    /// Progress to the next tier.
    pub progress: Option<ProgressSource>,
    /// Parts of the data export beyond account and profile.
    pub export: Vec<ExportSource>,
    /// Who may see what, by subject.
    pub gates: Gates,
    /// Places whose volume a member sets.
    pub places: Vec<PlaceSource>,
    /// Whether an address takes mail.
    pub mailable: Option<MailableSource>,
    /// The house's health, for admins.
    pub health: Vec<HealthSource>,
    /// What stands in posts instead of bare links of the house.
    pub posts: Vec<PostSource>,
}

impl Sources {
    /// Lets every source look at `posts`.
    ///
    /// # Errors
    /// The first error of a source.
    pub fn fill_posts(&self, conn: &mut Conn, viewer: &Viewer, lang: Lang, posts: &mut [&mut String]) -> Result<()> {
        self.posts.iter().try_for_each(|source| source(conn, viewer, lang, posts))
    }

    /// Shared things by their code (`resource:12`), as `viewer` may see them.
    ///
    /// # Errors
    /// The error of the source.
    pub fn shared(
        &self,
        conn: &mut Conn,
        viewer: &Viewer,
        lang: Lang,
        wanted: &[(String, i64)],
    ) -> Result<std::collections::HashMap<String, SharedCard>> {
        let mut out = std::collections::HashMap::new();
        let Some(source) = &self.shared else { return Ok(out) };
        for kind in ["thread", "resource"] {
            let ids: Vec<i64> = wanted.iter().filter(|(k, _)| k == kind).map(|(_, id)| *id).collect();
            if !ids.is_empty() {
                out.extend(
                    source(conn, viewer, lang, kind, &ids)?.into_iter().map(|(id, c)| (format!("{kind}:{id}"), c)),
                );
            }
        }
        Ok(out)
    }

    /// Every card for `viewer`.
    ///
    /// # Errors
    /// The first error of a source.
    pub fn cards(&self, conn: &mut Conn, viewer: &Viewer, lang: Lang, of: OfContact) -> Result<Vec<Card>> {
        let mut out = Vec::new();
        for source in &self.start {
            out.extend(source(conn, viewer, lang, of)?);
        }
        Ok(out)
    }

    /// The house's health, line by line.
    ///
    /// # Errors
    /// The first error of a source.
    pub fn health(&self, conn: &mut Conn, lang: Lang) -> Result<Vec<HealthLine>> {
        let mut out = Vec::new();
        for source in &self.health {
            out.extend(source(conn, lang)?);
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
