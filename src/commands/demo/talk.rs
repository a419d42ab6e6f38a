//! What people have said: threads with answers, and rooms with a history over several days.

use super::people::{Everybody, PEOPLE};
use crate::accounts::token;
use crate::db::schema::{messages, post_likes, posts, room_events, room_members, rooms, thread_reads, threads};
use crate::db::{Conn, DAY, HOUR, MINUTE, Ms, Tx};
use crate::error::{Error, Result};
use crate::forums::ThreadId;
use crate::forums::model::{PollInput, Tag};
use crate::forums::store::{self, NicheForum};
use crate::i18n::parse_zone;
use crate::on;
use crate::text::{chat_html, fold, post_html};
use crate::web::viewer::{MemberId, Role};
use diesel::prelude::*;

const THREADS: &str = include_str!("texts/threads.md");
const ROOMS: &str = include_str!("texts/rooms.md");

fn broken(what: &str) -> Error {
    Error::internal(format!("the demo's text is broken: {what}"))
}

struct Said {
    who: String,
    at: Ms,
    likes: usize,
    body: String,
}

/// `Name | days ago | likes`.
fn head(line: &str, now: Ms) -> Result<(String, Ms, usize)> {
    let mut parts = line.split('|').map(str::trim);
    let who = parts.next().ok_or_else(|| broken(line))?.to_owned();
    let days: f64 = parts.next().and_then(|d| d.parse().ok()).ok_or_else(|| broken(line))?;
    let likes = parts.next().and_then(|l| l.parse().ok()).unwrap_or(0);
    // Minutes are enough, and a day has few enough of them for an f64.
    Ok((who, now - (days * 1440.0) as i64 * MINUTE, likes))
}

/// Stores the threads with their answers, likes and what everybody has read.
///
/// # Errors
/// When a text is broken or cannot be written.
pub fn insert_threads(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let now = tx.now();
    for text in THREADS.split("=== ").skip(1) {
        let (first, rest) = text.split_once('\n').ok_or_else(|| broken(text))?;
        let (niche, first) = first.split_once('|').ok_or_else(|| broken(first))?;
        let (first, title) = first.rsplit_once('|').ok_or_else(|| broken(first))?;
        let (title, sorts) = title.rsplit_once(" {").ok_or_else(|| broken(title))?;
        let mut said = Vec::new();
        for (i, part) in rest.split("\n--- ").enumerate() {
            let (line, body) =
                if i == 0 { (first, part) } else { part.split_once('\n').ok_or_else(|| broken(part))? };
            let (who, at, likes) = head(line, now)?;
            said.push(Said { who, at, likes, body: body.trim().to_owned() });
        }
        let niche = all.places.niches.get(niche.trim()).copied().ok_or_else(|| broken(niche))?;
        let thread = insert_thread(tx, all, niche, title.trim(), &said)?;
        sort(tx, thread, sorts.trim_end_matches('}'))?;
    }
    announce(tx, all)?;
    crate::forums::jobs::enqueue_reindex(tx, None)
}

/// Kind, language and tags of a thread, and whether its best answer was accepted: `question de accepted #Herbst`.
fn sort(tx: &mut Tx<'_>, thread: i64, sorts: &str) -> Result<()> {
    let mut words = sorts.split_whitespace();
    let (kind, lang) = (words.next().unwrap_or("talk"), words.next().unwrap_or(""));
    let words: Vec<&str> = words.collect();
    let accepted: Option<i64> = match words.contains(&"accepted") {
        true => posts::table
            .filter(posts::thread_id.eq(thread))
            .filter(posts::number.gt(1))
            .order((posts::likes.desc(), posts::number.asc()))
            .select(posts::id)
            .first(&mut **tx)
            .optional()?,
        false => None,
    };
    diesel::update(threads::table.find(thread))
        .set((threads::kind.eq(kind), threads::lang.eq(lang), threads::accepted_id.eq(accepted)))
        .execute(&mut **tx)?;
    let tags: Vec<Tag> = words
        .iter()
        .filter_map(|w| w.strip_prefix('#'))
        .map(|name| Tag { slug: crate::text::slug(name), name: name.to_owned() })
        .collect();
    store::set_tags(tx, ThreadId(thread), &tags)
}

