//! A member with a resource's material: printing, taking files, going through sections.

use super::view::{self, MaterialView, Tried};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::library::material::actions;
use crate::library::store;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::redirect::{see_other, see_other_with};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct PrintView {
    id: i64,
    title: String,
    summary: String,
    kind: String,
    updated_at: i64,
    material: MaterialView,
}

/// `GET /library/{id}/print`: one resource on paper, without the house around it.
pub async fn print(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, lang, id) = (Sight::of(&me.viewer), me.house.db.now(), me.lang(), *id);
    let (whole, loaded) =
        me.house.db.read(move |c| Ok((store::find_visible(c, sight, id, now)?, view::load(c, sight, id)?))).await?;
    let r = whole.resource;
    let material = view::view(id, &r.kind, &loaded, None, (lang, now));
    if !material.has_any() {
        return Err(Error::NotFound);
    }
    let kind = t(lang, &format!("library-kind-{}", r.kind)).into_owned();
    let view = PrintView { id, summary: r.summary, kind, updated_at: r.updated_at, material, title: r.title };
    me.page("library/print", "library-title").title(&view.title).nav("library").show(&view).await
}

/// Which size of a picture.
#[derive(Debug, Default, Deserialize)]
pub struct SizeQuery {
    w: Option<i32>,
}

/// `GET /library/{id}/files/{file}`: notes the download and leads to the file.
pub async fn take(me: Member, path: web::Path<(i64, i64)>, query: web::Query<SizeQuery>) -> Result<HttpResponse> {
    let url = actions::take(&me.house, &me.viewer, path.0, path.1).await?;
    let size = query.w.map_or_else(String::new, |w| format!("w={w}&"));
    Ok(see_other(&format!("{url}?{size}download=1")))
}

/// `POST /library/{id}/sections/{section}`: done, undone, or answers to its questions.
pub async fn section(me: Member, path: web::Path<(i64, usize)>, form: Form) -> Result<HttpResponse> {
    let (id, place) = path.into_inner();
    let number = i32::try_from(place).map_err(|_| Error::NotFound)?;
    let back = format!("/library/{id}");
    match form.text("act") {
        "undo" => {
            actions::mark(&me.house, &me.viewer, id, number, false).await?;
            Ok(see_other(&format!("{back}#section-{place}")))
        }
        "answer" => {
            let chosen: Vec<Option<usize>> = (1..=60)
                .take_while(|n| form.ticked(&format!("q{n}")) || form.ticked(&format!("asked{n}")))
                .map(|n| form.text(&format!("q{n}")).parse().ok())
                .collect();
            let Some(answers) = chosen.iter().copied().collect::<Option<Vec<usize>>>().filter(|a| !a.is_empty()) else {
                return Ok(see_other_with(
                    &me.house.config,
                    &format!("{back}#section-{place}"),
                    "bad",
                    "material-quiz-all",
                ));
            };
            let right = actions::answer(&me.house, &me.viewer, id, number, answers.clone()).await?;
            if right.iter().all(|r| *r) {
                return Ok(see_other_with(
                    &me.house.config,
                    &format!("{back}#section-{place}"),
                    "ok",
                    "material-quiz-right",
                ));
            }
            // What was chosen comes along, so that the page can show it beside the verdict.
            let list: Vec<String> = answers.iter().map(usize::to_string).collect();
            Ok(see_other(&format!("{back}?tried={place}&answers={}#section-{place}", list.join(","))))
        }
        _ => {
            actions::mark(&me.house, &me.viewer, id, number, true).await?;
            Ok(see_other(&format!("{back}#section-{}", place + 1)))
        }
    }
}

/// The answers that come back from a quiz that was not all right: the section and what was chosen.
pub fn tried(section: Option<usize>, answers: &str) -> Option<Tried> {
    let answers = answers.split(',').map(|a| a.parse().ok()).collect::<Option<Vec<usize>>>()?;
    Some(Tried { section: section?, answers })
}
