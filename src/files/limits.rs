//! How much may be stored: a file, a member, the house.

use super::store;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::settings;
use crate::web::viewer::MemberId;

/// How many bytes `owner` may bring now in one file, and whether a limit of all files is the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The largest file.
    pub file: u64,
    /// What is left of the member's and the house's share.
    pub left: u64,
}

impl Room {
    /// Refuses a file of `size` bytes that does not fit.
    ///
    /// # Errors
    /// [`Error::TooLarge`] over the limit of a file, `storage_full` over that of all files.
    pub fn admit(self, size: u64) -> Result<()> {
        if size > self.file {
            return Err(Error::TooLarge(usize::try_from(self.file).unwrap_or(usize::MAX)));
        }
        if size > self.left { Err(Error::Conflict("storage_full")) } else { Ok(()) }
    }
}

/// What `owner` may bring now.
///
/// # Errors
/// When the database cannot be read.
pub fn room_for(conn: &mut Conn, owner: MemberId) -> Result<Room> {
    let limits = settings::load(conn)?.uploads;
    let bytes = |mb: u32| u64::from(mb) * 1024 * 1024;
    let used = store::stored_bytes(conn, Some(owner))?;
    let all = store::stored_bytes(conn, None)?;
    let left = bytes(limits.member_mb).saturating_sub(used).min(bytes(limits.total_mb).saturating_sub(all));
    Ok(Room { file: bytes(limits.file_mb), left })
}
