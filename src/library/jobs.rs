//! Keeps the search in step with the library, behind the commit: a resource is in the index for exactly the tiers
//! that may see it now, and is looked at again at each moment that changes this (publication, end of an embargo).

use super::letters::Recalled;
use super::marks;
use super::model::Whole;
use super::store;
use crate::access::Sight;
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs::{NewJob, enqueue};
use crate::mail::To;
use crate::members::store::{Tier, list_tiers};
use crate::notices::actions::notify;
use crate::notices::kinds;
use crate::notices::model::Notice;
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

/// Tells everybody who took a resource that it was taken back.
pub const RECALL: &str = "library.recall";

/// Payload of [`RECALL`].
#[derive(Debug, Serialize, Deserialize)]
pub struct TellTakers {
    /// The resource.
    pub id: i64,
}

/// Takers told in one transaction.
const AT_ONCE: i64 = 100;

/// Runs [`RECALL`]: a letter to each taker, once, in the transaction that notes it. A crash between two rounds repeats
/// nothing and leaves nobody out.
///
/// # Errors
/// When the database fails or a letter does not render.
pub async fn tell_takers(house: House, job: TellTakers) -> Result<()> {
    loop {
        let for_tx = house.clone();
        let id = job.id;
        let told = house.db.write_background(move |tx| tell_some(&for_tx, tx, id)).await?;
        if told == 0 {
            return Ok(());
        }
    }
}

fn tell_some(house: &House, tx: &mut Tx<'_>, id: i64) -> Result<usize> {
    let everything = Sight { member: MemberId(0), rank: i32::MAX, team: true, manages: true };
    let now = tx.now();
    let whole = match store::find_visible(tx, everything, id, now) {
        Ok(whole) => whole,
        Err(Error::NotFound) => return Ok(0),
        Err(other) => return Err(other),
    };
    let offer = whole.resource.offer.clone().unwrap_or_default();
    let successor = match offer.successor_id {
        Some(next) => store::kits::find_title(tx, next)?,
        None => None,
    };
    let link = |id: i64| house.config.absolute(&format!("/library/{id}"));
    let untold = store::recalls::list_untold(tx, id, AT_ONCE)?;
    for taker in &untold {
        if !store::recalls::insert_tell(tx, id, taker.member_id)? {
            continue;
        }
        let letter = Recalled {
            name: taker.name.clone(),
            title: whole.resource.title.clone(),
            reason: offer.recall_reason.clone(),
            link: link(id),
            successor_link: offer.successor_id.filter(|_| successor.is_some()).map(link).unwrap_or_default(),
            successor: successor.clone().unwrap_or_default(),
        };
        let to = To { email: taker.email.clone(), name: taker.name.clone(), lang: Lang::stored(&taker.locale) };
        house.mailer.post(tx, &to, &letter)?;
        // Without a subject: it is told to those who may not see the resource any more, too.
        let args = serde_json::json!({ "title": whole.resource.title });
        notify(tx, &Notice::new(MemberId(taker.member_id), &kinds::RESOURCE_RECALLED, format!("/library/{id}"), args))?;
    }
    Ok(untold.len())
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
    super::material::jobs::refresh_prints(tx, &whole)?;
    super::material::tell::enqueue_tell(tx, &whole)?;
    let tiers = list_tiers(tx)?;
    let Some(min_rank) = open_from(&whole, &tiers, now) else { return search::remove(tx, "resource", id) };
    let niche_id = store::niche_of(tx, id)?;
    let texts: Vec<String> =
        whole.variants.iter().map(|v| plain_text(&without_fields(&marks::strip(&v.body)))).collect();
    let languages: Vec<&str> = whole.variants.iter().map(|v| v.lang.as_str()).collect();
    let lang = match languages.as_slice() {
        [first, rest @ ..] if rest.iter().all(|l| l == first) => (*first).to_owned(),
        _ => String::new(),
    };
    let about = whole.resource.offer.as_ref().map(|o| format!("{} {}", o.occasion, o.problem)).unwrap_or_default();
    let details = super::material::store::find_details(tx, id)?;
    let entry = Entry {
        kind: "resource",
        object_id: id,
        niche_id,
        min_rank,
        lang,
        path: format!("/library/{id}"),
        own_title: true,
        body: format!("{}\n{}\n{}\n{}", whole.resource.summary, about, texts.join("\n"), details.text()),
        author_id: None,
        created_at: whole.resource.created_at,
        title: whole.resource.title,
    };
    search::put(tx, &entry)
}

/// The lowest tier that sees it now; nobody: none.
fn open_from(whole: &Whole, tiers: &[Tier], now: Ms) -> Option<i32> {
    let r = &whole.resource;
    if r.offer.as_ref().is_some_and(|o| o.recalled_at.is_some()) {
        return None;
    }
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
