//! The page of moderators under a room: its pace and its speakers, decisions about members.

use super::actions::{self, Decision, OrderChange};
use super::store::{self, Order, Sanction};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::rooms::model::{Room, RoomId};
use crate::rooms::store as rooms;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Moderator;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use crate::web::viewer::MemberId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

/// Paces a page offers, in seconds.
const PACES: [i64; 9] = [0, 5, 15, 30, 60, 300, 900, 3_600, 21_600];
/// Times a page offers, in minutes; 0: for ever, for a ban.
const TIMES: [i64; 6] = [10, 60, 1_440, 10_080, 40_320, 0];
const ACTS: [&str; 4] = ["mute", "kick", "ban", "delete_all"];

#[derive(Serialize)]
struct InForce {
    member_id: i64,
    name: String,
    reason: String,
    is_ban: bool,
    until: Option<i64>,
}

#[derive(Serialize)]
struct OrderView {
    slug: String,
    name: String,
    paces: Vec<Choice>,
    speakers: Vec<Choice>,
    people: Vec<Choice>,
    acts: Vec<Choice>,
    times: Vec<Choice>,
    reason: String,
    in_force: Vec<InForce>,
    errors: BTreeMap<String, String>,
}

fn words(lang: Lang, group: &str, code: impl std::fmt::Display) -> String {
    t(lang, &format!("rooms-{group}-{code}")).into_owned()
}

fn speakers(order: Order) -> &'static str {
    match (order.read_only, order.announce) {
        (true, _) => "nobody",
        (_, true) => "team",
        _ => "all",
    }
}

type Read = (Room, Order, Vec<Sanction>, Vec<(i64, String)>);

async fn page(me: &Moderator, slug: &str, form: &Form, problem: Option<Error>) -> Result<HttpResponse> {
    let (sight, now, slug) = (Sight::of(&me.viewer), me.house.db.now(), slug.to_owned());
    let (room, order, sanctions, targets): Read = me
        .house
        .db
        .read(move |c| {
            let (room, _) = rooms::find_visible_by_slug(c, sight, &slug)?;
            let (order, sanctions) = (store::find_order(c, room.id)?, store::list_sanctions(c, room.id, now)?);
            let targets = store::list_targets(c, room.id)?;
            Ok((room, order, sanctions, targets))
        })
        .await?;
    let lang = me.lang();
    let errors = match &problem {
        None => BTreeMap::new(),
        Some(Error::Invalid(fields)) => field_messages(lang, fields),
        Some(other) => BTreeMap::from([("form".to_owned(), crate::web::problem::message(lang, other))]),
    };
    let chosen = |field: &str, fresh: String| if problem.is_some() { form.text(field).to_owned() } else { fresh };
    let pace = chosen("slow_seconds", (order.slow_ms / 1_000).to_string());
    let view = OrderView {
        paces: PACES.map(|s| Choice::of(s.to_string(), words(lang, "pace", s), &pace)).into(),
        speakers: ["all", "team", "nobody"]
            .map(|s| Choice::of(s, words(lang, "speak", s), &chosen("speakers", speakers(order).into())))
            .into(),
        people: targets
            .into_iter()
            .filter(|(id, _)| *id != me.viewer.id.0)
            .map(|(id, name)| Choice::of(id.to_string(), name, form.text("member_id")))
            .collect(),
        acts: ACTS.map(|a| Choice::of(a, words(lang, "act", a), form.text("act"))).into(),
        times: TIMES.map(|m| Choice::of(m.to_string(), words(lang, "for", m), form.text("minutes"))).into(),
        reason: form.text("reason").to_owned(),
        in_force: sanctions
            .into_iter()
            .map(|s| InForce {
                member_id: s.member_id,
                name: s.name,
                reason: s.reason,
                is_ban: s.kind == "ban",
                until: s.until_at,
            })
            .collect(),
        slug: room.slug,
        name: room.name,
        errors,
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    me.page("rooms/order", "rooms-order-title").nav("chat").status(status).show(&view).await
}

/// `GET /rooms/{slug}/order`
pub async fn show(me: Moderator, slug: web::Path<String>) -> Result<HttpResponse> {
    page(&me, &slug, &Form::default(), None).await
}

async fn id_of(me: &Moderator, slug: &str) -> Result<RoomId> {
    let (sight, slug) = (Sight::of(&me.viewer), slug.to_owned());
    me.house.db.read(move |c| rooms::find_visible_by_slug(c, sight, &slug).map(|(room, _)| room.id)).await
}

async fn answer(me: &Moderator, slug: &str, form: &Form, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(see_other_with(&me.house.config, &format!("/rooms/{slug}/order"), "ok", "rooms-order-saved")),
        Err(error @ (Error::Invalid(_) | Error::Forbidden("rank"))) => page(me, slug, form, Some(error)).await,
        Err(other) => Err(other),
    }
}

/// `POST /rooms/{slug}/order`: pace and speakers.
pub async fn set(me: Moderator, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let room = id_of(&me, &slug).await?;
    let change = OrderChange {
        // What is no number is out of range.
        slow_seconds: Some(form.text("slow_seconds").parse().unwrap_or(-1)),
        read_only: Some(form.text("speakers") == "nobody"),
        announce: Some(form.text("speakers") == "team"),
    };
    let done = actions::set_order(&me.house, &me.viewer, room, change).await.map(drop);
    answer(&me, &slug, &form, done).await
}

/// `POST /rooms/{slug}/order/members`: a decision about a member.
pub async fn decide(me: Moderator, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let room = id_of(&me, &slug).await?;
    let (member, minutes) = (form.text("member_id").parse().unwrap_or(0), form.text("minutes").parse().unwrap_or(0));
    let decision = match form.text("act") {
        "mute" => Decision::Mute(minutes),
        "unmute" => Decision::Unmute,
        "kick" => Decision::Kick,
        "ban" => Decision::Ban((minutes != 0).then_some(minutes)),
        "unban" => Decision::Unban,
        "delete_all" => {
            let gone = actions::delete_all_of(&me.house, &me.viewer, room, MemberId(member), form.text("reason")).await;
            return answer(&me, &slug, &form, gone.map(drop)).await;
        }
        _ => return Err(Error::field("act", "invalid")),
    };
    let done = actions::decide(&me.house, &me.viewer, room, MemberId(member), decision, form.text("reason")).await;
    answer(&me, &slug, &form, done).await
}
