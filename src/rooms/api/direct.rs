//! JSON of conversations of a few. Their messages are those of their room.

use super::super::actions;
use super::super::model::RoomId;
use super::super::store;
use crate::error::Result;
use crate::i18n::iso;
use crate::text;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::{Page, PageQuery};
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyView {
    /// Member.
    id: i64,
    /// Name.
    name: String,
    /// Whether they are in, or asked and have not answered.
    joined: bool,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// Its room: `r` of the live protocol, `{id}` of `/api/v1/rooms/{id}/messages`.
    id: i64,
    /// Address of the room.
    slug: String,
    /// Names of the others.
    name: String,
    /// Everybody.
    people: Vec<PartyView>,
    /// `open`: the caller is in; `request`: the caller was asked; `waiting`: nobody else has said yes yet.
    state: &'static str,
    /// Who asked, for a request.
    from: Option<i64>,
    /// Beginning of the last message.
    last: String,
    /// When it was sent.
    last_at: Option<String>,
    /// Unread messages, at most 100.
    unread: i64,
    /// Unread mentions.
    mentions: i32,
}

/// `GET /api/v1/messages`: requests first, then conversations, the latest first.
#[utoipa::path(get, path = "/api/v1/messages", tag = "messages", params(PageQuery), responses((status = 200, body = Page<Conversation>)))]
pub async fn list(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let items = me
        .house
        .db
        .read(move |c| {
            let joined: Vec<_> = store::list_joined(c, &[id.0])?.into_iter().filter(store::Joined::is_direct).collect();
            let asked = store::list_requests(c, id)?;
            let ids: Vec<i64> = joined.iter().map(|j| j.id).chain(asked.iter().map(|a| a.0)).collect();
            let people = store::list_people_of(c, &ids)?;
            let last = store::list_last(c, id, &ids)?;
            let make = |room: i64, slug: String, from: Option<i64>, unread: i64, mentions: i32| {
                let of_room = people.get(&room);
                let said = last.get(&room);
                let alone = !of_room.into_iter().flatten().any(|p| p.is_in && p.id != id.0);
                Conversation {
                    id: room,
                    slug,
                    name: store::name_of(of_room, id.0),
                    people: of_room
                        .into_iter()
                        .flatten()
                        .map(|p| PartyView { id: p.id, name: p.name.clone(), joined: p.is_in })
                        .collect(),
                    state: match (from, alone) {
                        (Some(_), _) => "request",
                        (None, true) => "waiting",
                        (None, false) => "open",
                    },
                    from,
                    last: said.map(|(html, _)| text::excerpt(&text::plain(html), 140)).unwrap_or_default(),
                    last_at: said.map(|(_, at)| iso(*at)),
                    unread,
                    mentions,
                }
            };
            let mut items: Vec<Conversation> =
                asked.into_iter().map(|(room, from, _)| make(room, String::new(), Some(from), 0, 0)).collect();
            let mut open: Vec<Conversation> =
                joined.into_iter().map(|j| make(j.id, j.slug, None, j.unread, j.mentions)).collect();
            open.sort_by(|a, b| b.last_at.cmp(&a.last_at));
            items.extend(open);
            Ok(items)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page::of_short(items, &paging)?))
}

/// A first message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstMessage {
    /// One to seven members: one is written to in the one conversation of the two, several in a new one.
    members: Vec<i64>,
    /// The sender's own id of the message.
    cid: String,
    /// Markdown.
    body: String,
}

/// A conversation with the message that was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Begun {
    /// Its room.
    id: i64,
    /// Address of the room.
    slug: String,
    /// Message.
    m: i64,
    /// Its place.
    seq: i64,
    /// When.
    ts: String,
    /// Whether it was there before.
    dup: bool,
}

/// `POST /api/v1/messages`: writes to members. A stranger gets a request; the team always arrives.
#[utoipa::path(post, path = "/api/v1/messages", tag = "messages", request_body = FirstMessage, responses((status = 201, body = Begun), (status = 200, body = Begun, description = "Sent before"), (status = 403, description = "`request_pending`")))]
pub async fn write(me: Member, body: Json<FirstMessage>) -> Result<HttpResponse> {
    let FirstMessage { members, cid, body } = body.0;
    let begun = actions::write_to(&me.house, &me.viewer, &members, &cid, &body).await?;
    let posted = begun.posted;
    let view = Begun {
        id: begun.room.0,
        slug: begun.slug,
        m: posted.message,
        seq: posted.seq,
        ts: iso(posted.at),
        dup: posted.dup,
    };
    Ok(if posted.dup { HttpResponse::Ok().json(view) } else { HttpResponse::Created().json(view) })
}

/// `POST /api/v1/messages/{id}/accept`: says yes to a request.
#[utoipa::path(post, path = "/api/v1/messages/{id}/accept", tag = "messages", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn accept(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    actions::accept(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/messages/{id}/decline`: says no to a request; who asked is not told.
#[utoipa::path(post, path = "/api/v1/messages/{id}/decline", tag = "messages", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn decline(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    actions::decline(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whom to bring in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    member_id: i64,
}

/// `POST /api/v1/messages/{id}/members`: brings one more into a conversation of several.
#[utoipa::path(post, path = "/api/v1/messages/{id}/members", tag = "messages", params(("id" = i64, Path)), request_body = Addition, responses((status = 204)))]
pub async fn add(me: Member, id: web::Path<RoomId>, body: Json<Addition>) -> Result<HttpResponse> {
    actions::add(&me.house, &me.viewer, *id, MemberId(body.0.member_id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
