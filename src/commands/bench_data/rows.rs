//! SQL of bench data: multi-row inserts with ids of our own choice.

use super::figures::{Figures, Places};
use crate::accounts::model::{CONSENT_VERSION, ConsentKind};
use crate::accounts::token;
use crate::db::schema::{
    affiliate_refs, api_tokens, consents, conversions, member_niches, members, messages, niches, posts, programs,
    room_events, room_members, rooms, threads,
};
use crate::db::{Conn, MINUTE, Ms, Tx};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::on;
use crate::text::fold;
use crate::web::viewer::Scope;
use diesel::prelude::*;
use std::ops::Range;

/// Values of one statement: below SQLite's 32,766 binds.
const BINDS: usize = 30_000;

/// Inserts `$rows` in parts whose binds fit; `$width` values each.
macro_rules! insert {
    ($tx:expr, $table:expr, $width:expr, $items:expr, |$item:pat_param| $row:expr) => {{
        let conn: &mut Conn = $tx;
        for part in $items.chunks(BINDS / $width) {
            on!(conn, c => {
                let rows: Vec<_> = part.iter().map(|$item| $row).collect();
                diesel::insert_into($table).values(rows).execute(c)
            })?;
        }
    }};
}

/// Makes niche, program and room.
///
/// # Errors
/// When they are there already.
pub fn insert_places(tx: &mut Tx<'_>, seed: u64, at: Ms) -> Result<Places> {
    let taken = |e: diesel::result::Error| {
        if crate::db::is_duplicate(&e) {
            Error::config("this database holds bench data already; take an empty one")
        } else {
            e.into()
        }
    };
    let niche = diesel::insert_into(niches::table)
        .values((
            niches::slug.eq("bench"),
            niches::name_de.eq("Lasttest"),
            niches::name_en.eq("Load test"),
            niches::created_at.eq(at),
        ))
        .returning(niches::id)
        .get_result(&mut **tx)
        .map_err(taken)?;
    let program = diesel::insert_into(programs::table)
        .values((
            programs::slug.eq("bench"),
            programs::name.eq("Bench"),
            programs::link_base.eq("https://bench.example/?a={ref}"),
            programs::s2s_secret.eq(token::hash(&format!("s2s:{seed}"))),
            programs::created_at.eq(at),
        ))
        .returning(programs::id)
        .get_result(&mut **tx)
        .map_err(taken)?;
    let room = diesel::insert_into(rooms::table)
        .values((
            rooms::slug.eq("bench"),
            rooms::name.eq("bench"),
            rooms::topic.eq("Load test"),
            rooms::epoch.eq(token::hash(&format!("epoch:{seed}")).chars().take(12).collect::<String>()),
            rooms::created_at.eq(at),
        ))
        .returning(rooms::id)
        .get_result(&mut **tx)
        .map_err(taken)?;
    let last = |id: Option<i64>| id.unwrap_or(0);
    Ok(Places {
        niche,
        program,
        room,
        members: last(members::table.select(diesel::dsl::max(members::id)).first(&mut **tx)?),
        threads: last(threads::table.select(diesel::dsl::max(threads::id)).first(&mut **tx)?),
        messages: last(messages::table.select(diesel::dsl::max(messages::id)).first(&mut **tx)?),
    })
}

/// Members with token, niche, reference, consent, room and sales.
pub fn insert_members(tx: &mut Tx<'_>, f: &Figures, range: Range<i64>) -> Result<()> {
    let all: Vec<i64> = range.collect();
    let email = |i: i64| format!("member-{}@bench.example", i + 1);
    insert!(tx, members::table, 15, all, |i| {
        let name = f.name(*i);
        (
            members::id.eq(f.member(*i)),
            members::email.eq(email(*i)),
            members::email_key.eq(email(*i)),
            members::name_key.eq(fold(&name)),
            members::name.eq(name),
            members::role.eq(if *i == 0 { "manager" } else { "member" }),
            members::status.eq("active"),
            members::locale.eq(f.locale(*i)),
            members::tier_rank.eq(f.rank(*i)),
            members::newsletter_consent.eq(true),
            members::created_at.eq(f.joined_at(*i)),
            members::confirmed_at.eq(Some(f.joined_at(*i))),
            members::joined_at.eq(Some(f.joined_at(*i))),
            members::last_seen_at.eq(Some(f.seen_at(*i))),
        )
    });
    let scopes = Scope::ALL.map(Scope::code).join(" ");
    insert!(tx, api_tokens::table, 5, all, |i| (
        api_tokens::member_id.eq(f.member(*i)),
        api_tokens::name.eq("bench"),
        api_tokens::token_hash.eq(token::hash(&f.token(*i))),
        api_tokens::scopes.eq(&scopes),
        api_tokens::created_at.eq(f.midnight()),
    ));
    insert!(tx, member_niches::table, 2, all, |i| (
        member_niches::member_id.eq(f.member(*i)),
        member_niches::niche_id.eq(f.places.niche),
    ));
    insert!(tx, affiliate_refs::table, 6, all, |i| (
        affiliate_refs::program_id.eq(f.places.program),
        affiliate_refs::member_id.eq(f.member(*i)),
        affiliate_refs::ref_code.eq(format!("b{}", i + 1)),
        affiliate_refs::ref_key.eq(format!("b{}", i + 1)),
        affiliate_refs::for_links.eq(true),
        affiliate_refs::created_at.eq(f.joined_at(*i)),
    ));
    insert!(tx, consents::table, 9, all, |i| (
        consents::member_id.eq(Some(f.member(*i))),
        consents::email_key.eq(email(*i)),
        consents::kind.eq(ConsentKind::Newsletter.code()),
        consents::state.eq("given"),
        consents::wording.eq(ConsentKind::Newsletter.wording(Lang::stored(f.locale(*i)))),
        consents::version.eq(CONSENT_VERSION),
        consents::locale.eq(f.locale(*i)),
        consents::source.eq("bench-data"),
        consents::at.eq(f.joined_at(*i)),
    ));
    insert!(tx, room_members::table, 4, all, |i| (
        room_members::room_id.eq(f.places.room),
        room_members::member_id.eq(f.member(*i)),
        room_members::joined_at.eq(f.joined_at(*i)),
        room_members::joined_seq.eq(0_i64),
    ));
    let sales: Vec<_> = all.iter().flat_map(|i| f.sales(*i).into_iter().enumerate().map(|(k, s)| (*i, k, s))).collect();
    insert!(tx, conversions::table, 13, sales, |(i, k, sale)| (
        conversions::source.eq("bench"),
        conversions::order_id.eq(format!("B-{}-{k}", i + 1)),
        conversions::program_id.eq(Some(f.places.program)),
        conversions::affiliate_ref.eq(format!("b{}", i + 1)),
        conversions::ref_key.eq(format!("b{}", i + 1)),
        conversions::member_id.eq(Some(f.member(*i))),
        conversions::amount.eq(sale.amount),
        conversions::currency.eq("EUR"),
        conversions::commission.eq(Some(sale.amount / 10)),
        conversions::status.eq(sale.status),
        conversions::occurred_at.eq(sale.at),
        conversions::created_at.eq(sale.at),
        conversions::updated_at.eq(sale.at),
    ));
    Ok(())
}

