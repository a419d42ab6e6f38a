//! The outbox as JSON: mails that are kept where there is no way for them.

use crate::error::Result;
use crate::i18n::iso;
use crate::mail::Opened;
use crate::web::guards::Admin;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// A mail that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptMail {
    /// File name.
    pub name: String,
    /// Who was to get it.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// When it was written, RFC 3339, if it says.
    pub date: Option<String>,
}

/// `GET /api/v1/outbox`
#[utoipa::path(get, path = "/api/v1/outbox", tag = "mail", params(PageQuery),
    responses((status = 200, description = "The newest first", body = Page<KeptMail>)))]
pub async fn list_outbox(me: Admin, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, from) = (paging.limit()?, paging.after()?.map_or(0, |c| c.id));
    let (skip, most) = (usize::try_from(from).unwrap_or(0), usize::try_from(limit).unwrap_or(50));
    let outbox = me.house.mailer.outbox().clone();
    let (items, more) = me
        .house
        .db
        .read(move |_| {
            let all = outbox.list(skip.saturating_add(most).saturating_add(1))?;
            let more = all.len() > skip.saturating_add(most);
            let open = |name: &str| outbox.open_mail(name).ok();
            let items: Vec<KeptMail> = all
                .iter()
                .skip(skip)
                .take(most)
                .filter_map(|kept| open(&kept.name))
                .map(|m| KeptMail { name: m.name, to: m.to, subject: m.subject, date: m.date.map(iso) })
                .collect();
            Ok((items, more))
        })
        .await?;
    let next = i64::try_from(skip.saturating_add(most)).unwrap_or(i64::MAX);
    let next_cursor = more.then(|| Cursor { key: 0, id: next }.encode());
    Ok(HttpResponse::Ok().json(Page { items, next_cursor }))
}

/// A kept mail with its parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptMailWhole {
    /// File name.
    pub name: String,
    /// Who sent it.
    pub from: String,
    /// Who was to get it.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// When it was written, RFC 3339, if it says.
    pub date: Option<String>,
    /// Every header as it stands in the file: name, value.
    pub headers: Vec<(String, String)>,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// `GET /api/v1/outbox/{name}`
#[utoipa::path(get, path = "/api/v1/outbox/{name}", tag = "mail", params(("name" = String, Path)),
    responses((status = 200, body = KeptMailWhole), (status = 404, body = Problem)))]
pub async fn show_kept(me: Admin, name: web::Path<String>) -> Result<HttpResponse> {
    let outbox = me.house.mailer.outbox().clone();
    let Opened { name, from, to, subject, date, headers, text, html } =
        me.house.db.read(move |_| outbox.open_mail(&name)).await?;
    let date = date.map(iso);
    Ok(HttpResponse::Ok().json(KeptMailWhole { name, from, to, subject, date, headers, text, html }))
}
