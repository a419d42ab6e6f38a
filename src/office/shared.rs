//! What is shared into chat, as each reader may see it: threads with their niche, material with the reader's own link.

use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::forums::model::{ThreadRow, thread_path};
use crate::forums::store::list_visible_of;
use crate::i18n::Lang;
use crate::library::cards;
use crate::web::sources::SharedCard;
use crate::web::viewer::Viewer;

/// More threads than this a page does not fill; the rest shows when it is asked for.
const MOST: usize = 12;

/// Shared things of one kind as `viewer` may see them; what is missing is not for these eyes. `links` is where short
/// links begin.
///
/// # Errors
/// When the database fails.
pub fn of(
    conn: &mut Conn,
    viewer: &Viewer,
    lang: Lang,
    (kind, ids): (&str, &[i64]),
    (links, now): (&str, Ms),
) -> Result<Vec<(i64, SharedCard)>> {
    if kind == "resource" {
        let found = cards::shared(conn, links, viewer, lang, ids, now)?;
        let card = |c: cards::Card| SharedCard {
            kind: "resource".to_owned(),
            title: c.title,
            href: c.href,
            text: c.text,
            copy: c.copy,
            note: c.note,
        };
        return Ok(found.into_iter().map(|(id, c)| (id, card(c))).collect());
    }
    let some = ids.get(..MOST.min(ids.len())).unwrap_or_default();
    let rows = list_visible_of(conn, Sight::of(viewer), some)?;
    let card = |row: ThreadRow| SharedCard {
        kind: "thread".to_owned(),
        href: thread_path(row.id, &row.title),
        note: row.niche(lang).to_owned(),
        title: row.title,
        ..SharedCard::default()
    };
    Ok(rows.into_iter().map(|row| (row.id.0, card(row))).collect())
}
