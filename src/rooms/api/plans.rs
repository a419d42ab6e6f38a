//! JSON of what happens by the clock or from outside: messages for later, office hours, webhooks; and the search.

use super::super::actions;
use super::super::find as hunt;
use super::super::model::RoomId;
use super::super::store::{self, HourForm, OfficeHour};
use super::MessageView;
use super::order::Made;
use super::talk::{PlacedMessage, moment};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::Page;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message for later.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScheduled {
    /// Room.
    room_id: i64,
    /// Markdown.
    body: String,
    /// When.
    send_at: String,
}

/// A message for later, as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduledView {
    /// Row id.
    id: i64,
    /// Room.
    room_id: i64,
    /// Markdown.
    body: String,
    /// When.
    send_at: String,
    /// `waiting`, or `refused` with the reason.
    state: String,
    /// Why it was refused.
    reason: String,
}

/// `GET /api/v1/me/scheduled`
#[utoipa::path(get, path = "/api/v1/me/scheduled", tag = "rooms", responses((status = 200, body = Page<ScheduledView>)))]
pub async fn scheduled(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let items = me
        .house
        .db
        .read(move |c| store::list_scheduled(c, id))
        .await?
        .into_iter()
        .map(|s| ScheduledView {
            id: s.id,
            room_id: s.room_id.0,
            body: s.body,
            send_at: iso(s.send_at),
            state: s.state,
            reason: s.reason,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `POST /api/v1/me/scheduled`
#[utoipa::path(post, path = "/api/v1/me/scheduled", tag = "rooms", request_body = NewScheduled, responses((status = 201, body = Made)))]
pub async fn schedule(me: Member, body: Json<NewScheduled>) -> Result<HttpResponse> {
    let at = moment("send_at", &body.0.send_at)?;
    let id = actions::schedule(&me.house, &me.viewer, RoomId(body.0.room_id), &body.0.body, at).await?;
    Ok(HttpResponse::Created().json(Made { id }))
}

/// Another text or time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reschedule {
    /// Markdown.
    body: String,
    /// When.
    send_at: String,
}

/// `PUT /api/v1/me/scheduled/{id}`
#[utoipa::path(put, path = "/api/v1/me/scheduled/{id}", tag = "rooms", params(("id" = i64, Path)), request_body = Reschedule, responses((status = 204)))]
pub async fn reschedule(me: Member, id: web::Path<i64>, body: Json<Reschedule>) -> Result<HttpResponse> {
    let at = moment("send_at", &body.0.send_at)?;
    actions::reschedule(&me.house, &me.viewer, *id, &body.0.body, at).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/me/scheduled/{id}`
#[utoipa::path(delete, path = "/api/v1/me/scheduled/{id}", tag = "rooms", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn unschedule(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::unschedule(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An office hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourView {
    /// Row id.
    id: i64,
    /// Room.
    room_id: i64,
    /// Address of the room.
    room: String,
    /// What it is about.
    title: String,
    /// Agenda as Markdown.
    agenda: String,
    /// Notes as Markdown.
    notes: String,
    /// Name of the host.
    host: Option<String>,
    /// Begin.
    starts_at: String,
    /// End.
    ends_at: String,
    /// `planned`, `open`, `over`, `cancelled`.
    state: String,
}

impl HourView {
    fn of(h: OfficeHour) -> Self {
        Self {
            id: h.id,
            room_id: h.room_id.0,
            room: h.slug,
            title: h.title,
            agenda: h.agenda,
            notes: h.notes,
            host: h.host,
            starts_at: iso(h.starts_at),
            ends_at: iso(h.ends_at),
            state: h.state,
        }
    }
}

/// `GET /api/v1/office-hours`: what is to come, then what is over.
#[utoipa::path(get, path = "/api/v1/office-hours", tag = "rooms", responses((status = 200, body = Page<HourView>)))]
pub async fn hours(me: Member) -> Result<HttpResponse> {
    let sight = Sight::of(&me.viewer);
    let items = me
        .house
        .db
        .read(move |c| {
            let ids: Vec<i64> = store::list_visible(c, sight)?.into_iter().map(|(r, _)| r.id.0).collect();
            let mut all = store::list_hours(c, &ids, false, 100)?;
            all.extend(store::list_hours(c, &ids, true, 50)?);
            Ok(all.into_iter().map(HourView::of).collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// What a manager says about an office hour.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HourInput {
    title: String,
    /// Markdown.
    #[serde(default)]
    agenda: String,
    /// Markdown.
    #[serde(default)]
    notes: String,
    starts_at: String,
    ends_at: String,
    /// `open`, `tier` or `private`; only when it is planned.
    access: Option<String>,
    /// Slug of a tier.
    min_tier: Option<String>,
}

impl HourInput {
    fn form(&self) -> Result<HourForm> {
        Ok(HourForm {
            title: self.title.clone(),
            agenda: self.agenda.clone(),
            notes: self.notes.clone(),
            starts_at: moment("starts_at", &self.starts_at)?,
            ends_at: moment("ends_at", &self.ends_at)?,
        })
    }
}

/// An office hour that was planned, with its room.
#[derive(Debug, Serialize, ToSchema)]
pub struct Planned {
    /// Row id.
    id: i64,
    /// Room.
    room_id: i64,
}

/// `POST /api/v1/office-hours`
#[utoipa::path(post, path = "/api/v1/office-hours", tag = "rooms", request_body = HourInput, responses((status = 201, body = Planned)))]
pub async fn plan(me: Manager, body: Json<HourInput>) -> Result<HttpResponse> {
    let access = body.0.access.clone().unwrap_or_else(|| "open".to_owned());
    let form = body.0.form()?;
    let (id, room) = actions::plan_hour(&me.house, &me.viewer, form, (access, body.0.min_tier.clone())).await?;
    Ok(HttpResponse::Created().json(Planned { id, room_id: room.0 }))
}

/// `PUT /api/v1/office-hours/{id}`: agenda, notes and times; what has begun keeps its start.
#[utoipa::path(put, path = "/api/v1/office-hours/{id}", tag = "rooms", params(("id" = i64, Path)), request_body = HourInput, responses((status = 204)))]
pub async fn change_hour(me: Manager, id: web::Path<i64>, body: Json<HourInput>) -> Result<HttpResponse> {
    actions::change_hour(&me.house, &me.viewer, *id, body.0.form()?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/office-hours/{id}/cancel`
#[utoipa::path(post, path = "/api/v1/office-hours/{id}/cancel", tag = "rooms", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn cancel_hour(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::cancel_hour(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A machine to let speak.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIncoming {
    /// Name under which it speaks.
    name: String,
}

/// A machine that may speak; its address is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncomingMade {
    /// Row id.
    id: i64,
    /// Address it posts to.
    url: String,
}

/// `POST /api/v1/rooms/{id}/hooks/incoming`
#[utoipa::path(post, path = "/api/v1/rooms/{id}/hooks/incoming", tag = "rooms", params(("id" = i64, Path)), request_body = NewIncoming, responses((status = 201, body = IncomingMade)))]
pub async fn create_incoming(me: Manager, id: web::Path<RoomId>, body: Json<NewIncoming>) -> Result<HttpResponse> {
    let (hook, secret) = actions::create_incoming(&me.house, &me.viewer, *id, &body.0.name).await?;
    let url = me.house.config.absolute(&format!("/hooks/{secret}"));
    Ok(HttpResponse::Created().json(IncomingMade { id: hook, url }))
}

/// A machine that may speak.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncomingView {
    /// Row id.
    id: i64,
    /// Name.
    name: String,
    /// When it was made.
    created_at: String,
    /// When it last spoke.
    last_used_at: Option<String>,
}

