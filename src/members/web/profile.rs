//! The own profile.

use super::super::model::ProfileChange;
use super::super::{actions, store};
use crate::access::Sight;
use crate::accounts::model::Origin;
use crate::accounts::web::FormView;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::web::forms::{Choice, Form, lang_choices};
use crate::web::guards::Member;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct ProfileView {
    tab: &'static str,
    form: FormView,
    email: String,
    tier: String,
    refs: Vec<RefLine>,
    langs: Vec<Choice>,
    themes: Vec<Choice>,
    zones: Vec<Choice>,
    niches: Vec<Choice>,
}

#[derive(Serialize)]
struct RefLine {
    program: String,
    code: String,
}

/// Zones offered in the form; the API takes every IANA zone.
/// Zones offered first.
pub const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Zurich",
    "Europe/London",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Asia/Singapore",
    "Australia/Sydney",
];

async fn show(me: &Member, form: Option<(FormView, Vec<String>)>) -> Result<HttpResponse> {
    let (id, sight, lang) = (me.viewer.id, Sight::of(&me.viewer), me.lang());
    let (full, visible, tier) = me
        .house
        .db
        .read(move |c| {
            let person = store::find_person(c, id)?;
            let tier = store::tier_name(c, person.tier_rank, lang)?;
            let full = store::complete(c, vec![person], i32::MAX)?.pop();
            Ok((full.ok_or(crate::error::Error::NotFound)?, store::list_visible_niches(c, sight)?, tier))
        })
        .await?;
    let p = &full.person;
    let failed = form.is_some();
    let (form, chosen) = form.unwrap_or_else(|| {
        let values = BTreeMap::from([
            ("name".to_owned(), p.name.clone()),
            ("bio".to_owned(), p.bio.clone()),
            ("locale".to_owned(), p.locale.clone()),
            ("theme".to_owned(), p.theme.clone()),
            ("time_zone".to_owned(), p.time_zone.clone()),
        ]);
        let chosen = full.niches.iter().map(|n| n.slug.clone()).collect();
        (FormView { values, ..FormView::default() }, chosen)
    });
    let value = |name: &str| form.values.get(name).cloned().unwrap_or_default();
    let zone = value("time_zone");
    let mut zones: Vec<Choice> = ZONES.iter().map(|z| Choice::of(*z, z.replace('_', " "), &zone)).collect();
    if !ZONES.contains(&zone.as_str()) && crate::i18n::is_zone(&zone) {
        zones.insert(0, Choice::of(zone.clone(), zone.clone(), &zone));
    }
    let view = ProfileView {
        tab: "profile",
        email: p.email.clone(),
        tier,
        refs: full
            .refs
            .iter()
            .filter(|r| r.for_links)
            .map(|r| RefLine { program: r.program.clone(), code: r.code.clone() })
            .collect(),
        langs: lang_choices(Lang::stored(&value("locale"))),
        themes: ["auto", "light", "dark"]
            .map(|code| Choice::of(code, t(lang, &format!("shell-theme-{code}")), &value("theme")))
            .into(),
        zones,
        niches: visible
            .iter()
            .map(|n| Choice {
                value: n.slug.clone(),
                label: n.name(lang).to_owned(),
                selected: chosen.contains(&n.slug),
            })
            .collect(),
        form,
    };
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    me.page("members/profile", "members-profile-title").status(status).show(&view).await
}

/// `GET /me/profile`: the profile lives at `/me`.
pub async fn to_profile(_: Member) -> HttpResponse {
    see_other("/me")
}

/// `GET /me`
pub async fn profile(me: Member) -> Result<HttpResponse> {
    show(&me, None).await
}

/// `POST /me`
pub async fn save_profile(me: Member, form: Form) -> Result<HttpResponse> {
    let text = |name: &str| Some(form.text(name).to_owned());
    let niches = form.all("niches");
    let change = ProfileChange {
        name: text("name"),
        bio: text("bio"),
        locale: text("locale"),
        theme: text("theme"),
        time_zone: text("time_zone"),
        consents: None,
        niches: Some(niches.clone()),
    };
    let origin = Origin { ip: me.ip(), agent: me.agent.clone() };
    match actions::change_profile(&me.house, &me.viewer, change, origin).await {
        Ok(()) => Ok(see_other_with(&me.house.config, "/me", "ok", "accounts-saved")),
        Err(error) => {
            let again = FormView::again(me.lang(), &form, "", error)?;
            show(&me, Some((again, niches))).await
        }
    }
}
