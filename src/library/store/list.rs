//! The list of the library: what passes the reader's filter, in the order asked for.

use crate::access::Sight;
use crate::db::schema::{
    niches, programs, resource_details, resource_embargoes, resource_favourites, resource_offers, resource_variants,
    resources,
};
use crate::db::{Backend, Conn, Ms};
use crate::error::Result;
use crate::library::channels::Key;
use crate::library::model::{Filter, Order, Resource};
use crate::search;
use crate::text::{Terms, fold};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// How many of the newest that pass the filter are ranked for a reader.
const RANKED: i64 = 1_000;

/// Makes `%words%` of a search, with its own wildcards taken literally.
fn pattern(search: &str) -> String {
    let mut out = String::from("%");
    for c in fold(search).chars().take(100) {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

/// Restricts a query over resources, niches and programs to what passes `$filter`; `$inside` holds what the search found.
macro_rules! fitting_in {
    ($query:expr, $sight:expr, $filter:expr, $inside:expr, $now:expr) => {{
        let (sight, filter, inside, now): (Sight, &Filter, Vec<i64>, Ms) = ($sight, $filter, $inside, $now);
        let mut query = visible!($query, sight, now);
        let offers = diesel::alias!(resource_offers as wanted_offers);
        if !(sight.manages || filter.with_past) {
            let of_this = offers.filter(offers.field(resource_offers::resource_id).eq(resources::id));
            let taken_back = offers.field(resource_offers::recalled_at).is_not_null();
            let over = offers.field(resource_offers::valid_until).le(Some(now));
            query = query.filter(not(exists(of_this.filter(taken_back.or(over)))));
        }
        if let Some(ids) = &filter.ids {
            query = query.filter(resources::id.eq_any(ids.clone()));
        }
        if filter.with_sections {
            query = query.filter(exists(
                resource_details::table
                    .filter(resource_details::resource_id.eq(resources::id))
                    .filter(resource_details::data.not_like("%\"sections\":{\"de\":[],\"en\":[]}%")),
            ));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(resources::kind.eq(kind.code()));
        }
        if let Some(niche) = &filter.niche {
            query = query.filter(niches::slug.nullable().eq(Some(niche.clone())));
        }
        if let Some(program) = &filter.program {
            query = query.filter(programs::slug.nullable().eq(Some(program.clone())));
        }
        // One text must fit language and form together: a German mail and an English post are no German post.
        if filter.lang.is_some() || filter.channel.is_some() || filter.key.is_some() {
            let mut keys: Vec<&str> = Key::ALL
                .into_iter()
                .filter(|k| filter.channel.is_none_or(|c| c.keys().contains(k)) && filter.key.is_none_or(|w| w == *k))
                .map(Key::code)
                .collect();
            if keys.is_empty() {
                keys.push("");
            }
            let texts = resource_variants::table
                .filter(resource_variants::resource_id.eq(resources::id))
                .filter(resource_variants::key.eq_any(keys));
            query = match filter.lang {
                Some(lang) => query.filter(exists(texts.filter(resource_variants::lang.eq(lang.code())))),
                None => query.filter(exists(texts)),
            };
        }
        if let Some(occasion) = &filter.occasion {
            let some = offers.filter(offers.field(resource_offers::occasion_key).eq(fold(occasion)));
            query = query.filter(resources::id.eq_any(some.select(offers.field(resource_offers::resource_id))));
        }
        if let Some(problem) = &filter.problem {
            let some = offers.filter(offers.field(resource_offers::problem_key).eq(fold(problem)));
            query = query.filter(resources::id.eq_any(some.select(offers.field(resource_offers::resource_id))));
        }
        if let Some(stars) = filter.stars {
            query = query
                .filter(resources::star_count.gt(0))
                .filter(resources::star_sum.ge(resources::star_count * i64::from(stars)));
        }
        if filter.favourites {
            query = query.filter(exists(
                resource_favourites::table
                    .filter(resource_favourites::member_id.eq(sight.member.0))
                    .filter(resource_favourites::resource_id.eq(resources::id)),
            ));
        }
        if let Some(words) = &filter.search {
            let titled = resources::search_key.like(pattern(words)).escape('\\');
            query = query.filter(titled.or(resources::id.eq_any(inside)));
        }
        if let Some(before) = filter.before {
            query = query.filter(resources::id.lt(before));
        }
        query
    }};
}

/// The resources that `sight` may see at `now`, in the order asked for. Indexes give the orders, so that only what is shown is
/// read; "for you" ranks the newest thousand.
pub fn list_visible(conn: &mut Conn, sight: Sight, filter: &Filter, now: Ms, limit: i64) -> Result<Vec<Resource>> {
    let inside = match filter.search.as_deref().and_then(Terms::parse) {
        Some(terms) => search::ids(conn, sight.rank, "resource", &terms)?,
        None => Vec::new(),
    };
    let rows = resources::table
        .left_join(niches::table)
        .left_join(programs::table)
        .left_join(resource_offers::table)
        .select(row!())
        .into_boxed::<Backend>();
    if filter.order == Order::ForYou {
        let ids = resources::table
            .left_join(niches::table)
            .left_join(programs::table)
            .select(resources::id)
            .into_boxed::<Backend>();
        let newest = fitting_in!(ids, sight, filter, inside, now).order(resources::id.desc()).limit(RANKED);
        let newest: Vec<i64> = newest.load(conn)?;
        return Ok(rows
            .filter(resources::id.eq_any(newest))
            .order((sql::<BigInt>(&fitting(sight)).desc(), resources::id.desc()))
            .offset(filter.skip)
            .limit(limit)
            .load(conn)?);
    }
    let query = fitting_in!(rows, sight, filter, inside, now);
    let query = match filter.order {
        Order::Newest | Order::ForYou => query.order(resources::id.desc()),
        Order::Used => query.order((resources::download_count.desc(), resources::id.desc())),
        Order::Stars => query.order((resources::star_rank.desc(), resources::id.desc())),
    };
    Ok(query.offset(filter.skip).limit(limit).load(conn)?)
}

/// How well a resource fits its reader: niche, program, language, tier, kinds taken before; what was taken already and
/// what is badly rated sinks. Only numbers of ours go into the text.
fn fitting(sight: Sight) -> String {
    let (me, rank) = (sight.member.0, sight.rank);
    format!(
        "(CASE WHEN resources.niche_id IN (SELECT niche_id FROM member_niches WHERE member_id = {me}) THEN 4 ELSE 0 END \
         + CASE WHEN resources.program_id IN (SELECT program_id FROM affiliate_refs WHERE member_id = {me}) THEN 3 ELSE 0 END \
         + CASE WHEN EXISTS (SELECT 1 FROM resource_variants v WHERE v.resource_id = resources.id \
           AND v.lang = (SELECT locale FROM members WHERE id = {me})) THEN 2 ELSE 0 END \
         + CASE WHEN resources.min_rank > 0 AND resources.min_rank = {rank} THEN 2 ELSE 0 END \
         + CASE WHEN resources.kind IN (SELECT r.kind FROM downloads d JOIN resources r ON r.id = d.resource_id \
           WHERE d.member_id = {me}) THEN 2 ELSE 0 END \
         + resources.star_rank / 1000 \
         - CASE WHEN EXISTS (SELECT 1 FROM downloads d WHERE d.member_id = {me} AND d.resource_id = resources.id) \
           THEN 5 ELSE 0 END)"
    )
}