/// `GET /api/v1/rooms/{id}/hooks/incoming`
#[utoipa::path(get, path = "/api/v1/rooms/{id}/hooks/incoming", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = Page<IncomingView>)))]
pub async fn incoming(me: Manager, id: web::Path<RoomId>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let items = me
        .house
        .db
        .read(move |c| {
            store::find_visible(c, sight, id)?;
            store::list_incoming(c, id)
        })
        .await?
        .into_iter()
        .map(|h| IncomingView {
            id: h.id,
            name: h.name,
            created_at: iso(h.created_at),
            last_used_at: h.last_used_at.map(iso),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `DELETE /api/v1/rooms/{id}/hooks/incoming/{hook}`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/hooks/incoming/{hook}", tag = "rooms", params(("id" = i64, Path), ("hook" = i64, Path)), responses((status = 204)))]
pub async fn delete_incoming(me: Manager, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, hook) = path.into_inner();
    actions::delete_incoming(&me.house, &me.viewer, room, hook).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A machine to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOutgoing {
    /// Where it listens.
    url: String,
}

/// A machine that is told; the secret that signs is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutgoingMade {
    /// Row id.
    id: i64,
    /// `X-Kontor-Signature` is `v1=` and the hexadecimal HMAC-SHA256 of `timestamp.body` under this.
    secret: String,
}

/// `POST /api/v1/rooms/{id}/hooks/outgoing`
#[utoipa::path(post, path = "/api/v1/rooms/{id}/hooks/outgoing", tag = "rooms", params(("id" = i64, Path)), request_body = NewOutgoing, responses((status = 201, body = OutgoingMade)))]
pub async fn create_outgoing(me: Manager, id: web::Path<RoomId>, body: Json<NewOutgoing>) -> Result<HttpResponse> {
    let (hook, secret) = actions::create_outgoing(&me.house, &me.viewer, *id, &body.0.url).await?;
    Ok(HttpResponse::Created().json(OutgoingMade { id: hook, secret }))
}

/// One telling.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// Row id.
    id: i64,
    /// Position of the event.
    seq: i64,
    /// `waiting`, `done`, `failed`.
    state: String,
    /// Tries so far.
    attempts: i32,
    /// Last HTTP status.
    status: Option<i32>,
    /// Why there was none.
    reason: String,
}

/// A machine that is told, with what it was told last.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutgoingView {
    /// Row id.
    id: i64,
    /// Where it listens.
    url: String,
    /// When it was made.
    created_at: String,
    /// The last tellings, the newest first.
    deliveries: Vec<DeliveryView>,
}

