//! Rules of the library.

use super::files::{self, Format};
use super::input::{ResourceInput, Vocabulary, check};
use super::jobs::enqueue_index;
use super::model::{Key, Whole};
use super::personal::{self, Owner};
use super::store;
use crate::access::Sight;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::members::store::{Tier, insert_audit};
use crate::programs::store::find_link_of;
use crate::web::viewer::{MemberId, Viewer};
use std::sync::Arc;

/// Publishes (or drafts) a new resource; answers its id.
///
/// # Errors
/// Invalid fields.
pub async fn create(house: &House, viewer: &Viewer, input: ResourceInput) -> Result<i64> {
    let (sight, input) = (Sight::of(viewer), Arc::new(input));
    house.db.write(move |tx| create_in(tx, sight, &input)).await
}

/// [`create`] inside a transaction of the caller.
///
/// # Errors
/// Invalid fields.
pub fn create_in(tx: &mut Tx<'_>, sight: Sight, input: &ResourceInput) -> Result<i64> {
    let known = Vocabulary::load(tx, sight)?;
    let ready = check(input, None, &known)?;
    let id = store::insert_resource(tx, &ready, sight.member)?;
    store::insert_variants(tx, id, &ready)?;
    store::insert_embargoes(tx, id, &ready)?;
    enqueue_index(tx, id, &ready.moments())?;
    insert_audit(tx, Some(sight.member), "resource.create", ("resource", Some(id)), &ready.title)?;
    Ok(id)
}

/// Changes a resource: what `input` leaves out stays.
///
/// # Errors
/// Not found; invalid fields.
pub async fn change(house: &House, viewer: &Viewer, id: i64, input: ResourceInput) -> Result<()> {
    let (sight, input) = (Sight::of(viewer), Arc::new(input));
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let old = store::find_visible(tx, sight, id, now)?;
            let known = Vocabulary::load(tx, sight)?;
            let ready = check(&input, Some(&old), &known)?;
            store::update_resource(tx, id, &ready)?;
            store::delete_parts(tx, id)?;
            store::insert_variants(tx, id, &ready)?;
            store::insert_embargoes(tx, id, &ready)?;
            enqueue_index(tx, id, &ready.moments())?;
            insert_audit(tx, Some(sight.member), "resource.change", ("resource", Some(id)), &ready.title)
        })
        .await
}

/// Takes a resource out of the library for good.
///
/// # Errors
/// Not found.
pub async fn remove(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let by = viewer.id;
    house
        .db
        .write(move |tx| {
            if !store::delete_resource(tx, id)? {
                return Err(Error::NotFound);
            }
            enqueue_index(tx, id, &[])?;
            insert_audit(tx, Some(by), "resource.delete", ("resource", Some(id)), "")
        })
        .await
}

/// What a text needs to know of a member: name, tier, code for the resource's program.
///
/// # Errors
/// When the database fails.
pub fn owner(conn: &mut Conn, whole: &Whole, tiers: &[Tier], who: (MemberId, &str, i32)) -> Result<Owner> {
    let (id, name, rank) = who;
    let tier = tiers.iter().find(|t| t.rank == rank);
    let code = match &whole.resource.program {
        Some(program) => find_link_of(conn, id, Some(program.id))?.map(|own| (own.url, own.reference)),
        None => None,
    };
    let tier = tier.map(|t| (t.name_de.clone(), t.name_en.clone())).unwrap_or_default();
    Ok(Owner { name: name.to_owned(), tier, code })
}

/// What a member wants to take away.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Which length; none: the first there is.
    pub key: Option<Key>,
    /// Which language; none: the member's own, else the other.
    pub lang: Option<Lang>,
    /// Which kind of file.
    pub format: Format,
}

/// A file made for one member.
pub struct Taken {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub format: Format,
    /// Strong entity tag.
    pub etag: String,
}

/// Makes the file and notes the download, once a day.
///
/// # Errors
/// Not found; conflict `no_affiliate_ref`.
pub async fn download(house: &House, viewer: &Viewer, id: i64, wish: Wish) -> Result<Taken> {
    let (sight, who, now) = (Sight::of(viewer), viewer.clone(), house.db.now());
    let (taken, key, lang) = house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let text = whole.choose(wish.key, wish.lang, who.lang).ok_or(Error::NotFound)?;
            let tiers = crate::members::store::list_tiers(c)?;
            let owner = owner(c, &whole, &tiers, (who.id, &who.name, who.tier_rank))?;
            let copy = personal::compose(text, &owner)?;
            let title = &whole.resource.title;
            let stem = format!("{}-{}-{}", stem_of(title, id), text.key().code(), text.lang().code());
            let bytes = files::write(&copy, wish.format, title, &stem)?;
            let name = format!("{stem}.{}", wish.format.code());
            let taken = Taken { etag: files::etag(&bytes), bytes, name, format: wish.format };
            Ok((taken, text.key(), text.lang()))
        })
        .await?;
    let member = viewer.id;
    house
        .db
        .write(move |tx| {
            if store::insert_download(tx, id, member, (key.code(), lang, wish.format.code()))? {
                store::mark_downloaded(tx, id)?;
            }
            Ok(())
        })
        .await?;
    Ok(taken)
}

/// The beginning of a file's name: the title as a slug of at most 60 characters.
fn stem_of(title: &str, id: i64) -> String {
    let slug: String = crate::text::slug(title).chars().take(60).collect();
    match slug.trim_end_matches('-') {
        "" => format!("material-{id}"),
        slug => slug.to_owned(),
    }
}
