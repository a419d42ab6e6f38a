//! What a member has set, as JSON.

use super::super::actions::{self, Change, Current};
use super::super::model::{Digest, Level, clock_of};
use crate::error::Result;
use crate::web::forms::Json;
use crate::web::guards::Member;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of notification with its channels.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindView {
    /// Stable name.
    kind: &'static str,
    /// In the house.
    page: bool,
    /// By Web Push.
    push: bool,
    /// In the mail digest.
    mail: bool,
}

/// A place with its volume.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// Kind of place: `room`.
    place: &'static str,
    /// Its id.
    id: i64,
    /// Its name.
    name: String,
    /// Its volume.
    level: Level,
}

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    /// How often the digest comes at most.
    digest: Digest,
    /// Whether there are quiet hours.
    quiet: bool,
    /// Their begin, `HH:MM`.
    quiet_from: Option<String>,
    /// Their end, `HH:MM`.
    quiet_to: Option<String>,
    /// IANA zone of the quiet hours; empty: the profile's.
    quiet_zone: String,
    /// Whether pushed messages carry the text.
    push_text: bool,
    /// Channels by kind.
    kinds: Vec<KindView>,
    /// Volume of places.
    places: Vec<PlaceView>,
}

impl From<Current> for SettingsView {
    fn from(now: Current) -> Self {
        Self {
            digest: now.wishes.digest,
            quiet: now.wishes.quiet.is_some(),
            quiet_from: now.wishes.quiet.map(|q| clock_of(q.0)),
            quiet_to: now.wishes.quiet.map(|q| clock_of(q.1)),
            quiet_zone: now.wishes.quiet_zone,
            push_text: now.wishes.push_text,
            kinds: now
                .kinds
                .iter()
                .map(|(k, c)| KindView { kind: k.code, page: c.page, push: c.push, mail: c.mail })
                .collect(),
            places: now
                .places
                .into_iter()
                .map(|(p, level)| PlaceView { place: p.kind, id: p.id, name: p.name, level })
                .collect(),
        }
    }
}

/// `GET /api/v1/me/notifications/settings`
#[utoipa::path(get, path = "/api/v1/me/notifications/settings", tag = "notifications", responses((status = 200, body = SettingsView)))]
pub async fn show(me: Member) -> Result<HttpResponse> {
    let (viewer, sources) = (me.viewer.clone(), me.house.sources.clone());
    let now = me.house.db.read(move |c| actions::current(c, &sources, &viewer)).await?;
    Ok(HttpResponse::Ok().json(SettingsView::from(now)))
}

/// `PATCH /api/v1/me/notifications/settings`
#[utoipa::path(patch, path = "/api/v1/me/notifications/settings", tag = "notifications", request_body = Change,
    responses((status = 200, body = SettingsView), (status = 422, description = "Wrong fields")))]
pub async fn update(me: Member, body: Json<Change>) -> Result<HttpResponse> {
    actions::change(&me.house, &me.viewer, body.0).await?;
    show(me).await
}

/// A volume.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLevel {
    /// `all`, `mentions` or `none`.
    level: String,
}

/// `PUT /api/v1/me/notifications/levels/{place}/{id}`
#[utoipa::path(put, path = "/api/v1/me/notifications/levels/{place}/{id}", tag = "notifications",
    params(("place" = String, Path, description = "`room` or `thread`"), ("id" = i64, Path)), request_body = NewLevel,
    responses((status = 204, description = "Set"), (status = 404, description = "Not there, or not for you"), (status = 422, description = "Wrong fields")))]
pub async fn set_level(me: Member, path: web::Path<(String, i64)>, body: Json<NewLevel>) -> Result<HttpResponse> {
    let (place, id) = path.into_inner();
    actions::set_level(&me.house, &me.viewer, place, id, &body.0.level).await?;
    Ok(HttpResponse::NoContent().finish())
}
