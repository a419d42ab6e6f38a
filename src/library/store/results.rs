//! SQL of what became of a text: downloads, clicks on its short links, sales by its sub-id.

use crate::db::schema::{conversions, downloads, link_clicks, short_links};
use crate::db::{Backend, Conn, DAY, Ms};
use crate::error::Result;
use crate::web::viewer::MemberId;
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Sales of one text in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Sold {
    /// Sub-id as reported.
    pub sub_id: String,
    /// ISO 4217.
    pub currency: String,
    /// How many.
    pub count: i64,
    /// Hundredths.
    pub amount: i64,
}

/// Downloads by form and language since `from`; of one member, or of all.
pub fn list_downloads(conn: &mut Conn, id: i64, of: Option<MemberId>, from: Ms) -> Result<Vec<(String, String, i64)>> {
    let mut query = downloads::table
        .filter(downloads::resource_id.eq(id))
        .filter(downloads::at.ge(from))
        .group_by((downloads::variant, downloads::lang))
        .select((downloads::variant, downloads::lang, count_star()))
        .into_boxed::<Backend>();
    if let Some(member) = of {
        query = query.filter(downloads::member_id.eq(member.0));
    }
    Ok(query.load(conn)?)
}

/// Downloads by day since `from`.
pub fn list_days(conn: &mut Conn, id: i64, of: Option<MemberId>, from: Ms) -> Result<Vec<(i32, i64)>> {
    let mut query = downloads::table
        .filter(downloads::resource_id.eq(id))
        .filter(downloads::at.ge(from))
        .group_by(downloads::day)
        .select((downloads::day, count_star()))
        .into_boxed::<Backend>();
    if let Some(member) = of {
        query = query.filter(downloads::member_id.eq(member.0));
    }
    Ok(query.load(conn)?)
}

/// Clicks by sub-id since `from`.
pub fn list_clicks(conn: &mut Conn, id: i64, of: Option<MemberId>, from: Ms) -> Result<Vec<(String, i64)>> {
    let day = i32::try_from(from / DAY).unwrap_or(0);
    let mut query = link_clicks::table
        .inner_join(short_links::table)
        .filter(short_links::resource_id.eq(id))
        .filter(link_clicks::day.ge(day))
        .group_by(short_links::sub_id)
        .select((short_links::sub_id, sql::<BigInt>("CAST(COALESCE(SUM(link_clicks.clicks), 0) AS BIGINT)")))
        .into_boxed::<Backend>();
    if let Some(member) = of {
        query = query.filter(short_links::member_id.eq(member.0));
    }
    Ok(query.load(conn)?)
}

/// Sales by sub-id since `from`: pending and approved ones.
pub fn list_sales(conn: &mut Conn, id: i64, of: Option<MemberId>, from: Ms) -> Result<Vec<Sold>> {
    // `k12-` up to, not including, `k12.`: every sub-id of this resource and of no other.
    let mut query = conversions::table
        // Written out: the index of sales with a sub-id serves only who asks for just those.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("conversions.sub_id <> ''"))
        .filter(conversions::sub_id.ge(format!("k{id}-")))
        .filter(conversions::sub_id.lt(format!("k{id}.")))
        .filter(conversions::status.eq_any(["pending", "approved"]))
        .filter(conversions::occurred_at.ge(from))
        .group_by((conversions::sub_id, conversions::currency))
        .select((
            conversions::sub_id,
            conversions::currency,
            count_star(),
            sql::<BigInt>("CAST(COALESCE(SUM(amount), 0) AS BIGINT)"),
        ))
        .into_boxed::<Backend>();
    if let Some(member) = of {
        query = query.filter(conversions::member_id.eq(Some(member.0)));
    }
    Ok(query.load(conn)?)
}
