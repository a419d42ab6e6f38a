//! The managers' desk: campaigns, the editor, the preview.

use super::form::{self, Choices};
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, t};
use crate::newsletters::actions;
use crate::newsletters::model::{STATES, Status};
use crate::newsletters::store::{self, Row};
use crate::segments::store as segments;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use crate::web::viewer::MemberId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct ListView {
    items: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: i64,
    name: String,
    state: StateView,
    segment: String,
    updated_at: i64,
    total: i64,
    accepted: i64,
}

#[derive(Serialize)]
struct StateView {
    code: &'static str,
    label: String,
    tag: &'static str,
}

fn state_view(lang: Lang, status: Status) -> StateView {
    let tag = match status {
        Status::Finished => "tag-ok",
        Status::Held | Status::FinishedWithDoubt => "tag-hot",
        Status::Cancelled => "tag-bad",
        Status::Running | Status::Snapshotting | Status::Scheduled => "tag-accent",
        Status::Draft | Status::Paused => "",
    };
    let label = t(lang, &format!("newsletters-status-{}", status.code())).into_owned();
    StateView { code: status.code(), label, tag }
}

/// `GET /manage/campaigns`
pub async fn list(me: Manager) -> Result<HttpResponse> {
    let lang = me.lang();
    let items = me
        .house
        .db
        .read(move |c| {
            let names: BTreeMap<i64, String> =
                segments::list(c, None, 1_000)?.into_iter().map(|s| (s.id, s.name)).collect();
            store::list(c, None, None, 100)?
                .into_iter()
                .map(|x| {
                    let counts = store::count_states(c, x.id)?;
                    Ok(Line {
                        id: x.id,
                        state: state_view(lang, x.status()),
                        segment: names.get(&x.segment_id).cloned().unwrap_or_default(),
                        updated_at: x.updated_at,
                        total: counts.values().sum(),
                        accepted: counts.get("accepted").copied().unwrap_or(0),
                        name: x.name,
                    })
                })
                .collect::<Result<Vec<_>>>()
        })
        .await?;
    me.page("newsletters/campaigns", "newsletters-campaigns").nav("manage").show(&ListView { items }).await
}

#[derive(Serialize)]
struct EditorView {
    id: Option<i64>,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    messages: Vec<String>,
    choices: Choices,
    state: StateView,
    is_open: bool,
    can_pause: bool,
    can_resume: bool,
    can_cancel: bool,
    reason: String,
    scheduled_at: Option<i64>,
    revision: i32,
    readers: Vec<Reader>,
    email: String,
    progress: Option<Progress>,
}

#[derive(Serialize)]
struct Reader {
    id: i64,
    name: String,
}

#[derive(Serialize)]
struct Progress {
    total: i64,
    done: i64,
    states: Vec<Count>,
    excluded: Vec<Count>,
    rows: Vec<DeliveryView>,
}

#[derive(Serialize)]
struct Count {
    code: String,
    label: String,
    n: i64,
}

#[derive(Serialize)]
struct DeliveryView {
    name: String,
    email: String,
    state: String,
    reason: String,
    code: String,
    at: i64,
}

fn word(lang: Lang, kind: &str, code: &str) -> String {
    let key = format!("newsletters-{kind}-{code}");
    if crate::i18n::has(lang, &key) { t(lang, &key).into_owned() } else { code.to_owned() }
}

fn delivery(lang: Lang, row: Row) -> DeliveryView {
    DeliveryView {
        name: row.name.unwrap_or_default(),
        state: word(lang, "state", &row.state),
        reason: match (row.reason.as_str(), row.detail.as_str()) {
            (_, detail) if !detail.is_empty() && row.state != "accepted" => detail.to_owned(),
            ("", _) => String::new(),
            (reason, _) => word(lang, "reason", reason),
        },
        code: if row.code == 0 { String::new() } else { row.code.to_string() },
        email: row.email,
        at: row.updated_at,
    }
}

struct Shown {
    values: BTreeMap<String, String>,
    errors: Vec<FieldError>,
}

