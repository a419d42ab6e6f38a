//! JSON of campaigns.

pub mod reading;

use super::input::{Raw, Words};
use super::model::{Campaign, Counts};
use super::store::{self, Row};
use super::{actions, model};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::iso;
use crate::programs::api::Money;
use crate::web::forms::Json;
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A campaign to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCampaign {
    /// 1 to 200 characters.
    name: String,
    /// Who gets it.
    segment_id: i64,
    /// Text, or `{de,en}`; merge fields.
    #[serde(default)]
    subject: Words,
    /// Markdown, or `{de,en}`; merge fields.
    #[serde(default)]
    body: Words,
    /// Slug of the program whose link is merged in.
    program: Option<String>,
    /// Address for answers.
    reply_to: Option<String>,
    /// Tier to minutes after the start.
    tier_offsets: Option<BTreeMap<String, i64>>,
    /// Measure opens and clicks of readers who allow it; off where nothing is said.
    tracking: Option<bool>,
}

/// What to change; what is absent stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignPatch {
    /// 1 to 200 characters.
    name: Option<String>,
    /// Who gets it.
    segment_id: Option<i64>,
    /// Text, or `{de,en}`.
    subject: Option<Words>,
    /// Markdown, or `{de,en}`.
    body: Option<Words>,
    /// Slug of the program; empty: none.
    program: Option<String>,
    /// Address for answers; empty: the sender.
    reply_to: Option<String>,
    /// Tier to minutes after the start.
    tier_offsets: Option<BTreeMap<String, i64>>,
    /// Measure opens and clicks of readers who allow it; off where nothing is said.
    tracking: Option<bool>,
}

/// When to start.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartBody {
    /// RFC 3339; absent: now.
    at: Option<String>,
}

/// Where to send a test.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    /// Address.
    to: String,
}

/// A campaign.
#[derive(Serialize, ToSchema)]
pub struct CampaignJson {
    id: i64,
    name: String,
    segment_id: i64,
    subject: Words,
    body: Words,
    program: Option<String>,
    reply_to: Option<String>,
    tier_offsets: BTreeMap<String, i64>,
    /// Opens and clicks of readers who allow it are measured.
    tracking: bool,
    status: model::Status,
    hold_reason: Option<String>,
    revision: i32,
    /// Deliveries by state.
    counts: Counts,
    /// Members of the segment the snapshot left out, by reason.
    excluded: BTreeMap<String, i64>,
    scheduled_at: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// One recipient.
#[derive(Serialize, ToSchema)]
pub struct DeliveryJson {
    member_id: i64,
    name: Option<String>,
    email: String,
    state: String,
    reason: Option<String>,
    attempts: i32,
    stage: Option<String>,
    code: Option<i32>,
    detail: Option<String>,
    message_id: String,
    due_at: String,
    next_at: Option<String>,
    updated_at: String,
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

fn json(conn: &mut Conn, c: Campaign) -> Result<CampaignJson> {
    let counts = store::count_states(conn, c.id)?;
    let slug = program_slug(conn, c.program_id)?;
    Ok(CampaignJson {
        id: c.id,
        segment_id: c.segment_id,
        subject: Words::of(&c.subject_de, &c.subject_en),
        body: Words::of(&c.body_de, &c.body_en),
        program: slug,
        tier_offsets: c.offsets(),
        tracking: c.tracking,
        status: c.status(),
        excluded: c.excluded(),
        hold_reason: some(c.hold_reason),
        reply_to: some(c.reply_to),
        name: c.name,
        revision: c.revision,
        counts,
        scheduled_at: c.scheduled_at.map(iso),
        started_at: c.started_at.map(iso),
        finished_at: c.finished_at.map(iso),
        created_at: iso(c.created_at),
        updated_at: iso(c.updated_at),
    })
}

/// Slug of a program id.
pub(super) fn program_slug(conn: &mut Conn, id: Option<i64>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    Ok(store::list_programs(conn)?.into_iter().find(|(i, ..)| *i == id).map(|(_, slug, _)| slug))
}

async fn answer(house: &House, id: i64) -> Result<CampaignJson> {
    house.db.read(move |c| store::find(c, id).and_then(|campaign| json(c, campaign))).await
}

/// Filter of campaigns.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct ListQuery {
    /// Only this status.
    status: Option<String>,
    /// Items wanted.
    limit: Option<i64>,
    /// Where to go on.
    cursor: Option<String>,
}

/// `GET /api/v1/campaigns`
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "newsletters", params(ListQuery),
    responses((status = 200, body = Page<CampaignJson>)))]
