//! SQL of what members think: favourites, stars with a comment, wishes for other texts.

use crate::db::schema::{
    members, resource_favourites as favourites, resource_ratings as ratings, resources, text_wishes as wishes,
};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Keeps a favourite or lets it go.
pub fn set_favourite(tx: &mut Tx<'_>, id: i64, member: MemberId, on: bool) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    if on {
        on!(conn, c => diesel::insert_into(favourites::table)
            .values((favourites::member_id.eq(member.0), favourites::resource_id.eq(id), favourites::at.eq(now)))
            .on_conflict_do_nothing()
            .execute(c))?;
    } else {
        diesel::delete(favourites::table.find((member.0, id))).execute(conn)?;
    }
    Ok(())
}

/// Which of `ids` are favourites of a member.
pub fn list_favourites(conn: &mut Conn, member: MemberId, ids: &[i64]) -> Result<Vec<i64>> {
    Ok(favourites::table
        .filter(favourites::member_id.eq(member.0))
        .filter(favourites::resource_id.eq_any(ids.to_vec()))
        .select(favourites::resource_id)
        .load(conn)?)
}

/// Stars of one member.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Rating {
    /// Who.
    pub member_id: i64,
    /// Shown name.
    pub name: String,
    /// 1 to 5.
    pub stars: i32,
    /// May be empty.
    pub comment: String,
    /// When.
    pub at: Ms,
}

/// Keeps the stars of a member, in place of the ones before.
pub fn put_rating(tx: &mut Tx<'_>, id: i64, member: MemberId, stars: i32, comment: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(ratings::table)
        .values((
            ratings::resource_id.eq(id),
            ratings::member_id.eq(member.0),
            ratings::stars.eq(stars),
            ratings::comment.eq(comment),
            ratings::at.eq(now),
        ))
        .on_conflict((ratings::resource_id, ratings::member_id))
        .do_update()
        .set((ratings::stars.eq(stars), ratings::comment.eq(comment), ratings::at.eq(now)))
        .execute(c))?;
    count_stars(tx, id)
}

/// Takes the stars of a member away; whether there were any.
pub fn delete_rating(tx: &mut Tx<'_>, id: i64, member: MemberId) -> Result<bool> {
    let rows = diesel::delete(ratings::table.find((id, member.0))).execute(&mut **tx)?;
    count_stars(tx, id)?;
    Ok(rows > 0)
}

/// Sum and number are kept with the resource. The rank weighs few stars as if three members of the middle had voted
/// too, so that one five does not beat forty fours.
fn count_stars(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let (sum, count): (i64, i64) = ratings::table
        .filter(ratings::resource_id.eq(id))
        .select((sql::<BigInt>("CAST(COALESCE(SUM(stars), 0) AS BIGINT)"), count_star()))
        .first(&mut **tx)?;
    let rank = if count == 0 { 0 } else { (sum * 1_000 + 3 * 3_000) / (count + 3) };
    diesel::update(resources::table.find(id))
        .set((
            resources::star_sum.eq(sum),
            resources::star_count.eq(count),
            resources::star_rank.eq(i32::try_from(rank).unwrap_or(0)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The newest stars of a resource with their comments.
pub fn list_ratings(conn: &mut Conn, id: i64, limit: i64) -> Result<Vec<Rating>> {
    Ok(ratings::table
        .inner_join(members::table)
        .filter(ratings::resource_id.eq(id))
        .order(ratings::at.desc())
        .limit(limit)
        .select((ratings::member_id, members::name, ratings::stars, ratings::comment, ratings::at))
        .load(conn)?)
}

/// The stars of one member.
pub fn find_rating(conn: &mut Conn, id: i64, member: MemberId) -> Result<Option<(i32, String)>> {
    Ok(ratings::table.find((id, member.0)).select((ratings::stars, ratings::comment)).first(conn).optional()?)
}

/// A wish for another text.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Wish {
    /// Row id.
    pub id: i64,
    /// The resource.
    pub resource_id: i64,
    /// Its title.
    pub title: String,
    /// Who wishes.
    pub member_id: i64,
    /// Shown name.
    pub name: String,
    /// What.
    pub wish: String,
    /// `open`, `done` or `declined`.
    pub status: String,
    /// What the team says.
    pub answer: String,
    /// When.
    pub created_at: Ms,
}

/// Keeps a wish.
pub fn insert_wish(tx: &mut Tx<'_>, id: i64, member: MemberId, wish: &str) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(wishes::table)
        .values((
            wishes::resource_id.eq(id),
            wishes::member_id.eq(member.0),
            wishes::wish.eq(wish),
            wishes::created_at.eq(now),
        ))
        .returning(wishes::id)
        .get_result(&mut **tx)?)
}

/// Wishes, newest first: open ones of everybody, or all of one member.
pub fn list_wishes(conn: &mut Conn, of: Option<MemberId>, limit: i64) -> Result<Vec<Wish>> {
    let mut query = wishes::table.inner_join(resources::table).inner_join(members::table).into_boxed();
    query = match of {
        Some(member) => query.filter(wishes::member_id.eq(member.0)),
        None => query.filter(wishes::status.eq("open")),
    };
    Ok(query
        .order(wishes::id.desc())
        .limit(limit)
        .select((
            wishes::id,
            wishes::resource_id,
            resources::title,
            wishes::member_id,
            members::name,
            wishes::wish,
            wishes::status,
            wishes::answer,
            wishes::created_at,
        ))
        .load(conn)?)
}

/// How many wishes of a member are open.
pub fn count_open_wishes(conn: &mut Conn, member: MemberId) -> Result<i64> {
    let open = wishes::table.filter(wishes::member_id.eq(member.0)).filter(wishes::status.eq("open"));
    Ok(open.count().get_result(conn)?)
}

/// Answers an open wish; who wished what of which resource.
pub fn close_wish(tx: &mut Tx<'_>, id: i64, by: MemberId, status: &str, answer: &str) -> Result<Option<(i64, i64)>> {
    let now = tx.now();
    let rows = diesel::update(wishes::table.find(id).filter(wishes::status.eq("open")))
        .set((
            wishes::status.eq(status),
            wishes::answer.eq(answer),
            wishes::closed_at.eq(Some(now)),
            wishes::closed_by.eq(Some(by.0)),
        ))
        .execute(&mut **tx)?;
    if rows == 0 {
        return Ok(None);
    }
    Ok(wishes::table.find(id).select((wishes::member_id, wishes::resource_id)).first(&mut **tx).optional()?)
}

/// Every star of a member: resource, stars, comment.
pub fn list_of_member(conn: &mut Conn, member: MemberId) -> Result<Vec<(i64, i32, String)>> {
    Ok(ratings::table
        .filter(ratings::member_id.eq(member.0))
        .order(ratings::resource_id.asc())
        .select((ratings::resource_id, ratings::stars, ratings::comment))
        .load(conn)?)
}
