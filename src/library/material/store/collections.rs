//! Collections: resources that belong together, in the team's order.

use crate::db::schema::{collection_items, collections};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A collection as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Collection {
    /// Row id.
    pub id: i64,
    /// German title.
    pub title_de: String,
    /// English title.
    pub title_en: String,
    /// What it is for, German.
    pub summary_de: String,
    /// What it is for, English.
    pub summary_en: String,
    /// When it was changed.
    pub updated_at: i64,
}

const ROW: (
    collections::id,
    collections::title_de,
    collections::title_en,
    collections::summary_de,
    collections::summary_en,
    collections::updated_at,
) = (
    collections::id,
    collections::title_de,
    collections::title_en,
    collections::summary_de,
    collections::summary_en,
    collections::updated_at,
);

/// A checked collection, ready to be stored.
#[derive(Debug, Clone)]
pub struct NewCollection {
    /// German and English title.
    pub title: (String, String),
    /// German and English summary.
    pub summary: (String, String),
    /// Its resources in order.
    pub items: Vec<i64>,
}

/// All collections, the newest first.
pub fn list_collections(conn: &mut Conn) -> Result<Vec<Collection>> {
    Ok(collections::table
        .order((collections::updated_at.desc(), collections::id.desc()))
        .limit(200)
        .select(ROW)
        .load(conn)?)
}

/// One collection.
pub fn find_collection(conn: &mut Conn, id: i64) -> Result<Collection> {
    Ok(collections::table.find(id).select(ROW).first(conn)?)
}

/// What lies in these collections, in order: collection and resource.
pub fn list_items(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    Ok(collection_items::table
        .filter(collection_items::collection_id.eq_any(ids.to_vec()))
        .order((collection_items::collection_id.asc(), collection_items::position.asc()))
        .select((collection_items::collection_id, collection_items::resource_id))
        .load(conn)?)
}

/// Stores a collection, or changes the one given.
pub fn save_collection(tx: &mut Tx<'_>, id: Option<i64>, new: &NewCollection, by: MemberId) -> Result<i64> {
    let now = tx.now();
    let values = (
        collections::title_de.eq(&new.title.0),
        collections::title_en.eq(&new.title.1),
        collections::summary_de.eq(&new.summary.0),
        collections::summary_en.eq(&new.summary.1),
        collections::updated_at.eq(now),
    );
    let id = match id {
        None => diesel::insert_into(collections::table)
            .values((values, collections::created_by.eq(Some(by.0))))
            .returning(collections::id)
            .get_result(&mut **tx)?,
        Some(id) => {
            let rows = diesel::update(collections::table.find(id)).set(values).execute(&mut **tx)?;
            if rows == 0 {
                return Err(crate::error::Error::NotFound);
            }
            diesel::delete(collection_items::table.filter(collection_items::collection_id.eq(id)))
                .execute(&mut **tx)?;
            id
        }
    };
    for (i, resource) in new.items.iter().enumerate() {
        diesel::insert_into(collection_items::table)
            .values((
                collection_items::collection_id.eq(id),
                collection_items::resource_id.eq(*resource),
                collection_items::position.eq(i32::try_from(i).unwrap_or(i32::MAX)),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

/// Deletes a collection; its resources stay.
pub fn delete_collection(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(diesel::delete(collections::table.find(id)).execute(&mut **tx)? == 1)
}
