//! Cards of the start page: what a partner or the team comes for, from the features that know it.
//! A constant number of statements, whoever looks.

use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::i18n::{Arg, Lang, ago, date_time, money, number, parse_zone, t, t_args};
use crate::web::sources::{Card, CardLine};
use crate::web::viewer::Viewer;
use crate::{forums, library, newsletters, programs};

/// How many threads or texts a card lists.
const SHOWN: i64 = 5;

/// The cards of `viewer` at `now`, most important first.
///
/// # Errors
/// When the database fails.
pub fn of(conn: &mut Conn, viewer: &Viewer, lang: Lang, now: Ms) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    if viewer.is_manager() {
        cards.extend(campaigns(conn, viewer, lang)?);
        cards.extend(waiting_sales(conn, lang)?);
    }
    if !viewer.is_moderator() {
        cards.push(standing(conn, viewer, lang, now)?);
    }
    cards.push(texts(conn, viewer, lang, now)?);
    cards.push(threads(conn, viewer, lang, now)?);
    cards.retain(|card| !card.lines.is_empty());
    Ok(cards)
}

fn card(lang: Lang, title: &str, href: &str, lines: Vec<CardLine>) -> Card {
    Card { title: t(lang, title).into_owned(), href: href.to_owned(), lines }
}

/// Turnover, the way to the next tier, and the own links.
fn standing(conn: &mut Conn, viewer: &Viewer, lang: Lang, now: Ms) -> Result<Card> {
    let standing = programs::tiers::standing(conn, viewer.id, now)?;
    let amount = |minor: i64| Arg::Text(money(lang, minor, &standing.currency));
    let next = standing.next.as_ref().map(|next| {
        let tier = Arg::Text(next.tier.name(lang).to_owned());
        match next.missing {
            0 => t_args(lang, "office-card-reached", &[("tier", tier)]),
            missing => t_args(lang, "office-card-missing", &[("amount", amount(missing)), ("tier", tier)]),
        }
    });
    let mut lines = vec![CardLine {
        text: t_args(lang, "office-card-turnover", &[("amount", amount(standing.this_month()))]),
        href: "/me/standing".to_owned(),
        note: next.unwrap_or_default(),
    }];
    for link in programs::store::programs::links_of(conn, viewer.id)? {
        lines.push(CardLine {
            text: t_args(lang, "office-card-link", &[("program", Arg::Text(link.program))]),
            href: "/me/standing#standing-links".to_owned(),
            note: link.url,
        });
    }
    Ok(card(lang, "shell-standing", "/me/standing", lines))
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

/// Campaigns that are planned or under way.
fn campaigns(conn: &mut Conn, viewer: &Viewer, lang: Lang) -> Result<Option<Card>> {
    let zone = parse_zone(&viewer.time_zone);
    let all = newsletters::store::list(conn, None, None, 20)?;
    let moving = ["scheduled", "snapshotting", "running", "paused", "held", "finished_with_doubt"];
    let lines: Vec<CardLine> = all
        .into_iter()
        .filter(|c| moving.contains(&c.status.as_str()))
        .map(|c| {
            let state = t(lang, &format!("newsletters-status-{}", c.status)).into_owned();
            let at = c.scheduled_at.map(|at| date_time(lang, at, &zone));
            CardLine {
                href: format!("/manage/campaigns/{}", c.id),
                text: c.name,
                note: at.map_or(state.clone(), |at| format!("{state} · {at}")),
            }
        })
        .collect();
    Ok((!lines.is_empty()).then(|| card(lang, "newsletters-campaigns", "/manage/campaigns", lines)))
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
