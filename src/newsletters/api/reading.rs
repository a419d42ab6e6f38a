//! Reading newsletters as JSON: a member's own archive, a campaign as a member would get it, what came back.

use super::super::model::Campaign;
use super::super::returns::{self, Returned};
use super::super::{actions, store};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, iso};
use crate::web::guards::{Admin, Manager, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Issues of one answer.
const MOST: i64 = 500;

/// An issue in the caller's archive.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssueLine {
    /// Id.
    pub id: i64,
    /// Subject in the caller's language.
    pub subject: String,
    /// When it was the caller's turn, RFC 3339.
    pub at: String,
}

/// `GET /api/v1/newsletters`: the issues the caller was meant to get, from the hour of their tier on; managers see every one.
#[utoipa::path(get, path = "/api/v1/newsletters", tag = "newsletters", params(PageQuery),
    responses((status = 200, description = "The newest first; the last 500", body = Page<IssueLine>)))]
pub async fn archive_list(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (now, lang, sight) = (me.house.db.now(), me.lang(), Sight::of(&me.viewer));
    let (id, name) = (me.viewer.id, me.viewer.name.clone());
    let rows: Vec<(Campaign, i64)> = me
        .house
        .db
        .read(move |c| {
            if sight.manages {
                let all = store::list_begun(c, MOST)?;
                return Ok(all.into_iter().map(|x| (x.started_at.unwrap_or(0), x)).map(|(at, x)| (x, at)).collect());
            }
            store::list_issues_of(c, id, now, MOST)
        })
        .await?;
    let line = |(campaign, at): (Campaign, i64)| IssueLine {
        id: campaign.id,
        subject: campaign.texts(campaign.language_for(lang)).0.replace("{{member.name}}", &name),
        at: iso(at),
    };
    Ok(HttpResponse::Ok().json(Page::of_short(rows.into_iter().map(line).collect(), &paging)?))
}

/// An issue as one member gets it.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssueJson {
    /// Id.
    pub id: i64,
    /// `de` or `en`.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// Safe HTML of the text, without the frame of the mail.
    pub html: String,
    /// The text part.
    pub text: String,
}

/// `GET /api/v1/newsletters/{id}`
#[utoipa::path(get, path = "/api/v1/newsletters/{id}", tag = "newsletters", params(("id" = i64, Path)),
    responses((status = 200, description = "The issue as the caller's own", body = IssueJson), (status = 404, body = Problem)))]
pub async fn archive_issue(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (id, now, sight, who) = (*id, me.house.db.now(), Sight::of(&me.viewer), me.viewer.id);
    let campaign = me
        .house
        .db
        .read(move |c| if sight.manages { store::find(c, id) } else { store::find_issue_of(c, who, id, now) })
        .await?;
    let (edition, mut reader) = actions::sample(&me.house, id, who).await?;
    reader.lang = campaign.language_for(me.lang());
    let lang = reader.lang.code().to_owned();
    let (subject, html, text) = (edition.subject(&reader)?, edition.body_html(&reader)?, edition.plain(&reader)?);
    Ok(HttpResponse::Ok().json(IssueJson { id, lang, subject, html, text }))
}

/// Whose mail to show.
#[derive(Debug, Deserialize, IntoParams)]
pub struct PreviewOf {
    /// Member id; without it the caller.
    pub member: Option<i64>,
    /// `de` or `en`; without it the member's.
    pub lang: Option<String>,
}

/// A mail as one member would get it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewJson {
    /// `de` or `en`.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// The whole HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
}

/// `GET /api/v1/campaigns/{id}/preview`
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/preview", tag = "campaigns", params(("id" = i64, Path), PreviewOf),
    responses((status = 200, body = PreviewJson), (status = 404, body = Problem),
        (status = 422, description = "The text does not render: what is wrong, with its place", body = Problem)))]
pub async fn campaign_preview(me: Manager, id: web::Path<i64>, of: web::Query<PreviewOf>) -> Result<HttpResponse> {
    let member = of.member.map_or(me.viewer.id, MemberId);
    let (edition, mut reader) = actions::sample(&me.house, *id, member).await?;
    if let Some(code) = of.lang.as_deref().filter(|l| !l.is_empty()) {
        reader.lang = Lang::parse(code).ok_or_else(|| Error::field("lang", "invalid"))?;
    }
    let lang = reader.lang.code().to_owned();
    let (subject, html, text) = (edition.subject(&reader)?, edition.html(&reader)?, edition.plain(&reader)?);
    Ok(HttpResponse::Ok().json(PreviewJson { lang, subject, html, text }))
}

/// A mail that came back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnedJson {
    /// Id.
    pub id: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Address of ours it came to.
    pub recipient: String,
    /// Campaign it is about.
    pub campaign: Option<i64>,
    /// Member it is about.
    pub member: Option<i64>,
    /// `hard`, `soft`, `delayed`, `complaint`, `leave` or `unread`.
    pub verdict: String,
    /// Enhanced status code.
    pub status: String,
    /// The server's words.
    pub detail: String,
}

/// `GET /api/v1/returned-mails`
#[utoipa::path(get, path = "/api/v1/returned-mails", tag = "campaigns", params(PageQuery),
    responses((status = 200, description = "The newest first", body = Page<ReturnedJson>)))]
pub async fn returned_mails(me: Admin, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, before) = (paging.limit()?, paging.after()?.map(|c| c.id));
    let rows = me.house.db.read(move |c| returns::list_returned(c, before, limit + 1)).await?;
    let one = |r: Returned| ReturnedJson {
        id: r.id,
        at: iso(r.at),
        recipient: r.recipient,
        campaign: r.campaign_id,
        member: r.member_id,
        verdict: r.verdict,
        status: r.status,
        detail: r.detail,
    };
    Ok(HttpResponse::Ok().json(Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id }).map(one)))
}
