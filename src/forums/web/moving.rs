//! `/manage/forum`: bringing an old forum in, and taking everything out.

use crate::error::{Error, FieldError, Result};
use crate::forums::moving::{self, Report, export};
use crate::forums::store::{self, ImportRow};
use crate::house::House;
use crate::i18n::{Arg, Lang, t, t_args};
use crate::programs::api::imports::{discard, receive};
use crate::web::forms::{Choice, lang_choices};
use crate::web::guards::Manager;
use crate::web::pipe::flowing;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other;
use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Count {
    label: String,
    new: i64,
    known: i64,
}

#[derive(Serialize)]
struct Problem {
    what: String,
    text: String,
}

#[derive(Serialize)]
struct Line {
    id: i64,
    file_name: String,
    dry_run: bool,
    state: String,
    is_running: bool,
    is_done: bool,
    is_stopped: bool,
    created_at: i64,
}

impl Line {
    fn of(row: &ImportRow, lang: Lang) -> Self {
        let word = if row.status == "done" && row.dry_run { "trial" } else { &row.status };
        Self {
            id: row.id,
            file_name: row.file_name.clone(),
            dry_run: row.dry_run,
            state: t_args(lang, "forums-moving-state", &[("state", Arg::from(word))]),
            is_running: matches!(row.status.as_str(), "waiting" | "running"),
            is_done: row.status == "done",
            is_stopped: row.status == "stopped",
            created_at: row.created_at,
        }
    }
}

#[derive(Serialize)]
struct MovingView {
    errors: BTreeMap<String, String>,
    langs: Vec<Choice>,
    imports: Vec<Line>,
}

async fn page(me: &Manager, errors: BTreeMap<String, String>, status: StatusCode) -> Result<HttpResponse> {
    let lang = me.lang();
    let rows = me.house.db.read(|c| store::list_imports(c, 50)).await?;
    let view =
        MovingView { errors, langs: lang_choices(lang), imports: rows.iter().map(|r| Line::of(r, lang)).collect() };
    me.page("forums/moving", "forums-moving").nav("forums").status(status).show(&view).await
}

/// `GET /manage/forum`
pub async fn moving(me: Manager) -> Result<HttpResponse> {
    page(&me, BTreeMap::new(), StatusCode::OK).await
}

/// `POST /manage/forum`: takes a file; it is looked at first, and nothing is changed before that was seen.
pub async fn begin(me: Manager, form: Multipart) -> Result<HttpResponse> {
    let draft = match receive(&me.house, form).await {
        Ok(draft) => draft,
        Err(Error::Invalid(errors)) => {
            return page(&me, field_messages(me.lang(), &errors), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(other) => return Err(other),
    };
    let Some(path) = draft.file.clone() else {
        let errors = [FieldError::new("file", "required")];
        return page(&me, field_messages(me.lang(), &errors), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let lang = Lang::parse(&draft.language).unwrap_or(me.lang());
    let kept = moving::begin(&me.house, &me.viewer, (&path, &draft.file_name), lang).await;
    if kept.is_err() {
        discard(&draft).await;
    }
    Ok(see_other(&format!("/manage/forum/{}", kept?)))
}

#[derive(Serialize)]
struct ShowView {
    line: Line,
    done: i64,
    total: i64,
    failure: String,
    counts: Vec<Count>,
    nameless: i64,
    labelled: i64,
    problems_total: i64,
    problems: Vec<Problem>,
}

/// `GET /manage/forum/{id}`: how far it is, and what it found.
pub async fn moved(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (id, lang) = (*id, me.lang());
    let row = me.house.db.read(move |c| store::find_import(c, id)).await?;
    let report = Report::stored(&row.report);
    let code = |code: &str| t_args(lang, "forums-moving-problem", &[("code", Arg::from(code))]);
    let count = |key: &str, counts: moving::Counts| Count {
        label: t(lang, key).into_owned(),
        new: counts.new,
        known: counts.known,
    };
    let view = ShowView {
        done: row.done,
        total: row.total.max(1),
        failure: if report.failure.is_empty() { String::new() } else { code(&report.failure) },
        counts: vec![
            count("forums-niches", report.niches),
            count("forums-moving-people", report.people),
            count("forums-threads", report.threads),
            count("forums-moving-posts", report.posts),
        ],
        nameless: report.nameless,
        labelled: report.labelled,
        problems_total: report.problems_total,
        problems: report
            .problems
            .iter()
            .take(200)
            .map(|(what, c)| Problem { what: what.clone(), text: code(c) })
            .collect(),
        line: Line::of(&row, lang),
    };
    me.page("forums/moved", "forums-moving").nav("forums").show(&view).await
}

/// `POST /manage/forum/{id}/run`: brings in what a trial has shown.
pub async fn run(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = *id;
    moving::go_on(&me.house, id).await?;
    Ok(see_other(&format!("/manage/forum/{id}")))
}

/// `GET /manage/forum/export.json`: everything that was written, as the import takes it.
pub async fn take_out(me: Manager) -> Result<HttpResponse> {
    moving::note_export(&me.house, &me.viewer).await?;
    Ok(everything(&me.house))
}

/// The answer that carries everything.
pub fn everything(house: &House) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("content-disposition", "attachment; filename=\"forum.json\""))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .streaming(flowing(export::stream(house)))
}
