//! What a viewer may see: the one place that knows. Stores take a [`Sight`] and put it into their queries,
//! so that pages, API, feeds, search, live events and mail obey the same rule.

use crate::web::viewer::{MemberId, Viewer};

/// The eyes of a viewer, as queries need them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// Who looks.
    pub member: MemberId,
    /// The highest tier rank that is open to them; the team sees all.
    pub rank: i32,
    /// Moderators and above see what is hidden.
    pub team: bool,
    /// Managers and above see drafts and embargoed things.
    pub manages: bool,
}

impl Sight {
    /// The sight of `viewer`.
    pub fn of(viewer: &Viewer) -> Self {
        Self { member: viewer.id, rank: viewer.sees_rank(), team: viewer.is_moderator(), manages: viewer.is_manager() }
    }

    /// The sight of a plain member of tier `rank`, for mails and previews.
    pub fn of_member(member: MemberId, rank: i32) -> Self {
        Self { member, rank, team: false, manages: false }
    }
}
