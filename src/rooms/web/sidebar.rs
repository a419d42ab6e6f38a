//! How rooms stand in one's own sidebar: on top, in sections, without badge.

use super::{Choice, id_of};
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::rooms::actions;
use crate::rooms::model::RoomId;
use crate::rooms::store::{self, Section, Standing};
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    favourite: bool,
    silenced: bool,
    position: i32,
    sections: Vec<Choice>,
}

#[derive(Serialize)]
struct SidebarView {
    rooms: Vec<Row>,
    sections: Vec<Section>,
    errors: BTreeMap<String, String>,
}

async fn page(me: &Member, errors: BTreeMap<String, String>, status: StatusCode) -> Result<HttpResponse> {
    let (id, lang) = (me.viewer.id, me.lang());
    let view = me
        .house
        .db
        .read(move |c| {
            let sections = store::list_sections(c, id)?;
            let none = t(lang, "rooms-section-none").into_owned();
            let rooms = store::list_joined(c, &[id.0])?
                .into_iter()
                .map(|j| Row {
                    id: j.id,
                    name: if j.is_direct() { j.name } else { format!("#{}", j.name) },
                    favourite: j.favourite,
                    silenced: j.silenced,
                    position: j.position,
                    sections: std::iter::once(Choice {
                        value: String::new(),
                        label: none.clone(),
                        selected: j.section_id.is_none(),
                    })
                    .chain(sections.iter().map(|s| Choice {
                        value: s.id.to_string(),
                        label: s.name.clone(),
                        selected: j.section_id == Some(s.id),
                    }))
                    .collect(),
                })
                .collect();
            Ok(SidebarView { rooms, sections, errors })
        })
        .await?;
    me.page("rooms/sidebar", "rooms-sidebar-title").nav("chat").status(status).show(&view).await
}

/// `GET /me/rooms`: the order of one's own sidebar.
pub async fn sidebar(me: Member) -> Result<HttpResponse> {
    page(&me, BTreeMap::new(), StatusCode::OK).await
}

/// `POST /me/rooms`: sections, or every room's place at once.
pub async fn sidebar_do(me: Member, form: Form) -> Result<HttpResponse> {
    let number = |name: &str| form.text(name).parse::<i64>().ok();
    let done = match form.text("do") {
        "add" => actions::create_section(&me.house, &me.viewer, form.text("name")).await.map(|_| ()),
        "change" => {
            let position = form.text("position").parse().unwrap_or(0);
            let id = number("id").ok_or(Error::NotFound)?;
            actions::change_section(&me.house, &me.viewer, id, form.text("name"), position).await
        }
        "delete" => actions::delete_section(&me.house, &me.viewer, number("id").ok_or(Error::NotFound)?).await,
        "place" => {
            let id = number("id").ok_or(Error::NotFound)?;
            actions::place_room(&me.house, &me.viewer, RoomId(id), standing(&form)).await
        }
        _ => Err(Error::BadRequest("bad_request")),
    };
    match done {
        Ok(()) => Ok(see_other_with(&me.house.config, "/me/rooms", "ok", "rooms-sidebar-saved")),
        Err(Error::Invalid(fields)) => {
            page(&me, field_messages(me.lang(), &fields), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error @ Error::Conflict(_)) => {
            let errors = BTreeMap::from([("name".to_owned(), crate::web::problem::message(me.lang(), &error))]);
            page(&me, errors, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other),
    }
}

fn standing(form: &Form) -> Standing {
    Standing {
        favourite: Some(form.ticked("favourite")),
        silenced: Some(form.ticked("silenced")),
        section_id: Some(form.text("section").parse().ok()),
        position: form.text("position").parse().ok(),
    }
}

/// `POST /rooms/{slug}/place`: on top or not, silenced or not, from the room's own menu.
pub async fn place(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    let switch = |name: &str| match form.text(name) {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    };
    let standing = Standing { favourite: switch("favourite"), silenced: switch("silenced"), ..Standing::default() };
    actions::place_room(&me.house, &me.viewer, id, standing).await?;
    Ok(see_other(&format!("/rooms/{slug}")))
}
