//! JSON around messages: revisions, polls, pins, saved messages, reminders, drafts, what is shared.

use super::super::actions;
use super::super::model::{RoomId, Shared};
use super::super::store;
use super::{ChangedView, MessageView};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::Page;
use crate::web::sources::SharedCard;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A former text.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionView {
    /// Number of edits before it.
    rev: i32,
    /// Markdown.
    body: String,
    /// Safe HTML.
    html: String,
    /// When it was replaced.
    replaced_at: String,
}

/// `GET /api/v1/rooms/{id}/messages/{message}/revisions`: former texts, the oldest first; for the author and moderators.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/messages/{message}/revisions", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 200, body = Page<RevisionView>)))]
pub async fn revisions(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let (sight, team) = (Sight::of(&me.viewer), me.viewer.is_moderator());
    let found = me
        .house
        .db
        .read(move |c| {
            store::find_joined(c, sight, room)?;
            let now = store::find_editable(c, room, message)?;
            if now.sender_id != Some(sight.member.0) && !team {
                return Err(Error::Forbidden("forbidden"));
            }
            store::list_revisions(c, message)
        })
        .await?;
    let items = found
        .into_iter()
        .map(|r| RevisionView { rev: r.rev, body: r.body, html: r.html, replaced_at: iso(r.at) })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `GET /api/v1/rooms/{id}/messages/{message}/view`: one message as the history shows it.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/messages/{message}/view", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 200, body = MessageView)))]
pub async fn view(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let sight = Sight::of(&me.viewer);
    let view = me
        .house
        .db
        .read(move |c| {
            store::find_joined(c, sight, room)?;
            let found = store::list_some_messages(c, sight.member, room, &[message])?;
            let mut extras = store::list_extras(c, sight.member, &found)?;
            let one = found.into_iter().next().ok_or(Error::NotFound)?;
            Ok(MessageView::of(one, &mut extras))
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A vote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Ids of the chosen answers; none takes the vote back.
    options: Vec<i64>,
}

/// `PUT /api/v1/rooms/{id}/messages/{message}/vote`: replaces the caller's vote in the poll of the message.
#[utoipa::path(put, path = "/api/v1/rooms/{id}/messages/{message}/vote", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), request_body = Vote, responses((status = 200, body = ChangedView)))]
pub async fn vote(me: Member, path: web::Path<(RoomId, i64)>, body: Json<Vote>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let changed = actions::vote(&me.house, &me.viewer, room, message, body.0.options).await?;
    Ok(HttpResponse::Ok().json(ChangedView::of(message, changed)))
}

/// `POST /api/v1/rooms/{id}/messages/{message}/close`: ends the poll of the message.
#[utoipa::path(post, path = "/api/v1/rooms/{id}/messages/{message}/close", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 200, body = ChangedView)))]
pub async fn close_poll(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let changed = actions::close_poll(&me.house, &me.viewer, room, message).await?;
    Ok(HttpResponse::Ok().json(ChangedView::of(message, changed)))
}

/// `PUT /api/v1/rooms/{id}/messages/{message}/pin`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/messages/{message}/pin", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 200, body = ChangedView)))]
pub async fn pin(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let changed = actions::pin(&me.house, &me.viewer, room, message, true).await?;
    Ok(HttpResponse::Ok().json(ChangedView::of(message, changed)))
}

/// `DELETE /api/v1/rooms/{id}/messages/{message}/pin`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/messages/{message}/pin", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 200, body = ChangedView)))]
pub async fn unpin(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let changed = actions::pin(&me.house, &me.viewer, room, message, false).await?;
    Ok(HttpResponse::Ok().json(ChangedView::of(message, changed)))
}

/// `GET /api/v1/rooms/{id}/pins`: pinned messages, the newest pin first.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/pins", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = Page<MessageView>)))]
pub async fn pins(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let items = me
        .house
        .db
        .read(move |c| {
            store::find_joined(c, sight, id)?;
            let ids = store::list_pins(c, id)?;
            let mut found = store::list_some_messages(c, sight.member, id, &ids)?;
            found.sort_by_key(|m| ids.iter().position(|id| *id == m.id));
            let mut extras = store::list_extras(c, sight.member, &found)?;
            Ok(found.into_iter().map(|m| MessageView::of(m, &mut extras)).collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `PUT /api/v1/rooms/{id}/messages/{message}/save`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/messages/{message}/save", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 204)))]
pub async fn save(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    actions::save(&me.house, &me.viewer, room, message, true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/rooms/{id}/messages/{message}/save`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/messages/{message}/save", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 204)))]
pub async fn unsave(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    actions::save(&me.house, &me.viewer, room, message, false).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A message of one of the caller's rooms.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedMessage {
    /// Room.
    pub room_id: i64,
    /// Address of the room.
    pub room: String,
    /// When it was saved or is due; null in results of a search.
    pub at: Option<String>,
    /// The message.
    pub message: MessageView,
}

/// `GET /api/v1/me/saved`: saved messages, the newest first; of rooms the caller may still read.
#[utoipa::path(get, path = "/api/v1/me/saved", tag = "rooms", responses((status = 200, body = Page<PlacedMessage>)))]
pub async fn saved(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let items = me
        .house
        .db
        .read(move |c| {
            let kept = store::list_saved(c, id, None, 200)?;
            let joined = store::list_joined(c, &[id.0])?;
            let ids: Vec<i64> = kept.iter().map(|k| k.message).collect();
            let found: Vec<_> = store::list_any_messages(c, id, &ids)?.into_iter().map(|(_, m)| m).collect();
            let mut extras = store::list_extras(c, id, &found)?;
            let mut found: std::collections::HashMap<i64, _> = found.into_iter().map(|m| (m.id, m)).collect();
            Ok(kept
                .into_iter()
                .filter_map(|k| {
                    let room = joined.iter().find(|j| j.id == k.room)?;
                    let message = MessageView::of(found.remove(&k.message)?, &mut extras);
                    Some(PlacedMessage { room_id: k.room, room: room.slug.clone(), at: Some(iso(k.at)), message })
                })
                .collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// When to bring a message back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReminder {
    /// Room.
    room_id: i64,
    /// Message.
    message: i64,
    /// When.
    due_at: String,
}

/// A reminder.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReminderView {
    /// Reminder.
    id: i64,
    /// Message.
    message: i64,
    /// Room.
    room_id: i64,
    /// When.
    due_at: String,
    /// When it was told; null before.
    told_at: Option<String>,
}

pub(crate) fn moment(field: &'static str, text: &str) -> Result<i64> {
    text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(|_| Error::field(field, "time"))
}

/// `POST /api/v1/me/reminders`
#[utoipa::path(post, path = "/api/v1/me/reminders", tag = "rooms", request_body = NewReminder, responses((status = 201, body = ReminderView)))]
pub async fn remind(me: Member, body: Json<NewReminder>) -> Result<HttpResponse> {
    let NewReminder { room_id, message, due_at } = body.0;
    let due = moment("due_at", &due_at)?;
    let id = actions::remind(&me.house, &me.viewer, RoomId(room_id), message, due).await?;
    Ok(HttpResponse::Created().json(ReminderView { id, message, room_id, due_at: iso(due), told_at: None }))
}

/// `GET /api/v1/me/reminders`
#[utoipa::path(get, path = "/api/v1/me/reminders", tag = "rooms", responses((status = 200, body = Page<ReminderView>)))]
pub async fn reminders(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let found = me.house.db.read(move |c| store::list_reminders(c, id)).await?;
    let items = found
        .into_iter()
        .map(|(k, told)| ReminderView {
            id: k.id,
            message: k.message,
            room_id: k.room,
            due_at: iso(k.at),
            told_at: told.map(iso),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `DELETE /api/v1/me/reminders/{id}`
#[utoipa::path(delete, path = "/api/v1/me/reminders/{id}", tag = "rooms", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn forget(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::forget_reminder(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What somebody has begun to write.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Markdown; empty forgets the draft.
    body: String,
    /// When it was last changed.
    #[serde(default)]
    updated_at: Option<String>,
}

/// Which draft.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct DraftQuery {
    /// The message whose thread it is for; otherwise the room itself.
    thread: Option<i64>,
}

/// `GET /api/v1/rooms/{id}/draft`: follows its author to every device.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/draft", tag = "rooms", params(("id" = i64, Path), DraftQuery), responses((status = 200, body = Draft)))]
pub async fn draft(me: Member, id: web::Path<RoomId>, query: web::Query<DraftQuery>) -> Result<HttpResponse> {
    let (sight, id, thread) = (Sight::of(&me.viewer), *id, query.thread.unwrap_or(0));
    let found = me
        .house
        .db
        .read(move |c| {
            store::find_joined(c, sight, id)?;
            store::find_draft(c, sight.member, id, thread)
        })
        .await?;
    let (body, at) = found.map_or((String::new(), None), |(body, at)| (body, Some(iso(at))));
    Ok(HttpResponse::Ok().json(Draft { body, updated_at: at }))
}

/// `PUT /api/v1/rooms/{id}/draft`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/draft", tag = "rooms", params(("id" = i64, Path), DraftQuery), request_body = Draft, responses((status = 204)))]
pub async fn put_draft(
    me: Member,
    id: web::Path<RoomId>,
    query: web::Query<DraftQuery>,
    body: Json<Draft>,
) -> Result<HttpResponse> {
    actions::keep_draft(&me.house, &me.viewer, *id, query.thread.unwrap_or(0), &body.0.body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/shared/{kind}/{id}`: what was shared into a room, with the caller's own rights and link.
#[utoipa::path(get, path = "/api/v1/shared/{kind}/{id}", tag = "rooms", params(("kind" = String, Path, description = "`thread` or `resource`"), ("id" = i64, Path)), responses((status = 200, body = SharedCard)))]
pub async fn shared(me: Member, path: web::Path<(String, i64)>) -> Result<HttpResponse> {
    let (kind, id) = path.into_inner();
    let code = Shared { kind: kind.clone(), id }.code();
    let (viewer, lang, house) = (me.viewer.clone(), me.lang(), me.house.clone());
    let mut found = me.house.db.read(move |c| house.sources.shared(c, &viewer, lang, &[(kind, id)])).await?;
    Ok(HttpResponse::Ok().json(found.remove(&code).ok_or(Error::NotFound)?))
}