async fn editor(me: &Manager, id: Option<i64>, shown: Option<Shown>) -> Result<HttpResponse> {
    let (lang, viewer, now) = (me.lang(), me.viewer.clone(), me.house.db.now());
    let bad = shown.as_ref().is_some_and(|s| !s.errors.is_empty());
    let view = me
        .house
        .db
        .read(move |c| {
            let campaign = id.map(|id| store::find(c, id)).transpose()?;
            let (values, errors) = match (shown, &campaign) {
                (Some(shown), _) => (shown.values, shown.errors),
                (None, Some(campaign)) => (form::values(c, campaign)?, Vec::new()),
                (None, None) => (BTreeMap::new(), Vec::new()),
            };
            let status = campaign.as_ref().map_or(Status::Draft, |x| x.status());
            let mut readers = Vec::new();
            if let Some(campaign) = &campaign
                && let Ok(rule) = segments::find(c, campaign.segment_id).and_then(|s| s.parsed())
            {
                let currency = crate::settings::load(c)?.currency;
                readers = segments::list_examples(c, &rule, now, &currency, 12)?;
            }
            let mut readers: Vec<Reader> = readers.into_iter().map(|e| Reader { id: e.id, name: e.name }).collect();
            if !readers.iter().any(|r| r.id == viewer.id.0) {
                readers.push(Reader { id: viewer.id.0, name: viewer.name.clone() });
            }
            let email = store::list_recipients(c, &[viewer.id.0], None)?.pop().map(|r| r.email).unwrap_or_default();
            let progress = match &campaign {
                Some(x) if x.started_at.is_some() => {
                    let counts = store::count_states(c, x.id)?;
                    let open = ["pending", "leased", "transmitting", "retry_wait"];
                    let total: i64 = counts.values().sum();
                    let waiting: i64 = open.iter().filter_map(|s| counts.get(*s)).sum();
                    let rows = store::list_deliveries(c, x.id, None, 0, 100)?;
                    let count = |kind: &str, code: &str, n: i64| Count {
                        code: code.to_owned(),
                        label: word(lang, kind, code),
                        n,
                    };
                    Some(Progress {
                        total,
                        done: total - waiting,
                        states: STATES
                            .into_iter()
                            .map(|s| count("state", s, counts.get(s).copied().unwrap_or(0)))
                            .collect(),
                        excluded: x.excluded().iter().map(|(r, n)| count("reason", r, *n)).collect(),
                        rows: rows.into_iter().map(|r| delivery(lang, r)).collect(),
                    })
                }
                _ => None,
            };
            let messages = field_messages(lang, &errors);
            let flat: BTreeMap<String, String> = messages
                .iter()
                .map(|(f, m)| (f.replace("tier_offsets.", "offset_").replace('.', "_"), m.clone()))
                .collect();
            let reason = campaign.as_ref().map(|x| x.hold_reason.clone()).unwrap_or_default();
            Ok(EditorView {
                id,
                choices: form::choices(c, lang, &values)?,
                values,
                errors: flat,
                messages: messages.into_values().collect(),
                state: state_view(lang, status),
                is_open: matches!(status, Status::Draft | Status::Scheduled),
                can_pause: matches!(status, Status::Scheduled | Status::Snapshotting | Status::Running),
                can_resume: matches!(status, Status::Paused | Status::Held),
                can_cancel: campaign.is_some()
                    && !matches!(status, Status::Finished | Status::FinishedWithDoubt | Status::Cancelled),
                reason: if reason.is_empty() { reason } else { word(lang, "hold", &reason) },
                scheduled_at: campaign.as_ref().and_then(|x| x.scheduled_at).filter(|_| status == Status::Scheduled),
                revision: campaign.as_ref().map_or(0, |x| x.revision),
                readers,
                email,
                progress,
            })
        })
        .await?;
    let title = view.values.get("name").filter(|n| !n.is_empty()).cloned();
    let page = me.page("newsletters/editor", "newsletters-new").nav("manage");
    let page = match title {
        Some(title) => page.title(title),
        None => page,
    };
    let page = if bad { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    page.show(&view).await
}

/// `GET /manage/campaigns/new`
pub async fn blank(me: Manager) -> Result<HttpResponse> {
    editor(&me, None, None).await
}

/// `GET /manage/campaigns/{id}`
pub async fn edit(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    editor(&me, Some(id.into_inner()), None).await
}

/// `POST /manage/campaigns/new`
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    match actions::create(&me.house, form::raw(&form), me.viewer.id).await {
        Ok(id) => Ok(done(&me, id, "newsletters-saved")),
        Err(Error::Invalid(errors)) => editor(&me, None, Some(Shown { values: form.values(), errors })).await,
        Err(other) => Err(other),
    }
}

