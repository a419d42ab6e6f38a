//! "My version": the own wording of one text, what changed in the original since, and the offer to the library.

use super::Tab;
use super::query;
use super::show::TextQuery;
use super::text::{CopyView, copy_view};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::library::actions::own::{self, VersionInput};
use crate::library::actions::taking::{facts, owner, short_base};
use crate::library::channels::Key;
use crate::library::history::{Run, diff};
use crate::library::marks;
use crate::library::store;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct MineView {
    id: i64,
    title: String,
    form_label: String,
    key: String,
    lang: String,
    subject: String,
    body: String,
    has_subject: bool,
    exists: bool,
    changed: Vec<Run>,
    keeps: bool,
    refreshed: String,
    offer: String,
    offer_note: String,
    back: String,
    copy: CopyView,
    locked: Vec<String>,
    hints: Vec<String>,
    errors: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct ListView {
    items: Vec<MineItem>,
}

#[derive(Serialize)]
struct MineItem {
    tab: Tab,
    text: String,
    at: i64,
    stale: bool,
    offer: String,
}

fn place(asked: &TextQuery) -> Result<(Key, Lang)> {
    asked.key().zip(asked.lang()).ok_or(Error::NotFound)
}

async fn view(
    me: &Member,
    id: i64,
    (key, text_lang): (Key, Lang),
    typed: Option<VersionInput>,
    errors: BTreeMap<String, String>,
) -> Result<MineView> {
    let (sight, now, who, base, lang) =
        (Sight::of(&me.viewer), me.house.db.now(), me.viewer.clone(), short_base(&me.house), me.lang());
    me.house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let original = whole.choose(Some(key), Some(text_lang), text_lang).ok_or(Error::NotFound)?;
            let tiers = crate::members::store::list_tiers(c)?;
            let owner = owner(c, &base, &whole, &tiers, (who.id, &who.name, who.tier_rank))?;
            let kept = store::own::list_of(c, who.id, id)?;
            let kept = kept.into_iter().find(|o| o.key == original.key && o.lang == original.lang);
            let (subject, body) = match (typed, &kept) {
                (Some(typed), _) => (typed.subject, typed.body),
                (None, Some(own)) => (own.subject.clone(), own.body.clone()),
                (None, None) => (original.subject.clone(), original.body.clone()),
            };
            let mut shown = original.clone();
            // A preview needs a text that can be read; what cannot keeps the original until it is mended.
            if errors.is_empty() {
                (shown.subject, shown.body) = (subject.clone(), body.clone());
            }
            let facts = facts(&whole.resource);
            let keeps = marks::keeps(&original.body, &body);
            let parts = marks::parse(&original.body).unwrap_or_default();
            Ok(MineView {
                id,
                title: whole.resource.title.clone(),
                form_label: format!("{} · {}", t(lang, &key.label()), text_lang.pick("Deutsch", "English")),
                key: original.key.clone(),
                lang: original.lang.clone(),
                has_subject: !original.subject.is_empty() || !subject.is_empty(),
                exists: kept.is_some(),
                changed: kept.as_ref().map(|o| diff(&o.base_body, &original.body)).unwrap_or_default(),
                refreshed: if keeps { None } else { marks::refresh(&original.body, &body) }.unwrap_or_default(),
                keeps,
                offer: kept.as_ref().map(|o| o.offer.clone()).unwrap_or_default(),
                offer_note: kept.as_ref().map(|o| o.offer_note.clone()).unwrap_or_default(),
                back: format!(
                    "/library/{id}?{}",
                    query(&[("variant", &original.key), ("lang", &original.lang), ("own", "1")])
                ),
                copy: copy_view(&shown, &facts, &owner, lang)?,
                locked: marks::locked(&original.body).into_iter().map(|(_, text)| text).collect(),
                hints: parts
                    .into_iter()
                    .filter_map(|p| match p {
                        marks::Part::Free(hint, _) if !hint.is_empty() => Some(hint),
                        _ => None,
                    })
                    .collect(),
                subject,
                body,
                errors,
            })
        })
        .await
}

