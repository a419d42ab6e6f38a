//! Office hours: planning them, seeing them, taking them into a calendar.

use super::Choice;
use super::kept::{local, moment};
use crate::access::Sight;
use crate::db::{HOUR, Ms};
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::members::store::list_tiers;
use crate::rooms::actions;
use crate::rooms::ics;
use crate::rooms::model::Access;
use crate::rooms::store::{self, HourForm, OfficeHour};
use crate::text::chat_html;
use crate::web::forms::Form;
use crate::web::guards::{Manager, Member};
use crate::web::problem::{field_messages, message};
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

/// An office hour in a list.
#[derive(Serialize)]
pub struct HourLine {
    id: i64,
    title: String,
    slug: String,
    host: String,
    starts_at: Ms,
    ends_at: Ms,
    open: bool,
}

impl HourLine {
    /// As lists and the room itself show it.
    pub fn of(hour: OfficeHour) -> Self {
        Self {
            id: hour.id,
            title: hour.title,
            slug: hour.slug,
            host: hour.host.unwrap_or_default(),
            starts_at: hour.starts_at,
            ends_at: hour.ends_at,
            open: hour.state == "open",
        }
    }
}

#[derive(Serialize)]
struct ListView {
    coming: Vec<HourLine>,
    past: Vec<HourLine>,
    is_manager: bool,
    accesses: Vec<Choice>,
    tiers: Vec<Choice>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

async fn list_page(
    me: &Member,
    form: Form,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, lang, now) = (Sight::of(&me.viewer), me.lang(), me.house.db.now());
    let mut values = form.values();
    let next = (now / HOUR + 25) * HOUR;
    values.entry("starts_at".to_owned()).or_insert_with(|| local(next, &me.viewer.time_zone));
    values.entry("ends_at".to_owned()).or_insert_with(|| local(next + HOUR, &me.viewer.time_zone));
    let (access, tier) = (form.text("access").to_owned(), form.text("min_tier").to_owned());
    let is_manager = me.viewer.is_manager();
    let view = me
        .house
        .db
        .read(move |c| {
            let ids: Vec<i64> = store::list_visible(c, sight)?.into_iter().map(|(r, _)| r.id.0).collect();
            let line = |hours: Vec<OfficeHour>| hours.into_iter().map(HourLine::of).collect();
            let none = Choice { value: String::new(), label: t(lang, "rooms-none").into_owned(), selected: false };
            Ok(ListView {
                coming: line(store::list_hours(c, &ids, false, 100)?),
                past: line(store::list_hours(c, &ids, true, 20)?),
                is_manager,
                accesses: Access::ALL
                    .map(|a| Choice {
                        value: a.code().to_owned(),
                        label: t(lang, &format!("rooms-access-{}", a.code())).into_owned(),
                        selected: a.code() == access || (access.is_empty() && a == Access::Open),
                    })
                    .into(),
                tiers: std::iter::once(none)
                    .chain(list_tiers(c)?.into_iter().filter(|t| t.rank > 0).map(|t| Choice {
                        label: t.name(lang).to_owned(),
                        selected: t.slug == tier,
                        value: t.slug,
                    }))
                    .collect(),
                values,
                errors,
            })
        })
        .await?;
    me.page("rooms/hours", "rooms-hours-title").nav("chat").status(status).show(&view).await
}

/// `GET /office-hours`
pub async fn list(me: Member) -> Result<HttpResponse> {
    list_page(&me, Form::default(), BTreeMap::new(), StatusCode::OK).await
}

fn read_form(me: &Member, form: &Form) -> Result<HourForm> {
    let zone = &me.viewer.time_zone;
    Ok(HourForm {
        title: form.text("title").to_owned(),
        agenda: form.raw("agenda").to_owned(),
        notes: form.raw("notes").to_owned(),
        starts_at: moment("starts_at", form.text("starts_at"), zone)?,
        ends_at: moment("ends_at", form.text("ends_at"), zone)?,
    })
}

