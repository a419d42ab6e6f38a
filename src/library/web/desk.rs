//! The desk beside the editor: history with differences, review, recall and its takers, wishes and offered versions.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::library::actions::desk as actions;
use crate::library::history::{Changed, Content, Run, changes, diff};
use crate::library::store;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::redirect::see_other_with;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct StateView {
    rev: i32,
    at: i64,
    by: String,
    parts: Vec<Changed>,
    is_first: bool,
    can_restore: bool,
}

#[derive(Serialize)]
struct HistoryView {
    id: i64,
    title: String,
    states: Vec<StateView>,
}

/// `GET /manage/library/{id}/history`
pub async fn history(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, id, lang) = (Sight::of(&me.viewer), me.house.db.now(), *id, me.lang());
    let (whole, rows) = me
        .house
        .db
        .read(move |c| Ok((store::find_visible(c, sight, id, now)?, store::versions::list_versions(c, id, 51)?)))
        .await?;
    let contents: Vec<Content> = rows.iter().map(|r| Content::from_json(&r.content)).collect();
    let named = |part: &str| match part {
        "title" => t(lang, "library-field-title").into_owned(),
        "summary" => t(lang, "library-field-summary").into_owned(),
        text => {
            let (key, text_lang) = text.split_once(' ').unwrap_or((text, ""));
            format!("{} · {}", t(lang, &format!("library-key-{key}")), text_lang.to_uppercase())
        }
    };
    let states = rows
        .iter()
        .zip(&contents)
        .enumerate()
        .take(50)
        .map(|(i, (row, content))| {
            let parts = contents.get(i + 1).map(|before| changes(before, content)).unwrap_or_default();
            StateView {
                rev: row.rev,
                at: row.at,
                by: row.by.clone().unwrap_or_default(),
                parts: parts.into_iter().map(|c| Changed { part: named(&c.part), runs: c.runs }).collect(),
                is_first: i + 1 == contents.len(),
                can_restore: i > 0 && contents.first().is_some_and(|now| now != content),
            }
        })
        .collect();
    let view = HistoryView { id, title: whole.resource.title, states };
    me.page("library/history", "library-history").nav("manage").show(&view).await
}

/// `POST /manage/library/{id}/history/{rev}`: an earlier state becomes the newest one.
pub async fn restore(me: Manager, path: web::Path<(i64, i32)>) -> Result<HttpResponse> {
    let (id, rev) = path.into_inner();
    let outcome = actions::restore(&me.house, &me.viewer, id, rev).await;
    back(&me, &format!("/manage/library/{id}/history"), outcome, "library-restored")
}

fn back(me: &Manager, path: &str, outcome: Result<()>, good: &str) -> Result<HttpResponse> {
    match outcome {
        Ok(()) => Ok(see_other_with(&me.house.config, path, "ok", good)),
        Err(Error::Conflict(code) | Error::ConflictWith(code, _)) => {
            Ok(see_other_with(&me.house.config, path, "bad", &format!("error-{code}")))
        }
        Err(Error::Invalid(fields)) => {
            let field = fields.first().map(|f| f.field.to_string()).unwrap_or_default();
            Ok(see_other_with(&me.house.config, path, "bad", &format!("library-wrong-{field}")))
        }
        Err(other) => Err(other),
    }
}

/// `POST /manage/library/{id}/review`: `act` is `submit`, `approve` or `return`.
pub async fn review(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let path = format!("/manage/library/{id}");
    let (outcome, good) = match form.text("act") {
        "submit" => (actions::submit(&me.house, &me.viewer, *id).await, "library-submitted"),
        "approve" => (actions::review(&me.house, &me.viewer, *id, true, form.raw("note")).await, "library-approved"),
        _ => (actions::review(&me.house, &me.viewer, *id, false, form.raw("note")).await, "library-returned"),
    };
    back(&me, &path, outcome, good)
}

