//! `/manage/imports`

use crate::error::{Error, Result};
use crate::i18n::{Lang, t, t_args};
use crate::programs::api::drafts::csv;
use crate::programs::api::imports::{RowErrorJson, discard, receive, row_errors};
use crate::programs::imports::{self, Counts, Kind, Report, drafts};
use crate::programs::store::{self, imports::ImportRow};
use crate::web::forms::Choice;
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::field_messages;
use crate::web::redirect::{see_other, see_other_with};
use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Line {
    id: i64,
    kind: String,
    file_name: String,
    state: String,
    state_class: &'static str,
    dry_run: bool,
    rows: i64,
    errors: i64,
    created_at: i64,
}

#[derive(Serialize)]
struct ListView {
    kinds: Vec<Choice>,
    errors: BTreeMap<String, String>,
    imports: Vec<Line>,
    next: String,
}

#[derive(Serialize)]
struct CountLine {
    label: String,
    counts: Counts,
}

#[derive(Serialize)]
struct ShowView {
    id: i64,
    line: Line,
    running: bool,
    rows_done: i64,
    rows_total: i64,
    progress: String,
    counts: Vec<CountLine>,
    waiting: i64,
    skipped: i64,
    kept: i64,
    errors: Vec<RowErrorJson>,
    errors_total: i64,
    more_errors: bool,
    has_report: bool,
    is_failed: bool,
    can_undo: bool,
    can_run: bool,
    finished_at: Option<i64>,
    undone_at: Option<i64>,
}

fn line(lang: Lang, row: &ImportRow, report: &Report) -> Line {
    let status = row.status.as_str();
    let state_class = match status {
        "done" if report.errors_total > 0 => "tag-hot",
        "done" => "tag-ok",
        "failed" => "tag-bad",
        "running" => "tag-accent",
        _ => "",
    };
    Line {
        id: row.id,
        kind: t(lang, &format!("imports-kind-{}", row.kind)).into_owned(),
        file_name: row.file_name.clone(),
        state: t(lang, &format!("imports-state-{status}")).into_owned(),
        state_class,
        dry_run: row.dry_run,
        rows: row.rows_total,
        errors: report.errors_total,
        created_at: row.created_at,
    }
}

/// Zones offered first; any other IANA name may be typed into the API.
pub(super) const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Zurich",
    "Europe/London",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Warsaw",
    "America/Los_Angeles",
    "America/New_York",
    "America/Chicago",
    "Asia/Kolkata",
    "UTC",
];

async fn list_view(me: &Manager, query: &PageQuery, kind: &str, errors: BTreeMap<String, String>) -> Result<ListView> {
    let lang = me.lang();
    let (limit, after) = (20, query.after()?);
    let rows = me.house.db.read(move |c| store::imports::list_imports(c, after, limit)).await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id });
    let mut kinds = vec![Choice::of("", t(lang, "imports-choose"), kind)];
    kinds.extend(Kind::ALL.iter().map(|k| Choice::of(k.code(), t(lang, &format!("imports-kind-{}", k.code())), kind)));
    Ok(ListView {
        kinds,
        errors,
        imports: page.items.iter().map(|r| line(lang, r, &Report::stored(&r.report))).collect(),
        next: page.next_cursor.map(|c| format!("/manage/imports?cursor={c}")).unwrap_or_default(),
    })
}

/// `GET /manage/imports`
pub async fn list(me: Manager, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let view = list_view(&me, &query, "", BTreeMap::new()).await?;
    me.page("programs/imports", "imports-title").nav("manage").show(&view).await
}

/// `POST /manage/imports`: takes the file; the questions about it come next.
pub async fn create(me: Manager, form: Multipart) -> Result<HttpResponse> {
    let draft = receive(&me.house, form).await?;
    match drafts::take(&me.house, me.viewer.id, draft.clone()).await {
        Ok(id) => Ok(see_other(&format!("/manage/imports/new/{id}"))),
        Err(Error::Invalid(fields)) => {
            discard(&draft).await;
            let errors = field_messages(me.lang(), &fields);
            let view = list_view(&me, &PageQuery::default(), &draft.kind, errors).await?;
            let page = me.page("programs/imports", "imports-title").nav("manage");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
        Err(other) => {
            discard(&draft).await;
            Err(other)
        }
    }
}

/// `GET /manage/imports/{id}/report.csv`: what became of every row.
pub async fn report(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    csv(&me.house, me.lang(), *id).await
}

/// `GET /manage/imports/{id}`
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let row = me.house.db.read(move |c| store::imports::find_import(c, *id)).await?;
    let lang = me.lang();
    let report = Report::stored(&row.report);
    let running = matches!(row.status.as_str(), "queued" | "running");
    let kind = Kind::parse(&row.kind).ok();
    let mut counts = Vec::new();
    let mut add = |key: &str, counts_of: Counts, always: bool| {
        if always || counts_of != Counts::default() {
            counts.push(CountLine { label: t(lang, key).into_owned(), counts: counts_of });
        }
    };
    add("imports-sales", report.conversions, kind.is_some_and(Kind::has_sales));
    add("imports-members", report.members, kind.is_some_and(Kind::is_list));
    add("imports-suppressions", report.suppressions, kind == Some(Kind::SuppressionsCsv));
    let file_there = imports::folder(&me.house).join(&row.file_path).is_file();
    let view = ShowView {
        id: row.id,
        line: line(lang, &row, &report),
        running,
        rows_done: row.rows_done,
        rows_total: row.rows_total.max(1),
        progress: t_args(lang, "imports-progress", &[("done", row.rows_done.into()), ("total", row.rows_total.into())]),
        counts,
        waiting: report.waiting,
        skipped: report.skipped,
        kept: report.kept,
        more_errors: report.errors_total > i64::try_from(report.errors.len()).unwrap_or(0),
        errors: row_errors(lang, &report),
        errors_total: report.errors_total,
        has_report: row.rows_done > 0,
        is_failed: row.status == "failed",
        can_undo: !row.dry_run && matches!(row.status.as_str(), "done" | "failed") && row.undone_at.is_none(),
        can_run: row.dry_run && row.status == "done" && file_there,
        finished_at: row.finished_at,
        undone_at: row.undone_at,
    };
    let title = if row.file_name.is_empty() { view.line.kind.clone() } else { row.file_name };
    let mut answer = me.page("programs/import", "imports-title").title(title).nav("manage").show(&view).await?;
    if running {
        // The page shows progress without JavaScript too.
        let header = actix_web::http::header::HeaderName::from_static("refresh");
        answer.headers_mut().insert(header, actix_web::http::header::HeaderValue::from_static("2"));
    }
    Ok(answer)
}

/// `POST /manage/imports/{id}/undo`
pub async fn undo(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let done = imports::undo::undo(&me.house, me.viewer.id, *id).await?;
    let key = if done { "imports-undone" } else { "imports-undoing" };
    Ok(see_other_with(&me.house.config, &format!("/manage/imports/{id}"), "ok", key))
}

/// `POST /manage/imports/{id}/run`: the file of a trial, for good.
pub async fn run(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let new = imports::repeat_for_good(&me.house, me.viewer.id, *id).await?;
    Ok(see_other(&format!("/manage/imports/{new}")))
}
