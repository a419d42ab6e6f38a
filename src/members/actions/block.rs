//! Blocking: what a blocked member writes reaches the blocker no more. The team cannot be blocked, its word must arrive.

use super::super::store;
use crate::accounts::store::raise_rights_version;
use crate::error::{Error, Result};
use crate::house::House;
use crate::web::viewer::{MemberId, Role, Viewer};

/// Blocks or unblocks a member. Open connections of the blocker learn of it at once; the blocked one learns nothing.
///
/// # Errors
/// [`Error::NotFound`] for nobody, `block_self`, `block_team`.
pub async fn block(house: &House, viewer: &Viewer, other: MemberId, on: bool) -> Result<()> {
    let (me, live) = (viewer.id, house.live.clone());
    if me == other {
        return Err(Error::Conflict("block_self"));
    }
    house
        .db
        .write(move |tx| {
            let person = store::find_person(tx, other)?;
            if person.status != crate::accounts::model::Status::Active.code() && on {
                return Err(Error::NotFound);
            }
            if on && Role::parse(&person.role).is_some_and(|r| r > Role::Member) {
                return Err(Error::Conflict("block_team"));
            }
            let changed = if on { store::insert_block(tx, me, other)? } else { store::delete_block(tx, me, other)? };
            if changed {
                raise_rights_version(tx, me)?;
                let live = live.clone();
                tx.after_commit(move || live.rights_changed(me));
            }
            Ok(())
        })
        .await
}
