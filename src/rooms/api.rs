//! JSON of chat.

use super::actions::{self, RoomForm};
use super::model::{Access, Found, Message, Reaction, RoomId};
use super::store::{self, Part};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::i18n::iso;
use crate::members::store::list_tiers;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::Page;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// A room.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomView {
    /// Id; `r` of the live protocol.
    id: i64,
    /// Address.
    slug: String,
    /// Name.
    name: String,
    /// What it is about.
    topic: String,
    /// Who may come in.
    access: Access,
    /// Lowest tier, where the tier decides.
    min_tier: Option<String>,
    /// Id of its niche.
    niche_id: Option<i64>,
    /// Whether the caller is in.
    joined: bool,
    /// Unread messages, at most 100.
    unread: i64,
    /// Unread mentions.
    mentions: i32,
    /// Messages.
    message_count: i64,
    /// Epoch of its log.
    epoch: String,
    /// Position of its log.
    seq: i64,
    /// When it was made.
    created_at: String,
}

fn room_view((room, place): Found, tiers: &HashMap<i32, String>, unread: &HashMap<i64, i64>) -> RoomView {
    let access = Access::stored(&room.access);
    RoomView {
        id: room.id.0,
        min_tier: (access == Access::Tier).then(|| tiers.get(&room.min_rank).cloned()).flatten(),
        joined: place.is_some(),
        unread: unread.get(&room.id.0).copied().unwrap_or(0),
        mentions: place.map_or(0, |p| p.mentions),
        slug: room.slug,
        name: room.name,
        topic: room.topic,
        access,
        niche_id: room.niche_id,
        message_count: room.message_count,
        epoch: room.epoch,
        seq: room.seq,
        created_at: iso(room.created_at),
    }
}