pub async fn list(me: Manager, query: web::Query<ListQuery>) -> Result<HttpResponse> {
    let ListQuery { status, limit, cursor } = query.into_inner();
    let paging = PageQuery { limit, cursor };
    let (limit, after) = (paging.limit()?, paging.after()?.map(|c| c.id));
    let page = me
        .house
        .db
        .read(move |c| {
            let rows = store::list(c, after, status.as_deref(), limit + 1)?;
            let page = Page::cut(rows, limit, |s| Cursor { key: 0, id: s.id });
            let items = page.items.into_iter().map(|row| json(c, row)).collect::<Result<Vec<_>>>()?;
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// `POST /api/v1/campaigns`
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "newsletters", request_body = NewCampaign,
    responses((status = 201, body = CampaignJson), (status = 422, description = "Fields to mend; unknown merge fields are named")))]
pub async fn create(me: Manager, Json(new): Json<NewCampaign>) -> Result<HttpResponse> {
    let raw = Raw {
        name: new.name,
        segment_id: new.segment_id,
        subject: new.subject,
        body: new.body,
        program: new.program.unwrap_or_default(),
        reply_to: new.reply_to.unwrap_or_default(),
        tier_offsets: new.tier_offsets.unwrap_or_default(),
        tracking: new.tracking.unwrap_or_default(),
    };
    let id = actions::create(&me.house, raw, me.viewer.id).await?;
    Ok(HttpResponse::Created().json(answer(&me.house, id).await?))
}

/// `GET /api/v1/campaigns/{id}`
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "newsletters", params(("id" = i64, Path)),
    responses((status = 200, body = CampaignJson), (status = 404, description = "No such campaign")))]
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(answer(&me.house, id.into_inner()).await?))
}

/// `PATCH /api/v1/campaigns/{id}`
#[utoipa::path(patch, path = "/api/v1/campaigns/{id}", tag = "newsletters", params(("id" = i64, Path)),
    request_body = CampaignPatch,
    responses((status = 200, body = CampaignJson), (status = 409, description = "It has begun")))]
pub async fn update(me: Manager, id: web::Path<i64>, Json(patch): Json<CampaignPatch>) -> Result<HttpResponse> {
    let id = id.into_inner();
    actions::update(&me.house, id, move |conn, old| {
        let patch = patch.clone();
        Ok(Raw {
            name: patch.name.unwrap_or_else(|| old.name.clone()),
            segment_id: patch.segment_id.unwrap_or(old.segment_id),
            subject: patch.subject.unwrap_or_else(|| Words::of(&old.subject_de, &old.subject_en)),
            body: patch.body.unwrap_or_else(|| Words::of(&old.body_de, &old.body_en)),
            program: match patch.program {
                Some(slug) => slug,
                None => program_slug(conn, old.program_id)?.unwrap_or_default(),
            },
            reply_to: patch.reply_to.unwrap_or_else(|| old.reply_to.clone()),
            tier_offsets: patch.tier_offsets.unwrap_or_else(|| old.offsets()),
            tracking: patch.tracking.unwrap_or(old.tracking),
        })
    })
    .await?;
    Ok(HttpResponse::Ok().json(answer(&me.house, id).await?))
}

/// `POST /api/v1/campaigns/{id}/start`
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/start", tag = "newsletters", params(("id" = i64, Path)),
    request_body = StartBody, responses((status = 200, body = CampaignJson),
    (status = 409, description = "imprint_empty, segment_empty, campaign_started"), (status = 422, description = "Texts are missing")))]
pub async fn start(me: Manager, id: web::Path<i64>, Json(body): Json<StartBody>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let at = match body.at.as_deref() {
        None => None,
        Some(text) => {
            let at: jiff::Timestamp = text.parse().map_err(|_| Error::field("at", "invalid"))?;
            Some(at.as_millisecond())
        }
    };
    actions::start(&me.house, id, at, me.viewer.id).await?;
    Ok(HttpResponse::Ok().json(answer(&me.house, id).await?))
}

/// `POST /api/v1/campaigns/{id}/pause`
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/pause", tag = "newsletters", params(("id" = i64, Path)),
    responses((status = 200, body = CampaignJson), (status = 409, description = "It does not run")))]
pub async fn pause(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    actions::pause(&me.house, id, me.viewer.id).await?;
    Ok(HttpResponse::Ok().json(answer(&me.house, id).await?))
}

/// `POST /api/v1/campaigns/{id}/resume`
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/resume", tag = "newsletters", params(("id" = i64, Path)),
    responses((status = 200, body = CampaignJson), (status = 409, description = "It is not paused")))]
pub async fn resume(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    actions::resume(&me.house, id, me.viewer.id).await?;
    Ok(HttpResponse::Ok().json(answer(&me.house, id).await?))
}

/// `POST /api/v1/campaigns/{id}/cancel`
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/cancel", tag = "newsletters", params(("id" = i64, Path)),
    responses((status = 200, body = CampaignJson), (status = 409, description = "It is over")))]
pub async fn cancel(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    actions::cancel(&me.house, id, me.viewer.id).await?;
    Ok(HttpResponse::Ok().json(answer(&me.house, id).await?))
}

