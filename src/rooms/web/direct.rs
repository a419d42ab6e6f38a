//! Conversations of a few: the list with its requests, beginning one, answering a request.

use super::fresh_cid;
use super::lines::Person;
use crate::access::Sight;
use crate::db::Ms;
use crate::error::{Error, Result};
use crate::rooms::actions;
use crate::rooms::model::RoomId;
use crate::rooms::store;
use crate::text;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::problem::{field_messages, message};
use crate::web::redirect::{see_other, see_other_with};
use crate::web::viewer::MemberId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

#[derive(Serialize)]
struct Talk {
    id: i64,
    slug: String,
    name: String,
    face: Person,
    text: String,
    at: Option<Ms>,
    unread: i64,
    mentions: i32,
}

#[derive(Serialize)]
struct Request {
    id: i64,
    from: Person,
    name: String,
    text: String,
    at: Ms,
}

#[derive(Serialize)]
struct ListView {
    talks: Vec<Talk>,
    requests: Vec<Request>,
}

/// `GET /messages`
pub async fn list(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let view = me
        .house
        .db
        .read(move |c| {
            let joined: Vec<_> = store::list_joined(c, &[id.0])?.into_iter().filter(store::Joined::is_direct).collect();
            let asked = store::list_requests(c, id)?;
            let ids: Vec<i64> = joined.iter().map(|j| j.id).chain(asked.iter().map(|a| a.0)).collect();
            let people = store::list_people_of(c, &ids)?;
            let mut last = store::list_last(c, id, &ids)?;
            let mut short = |room: i64| -> (String, Option<Ms>) {
                last.remove(&room)
                    .map_or_else(Default::default, |(html, at)| (text::excerpt(&text::plain(&html), 140), Some(at)))
            };
            let requests = asked
                .into_iter()
                .map(|(room, from, at)| {
                    let of_room = people.get(&room);
                    let who = of_room.into_iter().flatten().find(|p| p.id == from);
                    let from = Person::of(from, who.map(|p| p.name.clone()).unwrap_or_default());
                    Request { id: room, name: store::name_of(of_room, id.0), from, text: short(room).0, at }
                })
                .collect();
            let mut talks: Vec<Talk> = joined
                .into_iter()
                .map(|j| {
                    let other = people.get(&j.id).into_iter().flatten().find(|p| p.id != id.0);
                    let face = Person::of(other.map_or(0, |p| p.id), other.map(|p| p.name.clone()).unwrap_or_default());
                    let (text, at) = short(j.id);
                    Talk {
                        id: j.id,
                        slug: j.slug,
                        name: j.name,
                        face,
                        text,
                        at,
                        unread: j.unread,
                        mentions: j.mentions,
                    }
                })
                .collect();
            talks.sort_by_key(|t| std::cmp::Reverse(t.at));
            Ok(ListView { talks, requests })
        })
        .await?;
    me.page("rooms/messages", "rooms-messages-title").nav("messages").show(&view).await
}

/// `GET /messages/{id}`: the conversation itself lives in its room.
pub async fn open(me: Member, id: web::Path<RoomId>) -> Result<HttpResponse> {
    let (sight, id) = (Sight::of(&me.viewer), *id);
    let found = me
        .house
        .db
        .read(move |c| match store::find_visible(c, sight, id) {
            Ok((room, _)) if room.is_direct() => Ok(Some(room.slug)),
            Ok(_) | Err(Error::NotFound) => {
                if store::has_open_request(c, id, sight.member)? {
                    Ok(None)
                } else {
                    Err(Error::NotFound)
                }
            }
            Err(other) => Err(other),
        })
        .await?;
    Ok(see_other(&found.map_or_else(|| format!("/messages#r{id}"), |slug| format!("/rooms/{slug}"))))
}

#[derive(Serialize)]
struct Candidate {
    id: i64,
    face: Person,
    chosen: bool,
}

#[derive(Serialize)]
struct NewView {
    people: Vec<Candidate>,
    q: String,
    body: String,
    cid: String,
    most: usize,
    errors: BTreeMap<String, String>,
}

