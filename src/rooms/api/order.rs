//! JSON of rooms beyond their messages: settings, members, the own sidebar, export.

use super::super::actions::{self, RoomChange};
use super::super::export::Shape;
use super::super::model::RoomId;
use super::super::store::{self, Section, Standing};
use super::{RoomView, room_view};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::members::store::list_tiers;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::Page;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// What is to change about a room.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomPatch {
    name: Option<String>,
    topic: Option<String>,
    /// `open`, `tier` or `private`.
    access: Option<String>,
    /// Slug of a tier, for `access: tier`.
    min_tier: Option<String>,
    /// `true` closes it for good, `false` opens it again.
    archived: Option<bool>,
}

/// `PATCH /api/v1/rooms/{id}`
#[utoipa::path(patch, path = "/api/v1/rooms/{id}", tag = "rooms", params(("id" = i64, Path)), request_body = RoomPatch, responses((status = 204)))]
pub async fn change(me: Manager, id: web::Path<RoomId>, body: Json<RoomPatch>) -> Result<HttpResponse> {
    let RoomPatch { name, topic, access, min_tier, archived } = body.0;
    if archived == Some(false) {
        match actions::reopen_room(&me.house, &me.viewer, *id).await {
            Ok(()) | Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    let change = RoomChange { name, topic, access, min_tier, archived: archived.filter(|a| *a) };
    actions::change_room(&me.house, &me.viewer, *id, change).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/rooms/{id}`
#[utoipa::path(get, path = "/api/v1/rooms/{id}", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = RoomView)))]
pub async fn show(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let view = me
        .house
        .db
        .read(move |c| {
            let tiers = list_tiers(c)?.into_iter().map(|t| (t.rank, t.slug)).collect();
            let waiting: HashMap<i64, _> =
                store::list_joined(c, &[sight.member.0])?.into_iter().map(|j| (j.id, j)).collect();
            let (mut room, place) = store::find_visible(c, sight, id)?;
            if let Some(j) = waiting.get(&id.0).filter(|_| room.is_direct()) {
                room.name.clone_from(&j.name);
            }
            Ok(room_view((room, place), &tiers, &waiting))
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A member of a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomMember {
    /// Member.
    id: i64,
    /// Name.
    name: String,
    /// Role.
    role: String,
}

/// Which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct MembersQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200; 50 when not given.
    limit: Option<i64>,
}

/// `GET /api/v1/rooms/{id}/members`: who is in, by name.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/members", tag = "rooms", params(("id" = i64, Path), MembersQuery), responses((status = 200, body = Page<RoomMember>)))]
pub async fn members(me: Member, id: web::Path<RoomId>, query: web::Query<MembersQuery>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Error::field("limit", "range"));
    }
    let after = match &query.cursor {
        Some(text) => {
            let (id, key) = text.split_once('.').ok_or_else(|| Error::field("cursor", "invalid"))?;
            Some((key.to_owned(), id.parse().map_err(|_| Error::field("cursor", "invalid"))?))
        }
        None => None,
    };
    let mut rows = me
        .house
        .db
        .read(move |c| {
            store::find_joined(c, sight, id)?;
            store::list_member_page(c, id, after, limit + 1)
        })
        .await?;
    let more = i64::try_from(rows.len()).unwrap_or(0) > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(50));
    let next_cursor = rows.last().filter(|_| more).map(|(id, .., key)| format!("{id}.{key}"));
    let items = rows.into_iter().map(|(id, name, role, _)| RoomMember { id, name, role }).collect();
    Ok(HttpResponse::Ok().json(Page { items, next_cursor }))
}

/// How a room stands in the caller's sidebar; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// On top.
    favourite: Option<bool>,
    /// Makes no badge; mentions still count.
    silenced: Option<bool>,
    /// Section; 0 takes it out of any.
    section_id: Option<i64>,
    /// Place among its neighbours.
    position: Option<i32>,
}

/// `PUT /api/v1/rooms/{id}/place`
#[utoipa::path(put, path = "/api/v1/rooms/{id}/place", tag = "rooms", params(("id" = i64, Path)), request_body = Place, responses((status = 204)))]
pub async fn place(me: Member, id: web::Path<RoomId>, body: Json<Place>) -> Result<HttpResponse> {
    let Place { favourite, silenced, section_id, position } = body.0;
    let section_id = section_id.map(|s| Some(s).filter(|s| *s != 0));
    actions::place_room(&me.house, &me.viewer, *id, Standing { favourite, silenced, section_id, position }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A section of the sidebar.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSection {
    name: String,
    /// Place among the others; the end when not given.
    position: Option<i32>,
}

/// `GET /api/v1/me/sections`
#[utoipa::path(get, path = "/api/v1/me/sections", tag = "rooms", responses((status = 200, body = Page<Section>)))]
pub async fn sections(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let items = me.house.db.read(move |c| store::list_sections(c, id)).await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// The id of what was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// Row id.
    pub id: i64,
}

/// `POST /api/v1/me/sections`
#[utoipa::path(post, path = "/api/v1/me/sections", tag = "rooms", request_body = NewSection, responses((status = 201, body = Made)))]
pub async fn create_section(me: Member, body: Json<NewSection>) -> Result<HttpResponse> {
    let id = actions::create_section(&me.house, &me.viewer, &body.0.name).await?;
    if let Some(position) = body.0.position {
        actions::change_section(&me.house, &me.viewer, id, &body.0.name, position).await?;
    }
    Ok(HttpResponse::Created().json(Made { id }))
}

/// `PUT /api/v1/me/sections/{id}`
#[utoipa::path(put, path = "/api/v1/me/sections/{id}", tag = "rooms", params(("id" = i64, Path)), request_body = NewSection, responses((status = 204)))]
pub async fn change_section(me: Member, id: web::Path<i64>, body: Json<NewSection>) -> Result<HttpResponse> {
    actions::change_section(&me.house, &me.viewer, *id, &body.0.name, body.0.position.unwrap_or(0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/me/sections/{id}`
#[utoipa::path(delete, path = "/api/v1/me/sections/{id}", tag = "rooms", params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete_section(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::delete_section(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// In which shape.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct ExportQuery {
    /// `json` or `zip` (JSON and Markdown); `json` when not given.
    format: Option<String>,
}

/// `GET /api/v1/rooms/{id}/export`: the whole room as a file.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/export", tag = "rooms", params(("id" = i64, Path), ExportQuery), responses((status = 200, description = "A file")))]
pub async fn export(me: Manager, id: web::Path<RoomId>, query: web::Query<ExportQuery>) -> Result<HttpResponse> {
    let shape =
        Shape::parse(query.format.as_deref().unwrap_or("json")).ok_or_else(|| Error::field("format", "invalid"))?;
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let room = me.house.db.read(move |c| store::find_visible(c, sight, id)).await?.0;
    super::super::web::export_answer(&me, room, shape).await
}
