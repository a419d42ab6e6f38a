//! Backups of the last days, as the page of admins shows them: the demo takes none of its own.

use crate::db::schema::backups;
use crate::db::{DAY, MINUTE, Tx};
use crate::error::Result;
use crate::upkeep::backups::stamp;
use diesel::prelude::*;

/// Six days: one failed and was tried again.
pub fn insert_backups(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    for (days, state, error) in [
        (6, "done", ""),
        (5, "done", ""),
        (4, "failed", "No space left on device"),
        (3, "done", ""),
        (2, "done", ""),
        (1, "done", ""),
    ] {
        let at = now - days * DAY + 17 * MINUTE;
        let done = state == "done";
        diesel::insert_into(backups::table)
            .values((
                backups::name.eq(format!("kontor-{}.tar.gz.age", stamp(at))),
                backups::kind.eq("schedule"),
                backups::place.eq("s3://nordlicht-backups/kontor"),
                backups::state.eq(state),
                backups::sealed.eq(done),
                backups::bytes.eq(if done { 1_840_000 - days * 21_000 } else { 0 }),
                backups::sha256.eq(if done {
                    format!("{:016x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(at.unsigned_abs())).repeat(4)
                } else {
                    String::new()
                }),
                backups::row_count.eq(if done { 7_400 - days * 31 } else { 0 }),
                backups::file_count.eq(if done { 12 } else { 0 }),
                backups::error.eq(error),
                backups::started_at.eq(at),
                backups::finished_at.eq(Some(at + MINUTE)),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}
