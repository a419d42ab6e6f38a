//! The start page of a partner: where they stand, their link, the newest text for them.

use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::i18n::{Lang, number, t_args};
use crate::library::model::{Filter, Kind};
use crate::library::store as library;
use crate::members::store::{Contact, find_contact};
use crate::programs::store::programs::links_of;
use crate::programs::tiers::{Standing, standing};
use crate::web::viewer::Viewer;
use serde::Serialize;

/// What a partner comes for.
#[derive(Debug, Serialize)]
pub struct Partner {
    tier: String,
    this_month: i64,
    currency: String,
    next: Option<Next>,
    curve: Curve,
    links: Vec<Link>,
    text: Option<Text>,
    contact: Option<Contact>,
}

/// The way to the next tier.
#[derive(Debug, Serialize)]
struct Next {
    name: String,
    missing: i64,
    threshold: i64,
    turnover: i64,
    reached: bool,
    held: String,
}

/// Six months as a line and the ground below it, 100 wide and 28 high.
#[derive(Debug, Serialize)]
struct Curve {
    line: String,
    area: String,
    label: String,
}

#[derive(Debug, Serialize)]
struct Link {
    program: String,
    url: String,
}

#[derive(Debug, Serialize)]
struct Text {
    title: String,
    summary: String,
    href: String,
    updated_at: i64,
}

/// Reads it for `viewer` at `now`; a constant number of statements.
///
/// # Errors
/// When the database fails.
pub fn partner(conn: &mut Conn, viewer: &Viewer, lang: Lang, now: Ms) -> Result<Partner> {
    let standing = standing(conn, viewer.id, now)?;
    let links = links_of(conn, viewer.id)?.into_iter().map(|l| Link { program: l.program, url: l.url }).collect();
    let mine = Filter { kind: Some(Kind::SwipeCopy), lang: Some(lang), ..Filter::default() };
    let text = library::list_visible(conn, Sight::of(viewer), &mine, now, 1)?.into_iter().next();
    Ok(Partner {
        tier: standing.tier.as_ref().map(|t| t.name(lang).to_owned()).unwrap_or_default(),
        this_month: standing.this_month(),
        next: standing.next.as_ref().map(|next| Next {
            name: next.tier.name(lang).to_owned(),
            missing: next.missing,
            threshold: next.tier.min_turnover.max(1),
            turnover: standing.this_month().min(next.tier.min_turnover),
            reached: next.missing == 0,
            held: t_args(
                lang,
                "programs-held",
                &[
                    ("held", i64::try_from(next.held).unwrap_or(0).into()),
                    ("periods", i64::from(next.tier.periods.max(1)).into()),
                ],
            ),
        }),
        curve: curve(lang, &standing),
        currency: standing.currency,
        links,
        text: text.map(|r| Text {
            href: format!("/library/{}", r.id),
            title: r.title,
            summary: r.summary,
            updated_at: r.updated_at,
        }),
        contact: find_contact(conn, viewer.id)?,
    })
}

fn curve(lang: Lang, standing: &Standing) -> Curve {
    let most = standing.months.iter().map(|(_, t)| *t).max().unwrap_or(0).max(1) as f64;
    let last = standing.months.len().saturating_sub(1).max(1) as f64;
    let points: Vec<String> = standing
        .months
        .iter()
        .enumerate()
        .map(|(i, (_, turnover))| {
            format!("{:.1} {:.1}", i as f64 / last * 100.0, 26.0 - (*turnover).max(0) as f64 / most * 24.0)
        })
        .collect();
    let said: Vec<String> = standing
        .months
        .iter()
        .map(|(month, turnover)| {
            let name = crate::i18n::t(lang, &format!("programs-month-{}", month.month));
            format!("{name} {}", number(lang, turnover / 100))
        })
        .collect();
    let line = format!("M{}", points.join("L"));
    Curve { area: format!("{line}L100 28L0 28Z"), line, label: said.join(", ") }
}