/// `GET /api/v1/rooms`: every room the caller may know.
#[utoipa::path(get, path = "/api/v1/rooms", tag = "rooms", responses((status = 200, body = Page<RoomView>)))]
pub async fn list(me: Member) -> Result<HttpResponse> {
    let sight = Sight::of(&me.viewer);
    let page = me
        .house
        .db
        .read(move |c| {
            let tiers = list_tiers(c)?.into_iter().map(|t| (t.rank, t.slug)).collect();
            let unread = store::list_joined(c, &[sight.member.0])?.into_iter().map(|j| (j.id, j.unread)).collect();
            let items = store::list_visible(c, sight)?.into_iter().map(|f| room_view(f, &tiers, &unread)).collect();
            Ok(Page { items, next_cursor: None })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// A new room.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoom {
    slug: String,
    name: String,
    #[serde(default)]
    topic: String,
    /// `open`, `tier` or `private`.
    #[serde(default = "open")]
    access: String,
    /// Slug of a tier, for `access: tier`.
    min_tier: Option<String>,
    /// Slug of a niche.
    niche: Option<String>,
}

fn open() -> String {
    Access::Open.code().to_owned()
}

/// `POST /api/v1/rooms`
#[utoipa::path(post, path = "/api/v1/rooms", tag = "rooms", request_body = NewRoom, responses((status = 201, body = RoomView)))]
pub async fn create(me: Manager, body: Json<NewRoom>) -> Result<HttpResponse> {
    let new = body.0;
    let form = RoomForm {
        slug: new.slug,
        name: new.name,
        topic: new.topic,
        access: new.access,
        min_tier: new.min_tier,
        niche: new.niche,
    };
    let id = actions::create_room(&me.house, &me.viewer, form).await?;
    let sight = Sight::of(&me.viewer);
    let view = me
        .house
        .db
        .read(move |c| {
            let tiers = list_tiers(c)?.into_iter().map(|t| (t.rank, t.slug)).collect();
            Ok(room_view(store::find_visible(c, sight, id)?, &tiers, &HashMap::new()))
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// `PUT /api/v1/rooms/{id}/members/me`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/members/me", tag = "rooms", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn join(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    actions::join(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/rooms/{id}/members/me`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/members/me", tag = "rooms", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn leave(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    actions::leave(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whom to bring in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    member_id: i64,
}

/// `POST /api/v1/rooms/{id}/members`: a manager brings a member in; where they are in, nothing changes.
#[utoipa::path(post, path = "/api/v1/rooms/{id}/members", tag = "rooms", params(("id" = i64, Path)), request_body = Invitation, responses((status = 204)))]
pub async fn invite(me: Manager, id: web::Path<RoomId>, body: Json<Invitation>) -> Result<HttpResponse> {
    actions::invite(&me.house, &me.viewer, *id, MemberId(body.0.member_id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Message.
    m: i64,
    /// Its place in the room.
    seq: i64,
    /// Sender; null once erased.
    by: Option<i64>,
    /// Name of the sender.
    name: String,
    /// Safe HTML.
    html: String,
    /// When it was sent.
    ts: String,
    /// The message it answers.
    reply_to: Option<i64>,
    /// Number of edits.
    rev: i32,
    /// When it was last edited.
    edited_at: Option<String>,
    /// Reactions.
    reactions: Vec<Reaction>,
}

impl MessageView {
    fn of(m: Message, reactions: Vec<Reaction>) -> Self {
        Self {
            m: m.id,
            seq: m.seq,
            by: m.sender_id,
            name: m.sender.unwrap_or_default(),
            html: m.html,
            ts: iso(m.created_at),
            reply_to: m.reply_to,
            rev: m.rev,
            edited_at: m.edited_at.map(iso),
            reactions,
        }
    }
}

/// A part of a room's history, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// Messages, oldest first.
    items: Vec<MessageView>,
    /// Always null: positions page here.
    next_cursor: Option<String>,
    /// Whether there is more in the asked direction.
    more: bool,
    /// Epoch of the log.
    epoch: String,
    /// Position of the log at the moment of the answer.
    seq: i64,
}

/// Which part.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct HistoryQuery {
    /// Messages before this position.
    before: Option<i64>,
    /// Messages after this position.
    after: Option<i64>,
    /// 1 to 200; 50 when not given.
    limit: Option<i64>,
}

/// `GET /api/v1/rooms/{id}/messages`
#[utoipa::path(get, path = "/api/v1/rooms/{id}/messages", tag = "rooms", params(("id" = i64, Path), HistoryQuery), responses((status = 200, body = History)))]
pub async fn history(me: Member, id: web::Path<RoomId>, query: web::Query<HistoryQuery>) -> Result<HttpResponse> {
    let limit = match query.limit.unwrap_or(50) {
        n @ 1..=200 => n,
        _ => return Err(Error::Invalid(vec![FieldError::new("limit", "range").arg("min", 1).arg("max", 200)])),
    };
    let part = match (query.before, query.after) {
        (Some(_), Some(_)) => return Err(Error::field("after", "invalid")),
        (Some(seq), None) => Part::Before(seq),
        (None, Some(seq)) => Part::After(seq),
        (None, None) => Part::Newest,
    };
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let history = me
        .house
        .db
        .read(move |c| {
            // The position first: what comes after it is told by the events.
            let (room, _) = store::find_joined(c, sight, id)?;
            let mut found = store::list_messages(c, id, part, limit + 1)?;
            let more = i64::try_from(found.len()).unwrap_or(0) > limit;
            if more {
                match part {
                    Part::After(_) => drop(found.pop()),
                    Part::Newest | Part::Before(_) => drop(found.remove(0)),
                }
            }
            let ids: Vec<i64> = found.iter().map(|m| m.id).collect();
            let mut reactions = store::list_reactions(c, &ids, sight.member)?;
            let items = found
                .into_iter()
                .map(|m| {
                    let of_message = reactions.remove(&m.id).unwrap_or_default();
                    MessageView::of(m, of_message)
                })
                .collect();
            Ok(History { items, next_cursor: None, more, epoch: room.epoch, seq: room.seq })
        })
        .await?;
    Ok(HttpResponse::Ok().json(history))
}

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// The sender's own id of it, at most 64 characters; a repeat is answered with the first message.
    cid: String,
    /// Markdown, at most 4,000 characters.
    body: String,
    /// The message it answers.
    reply_to: Option<i64>,
}

/// A message that is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostedView {
    /// Message.
    id: i64,
    /// Message.
    m: i64,
    /// Its place in the room.
    seq: i64,
    /// When.
    ts: String,
    /// Whether it was there before.
    dup: bool,
}

/// `POST /api/v1/rooms/{id}/messages`
#[utoipa::path(post, path = "/api/v1/rooms/{id}/messages", tag = "rooms", params(("id" = i64, Path)), request_body = NewMessage,
    responses((status = 201, body = PostedView), (status = 200, body = PostedView, description = "Sent before"), (status = 409, description = "Same cid, other content")))]
