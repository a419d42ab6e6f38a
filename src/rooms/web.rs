//! Pages of chat: the list of rooms, a room, making rooms.

mod direct;
mod find;
mod hooks;
mod hours;
mod kept;
mod lines;
mod message;
mod settings;
mod sidebar;

pub use direct::{
    answer as answer_request, begin, list as conversations, new as new_conversation, open as conversation,
};
pub use find::find;
pub use hooks::{hear, hooks, hooks_do};
pub use hours::{calendar, hour, hour_do, list as office_hours, plan};
pub use kept::{later, later_do, pins, preview_image, reminders_do, saved, schedule};
pub use message::{message, message_do, shared, thread};
pub use settings::{answer as export_answer, export, invite, members, settings, settings_do};
pub use sidebar::{place, sidebar, sidebar_do};

use super::actions::{self, RoomForm};
use super::model::{Access, BODY_MOST, Room, RoomId};
use super::store::{self, Joined, Part, Strand};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::members::store::{list_tiers, list_visible_niches};
use crate::web::forms::Form;
use crate::web::guards::{Manager, Member};
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base64::Engine;
use lines::{Line, Person};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Messages a page shows.
const PAGE: i64 = 50;
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
    let waiting: HashMap<i64, Joined> =
        store::list_joined(c, &[sight.member.0])?.into_iter().map(|j| (j.id, j)).collect();
    let (joined, others): (Vec<_>, Vec<_>) = store::list_visible(c, sight)?
        .into_iter()
        .filter(|(room, _)| !room.is_direct())
        .partition(|(_, place)| place.is_some());
    let item = |(room, _): (Room, Option<super::model::Place>)| {
        let waits = waiting.get(&room.id.0);
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
            unread: waits.map_or(0, |j| j.unread),
            mentions: waits.map_or(0, |j| i64::from(j.mentions)),
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
struct RoomView {
    id: i64,
    slug: String,
    name: String,
    topic: String,
    locked: bool,
    direct: bool,
    joined: bool,
    can_join: bool,
    private: bool,
    epoch: String,
    seq: i64,
    me: i64,
    my_name: String,
    moderates: bool,
    frozen: &'static str,
    is_manager: bool,
    lines: Vec<Line>,
    earlier: Option<i64>,
    later: Option<i64>,
    is_latest: bool,
    target: Option<i64>,
    last_read: i64,
    /// Where the new begins, if it begins before what this page shows.
    new_above: Option<i64>,
    members: Vec<Person>,
    member_count: i64,
    pin_count: usize,
    favourite: bool,
    silenced: bool,
    hour: Option<hours::HourLine>,
    waiting: bool,
    cid: String,
    body: String,
    limit: usize,
    errors: BTreeMap<String, String>,
    signs: [&'static str; 6],
    levels: Vec<Choice>,
}

/// Which part of the log a page shows.
#[derive(Default, serde::Deserialize)]
pub struct RoomQuery {
    before: Option<i64>,
    after: Option<i64>,
    /// A message to show and to mark.
    m: Option<i64>,
    /// A day to jump to.
    date: Option<String>,
    /// Everything that is new since this place, from its first message on.
    since: Option<i64>,
}

/// `GET /rooms/{slug}`
pub async fn room(me: Member, slug: web::Path<String>, query: web::Query<RoomQuery>) -> Result<HttpResponse> {
    let view = room_view(&me, &slug, &query).await?;
    show(&me, view, StatusCode::OK).await
}

async fn show(me: &Member, view: RoomView, status: StatusCode) -> Result<HttpResponse> {
    let title = if view.direct { view.name.clone() } else { format!("#{}", view.name) };
    let nav = if view.direct { "messages" } else { "chat" };
    me.page("rooms/room", "rooms-title").title(title).nav(nav).status(status).show(&view).await
}

/// The part of a room that a page asks for; a message that is gone, or answers in a thread, leads to where it would be.
fn part_of(c: &mut crate::db::Conn, room: RoomId, query: &RoomQuery, day: Option<i64>) -> Result<Part> {
    Ok(match (query.before, query.after.or(query.since), query.m) {
        (Some(seq), ..) => Part::Before(seq),
        (_, Some(seq), _) => Part::After(seq),
        (.., Some(m)) => match store::find_editable(c, room, m) {
            Ok(found) => match store::find_after(c, room, found.seq, PAGE / 2)? {
                Some(last) => Part::Before(last + 1),
                None => Part::Newest,
            },
            Err(Error::NotFound) => Part::Newest,
            Err(other) => return Err(other),
        },
        _ => day.map_or(Part::Newest, |seq| Part::After(seq - 1)),
    })
}

async fn room_view(me: &Member, slug: &str, query: &RoomQuery) -> Result<RoomView> {
    let (sight, slug, lang) = (Sight::of(&me.viewer), slug.to_owned(), me.lang());
    let (viewer, house) = (me.viewer.clone(), me.house.clone());
    let day = query.date.as_deref().and_then(|d| d.parse().ok());
    let zone = crate::i18n::parse_zone(&me.viewer.time_zone);
    let day = day.and_then(|d| super::find::day_start(d, &zone));
    let query = RoomQuery { before: query.before, after: query.after, m: query.m, date: None, since: query.since };
    me.house
        .db
        .read(move |c| {
            let (room, place) = store::find_visible_by_slug(c, sight, &slug)?;
            let joined = place.is_some();
            let day = match day.filter(|_| joined) {
                Some(at) => store::find_seq_at(c, room.id, at)?,
                None => None,
            };
            let part = part_of(c, room.id, &query, day)?;
            let mut found = if joined {
                store::list_messages(c, sight.member, room.id, (Strand::Main, part), PAGE + 1)?
            } else {
                Vec::new()
            };
            let over = i64::try_from(found.len()).unwrap_or(0) > PAGE;
            // The last place that lies before this page, as far as anything does.
            let mut above = 0;
            match part {
                Part::After(seq) => above = seq,
                Part::Newest | Part::Before(_) if over => above = found.remove(0).seq,
                Part::Newest | Part::Before(_) => {}
            }
            if over && matches!(part, Part::After(_)) {
                found.pop();
            }
            let (first, last) = (found.first().map(|m| m.seq), found.last().map(|m| m.seq));
            let earlier = first.filter(|_| over || matches!(part, Part::After(_)));
            let is_latest = match part {
                Part::Newest => true,
                Part::Before(_) => last.is_some_and(|seq| seq >= room.seq),
                Part::After(_) => !over,
            };
            let read_to = place.as_ref().map_or(room.seq, |p| p.last_read_seq);
            let last_read = query.since.unwrap_or(read_to);
            let extras = store::list_extras(c, sight.member, &found)?;
            let wanted: Vec<(String, i64)> = lines::shared_in(&found).into_iter().map(|s| (s.kind, s.id)).collect();
            let shared = house.sources.shared(c, &viewer, lang, &wanted)?;
            let set = lines::Setting {
                viewer: &viewer,
                lang,
                slug: &slug,
                last_read,
                target: query.m,
                flowing: true,
                news_begin: above <= last_read,
            };
            let lines = lines::lines(found, extras, &shared, &set);
            let access = Access::stored(&room.access);
            let people =
                if room.is_direct() { store::list_people_of(c, &[room.id.0])?.remove(&room.id.0) } else { None };
            let waiting = people.as_ref().is_some_and(|p| !p.iter().any(|p| p.is_in && p.id != viewer.id.0));
            let members: Vec<Person> = match &people {
                Some(people) => people.iter().map(|p| Person::of(p.id, p.name.clone())).collect(),
                None if joined => {
                    store::list_members(c, room.id, 40)?.into_iter().map(|(id, name)| Person::of(id.0, name)).collect()
                }
                None => Vec::new(),
            };
            let member_count = match &people {
                Some(people) => i64::try_from(people.len()).unwrap_or(0),
                None => store::count_members(c, room.id)?,
            };
            let draft = if joined { store::find_draft(c, sight.member, room.id, 0)? } else { None };
            let hour = store::list_hours(c, &[room.id.0], false, 1)?.pop();
            let level = crate::notices::store::level_of(c, sight.member, ("room", room.id.0))?;
            let levels = crate::notices::model::Level::EVERY.map(|l| Choice {
                value: l.code().to_owned(),
                label: t(viewer.lang, &format!("notices-level-{}", l.code())).into_owned(),
                selected: l == level,
            });
            let levels = levels.into();
            Ok(RoomView {
                id: room.id.0,
                name: if people.is_some() { store::name_of(people.as_ref(), viewer.id.0) } else { room.name },
                slug: room.slug,
                topic: room.topic,
                locked: access != Access::Open,
                direct: access == Access::Direct,
                private: access == Access::Private,
                can_join: !joined && !matches!(access, Access::Private | Access::Direct),
                joined,
                epoch: room.epoch,
                seq: room.seq,
                me: viewer.id.0,
                my_name: viewer.name.clone(),
                moderates: viewer.is_moderator(),
                frozen: match crate::rooms::moderation::store::find_order(c, room.id)? {
                    _ if viewer.is_moderator() => "",
                    order if order.read_only => "read_only",
                    order if order.announce => "announce",
                    _ => "",
                },
                is_manager: viewer.is_manager(),
                lines,
                earlier,
                later: last.filter(|_| !is_latest),
                is_latest,
                target: query.m,
                last_read: read_to,
                new_above: (is_latest && above > read_to).then_some(read_to),
                members,
                member_count,
                pin_count: if joined { store::list_pins(c, room.id)?.len() } else { 0 },
                favourite: place.as_ref().is_some_and(|p| p.favourite),
                silenced: place.as_ref().is_some_and(|p| p.silenced),
                hour: hour.map(hours::HourLine::of),
                waiting,
                cid: fresh_cid()?,
                body: draft.map(|d| d.0).unwrap_or_default(),
                limit: BODY_MOST,
                errors: BTreeMap::new(),
                signs: SIGNS,
                levels,
            })
        })
        .await
}

/// An id for the form without a script: sent twice by a double click, it is one message.
pub(crate) fn fresh_cid() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

async fn id_of(me: &Member, slug: &str) -> Result<(RoomId, i64)> {
    let (sight, slug) = (Sight::of(&me.viewer), slug.to_owned());
    me.house.db.read(move |c| store::find_visible_by_slug(c, sight, &slug).map(|(room, _)| (room.id, room.seq))).await
}

/// A form's fields as a message: text, what it answers, a poll, something shared.
fn post_of(form: &Form) -> actions::Post {
    let number = |name: &str| form.text(name).parse().ok();
    let options: Vec<String> = form.all("option").into_iter().filter(|o| !o.is_empty()).collect();
    actions::Post {
        cid: form.text("cid").to_owned(),
        body: form.raw("body").to_owned(),
        reply_to: number("reply_to"),
        thread_of: number("thread_of"),
        poll: form.ticked("poll").then(|| super::model::PollForm { options, multi: form.ticked("multi") }),
        share: Some(form.text("share").to_owned()).filter(|s| !s.is_empty()),
        files: form.text("files").split(',').filter_map(|id| id.trim().parse().ok()).collect(),
    }
}

/// `POST /rooms/{slug}`: the form without a script.
pub async fn post(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    let post = post_of(&form);
    let thread = post.thread_of;
    match actions::send(&me.house, &me.viewer, id, post).await {
        Ok(posted) => {
            actions::mark_read(&me.house, me.viewer.id, id, posted.seq).await?;
            actions::keep_draft(&me.house, &me.viewer, id, thread.unwrap_or(0), "").await?;
            Ok(see_other(&match thread {
                Some(root) => format!("/rooms/{slug}/t/{root}#m{}", posted.message),
                None => format!("/rooms/{slug}#m{}", posted.message),
            }))
        }
        Err(Error::Invalid(fields)) => {
            let mut view = room_view(&me, &slug, &RoomQuery::default()).await?;
            view.errors = field_messages(me.lang(), &fields);
            form.raw("body").clone_into(&mut view.body);
            show(&me, view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        // The text is kept: who wrote too soon finds it in the field.
        Err(error @ (Error::Forbidden("request_pending" | "slow_mode") | Error::TooMany { .. })) => {
            let mut view = room_view(&me, &slug, &RoomQuery::default()).await?;
            view.errors = BTreeMap::from([("body".to_owned(), crate::web::problem::message(me.lang(), &error))]);
            form.raw("body").clone_into(&mut view.body);
            let status = if matches!(error, Error::Forbidden(_)) {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::TOO_MANY_REQUESTS
            };
            show(&me, view, status).await
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
