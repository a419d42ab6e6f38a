//! Collections: resources that belong together, in the team's order. A member sees of one what they may see, and none
//! of which they may see nothing.

use super::store::{self, Collection, NewCollection};
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::library::model::{Filter, Resource};
use crate::library::store::list_visible;
use crate::members::store::insert_audit;
use crate::settings::Bilingual;
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Viewer};
use serde::Deserialize;
use utoipa::ToSchema;

/// Resources of one collection at most.
const MOST: usize = 100;

/// A collection as sent.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionInput {
    /// One language suffices.
    pub title: Bilingual,
    /// What it is for.
    #[serde(default)]
    pub summary: Bilingual,
    /// Ids of its resources, in order.
    #[serde(default)]
    pub items: Vec<i64>,
}

impl CollectionInput {
    fn check(&self) -> Result<NewCollection> {
        let mut c = Check::new();
        if self.title.is_empty() {
            c.add(FieldError::new("title", "required"));
        }
        let title = (c.line("title", &self.title.de, 0, 200), c.line("title", &self.title.en, 0, 200));
        let summary = (c.text("summary", &self.summary.de, 0, 1000), c.text("summary", &self.summary.en, 0, 1000));
        if self.items.len() > MOST {
            c.add(FieldError::new("items", "too_many").arg("max", MOST));
        }
        c.done()?;
        let mut items: Vec<i64> = Vec::new();
        for id in &self.items {
            if !items.contains(id) {
                items.push(*id);
            }
        }
        Ok(NewCollection { title, summary, items })
    }
}

/// A collection with what a viewer sees of it.
pub struct Shown {
    /// The row.
    pub collection: Collection,
    /// Its resources that are open to the viewer, in order.
    pub items: Vec<Resource>,
}

/// Every collection of which `sight` sees something; the team sees empty ones as well.
///
/// # Errors
/// When the database cannot be read.
pub fn list(conn: &mut Conn, sight: Sight, now: Ms) -> Result<Vec<Shown>> {
    let all = store::list_collections(conn)?;
    let ids: Vec<i64> = all.iter().map(|c| c.id).collect();
    let items = store::list_items(conn, &ids)?;
    let wanted: Vec<i64> = items.iter().map(|(_, r)| *r).collect();
    let open = list_visible(conn, sight, &Filter { ids: Some(wanted), ..Filter::default() }, now, 10_000)?;
    Ok(all
        .into_iter()
        .map(|collection| {
            let own = items.iter().filter(|(c, _)| *c == collection.id);
            let items = own.filter_map(|(_, r)| open.iter().find(|o| o.id == *r).cloned()).collect();
            Shown { collection, items }
        })
        .filter(|s| sight.manages || !s.items.is_empty())
        .collect())
}

/// One collection as `sight` sees it.
///
/// # Errors
/// Not found, also where nothing of it is open.
pub fn find(conn: &mut Conn, sight: Sight, id: i64, now: Ms) -> Result<Shown> {
    let collection = store::find_collection(conn, id)?;
    let wanted: Vec<i64> = store::list_items(conn, &[id])?.into_iter().map(|(_, r)| r).collect();
    let open = list_visible(conn, sight, &Filter { ids: Some(wanted.clone()), ..Filter::default() }, now, 1_000)?;
    let items: Vec<Resource> = wanted.iter().filter_map(|r| open.iter().find(|o| o.id == *r).cloned()).collect();
    if items.is_empty() && !sight.manages {
        return Err(Error::NotFound);
    }
    Ok(Shown { collection, items })
}

/// Stores a collection, or changes the one given; answers its id.
///
/// # Errors
/// Wrong fields; not found; a resource that is not there.
pub async fn save(house: &House, by: MemberId, id: Option<i64>, input: &CollectionInput) -> Result<i64> {
    let new = input.check()?;
    house
        .db
        .write(move |tx| {
            let known = store::list_titles(tx, &new.items)?;
            if let Some(i) = new.items.iter().position(|r| !known.iter().any(|(k, _)| k == r)) {
                return Err(Error::field(format!("items[{i}]"), "not_found"));
            }
            let id = store::save_collection(tx, id, &new, by)?;
            insert_audit(tx, Some(by), "collection.save", ("collection", Some(id)), &new.title.0)?;
            Ok(id)
        })
        .await
}

/// Deletes a collection; its resources stay.
///
/// # Errors
/// Not found.
pub async fn remove(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let by = viewer.id;
    house
        .db
        .write(move |tx| {
            if !store::delete_collection(tx, id)? {
                return Err(Error::NotFound);
            }
            insert_audit(tx, Some(by), "collection.delete", ("collection", Some(id)), "")
        })
        .await
}
