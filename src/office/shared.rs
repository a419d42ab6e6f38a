//! What is shared into chat, as each reader may see it: threads with their niche, material with the reader's own link.

use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, Result};
use crate::forums::model::{ThreadId, thread_path};
use crate::forums::store::find_visible_thread;
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
    let mut out = Vec::new();
    for id in ids.iter().take(MOST) {
        match find_visible_thread(conn, Sight::of(viewer), ThreadId(*id)) {
            Ok(row) => {
                let card = SharedCard {
                    kind: "thread".to_owned(),
                    href: thread_path(row.id, &row.title),
                    note: row.niche(lang).to_owned(),
                    title: row.title,
                    ..SharedCard::default()
                };
                out.push((*id, card));
            }
            Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(out)
}
