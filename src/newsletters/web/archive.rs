//! The archive of members, and the way out that needs no login.

use crate::access::Sight;
use crate::error::Result;
use crate::newsletters::model::Campaign;
use crate::newsletters::{actions, store, unsubscribe};
use crate::web::guards::{Ctx, Member};
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct ArchiveView {
    items: Vec<Issue>,
    wants: bool,
}

#[derive(Serialize)]
struct Issue {
    id: i64,
    subject: String,
    at: i64,
}

/// Issues shown.
const MOST: i64 = 100;

/// `GET /newsletters`: the issues the reader was meant to get, from the hour of the reader's tier on.
pub async fn archive(me: Member) -> Result<HttpResponse> {
    let (now, lang, sight) = (me.house.db.now(), me.lang(), Sight::of(&me.viewer));
    let id = me.viewer.id;
    let name = me.viewer.name.clone();
    let view = me
        .house
        .db
        .read(move |c| {
            let rows: Vec<(Campaign, i64)> = if sight.manages {
                store::list_begun(c, MOST)?
                    .into_iter()
                    .map(|x| (x.started_at.unwrap_or(0), x))
                    .map(|(at, x)| (x, at))
                    .collect()
            } else {
                store::list_issues_of(c, id, now, MOST)?
            };
            let items = rows
                .into_iter()
                .map(|(campaign, at)| {
                    let subject = campaign.texts(campaign.language_for(lang)).0.replace("{{member.name}}", &name);
                    Issue { id: campaign.id, subject, at }
                })
                .collect();
            Ok(ArchiveView { items, wants: store::find_consent(c, id)?.unwrap_or(false) })
        })
        .await?;
    me.page("newsletters/archive", "newsletters-title").nav("newsletters").show(&view).await
}

#[derive(Serialize)]
struct IssueView {
    subject: String,
    body_html: String,
    at: Option<i64>,
}

/// `GET /newsletters/{id}`: the issue as the reader's own.
pub async fn issue(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (id, now, sight) = (id.into_inner(), me.house.db.now(), Sight::of(&me.viewer));
    let who = me.viewer.id;
    let campaign = me
        .house
        .db
        .read(move |c| if sight.manages { store::find(c, id) } else { store::find_issue_of(c, who, id, now) })
        .await?;
    let (edition, mut reader) = actions::sample(&me.house, id, who).await?;
    reader.lang = campaign.language_for(me.lang());
    let view = IssueView {
        subject: edition.subject(&reader)?,
        body_html: edition.body_html(&reader)?,
        at: campaign.started_at,
    };
    me.page("newsletters/issue", "newsletters-title").title(view.subject.clone()).nav("newsletters").show(&view).await
}

#[derive(Serialize)]
struct UnsubscribeView {
    token: String,
    wants: bool,
    done: bool,
}

/// `GET /u/{token}`: shows a button and changes nothing; programs that check links in mails open every one of them.
#[utoipa::path(get, path = "/u/{token}", tag = "newsletters", params(("token" = String, Path)),
    responses((status = 200, description = "A page with a button; changes nothing", content_type = "text/html"), (status = 404)))]
pub async fn unsubscribe_form(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let token = token.into_inner();
    let member = unsubscribe::member_of(&ctx.house, token.clone()).await?;
    let wants = ctx.house.db.read(move |c| store::find_consent(c, member)).await?.unwrap_or(false);
    let view = UnsubscribeView { token, wants, done: false };
    ctx.page("newsletters/unsubscribe", "newsletters-unsubscribe-title").show(&view).await
}

/// `POST /u/{token}`: withdraws at once, whatever the body's encoding (RFC 8058), as often as it is asked.
#[utoipa::path(post, path = "/u/{token}", tag = "newsletters", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`List-Unsubscribe=One-Click`, or anything (RFC 8058)"),
    responses((status = 200, description = "Withdrawn, without a login and without a redirect", content_type = "text/html"), (status = 404)))]
pub async fn unsubscribe_now(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let token = token.into_inner();
    unsubscribe::withdraw(&ctx.house, token.clone(), ctx.ip(), ctx.agent.clone()).await?;
    let view = UnsubscribeView { token, wants: false, done: true };
    ctx.page("newsletters/unsubscribe", "newsletters-unsubscribe-title").show(&view).await
}