async fn new_page(
    me: &Member,
    (q, to): (String, Vec<i64>),
    (body, cid): (String, String),
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (id, asked) = (me.viewer.id, q.clone());
    let chosen = to.clone();
    let people = me
        .house
        .db
        .read(move |c| {
            let mut people: Vec<(i64, String)> = Vec::new();
            for id in chosen.iter().take(actions::PEOPLE_MOST) {
                match store::find_member_name(c, MemberId(*id)) {
                    Ok(name) => people.push((*id, name)),
                    Err(Error::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
            if !asked.is_empty() {
                for (id, name) in store::list_named(c, &text::fold(&asked), 20).unwrap_or_default() {
                    if !people.iter().any(|p| p.0 == id) {
                        people.push((id, name));
                    }
                }
            }
            people.retain(|p| p.0 != id.0);
            Ok(people)
        })
        .await?;
    let people = people
        .into_iter()
        .map(|(id, name)| Candidate { id, face: Person::of(id, name), chosen: to.contains(&id) })
        .collect();
    let view = NewView { people, q, body, cid, most: actions::PEOPLE_MOST - 1, errors };
    me.page("rooms/new_message", "rooms-new-message").nav("messages").status(status).show(&view).await
}

/// `GET /messages/new?to=&q=`
pub async fn new(me: Member, query: web::Query<Vec<(String, String)>>) -> Result<HttpResponse> {
    let given: HashMap<&str, &str> = query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let to = query.iter().filter(|(k, _)| k == "to").filter_map(|(_, v)| v.parse().ok()).collect();
    let q = given.get("q").copied().unwrap_or("").trim().chars().take(60).collect();
    let body = given.get("body").copied().unwrap_or("").to_owned();
    new_page(&me, (q, to), (body, fresh_cid()?), BTreeMap::new(), StatusCode::OK).await
}

/// `POST /messages`: the first message.
pub async fn begin(me: Member, form: Form) -> Result<HttpResponse> {
    let to: Vec<i64> = form.all("to").iter().filter_map(|id| id.parse().ok()).collect();
    let (cid, body) = (form.text("cid").to_owned(), form.raw("body").to_owned());
    match actions::write_to(&me.house, &me.viewer, &to, &cid, &body).await {
        Ok(begun) => Ok(see_other(&format!("/rooms/{}#m{}", begun.slug, begun.posted.message))),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            new_page(&me, (String::new(), to), (body, cid), errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error @ Error::Forbidden("request_pending")) => {
            let errors = BTreeMap::from([("body".to_owned(), message(me.lang(), &error))]);
            new_page(&me, (String::new(), to), (body, cid), errors, StatusCode::FORBIDDEN).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /messages/{id}`: accepts or declines a request, adds somebody, leaves.
pub async fn answer(me: Member, id: web::Path<RoomId>, form: Form) -> Result<HttpResponse> {
    let id = *id;
    match form.text("do") {
        "accept" => {
            actions::accept(&me.house, &me.viewer, id).await?;
            Ok(see_other(&format!("/messages/{id}")))
        }
        "decline" => {
            actions::decline(&me.house, &me.viewer, id).await?;
            Ok(see_other_with(&me.house.config, "/messages", "ok", "rooms-request-declined"))
        }
        "block" => {
            let from = me.house.db.read({
                let viewer = me.viewer.id;
                move |c| Ok(store::list_requests(c, viewer)?.into_iter().find(|r| r.0 == id.0).map(|r| r.1))
            });
            let from = from.await?.ok_or(Error::NotFound)?;
            actions::decline(&me.house, &me.viewer, id).await?;
            crate::members::actions::block(&me.house, &me.viewer, MemberId(from), true).await?;
            Ok(see_other_with(&me.house.config, "/messages", "ok", "members-blocked"))
        }
        "add" => {
            let other = form.text("member_id").parse().map_err(|_| Error::BadRequest("bad_request"))?;
            actions::add(&me.house, &me.viewer, id, MemberId(other)).await?;
            Ok(see_other(&format!("/messages/{id}")))
        }
        _ => Err(Error::BadRequest("bad_request")),
    }
}
