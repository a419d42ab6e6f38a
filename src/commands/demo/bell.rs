//! What waits under the bell: each member finds a mention, an answer, new material and a sale.

use super::people::Everybody;
use crate::db::schema::{messages, notices, resources, rooms, threads};
use crate::db::{HOUR, Ms, Tx};
use crate::error::Result;
use crate::notices::actions::notify;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use serde_json::json;

/// Writes the notifications of everybody.
pub fn insert_notices(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let room: i64 = rooms::table.filter(rooms::slug.eq("foyer")).select(rooms::id).first(&mut **tx)?;
    let said: Option<i64> = messages::table
        .filter(messages::room_id.eq(room))
        .order(messages::seq.desc())
        .select(messages::id)
        .first(&mut **tx)
        .optional()?;
    let thread: Option<(i64, String)> =
        threads::table.order(threads::id.asc()).select((threads::id, threads::title)).first(&mut **tx).optional()?;
    let material: Option<(i64, String)> = resources::table
        .order(resources::id.asc())
        .select((resources::id, resources::title))
        .first(&mut **tx)
        .optional()?;
    let Some(jana) = all.ids.get("Jana Petersen").copied().map(MemberId) else { return Ok(()) };
    for id in all.ids.values().copied().filter(|id| *id != jana.0) {
        let to = MemberId(id);
        let sale = json!({ "program": "Plankraft", "amount": "49 €" });
        let mut waiting = vec![(40, Notice::new(to, &kinds::SALE, "/me/standing", sale))];
        if let Some((id, title)) = &material {
            let args = json!({ "title": title });
            waiting.push((20, Notice::new(to, &kinds::RESOURCE_NEW, format!("/library/{id}"), args)));
        }
        if let Some((id, title)) = &thread {
            let args = json!({ "by": "Jana Petersen", "title": title });
            let notice = Notice::new(to, &kinds::POST_ANSWER, format!("/threads/{id}"), args);
            waiting.push((5, notice.about("thread", *id).by(jana)));
        }
        if let Some(message) = said {
            let args =
                json!({ "by": "Jana Petersen", "room": "foyer", "text": "Schau bitte einmal auf die neuen Texte." });
            let notice = Notice::new(to, &kinds::MENTION, format!("/rooms/foyer#m{message}"), args);
            waiting.push((1, notice.about("message", message).by(jana)));
        }
        for (hours, notice) in waiting {
            if notify(tx, &notice)? {
                settle(tx, to, hours)?;
            }
        }
    }
    Ok(())
}

/// The newest notification of a member happened some hours ago; what is older than a day was read.
fn settle(tx: &mut Tx<'_>, member: MemberId, hours: Ms) -> Result<()> {
    let at = tx.now() - hours * HOUR;
    let newest: Option<i64> = notices::table
        .filter(notices::member_id.eq(member.0))
        .select(diesel::dsl::max(notices::id))
        .first(&mut **tx)?;
    diesel::update(notices::table.filter(notices::id.eq(newest.unwrap_or(0))))
        .set((notices::created_at.eq(at), notices::read_at.eq((hours > 24).then_some(at))))
        .execute(&mut **tx)?;
    Ok(())
}