fn done(me: &Manager, id: i64, key: &str) -> HttpResponse {
    see_other_with(&me.house.config, &format!("/manage/campaigns/{id}"), "ok", key)
}

/// `POST /manage/campaigns/{id}`: saves.
pub async fn save(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    act(me, id.into_inner(), "save", form).await
}

/// `POST /manage/campaigns/{id}/{act}`: saves what is in the form, then does it.
pub async fn do_it(me: Manager, path: web::Path<(i64, String)>, form: Form) -> Result<HttpResponse> {
    let (id, what) = path.into_inner();
    act(me, id, &what, form).await
}

async fn act(me: Manager, id: i64, what: &str, form: Form) -> Result<HttpResponse> {
    let (house, by) = (&me.house, me.viewer.id);
    let done_key = match what {
        "save" => "newsletters-saved",
        "start" => "newsletters-started",
        "schedule" => "newsletters-scheduled",
        "pause" => "newsletters-paused",
        "resume" => "newsletters-resumed",
        "cancel" => "newsletters-cancelled",
        "test" => "newsletters-test-sent",
        _ => return Err(Error::NotFound),
    };
    let result = async {
        // The buttons stand in the editor's form: what was typed is kept before anything leaves.
        if matches!(what, "save" | "start" | "schedule" | "test") && form.ticked("name") {
            let typed = form.clone();
            let saved = actions::update(house, id, move |_, _| Ok(form::raw(&typed))).await;
            match saved {
                Err(Error::Conflict("campaign_started")) if what == "test" => {}
                other => other?,
            }
        }
        match what {
            "start" => actions::start(house, id, None, by).await,
            "schedule" => {
                let zone = crate::i18n::parse_zone(&me.viewer.time_zone);
                let at: jiff::civil::DateTime = form.text("at").parse().map_err(|_| Error::field("at", "required"))?;
                let at = at.to_zoned(zone).map_err(|_| Error::field("at", "invalid"))?;
                actions::start(house, id, Some(at.timestamp().as_millisecond()), by).await
            }
            "pause" => actions::pause(house, id, by).await,
            "resume" => actions::resume(house, id, by).await,
            "cancel" => actions::cancel(house, id, by).await,
            "test" => actions::send_test(house, id, form.text("to"), by).await,
            _ => Ok(()),
        }
    }
    .await;
    match result {
        Ok(()) => Ok(done(&me, id, done_key)),
        Err(Error::Invalid(errors)) => editor(&me, Some(id), Some(Shown { values: form.values(), errors })).await,
        Err(Error::Conflict(code)) => {
            let path = format!("/manage/campaigns/{id}");
            Ok(see_other_with(&me.house.config, &path, "bad", &format!("error-{code}")))
        }
        Err(other) => Err(other),
    }
}

/// What the preview may be asked with.
#[derive(Deserialize)]
pub struct PreviewQuery {
    member: Option<i64>,
    lang: Option<String>,
    part: Option<String>,
}

/// `GET /manage/campaigns/{id}/preview`: the mail as a member would get it, for a sandboxed frame. Its policy allows
/// inline styles and nothing that runs.
pub async fn preview(me: Manager, id: web::Path<i64>, query: web::Query<PreviewQuery>) -> Result<HttpResponse> {
    let member = query.member.map_or(me.viewer.id, MemberId);
    let (edition, mut reader) = actions::sample(&me.house, id.into_inner(), member).await?;
    if let Some(lang) = query.lang.as_deref().and_then(Lang::parse) {
        reader.lang = lang;
    }
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("cache-control", "no-store")).insert_header(("x-frame-options", "SAMEORIGIN")).insert_header(
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'self'; sandbox",
        ),
    );
    if query.part.as_deref() == Some("text") {
        let subject = edition.subject(&reader)?;
        let text = format!("{subject}\n\n{}", edition.plain(&reader)?);
        return Ok(answer.content_type("text/plain; charset=utf-8").body(text));
    }
    Ok(answer.content_type("text/html; charset=utf-8").body(edition.html(&reader)?))
}
