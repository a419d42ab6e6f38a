//! Pages of moderators: the list of reports and the switches of threads and posts.

use crate::error::{Error, Result};
use crate::forums::actions;
use crate::forums::model::{PostId, ThreadChange, ThreadId, path_to, thread_path};
use crate::forums::store;
use crate::web::forms::Form;
use crate::web::guards::Moderator;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::{HttpResponse, web};
use serde::Serialize;

/// `POST /threads/{id}/moderate`
pub async fn moderate_thread(me: Moderator, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let mut change = ThreadChange { reason: form.text("reason").to_owned(), ..ThreadChange::default() };
    match form.text("act") {
        "pin" => change.pinned = Some(true),
        "unpin" => change.pinned = Some(false),
        "lock" => change.locked = Some(true),
        "unlock" => change.locked = Some(false),
        "hide" => change.hidden = Some(true),
        "show" => change.hidden = Some(false),
        "promo" => change.is_promo = Some(true),
        "unpromo" => change.is_promo = Some(false),
        "move" => change.niche = Some(form.text("niche").to_owned()),
        _ => return Err(Error::field("act", "invalid")),
    }
    actions::change(&me.house, &me.viewer, ThreadId(*id), change).await?;
    Ok(see_other_with(&me.house.config, &format!("/threads/{id}"), "ok", "forums-saved"))
}

/// `POST /posts/{id}/hide`: hides, or shows again with `act=show`.
pub async fn hide_post(me: Moderator, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let hidden = form.text("act") != "show";
    actions::hide_post(&me.house, &me.viewer, PostId(*id), hidden, form.text("reason")).await?;
    Ok(see_other(&format!("/posts/{id}")))
}

#[derive(Serialize)]
struct ReportItem {
    id: i64,
    url: String,
    title: String,
    number: i32,
    author: Option<String>,
    reporter: String,
    reason: String,
    at: i64,
    body_html: String,
    gone: bool,
}

#[derive(Serialize)]
struct ReportsView {
    reports: Vec<ReportItem>,
}

/// `GET /moderate`
pub async fn reports(me: Moderator) -> Result<HttpResponse> {
    let rows = me.house.db.read(|c| store::list_open_reports(c, 0, 100)).await?;
    let reports = rows
        .into_iter()
        .map(|r| ReportItem {
            id: r.id,
            url: path_to(&thread_path(r.thread_id, &r.title), r.number),
            gone: r.hidden_at.is_some() || r.deleted_at.is_some(),
            title: r.title,
            number: r.number,
            author: r.author,
            reporter: r.reporter,
            reason: r.reason,
            at: r.created_at,
            body_html: r.html,
        })
        .collect();
    me.page("forums/reports", "forums-reports-title").nav("moderate").show(&ReportsView { reports }).await
}

/// `POST /moderate/reports/{id}`: closes a report, with `act=hide` its post is hidden too.
pub async fn close_report(me: Moderator, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    actions::close_report(&me.house, &me.viewer, *id, form.text("act") == "hide").await?;
    Ok(see_other_with(&me.house.config, "/moderate", "ok", "forums-report-closed"))
}
