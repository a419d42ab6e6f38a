//! Files of the library: which resource uses them, and who may read them.

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
        Some(viewer) => store::any_visible(conn, Sight::of(viewer), ids, now),
        None => Ok(false),
    }
}
