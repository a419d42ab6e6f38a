//! What the team wants to know: near copies, bulk uploads, use, quality.

use crate::db::schema::{
    bulk_uploads, downloads, file_uses, files, members, resource_details, resource_files, resource_offers,
    resource_variants, resources, text_prints,
};
use crate::db::{Conn, DAY, Ms, Tx};
use crate::error::Result;
use crate::library::files_used::USED_BY;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Writes the prints of a resource in place of those it had: place (`short.de`, `details`) and print.
pub fn save_prints(tx: &mut Tx<'_>, id: i64, prints: &[(String, i64)]) -> Result<()> {
    diesel::delete(text_prints::table.filter(text_prints::resource_id.eq(id))).execute(&mut **tx)?;
    for (place, print) in prints {
        diesel::insert_into(text_prints::table)
            .values((text_prints::resource_id.eq(id), text_prints::place.eq(place), text_prints::print.eq(*print)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Every print there is: resource, place, print.
pub fn list_prints(conn: &mut Conn) -> Result<Vec<(i64, String, i64)>> {
    Ok(text_prints::table
        .order((text_prints::resource_id.asc(), text_prints::place.asc()))
        .select((text_prints::resource_id, text_prints::place, text_prints::print))
        .load(conn)?)
}

/// Files that lie in more than one resource or more than once in the store: hash, resource, name.
pub fn list_same_files(conn: &mut Conn) -> Result<Vec<(String, i64, String)>> {
    let twice: Vec<String> = file_uses::table
        .inner_join(files::table)
        .filter(file_uses::used_by.eq(USED_BY))
        .filter(files::sha256.ne(""))
        .group_by(files::sha256)
        .having(diesel::dsl::count_star().gt(1))
        .select(files::sha256)
        .limit(200)
        .load(conn)?;
    if twice.is_empty() {
        return Ok(Vec::new());
    }
    Ok(file_uses::table
        .inner_join(files::table)
        .filter(file_uses::used_by.eq(USED_BY))
        .filter(files::sha256.eq_any(twice))
        .order((files::sha256.asc(), file_uses::used_id.asc()))
        .select((files::sha256, file_uses::used_id, files::name))
        .load(conn)?)
}

/// Resources that hold a file of this content.
pub fn list_holders(conn: &mut Conn, sha256: &str) -> Result<Vec<(i64, String)>> {
    let ids: Vec<i64> = file_uses::table
        .inner_join(files::table)
        .filter(file_uses::used_by.eq(USED_BY))
        .filter(files::sha256.eq(sha256))
        .select(file_uses::used_id)
        .limit(20)
        .load(conn)?;
    list_titles(conn, &ids)
}

/// Titles of these resources.
pub fn list_titles(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let mut out = Vec::new();
    for some in ids.chunks(500) {
        out.extend(
            resources::table
                .filter(resources::id.eq_any(some.to_vec()))
                .select((resources::id, resources::title))
                .load::<(i64, String)>(conn)?,
        );
    }
    Ok(out)
}

/// One resource as the quality queue looks at it.
#[derive(Debug, Clone, Queryable)]
pub struct Subject {
    /// Row id.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Niche, program: without either nobody finds it.
    pub niche_id: Option<i64>,
    /// Program.
    pub program_id: Option<i64>,
    /// Downloads ever.
    pub downloads: i64,
    /// When it was made.
    pub created_at: Ms,
    /// When it was changed.
    pub updated_at: Ms,
    /// Last day of its prices.
    pub valid_until: Option<String>,
    /// Details as JSON.
    pub details: Option<String>,
    /// Sum of its stars.
    pub star_sum: i64,
    /// How many gave some.
    pub star_count: i64,
    /// End of its offer.
    pub offer_until: Option<Ms>,
}

/// Every published resource.
pub fn list_subjects(conn: &mut Conn) -> Result<Vec<Subject>> {
    Ok(resources::table
        .left_join(resource_details::table)
        .left_join(resource_offers::table)
        .filter(resources::status.eq("published"))
        .filter(resource_offers::recalled_at.nullable().is_null())
        .order(resources::id.asc())
        .select((
            resources::id,
            resources::kind,
            resources::title,
            resources::niche_id,
            resources::program_id,
            resources::download_count,
            resources::created_at,
            resources::updated_at,
            resource_details::valid_until.nullable(),
            resource_details::data.nullable(),
            resources::star_sum,
            resources::star_count,
            resource_offers::valid_until.nullable(),
        ))
        .load(conn)?)
}

/// Languages of the texts: resource and language.
pub fn list_text_languages(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    Ok(resource_variants::table
        .select((resource_variants::resource_id, resource_variants::lang))
        .distinct()
        .load(conn)?)
}

/// Pictures without a text for those who do not see them: their resources.
pub fn list_without_alt(conn: &mut Conn) -> Result<Vec<i64>> {
    Ok(resource_files::table
        .inner_join(files::table)
        .filter(files::mime.like("image/%"))
        .filter(resource_files::alt_de.eq("").or(resource_files::alt_en.eq("")))
        .select(resource_files::resource_id)
        .distinct()
        .load(conn)?)
}

/// Resources that hold at least one file.
pub fn list_with_files(conn: &mut Conn) -> Result<Vec<i64>> {
    Ok(resource_files::table.select(resource_files::resource_id).distinct().load(conn)?)
}

/// Downloads since `from`: resource, format, how many, from how many people.
pub fn count_downloads(conn: &mut Conn, from: Ms) -> Result<Vec<(i64, String, i64, i64)>> {
    Ok(downloads::table
        .filter(downloads::at.ge(from))
        .group_by((downloads::resource_id, downloads::format))
        .select((downloads::resource_id, downloads::format, diesel::dsl::count_star(), people()))
        .load(conn)?)
}

/// Downloads since `from`: tier rank, how many, from how many people.
pub fn count_tiers(conn: &mut Conn, from: Ms) -> Result<Vec<(i32, i64, i64)>> {
    Ok(downloads::table
        .inner_join(members::table)
        .filter(downloads::at.ge(from))
        .group_by(members::tier_rank)
        .select((members::tier_rank, diesel::dsl::count_star(), people()))
        .load(conn)?)
}

/// How many people a group of downloads is from.
fn people() -> diesel::expression::SqlLiteral<diesel::sql_types::BigInt> {
    diesel::dsl::sql("COUNT(DISTINCT downloads.member_id)")
}

/// Downloads of each day since `from`: day since 1970 and how many.
pub fn count_days(conn: &mut Conn, from: Ms) -> Result<Vec<(i32, i64)>> {
    Ok(downloads::table
        .filter(downloads::at.ge(from - from.rem_euclid(DAY)))
        .group_by(downloads::day)
        .select((downloads::day, diesel::dsl::count_star()))
        .order(downloads::day.asc())
        .load(conn)?)
}

/// People who took something since `from`.
pub fn count_takers(conn: &mut Conn, from: Ms) -> Result<i64> {
    Ok(downloads::table.filter(downloads::at.ge(from)).select(people()).first(conn)?)
}

/// A bulk upload as stored.
#[derive(Debug, Clone, Queryable)]
pub struct BulkRow {
    /// Row id.
    pub id: i64,
    /// Who brought it.
    pub created_by: i64,
    /// The archive.
    pub file_id: i64,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// `queued`, `done` or `failed`.
    pub status: String,
    /// Report as JSON.
    pub report: String,
    /// When it was sent.
    pub created_at: Ms,
    /// When it ended.
    pub finished_at: Option<Ms>,
}

/// Notes a bulk upload that will run.
pub fn insert_bulk(tx: &mut Tx<'_>, by: MemberId, file: i64, dry_run: bool) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(bulk_uploads::table)
        .values((
            bulk_uploads::created_by.eq(by.0),
            bulk_uploads::file_id.eq(file),
            bulk_uploads::dry_run.eq(dry_run),
            bulk_uploads::created_at.eq(now),
        ))
        .returning(bulk_uploads::id)
        .get_result(&mut **tx)?)
}

/// One bulk upload.
pub fn find_bulk(conn: &mut Conn, id: i64) -> Result<BulkRow> {
    Ok(bulk_uploads::table.find(id).first(conn)?)
}

/// The newest bulk uploads.
pub fn list_bulks(conn: &mut Conn, limit: i64) -> Result<Vec<BulkRow>> {
    Ok(bulk_uploads::table.order(bulk_uploads::id.desc()).limit(limit).load(conn)?)
}

/// Ends a bulk upload; false: it had ended before.
pub fn finish_bulk(tx: &mut Tx<'_>, id: i64, status: &str, report: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(bulk_uploads::table.find(id).filter(bulk_uploads::status.eq("queued")))
        .set((
            bulk_uploads::status.eq(status),
            bulk_uploads::report.eq(report),
            bulk_uploads::finished_at.eq(Some(now)),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}
