//! SQL of sales.

use crate::db::schema::{affiliate_refs as refs, conversion_changes as changes, conversions, members, programs};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::programs::model::{Facts, NewSale, Sale, ref_key};
use crate::web::paging::Cursor;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Known sales of these orders; on PostgreSQL they are locked, in id order, until the transaction ends.
pub fn list_known(conn: &mut Conn, source: &str, orders: &[&str], lock: bool) -> Result<Vec<Sale>> {
    let wanted = conversions::table
        .filter(conversions::source.eq(source))
        .filter(conversions::order_id.eq_any(orders))
        .order(conversions::id.asc());
    Ok(match conn {
        Conn::Postgres(c) if lock => wanted.for_update().load(c)?,
        conn => wanted.load(conn)?,
    })
}

/// Stores new sales; answers id, source, order and product of those that nobody stored in the meantime.
pub fn insert_sales(
    tx: &mut Tx<'_>,
    new: &[(&NewSale, Option<i64>)],
    import: Option<i64>,
) -> Result<Vec<(i64, String, String, String)>> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => {
        let rows: Vec<_> = new
            .iter()
            .map(|(sale, member)| {
                (
                    conversions::source.eq(&sale.source),
                    conversions::order_id.eq(&sale.order_id),
                    conversions::product_id.eq(sale.product.text()),
                    conversions::program_id.eq(sale.program_id),
                    conversions::affiliate_ref.eq(&sale.affiliate_ref),
                    conversions::ref_key.eq(ref_key(&sale.affiliate_ref)),
                    conversions::member_id.eq(*member),
                    conversions::amount.eq(sale.amount),
                    conversions::currency.eq(&sale.currency),
                    conversions::commission.eq(sale.commission),
                    conversions::status.eq(sale.status.code()),
                    conversions::occurred_at.eq(sale.occurred_at),
                    conversions::import_id.eq(import),
                    conversions::raw.eq(&sale.raw),
                    conversions::sub_id.eq(&sale.sub_id),
                    conversions::created_at.eq(now),
                    conversions::updated_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(conversions::table)
            .values(rows)
            .on_conflict_do_nothing()
            .returning((conversions::id, conversions::source, conversions::order_id, conversions::product_id))
            .get_results(c)
    })?)
}

