//! The team's side: review, recall, answers to wishes and to offered versions.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs::{NewJob, emit, enqueue};
use crate::library::history::Content;
use crate::library::input::{ResourceInput, VariantInput};
use crate::library::jobs::{RECALL, TellTakers, enqueue_index};
use crate::library::letters::Answered;
use crate::library::marks;
use crate::library::store;
use crate::mail::To;
use crate::members::store::insert_audit;
use crate::web::viewer::Viewer;
use serde_json::json;

/// Hands a draft to a colleague.
///
/// # Errors
/// Not found; conflict `not_a_draft`.
pub async fn submit(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let (sight, by) = (Sight::of(viewer), viewer.id);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::find_visible(tx, sight, id, now)?;
            if !store::offers::mark_review(tx, id, by.0)? {
                return Err(Error::Conflict("not_a_draft"));
            }
            insert_audit(tx, Some(by), "resource.submit", ("resource", Some(id)), "")
        })
        .await
}

/// Ends a review: published (at its hour), or back to its author with a note. Four eyes: not by who asked for it.
///
/// # Errors
/// Not found; conflict `not_in_review`, `own_review`.
pub async fn review(house: &House, viewer: &Viewer, id: i64, yes: bool, note: &str) -> Result<()> {
    let (sight, by, note) = (Sight::of(viewer), viewer.id, crate::text::excerpt(note, 500));
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let whole = store::find_visible(tx, sight, id, now)?;
            let offer = whole.resource.offer.clone().unwrap_or_default();
            if offer.review_by == Some(by.0) && yes {
                return Err(Error::Conflict("own_review"));
            }
            let status = if yes { "published" } else { "draft" };
            if !store::offers::mark_reviewed(tx, id, status, &note)? {
                return Err(Error::Conflict("not_in_review"));
            }
            if yes {
                enqueue_index(tx, id, &whole.moments())?;
                emit(tx, "resource.published", &json!({ "resource_id": id }))?;
            }
            let act = if yes { "resource.approve" } else { "resource.return" };
            insert_audit(tx, Some(by), act, ("resource", Some(id)), &note)
        })
        .await
}

/// Takes a resource back: nobody can take it from now on, and everybody who did is told.
///
/// # Errors
/// Not found; `required` on `reason`; conflict `recalled`.
pub async fn recall(house: &House, viewer: &Viewer, id: i64, reason: &str, successor: Option<i64>) -> Result<()> {
    let reason = crate::web::forms::one_line(reason);
    if reason.is_empty() {
        return Err(Error::field("reason", "required"));
    }
    if reason.chars().count() > 500 {
        return Err(Error::Invalid(vec![crate::error::FieldError::new("reason", "too_long").arg("max", 500)]));
    }
    let by = viewer.id;
    house
        .db
        .write(move |tx| {
            if let Some(next) = successor
                && (next == id || store::kits::find_title(tx, next)?.is_none())
            {
                return Err(Error::field("successor", "not_found"));
            }
            if !store::offers::mark_recalled(tx, id, by.0, &reason, successor)? {
                return Err(Error::Conflict("recalled"));
            }
            enqueue_index(tx, id, &[])?;
            enqueue(tx, NewJob::new(RECALL, &TellTakers { id })?.priority(5))?;
            emit(tx, "resource.recalled", &json!({ "resource_id": id }))?;
            insert_audit(tx, Some(by), "resource.recall", ("resource", Some(id)), &reason)
        })
        .await
}

/// Answers a wish and tells the member.
///
/// # Errors
/// Not found.
pub async fn answer_wish(house: &House, viewer: &Viewer, id: i64, yes: bool, answer: &str) -> Result<()> {
    let (by, answer, for_tx) = (viewer.id, crate::text::excerpt(answer, 1_000), house.clone());
    house
        .db
        .write(move |tx| {
            let status = if yes { "done" } else { "declined" };
            let closed = store::opinions::close_wish(tx, id, by, status, &answer)?;
            let (member, resource) = closed.ok_or(Error::NotFound)?;
            tell(&for_tx, tx, member, resource, (yes, &answer))
        })
        .await
}

/// Takes an offered version into the library as the text of its place, or sends it back with a word.
///
/// # Errors
/// Not found; conflict `locked_changed` where the original moved on.
pub async fn answer_offer(house: &House, viewer: &Viewer, id: i64, yes: bool, note: &str) -> Result<()> {
    let note = crate::text::excerpt(note, 1_000);
    let (sight, now) = (Sight::of(viewer), house.db.now());
    let (own, _, _) = house.db.read(move |c| store::own::find_offered(c, id)).await?;
    if yes {
        let resource = own.resource_id;
        let whole = house.db.read(move |c| store::find_visible(c, sight, resource, now)).await?;
        let taken = |v: &crate::library::model::Variant| v.key == own.key && v.lang == own.lang;
        let original = whole.variants.iter().find(|v| taken(v)).ok_or(Error::NotFound)?;
        if !marks::keeps(&original.body, &own.body) {
            return Err(Error::Conflict("locked_changed"));
        }
        let variants = whole
            .variants
            .iter()
            .map(|v| VariantInput {
                key: v.key.clone(),
                lang: v.lang.clone(),
                subject: if taken(v) { own.subject.clone() } else { v.subject.clone() },
                body: if taken(v) { own.body.clone() } else { v.body.clone() },
            })
            .collect();
        let input = ResourceInput { variants: Some(variants), ..ResourceInput::default() };
        super::change(house, viewer, resource, input).await?;
    }
    let (by, for_tx) = (viewer.id, house.clone());
    house
        .db
        .write(move |tx| {
            let answer = if yes { "accepted" } else { "declined" };
            if !store::own::close_offer(tx, id, answer, &note)? {
                return Err(Error::NotFound);
            }
            tell(&for_tx, tx, own.member_id, own.resource_id, (yes, &note))?;
            insert_audit(tx, Some(by), "resource.offer", ("resource", Some(own.resource_id)), answer)
        })
        .await
}

fn tell(
    house: &House,
    tx: &mut crate::db::Tx<'_>,
    member: i64,
    resource: i64,
    (yes, answer): (bool, &str),
) -> Result<()> {
    let person = store::find_address(tx, member)?;
    let title = store::kits::find_title(tx, resource)?.unwrap_or_default();
    let letter = Answered {
        name: person.name.clone(),
        title,
        yes,
        answer: answer.to_owned(),
        link: house.config.absolute(&format!("/library/{resource}")),
    };
    let to = To { email: person.email, name: person.name, lang: Lang::stored(&person.locale) };
    house.mailer.post(tx, &to, &letter)
}

/// Puts title, summary and texts of an earlier state back, as a new state: nothing of the history is lost.
///
/// # Errors
/// Not found; what the rules of today no longer let pass, field by field.
pub async fn restore(house: &House, viewer: &Viewer, id: i64, rev: i32) -> Result<()> {
    let old = house.db.read(move |c| store::versions::find_content(c, id, rev)).await?;
    let old = Content::from_json(&old);
    let texts =
        old.texts.into_iter().map(|t| VariantInput { key: t.key, lang: t.lang, subject: t.subject, body: t.body });
    let input = ResourceInput {
        title: Some(old.title),
        summary: Some(old.summary),
        variants: Some(texts.collect()),
        ..ResourceInput::default()
    };
    super::change(house, viewer, id, input).await
}
