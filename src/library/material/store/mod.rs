//! SQL of the material. Whoever reads for a member has asked the library before whether the resource is open to them.

mod collections;
mod desk;
mod marks;
mod told;

pub use collections::*;
pub use desk::*;
pub use marks::*;
pub use told::*;

use super::model::{Details, Piece, PieceInput};
use crate::db::schema::{file_uses, resource_details, resource_files, resources};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::files::{self, FileInfo};
use crate::library::files_used::USED_BY;
use crate::library::model::Resource;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// The details of a resource; empty where it has none.
pub fn find_details(conn: &mut Conn, id: i64) -> Result<Details> {
    let text: Option<String> =
        resource_details::table.find(id).select(resource_details::data).first(conn).optional()?;
    text.map_or_else(|| Ok(Details::default()), |t| serde_json::from_str(&t).map_err(Error::internal))
}

/// Refuses material whose last day is over; names the successor where there is one.
///
/// # Errors
/// Conflict `price_expired`.
pub fn check_fresh(conn: &mut Conn, resource: &Resource, now: Ms) -> Result<()> {
    if !find_details(conn, resource.id)?.is_over(now) {
        return Ok(());
    }
    Err(match resource.offer.as_ref().and_then(|o| o.successor_id) {
        Some(next) => Error::ConflictWith("price_expired", next),
        None => Error::Conflict("price_expired"),
    })
}

/// Writes the details of a resource.
pub fn save_details(tx: &mut Tx<'_>, id: i64, details: &Details) -> Result<()> {
    let text = serde_json::to_string(details).map_err(Error::internal)?;
    let valid = Some(details.valid_until.as_str()).filter(|d| !d.is_empty());
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(resource_details::table)
        .values((
            resource_details::resource_id.eq(id),
            resource_details::data.eq(&text),
            resource_details::valid_until.eq(valid),
        ))
        .on_conflict(resource_details::resource_id)
        .do_update()
        .set((resource_details::data.eq(&text), resource_details::valid_until.eq(valid)))
        .execute(c))?;
    Ok(())
}

/// The files of these resources with what is said about them, in their order.
pub fn list_pieces(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(Piece, FileInfo)>> {
    let pieces: Vec<Piece> = resource_files::table
        .filter(resource_files::resource_id.eq_any(ids.to_vec()))
        .order((resource_files::resource_id.asc(), resource_files::position.asc()))
        .load(conn)?;
    if pieces.is_empty() {
        return Ok(Vec::new());
    }
    let used = files::store::list_used(conn, USED_BY, ids)?;
    Ok(pieces
        .into_iter()
        .filter_map(|p| {
            let found = used.iter().find(|u| u.used_id == p.resource_id && u.file.id == p.file_id)?;
            Some((p, found.file.clone()))
        })
        .collect())
}

/// Puts these files into a resource in place of those it had. A file that is not in it yet must be `by`'s own.
pub fn replace_pieces(tx: &mut Tx<'_>, by: MemberId, id: i64, pieces: &[PieceInput]) -> Result<()> {
    let had: Vec<i64> = file_uses::table
        .filter(file_uses::used_by.eq(USED_BY))
        .filter(file_uses::used_id.eq(id))
        .select(file_uses::file_id)
        .load(&mut **tx)?;
    for file in had.iter().filter(|f| !pieces.iter().any(|p| p.file == **f)) {
        files::store::detach(tx, *file, USED_BY, id)?;
    }
    diesel::delete(resource_files::table.filter(resource_files::resource_id.eq(id))).execute(&mut **tx)?;
    for (i, piece) in pieces.iter().enumerate() {
        if !had.contains(&piece.file) {
            files::store::attach(tx, by, piece.file, USED_BY, id).map_err(|e| in_list(e, i))?;
        }
        insert_piece(tx, id, i, piece)?;
    }
    Ok(())
}

/// The error of one file says which one of the list it is.
fn in_list(error: Error, i: usize) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            for field in &mut fields {
                field.field = format!("files[{i}].{}", field.field).into();
            }
            Error::Invalid(fields)
        }
        other => other,
    }
}

fn insert_piece(tx: &mut Tx<'_>, id: i64, position: usize, piece: &PieceInput) -> Result<()> {
    let or =
        |value: &str, otherwise: &str| if value.is_empty() { otherwise.to_owned() } else { value.trim().to_owned() };
    diesel::insert_into(resource_files::table)
        .values((
            resource_files::resource_id.eq(id),
            resource_files::file_id.eq(piece.file),
            resource_files::position.eq(i32::try_from(position).unwrap_or(i32::MAX)),
            resource_files::role.eq(or(&piece.role, "other")),
            resource_files::title.eq(piece.title.trim()),
            resource_files::alt_de.eq(piece.alt.de.trim()),
            resource_files::alt_en.eq(piece.alt.en.trim()),
            resource_files::licence.eq(or(&piece.licence, "partner")),
            resource_files::credit.eq(piece.credit.trim()),
            resource_files::lang.eq(&piece.lang),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Marks a resource as changed: its material is part of it.
pub fn touch(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(resources::table.find(id))
        .set((resources::rev.eq(resources::rev + 1), resources::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// The first picture of each of these resources: a face for its card.
pub fn list_faces(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, FileInfo)>> {
    let mut out: Vec<(i64, FileInfo)> = Vec::new();
    for (piece, file) in list_pieces(conn, ids)? {
        let known = out.iter().any(|(id, _)| *id == piece.resource_id);
        if !known && file.is_ready() && (file.is_picture() || file.mime == "image/svg+xml") {
            out.push((piece.resource_id, file));
        }
    }
    Ok(out)
}

/// The details of these resources; those without are left out.
pub fn list_details(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, Details)>> {
    let found: Vec<(i64, String)> = resource_details::table
        .filter(resource_details::resource_id.eq_any(ids.to_vec()))
        .select((resource_details::resource_id, resource_details::data))
        .load(conn)?;
    found.into_iter().map(|(id, t)| Ok((id, serde_json::from_str(&t).map_err(Error::internal)?))).collect()
}
