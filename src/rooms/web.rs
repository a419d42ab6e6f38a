//! Pages of chat: the list of rooms, a room, making rooms.

use super::actions::{self, RoomForm};
use super::model::{Access, BODY_MOST, Message, Reaction, Room, RoomId};
use super::store::{self, Part};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, parse_zone, t};
use crate::members::store::{list_tiers, list_visible_niches};
use crate::web::forms::Form;
use crate::web::guards::{Manager, Member};
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use crate::web::viewer::{Viewer, hue, initials};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base64::Engine;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Messages a page shows.
const PAGE: i64 = 50;
/// Messages of one author closer together than this are one block.
const TOGETHER: i64 = 5 * crate::db::MINUTE;
/// Signs a page offers for a reaction.
const SIGNS: [&str; 6] = ["👍", "❤️", "🎉", "😄", "👀", "✅"];

#[derive(Serialize)]
struct ListView {
    joined: Vec<RoomItem>,
    others: Vec<RoomItem>,
    is_manager: bool,
}

#[derive(Serialize)]
struct RoomItem {
    id: i64,
    slug: String,
    name: String,
    topic: String,
    locked: bool,
    tier: String,
    private: bool,
    unread: i64,
    mentions: i64,
    messages: i64,
    can_join: bool,
}

fn items(c: &mut crate::db::Conn, sight: Sight, lang: Lang) -> Result<(Vec<RoomItem>, Vec<RoomItem>)> {
    let tiers: HashMap<i32, String> = list_tiers(c)?.into_iter().map(|t| (t.rank, t.name(lang).to_owned())).collect();
    let unread: HashMap<i64, i64> =
        store::list_joined(c, &[sight.member.0])?.into_iter().map(|j| (j.id, j.unread)).collect();
    let (joined, others): (Vec<_>, Vec<_>) =
        store::list_visible(c, sight)?.into_iter().partition(|(_, place)| place.is_some());
    let item = |(room, place): (Room, Option<super::model::Place>)| {
        let access = Access::stored(&room.access);
        RoomItem {
            id: room.id.0,
            tier: if access == Access::Tier {
                tiers.get(&room.min_rank).cloned().unwrap_or_default()
            } else {
                String::new()
            },
            private: access == Access::Private,
            locked: access != Access::Open,
            unread: unread.get(&room.id.0).copied().unwrap_or(0),
            mentions: place.map_or(0, |p| i64::from(p.mentions)),
            messages: room.message_count,
            can_join: access != Access::Private,
            slug: room.slug,
            name: room.name,
            topic: room.topic,
        }
    };
    Ok((joined.into_iter().map(item).collect(), others.into_iter().map(item).collect()))
}

/// `GET /rooms`
pub async fn list(me: Member) -> Result<HttpResponse> {
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let (joined, others) = me.house.db.read(move |c| items(c, sight, lang)).await?;
    let view = ListView { joined, others, is_manager: me.viewer.is_manager() };
    me.page("rooms/list", "rooms-title").nav("chat").show(&view).await
}

#[derive(Serialize)]
struct Person {
    id: i64,
    name: String,
    initials: String,
    hue: i64,
}

impl Person {
    fn of(id: i64, name: String) -> Self {
        Self { id, initials: initials(&name), hue: hue(id), name }
    }
}

/// One line of the log: a message, with what stands before it.
#[derive(Serialize)]
struct Line {
    m: i64,
    seq: i64,
    by: i64,
    at: i64,
    iso: String,
    author: Person,
    body_html: String,
    edited: bool,
    rev: i32,
    own: bool,
    more: bool,
    new_day: bool,
    first_unread: bool,
    mention: bool,
    reactions: Vec<Reaction>,
    reply: Option<i64>,
}

