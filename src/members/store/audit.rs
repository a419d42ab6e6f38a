//! Reading the audit log.

use crate::db::schema::{audit_log, members};
use crate::db::{Conn, Ms};
use crate::error::Result;
use diesel::prelude::*;

/// One line of the audit log with the actor's name.
#[derive(Debug, Clone, Queryable, serde::Serialize)]
pub struct AuditRow {
    /// Row id.
    pub id: i64,
    /// When.
    pub at: Ms,
    /// Who, if it was a person who is still here.
    pub actor: Option<String>,
    /// Stable name of what was done, such as `member.approve`.
    pub action: String,
    /// Kind of the thing.
    pub object_type: String,
    /// Its id.
    pub object_id: Option<i64>,
    /// What changed, in short.
    pub detail: String,
}

/// Lines before the id `before`, newest first.
pub fn list_audit(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>> {
    Ok(audit_log::table
        .left_join(members::table.on(audit_log::actor_id.eq(members::id.nullable())))
        .filter(audit_log::id.lt(before.unwrap_or(i64::MAX)))
        .order(audit_log::id.desc())
        .limit(limit)
        .select((
            audit_log::id,
            audit_log::at,
            members::name.nullable(),
            audit_log::action,
            audit_log::object_type,
            audit_log::object_id,
            audit_log::detail,
        ))
        .load(conn)?)
}