/// `POST /manage/library/{id}/recall`
pub async fn recall(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let successor = form.text("successor").parse().ok();
    let outcome = actions::recall(&me.house, &me.viewer, *id, form.raw("reason"), successor).await;
    let path = if outcome.is_ok() { format!("/manage/library/{id}/takers") } else { format!("/manage/library/{id}") };
    back(&me, &path, outcome, "library-recalled")
}

#[derive(Serialize)]
struct TakerView {
    id: i64,
    name: String,
    at: Option<i64>,
    told_at: Option<i64>,
}

#[derive(Serialize)]
struct TakersView {
    id: i64,
    title: String,
    is_recalled: bool,
    takers: Vec<TakerView>,
    told: usize,
}

/// `GET /manage/library/{id}/takers`
pub async fn takers(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, id) = (Sight::of(&me.viewer), me.house.db.now(), *id);
    let view = me
        .house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let told = store::recalls::list_told(c, id)?;
            let takers: Vec<TakerView> = store::recalls::list_takers(c, id)?
                .into_iter()
                .map(|t| TakerView {
                    told_at: told.iter().find(|(m, _)| *m == t.member_id).map(|(_, at)| *at),
                    id: t.member_id,
                    name: t.name,
                    at: t.at,
                })
                .collect();
            Ok(TakersView {
                id,
                title: whole.resource.title.clone(),
                is_recalled: whole.resource.offer.as_ref().is_some_and(|o| o.recalled_at.is_some()),
                told: takers.iter().filter(|t| t.told_at.is_some()).count(),
                takers,
            })
        })
        .await?;
    me.page("library/takers", "library-takers").nav("manage").show(&view).await
}

#[derive(Serialize)]
struct WishView {
    id: i64,
    resource_id: i64,
    title: String,
    member_id: i64,
    name: String,
    wish: String,
    at: i64,
}

#[derive(Serialize)]
struct OfferView {
    id: i64,
    resource_id: i64,
    title: String,
    member_id: i64,
    name: String,
    place: String,
    at: i64,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct InboxView {
    wishes: Vec<WishView>,
    offers: Vec<OfferView>,
}

/// `GET /manage/library/inbox`: what members ask for and offer.
pub async fn inbox(me: Manager) -> Result<HttpResponse> {
    let lang = me.lang();
    let (wishes, offers) = me
        .house
        .db
        .read(move |c| Ok((store::opinions::list_wishes(c, None, 100)?, store::own::list_offered(c, 100)?)))
        .await?;
    let view = InboxView {
        wishes: wishes
            .into_iter()
            .map(|w| WishView {
                id: w.id,
                resource_id: w.resource_id,
                title: w.title,
                member_id: w.member_id,
                name: w.name,
                wish: w.wish,
                at: w.created_at,
            })
            .collect(),
        offers: offers
            .into_iter()
            .map(|(own, title, name)| OfferView {
                id: own.id,
                resource_id: own.resource_id,
                title,
                member_id: own.member_id,
                name,
                place: format!("{} · {}", t(lang, &format!("library-key-{}", own.key)), own.lang.to_uppercase()),
                at: own.updated_at,
                runs: diff(&own.base_body, &own.body),
            })
            .collect(),
    };
    me.page("library/inbox", "library-inbox").nav("manage").show(&view).await
}

/// `POST /manage/library/wishes/{id}`
pub async fn answer_wish(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let yes = form.text("act") == "yes";
    let outcome = actions::answer_wish(&me.house, &me.viewer, *id, yes, form.raw("note")).await;
    back(&me, "/manage/library/inbox", outcome, "library-answered")
}

/// `POST /manage/library/offers/{id}`
pub async fn answer_offer(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let yes = form.text("act") == "yes";
    let outcome = actions::answer_offer(&me.house, &me.viewer, *id, yes, form.raw("note")).await;
    back(&me, "/manage/library/inbox", outcome, "library-answered")
}