/// `GET /library/{id}/mine`
pub async fn edit(me: Member, id: web::Path<i64>, asked: web::Query<TextQuery>) -> Result<HttpResponse> {
    let view = view(&me, *id, place(&asked)?, None, BTreeMap::new()).await?;
    me.page("library/mine", "library-mine").nav("library").show(&view).await
}

/// `POST /library/{id}/mine`: `act` is `save`, `refresh`, `offer` or `delete`.
pub async fn save(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = *id;
    let asked = TextQuery {
        variant: form.text("variant").to_owned(),
        lang: form.text("lang").to_owned(),
        own: String::new(),
        member: None,
        ..TextQuery::default()
    };
    let at = place(&asked)?;
    let here = format!("/library/{id}/mine?{}", query(&[("variant", &asked.variant), ("lang", &asked.lang)]));
    let to = |path: &str, kind: &str, key: &str| Ok(see_other_with(&me.house.config, path, kind, key));
    match form.text("act") {
        "delete" => {
            own::drop_version(&me.house, &me.viewer, id, at).await?;
            return to(&format!("/library/{id}"), "ok", "library-mine-deleted");
        }
        "offer" => {
            return match own::offer_version(&me.house, &me.viewer, id, at).await {
                Ok(()) => to(&here, "ok", "library-mine-offered"),
                Err(Error::Conflict(code)) => to(&here, "bad", &format!("error-{code}")),
                Err(other) => Err(other),
            };
        }
        _ => {}
    }
    let body = if form.text("act") == "refresh" { form.raw("refreshed") } else { form.raw("body") };
    let input = VersionInput { subject: form.text("subject").to_owned(), body: body.to_owned() };
    match own::save_version(&me.house, &me.viewer, id, at, input.clone()).await {
        Ok(()) => to(&here, "ok", "library-mine-saved"),
        Err(Error::Invalid(errors)) => {
            let mut messages = field_messages(me.lang(), &errors);
            messages.entry("form".to_owned()).or_insert_with(|| t(me.lang(), "error-invalid").into_owned());
            let view = view(&me, id, at, Some(input), messages).await?;
            me.page("library/mine", "library-mine")
                .nav("library")
                .status(StatusCode::UNPROCESSABLE_ENTITY)
                .show(&view)
                .await
        }
        Err(other) => Err(other),
    }
}

/// `GET /library/mine`: every own version.
pub async fn list(me: Member) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let items = me
        .house
        .db
        .read(move |c| {
            let mine = store::own::list_mine(c, sight.member, 200)?;
            let ids: Vec<i64> = mine.iter().map(|(o, _)| o.resource_id).collect();
            let wholes = store::list_wholes(c, sight, &ids, now)?;
            let item = |(own, title): (store::own::OwnVersion, String)| {
                let whole = wholes.iter().find(|w| w.resource.id == own.resource_id)?;
                let original = whole.variants.iter().find(|v| v.key == own.key && v.lang == own.lang);
                let key = Key::parse(&own.key)?;
                let pairs = [("variant", own.key.as_str()), ("lang", own.lang.as_str())];
                Some(MineItem {
                    tab: Tab {
                        href: format!("/library/{}/mine?{}", own.resource_id, query(&pairs)),
                        label: title,
                        current: false,
                    },
                    text: format!("{} · {}", t(lang, &key.label()), own.lang.to_uppercase()),
                    at: own.updated_at,
                    stale: original.is_none_or(|o| o.body != own.base_body),
                    offer: if own.offer.is_empty() {
                        String::new()
                    } else {
                        t(lang, &format!("library-offer-{}", own.offer)).into_owned()
                    },
                })
            };
            Ok(mine.into_iter().filter_map(item).collect())
        })
        .await?;
    me.page("library/mine_list", "library-mine-list").nav("library").show(&ListView { items }).await
}
