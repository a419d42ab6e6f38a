//! What is kept: pins of a room, one's own saved messages, reminders, messages for later; the images of previews.

use super::id_of;
use super::lines::{Line, Setting, lines, shared_in};
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::{Lang, parse_zone, t};
use crate::rooms::actions;
use crate::rooms::store;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Member;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use crate::web::viewer::Viewer;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

#[derive(Serialize)]
struct PinsView {
    slug: String,
    room: String,
    lines: Vec<Line>,
}

/// `GET /rooms/{slug}/pins`
pub async fn pins(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    let (sight, viewer, lang, house) = (Sight::of(&me.viewer), me.viewer.clone(), me.lang(), me.house.clone());
    let slug = slug.into_inner();
    let view = me
        .house
        .db
        .read(move |c| {
            let (room, _) = store::find_joined(c, sight, id)?;
            let ids = store::list_pins(c, id)?;
            let name = if room.is_direct() {
                store::name_of(store::list_people_of(c, &[id.0])?.get(&id.0), viewer.id.0)
            } else {
                format!("#{}", room.name)
            };
            let set = Setting {
                viewer: &viewer,
                lang,
                slug: &slug,
                last_read: room.seq,
                target: None,
                flowing: false,
                news_begin: false,
            };
            let found = store::list_some_messages(c, sight.member, id, &ids)?;
            let extras = store::list_extras(c, sight.member, &found)?;
            let wanted: Vec<(String, i64)> = shared_in(&found).into_iter().map(|s| (s.kind, s.id)).collect();
            let shared = house.sources.shared(c, &viewer, lang, &wanted)?;
            let mut lines = lines(found, extras, &shared, &set);
            lines.sort_by_key(|l| ids.iter().position(|id| *id == l.m));
            Ok(PinsView { room: name, lines, slug })
        })
        .await?;
    me.page("rooms/pins", "rooms-pins-title").nav("chat").show(&view).await
}

/// Messages of several rooms as lines, by message: only of rooms the viewer is in and may read.
pub fn lines_of(
    c: &mut Conn,
    (house, viewer, lang): (&House, &Viewer, Lang),
    ids: &[i64],
) -> Result<HashMap<i64, Line>> {
    let joined: HashMap<i64, store::Joined> =
        store::list_joined(c, &[viewer.id.0])?.into_iter().map(|j| (j.id, j)).collect();
    let found = store::list_any_messages(c, viewer.id, ids)?;
    let rooms: HashMap<i64, i64> = found.iter().map(|(room, m)| (m.id, *room)).collect();
    let found: Vec<_> = found.into_iter().filter(|(room, _)| joined.contains_key(room)).map(|(_, m)| m).collect();
    let mut extras = store::list_extras(c, viewer.id, &found)?;
    let wanted: Vec<(String, i64)> = shared_in(&found).into_iter().map(|s| (s.kind, s.id)).collect();
    let shared = house.sources.shared(c, viewer, lang, &wanted)?;
    let mut out = HashMap::new();
    for message in found {
        let Some(room) = rooms.get(&message.id).and_then(|r| joined.get(r)) else { continue };
        let set = Setting {
            viewer,
            lang,
            slug: &room.slug,
            last_read: i64::MAX,
            target: None,
            flowing: false,
            news_begin: false,
        };
        let own = std::mem::take(&mut extras);
        let (id, name) = (message.id, if room.is_direct() { room.name.clone() } else { format!("#{}", room.name) });
        let (one, rest) = own.split(id, message.reply_to);
        extras = rest;
        out.extend(lines(vec![message], one, &shared, &set).into_iter().map(|l| (id, l.in_room(&name))));
    }
    Ok(out)
}

#[derive(Serialize)]
struct Reminder {
    id: i64,
    due_at: Ms,
    told: bool,
    line: Line,
}

#[derive(Serialize)]
struct SavedView {
    tab: &'static str,
    lines: Vec<Line>,
    due: Vec<Reminder>,
    waiting: Vec<Reminder>,
}

/// `GET /me/saved`: what one has saved, and what comes back when.
pub async fn saved(me: Member) -> Result<HttpResponse> {
    let (viewer, lang, house) = (me.viewer.clone(), me.lang(), me.house.clone());
    let view = me
        .house
        .db
        .read(move |c| {
            let kept = store::list_saved(c, viewer.id, None, 200)?;
            let reminders = store::list_reminders(c, viewer.id)?;
            let ids: Vec<i64> =
                kept.iter().map(|k| k.message).chain(reminders.iter().map(|(k, _)| k.message)).collect();
            let mut found = lines_of(c, (&house, &viewer, lang), &ids)?;
            let mut again = lines_of(c, (&house, &viewer, lang), &ids)?;
            let (due, waiting): (Vec<Reminder>, Vec<Reminder>) = reminders
                .into_iter()
                .filter_map(|(k, told)| {
                    Some(Reminder { id: k.id, due_at: k.at, told: told.is_some(), line: again.remove(&k.message)? })
                })
                .partition(|r| r.told);
            let lines = kept.iter().filter_map(|k| found.remove(&k.message)).collect();
            Ok(SavedView { tab: "saved", lines, due, waiting })
        })
        .await?;
    me.page("rooms/saved", "rooms-saved-title").nav("chat").show(&view).await
}

