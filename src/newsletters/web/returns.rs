//! What came back, for admins.

use crate::error::Result;
use crate::i18n::t;
use crate::newsletters::returns::{self, Returned};
use crate::web::guards::Admin;
use actix_web::HttpResponse;
use serde::Serialize;

#[derive(Serialize)]
struct ReturnsView {
    domain: String,
    listens: bool,
    items: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    at: i64,
    verdict: String,
    mark: &'static str,
    status: String,
    detail: String,
    campaign: Option<i64>,
    member: Option<i64>,
    raw: String,
}

/// Mails shown.
const MOST: i64 = 100;

/// `GET /admin/returns`
pub async fn returned(me: Admin) -> Result<HttpResponse> {
    let lang = me.lang();
    let rows = me.house.db.read(|c| returns::list_returned(c, None, MOST)).await?;
    let line = |r: Returned| Line {
        at: r.at,
        verdict: t(lang, &format!("newsletters-returned-{}", r.verdict)).into_owned(),
        mark: match r.verdict.as_str() {
            "hard" | "complaint" => "bad",
            "unread" => "hot",
            _ => "",
        },
        status: r.status,
        detail: r.detail,
        campaign: r.campaign_id,
        member: r.member_id,
        raw: r.raw,
    };
    let view = ReturnsView {
        domain: me.house.config.bounce_domain.clone().unwrap_or_default(),
        listens: me.house.config.inbound.is_some(),
        items: rows.into_iter().map(line).collect(),
    };
    me.page("newsletters/returned", "newsletters-returned").nav("admin").show(&view).await
}
