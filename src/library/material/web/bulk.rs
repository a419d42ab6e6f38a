//! Many at once, as pages.

use crate::error::{Error, Result};
use crate::files;
use crate::files::web::ids;
use crate::i18n::{Arg, Lang, t_args};
use crate::library::material::bulk::{self, Report, RowNote};
use crate::library::material::store;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::problem::message;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// The archive that has just come from a form without JavaScript.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewFiles {
    files: String,
}

#[derive(Serialize)]
struct Line {
    id: i64,
    dry_run: bool,
    is_queued: bool,
    is_failed: bool,
    made: usize,
    errors: usize,
    created_at: i64,
}

#[derive(Serialize)]
struct ListView {
    lines: Vec<Line>,
    file: String,
    file_name: String,
}

/// `GET /manage/library/bulk`
pub async fn list(me: Manager, query: web::Query<NewFiles>) -> Result<HttpResponse> {
    let (by, wanted) = (me.viewer.id, ids(&query.files));
    let (rows, own) =
        me.house.db.read(move |c| Ok((store::list_bulks(c, 50)?, files::store::list_own(c, by, &wanted)?))).await?;
    let lines = rows
        .into_iter()
        .map(|row| {
            let report: Report = serde_json::from_str(&row.report).unwrap_or_default();
            Line {
                id: row.id,
                dry_run: row.dry_run,
                is_queued: row.status == "queued",
                is_failed: row.status == "failed",
                made: report.made.len(),
                errors: report.errors.len(),
                created_at: row.created_at,
            }
        })
        .collect();
    let file = own.first();
    let view = ListView {
        lines,
        file: file.map_or_else(String::new, |f| f.id.to_string()),
        file_name: file.map_or_else(String::new, |f| f.name.clone()),
    };
    me.page("library/bulk", "material-bulk-title").nav("manage").show(&view).await
}

/// `POST /manage/library/bulk`
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    let file = form.text("files").parse().ok();
    let Some(file) = file else {
        return Ok(see_other_with(&me.house.config, "/manage/library/bulk", "bad", "files-none-chosen"));
    };
    match bulk::accept(&me.house, &me.viewer, file, form.text("act") != "run").await {
        Ok(id) => Ok(see_other(&format!("/manage/library/bulk/{id}"))),
        Err(Error::Invalid(fields)) => {
            let key = format!("error-field-{}", fields.first().map_or("invalid", |f| f.code));
            Ok(see_other_with(&me.house.config, "/manage/library/bulk", "bad", &key))
        }
        Err(other) => Err(other),
    }
}

#[derive(Serialize)]
struct NoteView {
    row: u64,
    field: String,
    message: String,
}

#[derive(Serialize)]
struct MadeView {
    title: String,
    href: String,
    kind: String,
    files: usize,
    texts: usize,
}

#[derive(Serialize)]
struct ShowView {
    id: i64,
    dry_run: bool,
    is_queued: bool,
    is_failed: bool,
    can_run: bool,
    made: Vec<MadeView>,
    errors: Vec<NoteView>,
    warnings: Vec<NoteView>,
}

fn note(lang: Lang, note: &RowNote) -> NoteView {
    let key = if note.code.starts_with("bulk_") {
        format!("material-{}", note.code.replace('_', "-"))
    } else {
        format!("error-field-{}", note.code)
    };
    // Texts of ours name what they need; a note has one value for all of them.
    let args: Vec<(&str, Arg)> =
        ["value", "max", "min", "choices"].iter().map(|n| (*n, Arg::Text(note.value.clone()))).collect();
    let text = if crate::i18n::has(lang, &key) {
        t_args(lang, &key, &args)
    } else {
        match note.code.as_str() {
            "storage_full" => message(lang, &Error::Conflict("storage_full")),
            _ => t_args(lang, "error-field-invalid", &args),
        }
    };
    NoteView { row: note.row, field: note.field.clone(), message: text }
}

/// `GET /manage/library/bulk/{id}`
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let lang = me.lang();
    let row = me.house.db.read(move |c| store::find_bulk(c, *id)).await?;
    let report: Report = serde_json::from_str(&row.report).unwrap_or_default();
    let view = ShowView {
        id: row.id,
        dry_run: row.dry_run,
        is_queued: row.status == "queued",
        is_failed: row.status == "failed",
        can_run: row.dry_run && row.status == "done" && report.errors.is_empty() && !report.made.is_empty(),
        made: report
            .made
            .into_iter()
            .map(|m| MadeView {
                href: m.id.map_or_else(String::new, |id| format!("/library/{id}")),
                kind: crate::i18n::t(lang, &format!("library-kind-{}", m.kind)).into_owned(),
                title: m.title,
                files: m.files,
                texts: m.texts,
            })
            .collect(),
        errors: report.errors.iter().map(|n| note(lang, n)).collect(),
        warnings: report.warnings.iter().map(|n| note(lang, n)).collect(),
    };
    me.page("library/bulk_show", "material-bulk-title").nav("manage").show(&view).await
}

/// `POST /manage/library/bulk/{id}/run`
pub async fn run(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let again = bulk::repeat(&me.house, &me.viewer, *id).await?;
    Ok(see_other(&format!("/manage/library/bulk/{again}")))
}
