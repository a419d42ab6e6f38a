//! Cards of the start page: what a partner or the team comes for, from the features that know it.
//! A constant number of statements, whoever looks.

use crate::access::Sight;
use crate::db::{Conn, DAY, Ms};
use crate::error::Result;
use crate::i18n::{Arg, Lang, ago, date_time, money, number, parse_zone, t, t_args};
use crate::newsletters::model::Campaign;
use crate::programs::store::signals;
use crate::web::sources::{Card, CardLine, OfContact};
use crate::web::viewer::Viewer;
use crate::{forums, library, newsletters, programs};

/// How many threads or texts a card lists.
const SHOWN: i64 = 5;

/// The cards of `viewer` at `now`, most important first; partners are those of a contact.
///
/// # Errors
/// When the database fails.
pub fn of(conn: &mut Conn, viewer: &Viewer, lang: Lang, (contact, now): (OfContact, Ms)) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    if viewer.is_manager() {
        let all = newsletters::store::list(conn, None, None, 50)?;
        cards.push(problems(conn, &all, viewer, lang, now)?);
        cards.push(needs_a_word(conn, viewer, lang, (contact, now))?);
        let moving = campaigns(&all, viewer, lang, &["scheduled", "snapshotting", "running", "paused"]);
        cards.push(card(lang, "newsletters-campaigns", "/manage/campaigns", moving));
        cards.extend(waiting_sales(conn, lang)?);
    }
    if !viewer.is_moderator() {
        cards.push(texts(conn, viewer, lang, now)?);
    }
    cards.push(threads(conn, viewer, lang, now)?);
    cards.retain(|card| !card.lines.is_empty());
    Ok(cards)
}

fn card(lang: Lang, title: &str, href: &str, lines: Vec<CardLine>) -> Card {
    Card { title: t(lang, title).into_owned(), href: href.to_owned(), lines }
}

/// Partners to whom a word is due today: a first sale, a drop, a long absence.
fn needs_a_word(conn: &mut Conn, viewer: &Viewer, lang: Lang, (contact, now): (OfContact, Ms)) -> Result<Card> {
    let zone = parse_zone(&viewer.time_zone);
    let currency = crate::settings::load(conn)?.currency;
    let line = |id: i64, text: String, note: String| CardLine { text, note, href: format!("/members/{id}") };
    let mut lines = Vec::new();
    for (id, name, at) in signals::list_first_sales(conn, contact, now, SHOWN)? {
        let note = t_args(lang, "office-signal-first", &[("when", Arg::Text(ago(lang, at, now, &zone)))]);
        lines.push(line(id, name, note));
    }
    for (id, name, recent, before) in signals::list_drops(conn, contact, &currency, now, SHOWN)? {
        let amount = |minor| Arg::Text(money(lang, minor, &currency));
        let note = t_args(lang, "office-signal-drop", &[("now", amount(recent)), ("before", amount(before))]);
        lines.push(line(id, name, note));
    }
    for (id, name, at) in signals::list_away(conn, contact, now, SHOWN)? {
        let when = at.map(|at| ago(lang, at, now, &zone)).unwrap_or_default();
        lines.push(line(id, name, t_args(lang, "office-signal-away", &[("when", Arg::Text(when))])));
    }
    Ok(card(lang, "office-card-word", "", lines))
}

/// The newest texts of the library that this viewer may see.
fn texts(conn: &mut Conn, viewer: &Viewer, lang: Lang, now: Ms) -> Result<Card> {
    let filter = library::model::Filter::default();
    let found = library::store::list_visible(conn, Sight::of(viewer), &filter, now, SHOWN)?;
    let lines =
        found.into_iter().map(|r| CardLine { href: format!("/library/{}", r.id), text: r.title, note: r.summary });
    Ok(card(lang, "office-card-texts", "/library", lines.collect()))
}

/// Threads with the newest posts.
fn threads(conn: &mut Conn, viewer: &Viewer, lang: Lang, now: Ms) -> Result<Card> {
    let zone = parse_zone(&viewer.time_zone);
    let found = forums::store::list_newest(conn, Sight::of(viewer), SHOWN)?;
    let lines = found.into_iter().map(|thread| CardLine {
        href: format!("/threads/{}", thread.id),
        note: format!(
            "{} · {}",
            lang.pick(&thread.niche_de, &thread.niche_en),
            ago(lang, thread.last_post_at, now, &zone)
        ),
        text: thread.title,
    });
    Ok(card(lang, "office-card-threads", "/niches", lines.collect()))
}

/// Campaigns in one of the states `wanted`.
fn campaigns(all: &[Campaign], viewer: &Viewer, lang: Lang, wanted: &[&str]) -> Vec<CardLine> {
    let zone = parse_zone(&viewer.time_zone);
    all.iter()
        .filter(|c| wanted.contains(&c.status.as_str()))
        .map(|c| {
            let state = t(lang, &format!("newsletters-status-{}", c.status)).into_owned();
            let at = c.scheduled_at.map(|at| date_time(lang, at, &zone));
            CardLine {
                href: format!("/manage/campaigns/{}", c.id),
                text: c.name.clone(),
                note: at.map_or(state.clone(), |at| format!("{state} · {at}")),
            }
        })
        .collect()
}

/// What went wrong and waits for a human: campaigns that stopped, imports that failed.
fn problems(conn: &mut Conn, all: &[Campaign], viewer: &Viewer, lang: Lang, now: Ms) -> Result<Card> {
    let zone = parse_zone(&viewer.time_zone);
    let mut lines = campaigns(all, viewer, lang, &["held", "finished_with_doubt"]);
    for (id, file, at) in programs::store::imports::list_failed(conn, now - 14 * DAY, SHOWN)? {
        let note = t_args(lang, "office-problem-import", &[("when", Arg::Text(ago(lang, at, now, &zone)))]);
        let text = if file.is_empty() { t(lang, "imports-title").into_owned() } else { file };
        lines.push(CardLine { text, note, href: format!("/manage/imports/{id}") });
    }
    Ok(card(lang, "office-card-problems", "", lines))
}

/// Sales whose partner is not known yet.
fn waiting_sales(conn: &mut Conn, lang: Lang) -> Result<Option<Card>> {
    let n: i64 = programs::store::programs::count_waiting(conn)?.iter().map(|(_, n)| n).sum();
    let line = CardLine {
        text: t_args(lang, "office-card-waiting", &[("n", Arg::Number(n)), ("shown", Arg::Text(number(lang, n)))]),
        href: "/manage/programs".to_owned(),
        note: String::new(),
    };
    Ok((n > 0).then(|| card(lang, "office-card-sales", "/manage/programs", vec![line])))
}