/// `POST /me/reminders/{id}`: forgets a reminder.
pub async fn reminders_do(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::forget_reminder(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/me/saved", "ok", "rooms-reminder-gone"))
}

#[derive(Serialize)]
struct LaterItem {
    id: i64,
    room: String,
    slug: String,
    body: String,
    send_at: Ms,
    local: String,
    refused: String,
}

#[derive(Serialize)]
struct LaterView {
    tab: &'static str,
    items: Vec<LaterItem>,
    rooms: Vec<Choice>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

/// A moment as a `datetime-local` field shows it, in the reader's zone.
pub fn local(ms: Ms, zone: &str) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(parse_zone(zone));
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Reads a `datetime-local` field in the reader's zone.
///
/// # Errors
/// `required` or `invalid` on `field`.
pub fn moment(field: &'static str, text: &str, zone: &str) -> Result<Ms> {
    if text.is_empty() {
        return Err(Error::field(field, "required"));
    }
    let at: jiff::civil::DateTime = text.parse().map_err(|_| Error::field(field, "invalid"))?;
    let at = at.to_zoned(parse_zone(zone)).map_err(|_| Error::field(field, "invalid"))?;
    Ok(at.timestamp().as_millisecond())
}

async fn later_page(
    me: &Member,
    form: Form,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (viewer, lang) = (me.viewer.clone(), me.lang());
    let values = form.values();
    let chosen = values.get("room").cloned().unwrap_or_default();
    let view = me
        .house
        .db
        .read(move |c| {
            let joined = store::list_joined(c, &[viewer.id.0])?;
            let names: HashMap<i64, String> = joined
                .iter()
                .map(|j| (j.id, if j.is_direct() { j.name.clone() } else { format!("#{}", j.name) }))
                .collect();
            let items = store::list_scheduled(c, viewer.id)?
                .into_iter()
                .map(|s| LaterItem {
                    id: s.id,
                    room: names.get(&s.room_id.0).cloned().unwrap_or(s.room),
                    slug: s.slug,
                    local: local(s.send_at, &viewer.time_zone),
                    body: s.body,
                    send_at: s.send_at,
                    refused: if s.state == "refused" {
                        t(lang, &format!("error-{}", s.reason)).into_owned()
                    } else {
                        String::new()
                    },
                })
                .collect();
            let rooms = joined
                .iter()
                .map(|j| Choice::of(&*j.slug, names.get(&j.id).cloned().unwrap_or_default(), &chosen))
                .collect();
            Ok(LaterView { tab: "later", items, rooms, values, errors })
        })
        .await?;
    me.page("rooms/later", "rooms-later-title").nav("chat").status(status).show(&view).await
}

/// `GET /me/scheduled`
pub async fn later(me: Member, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse> {
    let form = Form::from(query.into_inner().into_iter().collect::<Vec<_>>());
    later_page(&me, form, BTreeMap::new(), StatusCode::OK).await
}

/// `POST /me/scheduled`: keeps a message for later.
pub async fn schedule(me: Member, form: Form) -> Result<HttpResponse> {
    let done = async {
        let (room, _) = id_of(&me, form.text("room")).await.map_err(|_| Error::field("room", "not_found"))?;
        let at = moment("send_at", form.text("send_at"), &me.viewer.time_zone)?;
        actions::schedule(&me.house, &me.viewer, room, form.raw("body"), at).await
    };
    match done.await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/me/scheduled", "ok", "rooms-later-done")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            later_page(&me, form, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /me/scheduled/{id}`: another text or time, or called off with `delete`.
pub async fn later_do(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    if form.ticked("delete") {
        actions::unschedule(&me.house, &me.viewer, *id).await?;
        return Ok(see_other_with(&me.house.config, "/me/scheduled", "ok", "rooms-later-gone"));
    }
    let done = async {
        let at = moment("send_at", form.text("send_at"), &me.viewer.time_zone)?;
        actions::reschedule(&me.house, &me.viewer, *id, form.raw("body"), at).await
    };
    match done.await {
        Ok(()) => Ok(see_other_with(&me.house.config, "/me/scheduled", "ok", "rooms-later-done")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            let errors = errors.into_iter().map(|(k, v)| (format!("{k}-{id}"), v)).collect();
            later_page(&me, Form::default(), errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /previews/{id}`: the small image of a link preview, made by us: readers ask nobody else.
pub async fn preview_image(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = *id;
    let image = me.house.db.read(move |c| store::find_preview_image(c, id)).await?.ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header(("cache-control", "private, max-age=604800"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(image))
}
