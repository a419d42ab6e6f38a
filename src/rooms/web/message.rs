//! One message with everything that can be done with it, and the thread it began; forms that need no script.

use super::lines::{Line, Setting, lines, shared_in};
use super::{fresh_cid, id_of};
use crate::access::Sight;
use crate::db::{DAY, HOUR, MINUTE};
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::rooms::actions;
use crate::rooms::model::{RoomId, Shared};
use crate::rooms::store::{self, Part, Strand};
use crate::web::forms::{Choice, Form};
use crate::web::guards::Member;
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

/// Answers a thread page shows.
const THREAD: i64 = 200;

#[derive(Serialize)]
struct OldText {
    rev: i32,
    at: i64,
    text_html: String,
}

#[derive(Serialize)]
struct MessageView {
    slug: String,
    room: String,
    direct: bool,
    url: String,
    lines: Vec<Line>,
    own: bool,
    may_delete: bool,
    may_pin: bool,
    pinned: bool,
    saved: bool,
    source: String,
    rev: i32,
    revisions: Vec<OldText>,
    may_see_history: bool,
    thread_url: String,
    permalink: String,
    cid: String,
    reminders: Vec<Choice>,
    signs: [&'static str; 6],
    errors: BTreeMap<String, String>,
}

async fn message_page(
    me: &Member,
    slug: &str,
    m: i64,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (id, _) = id_of(me, slug).await?;
    let (sight, viewer, lang) = (Sight::of(&me.viewer), me.viewer.clone(), me.lang());
    let (slug, house) = (slug.to_owned(), me.house.clone());
    let choice = |key: &str, ms: i64| Choice::of(ms.to_string(), t(lang, key), "");
    let reminders = vec![
        choice("rooms-remind-20m", 20 * MINUTE),
        choice("rooms-remind-1h", HOUR),
        choice("rooms-remind-3h", 3 * HOUR),
        choice("rooms-remind-1d", DAY),
        choice("rooms-remind-7d", 7 * DAY),
    ];
    let view = me
        .house
        .db
        .read(move |c| {
            let (room, place) = store::find_joined(c, sight, id)?;
            let found = store::list_some_messages(c, sight.member, id, &[m])?;
            let one = found.first().ok_or(Error::NotFound)?;
            let own = one.sender_id == Some(viewer.id.0);
            let may_see_history = own || viewer.is_moderator();
            let source = if own { store::find_editable(c, id, m)?.body } else { String::new() };
            let (rev, root) = (one.rev, one.thread_of.unwrap_or(one.id));
            let revisions = if may_see_history { store::list_revisions(c, m)? } else { Vec::new() };
            let extras = store::list_extras(c, sight.member, &found)?;
            let (pinned, saved) = (extras.pinned.contains(&m), extras.saved.contains(&m));
            let wanted: Vec<(String, i64)> = shared_in(&found).into_iter().map(|s| (s.kind, s.id)).collect();
            let shared = house.sources.shared(c, &viewer, lang, &wanted)?;
            let name = if room.is_direct() {
                store::name_of(store::list_people_of(c, &[id.0])?.get(&id.0), viewer.id.0)
            } else {
                format!("#{}", room.name)
            };
            let set = Setting {
                viewer: &viewer,
                lang,
                slug: &slug,
                last_read: place.last_read_seq,
                target: None,
                flowing: false,
                news_begin: false,
            };
            Ok(MessageView {
                room: name,
                direct: room.is_direct(),
                url: format!("/rooms/{slug}/m/{m}"),
                lines: lines(found, extras, &shared, &set),
                own,
                may_delete: own || viewer.is_moderator(),
                may_pin: viewer.is_moderator() || room.is_direct(),
                pinned,
                saved,
                source,
                rev,
                revisions: revisions.into_iter().map(|r| OldText { rev: r.rev, at: r.at, text_html: r.html }).collect(),
                may_see_history,
                thread_url: format!("/rooms/{slug}/t/{root}"),
                permalink: format!("/rooms/{slug}?m={m}"),
                cid: fresh_cid()?,
                reminders,
                signs: super::SIGNS,
                errors,
                slug,
            })
        })
        .await?;
    let nav = if view.direct { "messages" } else { "chat" };
    me.page("rooms/message", "rooms-message-title").nav(nav).status(status).show(&view).await
}

/// `GET /rooms/{slug}/m/{message}`
pub async fn message(me: Member, path: web::Path<(String, i64)>) -> Result<HttpResponse> {
    let (slug, m) = path.into_inner();
    message_page(&me, &slug, m, BTreeMap::new(), StatusCode::OK).await
}

/// `POST /rooms/{slug}/m/{message}`: what `do` says.
pub async fn message_do(me: Member, path: web::Path<(String, i64)>, form: Form) -> Result<HttpResponse> {
    let (slug, m) = path.into_inner();
    let (room, _) = id_of(&me, &slug).await?;
    match act(&me, room, m, &form).await {
        Ok(Some(key)) if form.text("do") == "delete" => {
            Ok(see_other_with(&me.house.config, &format!("/rooms/{slug}"), "ok", key))
        }
        Ok(Some(key)) => Ok(see_other_with(&me.house.config, &format!("/rooms/{slug}/m/{m}"), "ok", key)),
        Ok(None) => Ok(see_other(&format!("/rooms/{slug}?m={m}#m{m}"))),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            message_page(&me, &slug, m, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error @ Error::Conflict(_)) => {
            let errors = BTreeMap::from([("form".to_owned(), crate::web::problem::message(me.lang(), &error))]);
            message_page(&me, &slug, m, errors, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other),
    }
}

/// Does it; answers the text to show, or nothing where the room shows it by itself.
async fn act(me: &Member, room: RoomId, m: i64, form: &Form) -> Result<Option<&'static str>> {
    let (house, viewer) = (&me.house, &me.viewer);
    match form.text("do") {
        "edit" => {
            let rev = form.text("rev").parse().unwrap_or(-1);
            actions::edit_message(house, viewer, room, m, rev, form.raw("body")).await?;
            Ok(None)
        }
        "delete" => {
            actions::delete_message(house, viewer, room, m).await?;
            Ok(Some("rooms-deleted"))
        }
        "react" => {
            actions::react(house, viewer, room, m, form.text("e"), !form.ticked("off")).await?;
            Ok(None)
        }
        "pin" | "unpin" => {
            let on = form.text("do") == "pin";
            actions::pin(house, viewer, room, m, on).await?;
            Ok(Some(if on { "rooms-pin-done" } else { "rooms-unpin-done" }))
        }
        "save" | "unsave" => {
            let on = form.text("do") == "save";
            actions::save(house, viewer, room, m, on).await?;
            Ok(Some(if on { "rooms-save-done" } else { "rooms-unsave-done" }))
        }
        "remind" => {
            let pause: i64 = form.text("in").parse().unwrap_or(0);
            let at = house.db.now() + pause.clamp(0, 366 * DAY);
            actions::remind(house, viewer, room, m, at).await?;
            Ok(Some("rooms-remind-done"))
        }
        "vote" if form.ticked("close") => {
            actions::close_poll(house, viewer, room, m).await?;
            Ok(None)
        }
        "vote" => {
            let options = form.all("option").iter().filter_map(|o| o.parse().ok()).collect();
            actions::vote(house, viewer, room, m, options).await?;
            Ok(None)
        }
        _ => Err(Error::BadRequest("bad_request")),
    }
}

#[derive(Serialize)]
struct ThreadView {
    id: i64,
    slug: String,
    room: String,
    direct: bool,
    root: i64,
    root_gone: bool,
    lines: Vec<Line>,
    answers: usize,
    cid: String,
    body: String,
    errors: BTreeMap<String, String>,
}

/// `GET /rooms/{slug}/t/{message}`: the thread that a message began.
pub async fn thread(me: Member, path: web::Path<(String, i64)>) -> Result<HttpResponse> {
    let (slug, root) = path.into_inner();
    let (id, _) = id_of(&me, &slug).await?;
    let (sight, viewer, lang) = (Sight::of(&me.viewer), me.viewer.clone(), me.lang());
    let house = me.house.clone();
    let view = me
        .house
        .db
        .read(move |c| {
            let (room, place) = store::find_joined(c, sight, id)?;
            let mut found = store::list_some_messages(c, sight.member, id, &[root])?;
            // Who follows a link to an answer comes to its thread.
            let root = found.first().and_then(|m| m.thread_of).unwrap_or(root);
            if found.first().is_some_and(|m| m.thread_of.is_some()) {
                found = store::list_some_messages(c, sight.member, id, &[root])?;
            }
            let root_gone = found.is_empty();
            let answers = store::list_messages(c, sight.member, id, (Strand::Thread(root), Part::Newest), THREAD)?;
            if root_gone && answers.is_empty() {
                return Err(Error::NotFound);
            }
            let n = answers.len();
            found.extend(answers);
            let extras = store::list_extras(c, sight.member, &found)?;
            let wanted: Vec<(String, i64)> = shared_in(&found).into_iter().map(|s| (s.kind, s.id)).collect();
            let shared = house.sources.shared(c, &viewer, lang, &wanted)?;
            let name = if room.is_direct() {
                store::name_of(store::list_people_of(c, &[id.0])?.get(&id.0), viewer.id.0)
            } else {
                format!("#{}", room.name)
            };
            let set = Setting {
                viewer: &viewer,
                lang,
                slug: &slug,
                last_read: place.last_read_seq,
                target: None,
                flowing: false,
                news_begin: false,
            };
            let draft = store::find_draft(c, sight.member, id, root)?;
            Ok(ThreadView {
                id: id.0,
                room: name,
                direct: room.is_direct(),
                root,
                root_gone,
                lines: lines(found, extras, &shared, &set),
                answers: n,
                cid: fresh_cid()?,
                body: draft.map(|d| d.0).unwrap_or_default(),
                errors: BTreeMap::new(),
                slug,
            })
        })
        .await?;
    let nav = if view.direct { "messages" } else { "chat" };
    me.page("rooms/thread", "rooms-thread-title").nav(nav).show(&view).await
}

/// `GET /shared/{kind}/{id}`: what is shared, as a fragment with the reader's own rights and link.
pub async fn shared(me: Member, path: web::Path<(String, i64)>) -> Result<HttpResponse> {
    let (kind, id) = path.into_inner();
    let code = Shared { kind: kind.clone(), id }.code();
    let (viewer, lang, house) = (me.viewer.clone(), me.lang(), me.house.clone());
    let mut found = me.house.db.read(move |c| house.sources.shared(c, &viewer, lang, &[(kind, id)])).await?;
    let view = serde_json::json!({ "card": found.remove(&code) });
    let html = me.house.pages.fragment(lang, "rooms/_shared", &view)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(html))
}
