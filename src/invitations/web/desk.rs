//! `/manage/invitations`: waves, states, standing links, members who ask for a reference.

use crate::error::{Error, Result};
use crate::i18n::{Lang, number, t, t_args};
use crate::invitations::actions;
use crate::invitations::api::{counts_of, url};
use crate::invitations::model::{Act, State, WaveDraft};
use crate::invitations::store::{self, WaveRow};
use crate::programs::store::asks;
use crate::segments::store as segments;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

/// One bar of the picture: how many are in a state.
#[derive(Serialize)]
struct Bar {
    state: &'static str,
    label: String,
    count: i64,
    text: String,
    y: i64,
    middle: i64,
    width: i64,
    end: i64,
}

#[derive(Serialize)]
struct WaveView {
    id: i64,
    name: String,
    status: String,
    status_class: &'static str,
    people: i64,
    active: i64,
    left_out: i64,
    created_at: i64,
    is_running: bool,
    is_paused: bool,
}

#[derive(Serialize)]
struct LinkView {
    id: i64,
    name: String,
    url: String,
    visits: i64,
    applications: i64,
    created_at: i64,
    is_open: bool,
}

#[derive(Serialize)]
struct AskView {
    id: i64,
    member_id: i64,
    name: String,
    program: String,
    note: String,
    at: i64,
}

