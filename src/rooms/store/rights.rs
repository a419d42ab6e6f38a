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

#[derive(QueryableByName)]
struct Touched {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    id: i64,
}

/// Members whose rights, sessions or tokens changed within the last ten seconds by the clock of the database: triggers keep
/// `rights_at`, so that every way of changing them counts, on every node.
pub fn list_touched(conn: &mut Conn) -> Result<Vec<i64>> {
    let now = match conn {
        Conn::Sqlite(_) => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        Conn::Postgres(_) => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
    };
    let sql = format!("SELECT id FROM members WHERE rights_at > {now} - 10000");
    Ok(diesel::sql_query(sql).load::<Touched>(conn)?.into_iter().map(|t| t.id).collect())
}

/// Members whose messages `member` does not want to see.
pub fn list_hidden(conn: &mut Conn, member: MemberId) -> Result<Vec<i64>> {
    Ok(crate::members::store::list_blocked(conn, &[member.0])?.into_iter().map(|(_, blocked)| blocked).collect())
}
