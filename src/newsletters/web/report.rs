//! The report of a campaign, drawn; and the measured ways themselves.

use crate::error::{Error, Result};
use crate::i18n::t;
use crate::newsletters::measured::{self, Happened};
use crate::newsletters::report::{self, Report};
use crate::newsletters::store;
use crate::web::guards::{Ctx, Manager};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
struct ReportView {
    id: i64,
    name: String,
    started_at: Option<i64>,
    tracking: bool,
    total: i64,
    accepted: i64,
    open: i64,
    lost: i64,
    unknown: i64,
    tracked: i64,
    opened: i64,
    clicked: i64,
    opened_share: i64,
    clicked_share: i64,
    scanned: i64,
    bounced: i64,
    complaints: i64,
    left: i64,
    before: Week,
    after: Week,
    links: Vec<LinkLine>,
    most: i64,
    opens: Curve,
    clicks: Curve,
    excluded: Vec<Excluded>,
}

#[derive(Serialize)]
struct Week {
    count: i64,
    amount: String,
}

#[derive(Serialize)]
struct LinkLine {
    url: String,
    n: i64,
    share: i64,
}

#[derive(Serialize)]
struct Curve {
    line: String,
    area: String,
}

#[derive(Serialize)]
struct Excluded {
    label: String,
    n: i64,
}

/// A line through the sums so far, in a box of 620 by 130 that begins at 10, 20.
fn curve(values: &[i64], most: i64) -> Curve {
    let (mut line, mut sum) = (String::new(), 0);
    let step = 620.0 / (values.len().max(2) - 1) as f64;
    for (i, n) in values.iter().enumerate() {
        sum += n;
        let (x, y) = (10.0 + step * i as f64, 150.0 - 130.0 * sum as f64 / most.max(1) as f64);
        // Writing to a String cannot fail.
        let _ = write!(line, "{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" });
    }
    Curve { area: format!("{line}L630 150L10 150Z"), line }
}

fn share(n: i64, of: i64) -> i64 {
    if of > 0 { (n * 100 + of / 2) / of } else { 0 }
}

fn view(lang: crate::i18n::Lang, campaign: &crate::newsletters::model::Campaign, r: Report) -> ReportView {
    let count = |state: &str| r.counts.get(state).copied().unwrap_or(0);
    let (opens, clicks): (Vec<i64>, Vec<i64>) = r.hours.iter().copied().unzip();
    let most = opens.iter().sum::<i64>().max(clicks.iter().sum());
    let week = |s: &store::Sales| Week { count: s.count, amount: crate::i18n::money(lang, s.amount, &r.currency) };
    ReportView {
        id: campaign.id,
        name: campaign.name.clone(),
        started_at: campaign.started_at,
        tracking: campaign.tracking,
        total: r.counts.values().sum(),
        accepted: count("accepted"),
        open: ["pending", "leased", "transmitting", "retry_wait"].iter().map(|s| count(s)).sum(),
        lost: count("rejected") + count("skipped"),
        unknown: count("unknown"),
        tracked: r.tracked,
        opened: r.opened,
        clicked: r.clicked,
        opened_share: share(r.opened, r.tracked),
        clicked_share: share(r.clicked, r.tracked),
        scanned: r.scanned,
        bounced: r.bounced + r.soft_bounced,
        complaints: r.complaints,
        left: r.left,
        before: week(&r.before),
        after: week(&r.after),
        links: r
            .links
            .iter()
            .map(|(url, n)| LinkLine { url: url.clone(), n: *n, share: share(*n, r.clicked) })
            .collect(),
        most,
        opens: curve(&opens, most),
        clicks: curve(&clicks, most),
        excluded: r
            .excluded
            .iter()
            .map(|(reason, n)| Excluded { label: t(lang, &format!("newsletters-reason-{reason}")).into_owned(), n: *n })
            .collect(),
    }
}

/// `GET /manage/campaigns/{id}/report`
pub async fn report_page(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (id, lang) = (id.into_inner(), me.lang());
    let view = me
        .house
        .db
        .read(move |c| {
            let campaign = store::find(c, id)?;
            Ok(view(lang, &campaign, report::report(c, id)?))
        })
        .await?;
    me.page("newsletters/report", "newsletters-report").title(view.name.clone()).nav("manage").show(&view).await
}

/// `GET /c/{token}`: keeps the click of a reader who allows it and leads on, to an address the campaign has.
pub async fn click(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let (link, member) = measured::read_token(&ctx.house, Happened::Clicked, token.into_inner()).await?;
    let target = ctx.house.db.read(move |c| measured::target(c, link, member)).await?;
    let agent = ctx.agent.clone();
    measured::record(&ctx.house, target.campaign, member, Happened::Clicked, target.link, agent).await?;
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, target.url))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("x-robots-tag", "noindex"))
        .finish())
}

/// One transparent pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// `GET /o/{token}.gif`: keeps the opening of a reader who allows it. The picture comes whatever the token is worth: a broken one
/// in a mail helps nobody.
pub async fn open(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let token = token.trim_end_matches(".gif").to_owned();
    match measured::read_token(&ctx.house, Happened::Opened, token).await {
        Ok((campaign, member)) => {
            let agent = ctx.agent.clone();
            measured::record(&ctx.house, campaign, member, Happened::Opened, String::new(), agent).await?;
        }
        Err(Error::NotFound) => {}
        Err(other) => return Err(other),
    }
    Ok(HttpResponse::Ok().content_type("image/gif").insert_header((header::CACHE_CONTROL, "no-store")).body(PIXEL))
}