#[derive(Serialize)]
struct View {
    bars: Vec<Bar>,
    chart_label: String,
    height: i64,
    uninvited: i64,
    waves: Vec<WaveView>,
    links: Vec<LinkView>,
    asks: Vec<AskView>,
    segments: Vec<Choice>,
    sizes: Vec<Choice>,
    paces: Vec<Choice>,
    reminders: Vec<Choice>,
    errors: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

/// Width of the longest bar; names stand before it, numbers behind it.
const LONG: i64 = 360;
/// Height of a line of the picture.
const LINE: i64 = 28;

fn bars(lang: Lang, counts: &BTreeMap<String, i64>) -> Vec<Bar> {
    // Each state includes those behind it: who is active was invited, too.
    let own = |s: State| counts.get(s.code()).copied().unwrap_or(0);
    let journey = [State::Queued, State::Invited, State::Delivered, State::Opened, State::Active];
    let reached = |s: State| match s {
        State::Queued | State::Failed => own(s),
        s => journey.iter().filter(|o| **o >= s).map(|o| own(*o)).sum(),
    };
    let most = State::ALL.into_iter().map(reached).max().unwrap_or(0).max(1);
    State::ALL
        .into_iter()
        .enumerate()
        .map(|(i, state)| {
            let (count, line) = (reached(state), i64::try_from(i).unwrap_or(0) * LINE);
            let width = (count * LONG / most).max(i64::from(count > 0) * 2);
            Bar {
                state: state.code(),
                label: t(lang, &format!("invitations-state-{}", state.code())).into_owned(),
                text: number(lang, count),
                count,
                y: line + 5,
                middle: line + 19,
                width,
                end: 130 + width + 8,
            }
        })
        .collect()
}

fn said(bars: &[Bar]) -> String {
    bars.iter().map(|b| format!("{} {}", b.label, b.text)).collect::<Vec<_>>().join(", ")
}

fn wave(lang: Lang, row: WaveRow, states: &[(i64, String, i64)]) -> WaveView {
    let counts = counts_of(states, row.id);
    WaveView {
        people: counts.values().sum(),
        active: counts.get(State::Active.code()).copied().unwrap_or(0),
        status: t(lang, &format!("invitations-wave-{}", row.status)).into_owned(),
        status_class: match row.status.as_str() {
            "running" => "tag-accent",
            "finished" => "tag-ok",
            "paused" => "tag-hot",
            _ => "",
        },
        is_running: row.status == "running",
        is_paused: row.status == "paused",
        id: row.id,
        name: row.name,
        left_out: row.left_out,
        created_at: row.created_at,
    }
}

async fn page(
    me: &Manager,
    errors: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
) -> Result<HttpResponse> {
    let lang = me.lang();
    let (states, uninvited, waves, wave_states, links, applications, open, segments) = me
        .house
        .db
        .read(|c| {
            let waves = store::list_waves(c, None, 50)?;
            let ids: Vec<i64> = waves.iter().map(|w| w.id).collect();
            Ok((
                store::count_all_states(c)?,
                store::count_uninvited(c)?,
                waves,
                store::count_states(c, &ids)?,
                store::list_links(c)?,
                store::count_applications(c)?,
                asks::list_asks(c)?,
                segments::list(c, None, 200)?,
            ))
        })
        .await?;
    let bars = bars(lang, &states.into_iter().collect());
    let value = |name: &str, other: &str| values.get(name).cloned().unwrap_or_else(|| other.to_owned());
    let chosen = value("segment", "");
    let mut choices = vec![Choice::of("", t(lang, "invitations-everybody"), &chosen)];
    choices.extend(segments.into_iter().map(|s| Choice::of(s.id.to_string(), s.name, &chosen)));
    let choice = |key: &str, name: &str, values: &[&str], other: &str| -> Vec<Choice> {
        let now = value(name, other);
        values.iter().map(|v| Choice::of(*v, t(lang, &format!("{key}-{v}")), &now)).collect()
    };
    let view = View {
        chart_label: format!("{}: {}", t(lang, "invitations-states"), said(&bars)),
        height: LINE * i64::try_from(bars.len()).unwrap_or(0) + 4,
        bars,
        uninvited,
        waves: waves.into_iter().map(|w| wave(lang, w, &wave_states)).collect(),
        links: links
            .into_iter()
            .map(|l| LinkView {
                applications: applications.iter().find(|(id, _)| *id == l.id).map_or(0, |(_, n)| *n),
                url: url(&me.house, &l.code),
                id: l.id,
                name: l.name,
                visits: l.visits,
                created_at: l.created_at,
                is_open: l.closed_at.is_none(),
            })
            .collect(),
        asks: open
            .into_iter()
            .map(|a| AskView {
                id: a.id,
                member_id: a.member_id,
                name: a.name,
                program: a.program_name,
                note: a.note,
                at: a.created_at,
            })
            .collect(),
        segments: choices,
        sizes: choice("invitations-size", "size", &["20", "200", "all"], "20"),
        paces: choice("invitations-pace", "per_hour", &["30", "120", "600"], "120"),
        reminders: choice("invitations-remind", "remind_days", &["0", "7", "14"], "7"),
        errors,
        values,
    };
    let status = if view.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    me.page("invitations/desk", "invitations-title").nav("manage").status(status).show(&view).await
}

/// `GET /manage/invitations`
pub async fn desk(me: Manager) -> Result<HttpResponse> {
    page(&me, BTreeMap::new(), BTreeMap::new()).await
}

/// `POST /manage/invitations`: a new wave.
pub async fn start(me: Manager, form: Form) -> Result<HttpResponse> {
    let number = |name: &str| form.text(name).parse::<i64>().ok();
    let draft = WaveDraft {
        name: form.text("name").to_owned(),
        segment_id: number("segment"),
        size: number("size"),
        per_hour: number("per_hour"),
        remind_days: number("remind_days"),
    };
    match actions::start(&me.house, me.viewer.id, draft).await {
        Ok(id) => {
            Ok(see_other_with(&me.house.config, &format!("/manage/invitations/{id}"), "ok", "invitations-started"))
        }
        Err(Error::Invalid(fields)) => page(&me, field_messages(me.lang(), &fields), form.values()).await,
        Err(Error::Conflict(_)) => {
            let nobody = t(me.lang(), "invitations-nobody").into_owned();
            page(&me, BTreeMap::from([("form".to_owned(), nobody)]), form.values()).await
        }
        Err(other) => Err(other),
    }
}

#[derive(Serialize)]
struct PersonView {
    member_id: i64,
    name: String,
    email: String,
    state: String,
    state_class: &'static str,
    invited_at: Option<i64>,
    delivered_at: Option<i64>,
    opened_at: Option<i64>,
    active_at: Option<i64>,
    reminded_at: Option<i64>,
    code: i32,
}

#[derive(Serialize)]
struct WavePage {
    wave: WaveView,
    pace: String,
    remind: String,
    bars: Vec<Bar>,
    chart_label: String,
    height: i64,
    people: Vec<PersonView>,
    next: String,
}

/// `GET /manage/invitations/{id}`: everybody of a wave with their state.
pub async fn show(me: Manager, id: web::Path<i64>, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (id, lang, limit, after) = (*id, me.lang(), 100, query.after()?);
    let (row, states, people) = me
        .house
        .db
        .read(move |c| {
            Ok((
                store::find_wave(c, id)?,
                store::count_states(c, &[id])?,
                store::list_people(c, (Some(id), None), after, limit)?,
            ))
        })
        .await?;
    let people = Page::cut(people, limit, |p| Cursor { key: 0, id: p.id });
    let bars = bars(lang, &counts_of(&states, id));
    let view = WavePage {
        pace: t_args(lang, "invitations-pace-is", &[("n", row.per_hour.into())]),
        remind: match row.remind_days {
            0 => t(lang, "invitations-remind-0").into_owned(),
            days => t_args(lang, "invitations-remind-is", &[("n", days.into())]),
        },
        chart_label: format!("{}: {}", t(lang, "invitations-states"), said(&bars)),
        height: LINE * i64::try_from(bars.len()).unwrap_or(0) + 4,
        bars,
        wave: wave(lang, row, &states),
        next: people.next_cursor.map(|c| format!("/manage/invitations/{id}?cursor={c}")).unwrap_or_default(),
        people: people
            .items
            .into_iter()
            .map(|p| PersonView {
                state: t(lang, &format!("invitations-state-{}", p.state)).into_owned(),
                state_class: match p.state.as_str() {
                    "active" => "tag-ok",
                    "opened" => "tag-accent",
                    "failed" => "tag-bad",
                    _ => "",
                },
                member_id: p.member_id,
                name: p.name,
                email: p.email,
                invited_at: p.invited_at,
                delivered_at: p.delivered_at,
                opened_at: p.opened_at,
                active_at: p.active_at,
                reminded_at: p.reminded_at,
                code: p.code,
            })
            .collect(),
    };
    let title = view.wave.name.clone();
    me.page("invitations/wave", "invitations-title").title(title).nav("manage").show(&view).await
}

/// `POST /manage/invitations/{id}/{act}`
pub async fn act(me: Manager, path: web::Path<(i64, String)>) -> Result<HttpResponse> {
    let (id, act) = path.into_inner();
    let here = format!("/manage/invitations/{id}");
    match actions::act(&me.house, me.viewer.id, id, Act::parse(&act)?).await {
        Ok(()) => Ok(see_other(&here)),
        Err(Error::Conflict(_)) => Ok(see_other_with(&me.house.config, &here, "bad", "invitations-over")),
        Err(other) => Err(other),
    }
}

/// `POST /manage/invite-links`
pub async fn make_link(me: Manager, form: Form) -> Result<HttpResponse> {
    match actions::make_link(&me.house, me.viewer.id, form.text("link_name")).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/manage/invitations#links", "ok", "invitations-link-made")),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields).into_values().map(|text| ("link_name".to_owned(), text));
            page(&me, errors.collect(), form.values()).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /manage/invite-links/{id}/close`
pub async fn end_link(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::close_link(&me.house, me.viewer.id, *id).await?;
    Ok(see_other("/manage/invitations#links"))
}
