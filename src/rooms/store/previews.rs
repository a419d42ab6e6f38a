//! SQL of link previews.

use crate::db::schema::{link_previews, messages};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use diesel::prelude::*;

/// What a linked page says about itself.
#[derive(Debug, Clone, Queryable)]
pub struct Preview {
    /// Row id.
    pub id: i64,
    /// Address.
    pub url: String,
    /// `found`, or `none` where the page says nothing.
    pub state: String,
    /// Title.
    pub title: String,
    /// A sentence or two.
    pub summary: String,
    /// Name of the site.
    pub site: String,
    /// Whether there is an image.
    pub has_image: bool,
    /// When it was fetched.
    pub fetched_at: Ms,
}

/// What is known of an address.
pub fn find_preview(conn: &mut Conn, url: &str) -> Result<Option<Preview>> {
    Ok(link_previews::table
        .filter(link_previews::url.eq(url))
        .select((
            link_previews::id,
            link_previews::url,
            link_previews::state,
            link_previews::title,
            link_previews::summary,
            link_previews::site,
            link_previews::image.is_not_null(),
            link_previews::fetched_at,
        ))
        .first(conn)
        .optional()?)
}

/// A preview about to be kept.
#[derive(Debug, Clone, Default)]
pub struct NewPreview {
    /// Title; empty where nothing was found.
    pub title: String,
    /// A sentence or two.
    pub summary: String,
    /// Name of the site.
    pub site: String,
    /// Small image.
    pub image: Option<Vec<u8>>,
}

/// Keeps what was found behind an address.
pub fn put_preview(tx: &mut Tx<'_>, url: &str, new: &NewPreview) -> Result<()> {
    let now = tx.now();
    let state = if new.title.is_empty() { "none" } else { "found" };
    let values = (
        link_previews::state.eq(state),
        link_previews::title.eq(&new.title),
        link_previews::summary.eq(&new.summary),
        link_previews::site.eq(&new.site),
        link_previews::image.eq(new.image.as_deref()),
        link_previews::fetched_at.eq(now),
    );
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(link_previews::table)
        .values((link_previews::url.eq(url), values))
        .on_conflict(link_previews::url)
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// The image of a preview.
pub fn find_preview_image(conn: &mut Conn, id: i64) -> Result<Option<Vec<u8>>> {
    Ok(link_previews::table.find(id).select(link_previews::image).first::<Option<Vec<u8>>>(conn).optional()?.flatten())
}

/// Puts something below the body of a message that still has this revision; answers whether it had.
pub fn set_cards(tx: &mut Tx<'_>, message: i64, rev: i32, cards: &str) -> Result<bool> {
    let same = messages::table
        .find(message)
        .filter(messages::rev.eq(rev))
        .filter(messages::deleted_at.is_null())
        .filter(messages::cards.ne(cards));
    Ok(diesel::update(same).set(messages::cards.eq(cards)).execute(&mut **tx)? == 1)
}

/// A message as its preview needs it.
#[derive(Debug, Queryable)]
pub struct Linked {
    /// Number of edits.
    pub rev: i32,
    /// Safe HTML.
    pub html: String,
    /// What stands below it.
    pub cards: String,
}

/// A message that is still there, with its room.
pub fn find_any(conn: &mut Conn, message: i64) -> Result<Option<(i64, Linked)>> {
    Ok(messages::table
        .find(message)
        .filter(messages::deleted_at.is_null())
        .select((messages::room_id, (messages::rev, messages::html, messages::cards)))
        .first(conn)
        .optional()?)
}
