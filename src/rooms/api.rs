//! JSON of chat.

pub mod direct;
pub mod order;
pub mod plans;
pub mod talk;

use super::actions::{self, RoomForm};
use super::model::{Access, Extras, Found, Message, Poll, PollForm, Quote, Reaction, RoomId};
use super::store::{self, Joined, Part, Strand};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::i18n::iso;
use crate::members::store::list_tiers;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Page, PageQuery};
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
    /// Whether it stands on top of the sidebar.
    favourite: bool,
    /// Whether it makes no badge.
    silenced: bool,
    /// Section of the sidebar.
    section_id: Option<i64>,
    /// Read up to here; null where the caller is not in.
    last_read_seq: Option<i64>,
    /// Messages.
    message_count: i64,
    /// Epoch of its log.
    epoch: String,
    /// Position of its log.
    seq: i64,
    /// When it was made.
    created_at: String,
}

pub(crate) fn room_view(
    (room, place): Found,
    tiers: &HashMap<i32, String>,
    waiting: &HashMap<i64, Joined>,
) -> RoomView {
    let waits = waiting.get(&room.id.0);
    let access = Access::stored(&room.access);
    RoomView {
        id: room.id.0,
        min_tier: (access == Access::Tier).then(|| tiers.get(&room.min_rank).cloned()).flatten(),
        joined: place.is_some(),
        unread: waits.map_or(0, |j| j.unread),
        mentions: waits.map_or(0, |j| j.mentions),
        favourite: place.as_ref().is_some_and(|p| p.favourite),
        silenced: place.as_ref().is_some_and(|p| p.silenced),
        section_id: place.as_ref().and_then(|p| p.section_id),
        last_read_seq: place.as_ref().map(|p| p.last_read_seq),
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
#[utoipa::path(get, path = "/api/v1/rooms", tag = "rooms", params(PageQuery),
    responses((status = 200, description = "All of them where no limit is asked", body = Page<RoomView>)))]
pub async fn list(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let sight = Sight::of(&me.viewer);
    let page = me
        .house
        .db
        .read(move |c| {
            let tiers = list_tiers(c)?.into_iter().map(|t| (t.rank, t.slug)).collect();
            let unread = store::list_joined(c, &[sight.member.0])?.into_iter().map(|j| (j.id, j)).collect();
            let items = store::list_visible(c, sight)?
                .into_iter()
                .filter(|(r, _)| !r.is_direct())
                .map(|f| room_view(f, &tiers, &unread))
                .collect();
            Page::of_short(items, &paging)
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
    /// The message it answers, as far as the caller may see it.
    reply: Option<Quote>,
    /// The message whose thread it continues.
    thread_of: Option<i64>,
    /// Messages in its own thread.
    thread_count: i32,
    /// The poll in it.
    poll: Option<Poll>,
    /// What is shared with it: `resource:12`, `thread:5`; `GET /api/v1/shared/{kind}/{id}` shows it with the caller's rights.
    shared: Option<String>,
    /// Whether a machine speaks.
    bot: bool,
    /// Whether it is pinned.
    pinned: bool,
    /// Whether the caller saved it.
    saved: bool,
    /// Whether it mentions the caller.
    mentions_me: bool,
}

impl MessageView {
    pub(crate) fn of(m: Message, extras: &mut Extras) -> Self {
        Self {
            html: m.whole_html(),
            reply: m.reply_to.and_then(|id| extras.quotes.get(&id).cloned()),
            thread_of: m.thread_of,
            thread_count: m.thread_count,
            poll: extras.polls.remove(&m.id),
            shared: m.shared.filter(|s| !s.starts_with("poll:")),
            bot: m.via.is_some(),
            pinned: extras.pinned.contains(&m.id),
            saved: extras.saved.contains(&m.id),
            mentions_me: extras.mentioned.contains(&m.id),
            reactions: extras.reactions.remove(&m.id).unwrap_or_default(),
            m: m.id,
            seq: m.seq,
            by: m.sender_id,
            name: m.via.or(m.sender).unwrap_or_default(),
            ts: iso(m.created_at),
            reply_to: m.reply_to,
            rev: m.rev,
            edited_at: m.edited_at.map(iso),
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
    /// Messages around this one.
    around: Option<i64>,
    /// Messages from this day on (`2026-11-25`, in the caller's zone).
    date: Option<String>,
    /// The thread of this message; otherwise everything, threads included.
    thread: Option<i64>,
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
    let given = [query.before.is_some(), query.after.is_some(), query.around.is_some(), query.date.is_some()];
    if given.into_iter().filter(|g| *g).count() > 1 {
        return Err(Error::field("after", "invalid"));
    }
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let from_day = match &query.date {
        Some(text) => {
            let day = text.parse().map_err(|_| Error::field("date", "invalid"))?;
            Some(super::find::seq_of_day(&me.house, &me.viewer, id, day).await?)
        }
        None => None,
    };
    let part = match (query.before, query.after, from_day) {
        (Some(seq), ..) => Part::Before(seq),
        (_, Some(seq), _) => Part::After(seq),
        (.., Some(Some(seq))) => Part::After(seq - 1),
        _ => Part::Newest,
    };
    let strand = query.thread.map_or(Strand::All, Strand::Thread);
    let around = query.around;
    let history = me
        .house
        .db
        .read(move |c| {
            // The position first: what comes after it is told by the events.
            let (room, _) = store::find_joined(c, sight, id)?;
            let part = match around {
                Some(m) => Part::Before(store::find_editable(c, id, m)?.seq + limit / 2 + 1),
                None => part,
            };
            let mut found = store::list_messages(c, sight.member, id, (strand, part), limit + 1)?;
            let more = i64::try_from(found.len()).unwrap_or(0) > limit;
            if more {
                match part {
                    Part::After(_) => drop(found.pop()),
                    Part::Newest | Part::Before(_) => drop(found.remove(0)),
                }
            }
            let mut extras = store::list_extras(c, sight.member, &found)?;
            let items = found.into_iter().map(|m| MessageView::of(m, &mut extras)).collect();
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
    /// Markdown, at most 4,000 characters; may be empty where a file or something shared stands in the message.
    #[serde(default)]
    body: String,
    /// The message it answers.
    reply_to: Option<i64>,
    /// The message whose thread it continues.
    thread_of: Option<i64>,
    /// A poll; the body is its question.
    poll: Option<PollForm>,
    /// Something of the house shown with it: `resource:12`, `thread:5`, or its address.
    share: Option<String>,
    /// Ids of the caller's uploads, at most ten.
    #[serde(default)]
    files: Vec<i64>,
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
    let NewMessage { cid, body, reply_to, thread_of, poll, share, files } = body.0;
    let post = actions::Post { cid, body, reply_to, thread_of, poll, share, files };
    let posted = actions::send(&me.house, &me.viewer, *id, post).await?;
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
    pub(crate) fn of(id: i64, changed: actions::Changed) -> Self {
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
