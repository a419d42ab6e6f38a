//! Collections and the member's own training, as pages.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::library::material::collections::{self, CollectionInput, Shown};
use crate::library::material::store;
use crate::library::model::{Filter, Resource};
use crate::library::store::list_visible;
use crate::settings::Bilingual;
use crate::web::forms::Form;
use crate::web::guards::{Manager, Member};
use crate::web::problem::field_messages;
use crate::web::redirect::see_other_with;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct ItemView {
    id: i64,
    title: String,
    summary: String,
    kind: String,
    face: String,
}

#[derive(Serialize)]
struct CollectionView {
    id: i64,
    title: String,
    summary: String,
    count: i64,
    faces: Vec<String>,
}

fn text(lang: Lang, de: &str, en: &str) -> String {
    Bilingual { de: de.to_owned(), en: en.to_owned() }.get(lang).to_owned()
}

#[derive(Serialize)]
struct ListView {
    collections: Vec<CollectionView>,
    can_manage: bool,
}

/// `GET /library/collections`
pub async fn list(me: Member) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (all, faces) = me
        .house
        .db
        .read(move |c| {
            let all = collections::list(c, sight, now)?;
            let ids: Vec<i64> = all.iter().flat_map(|s| s.items.iter().take(4).map(|r| r.id)).collect();
            let faces = store::list_faces(c, &ids)?;
            Ok((all, faces))
        })
        .await?;
    let collections = all
        .iter()
        .map(|Shown { collection: c, items }| CollectionView {
            id: c.id,
            title: text(lang, &c.title_de, &c.title_en),
            summary: text(lang, &c.summary_de, &c.summary_en),
            count: i64::try_from(items.len()).unwrap_or(0),
            faces: items
                .iter()
                .filter_map(|r| faces.iter().find(|(id, _)| *id == r.id).map(|(_, f)| f.url_at(320)))
                .take(3)
                .collect(),
        })
        .collect();
    let view = ListView { collections, can_manage: me.viewer.is_manager() };
    me.page("library/collections", "material-collections-title").nav("library").show(&view).await
}

#[derive(Serialize)]
struct ShowView {
    id: i64,
    title: String,
    summary: String,
    items: Vec<ItemView>,
    can_manage: bool,
}

fn item(lang: Lang, r: Resource, faces: &[(i64, crate::files::FileInfo)]) -> ItemView {
    let face = faces.iter().find(|(id, _)| *id == r.id).map(|(_, f)| f.url_at(320)).unwrap_or_default();
    ItemView {
        id: r.id,
        kind: t(lang, &format!("library-kind-{}", r.kind)).into_owned(),
        face,
        title: r.title,
        summary: r.summary,
    }
}

/// `GET /library/collections/{id}`
pub async fn show(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, lang, id) = (Sight::of(&me.viewer), me.house.db.now(), me.lang(), *id);
    let (shown, faces) = me
        .house
        .db
        .read(move |c| {
            let shown = collections::find(c, sight, id, now)?;
            let ids: Vec<i64> = shown.items.iter().map(|r| r.id).collect();
            Ok((shown, store::list_faces(c, &ids)?))
        })
        .await?;
    let c = &shown.collection;
    let view = ShowView {
        id,
        title: text(lang, &c.title_de, &c.title_en),
        summary: text(lang, &c.summary_de, &c.summary_en),
        items: shown.items.into_iter().map(|r| item(lang, r, &faces)).collect(),
        can_manage: me.viewer.is_manager(),
    };
    me.page("library/collection", "material-collections-title").title(&view.title).nav("library").show(&view).await
}

#[derive(Serialize)]
struct Pick {
    id: i64,
    title: String,
    kind: String,
    position: String,
}

#[derive(Serialize)]
struct EditView {
    id: Option<i64>,
    action: String,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    picks: Vec<Pick>,
}

async fn form_page(
    me: &Manager,
    id: Option<i64>,
    again: Option<(Form, BTreeMap<String, String>)>,
) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let (shown, all) = me
        .house
        .db
        .read(move |c| {
            let shown = id.map(|id| collections::find(c, sight, id, now)).transpose()?;
            Ok((shown, list_visible(c, sight, &Filter::default(), now, 500)?))
        })
        .await?;
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let chosen: Vec<i64> = match (&again, &shown) {
        (Some((form, _)), _) => items(form),
        (None, Some(shown)) => shown.items.iter().map(|r| r.id).collect(),
        (None, None) => Vec::new(),
    };
    let (values, errors) = match again {
        Some((form, errors)) => (form.values(), errors),
        None => {
            let pairs = shown.map_or_else(Vec::new, |s| {
                let c = s.collection;
                vec![
                    ("title_de", c.title_de),
                    ("title_en", c.title_en),
                    ("summary_de", c.summary_de),
                    ("summary_en", c.summary_en),
                ]
            });
            (pairs.into_iter().map(|(n, v)| (n.to_owned(), v)).collect(), BTreeMap::new())
        }
    };
    let mut picks: Vec<Pick> = all
        .into_iter()
        .map(|r| Pick {
            position: chosen.iter().position(|id| *id == r.id).map_or_else(String::new, |i| (i + 1).to_string()),
            id: r.id,
            title: r.title,
            kind: t(lang, &format!("library-kind-{}", r.kind)).into_owned(),
        })
        .collect();
    picks.sort_by_key(|p| p.position.parse::<i64>().unwrap_or(i64::MAX));
    let action = id
        .map_or_else(|| "/manage/library/collections/new".to_owned(), |id| format!("/manage/library/collections/{id}"));
    let view = EditView { id, action, values, errors, picks };
    let title = if id.is_some() { "material-collection-edit" } else { "material-collection-new" };
    me.page("library/collection_edit", title).nav("manage").status(status).show(&view).await
}

