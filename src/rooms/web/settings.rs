//! A room's settings, its members, its export.

use super::lines::Person;
use super::{Choice, id_of};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::members::store::{insert_audit, list_tiers};
use crate::rooms::actions::{self, RoomChange};
use crate::rooms::export::{Shape, stream};
use crate::rooms::model::{Access, Room};
use crate::rooms::store;
use crate::web::forms::Form;
use crate::web::guards::{Manager, Member};
use crate::web::pipe::flowing;
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use crate::web::viewer::MemberId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Members of one page.
const MEMBERS: i64 = 100;

#[derive(Serialize)]
struct SettingsView {
    slug: String,
    name: String,
    accesses: Vec<Choice>,
    tiers: Vec<Choice>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    archived: bool,
}

/// A room a manager may change; closed ones too.
async fn managed(me: &Member, slug: &str) -> Result<(Room, bool)> {
    if !me.viewer.is_manager() {
        return Err(Error::Forbidden("forbidden"));
    }
    let (sight, slug) = (Sight::of(&me.viewer), slug.to_owned());
    me.house
        .db
        .read(move |c| match store::find_visible_by_slug(c, sight, &slug) {
            Ok((room, _)) if !room.is_direct() => Ok((room, false)),
            Ok(_) => Err(Error::NotFound),
            Err(Error::NotFound) => {
                let closed = store::list_archived(c)?.into_iter().find(|r| r.slug == slug);
                closed.map(|r| (r, true)).ok_or(Error::NotFound)
            }
            Err(other) => Err(other),
        })
        .await
}

async fn page(
    me: &Member,
    room: Room,
    archived: bool,
    form: Option<&Form>,
    errors: BTreeMap<String, String>,
) -> Result<HttpResponse> {
    let lang = me.lang();
    let tiers = me.house.db.read(list_tiers).await?;
    let rank_slug = tiers.iter().find(|t| t.rank == room.min_rank).map(|t| t.slug.clone()).unwrap_or_default();
    let values = match form {
        Some(form) => form.values(),
        None => BTreeMap::from([
            ("name".to_owned(), room.name.clone()),
            ("topic".to_owned(), room.topic.clone()),
            ("access".to_owned(), room.access.clone()),
            ("min_tier".to_owned(), if room.access == "tier" { rank_slug } else { String::new() }),
        ]),
    };
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let (access, tier) = (value("access"), value("min_tier"));
    let none = Choice { value: String::new(), label: t(lang, "rooms-none").into_owned(), selected: false };
    let view = SettingsView {
        accesses: Access::ALL
            .map(|a| Choice {
                value: a.code().to_owned(),
                label: t(lang, &format!("rooms-access-{}", a.code())).into_owned(),
                selected: a.code() == access,
            })
            .into(),
        tiers: std::iter::once(none)
            .chain(tiers.iter().filter(|t| t.rank > 0).map(|t| Choice {
                label: t.name(lang).to_owned(),
                selected: t.slug == tier,
                value: t.slug.clone(),
            }))
            .collect(),
        name: room.name,
        slug: room.slug,
        values,
        archived,
        errors,
    };
    let status = if view.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    me.page("rooms/settings", "rooms-settings").nav("chat").status(status).show(&view).await
}

/// `GET /rooms/{slug}/settings`
pub async fn settings(me: Member, slug: web::Path<String>) -> Result<HttpResponse> {
    let (room, archived) = managed(&me, &slug).await?;
    page(&me, room, archived, None, BTreeMap::new()).await
}

/// `POST /rooms/{slug}/settings`
pub async fn settings_do(manager: Manager, me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (room, archived) = managed(&me, &slug).await?;
    if form.text("do") == "reopen" && archived {
        actions::reopen_room(&manager.house, &manager.viewer, room.id).await?;
        return Ok(see_other_with(&me.house.config, &format!("/rooms/{slug}/settings"), "ok", "rooms-reopened"));
    }
    let change = if form.text("do") == "archive" {
        RoomChange { archived: Some(true), ..RoomChange::default() }
    } else {
        let text = |name: &str| Some(form.text(name).to_owned());
        RoomChange {
            name: text("name"),
            topic: text("topic"),
            access: text("access"),
            min_tier: text("min_tier"),
            archived: None,
        }
    };
    let closes = change.archived == Some(true);
    match actions::change_room(&manager.house, &manager.viewer, room.id, change).await {
        Ok(()) if closes => Ok(see_other_with(&me.house.config, "/manage/rooms", "ok", "rooms-archived")),
        Ok(()) => {
            Ok(see_other_with(&me.house.config, &format!("/rooms/{slug}/settings"), "ok", "rooms-settings-saved"))
        }
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            page(&me, room, archived, Some(&form), errors).await
        }
        Err(other) => Err(other),
    }
}

#[derive(Serialize)]
struct MemberLine {
    id: i64,
    face: Person,
    role: String,
}