/// A word of the team with a poll, and the rules of two niches.
fn announce(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    let now = tx.now();
    let niche = |slug: &str| all.places.niches.get(slug).copied().ok_or_else(|| broken(slug));
    let said = [Said {
        who: "Jana Petersen".to_owned(),
        at: now - 2 * DAY,
        likes: 4,
        body: "Im Januar zeigen wir euch live, wie wir **Produktseiten** prüfen. Stimmt ab, wann es euch passt.\n\n\
               Bis dahin gilt die neue Fassung der Werberegeln: ein werbendes Thema in sieben Tagen, gekennzeichnet."
            .to_owned(),
    }];
    let thread = insert_thread(tx, all, niche("heimfitness")?, "Sprechstunde im Januar: wann passt es euch?", &said)?;
    sort(tx, thread, "announcement de #Termine")?;
    let question = "Wann soll die Sprechstunde sein?".to_owned();
    let choices = ["Dienstag, 10 Uhr", "Dienstag, 18 Uhr", "Donnerstag, 12 Uhr"].map(str::to_owned).into();
    store::insert_poll(tx, ThreadId(thread), &PollInput { question, choices, multi: false, days: Some(10) })?;
    diesel::update(threads::table.find(thread))
        .set((threads::needs_ack.eq(true), threads::has_poll.eq(true), threads::pinned.eq(true)))
        .execute(&mut **tx)?;
    let Some(poll) = store::find_poll(tx, ThreadId(thread), MemberId(all.id("Jana Petersen")?))? else { return Ok(()) };
    for (i, person) in PEOPLE.iter().enumerate().filter(|(i, _)| i % 3 != 0) {
        let chosen = poll.choices.get((i * 7) % 5 % poll.choices.len()).map(|c| c.id);
        store::set_votes(
            tx,
            ThreadId(thread),
            MemberId(all.id(person.name)?),
            &chosen.into_iter().collect::<Vec<_>>(),
        )?;
        if i % 2 == 1 {
            store::insert_ack(tx, ThreadId(thread), MemberId(all.id(person.name)?))?;
        }
    }
    for (slug, days) in [("heimfitness", Some(7)), ("pm-tools", Some(14))] {
        let rules = NicheForum {
            rules_de: "- Zahlen mit Zeitraum und Quelle.\n- Affiliate-Links sind gekennzeichnet.\n- Kein Abwerben per Nachricht."
                .to_owned(),
            rules_en: "- Figures come with period and source.\n- Affiliate links are labelled.\n- No poaching by message."
                .to_owned(),
            promo_days: days,
        };
        store::put_niche_forum(tx, niche(slug)?, &rules)?;
    }
    Ok(())
}

