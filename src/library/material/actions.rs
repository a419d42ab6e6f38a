//! Rules of the material.

use super::model::{Details, PieceInput, check_pieces};
use super::store;
use crate::access::Sight;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::library;
use crate::library::jobs::enqueue_index;
use crate::members::store::insert_audit;
use crate::web::viewer::Viewer;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a manager says of a resource's material; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialInput {
    /// Everything structured.
    pub details: Option<Details>,
    /// All files in their order.
    pub files: Option<Vec<PieceInput>>,
}

/// Writes details and files of a resource.
///
/// # Errors
/// Not found; wrong fields with their place.
pub async fn save(house: &House, viewer: &Viewer, id: i64, input: MaterialInput) -> Result<()> {
    let (sight, input) = (Sight::of(viewer), Arc::new(input));
    house.db.write(move |tx| save_in(tx, sight, id, &input)).await
}

/// [`save`] inside a transaction of the caller.
///
/// # Errors
/// Not found; wrong fields with their place.
pub fn save_in(tx: &mut Tx<'_>, sight: Sight, id: i64, input: &MaterialInput) -> Result<()> {
    if let Some(details) = &input.details {
        details.check()?;
    }
    if let Some(pieces) = &input.files {
        check_pieces(pieces)?;
    }
    if !store::touch(tx, id)? {
        return Err(Error::NotFound);
    }
    if let Some(details) = &input.details {
        store::save_details(tx, id, details)?;
    }
    if let Some(pieces) = &input.files {
        store::replace_pieces(tx, sight.member, id, pieces)?;
    }
    enqueue_index(tx, id, &[])?;
    insert_audit(tx, Some(sight.member), "resource.material", ("resource", Some(id)), "")
}

/// Marks a section of a guide as done, or takes the mark back.
///
/// # Errors
/// Not found; `quiz_open` for a section whose questions are not answered.
pub async fn mark(house: &House, viewer: &Viewer, id: i64, section: i32, done: bool) -> Result<()> {
    let (sight, lang) = (Sight::of(viewer), viewer.lang);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::require_visible(tx, sight, id, now)?;
            let details = store::find_details(tx, id)?;
            let found = at(&details, lang, section)?;
            if !done {
                return store::unmark_section(tx, sight.member, id, section);
            }
            if !found.questions.is_empty() {
                return Err(Error::Conflict("quiz_open"));
            }
            store::mark_section(tx, sight.member, id, section)
        })
        .await
}

/// The section at a place, in either language.
fn at(details: &Details, lang: Lang, section: i32) -> Result<super::model::Section> {
    let place = usize::try_from(section).map_err(|_| Error::NotFound)?;
    let own = details.sections.get(lang).get(place);
    own.or_else(|| details.sections.get(lang.other()).get(place)).cloned().ok_or(Error::NotFound)
}

/// Answers the questions of a section; all right marks it as done. Says which answers were right.
///
/// # Errors
/// Not found; `answers: invalid` when there are more or fewer answers than questions.
pub async fn answer(house: &House, viewer: &Viewer, id: i64, section: i32, answers: Vec<usize>) -> Result<Vec<bool>> {
    let (sight, lang) = (Sight::of(viewer), viewer.lang);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::require_visible(tx, sight, id, now)?;
            let details = store::find_details(tx, id)?;
            let found = at(&details, lang, section)?;
            if answers.len() != found.questions.len() || answers.is_empty() {
                return Err(Error::field("answers", "invalid"));
            }
            let right: Vec<bool> = found.questions.iter().zip(&answers).map(|(q, a)| q.right == *a).collect();
            if right.iter().all(|r| *r) {
                store::mark_section(tx, sight.member, id, section)?;
            }
            Ok(right)
        })
        .await
}

/// Notes that a member takes a file of a resource, once a day; answers its address.
///
/// # Errors
/// Not found; what was taken back or is over is refused with its successor.
pub async fn take(house: &House, viewer: &Viewer, id: i64, file: i64) -> Result<String> {
    let (sight, lang) = (Sight::of(viewer), viewer.lang);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let whole = library::store::find_visible(tx, sight, id, now)?;
            library::actions::taking::check_open(&whole.resource, now)?;
            store::check_fresh(tx, &whole.resource, now)?;
            let pieces = store::list_pieces(tx, &[id])?;
            let (_, found) = pieces.into_iter().find(|(_, f)| f.id == file && f.is_ready()).ok_or(Error::NotFound)?;
            let ending = found.name.rsplit_once('.').map_or("file", |(_, e)| e).to_ascii_lowercase();
            let format: String = ending.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
            if library::store::insert_download(tx, id, sight.member, (&format!("file-{file}"), lang, &format))? {
                library::store::mark_downloaded(tx, id)?;
            }
            Ok(found.url())
        })
        .await
}