/// Threads with their posts, a minute apart.
pub fn insert_threads(tx: &mut Tx<'_>, f: &Figures, range: Range<i64>, count: i64) -> Result<()> {
    let all: Vec<i64> = range.collect();
    let number = |k: i64| i32::try_from(k).unwrap_or(i32::MAX);
    insert!(tx, threads::table, 10, all, |n| {
        let title = f.title(*n);
        (
            threads::id.eq(f.places.threads + 1 + n),
            threads::niche_id.eq(f.places.niche),
            threads::author_id.eq(Some(f.author(*n, 0))),
            threads::title_key.eq(fold(&title)),
            threads::title.eq(title),
            threads::post_count.eq(number(count)),
            threads::last_number.eq(number(count)),
            threads::last_post_at.eq(f.thread_at(*n) + (count - 1) * MINUTE),
            threads::last_post_by.eq(Some(f.author(*n, count - 1))),
            threads::created_at.eq(f.thread_at(*n)),
        )
    });
    let each: Vec<(i64, i64)> = all.iter().flat_map(|n| (0..count).map(|k| (*n, k))).collect();
    insert!(tx, posts::table, 6, each, |(n, k)| {
        let text = f.post(*n, *k);
        (
            posts::thread_id.eq(f.places.threads + 1 + n),
            posts::number.eq(number(k + 1)),
            posts::author_id.eq(Some(f.author(*n, *k))),
            posts::body.eq(text.map_or("", |t| t.body.as_str())),
            posts::html.eq(text.map_or("", |t| t.html.as_str())),
            posts::created_at.eq(f.thread_at(*n) + k * MINUTE),
        )
    });
    Ok(())
}

/// Messages of the room with their events, two milliseconds apart over the last month.
pub fn insert_messages(tx: &mut Tx<'_>, f: &Figures, range: Range<i64>) -> Result<()> {
    let all: Vec<i64> = range.collect();
    let at = |n: i64| f.midnight() - 30 * 24 * 60 * MINUTE + n * 2;
    insert!(tx, messages::table, 7, all, |n| {
        let text = f.line(*n);
        (
            messages::id.eq(f.places.messages + 1 + n),
            messages::room_id.eq(f.places.room),
            messages::seq.eq(n + 1),
            messages::sender_id.eq(Some(f.sender(*n))),
            messages::body.eq(text.map_or("", |t| t.body.as_str())),
            messages::html.eq(text.map_or("", |t| t.html.as_str())),
            messages::created_at.eq(at(*n)),
        )
    });
    insert!(tx, room_events::table, 6, all, |n| (
        room_events::room_id.eq(f.places.room),
        room_events::seq.eq(n + 1),
        room_events::kind.eq("msg"),
        room_events::message_id.eq(Some(f.places.messages + 1 + n)),
        room_events::actor_id.eq(Some(f.sender(*n))),
        room_events::at.eq(at(*n)),
    ));
    Ok(())
}

/// Counts, read marks, and what PostgreSQL and the planner need to know afterwards.
pub fn finish(tx: &mut Tx<'_>, f: &Figures, count: i64) -> Result<()> {
    diesel::update(rooms::table.find(f.places.room))
        .set((rooms::seq.eq(count), rooms::message_count.eq(count), rooms::created_by.eq(Some(f.member(0)))))
        .execute(&mut **tx)?;
    diesel::update(room_members::table.filter(room_members::room_id.eq(f.places.room)))
        .set(room_members::last_read_seq.eq(count))
        .execute(&mut **tx)?;
    if tx.is_postgres() {
        for table in ["members", "threads", "messages"] {
            // The names are ours; an identity does not notice ids that were given to it.
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
            );
            diesel::sql_query(sql).execute(&mut **tx)?;
        }
    }
    if tx.is_postgres() {
        diesel::sql_query("ANALYZE").execute(&mut **tx)?;
    }
    crate::db::refresh_statistics(tx)
}