pub async fn post(me: Member, id: web::Path<RoomId>, body: Json<NewMessage>) -> Result<HttpResponse> {
    let NewMessage { cid, body, reply_to } = body.0;
    let posted = actions::post_message(&me.house, &me.viewer, *id, &cid, &body, reply_to).await?;
    let view =
        PostedView { id: posted.message, m: posted.message, seq: posted.seq, ts: iso(posted.at), dup: posted.dup };
    Ok(if posted.dup { HttpResponse::Ok().json(view) } else { HttpResponse::Created().json(view) })
}

/// The source of a message, for its editing.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    /// Message.
    id: i64,
    /// Number of edits.
    rev: i32,
    /// Markdown.
    body: String,
}

/// `GET /api/v1/rooms/{id}/messages/{message}`: the source of an own message (moderators: of any).
#[utoipa::path(get, path = "/api/v1/rooms/{id}/messages/{message}", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 200, body = SourceView)))]
pub async fn source(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let (sight, team) = (Sight::of(&me.viewer), me.viewer.is_moderator());
    let found = me
        .house
        .db
        .read(move |c| {
            store::find_joined(c, sight, room)?;
            store::find_editable(c, room, message)
        })
        .await?;
    if found.sender_id != Some(me.viewer.id.0) && !team {
        return Err(Error::Forbidden("forbidden"));
    }
    Ok(HttpResponse::Ok().json(SourceView { id: message, rev: found.rev, body: found.body }))
}

/// A new text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Revision the editor has seen.
    rev: i32,
    /// Markdown.
    body: String,
}

/// A change that is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedView {
    /// Message.
    id: i64,
    /// Place of the change in the room.
    seq: i64,
    /// When.
    ts: String,
    /// Whether it was so before.
    dup: bool,
}

impl ChangedView {
    fn of(id: i64, changed: actions::Changed) -> Self {
        Self { id, seq: changed.seq, ts: iso(changed.at), dup: changed.dup }
    }
}

/// `PATCH /api/v1/rooms/{id}/messages/{message}`
#[utoipa::path(patch, path = "/api/v1/rooms/{id}/messages/{message}", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), request_body = Edit, responses((status = 200, body = ChangedView)))]
pub async fn edit(me: Member, path: web::Path<(RoomId, i64)>, body: Json<Edit>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let changed = actions::edit_message(&me.house, &me.viewer, room, message, body.0.rev, &body.0.body).await?;
    Ok(HttpResponse::Ok().json(ChangedView::of(message, changed)))
}

/// `DELETE /api/v1/rooms/{id}/messages/{message}`
#[utoipa::path(delete, path = "/api/v1/rooms/{id}/messages/{message}", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), responses((status = 204)))]
pub async fn delete(me: Member, path: web::Path<(RoomId, i64)>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    actions::delete_message(&me.house, &me.viewer, room, message).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A reaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct React {
    /// An emoji.
    e: String,
    /// Set or take.
    on: bool,
}

/// `POST /api/v1/rooms/{id}/messages/{message}/reactions`
#[utoipa::path(post, path = "/api/v1/rooms/{id}/messages/{message}/reactions", tag = "rooms", params(("id" = i64, Path), ("message" = i64, Path)), request_body = React, responses((status = 200, body = ChangedView)))]
pub async fn react(me: Member, path: web::Path<(RoomId, i64)>, body: Json<React>) -> Result<HttpResponse> {
    let (room, message) = path.into_inner();
    let changed = actions::react(&me.house, &me.viewer, room, message, &body.0.e, body.0.on).await?;
    Ok(HttpResponse::Ok().json(ChangedView::of(message, changed)))
}

/// Up to where the caller has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMark {
    /// Position.
    s: i64,
}

/// `PUT /api/v1/rooms/{id}/read`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/read", tag = "rooms", params(("id" = i64, Path)), request_body = ReadMark, responses((status = 204)))]
pub async fn read(me: Member, id: web::Path<RoomId>, body: Json<ReadMark>) -> Result<HttpResponse> {
    let (sight, id, s) = (Sight::of(&me.viewer), *id, body.0.s);
    let (room, _) = me.house.db.read(move |c| store::find_joined(c, sight, id)).await?;
    actions::mark_read(&me.house, me.viewer.id, id, s.clamp(0, room.seq)).await?;
    Ok(HttpResponse::NoContent().finish())
}