/// Writes new facts over a sale.
pub fn update_facts(tx: &mut Tx<'_>, id: i64, facts: &Facts) -> Result<()> {
    let now = tx.now();
    diesel::update(conversions::table.find(id))
        .set((
            conversions::product_id.eq(&facts.product_id),
            conversions::program_id.eq(facts.program_id),
            conversions::affiliate_ref.eq(&facts.affiliate_ref),
            conversions::ref_key.eq(ref_key(&facts.affiliate_ref)),
            conversions::member_id.eq(facts.member_id),
            conversions::amount.eq(facts.amount),
            conversions::currency.eq(&facts.currency),
            conversions::commission.eq(facts.commission),
            conversions::status.eq(&facts.status),
            conversions::occurred_at.eq(facts.occurred_at),
            conversions::import_id.eq(facts.import_id),
            conversions::sub_id.eq(&facts.sub_id),
            conversions::updated_at.eq(facts.updated_at.unwrap_or(now)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// One step in the life of a sale.
pub struct Change {
    /// The sale.
    pub sale: i64,
    /// The import that made the step.
    pub import: Option<i64>,
    /// Facts before as JSON; empty for a new sale.
    pub before: String,
    /// Facts after as JSON.
    pub after: String,
    /// Whether only its partner was found.
    pub by_match: bool,
}

/// Records steps.
pub fn insert_changes(tx: &mut Tx<'_>, steps: &[Change]) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    for part in steps.chunks(500) {
        on!(conn, c => {
            let rows: Vec<_> = part
                .iter()
                .map(|s| (
                    changes::conversion_id.eq(s.sale),
                    changes::import_id.eq(s.import),
                    changes::before.eq(&s.before),
                    changes::after.eq(&s.after),
                    changes::at.eq(now),
                    changes::by_match.eq(s.by_match),
                ))
                .collect();
            diesel::insert_into(changes::table).values(rows).execute(c)
        })?;
    }
    Ok(())
}

/// Steps of an import below `before_id`, latest first: id, sale, facts before, facts after.
pub fn list_changes_of(
    conn: &mut Conn,
    import: i64,
    before_id: i64,
    limit: i64,
) -> Result<Vec<(i64, i64, String, String)>> {
    Ok(changes::table
        .filter(changes::import_id.eq(import))
        .filter(changes::id.lt(before_id))
        .order(changes::id.desc())
        .limit(limit)
        .select((changes::id, changes::conversion_id, changes::before, changes::after))
        .load(conn)?)
}

/// Number of steps of an import.
pub fn count_changes_of(conn: &mut Conn, import: i64) -> Result<i64> {
    Ok(changes::table.filter(changes::import_id.eq(import)).count().get_result(conn)?)
}

/// The sale of that id.
pub fn find_sale(conn: &mut Conn, id: i64) -> Result<Option<Sale>> {
    Ok(conversions::table.find(id).first(conn).optional()?)
}

/// Forgets a step that was taken back.
pub fn delete_change(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(changes::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Removes a sale and its steps: an import that made it was taken back. Answers whose it was.
pub fn delete_sale(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>> {
    diesel::delete(changes::table.filter(changes::conversion_id.eq(id))).execute(&mut **tx)?;
    let of: Option<Option<i64>> = diesel::delete(conversions::table.find(id))
        .returning(conversions::member_id)
        .get_result(&mut **tx)
        .optional()?;
    Ok(of.flatten())
}

/// Whether a sale changed after the step `change`, by anybody else than `import`; finding its partner is no change.
pub fn has_later_change(conn: &mut Conn, sale: i64, change: i64, import: i64) -> Result<bool> {
    let later = changes::table
        .filter(changes::conversion_id.eq(sale))
        .filter(changes::id.gt(change))
        .filter(changes::by_match.eq(false))
        .filter(changes::import_id.is_null().or(changes::import_id.assume_not_null().ne(import)));
    Ok(diesel::select(diesel::dsl::exists(later)).get_result(conn)?)
}

/// Sales that wait for references of `member` (of everybody when none is named): sale, facts, owner.
pub fn list_matchable(conn: &mut Conn, member: Option<MemberId>, limit: i64) -> Result<Vec<(Sale, i64)>> {
    let mut wanted = conversions::table
        .inner_join(
            refs::table.on(refs::ref_key
                .eq(conversions::ref_key)
                .and(conversions::program_id.is_null().or(conversions::program_id.eq(refs::program_id.nullable())))),
        )
        .filter(conversions::member_id.is_null())
        .into_boxed();
    if let Some(member) = member {
        wanted = wanted.filter(refs::member_id.eq(member.0));
    }
    let rows: Vec<(Sale, i64)> =
        wanted.order(conversions::id.asc()).limit(limit).select((Sale::as_select(), refs::member_id)).load(conn)?;
    // A sale without a program may fit several references; the first one of the lowest id stands.
    let mut out: Vec<(Sale, i64)> = Vec::with_capacity(rows.len());
    for (sale, owner) in rows {
        if out.last().is_none_or(|(s, _)| s.id != sale.id) {
            out.push((sale, owner));
        }
    }
    Ok(out)
}

/// What a list of sales may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this partner only.
    pub member: Option<i64>,
    /// Status code.
    pub status: Option<String>,
    /// Program.
    pub program: Option<i64>,
    /// Reported by.
    pub source: Option<String>,
    /// Order number.
    pub order: Option<String>,
    /// Whether nobody has the reference.
    pub waiting: Option<bool>,
    /// Not before.
    pub from: Option<Ms>,
    /// Before.
    pub to: Option<Ms>,
}

/// A sale with the names that lists show.
#[derive(Debug, Clone, Queryable)]
pub struct ListedSale {
    /// The sale.
    pub sale: Sale,
    /// Slug and name of its program.
    pub program: Option<(String, String)>,
    /// Name of the partner.
    pub member: Option<String>,
}

/// Sales, newest first.
pub fn list_sales(conn: &mut Conn, by: &Filter, after: Option<Cursor>, limit: i64) -> Result<Vec<ListedSale>> {
    let mut wanted = conversions::table
        .left_join(programs::table.on(conversions::program_id.eq(programs::id.nullable())))
        .left_join(members::table.on(conversions::member_id.eq(members::id.nullable())))
        .into_boxed();
    if let Some(id) = by.member {
        wanted = wanted.filter(conversions::member_id.eq(id));
    }
    if let Some(status) = &by.status {
        wanted = wanted.filter(conversions::status.eq(status.clone()));
    }
    if let Some(id) = by.program {
        wanted = wanted.filter(conversions::program_id.eq(id));
    }
    if let Some(source) = &by.source {
        wanted = wanted.filter(conversions::source.eq(source.clone()));
    }
    if let Some(order) = &by.order {
        wanted = wanted.filter(conversions::order_id.eq(order.clone()));
    }
    match by.waiting {
        Some(true) => wanted = wanted.filter(conversions::member_id.is_null()),
        Some(false) => wanted = wanted.filter(conversions::member_id.is_not_null()),
        None => {}
    }
    if let Some(from) = by.from {
        wanted = wanted.filter(conversions::occurred_at.ge(from));
    }
    if let Some(to) = by.to {
        wanted = wanted.filter(conversions::occurred_at.lt(to));
    }
    if let Some(at) = after {
        wanted = wanted.filter(
            conversions::occurred_at.lt(at.key).or(conversions::occurred_at.eq(at.key).and(conversions::id.lt(at.id))),
        );
    }
    Ok(wanted
        .order((conversions::occurred_at.desc(), conversions::id.desc()))
        .limit(limit + 1)
        .select((Sale::as_select(), (programs::slug, programs::name).nullable(), members::name.nullable()))
        .load(conn)?)
}

/// Partners whose sales an import touched.
pub fn list_members_of_import(conn: &mut Conn, import: i64, after: i64, limit: i64) -> Result<Vec<i64>> {
    let touched = changes::table.filter(changes::import_id.eq(import)).select(changes::conversion_id);
    let ids: Vec<Option<i64>> = conversions::table
        .filter(conversions::id.eq_any(touched))
        .filter(conversions::member_id.gt(after))
        .select(conversions::member_id)
        .distinct()
        .order(conversions::member_id.asc())
        .limit(limit)
        .load(conn)?;
    Ok(ids.into_iter().flatten().collect())
}
