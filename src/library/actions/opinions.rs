//! What members say about a resource: favourites, stars with a comment, wishes for other texts.

use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::library::store;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Viewer};

/// Wishes of one member that may be open at once.
const OPEN_WISHES: i64 = 20;

/// Keeps a favourite or lets it go.
///
/// # Errors
/// Not found.
pub async fn favourite(house: &House, viewer: &Viewer, id: i64, on: bool) -> Result<()> {
    let (sight, member) = (Sight::of(viewer), viewer.id);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::find_visible(tx, sight, id, now)?;
            store::opinions::set_favourite(tx, id, member, on)
        })
        .await
}

/// Keeps stars and a comment.
///
/// # Errors
/// Not found; invalid fields.
pub async fn rate(house: &House, viewer: &Viewer, id: i64, stars: i32, comment: &str) -> Result<()> {
    let comment = comment.trim().to_owned();
    let mut wrong = Vec::new();
    if !(1..=5).contains(&stars) {
        wrong.push(FieldError::new("stars", "range").arg("min", 1).arg("max", 5));
    }
    if comment.chars().count() > 1_000 {
        wrong.push(FieldError::new("comment", "too_long").arg("max", 1_000));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let (sight, member) = (Sight::of(viewer), viewer.id);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::find_visible(tx, sight, id, now)?;
            store::opinions::put_rating(tx, id, member, stars, &comment)
        })
        .await
}

/// Takes stars away: the own ones, or anybody's for the team.
///
/// # Errors
/// Not found; forbidden.
pub async fn unrate(house: &House, viewer: &Viewer, id: i64, of: MemberId) -> Result<()> {
    if of != viewer.id && !viewer.is_moderator() {
        return Err(Error::Forbidden("forbidden"));
    }
    let gone = house.db.write(move |tx| store::opinions::delete_rating(tx, id, of)).await?;
    if gone { Ok(()) } else { Err(Error::NotFound) }
}

/// Asks the team for another text.
///
/// # Errors
/// Not found; invalid fields; conflict `too_many_wishes`.
pub async fn wish(house: &House, viewer: &Viewer, id: i64, text: &str) -> Result<i64> {
    house.limits.take(Bucket::Posts, viewer.id.0.to_string())?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Error::field("wish", "required"));
    }
    if text.chars().count() > 1_000 {
        return Err(Error::Invalid(vec![FieldError::new("wish", "too_long").arg("max", 1_000)]));
    }
    let (sight, member) = (Sight::of(viewer), viewer.id);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            store::find_visible(tx, sight, id, now)?;
            if store::opinions::count_open_wishes(tx, member)? >= OPEN_WISHES {
                return Err(Error::Conflict("too_many_wishes"));
            }
            store::opinions::insert_wish(tx, id, member, &text)
        })
        .await
}
