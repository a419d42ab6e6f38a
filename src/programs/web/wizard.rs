//! `/manage/imports/new/{id}`: the questions about a file.

use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::programs::imports::drafts::{self, Answers, Questions};
use crate::programs::imports::{Kind, names_of};
use crate::programs::store;
use crate::web::forms::{Choice, Form};
use crate::web::guards::Manager;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Column {
    /// Name of its choice in the form; empty where there is nothing to choose.
    name: String,
    header: String,
    samples: String,
    taken: String,
    options: Vec<Choice>,
}

#[derive(Serialize)]
struct View {
    id: i64,
    file_name: String,
    kind: String,
    remembered: bool,
    columns: Vec<Column>,
    can_map: bool,
    has_sales: bool,
    dated: bool,
    date_sample: String,
    per_row: bool,
    asks_zone: bool,
    zone_hint: String,
    is_list: bool,
    zones: Vec<Choice>,
    programs: Vec<Choice>,
    asks_program: bool,
    numbers: Vec<Choice>,
    sale_date: String,
    consent_wording: String,
    asks_language: bool,
    languages: Vec<Choice>,
    errors: BTreeMap<String, String>,
}

fn can_map(kind: Kind) -> bool {
    matches!(kind, Kind::ConversionsCsv | Kind::MembersCsv | Kind::Listmonk | Kind::SuppressionsCsv)
}

/// What a column is called by us.
fn label(lang: Lang, name: &str) -> String {
    t(lang, &format!("imports-column-{}", name.replace('_', "-"))).into_owned()
}

fn columns(lang: Lang, asked: &Questions, answers: &Answers) -> Vec<Column> {
    let is_open = can_map(asked.kind);
    let chosen = |header: &str, guess: &[String]| -> String {
        let mapped =
            answers.mapping.iter().find(|(_, h)| !h.is_empty() && h.as_str() == header).map(|(n, _)| n.clone());
        let free = |name: &&String| !answers.mapping.contains_key(name.as_str());
        mapped.or_else(|| guess.iter().find(free).cloned()).unwrap_or_default()
    };
    let mut used: Vec<String> = Vec::new();
    asked
        .head
        .columns
        .iter()
        .enumerate()
        .map(|(i, column)| {
            let mut now = chosen(&column.header, &column.guess);
            if used.contains(&now) {
                now.clear();
            }
            used.push(now.clone());
            let mut options = vec![Choice::of("", t(lang, "imports-column-none"), &now)];
            options.extend(names_of(asked.kind).iter().map(|n| Choice::of(*n, label(lang, n), &now)));
            let number = crate::i18n::t_args(lang, "imports-column-number", &[("n", (i as i64 + 1).into())]);
            Column {
                name: if is_open { format!("column-{i}") } else { String::new() },
                header: if column.header.is_empty() { number } else { column.header.clone() },
                samples: column.samples.join(" · "),
                taken: column.guess.first().map(|n| label(lang, n)).unwrap_or_default(),
                options: if is_open { options } else { Vec::new() },
            }
        })
        .collect()
}

async fn page(
    me: &Manager,
    asked: Questions,
    answers: Answers,
    errors: BTreeMap<String, String>,
) -> Result<HttpResponse> {
    let lang = me.lang();
    let programs = me.house.db.read(store::list_programs).await?;
    let only = programs.len() == 1;
    let mut program_choices: Vec<Choice> = programs
        .iter()
        .map(|p| Choice { selected: only || p.slug == answers.program, value: p.slug.clone(), label: p.name.clone() })
        .collect();
    if !only {
        program_choices.insert(0, Choice::of("", t(lang, "imports-choose"), &answers.program));
    }
    let is_list = asked.kind.is_list();
    let mut zones = vec![Choice::of("", t(lang, "imports-choose"), &answers.time_zone)];
    zones.extend(super::imports::ZONES.iter().map(|z| Choice::of(*z, *z, &answers.time_zone)));
    let is_pap = matches!(asked.kind, Kind::PapFull | Kind::PapSimple);
    let style = if answers.number_format.is_empty() { "auto" } else { &answers.number_format };
    // Most partners of a house speak what its managers speak.
    let spoken = if answers.language.is_empty() { lang.code() } else { answers.language.as_str() };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = View {
        id: asked.id,
        kind: t(lang, &format!("imports-kind-{}", asked.kind.code())).into_owned(),
        remembered: asked.remembered,
        columns: columns(lang, &asked, &answers),
        can_map: can_map(asked.kind),
        has_sales: asked.head.has_sales,
        dated: asked.head.dated,
        date_sample: asked.head.date.clone(),
        per_row: asked.head.dated && (answers.sale_date == "per_row" || answers.sale_date.is_empty()),
        asks_zone: asked.head.has_sales || is_list,
        zone_hint: t(lang, if is_pap { "imports-zone-pap" } else { "imports-zone-hint" }).into_owned(),
        is_list,
        zones,
        asks_program: asked.kind != Kind::SuppressionsCsv && !programs.is_empty(),
        programs: program_choices,
        numbers: ["auto", "de", "en"].map(|s| Choice::of(s, t(lang, &format!("imports-numbers-{s}")), style)).into(),
        sale_date: if answers.sale_date == "per_row" { String::new() } else { answers.sale_date.clone() },
        asks_language: asked.kind.has_people(),
        languages: ["de", "en"].map(|l| Choice::of(l, t(lang, &format!("imports-language-{l}")), spoken)).into(),
        consent_wording: answers.consent_wording,
        file_name: asked.file_name,
        errors,
    };
    me.page("programs/import_questions", "imports-title").nav("manage").status(status).show(&view).await
}

/// `GET /manage/imports/new/{id}`
pub async fn show(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let asked = drafts::questions(&me.house, me.viewer.id, *id).await?;
    let answers = asked.answers.clone();
    page(&me, asked, answers, BTreeMap::new()).await
}

/// `POST /manage/imports/new/{id}`: a trial with these answers.
pub async fn answer(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let asked = drafts::questions(&me.house, me.viewer.id, *id).await?;
    let mut mapping = BTreeMap::new();
    if can_map(asked.kind) {
        // Whatever nobody chose is no column of ours, whatever its heading says.
        mapping = names_of(asked.kind).iter().map(|n| ((*n).to_owned(), String::new())).collect();
        for (i, column) in asked.head.columns.iter().enumerate() {
            let name = form.text(&format!("column-{i}"));
            if let Some(place) = mapping.get_mut(name)
                && place.is_empty()
            {
                place.clone_from(&column.header);
            }
        }
    }
    let per_row = asked.head.dated && form.text("dates") != "day";
    let answers = Answers {
        mapping,
        time_zone: form.text("time_zone").to_owned(),
        sale_date: if per_row { "per_row".into() } else { form.text("sale_date").to_owned() },
        program: form.text("program").to_owned(),
        number_format: form.text("number_format").to_owned(),
        consent_wording: form.text("consent_wording").to_owned(),
        language: form.text("language").to_owned(),
    };
    // Where no time is read, no zone is asked for.
    let asks_zone = asked.head.has_sales || asked.kind.is_list();
    let sent = if asks_zone { answers.clone() } else { Answers { time_zone: "UTC".into(), ..answers.clone() } };
    match drafts::answer(&me.house, me.viewer.id, *id, sent, true).await {
        Ok(import) => Ok(see_other(&format!("/manage/imports/{import}"))),
        Err(Error::Invalid(fields)) => {
            let errors = field_messages(me.lang(), &fields);
            page(&me, asked, answers, errors).await
        }
        Err(other) => Err(other),
    }
}