#[derive(Serialize)]
struct MembersView {
    id: i64,
    slug: String,
    name: String,
    direct: bool,
    group: bool,
    members: Vec<MemberLine>,
    count: i64,
    next: String,
    may_invite: bool,
    found: Vec<MemberLine>,
    q: String,
}

/// `GET /rooms/{slug}/members`: who is in, and whom to bring in.
pub async fn members(
    me: Member,
    slug: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    let (sight, lang) = (Sight::of(&me.viewer), me.lang());
    let slug = slug.into_inner();
    let q: String = query.get("q").map(|q| q.trim().chars().take(60).collect()).unwrap_or_default();
    let after = query
        .get("after")
        .and_then(|a| a.split_once('.'))
        .and_then(|(id, key)| Some((key.to_owned(), id.parse().ok()?)));
    let view = me
        .house
        .db
        .read(move |c| {
            let (room, _) = store::find_joined(c, sight, id)?;
            let direct = room.is_direct();
            let may_invite = if direct { room.slug.starts_with("~g") } else { sight.manages };
            let line = |id: i64, name: String, role: &str| MemberLine {
                id,
                face: Person::of(id, name),
                role: if role == "member" || role.is_empty() {
                    String::new()
                } else {
                    t(lang, &format!("members-role-{role}")).into_owned()
                },
            };
            let rows = store::list_member_page(c, id, after, MEMBERS + 1)?;
            let more = i64::try_from(rows.len()).unwrap_or(0) > MEMBERS;
            let kept: Vec<_> = rows.into_iter().take(usize::try_from(MEMBERS).unwrap_or(100)).collect();
            let next = kept.last().filter(|_| more).map(|(id, .., key)| {
                url::form_urlencoded::Serializer::new(format!("/rooms/{slug}/members?"))
                    .append_pair("after", &format!("{id}.{key}"))
                    .finish()
            });
            let inside: Vec<i64> = kept.iter().map(|k| k.0).collect();
            let found = if may_invite && !q.is_empty() {
                let named = store::list_named(c, &crate::text::fold(&q), 20).unwrap_or_default();
                named.into_iter().filter(|(id, _)| !inside.contains(id)).map(|(id, name)| line(id, name, "")).collect()
            } else {
                Vec::new()
            };
            let name = if direct {
                store::name_of(store::list_people_of(c, &[id.0])?.get(&id.0), sight.member.0)
            } else {
                format!("#{}", room.name)
            };
            Ok(MembersView {
                id: id.0,
                group: room.slug.starts_with("~g"),
                members: kept.into_iter().map(|(id, name, role, _)| line(id, name, &role)).collect(),
                count: store::count_members(c, id)?,
                next: next.unwrap_or_default(),
                may_invite,
                found,
                q,
                direct,
                name,
                slug,
            })
        })
        .await?;
    let nav = if view.direct { "messages" } else { "chat" };
    me.page("rooms/members", "rooms-members-title").nav(nav).show(&view).await
}

/// `POST /rooms/{slug}/members`: a manager brings somebody in; in a conversation of several anybody does.
pub async fn invite(me: Member, slug: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let (id, _) = id_of(&me, &slug).await?;
    let other = MemberId(form.text("member_id").parse().map_err(|_| Error::BadRequest("bad_request"))?);
    if slug.starts_with('~') {
        actions::add(&me.house, &me.viewer, id, other).await?;
    } else if me.viewer.is_manager() {
        actions::invite(&me.house, &me.viewer, id, other).await?;
    } else {
        return Err(Error::Forbidden("forbidden"));
    }
    Ok(see_other(&format!("/rooms/{slug}/members")))
}

/// `GET /rooms/{slug}/export?format=json|zip`: the whole room as a file, written while it is sent.
pub async fn export(
    me: Manager,
    slug: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse> {
    let shape = Shape::parse(query.get("format").map_or("zip", String::as_str))
        .ok_or_else(|| Error::field("format", "invalid"))?;
    let (sight, slug) = (Sight::of(&me.viewer), slug.into_inner());
    let room = me.house.db.read(move |c| store::find_visible_by_slug(c, sight, &slug)).await?.0;
    answer(&me, room, shape).await
}

/// The answer that carries an export; its line in the audit log comes first.
///
/// # Errors
/// [`Error::NotFound`] for a conversation: it is nobody else's.
pub async fn answer(me: &Manager, room: Room, shape: Shape) -> Result<HttpResponse> {
    if room.is_direct() {
        return Err(Error::NotFound);
    }
    let (actor, id, detail) = (me.viewer.id, room.id.0, format!("{} {}", room.slug, shape.kind().1));
    me.house.db.write(move |tx| insert_audit(tx, Some(actor), "room.exported", ("room", Some(id)), &detail)).await?;
    let (kind, ending) = shape.kind();
    let name = format!("attachment; filename=\"{}.{ending}\"", room.slug);
    let parts = stream(&me.house, room, shape);
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("content-disposition", name))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .streaming(flowing(parts)))
}