/// `POST /api/v1/campaigns/{id}/test`
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/test", tag = "newsletters", params(("id" = i64, Path)),
    request_body = TestBody, responses((status = 200, description = "Sent"), (status = 409, description = "The mail route refused it")))]
pub async fn test(me: Manager, id: web::Path<i64>, Json(body): Json<TestBody>) -> Result<HttpResponse> {
    actions::send_test(&me.house, id.into_inner(), &body.to, me.viewer.id).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({"sent": true})))
}

/// Filter of deliveries.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct DeliveriesQuery {
    /// Only this state.
    state: Option<String>,
    /// Items wanted.
    limit: Option<i64>,
    /// Where to go on.
    cursor: Option<String>,
}

/// `GET /api/v1/campaigns/{id}/deliveries`
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/deliveries", tag = "newsletters",
    params(("id" = i64, Path), DeliveriesQuery), responses((status = 200, body = Page<DeliveryJson>)))]
pub async fn deliveries(me: Manager, id: web::Path<i64>, query: web::Query<DeliveriesQuery>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let DeliveriesQuery { state, limit, cursor } = query.into_inner();
    let paging = PageQuery { limit, cursor };
    let (limit, after) = (paging.limit()?, paging.after()?.map_or(0, |c| c.id));
    let rows = me
        .house
        .db
        .read(move |c| {
            store::find(c, id)?;
            store::list_deliveries(c, id, state.as_deref(), after, limit + 1)
        })
        .await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.member_id }).map(|r: Row| DeliveryJson {
        member_id: r.member_id,
        name: r.name,
        email: r.email,
        next_at: matches!(r.state.as_str(), "pending" | "retry_wait").then(|| iso(r.next_at)),
        state: r.state,
        reason: some(r.reason),
        attempts: r.attempts,
        stage: some(r.stage),
        code: Some(r.code).filter(|c| *c != 0),
        detail: some(r.detail),
        message_id: r.message_id,
        due_at: iso(r.due_at),
        updated_at: iso(r.updated_at),
    });
    Ok(HttpResponse::Ok().json(page))
}

/// What became of a campaign.
#[derive(Serialize, ToSchema)]
pub struct ReportJson {
    /// Deliveries by state.
    counts: Counts,
    /// Members of the segment the snapshot left out, by reason.
    excluded: BTreeMap<String, i64>,
    /// Accepted mails to readers who allow opens and clicks to be measured: what the next two are shares of.
    tracked: i64,
    /// Readers who opened it.
    opened: i64,
    /// Readers who followed a link.
    clicked: i64,
    /// Readers for whom a program followed links; it counts nowhere else.
    scanned: i64,
    /// Readers whose address does not exist any more, as their mail server told afterwards.
    bounced: i64,
    /// Readers whose mailbox did not take it this time.
    soft_bounced: i64,
    /// Readers who called it spam.
    complaints: i64,
    /// Links, the most followed first.
    links: Vec<LinkJson>,
    /// For each hour after the start, 48 of them.
    hours: Vec<HourJson>,
    /// Readers who took their consent back within a week of the start.
    unsubscribed: i64,
    /// Approved sales of the readers in the week before the mail was due to each.
    sales_before: SalesJson,
    /// Approved sales of the readers in the week from then on.
    sales_after: SalesJson,
}

/// A link of a campaign.
#[derive(Serialize, ToSchema)]
pub struct LinkJson {
    /// The address, merge fields in it.
    url: String,
    /// Readers who followed it.
    clicked: i64,
}

/// An hour of the curve.
#[derive(Serialize, ToSchema)]
pub struct HourJson {
    /// Readers who opened it for the first time then.
    opened: i64,
    /// Readers who followed a link for the first time then.
    clicked: i64,
}

/// Sales of a week.
#[derive(Serialize, ToSchema)]
pub struct SalesJson {
    /// How many.
    count: i64,
    /// Their amounts together.
    total: Money,
}

/// `GET /api/v1/campaigns/{id}/report`
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report", tag = "newsletters", params(("id" = i64, Path)),
    responses((status = 200, body = ReportJson), (status = 404, description = "No such campaign")))]
pub async fn report(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let r = me.house.db.read(move |c| super::report::report(c, id)).await?;
    let sales = |s: &store::Sales| SalesJson { count: s.count, total: Money::new(s.amount, &r.currency) };
    Ok(HttpResponse::Ok().json(ReportJson {
        sales_before: sales(&r.before),
        sales_after: sales(&r.after),
        counts: r.counts,
        excluded: r.excluded,
        tracked: r.tracked,
        opened: r.opened,
        clicked: r.clicked,
        scanned: r.scanned,
        bounced: r.bounced,
        soft_bounced: r.soft_bounced,
        complaints: r.complaints,
        links: r.links.into_iter().map(|(url, clicked)| LinkJson { url, clicked }).collect(),
        hours: r.hours.into_iter().map(|(opened, clicked)| HourJson { opened, clicked }).collect(),
        unsubscribed: r.left,
    }))
}
