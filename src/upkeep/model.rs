//! What upkeep talks about.

use crate::db::Ms;
use diesel::prelude::*;
use serde::Serialize;

/// Why a backup was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// By the schedule.
    Schedule,
    /// An admin asked for it.
    Asked,
    /// `kontor backup`.
    Command,
}

impl Cause {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Asked => "asked",
            Self::Command => "command",
        }
    }
}

/// A backup as the house remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = crate::db::schema::backups)]
pub struct Backup {
    /// Row id.
    pub id: i64,
    /// Name of the file or object.
    pub name: String,
    /// Why: `schedule`, `asked`, `command`.
    pub kind: String,
    /// Where it is.
    pub place: String,
    /// `running`, `done`, `failed`, `removed`.
    pub state: String,
    /// Whether it is encrypted.
    pub sealed: bool,
    /// Length.
    pub bytes: i64,
    /// SHA-256 of the archive.
    pub sha256: String,
    /// Rows in it.
    pub row_count: i64,
    /// Files in it.
    pub file_count: i64,
    /// What went wrong.
    pub error: String,
    /// When it began.
    pub started_at: Ms,
    /// When it ended.
    pub finished_at: Option<Ms>,
}
