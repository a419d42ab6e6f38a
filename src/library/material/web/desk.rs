//! The desk: files and structure of one resource.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::files;
use crate::files::FileInfo;
use crate::files::web::ids;
use crate::i18n::{Lang, t};
use crate::library::material::actions::{self, MaterialInput};
use crate::library::material::model::{Details, Entries, LICENCES, Lines, Piece, PieceInput, ROLES, Sections};
use crate::library::material::{source, store};
use crate::settings::Bilingual;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Manager;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Files that have just come from a form without JavaScript.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewFiles {
    files: String,
}

#[derive(Serialize)]
struct FileFields {
    id: i64,
    name: String,
    about: String,
    url: String,
    preview: String,
    state: String,
    position: usize,
    title: String,
    alt_de: String,
    alt_en: String,
    credit: String,
    roles: Vec<Choice>,
    licences: Vec<Choice>,
    languages: Vec<Choice>,
    is_picture: bool,
}

#[derive(Serialize)]
struct DeskView {
    id: i64,
    title: String,
    kind: String,
    back: String,
    files: Vec<FileFields>,
    values: BTreeMap<&'static str, String>,
    errors: BTreeMap<String, String>,
    has_facts: bool,
    has_brand: bool,
    has_sections: bool,
    has_entries: bool,
    accept: &'static str,
}

/// The fields of the form with what the details hold.
fn values(d: &Details) -> BTreeMap<&'static str, String> {
    let list = |lines: &[String]| lines.join("\n");
    BTreeMap::from([
        ("features_de", list(&d.features.de)),
        ("features_en", list(&d.features.en)),
        ("benefits_de", list(&d.benefits.de)),
        ("benefits_en", list(&d.benefits.en)),
        ("prices", source::print_prices(&d.prices)),
        ("valid_until", d.valid_until.clone()),
        ("colours", source::print_colours(&d.colours)),
        ("dos_de", list(&d.dos.de)),
        ("dos_en", list(&d.dos.en)),
        ("donts_de", list(&d.donts.de)),
        ("donts_en", list(&d.donts.en)),
        ("sections_de", source::print_sections(&d.sections.de)),
        ("sections_en", source::print_sections(&d.sections.en)),
        ("entries_de", source::print_entries(&d.entries.de)),
        ("entries_en", source::print_entries(&d.entries.en)),
    ])
}

/// The details a form describes.
fn details(form: &Form, currency: &str) -> Details {
    let lines =
        |name: &str| -> Lines { source::both(form.raw(&format!("{name}_de")), form.raw(&format!("{name}_en"))) };
    Details {
        features: lines("features"),
        benefits: lines("benefits"),
        prices: source::prices(form.raw("prices"), currency),
        valid_until: form.text("valid_until").to_owned(),
        colours: source::colours(form.raw("colours")),
        dos: lines("dos"),
        donts: lines("donts"),
        sections: Sections {
            de: source::sections(form.raw("sections_de")),
            en: source::sections(form.raw("sections_en")),
        },
        entries: Entries { de: source::entries(form.raw("entries_de")), en: source::entries(form.raw("entries_en")) },
    }
}

/// The files a form describes, in the order of their positions, and new ones behind them.
fn pieces(form: &Form) -> Vec<PieceInput> {
    let all: Vec<i64> = form.all("file").iter().chain(&form.all("files")).filter_map(|id| id.parse().ok()).collect();
    let mut out: Vec<(i64, PieceInput)> = Vec::new();
    for (i, id) in all.into_iter().enumerate() {
        if form.ticked(&format!("remove_{id}")) || out.iter().any(|(_, p)| p.file == id) {
            continue;
        }
        let text = |name: &str| form.text(&format!("{name}_{id}")).to_owned();
        let position = text("position").parse().unwrap_or(1_000 + i64::try_from(i).unwrap_or(0));
        out.push((
            position,
            PieceInput {
                file: id,
                role: text("role"),
                title: text("title"),
                alt: Bilingual { de: text("alt_de"), en: text("alt_en") },
                licence: text("licence"),
                credit: text("credit"),
                lang: text("lang"),
            },
        ));
    }
    out.sort_by_key(|(position, _)| *position);
    out.into_iter().map(|(_, p)| p).collect()
}

fn choices(lang: Lang, name: &str, known: &[&str], chosen: &str) -> Vec<Choice> {
    known.iter().map(|k| Choice::of(*k, t(lang, &format!("material-{name}-{k}")), chosen)).collect()
}

fn fields(lang: Lang, position: usize, piece: &Piece, file: &FileInfo) -> FileFields {
    let mut languages = vec![Choice::of("", t(lang, "material-no-words"), &piece.lang)];
    languages.extend([("de", "Deutsch"), ("en", "English")].map(|(v, l)| Choice::of(v, l, &piece.lang)));
    let pixels = file.width.zip(file.height).map(|(w, h)| format!(" · {w} × {h}")).unwrap_or_default();
    FileFields {
        id: file.id,
        name: file.name.clone(),
        about: format!("{}{pixels}", super::view::bytes(lang, file.size)),
        url: file.url(),
        preview: if file.is_ready() && file.is_picture() { file.url_at(320) } else { String::new() },
        state: if file.is_ready() { String::new() } else { t(lang, "files-checking").into_owned() },
        position: position + 1,
        title: piece.title.clone(),
        alt_de: piece.alt_de.clone(),
        alt_en: piece.alt_en.clone(),
        credit: piece.credit.clone(),
        roles: choices(lang, "role", &ROLES, &piece.role),
        licences: choices(lang, "licence", &LICENCES, &piece.licence),
        languages,
        is_picture: file.mime.starts_with("image/"),
    }
}

