//! Keeps the search in step with the library, behind the commit: a resource is in the index for exactly the tiers
//! that may see it now, and is looked at again at each moment that changes this (publication, end of an embargo).

use super::model::Whole;
use super::store;
use crate::access::Sight;
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::members::store::{Tier, list_tiers};
use crate::search::{self, Entry};
use crate::text::plain_text;
use crate::web::viewer::MemberId;
use serde::{Deserialize, Serialize};

/// Puts one resource into the search, or takes it out.
pub const INDEX: &str = "library.index";

/// Payload of [`INDEX`].
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexResource {
    /// The resource.
    pub id: i64,
}

/// Asks for a resource to be indexed after this commit, and again at each of `moments`.
///
/// # Errors
/// When a job cannot be written.
pub fn enqueue_index(tx: &mut Tx<'_>, id: i64, moments: &[Ms]) -> Result<()> {
    let now = tx.now();
    enqueue(tx, NewJob::new(INDEX, &IndexResource { id })?)?;
    for at in moments.iter().filter(|at| **at > now) {
        enqueue(tx, NewJob::new(INDEX, &IndexResource { id })?.at(*at).once(format!("{INDEX}:{id}:{at}")))?;
    }
    Ok(())
}

/// Runs [`INDEX`].
///
/// # Errors
/// When the database fails.
pub async fn index(house: House, job: IndexResource) -> Result<()> {
    house.db.write_background(move |tx| index_resource(tx, job.id)).await
}

fn index_resource(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let everything = Sight { member: MemberId(0), rank: i32::MAX, team: true, manages: true };
    let now = tx.now();
    let whole = match store::find_visible(tx, everything, id, now) {
        Ok(whole) => whole,
        Err(Error::NotFound) => return search::remove(tx, "resource", id),
        Err(other) => return Err(other),
    };
    let tiers = list_tiers(tx)?;
    let Some(min_rank) = open_from(&whole, &tiers, now) else { return search::remove(tx, "resource", id) };
    let niche_id = store::niche_of(tx, id)?;
    let texts: Vec<String> = whole.variants.iter().map(|v| plain_text(&without_fields(&v.body))).collect();
    let languages: Vec<&str> = whole.variants.iter().map(|v| v.lang.as_str()).collect();
    let lang = match languages.as_slice() {
        [first, rest @ ..] if rest.iter().all(|l| l == first) => (*first).to_owned(),
        _ => String::new(),
    };
    let entry = Entry {
        kind: "resource",
        object_id: id,
        niche_id,
        min_rank,
        lang,
        path: format!("/library/{id}"),
        own_title: true,
        body: format!("{}\n{}", whole.resource.summary, texts.join("\n")),
        created_at: whole.resource.created_at,
        title: whole.resource.title,
    };
    search::put(tx, &entry)
}

/// The lowest tier that sees it now; nobody: none.
fn open_from(whole: &Whole, tiers: &[Tier], now: Ms) -> Option<i32> {
    let r = &whole.resource;
    if r.status != "published" || r.publish_at.is_some_and(|at| at > now) {
        return None;
    }
    let waiting = whole.embargoes.iter().filter(|e| e.until > now).map(|e| e.rank).max();
    tiers.iter().map(|t| t.rank).find(|rank| *rank >= r.min_rank && waiting.is_none_or(|w| *rank > w))
}

/// The words of a template without its merge fields.
fn without_fields(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, field)) = rest.split_once("{{") {
        out.push_str(before);
        out.push('…');
        rest = field.split_once("}}").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}
