//! Order in rooms as JSON.

use super::actions::{self, Decision, OrderChange};
use super::store::{self, Order, Sanction};
use crate::access::Sight;
use crate::error::Result;
use crate::i18n::iso;
use crate::rooms::model::RoomId;
use crate::rooms::store as rooms;
use crate::web::forms::Json;
use crate::web::guards::Moderator;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A decision in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct SanctionView {
    /// The member.
    member_id: i64,
    /// Their name.
    name: String,
    /// `mute` or `ban`.
    kind: String,
    /// Why.
    reason: String,
    /// Until when; null: for ever.
    until: Option<String>,
    /// Since when.
    since: String,
}

impl From<Sanction> for SanctionView {
    fn from(s: Sanction) -> Self {
        Self {
            member_id: s.member_id,
            name: s.name,
            kind: s.kind,
            reason: s.reason,
            until: s.until_at.map(iso),
            since: iso(s.created_at),
        }
    }
}

/// The order of a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    /// Seconds between two messages of one member; 0: no slow mode.
    slow_seconds: i64,
    /// Only the team says or changes anything.
    read_only: bool,
    /// Only the team begins messages.
    announce: bool,
    /// Decisions in force, newest first.
    sanctions: Vec<SanctionView>,
}

impl OrderView {
    fn of(order: Order, sanctions: Vec<Sanction>) -> Self {
        Self {
            slow_seconds: order.slow_ms / 1_000,
            read_only: order.read_only,
            announce: order.announce,
            sanctions: sanctions.into_iter().map(SanctionView::from).collect(),
        }
    }
}

async fn view(me: &Moderator, room: RoomId) -> Result<OrderView> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    me.house
        .db
        .read(move |c| {
            rooms::find_visible(c, sight, room)?;
            Ok(OrderView::of(store::find_order(c, room)?, store::list_sanctions(c, room, now)?))
        })
        .await
}

/// `GET /api/v1/rooms/{id}/order`
#[utoipa::path(get, path = "/api/v1/rooms/{id}/order", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = OrderView)))]
pub async fn order(me: Moderator, id: web::Path<RoomId>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(view(&me, *id).await?))
}

/// A change; what is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOrder {
    /// 0 to 21,600.
    slow_seconds: Option<i64>,
    read_only: Option<bool>,
    announce: Option<bool>,
}

/// `PATCH /api/v1/rooms/{id}/order`
#[utoipa::path(patch, path = "/api/v1/rooms/{id}/order", tag = "rooms", params(("id" = i64, Path)), request_body = SetOrder, responses((status = 200, body = OrderView)))]
pub async fn set_order(me: Moderator, id: web::Path<RoomId>, body: Json<SetOrder>) -> Result<HttpResponse> {
    let SetOrder { slow_seconds, read_only, announce } = body.0;
    actions::set_order(&me.house, &me.viewer, *id, OrderChange { slow_seconds, read_only, announce }).await?;
    Ok(HttpResponse::Ok().json(view(&me, *id).await?))
}

/// For how long, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// 1 to 40,320.
    minutes: i64,
    #[serde(default)]
    reason: String,
}

/// For how long (for ever without), and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// 1 to 40,320.
    minutes: Option<i64>,
    #[serde(default)]
    reason: String,
}

type Whom = web::Path<(RoomId, i64)>;

async fn decide(me: &Moderator, path: Whom, decision: Decision, reason: &str) -> Result<HttpResponse> {
    let (room, member) = path.into_inner();
    actions::decide(&me.house, &me.viewer, room, MemberId(member), decision, reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `PUT /api/v1/rooms/{id}/mutes/{member}`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/mutes/{member}", tag = "rooms", params(("id" = i64, Path), ("member" = i64, Path)), request_body = Timed, responses((status = 204)))]
pub async fn mute(me: Moderator, path: Whom, body: Json<Timed>) -> Result<HttpResponse> {
    decide(&me, path, Decision::Mute(body.0.minutes), &body.0.reason).await
}

/// `DELETE /api/v1/rooms/{id}/mutes/{member}`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/mutes/{member}", tag = "rooms", params(("id" = i64, Path), ("member" = i64, Path)), responses((status = 204)))]
pub async fn unmute(me: Moderator, path: Whom) -> Result<HttpResponse> {
    decide(&me, path, Decision::Unmute, "").await
}

/// `PUT /api/v1/rooms/{id}/bans/{member}`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/bans/{member}", tag = "rooms", params(("id" = i64, Path), ("member" = i64, Path)), request_body = Ban, responses((status = 204)))]
pub async fn ban(me: Moderator, path: Whom, body: Json<Ban>) -> Result<HttpResponse> {
    decide(&me, path, Decision::Ban(body.0.minutes), &body.0.reason).await
}

/// `DELETE /api/v1/rooms/{id}/bans/{member}`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/bans/{member}", tag = "rooms", params(("id" = i64, Path), ("member" = i64, Path)), responses((status = 204)))]
pub async fn unban(me: Moderator, path: Whom) -> Result<HttpResponse> {
    decide(&me, path, Decision::Unban, "").await
}

/// `DELETE /api/v1/rooms/{id}/members/{member}`: puts a member out; they may come back.
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/members/{member}", tag = "rooms", params(("id" = i64, Path), ("member" = i64, Path)), responses((status = 204)))]
pub async fn kick(me: Moderator, path: Whom) -> Result<HttpResponse> {
    decide(&me, path, Decision::Kick, "").await
}

/// How many messages went.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    deleted: i64,
}

/// `DELETE /api/v1/rooms/{id}/members/{member}/messages`: takes back everything a member said in the room.
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/members/{member}/messages", tag = "rooms", params(("id" = i64, Path), ("member" = i64, Path)), responses((status = 200, body = Deleted)))]
pub async fn delete_all(me: Moderator, path: Whom) -> Result<HttpResponse> {
    let (room, member) = path.into_inner();
    let deleted = actions::delete_all_of(&me.house, &me.viewer, room, MemberId(member), "").await?;
    Ok(HttpResponse::Ok().json(Deleted { deleted }))
}