/// What a new file most likely is.
fn blank(resource: i64, kind: &str, file: &FileInfo) -> Piece {
    let role = match (kind, file.mime.split('/').next().unwrap_or("")) {
        ("brand", "image") => "logo",
        (_, "image") => "image",
        (_, "video" | "audio") => "recording",
        _ => "document",
    };
    Piece {
        resource_id: resource,
        file_id: file.id,
        position: 0,
        role: role.to_owned(),
        title: String::new(),
        alt_de: String::new(),
        alt_en: String::new(),
        licence: "partner".to_owned(),
        credit: String::new(),
        lang: String::new(),
    }
}

/// What a form that is shown again holds.
struct Again {
    pieces: Vec<PieceInput>,
    values: BTreeMap<&'static str, String>,
    errors: BTreeMap<String, String>,
}

async fn page(me: &Manager, id: i64, new: Vec<i64>, again: Option<Again>) -> Result<HttpResponse> {
    let (sight, now, lang, by) = (Sight::of(&me.viewer), me.house.db.now(), me.lang(), me.viewer.id);
    let wanted: Vec<i64> =
        new.iter().copied().chain(again.iter().flat_map(|a| a.pieces.iter().map(|p| p.file))).collect();
    let (whole, stored, mut all, own) = me
        .house
        .db
        .read(move |c| {
            let whole = crate::library::store::find_visible(c, sight, id, now)?;
            let own = files::store::list_own(c, by, &wanted)?;
            Ok((whole, store::find_details(c, id)?, store::list_pieces(c, &[id])?, own))
        })
        .await?;
    let kind = whole.resource.kind.clone();
    for file in own {
        if !all.iter().any(|(_, f)| f.id == file.id) {
            all.push((blank(id, &kind, &file), file));
        }
    }
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (mut shown, mut errors) = (values(&stored), BTreeMap::new());
    if let Some(again) = again {
        for input in &again.pieces {
            if let Some((piece, _)) = all.iter_mut().find(|(_, f)| f.id == input.file) {
                piece.title.clone_from(&input.title);
                piece.alt_de.clone_from(&input.alt.de);
                piece.alt_en.clone_from(&input.alt.en);
                piece.credit.clone_from(&input.credit);
                piece.role.clone_from(&input.role);
                piece.licence.clone_from(&input.licence);
                piece.lang.clone_from(&input.lang);
            }
        }
        (shown, errors) = (again.values, again.errors);
    }
    let has = |kinds: &[&str], held: bool| kinds.contains(&kind.as_str()) || held;
    let filled = |names: &[&str]| names.iter().any(|n| shown.get(n).is_some_and(|v| !v.trim().is_empty()));
    let view = DeskView {
        id,
        title: whole.resource.title.clone(),
        kind: t(lang, &format!("library-kind-{kind}")).into_owned(),
        back: format!("/manage/library/{id}/material"),
        files: all.iter().enumerate().map(|(i, (p, f))| fields(lang, i, p, f)).collect(),
        has_facts: has(
            &["fact_sheet"],
            filled(&["features_de", "features_en", "prices", "benefits_de", "benefits_en"]),
        ),
        has_brand: has(&["brand"], filled(&["colours", "dos_de", "dos_en", "donts_de", "donts_en"])),
        has_sections: has(
            &["guide", "sales_guide", "quick_start", "training"],
            filled(&["sections_de", "sections_en"]),
        ),
        has_entries: has(&["faq", "sales_guide"], filled(&["entries_de", "entries_en"])),
        values: shown,
        errors,
        accept: if matches!(kind.as_str(), "image" | "brand") { "image/*,.svg,.pdf,.zip" } else { "" },
    };
    me.page("library/material", "material-desk-title").title(&view.title).nav("manage").status(status).show(&view).await
}

/// `GET /manage/library/{id}/material`
pub async fn show(me: Manager, id: web::Path<i64>, query: web::Query<NewFiles>) -> Result<HttpResponse> {
    page(&me, *id, ids(&query.files), None).await
}

/// The field of the form that a path of the details belongs to.
fn place(path: &str) -> String {
    let head = path.split(['[', '.']).next().unwrap_or("").to_owned();
    match path.strip_prefix(&format!("{head}.")).and_then(|rest| rest.split(['[', '.']).next()) {
        Some(lang @ ("de" | "en")) => format!("{head}_{lang}"),
        _ => head,
    }
}

/// Which line of the list it is, for people.
fn line(path: &str) -> Option<usize> {
    path.split_once('[')?.1.split_once(']')?.0.parse::<usize>().ok().map(|n| n + 1)
}

/// `POST /manage/library/{id}/material`
pub async fn save(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = *id;
    let currency = me.house.db.read(crate::settings::load).await?.currency;
    let (pieces, details) = (pieces(&form), details(&form, &currency));
    let input = MaterialInput { details: Some(details), files: Some(pieces.clone()) };
    match actions::save(&me.house, &me.viewer, id, input).await {
        Ok(()) => {
            let back = format!("/manage/library/{id}/material");
            Ok(see_other_with(&me.house.config, &back, "ok", "material-saved"))
        }
        Err(Error::Invalid(wrong)) => {
            let messages = field_messages(me.lang(), &wrong);
            let mut errors: BTreeMap<String, String> = BTreeMap::new();
            for (path, message) in messages {
                let which = line(&path).map_or_else(String::new, |n| format!("{n}: "));
                errors.entry(place(&path)).or_insert_with(|| format!("{which}{message}"));
            }
            let all = values(&Details::default());
            let values = all.into_keys().map(|name| (name, form.raw(name).to_owned())).collect();
            page(&me, id, Vec::new(), Some(Again { pieces, values, errors })).await
        }
        Err(other) => Err(other),
    }
}
