//! Asks every feature for what it has, with the rights of who asks.

use super::model::{Hit, Scope, Wanted};
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::library::model::Filter as Shelf;
use crate::members::store::{Filter, find_visible_niche, list_blocked, list_names, list_people};
use crate::rooms::find as chat;
use crate::search::{self, Asker, Question};
use crate::text::{Terms, excerpt, excerpt_html, plain, plain_text};
use crate::web::viewer::Viewer;
use crate::{library, newsletters, rooms};

/// Characters of an excerpt.
const EXCERPT: usize = 240;
/// Members of one name that are looked for after `from:`.
const NAMED: i64 = 50;
/// Issues that are looked through, the newest.
const ISSUES: i64 = 500;

/// What of one kind fits: `limit` results after the first `skip`.
///
/// # Errors
/// When the database fails.
pub async fn find(
    house: &House,
    viewer: &Viewer,
    scope: Scope,
    wanted: &Wanted,
    (skip, limit): (i64, i64),
) -> Result<Vec<Hit>> {
    let Some(terms) = wanted.terms().filter(|_| wanted.fits(scope)) else { return Ok(Vec::new()) };
    if scope == Scope::Message {
        return messages(house, viewer, wanted, &terms, (skip, limit)).await;
    }
    let (viewer, wanted, now) = (viewer.clone(), wanted.clone(), house.db.now());
    house
        .db
        .read(move |c| match scope {
            Scope::Member => people(c, &viewer, &wanted, (skip, limit)),
            Scope::Newsletter => issues(c, &viewer, (&wanted, &terms), now, (skip, limit)),
            _ => indexed(c, &viewer, scope, (&wanted, &terms), now, (skip, limit)),
        })
        .await
}

fn days(wanted: &Wanted, viewer: &Viewer) -> (Option<Ms>, Option<Ms>) {
    let zone = crate::i18n::parse_zone(&viewer.time_zone);
    let start = |day: Option<jiff::civil::Date>| day.and_then(|d| chat::day_start(d, &zone));
    (start(wanted.after), start(wanted.before))
}

fn indexed(
    c: &mut Conn,
    viewer: &Viewer,
    scope: Scope,
    (wanted, terms): (&Wanted, &Terms),
    now: Ms,
    (skip, limit): (i64, i64),
) -> Result<Vec<Hit>> {
    let sight = Sight::of(viewer);
    let mut question = Question::new(terms.clone(), &[scope.code()], limit);
    (question.skip, question.newest, question.lang) = (skip, wanted.newest, wanted.lang);
    (question.since, question.until) = days(wanted, viewer);
    if !wanted.niche.is_empty() {
        match find_visible_niche(c, sight, &wanted.niche) {
            Ok(niche) => question.niche = Some(niche.id),
            Err(Error::NotFound) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        }
    }
    if !wanted.from.is_empty() {
        question.authors = Some(named(c, viewer, &wanted.from)?);
    }
    let mut found = search::find(c, Asker { member: sight.member.0, rank: sight.rank }, &question)?;
    if scope == Scope::Resource {
        // The library knows more of who may see what than the index: embargoes, what is over, the own niche.
        let filter = Shelf { ids: Some(found.iter().map(|f| f.object_id).collect()), ..Shelf::default() };
        let seen = library::store::list_visible(c, sight, &filter, now, limit)?;
        found.retain(|f| seen.iter().any(|r| r.id == f.object_id));
    }
    let authors: Vec<i64> = found.iter().filter_map(|f| f.author_id).collect();
    let names = list_names(c, &authors)?;
    Ok(found
        .into_iter()
        .map(|f| Hit {
            scope,
            id: f.object_id,
            niche_id: f.niche_id,
            by: f.author_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            excerpt_html: excerpt_html(&f.body, terms, EXCERPT),
            title: f.title,
            path: f.path,
            at: f.created_at,
        })
        .collect())
}

/// Members whose name, or a part of it, begins like one of these.
fn named(c: &mut Conn, viewer: &Viewer, names: &[String]) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for name in names {
        match crate::text::fold(name).as_str() {
            "me" | "mir" | "ich" => ids.push(viewer.id.0),
            name => match rooms::store::list_named(c, name, NAMED) {
                Ok(some) => ids.extend(some.into_iter().map(|p| p.0)),
                Err(Error::NotFound) => {}
                Err(other) => return Err(other),
            },
        }
    }
    Ok(ids)
}

