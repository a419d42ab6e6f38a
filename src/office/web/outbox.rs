//! The way mail goes, and the mails that are kept where there is none.

use super::super::actions;
use crate::error::{Error, Result};
use crate::jobs;
use crate::mail::{Opened, Pace, Volume, volume};
use crate::web::guards::Admin;
use crate::web::redirect::see_other_with;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Mails of one page.
const PER_PAGE: usize = 50;

#[derive(Serialize)]
struct MailView {
    route: String,
    from: String,
    waiting: i64,
    kept: usize,
    volume: Option<Volume>,
}

/// `GET /admin/mail`
pub async fn mail(me: Admin) -> Result<HttpResponse> {
    let outbox = me.house.mailer.outbox().clone();
    let (now, pace) = (me.house.db.now(), Pace::of(&me.house.config));
    let (overview, kept, sent) = me
        .house
        .db
        .read(move |c| {
            let sent = pace.map(|p| volume::volume(c, &p, now)).transpose()?;
            Ok((jobs::overview(c)?, outbox.count()?, sent))
        })
        .await?;
    let route = me.house.config.smtp.as_ref().map(|r| format!("{}:{}", r.host, r.port)).unwrap_or_default();
    let view =
        MailView { route, from: me.house.config.mail_from.clone(), waiting: overview.waiting, kept, volume: sent };
    me.page("office/mail", "members-mail").nav("admin").show(&view).await
}

/// `POST /admin/mail/test`
pub async fn send_test(me: Admin) -> Result<HttpResponse> {
    actions::send_test_mail(&me.house, &me.viewer).await?;
    Ok(see_other_with(&me.house.config, "/admin/mail", "ok", "office-test-sent"))
}

/// Which part of the outbox to show.
#[derive(Debug, Deserialize)]
pub struct OutboxQuery {
    page: Option<usize>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    to: String,
    subject: String,
    date: Option<i64>,
}

#[derive(Serialize)]
struct OutboxView {
    mails: Vec<Line>,
    has_route: bool,
    prev: String,
    next: String,
}

/// `GET /admin/outbox`
pub async fn outbox(me: Admin, query: web::Query<OutboxQuery>) -> Result<HttpResponse> {
    let page = query.page.unwrap_or(1).clamp(1, 10_000);
    let outbox = me.house.mailer.outbox().clone();
    // Reading files blocks, as reading rows does: it belongs off the event loop.
    let (mails, more) = me
        .house
        .db
        .read(move |_| {
            let all = outbox.list(page * PER_PAGE + 1)?;
            let more = all.len() > page * PER_PAGE;
            let mails: Vec<Line> = all
                .iter()
                .skip((page - 1) * PER_PAGE)
                .take(PER_PAGE)
                .filter_map(|kept| outbox.open_mail(&kept.name).ok())
                .map(|m| Line { name: m.name, to: m.to, subject: m.subject, date: m.date })
                .collect();
            Ok((mails, more))
        })
        .await?;
    let view = OutboxView {
        mails,
        has_route: me.house.config.smtp.is_some(),
        prev: if page > 1 { format!("/admin/outbox?page={}", page - 1) } else { String::new() },
        next: if more { format!("/admin/outbox?page={}", page + 1) } else { String::new() },
    };
    me.page("office/outbox", "members-outbox").nav("admin").show(&view).await
}

async fn open(me: &Admin, name: String) -> Result<Opened> {
    let outbox = me.house.mailer.outbox().clone();
    me.house.db.read(move |_| outbox.open_mail(&name)).await
}

/// `GET /admin/outbox/{name}`
pub async fn read(me: Admin, name: web::Path<String>) -> Result<HttpResponse> {
    let mail = open(&me, name.into_inner()).await?;
    let title = mail.subject.clone();
    me.page("office/kept", "members-outbox").title(title).nav("admin").show(&mail).await
}

/// `GET /admin/outbox/{name}/html`: the HTML part for the frame of the page, with a policy of its own:
/// no script, no form, nothing from elsewhere, no origin.
pub async fn read_html(me: Admin, name: web::Path<String>) -> Result<HttpResponse> {
    let mail = open(&me, name.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'",
        ))
        .insert_header(("x-frame-options", "SAMEORIGIN"))
        .insert_header(("cache-control", "no-store"))
        .body(mail.html))
}

/// `GET /admin/outbox/{name}/raw`: the file.
pub async fn read_raw(me: Admin, name: web::Path<String>) -> Result<HttpResponse> {
    let outbox = me.house.mailer.outbox().clone();
    let name = name.into_inner();
    let file = name.clone();
    let bytes = me.house.db.read(move |_| outbox.read(&name)).await?;
    if !file.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)) {
        return Err(Error::NotFound);
    }
    Ok(HttpResponse::Ok()
        .content_type("message/rfc822")
        .insert_header(("content-disposition", format!("attachment; filename=\"{file}\"")))
        .insert_header(("cache-control", "no-store"))
        .body(bytes))
}
