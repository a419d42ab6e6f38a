//! The rights behind open connections.

use crate::db::schema::{api_tokens, members, sessions};
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Versions of rights behind sessions (and tokens) that still stand; what is missing has ended.
#[derive(Debug, Default)]
pub struct Versions {
    /// Session to version.
    pub sessions: HashMap<i64, i64>,
    /// Token to version.
    pub tokens: HashMap<i64, i64>,
}

/// Looks at all of them at once.
pub fn list_versions(conn: &mut Conn, session_ids: &[i64], token_ids: &[i64], now: Ms) -> Result<Versions> {
    let mut out = Versions::default();
    for some in session_ids.chunks(500) {
        let rows: Vec<(i64, i64)> = sessions::table
            .inner_join(members::table)
            .filter(sessions::id.eq_any(some))
            .filter(sessions::expires_at.gt(now))
            .filter(members::status.eq("active"))
            .select((sessions::id, members::rights_version))
            .load(conn)?;
        out.sessions.extend(rows);
    }
    for some in token_ids.chunks(500) {
        let rows: Vec<(i64, i64)> = api_tokens::table
            .inner_join(members::table)
            .filter(api_tokens::id.eq_any(some))
            .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.assume_not_null().gt(now)))
            .filter(members::status.eq("active"))
            .select((api_tokens::id, members::rights_version))
            .load(conn)?;
        out.tokens.extend(rows);
    }
    Ok(out)
}

/// A member's rights as of now.
#[derive(Debug, Clone, Queryable)]
pub struct Rights {
    /// Status.
    pub status: String,
    /// Role.
    pub role: String,
    /// Tier rank.
    pub tier_rank: i32,
    /// Version.
    pub rights_version: i64,
}

/// A member's rights as of now; none when the member is gone.
pub fn find_rights(conn: &mut Conn, member: MemberId) -> Result<Option<Rights>> {
    Ok(members::table
        .find(member.0)
        .select((members::status, members::role, members::tier_rank, members::rights_version))
        .first(conn)
        .optional()?)
}
