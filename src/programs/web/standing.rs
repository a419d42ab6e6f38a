//! `/me/standing`: tier, turnover, own links, own sales.

use crate::error::Result;
use crate::i18n::{Lang, number, t, t_args};
use crate::programs::store::{self, sales::Filter};
use crate::programs::tiers::{self, Month, Standing};
use crate::web::guards::Member;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct LinkView {
    program: String,
    reference: String,
    url: String,
}

/// A program in which the member has no reference yet.
#[derive(Serialize)]
struct MissingView {
    slug: String,
    program: String,
    asked: bool,
}

#[derive(Serialize)]
struct SaleView {
    order: String,
    program: String,
    at: i64,
    amount: i64,
    currency: String,
    commission: Option<i64>,
    status: String,
    status_class: &'static str,
}

/// A bar of the chart, ready to draw.
#[derive(Serialize)]
struct Bar {
    x: i64,
    y: i64,
    height: i64,
    center: i64,
    label: String,
    amount: String,
}

#[derive(Serialize)]
struct NextView {
    name: String,
    missing: i64,
    threshold: i64,
    turnover: i64,
    held: String,
    reached: bool,
}

#[derive(Serialize)]
struct StandingView {
    tab: &'static str,
    tier: String,
    by_hand: bool,
    this_month: i64,
    month: String,
    currency: String,
    sales_count: i64,
    commission: i64,
    next: Option<NextView>,
    bars: Vec<Bar>,
    chart_label: String,
    links: Vec<LinkView>,
    missing: Vec<MissingView>,
    sales: Vec<SaleView>,
    next_page: String,
}

/// Height of the tallest bar; the words stand above and below it.
const TALL: i64 = 120;

fn month_name(lang: Lang, month: &Month) -> String {
    t(lang, &format!("programs-month-{}", month.month)).into_owned()
}

fn bars(lang: Lang, standing: &Standing) -> Vec<Bar> {
    let most = standing.months.iter().map(|(_, t)| *t).max().unwrap_or(0).max(1);
    standing
        .months
        .iter()
        .enumerate()
        .map(|(i, (month, turnover))| {
            let height = (i128::from(*turnover) * i128::from(TALL) / i128::from(most)).try_into().unwrap_or(0);
            let x = i64::try_from(i).unwrap_or(0) * 100 + 20;
            Bar {
                x,
                y: 20 + TALL - height,
                height,
                center: x + 30,
                label: month_name(lang, month),
                // Whole amounts: six labels side by side must fit a phone.
                amount: number(lang, *turnover / 100),
            }
        })
        .collect()
}

/// `GET /me/standing`
pub async fn show(me: Member, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (id, lang) = (me.viewer.id, me.lang());
    let (now, limit, after) = (me.house.db.now(), 25, query.after()?);
    let (standing, links, rows, missing) = me
        .house
        .db
        .read(move |c| {
            let own = Filter { member: Some(id.0), ..Filter::default() };
            Ok((
                tiers::standing(c, id, now)?,
                store::links_of(c, id)?,
                store::sales::list_sales(c, &own, after, limit)?,
                store::asks::list_missing(c, id)?,
            ))
        })
        .await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: r.sale.occurred_at, id: r.sale.id });
    let bars = bars(lang, &standing);
    let said: Vec<String> = bars.iter().map(|b| format!("{} {}", b.label, b.amount)).collect();
    let view = StandingView {
        tab: "standing",
        tier: standing.tier.as_ref().map(|t| t.name(lang).to_owned()).unwrap_or_default(),
        by_hand: standing.by_hand,
        this_month: standing.this_month(),
        month: standing.months.last().map(|(m, _)| month_name(lang, m)).unwrap_or_default(),
        sales_count: standing.sales,
        commission: standing.commission,
        next: standing.next.as_ref().map(|n| NextView {
            name: n.tier.name(lang).to_owned(),
            missing: n.missing,
            threshold: n.tier.min_turnover,
            turnover: standing.this_month().clamp(0, n.tier.min_turnover),
            held: t_args(
                lang,
                "programs-held",
                &[
                    ("held", i64::try_from(n.held).unwrap_or(0).into()),
                    ("periods", i64::from(n.tier.periods.max(1)).into()),
                ],
            ),
            reached: n.missing == 0,
        }),
        chart_label: format!("{}: {}", t(lang, "programs-chart"), said.join(", ")),
        bars,
        links: links.into_iter().map(|l| LinkView { program: l.program, reference: l.reference, url: l.url }).collect(),
        missing: missing.into_iter().map(|(_, slug, program, asked)| MissingView { slug, program, asked }).collect(),
        sales: page
            .items
            .into_iter()
            .map(|row| SaleView {
                status: t(lang, &format!("programs-status-{}", row.sale.status)).into_owned(),
                status_class: match row.sale.status.as_str() {
                    "approved" => "tag-ok",
                    "declined" | "refunded" => "tag-bad",
                    _ => "",
                },
                order: row.sale.order_id,
                program: row.program.map(|(_, name)| name).unwrap_or_default(),
                at: row.sale.occurred_at,
                amount: row.sale.amount,
                currency: row.sale.currency,
                commission: row.sale.commission,
            })
            .collect(),
        next_page: page.next_cursor.map(|c| format!("/me/standing?cursor={c}")).unwrap_or_default(),
        currency: standing.currency,
    };
    me.page("programs/standing", "shell-standing").nav("me").show(&view).await
}
