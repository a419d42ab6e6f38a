//! Webhooks of a room for its managers, and the address at which machines speak.

use super::id_of;
use crate::access::Sight;
use crate::db::Ms;
use crate::error::{Error, Result};
use crate::rooms::actions;
use crate::rooms::store;
use crate::web::forms::Form;
use crate::web::guards::{Ctx, Manager, Member};
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Incoming {
    id: i64,
    name: String,
    created_at: Ms,
    last_used_at: Option<Ms>,
}

#[derive(Serialize)]
struct Told {
    seq: i64,
    state: String,
    status: String,
    reason: String,
    attempts: i32,
    at: Ms,
}

#[derive(Serialize)]
struct Outgoing {
    id: i64,
    url: String,
    created_at: Ms,
    told: Vec<Told>,
}

#[derive(Serialize)]
struct HooksView {
    slug: String,
    name: String,
    incoming: Vec<Incoming>,
    outgoing: Vec<Outgoing>,
    /// Address or secret that was just made: shown once.
    fresh_address: String,
    fresh_secret: String,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

#[derive(Default)]
struct Fresh {
    address: String,
    secret: String,
}

async fn page(
    me: &Manager,
    slug: &str,
    fresh: Fresh,
    form: Form,
    errors: BTreeMap<String, String>,
) -> Result<HttpResponse> {
    let (sight, slug) = (Sight::of(&me.viewer), slug.to_owned());
    let failed = !errors.is_empty();
    let values = form.values();
    let view = me
        .house
        .db
        .read(move |c| {
            let (room, _) = store::find_visible_by_slug(c, sight, &slug)?;
            if room.is_direct() {
                return Err(Error::NotFound);
            }
            let incoming = store::list_incoming(c, room.id)?
                .into_iter()
                .map(|h| Incoming { id: h.id, name: h.name, created_at: h.created_at, last_used_at: h.last_used_at })
                .collect();
            let mut outgoing = Vec::new();
            for hook in store::list_outgoing(c, room.id)? {
                let told = store::list_deliveries(c, hook.id, 10)?
                    .into_iter()
                    .map(|d| Told {
                        seq: d.seq,
                        state: d.state,
                        status: d.status.map(|s| s.to_string()).unwrap_or_default(),
                        reason: d.reason,
                        attempts: d.attempts,
                        at: d.done_at.unwrap_or(d.created_at),
                    })
                    .collect();
                outgoing.push(Outgoing { id: hook.id, url: hook.url, created_at: hook.created_at, told });
            }
            Ok(HooksView {
                slug: room.slug,
                name: room.name,
                incoming,
                outgoing,
                fresh_address: fresh.address,
                fresh_secret: fresh.secret,
                values,
                errors,
            })
        })
        .await?;
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    me.page("rooms/hooks", "rooms-hooks-title").nav("chat").status(status).show(&view).await
}

/// `GET /rooms/{slug}/hooks`
pub async fn hooks(me: Manager, slug: web::Path<String>) -> Result<HttpResponse> {
    page(&me, &slug, Fresh::default(), Form::default(), BTreeMap::new()).await
}

/// `POST /rooms/{slug}/hooks`: what `do` says; a new secret stands on the page that answers, once.
pub async fn hooks_do(me: Manager, who: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (room, _) = id_of(&who, &slug).await?;
    let (house, viewer) = (&me.house, &me.viewer);
    let id = form.text("id").parse().unwrap_or(0);
    let done = match form.text("do") {
        "add_in" => actions::create_incoming(house, viewer, room, form.text("name")).await.map(|(_, secret)| {
            Some(Fresh { address: house.config.absolute(&format!("/hooks/{secret}")), secret: String::new() })
        }),
        "add_out" => actions::create_outgoing(house, viewer, room, form.text("url"))
            .await
            .map(|(_, secret)| Some(Fresh { address: String::new(), secret })),
        "delete_in" => actions::delete_incoming(house, viewer, room, id).await.map(|()| None),
        "delete_out" => actions::delete_outgoing(house, viewer, room, id).await.map(|()| None),
        _ => Err(Error::BadRequest("bad_request")),
    };
    match done {
        Ok(Some(fresh)) => page(&me, &slug, fresh, Form::default(), BTreeMap::new()).await,
        Ok(None) => Ok(see_other_with(&house.config, &format!("/rooms/{slug}/hooks"), "ok", "rooms-hook-gone")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            page(&me, &slug, Fresh::default(), form, errors).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /hooks/{secret}`: a machine speaks: JSON, or a form with the JSON in `payload`, as Slack takes both.
pub async fn hear(ctx: Ctx, secret: web::Path<String>, req: HttpRequest, body: web::Bytes) -> Result<HttpResponse> {
    if body.len() > 256 * 1024 {
        return Err(Error::TooLarge(256 * 1024));
    }
    let kind = req.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("");
    let json = if kind.starts_with("application/x-www-form-urlencoded") {
        let payload = url::form_urlencoded::parse(&body).find(|(k, _)| k == "payload");
        payload.map(|(_, v)| v.into_owned().into_bytes()).ok_or_else(|| Error::field("payload", "missing"))?
    } else {
        body.to_vec()
    };
    let payload: serde_json::Value = crate::web::forms::parse_json(&json)?;
    actions::hear(&ctx.house, &secret, payload).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body("ok"))
}