fn insert_thread(tx: &mut Tx<'_>, all: &Everybody, niche: i64, title: &str, said: &[Said]) -> Result<i64> {
    let (Some(first), Some(last)) = (said.first(), said.last()) else { return Err(broken(title)) };
    let count = i32::try_from(said.len()).unwrap_or(i32::MAX);
    let thread: i64 = diesel::insert_into(threads::table)
        .values((
            threads::niche_id.eq(niche),
            threads::author_id.eq(Some(all.id(&first.who)?)),
            threads::title.eq(title),
            threads::title_key.eq(fold(title)),
            threads::post_count.eq(count),
            threads::last_number.eq(count),
            threads::last_post_at.eq(last.at),
            threads::last_post_by.eq(Some(all.id(&last.who)?)),
            threads::created_at.eq(first.at),
        ))
        .returning(threads::id)
        .get_result(&mut **tx)?;
    for (number, post) in (1..).zip(said) {
        let author = all.id(&post.who)?;
        let fans: Vec<i64> = PEOPLE
            .iter()
            .filter(|p| p.name != post.who)
            .filter_map(|p| all.ids.get(p.name).copied())
            .skip(2)
            .take(post.likes)
            .collect();
        let id: i64 = diesel::insert_into(posts::table)
            .values((
                posts::thread_id.eq(thread),
                posts::number.eq(number),
                posts::author_id.eq(Some(author)),
                posts::body.eq(&post.body),
                posts::html.eq(post_html(&post.body)),
                posts::likes.eq(i32::try_from(fans.len()).unwrap_or(0)),
                posts::created_at.eq(post.at),
            ))
            .returning(posts::id)
            .get_result(&mut **tx)?;
        for fan in fans {
            diesel::insert_into(post_likes::table)
                .values((
                    post_likes::post_id.eq(id),
                    post_likes::member_id.eq(fan),
                    post_likes::created_at.eq(post.at + HOUR / 2),
                ))
                .execute(&mut **tx)?;
        }
    }
    // Who came by after an answer has read it: the newest answers are news to most.
    let now = tx.now();
    for person in &PEOPLE {
        let seen = now - person.seen * HOUR - DAY;
        let read = said.iter().take_while(|p| p.at < seen).count();
        if read > 0 {
            diesel::insert_into(thread_reads::table)
                .values((
                    thread_reads::member_id.eq(all.id(person.name)?),
                    thread_reads::thread_id.eq(thread),
                    thread_reads::last_number.eq(i32::try_from(read).unwrap_or(0)),
                    thread_reads::read_at.eq(seen),
                ))
                .execute(&mut **tx)?;
        }
    }
    Ok(thread)
}

/// Slug, name, topic, niche; `spitzenkreis` is for the top tier alone.
const PLACES: [(&str, &str, &str, &str); 7] = [
    ("foyer", "foyer", "Ankommen, fragen, feiern · arrive, ask, celebrate", ""),
    ("heimfitness", "heimfitness", "Geräte, Tests, Texte", "heimfitness"),
    ("ernaehrung", "ernaehrung", "Essen, das zum Training passt", "ernaehrung"),
    ("produktivitaet", "produktivitaet", "Wochen planen, Feierabend machen", "produktivitaet"),
    ("pm-tools", "pm-tools", "Tools for calm teams", "pm-tools"),
    ("region-nord", "region-nord", "Läden, Praxen und Werkstätten im Norden", "region-handwerk"),
    ("spitzenkreis", "spitzenkreis", "Vorabinformationen für die Spitze", ""),
];

/// Stores the rooms, who is in them, and what was said.
///
/// # Errors
/// When a text is broken or cannot be written.
pub fn insert_rooms(tx: &mut Tx<'_>, all: &Everybody) -> Result<()> {
    for (slug, name, topic, niche) in PLACES {
        let niche_id = all.places.niches.get(niche).copied();
        let top = slug == "spitzenkreis";
        let room = room(tx, slug, name, topic, niche_id, top)?;
        let text =
            ROOMS.split("# ").find_map(|part| part.strip_prefix(&format!("{slug}\n"))).ok_or_else(|| broken(slug))?;
        let last = insert_messages(tx, all, room, text)?;
        for person in &PEOPLE {
            let team = person.role > Role::Member;
            let enters = match slug {
                "foyer" => true,
                "spitzenkreis" => team || person.rank >= 30,
                _ => team || person.niches.contains(&niche) || text.contains(&format!(" {}: ", person.name)),
            };
            if enters {
                let id = all.id(person.name)?;
                let read = if person.seen < 6 { (last - 2).max(0) } else { (last - 5).max(0) };
                join(tx, room, id, tx.now() - person.joined * DAY, read)?;
            }
        }
    }
    Ok(())
}

