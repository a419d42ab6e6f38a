//! SQL of the history of a resource.

use crate::db::schema::{members, resource_versions as versions};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A state a resource was in.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub rev: i32,
    /// When it was written.
    pub at: Ms,
    /// Who wrote it.
    pub by: Option<String>,
    /// Title and texts as JSON ([`crate::library::history::Content`]).
    pub content: String,
}

/// Keeps a state.
pub fn insert_version(tx: &mut Tx<'_>, id: i64, rev: i32, by: MemberId, content: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(versions::table)
        .values((
            versions::resource_id.eq(id),
            versions::rev.eq(rev),
            versions::by_member.eq(Some(by.0)),
            versions::at.eq(now),
            versions::content.eq(content),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// One state of a resource.
///
/// # Errors
/// Not found.
pub fn find_content(conn: &mut Conn, id: i64, rev: i32) -> Result<String> {
    Ok(versions::table
        .filter(versions::resource_id.eq(id))
        .filter(versions::rev.eq(rev))
        .select(versions::content)
        .first(conn)?)
}

/// The states of a resource, newest first.
pub fn list_versions(conn: &mut Conn, id: i64, limit: i64) -> Result<Vec<Version>> {
    Ok(versions::table
        .left_join(members::table.on(members::id.nullable().eq(versions::by_member)))
        .filter(versions::resource_id.eq(id))
        .order(versions::rev.desc())
        .limit(limit)
        .select((versions::rev, versions::at, members::name.nullable(), versions::content))
        .load(conn)?)
}
