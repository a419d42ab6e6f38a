//! What the planner of SQLite knows of sizes and spreads; PostgreSQL keeps its own.

use super::Tx;
use crate::error::Result;
use diesel::RunQueryDsl;

/// Looks at every table that grew tenfold since it was last looked at, at most a thousand rows of each index: milliseconds,
/// whatever the size of the house. The limit also keeps samples out (`sqlite_stat4`), which nothing here asks for.
///
/// # Errors
/// When the database fails.
pub fn refresh_statistics(tx: &mut Tx<'_>) -> Result<()> {
    if tx.is_postgres() {
        return Ok(());
    }
    diesel::sql_query("PRAGMA analysis_limit = 1000").execute(&mut **tx)?;
    // 0x10002: all tables, whether this connection asked about them or not.
    diesel::sql_query("PRAGMA optimize = 0x10002").execute(&mut **tx)?;
    Ok(())
}
