//! Files in posts: a text that shows or links `/files/<id>/…` uses that file, and who may read the post may read it.

use super::store;
use crate::access::Sight;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::store::{attach, detach_all};
use crate::web::viewer::{MemberId, Viewer};

/// How the forum names its use of a file.
pub const USED_BY: &str = "post";
/// Files of one post.
const MOST: usize = 20;

/// Whether `viewer` may see one of these posts now.
///
/// # Errors
/// When the database cannot be read.
pub fn is_open(conn: &mut Conn, viewer: Option<&Viewer>, ids: &[i64]) -> Result<bool> {
    match viewer {
        Some(viewer) => Ok(!store::list_open_posts(conn, Sight::of(viewer), ids)?.is_empty()),
        None => Ok(false),
    }
}

/// Ids of the files a Markdown text names.
fn named(body: &str) -> Vec<i64> {
    let mut out: Vec<i64> = body
        .match_indices("/files/")
        .filter_map(|(at, word)| {
            let rest = body.get(at + word.len()..)?;
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
            digits.parse().ok()
        })
        .take(MOST)
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Makes a post use exactly the files of `by` that its text names; a file of somebody else stays theirs to show.
///
/// # Errors
/// `file_unfinished`, `file_refused` on `file`.
pub(super) fn use_files(tx: &mut Tx<'_>, by: MemberId, post: super::PostId, body: &str) -> Result<()> {
    let wanted = named(body);
    let kept: Vec<i64> =
        crate::files::store::list_used(tx, USED_BY, &[post.0])?.into_iter().map(|u| u.file.id).collect();
    if wanted == kept {
        return Ok(());
    }
    detach_all(tx, USED_BY, post.0)?;
    for file in wanted {
        if kept.contains(&file) {
            crate::files::store::link(tx, file, USED_BY, post.0)?;
            continue;
        }
        match attach(tx, by, file, USED_BY, post.0) {
            Err(Error::Invalid(fields)) if fields.iter().any(|f| f.code == "not_found") => {}
            other => other?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_names_its_files() {
        assert_eq!(super::named("![a](/files/12/a.png) [b](/files/7/b.pdf) /files/x"), [7, 12]);
    }
}