async fn messages(
    house: &House,
    viewer: &Viewer,
    wanted: &Wanted,
    terms: &Terms,
    (skip, limit): (i64, i64),
) -> Result<Vec<Hit>> {
    let asked = chat::Asked {
        words: wanted.words.clone(),
        from: wanted.from.clone(),
        rooms: wanted.rooms.clone(),
        has: wanted.has.clone(),
        before: wanted.before,
        after: wanted.after,
        unknown: Vec::new(),
    };
    let found = chat::find(house, viewer, &asked, None, skip + limit).await?;
    let skip = usize::try_from(skip).unwrap_or(0);
    Ok(found
        .into_iter()
        .skip(skip)
        .map(|f| Hit {
            scope: Scope::Message,
            id: f.message.id,
            niche_id: None,
            title: if f.direct { String::new() } else { format!("#{}", f.name) },
            by: f.message.sender.clone().unwrap_or_default(),
            excerpt_html: excerpt_html(&plain(&f.message.html), terms, EXCERPT),
            path: format!("/rooms/{}?m={}", f.slug, f.message.id),
            at: f.message.created_at,
        })
        .collect())
}

fn people(c: &mut Conn, viewer: &Viewer, wanted: &Wanted, (skip, limit): (i64, i64)) -> Result<Vec<Hit>> {
    let filter = Filter {
        status: Some("active".to_owned()),
        q: Some(wanted.words.clone()),
        by_email: viewer.is_manager(),
        ..Filter::default()
    };
    let blocked = list_blocked(c, &[viewer.id.0])?;
    let mut found = list_people(c, &filter, None, skip + limit + i64::try_from(blocked.len()).unwrap_or(0))?;
    found.retain(|p| !blocked.contains(&(viewer.id.0, p.id.0)));
    let hit = |p: crate::members::store::Person| Hit {
        scope: Scope::Member,
        id: p.id.0,
        niche_id: None,
        title: p.name,
        by: String::new(),
        excerpt_html: {
            let mut out = String::new();
            crate::text::escape_into(&excerpt(&p.bio, EXCERPT), &mut out);
            out
        },
        path: format!("/members/{}", p.id.0),
        at: p.joined_at.unwrap_or(p.created_at),
    };
    let (skip, limit) = (usize::try_from(skip).unwrap_or(0), usize::try_from(limit).unwrap_or(0));
    Ok(found.into_iter().skip(skip).take(limit).map(hit).collect())
}

/// The newest issues of the reader that have all the words; a newsletter is a matter of weeks, so there are few.
fn issues(
    c: &mut Conn,
    viewer: &Viewer,
    (wanted, terms): (&Wanted, &Terms),
    now: Ms,
    (skip, limit): (i64, i64),
) -> Result<Vec<Hit>> {
    let (since, until) = days(wanted, viewer);
    let issues: Vec<_> = if viewer.is_manager() {
        let all = newsletters::store::list_begun(c, ISSUES)?;
        all.into_iter().map(|x| (x.started_at.unwrap_or(x.created_at), x)).map(|(at, x)| (x, at)).collect()
    } else {
        newsletters::store::list_issues_of(c, viewer.id, now, ISSUES)?
    };
    let fits = |at: Ms| since.is_none_or(|s| at >= s) && until.is_none_or(|u| at < u);
    let (skip, limit) = (usize::try_from(skip).unwrap_or(0), usize::try_from(limit).unwrap_or(0));
    Ok(issues
        .into_iter()
        .filter(|(_, at)| fits(*at))
        .filter_map(|(campaign, at)| {
            let (subject, body) = campaign.texts(campaign.language_for(viewer.lang));
            let title = subject.replace("{{member.name}}", &viewer.name);
            let text = plain_text(body).replace("{{member.name}}", &viewer.name);
            terms.all_in(&format!("{title}\n{text}")).then(|| Hit {
                scope: Scope::Newsletter,
                id: campaign.id,
                niche_id: None,
                excerpt_html: excerpt_html(&text, terms, EXCERPT),
                title,
                by: String::new(),
                path: format!("/newsletters/{}", campaign.id),
                at,
            })
        })
        .skip(skip)
        .take(limit)
        .collect())
}
