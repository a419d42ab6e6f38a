//! What stands around the messages of the demo: a poll with votes, a thread, pins, conversations, an office hour.

use super::people::{Everybody, PEOPLE};
use crate::db::{DAY, HOUR, Tx};
use crate::error::Result;
use crate::rooms::model::{Access, Body, RoomId, fresh_epoch};
use crate::rooms::store::{self, HourForm, NewMessage, NewRoom};
use crate::web::viewer::MemberId;

fn say(tx: &mut Tx<'_>, room: RoomId, who: i64, text: &str, thread_of: Option<i64>) -> Result<i64> {
    let body = Body::parse(text).map_err(|e| crate::error::Error::Invalid(vec![e]))?;
    let seq = store::advance(tx, room, 1)?;
    let sender = Some(MemberId(who));
    let message = store::insert_message(
        tx,
        &NewMessage {
            room,
            seq,
            sender,
            body: &body,
            reply_to: None,
            thread_of,
            mentions_all: false,
            via: None,
            cards: "",
            shared: None,
        },
    )?;
    store::insert_event(tx, room, seq, "msg", Some(message), sender, "")?;
    if let Some(root) = thread_of {
        store::count_in_thread(tx, root, 1)?;
    }
    Ok(message)
}

fn new_room<'a>(slug: &'a str, name: &'a str, access: Access, epoch: &'a str, by: i64) -> NewRoom<'a> {
    NewRoom { slug, name, topic: "", access, min_rank: 0, niche_id: None, epoch, by: Some(MemberId(by)) }
}

/// Writes it all; after the rooms and their members.
///
/// # Errors
/// When it cannot be written.
pub fn insert_around(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let id = |name: &str| all.id(name);
    let (jana, tom, lena, uwe) = (id("Jana Petersen")?, id("Tom Alder")?, id("Lena Brandt")?, id("Uwe Harms")?);
    let Some(foyer) = store::find_by_slug(tx, "foyer")? else { return Ok(()) };

    let question = say(
        tx,
        foyer,
        jana,
        "Wann passt euch die nächste Sprechstunde? · When shall we hold the next office hour?",
        None,
    )?;
    let labels =
        ["Dienstag / Tuesday 18:00", "Mittwoch / Wednesday 12:00", "Donnerstag / Thursday 18:00"].map(str::to_owned);
    let poll = store::insert_poll(tx, foyer, question, false, &labels)?;
    store::mark_shared(tx, question, &format!("poll:{poll}"))?;
    let options: Vec<i64> = store::find_poll(tx, question)?.options.into_iter().map(|o| o.id).collect();
    for (i, person) in PEOPLE.iter().take(9).enumerate() {
        if let Some(option) = options.get([0, 2, 0, 1, 2, 0, 0, 2, 1].get(i).copied().unwrap_or(0)) {
            store::replace_votes(tx, poll, MemberId(all.id(person.name)?), &[*option])?;
        }
    }
    let root = say(tx, foyer, lena, "Wer hat schon mit dem neuen Kurztext gearbeitet?", None)?;
    say(tx, foyer, uwe, "Ich, im Aushang. Funktioniert auch auf Papier.", Some(root))?;
    say(tx, foyer, tom, "Nice! Could you post a photo?", Some(root))?;
    let rules = say(
        tx,
        foyer,
        jana,
        "**Im Foyer:** freundlich bleiben, Werbung kennzeichnen, Fragen gern doppelt. · Be kind, label ads, ask twice.",
        None,
    )?;
    store::set_pin(tx, foyer, rules, MemberId(jana), true)?;

    // A conversation of two, and a request that waits.
    for (a, b, asked, text) in [
        (jana, lena, false, "Hallo Lena, dein Text zum R2 ist im Rundbrief gelandet. Danke dir!"),
        (uwe, lena, true, "Moin Lena, darf ich dich etwas zum Einbetten fragen?"),
    ] {
        let (slug, epoch) = (format!("~{}-{}", a.min(b), a.max(b)), fresh_epoch()?);
        let room = store::insert_room(tx, &new_room(&slug, "", Access::Direct, &epoch, a))?;
        store::insert_place(tx, room, MemberId(a), 0)?;
        if asked {
            store::insert_request(tx, room, MemberId(b), MemberId(a))?;
        } else {
            store::insert_place(tx, room, MemberId(b), 0)?;
        }
        say(tx, room, a, text, None)?;
    }

    let epoch = fresh_epoch()?;
    let room = store::insert_room(tx, &new_room("sprechstunde", "sprechstunde", Access::Open, &epoch, jana))?;
    store::insert_place(tx, room, MemberId(jana), 0)?;
    let starts_at = (tx.now() / DAY + 2) * DAY + 17 * HOUR;
    let form = HourForm {
        title: "Sprechstunde: kurze Texte".to_owned(),
        agenda: "1. Betreffzeilen unter 50 Zeichen\n2. Eure Entwürfe, live gekürzt\n3. Offene Fragen".to_owned(),
        notes: String::new(),
        starts_at,
        ends_at: starts_at + HOUR,
    };
    store::insert_hour(tx, room, MemberId(jana), &form)?;
    Ok(())
}