/// `GET /api/v1/rooms/{id}/hooks/outgoing`
#[utoipa::path(get, path = "/api/v1/rooms/{id}/hooks/outgoing", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = Page<OutgoingView>)))]
pub async fn outgoing(me: Manager, id: web::Path<RoomId>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let items = me
        .house
        .db
        .read(move |c| {
            store::find_visible(c, sight, id)?;
            let mut out = Vec::new();
            for hook in store::list_outgoing(c, id)? {
                let deliveries = store::list_deliveries(c, hook.id, 50)?
                    .into_iter()
                    .map(|d| DeliveryView {
                        id: d.id,
                        seq: d.seq,
                        state: d.state,
                        attempts: d.attempts,
                        status: d.status,
                        reason: d.reason,
                    })
                    .collect();
                out.push(OutgoingView { id: hook.id, url: hook.url, created_at: iso(hook.created_at), deliveries });
            }
            Ok(out)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `DELETE /api/v1/rooms/{id}/hooks/outgoing/{hook}`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/hooks/outgoing/{hook}", tag = "rooms", params(("id" = i64, Path), ("hook" = i64, Path)), responses((status = 204)))]
pub async fn delete_outgoing(me: Manager, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, hook) = path.into_inner();
    actions::delete_outgoing(&me.house, &me.viewer, room, hook).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What to look for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct FindQuery {
    /// Words and filters: `from:name in:room has:link|file|image before:2026-11-01 after:2026-10-01`.
    q: String,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 100; 30 when not given.
    limit: Option<i64>,
}

/// `GET /api/v1/search/messages`: messages of the caller's rooms, the newest first.
#[utoipa::path(get, path = "/api/v1/search/messages", tag = "search", params(FindQuery), responses((status = 200, body = Page<PlacedMessage>)))]
pub async fn find(me: Member, query: web::Query<FindQuery>) -> Result<HttpResponse> {
    let limit = query.limit.unwrap_or(30);
    if !(1..=100).contains(&limit) {
        return Err(Error::field("limit", "range"));
    }
    let before = match &query.cursor {
        Some(text) => Some(text.parse().map_err(|_| Error::field("cursor", "invalid"))?),
        None => None,
    };
    let mut found = hunt::find(&me.house, &me.viewer, &hunt::parse(&query.q), before, limit + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > limit;
    found.truncate(usize::try_from(limit).unwrap_or(30));
    let next_cursor = found.last().filter(|_| more).map(|f| f.message.id.to_string());
    let id = me.viewer.id;
    let items = me
        .house
        .db
        .read(move |c| {
            let messages: Vec<_> = found.iter().map(|f| f.message.clone()).collect();
            let mut extras = store::list_extras(c, id, &messages)?;
            Ok(found
                .into_iter()
                .map(|f| PlacedMessage {
                    room_id: f.room,
                    room: f.slug,
                    at: None,
                    message: MessageView::of(f.message, &mut extras),
                })
                .collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor }))
}