fn room(tx: &mut Tx<'_>, slug: &str, name: &str, topic: &str, niche: Option<i64>, top: bool) -> Result<i64> {
    let there: Option<i64> = rooms::table.filter(rooms::slug.eq(slug)).select(rooms::id).first(&mut **tx).optional()?;
    if let Some(id) = there {
        diesel::update(rooms::table.find(id)).set(rooms::topic.eq(topic)).execute(&mut **tx)?;
        return Ok(id);
    }
    let epoch: String = token::fresh()?.chars().take(12).collect();
    let made = tx.now() - 390 * DAY;
    Ok(diesel::insert_into(rooms::table)
        .values((
            rooms::slug.eq(slug),
            rooms::name.eq(name),
            rooms::topic.eq(topic),
            rooms::access.eq(if top { "tier" } else { "open" }),
            rooms::min_rank.eq(if top { 30 } else { 0 }),
            rooms::niche_id.eq(niche),
            rooms::epoch.eq(epoch),
            rooms::created_at.eq(made),
        ))
        .returning(rooms::id)
        .get_result(&mut **tx)?)
}

fn join(tx: &mut Tx<'_>, room: i64, member: i64, at: Ms, read: i64) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(room_members::table)
        .values((
            room_members::room_id.eq(room),
            room_members::member_id.eq(member),
            room_members::joined_at.eq(at),
            room_members::last_read_seq.eq(read),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// `days ago, time of day, Name: text`; on day 0 minutes before now stand for the time.
fn line(text: &str, now: Ms) -> Result<(Ms, &str, &str)> {
    let mut parts = text.splitn(3, ' ');
    let (Some(days), Some(time), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(broken(text));
    };
    let (who, said) = rest.split_once(": ").ok_or_else(|| broken(text))?;
    let days: i64 = days.parse().map_err(|_| broken(text))?;
    if let Some(minutes) = time.strip_prefix('-') {
        return Ok((now - minutes.parse::<i64>().map_err(|_| broken(text))? * MINUTE, who, said));
    }
    let (hour, minute) = time.split_once(':').ok_or_else(|| broken(text))?;
    let (hour, minute) = (hour.parse().map_err(|_| broken(text))?, minute.parse().map_err(|_| broken(text))?);
    let then = jiff::Timestamp::from_millisecond(now - days * DAY).map_err(Error::internal)?;
    let day = then.to_zoned(parse_zone("Europe/Berlin"));
    let at = day.date().at(hour, minute, 0, 0).to_zoned(day.time_zone().clone()).map_err(Error::internal)?;
    // Shortly after midnight "yesterday evening" is only hours ago; it is never in the future.
    Ok((at.timestamp().as_millisecond().min(now - MINUTE), who, said))
}

/// Writes the messages of a room as its log; answers the last position.
fn insert_messages(tx: &mut Tx<'_>, all: &Everybody, room: i64, text: &str) -> Result<i64> {
    let now = tx.now();
    let start: i64 = rooms::table.find(room).select(rooms::seq).first(&mut **tx)?;
    let mut said = text.lines().filter(|l| !l.trim().is_empty()).map(|l| line(l, now)).collect::<Result<Vec<_>>>()?;
    said.sort_by_key(|(at, ..)| *at);
    let mut seq = start;
    for (at, who, body) in &said {
        seq += 1;
        let sender = all.id(who)?;
        let id: i64 = diesel::insert_into(messages::table)
            .values((
                messages::room_id.eq(room),
                messages::seq.eq(seq),
                messages::sender_id.eq(Some(sender)),
                messages::body.eq(body),
                messages::html.eq(chat_html(body)),
                messages::created_at.eq(at),
            ))
            .returning(messages::id)
            .get_result(&mut **tx)?;
        diesel::insert_into(room_events::table)
            .values((
                room_events::room_id.eq(room),
                room_events::seq.eq(seq),
                room_events::kind.eq("msg"),
                room_events::message_id.eq(Some(id)),
                room_events::actor_id.eq(Some(sender)),
                room_events::at.eq(at),
            ))
            .execute(&mut **tx)?;
    }
    let count = i64::try_from(said.len()).unwrap_or(0);
    diesel::update(rooms::table.find(room))
        .set((rooms::seq.eq(seq), rooms::message_count.eq(rooms::message_count + count)))
        .execute(&mut **tx)?;
    Ok(seq)
}
