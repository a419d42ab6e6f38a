//! SQL of what a resource offers: occasion, price, dates, successor, review.

use crate::access::Sight;
use crate::db::schema::{resource_offers as offers, resources};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::library::model::Offer;
use crate::on;
use crate::text::fold;
use diesel::prelude::*;

/// Writes what the author says of an offer; recall and review stay as they are.
pub fn put_offer(tx: &mut Tx<'_>, id: i64, offer: &Offer) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, c => {
        let values = (
            offers::occasion.eq(&offer.occasion),
            offers::occasion_key.eq(fold(&offer.occasion)),
            offers::problem.eq(&offer.problem),
            offers::problem_key.eq(fold(&offer.problem)),
            offers::country.eq(&offer.country),
            offers::starts_at.eq(offer.starts_at),
            offers::valid_until.eq(offer.valid_until),
            offers::price.eq(offer.price),
            offers::currency.eq(&offer.currency),
            offers::price_until.eq(offer.price_until),
            offers::successor_id.eq(offer.successor_id),
        );
        diesel::insert_into(offers::table)
            .values((offers::resource_id.eq(id), values.clone()))
            .on_conflict(offers::resource_id)
            .do_update()
            .set(values)
            .execute(c)
    })?;
    Ok(())
}

/// Occasions and problems of what `sight` may see, each once, in order: for the filters.
pub fn list_subjects(conn: &mut Conn, sight: Sight, now: Ms) -> Result<(Vec<String>, Vec<String>)> {
    let rows: Vec<(String, String)> = offers::table
        .inner_join(resources::table)
        .filter(resources::status.eq("published"))
        .filter(resources::min_rank.le(sight.rank))
        .filter(resources::publish_at.is_null().or(resources::publish_at.le(Some(now))))
        .filter(offers::recalled_at.is_null())
        .filter(offers::occasion_key.ne("").or(offers::problem_key.ne("")))
        .select((offers::occasion, offers::problem))
        .distinct()
        .limit(400)
        .load(conn)?;
    let column = |pick: fn(&(String, String)) -> &String| {
        let mut all: Vec<String> = rows.iter().map(pick).filter(|t| !t.is_empty()).cloned().collect();
        all.sort_by_key(|t| fold(t));
        all.dedup_by_key(|t| fold(t));
        all
    };
    Ok((column(|r| &r.0), column(|r| &r.1)))
}

/// Asks for a review; whether it was a draft.
pub fn mark_review(tx: &mut Tx<'_>, id: i64, by: i64) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(resources::table.find(id).filter(resources::status.eq("draft")))
        .set((resources::status.eq("review"), resources::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if rows == 0 {
        return Ok(false);
    }
    set_review(tx, id, Some(by), "")?;
    Ok(true)
}

/// Ends a review; whether there was one.
pub fn mark_reviewed(tx: &mut Tx<'_>, id: i64, status: &str, note: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(resources::table.find(id).filter(resources::status.eq("review")))
        .set((resources::status.eq(status), resources::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if rows == 0 {
        return Ok(false);
    }
    set_review(tx, id, None, note)?;
    Ok(true)
}

fn set_review(tx: &mut Tx<'_>, id: i64, by: Option<i64>, note: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(offers::table)
        .values((offers::resource_id.eq(id), offers::review_by.eq(by), offers::review_note.eq(note)))
        .on_conflict(offers::resource_id)
        .do_update()
        .set((offers::review_by.eq(by), offers::review_note.eq(note)))
        .execute(c))?;
    Ok(())
}

/// Takes a resource back; whether it was not taken back before.
pub fn mark_recalled(tx: &mut Tx<'_>, id: i64, by: i64, reason: &str, successor: Option<i64>) -> Result<bool> {
    let now = tx.now();
    let there: i64 = resources::table.find(id).count().get_result(&mut **tx)?;
    if there == 0 {
        return Err(Error::NotFound);
    }
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(offers::table)
        .values(offers::resource_id.eq(id))
        .on_conflict_do_nothing()
        .execute(c))?;
    let rows = diesel::update(offers::table.find(id).filter(offers::recalled_at.is_null()))
        .set((offers::recalled_at.eq(Some(now)), offers::recalled_by.eq(Some(by)), offers::recall_reason.eq(reason)))
        .execute(&mut **tx)?;
    if rows > 0 && successor.is_some() {
        diesel::update(offers::table.find(id)).set(offers::successor_id.eq(successor)).execute(&mut **tx)?;
    }
    Ok(rows > 0)
}
