//! The page on which a member says what is told where.

use super::super::actions::{self, Change, ChannelChange, Current};
use super::super::model::{Digest, Level, clock_of};
use super::super::{kinds, store};
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::members::web::ZONES;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Member;
use crate::web::problem::field_messages;
use crate::web::redirect::{own_path, see_other_with};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct KindRow {
    code: &'static str,
    label: String,
    page: bool,
    push: bool,
    mail: bool,
}

#[derive(Serialize)]
struct Group {
    name: String,
    kinds: Vec<KindRow>,
}

#[derive(Serialize)]
struct PlaceRow {
    field: String,
    name: String,
    levels: Vec<Choice>,
}

#[derive(Serialize)]
struct SettingsView {
    tab: &'static str,
    groups: Vec<Group>,
    places: Vec<PlaceRow>,
    digests: Vec<Choice>,
    quiet: bool,
    quiet_from: String,
    quiet_to: String,
    zones: Vec<Choice>,
    push_text: bool,
    errors: BTreeMap<String, String>,
}

fn view(now: Current, lang: Lang, profile_zone: &str) -> SettingsView {
    let word = |key: String| t(lang, &key).into_owned();
    let groups = kinds::GROUPS.iter().filter_map(|group| {
        let kinds: Vec<KindRow> = now
            .kinds
            .iter()
            .filter(|(k, _)| k.group == *group)
            .map(|(k, c)| KindRow {
                code: k.code,
                label: word(format!("notice-kind-{}", k.code)),
                page: c.page,
                push: c.push,
                mail: c.mail,
            })
            .collect();
        (!kinds.is_empty()).then(|| Group { name: word(format!("notice-group-{group}")), kinds })
    });
    let places = now.places.iter().map(|(place, level)| PlaceRow {
        field: format!("level.{}.{}", place.kind, place.id),
        name: place.name.clone(),
        levels: Level::EVERY
            .map(|l| Choice::of(l.code(), word(format!("notices-level-{}", l.code())), level.code()))
            .into(),
    });
    let own = &now.wishes.quiet_zone;
    let zone_name = |zone: &str| zone.replace('_', " ");
    let mut zones =
        vec![Choice::of("", format!("{} ({})", word("notices-zone-profile".into()), zone_name(profile_zone)), own)];
    zones.extend(ZONES.iter().map(|z| Choice::of(*z, zone_name(z), own)));
    if !own.is_empty() && !ZONES.contains(&own.as_str()) {
        zones.insert(1, Choice::of(own.clone(), zone_name(own), own));
    }
    let (from, to) = now.wishes.quiet.unwrap_or((22 * 60, 7 * 60));
    SettingsView {
        tab: "notifications",
        groups: groups.collect(),
        places: places.collect(),
        digests: Digest::ALL
            .map(|d| Choice::of(d.code(), word(format!("notices-digest-{}", d.code())), now.wishes.digest.code()))
            .into(),
        quiet: now.wishes.quiet.is_some(),
        quiet_from: clock_of(from),
        quiet_to: clock_of(to),
        zones,
        push_text: now.wishes.push_text,
        errors: BTreeMap::new(),
    }
}

async fn current(me: &Member) -> Result<SettingsView> {
    let (viewer, sources) = (me.viewer.clone(), me.house.sources.clone());
    let now = me.house.db.read(move |c| actions::current(c, &sources, &viewer)).await?;
    Ok(view(now, me.lang(), &me.viewer.time_zone))
}

/// `GET /me/notifications`
pub async fn show(me: Member) -> Result<HttpResponse> {
    let view = current(&me).await?;
    me.page("notices/settings", "notices-settings-title").show(&view).await
}

/// `POST /me/notifications`
pub async fn save(me: Member, form: Form) -> Result<HttpResponse> {
    let shown = form.all("kind");
    let kinds = shown.iter().map(|code| {
        let on = |channel: &str| Some(form.ticked(&format!("{channel}.{code}")));
        (code.clone(), ChannelChange { page: on("page"), push: on("push"), mail: on("mail") })
    });
    let text = |name: &str| Some(form.text(name).to_owned());
    let change = Change {
        digest: text("digest"),
        quiet: Some(form.ticked("quiet")),
        quiet_from: text("quiet_from"),
        quiet_to: text("quiet_to"),
        quiet_zone: text("quiet_zone"),
        push_text: Some(form.ticked("push_text")),
        kinds: kinds.collect(),
    };
    match actions::change(&me.house, &me.viewer, change).await {
        Ok(()) => {}
        Err(Error::Invalid(fields)) => {
            let mut again = current(&me).await?;
            again.errors = field_messages(me.lang(), &fields);
            again.quiet = form.ticked("quiet");
            form.text("quiet_from").clone_into(&mut again.quiet_from);
            form.text("quiet_to").clone_into(&mut again.quiet_to);
            for row in again.groups.iter_mut().flat_map(|g| &mut g.kinds) {
                let on = |channel: &str| form.ticked(&format!("{channel}.{}", row.code));
                (row.page, row.push, row.mail) = (on("page"), on("push"), on("mail"));
            }
            let page = me.page("notices/settings", "notices-settings-title");
            return page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&again).await;
        }
        Err(other) => return Err(other),
    }
    save_levels(&me, &form).await?;
    Ok(see_other_with(&me.house.config, "/me/notifications", "ok", "accounts-saved"))
}

/// The volume of each place the member is in; anything else in the form is passed over.
async fn save_levels(me: &Member, form: &Form) -> Result<()> {
    let (viewer, sources) = (me.viewer.clone(), me.house.sources.clone());
    let form = form.clone();
    me.house
        .db
        .write(move |tx| {
            let now = actions::current(tx, &sources, &viewer)?;
            for (place, level) in now.places {
                let wanted = Level::parse(form.text(&format!("level.{}.{}", place.kind, place.id)));
                if let Some(new) = wanted.filter(|new| *new != level) {
                    store::set_level(tx, viewer.id, (place.kind, place.id), new)?;
                }
            }
            Ok(())
        })
        .await
}

/// `POST /me/notifications/level`: the volume of one place, from its own page.
pub async fn save_level(me: Member, form: Form) -> Result<HttpResponse> {
    let id = form.text("id").parse().map_err(|_| Error::NotFound)?;
    actions::set_level(&me.house, &me.viewer, form.text("place").to_owned(), id, form.text("level")).await?;
    let back = own_path(form.text("next")).unwrap_or("/me/notifications");
    Ok(see_other_with(&me.house.config, back, "ok", "accounts-saved"))
}