/// `POST /office-hours`: plans one.
pub async fn plan(manager: Manager, me: Member, form: Form) -> Result<HttpResponse> {
    let done = async {
        let access = Some(form.text("access")).filter(|a| !a.is_empty()).unwrap_or("open").to_owned();
        let tier = Some(form.text("min_tier").to_owned()).filter(|t| !t.is_empty());
        actions::plan_hour(&manager.house, &manager.viewer, read_form(&me, &form)?, (access, tier)).await
    };
    match done.await {
        Ok((id, _)) => Ok(see_other_with(&me.house.config, &format!("/office-hours/{id}"), "ok", "rooms-hour-saved")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            list_page(&me, form, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

#[derive(Serialize)]
struct HourView {
    id: i64,
    title: String,
    slug: String,
    room: String,
    host: String,
    starts_at: Ms,
    ends_at: Ms,
    state: String,
    state_label: String,
    agenda_html: String,
    notes_html: String,
    is_manager: bool,
    planned: bool,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

async fn find(me: &Member, id: i64) -> Result<OfficeHour> {
    let sight = Sight::of(&me.viewer);
    me.house
        .db
        .read(move |c| {
            let hour = store::find_hour(c, id)?;
            store::find_visible(c, sight, hour.room_id)?;
            Ok(hour)
        })
        .await
}

async fn hour_page(
    me: &Member,
    id: i64,
    form: Option<Form>,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let hour = find(me, id).await?;
    let zone = &me.viewer.time_zone;
    let values = match form {
        Some(form) => form.values(),
        None => BTreeMap::from([
            ("title".to_owned(), hour.title.clone()),
            ("agenda".to_owned(), hour.agenda.clone()),
            ("notes".to_owned(), hour.notes.clone()),
            ("starts_at".to_owned(), local(hour.starts_at, zone)),
            ("ends_at".to_owned(), local(hour.ends_at, zone)),
        ]),
    };
    let html = |text: &str| if text.trim().is_empty() { String::new() } else { chat_html(text) };
    let view = HourView {
        id,
        agenda_html: html(&hour.agenda),
        notes_html: html(&hour.notes),
        planned: hour.state == "planned",
        state_label: t(me.lang(), &format!("rooms-hour-{}", hour.state)).into_owned(),
        title: hour.title,
        slug: hour.slug,
        room: hour.room,
        host: hour.host.unwrap_or_default(),
        starts_at: hour.starts_at,
        ends_at: hour.ends_at,
        state: hour.state,
        is_manager: me.viewer.is_manager(),
        values,
        errors,
    };
    let title = view.title.clone();
    me.page("rooms/hour", "rooms-hours-title").title(title).nav("chat").status(status).show(&view).await
}

/// `GET /office-hours/{id}`
pub async fn hour(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    hour_page(&me, *id, None, BTreeMap::new(), StatusCode::OK).await
}

/// `POST /office-hours/{id}`: changes it, or calls it off with `cancel`.
pub async fn hour_do(manager: Manager, me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = *id;
    let done = async {
        if form.ticked("cancel") {
            return actions::cancel_hour(&manager.house, &manager.viewer, id).await;
        }
        let before = find(&me, id).await?;
        let mut read = form.values();
        // What has begun keeps its start: its field is not shown.
        read.entry("starts_at".to_owned()).or_insert_with(|| local(before.starts_at, &me.viewer.time_zone));
        read.entry("ends_at".to_owned()).or_insert_with(|| local(before.ends_at, &me.viewer.time_zone));
        let whole = Form::from(read.into_iter().collect::<Vec<_>>());
        actions::change_hour(&manager.house, &manager.viewer, id, read_form(&me, &whole)?).await
    };
    match done.await {
        Ok(()) => Ok(see_other_with(&me.house.config, &format!("/office-hours/{id}"), "ok", "rooms-hour-saved")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            hour_page(&me, id, Some(form), errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error @ Error::Conflict(_)) => {
            let errors = BTreeMap::from([("form".to_owned(), message(me.lang(), &error))]);
            hour_page(&me, id, Some(form), errors, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /office-hours/{id}/calendar.ics`
pub async fn calendar(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let hour = find(&me, *id).await?;
    let text = ics::event(&hour, &me.house.config.absolute(&format!("/rooms/{}", hour.slug)), me.house.db.now());
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("content-disposition", format!("attachment; filename=\"{}.ics\"", hour.slug)))
        .insert_header(("cache-control", "no-store"))
        .body(text))
}
