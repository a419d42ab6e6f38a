//! Work of programs behind the scenes: matching waiting sales, looking at tiers.

use super::{ingest, tiers};
use crate::error::{Error, Result};
use crate::house::House;
use crate::web::viewer::MemberId;

/// Job that listens to `member.ref_set`.
pub const MATCH_JOB: &str = "programs.match";

/// Job that listens to `tier.override_cleared`: what was earned counts again.
pub const RECOMPUTE_ONE_JOB: &str = "tiers.recompute_one";

/// Payload of events about one member.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct OfMember {
    /// Whose.
    pub member_id: i64,
}

/// Gives a member the sales that waited for the new reference.
///
/// # Errors
/// When the database fails.
pub async fn match_waiting(house: House, of: OfMember) -> Result<()> {
    let member = MemberId(of.member_id);
    house.db.write_background(move |tx| super::store::asks::delete_answered(tx, member.0)).await?;
    while house.db.write_background(move |tx| ingest::match_waiting(tx, Some(member), None)).await? > 0 {}
    Ok(())
}

/// Looks at the tier of one member.
///
/// # Errors
/// When the database fails.
pub async fn recompute_one(house: House, of: OfMember) -> Result<()> {
    recompute_some(house, vec![of.member_id]).await
}

/// Looks at the tiers of some members.
///
/// # Errors
/// When the database fails.
pub async fn recompute_some(house: House, of: Vec<i64>) -> Result<()> {
    house.db.write_background(move |tx| tiers::recompute(tx, &of)).await?;
    Ok(())
}

/// Looks at everybody's tier, and at sales that still wait: a reference may have been set in the very moment
/// in which a sale of it was being stored.
///
/// # Errors
/// When the database fails, or the node stops.
pub async fn recompute_all(house: House, (): ()) -> Result<()> {
    while house.db.write_background(move |tx| ingest::match_waiting(tx, None, None)).await? > 0 {}
    let mut after = 0;
    loop {
        if house.jobs.stopping().is_cancelled() {
            return Err(Error::Unavailable);
        }
        let ids = house.db.read(move |c| super::store::tiers::list_active_after(c, after, tiers::AT_ONCE)).await?;
        let Some(last) = ids.last().copied() else { return Ok(()) };
        house.db.write_background(move |tx| tiers::recompute(tx, &ids)).await?;
        after = last;
    }
}