#[derive(Serialize)]
struct RoomView {
    id: i64,
    slug: String,
    name: String,
    topic: String,
    locked: bool,
    joined: bool,
    can_join: bool,
    private: bool,
    epoch: String,
    seq: i64,
    me: i64,
    my_name: String,
    moderates: bool,
    is_manager: bool,
    lines: Vec<Line>,
    earlier: Option<i64>,
    is_latest: bool,
    last_read: i64,
    members: Vec<Person>,
    member_count: i64,
    cid: String,
    body: String,
    limit: usize,
    errors: BTreeMap<String, String>,
    signs: [&'static str; 6],
}

/// Which part of the log a page shows.
#[derive(serde::Deserialize)]
pub struct RoomQuery {
    before: Option<i64>,
}

/// `GET /rooms/{slug}`
pub async fn room(me: Member, slug: web::Path<String>, query: web::Query<RoomQuery>) -> Result<HttpResponse> {
    let view = room_view(&me, &slug, query.before).await?;
    // Who reads without the script has read what the page shows.
    show(&me, view, StatusCode::OK).await
}

async fn show(me: &Member, view: RoomView, status: StatusCode) -> Result<HttpResponse> {
    let title = format!("#{}", view.name);
    me.page("rooms/room", "rooms-title").title(title).nav("chat").status(status).show(&view).await
}

async fn room_view(me: &Member, slug: &str, before: Option<i64>) -> Result<RoomView> {
    let (sight, slug) = (Sight::of(&me.viewer), slug.to_owned());
    let (viewer, zone) = (me.viewer.clone(), parse_zone(&me.viewer.time_zone));
    let view = me
        .house
        .db
        .read(move |c| {
            let (room, place) = store::find_visible_by_slug(c, sight, &slug)?;
            let part = before.map_or(Part::Newest, Part::Before);
            let mut found =
                if place.is_some() { store::list_messages(c, room.id, part, PAGE + 1)? } else { Vec::new() };
            let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
            if more {
                found.remove(0);
            }
            let ids: Vec<i64> = found.iter().map(|m| m.id).collect();
            let reactions = store::list_reactions(c, &ids, sight.member)?;
            let last_read = place.as_ref().map_or(room.seq, |p| p.last_read_seq);
            let earlier = found.first().filter(|_| more).map(|m| m.seq);
            let lines = lines(found, reactions, &viewer, last_read, &zone);
            let members = if place.is_some() { store::list_members(c, room.id, 40)? } else { Vec::new() };
            let member_count = store::count_members(c, room.id)?;
            let access = Access::stored(&room.access);
            Ok(RoomView {
                id: room.id.0,
                slug: room.slug,
                name: room.name,
                topic: room.topic,
                locked: access != Access::Open,
                private: access == Access::Private,
                can_join: place.is_none() && access != Access::Private,
                joined: place.is_some(),
                epoch: room.epoch,
                seq: room.seq,
                me: viewer.id.0,
                my_name: viewer.name.clone(),
                moderates: viewer.is_moderator(),
                is_manager: viewer.is_manager(),
                lines,
                earlier,
                is_latest: before.is_none(),
                last_read,
                members: members.into_iter().map(|(id, name)| Person::of(id.0, name)).collect(),
                member_count,
                cid: fresh_cid()?,
                body: String::new(),
                limit: BODY_MOST,
                errors: BTreeMap::new(),
                signs: SIGNS,
            })
        })
        .await?;
    Ok(view)
}

/// An id for the form without a script: sent twice by a double click, it is one message.
fn fresh_cid() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

fn lines(
    found: Vec<Message>,
    mut reactions: HashMap<i64, Vec<Reaction>>,
    viewer: &Viewer,
    last_read: i64,
    zone: &jiff::tz::TimeZone,
) -> Vec<Line> {
    let day = |ms: i64| crate::i18n::date(Lang::En, ms, zone);
    let mut out: Vec<Line> = Vec::new();
    let mut unread_told = false;
    let at_name = format!("@{}", viewer.name);
    for m in found {
        let by = m.sender_id.unwrap_or(0);
        let before = out.last();
        let new_day = before.is_none_or(|b| day(b.at) != day(m.created_at));
        let own = m.sender_id == Some(viewer.id.0);
        let first_unread = !unread_told && !own && m.seq > last_read && !out.is_empty();
        unread_told |= !own && m.seq > last_read;
        let more = !new_day
            && !first_unread
            && m.reply_to.is_none()
            && before.is_some_and(|b| b.by == by && m.created_at - b.at < TOGETHER);
        let name = m.sender.unwrap_or_else(|| t(viewer.lang, "rooms-gone").into_owned());
        out.push(Line {
            m: m.id,
            seq: m.seq,
            by,
            at: m.created_at,
            iso: crate::i18n::iso(m.created_at),
            author: Person::of(by, name),
            mention: m.html.contains(&at_name),
            body_html: m.html,
            edited: m.edited_at.is_some(),
            rev: m.rev,
            own,
            more,
            new_day,
            first_unread,
            reactions: reactions.remove(&m.id).unwrap_or_default(),
            reply: m.reply_to,
        });
    }
    out
}

async fn id_of(me: &Member, slug: &str) -> Result<(RoomId, i64)> {
    let (sight, slug) = (Sight::of(&me.viewer), slug.to_owned());
    me.house.db.read(move |c| store::find_visible_by_slug(c, sight, &slug).map(|(room, _)| (room.id, room.seq))).await
}

/// `POST /rooms/{slug}`: the form without a script.
pub async fn post(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    let sent = actions::post_message(&me.house, &me.viewer, id, form.text("cid"), form.raw("body"), None).await;
    match sent {
        Ok(posted) => {
            actions::mark_read(&me.house, me.viewer.id, id, posted.seq).await?;
            Ok(see_other(&format!("/rooms/{slug}#m{}", posted.message)))
        }
        Err(Error::Invalid(fields)) => {
            let mut view = room_view(&me, &slug, None).await?;
            view.errors = field_messages(me.lang(), &fields);
            form.raw("body").clone_into(&mut view.body);
            show(&me, view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /rooms/{slug}/join`
pub async fn join(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    actions::join(&me.house, &me.viewer, id).await?;
    Ok(see_other(&format!("/rooms/{slug}")))
}

/// `POST /rooms/{slug}/leave`
pub async fn leave(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    actions::leave(&me.house, &me.viewer, id).await?;
    Ok(see_other_with(&me.house.config, "/rooms", "ok", "rooms-left"))
}

/// `POST /rooms/{slug}/read`: everything up to now is read.
pub async fn read(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let (id, seq) = id_of(&me, &slug).await?;
    actions::mark_read(&me.house, me.viewer.id, id, seq).await?;
    Ok(see_other(&format!("/rooms/{slug}")))
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
    selected: bool,
}

#[derive(Serialize)]
struct ManageView {
    rooms: Vec<RoomItem>,
    accesses: Vec<Choice>,
    tiers: Vec<Choice>,
    niches: Vec<Choice>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

/// `GET /manage/rooms`
pub async fn manage(me: Manager) -> Result<HttpResponse> {
    manage_page(&me, &Form::default(), BTreeMap::new(), StatusCode::OK).await
}

async fn manage_page(
    me: &Manager,
    form: &Form,
    errors: BTreeMap<String, String>,
    status: StatusCode,
) -> Result<HttpResponse> {
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let values = form.values();
    let chosen = |name: &str| values.get(name).cloned().unwrap_or_default();
    let (tier, niche, access) = (chosen("min_tier"), chosen("niche"), chosen("access"));
    let none = || Choice { value: String::new(), label: t(lang, "rooms-none").into_owned(), selected: false };
    let (rooms, tiers, niches) = me
        .house
        .db
        .read(move |c| {
            let (mut rooms, others) = items(c, sight, lang)?;
            rooms.extend(others);
            rooms.sort_by(|a, b| a.name.cmp(&b.name));
            Ok((rooms, list_tiers(c)?, list_visible_niches(c, sight)?))
        })
        .await?;
    let tiers = tiers.into_iter().filter(|t| t.rank > 0).map(|t| Choice {
        label: t.name(lang).to_owned(),
        selected: t.slug == tier,
        value: t.slug,
    });
    let niches =
        niches.into_iter().map(|n| Choice { label: n.name(lang).to_owned(), selected: n.slug == niche, value: n.slug });
    let accesses = Access::ALL.into_iter().map(|a| Choice {
        value: a.code().to_owned(),
        label: t(lang, &format!("rooms-access-{}", a.code())).into_owned(),
        selected: a.code() == access || (access.is_empty() && a == Access::Open),
    });
    let view = ManageView {
        rooms,
        accesses: accesses.collect(),
        tiers: std::iter::once(none()).chain(tiers).collect(),
        niches: std::iter::once(none()).chain(niches).collect(),
        values,
        errors,
    };
    me.page("rooms/manage", "rooms-manage-title").nav("manage").status(status).show(&view).await
}

/// `POST /manage/rooms`
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    let given = form.text("slug");
    let slug = if given.is_empty() { crate::text::slug(form.text("name")) } else { given.to_owned() };
    let new = RoomForm {
        slug,
        name: form.text("name").to_owned(),
        topic: form.text("topic").to_owned(),
        access: form.text("access").to_owned(),
        min_tier: Some(form.text("min_tier").to_owned()),
        niche: Some(form.text("niche").to_owned()),
    };
    match actions::create_room(&me.house, &me.viewer, new).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/manage/rooms", "ok", "rooms-created")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            manage_page(&me, &form, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}