/// The resources with a number, in the order of the numbers.
fn items(form: &Form) -> Vec<i64> {
    let mut chosen: Vec<(i64, i64)> = form
        .values()
        .iter()
        .filter_map(|(name, value)| Some((value.trim().parse().ok()?, name.strip_prefix("position_")?.parse().ok()?)))
        .collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|(_, id)| id).collect()
}

/// `GET /manage/library/collections/new`
pub async fn new(me: Manager) -> Result<HttpResponse> {
    form_page(&me, None, None).await
}

/// `GET /manage/library/collections/{id}`
pub async fn edit(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    form_page(&me, Some(*id), None).await
}

async fn save(me: Manager, id: Option<i64>, form: Form) -> Result<HttpResponse> {
    let both = |name: &str| Bilingual {
        de: form.text(&format!("{name}_de")).to_owned(),
        en: form.text(&format!("{name}_en")).to_owned(),
    };
    let input = CollectionInput { title: both("title"), summary: both("summary"), items: items(&form) };
    match collections::save(&me.house, me.viewer.id, id, &input).await {
        Ok(id) => {
            let back = format!("/library/collections/{id}");
            Ok(see_other_with(&me.house.config, &back, "ok", "material-collection-saved"))
        }
        Err(Error::Invalid(fields)) => {
            let mut errors = field_messages(me.lang(), &fields);
            for name in ["title", "summary"] {
                if let Some(message) = errors.remove(name) {
                    errors.insert(format!("{name}_de"), message);
                }
            }
            form_page(&me, id, Some((form, errors))).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /manage/library/collections/new`
pub async fn create(me: Manager, form: Form) -> Result<HttpResponse> {
    save(me, None, form).await
}

/// `POST /manage/library/collections/{id}`
pub async fn update(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    save(me, Some(*id), form).await
}

/// `POST /manage/library/collections/{id}/delete`
pub async fn remove(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    collections::remove(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/library/collections", "ok", "material-collection-deleted"))
}

#[derive(Serialize)]
struct Course {
    id: i64,
    title: String,
    summary: String,
    kind: String,
    done: usize,
    total: usize,
    minutes: u32,
    is_done: bool,
}

#[derive(Serialize)]
struct TrainingView {
    open: Vec<Course>,
    done: Vec<Course>,
}

/// `GET /library/training`: guides and training with the member's own progress.
pub async fn training(me: Member) -> Result<HttpResponse> {
    let (sight, now, lang) = (Sight::of(&me.viewer), me.house.db.now(), me.lang());
    let courses = me
        .house
        .db
        .read(move |c| {
            let filter = Filter { with_sections: true, ..Filter::default() };
            let all = list_visible(c, sight, &filter, now, 200)?;
            let ids: Vec<i64> = all.iter().map(|r| r.id).collect();
            let (details, marks) = (store::list_details(c, &ids)?, store::list_marks(c, sight.member, &ids)?);
            Ok(all
                .into_iter()
                .filter_map(|r| {
                    let sections = details.iter().find(|(id, _)| *id == r.id)?.1.sections.get(lang).to_vec();
                    let done = marks
                        .iter()
                        .filter(|(id, s)| *id == r.id && usize::try_from(*s).is_ok_and(|s| s < sections.len()));
                    let (done, total) = (done.count(), sections.len());
                    Some(Course {
                        id: r.id,
                        kind: t(lang, &format!("library-kind-{}", r.kind)).into_owned(),
                        title: r.title,
                        summary: r.summary,
                        minutes: sections.iter().map(super::super::model::Section::time).sum(),
                        is_done: total > 0 && done == total,
                        done,
                        total,
                    })
                })
                .filter(|c| c.total > 0)
                .collect::<Vec<_>>())
        })
        .await?;
    let (done, open) = courses.into_iter().partition(|c| c.is_done);
    me.page("library/training", "material-training-title").nav("library").show(&TrainingView { open, done }).await
}
