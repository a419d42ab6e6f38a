//! Files of the library: which resource uses them, and who may read them.

use super::model::Filter;
use super::store;
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::web::viewer::Viewer;

/// How the library names its use of a file.
pub const USED_BY: &str = "resource";

/// Whether `viewer` may see one of these resources now.
///
/// # Errors
/// When the database cannot be read.
pub fn is_open(conn: &mut Conn, viewer: Option<&Viewer>, ids: &[i64], now: Ms) -> Result<bool> {
    match viewer {
        // The list leaves out what was taken back or is over; the team still sees it.
        Some(viewer) => {
            let filter = Filter { ids: Some(ids.to_vec()), ..Filter::default() };
            Ok(!store::list_visible(conn, Sight::of(viewer), &filter, now, 1)?.is_empty())
        }
        None => Ok(false),
    }
}
