//! SQL of invitations.

mod links;
mod waves;

pub use links::*;
pub use waves::*;

use super::model::State;
use crate::db::schema::{affiliate_refs, invitations, members, programs, suppressions};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::policies::{model::Policy, store as policies};
use crate::segments::store::bound;
use crate::segments::{Condition, Rule};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Somebody who may be invited.
#[derive(Debug, Clone, QueryableByName)]
pub struct Candidate {
    /// Member.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Folded address.
    #[diesel(sql_type = Text)]
    pub email_key: String,
}

/// The next people behind `after` whom `rule` means and nobody has invited yet, by id.
pub fn list_candidates(
    conn: &mut Conn,
    rule: &Rule,
    (now, currency): (Ms, &str),
    after: i64,
    most: i64,
) -> Result<Vec<Candidate>> {
    let mut query = Condition::default();
    query.push("SELECT members.id AS id, members.email_key AS email_key FROM members WHERE members.id > ");
    query.int(after).push(
        " AND members.status = 'invited' \
         AND NOT EXISTS (SELECT 1 FROM invitations WHERE invitations.member_id = members.id) AND ",
    );
    let mut query = rule.condition(query, now, currency);
    query.push(" ORDER BY members.id LIMIT ").int(most);
    Ok(bound(query).load(conn)?)
}

/// How many people nobody has invited yet.
pub fn count_uninvited(conn: &mut Conn) -> Result<i64> {
    let asked = invitations::table.filter(invitations::member_id.eq(members::id)).select(invitations::id);
    Ok(members::table
        .filter(members::status.eq("invited"))
        .filter(diesel::dsl::not(diesel::dsl::exists(asked)))
        .count()
        .get_result(conn)?)
}

/// Which of these hashed addresses must not be mailed.
pub fn list_suppressed(conn: &mut Conn, hashes: &[String]) -> Result<Vec<String>> {
    Ok(suppressions::table
        .filter(suppressions::email_hash.eq_any(hashes))
        .select(suppressions::email_hash)
        .load(conn)?)
}

/// Puts people into a wave; who is in one already stays there. Answers how many came in.
pub fn insert_invitations(tx: &mut Tx<'_>, wave: i64, people: &[i64]) -> Result<usize> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    Ok(on!(conn, c => {
        let rows: Vec<_> = people
            .iter()
            .map(|m| {
                (invitations::wave_id.eq(wave), invitations::member_id.eq(*m), invitations::created_at.eq(now))
            })
            .collect();
        diesel::insert_into(invitations::table).values(rows).on_conflict_do_nothing().execute(c)
    })?)
}

/// Somebody to whom a letter goes.
#[derive(Debug, Clone, Queryable)]
pub struct Invited {
    /// The invitation.
    pub id: i64,
    /// The member.
    pub member_id: i64,
    /// Address.
    pub email: String,
    /// Folded address.
    pub email_key: String,
    /// Name.
    pub name: String,
    /// Language code.
    pub locale: String,
    /// Status code.
    pub status: String,
}

/// Whose turn it is in a wave.
pub fn list_queued(conn: &mut Conn, wave: i64, limit: i64) -> Result<Vec<Invited>> {
    Ok(invitations::table
        .inner_join(members::table)
        .filter(invitations::wave_id.eq(wave))
        .filter(invitations::state.eq(State::Queued.code()))
        .order(invitations::id.asc())
        .limit(limit)
        .select((
            invitations::id,
            members::id,
            members::email,
            members::email_key,
            members::name,
            members::locale,
            members::status,
        ))
        .load(conn)?)
}

/// Who of a wave was invited before `before`, has not come and was not reminded.
pub fn list_to_remind(conn: &mut Conn, wave: i64, before: Ms, limit: i64) -> Result<Vec<Invited>> {
    let waiting = [State::Invited, State::Delivered, State::Opened].map(State::code);
    Ok(invitations::table
        .inner_join(members::table)
        .filter(invitations::wave_id.eq(wave))
        .filter(invitations::state.eq_any(waiting))
        .filter(invitations::reminded_at.is_null())
        .filter(invitations::invited_at.assume_not_null().le(before))
        .order(invitations::id.asc())
        .limit(limit)
        .select((
            invitations::id,
            members::id,
            members::email,
            members::email_key,
            members::name,
            members::locale,
            members::status,
        ))
        .load(conn)?)
}

/// Moves an invitation on; answers whether it did: nothing moves back, and nothing moves twice.
pub fn mark(tx: &mut Tx<'_>, id: i64, to: State) -> Result<bool> {
    let now = Some(tx.now());
    let one = |from: &[State]| {
        let from: Vec<&str> = from.iter().map(|s| s.code()).collect();
        invitations::table.filter(invitations::id.eq(id)).filter(invitations::state.eq_any(from))
    };
    let state = invitations::state.eq(to.code());
    let rows = match to {
        State::Queued => 0,
        State::Invited => {
            diesel::update(one(&[State::Queued])).set((state, invitations::invited_at.eq(now))).execute(&mut **tx)?
        }
        State::Delivered => {
            // The link may have been opened before the queue heard of the delivery.
            diesel::update(invitations::table.find(id).filter(invitations::delivered_at.is_null()))
                .set(invitations::delivered_at.eq(now))
                .execute(&mut **tx)?;
            diesel::update(one(&[State::Invited])).set(state).execute(&mut **tx)?
        }
        State::Opened => diesel::update(one(&[State::Invited, State::Delivered]))
            .set((state, invitations::opened_at.eq(now)))
            .execute(&mut **tx)?,
        State::Active => {
            diesel::update(one(&[State::Queued, State::Invited, State::Delivered, State::Opened, State::Failed]))
                .set((state, invitations::active_at.eq(now)))
                .execute(&mut **tx)?
        }
        State::Failed => diesel::update(one(&[State::Queued, State::Invited])).set(state).execute(&mut **tx)?,
    };
    Ok(rows == 1)
}

/// Notes the code of a refusal.
pub fn mark_code(tx: &mut Tx<'_>, id: i64, code: i32) -> Result<()> {
    diesel::update(invitations::table.find(id)).set(invitations::code.eq(code)).execute(&mut **tx)?;
    Ok(())
}

/// Notes the one reminder; false when there was one.
pub fn mark_reminded(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = Some(tx.now());
    let rows = diesel::update(invitations::table.find(id).filter(invitations::reminded_at.is_null()))
        .set(invitations::reminded_at.eq(now))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// The invitation of a member.
pub fn find_of_member(conn: &mut Conn, member: i64) -> Result<Option<i64>> {
    Ok(invitations::table.filter(invitations::member_id.eq(member)).select(invitations::id).first(conn).optional()?)
}

/// Programs of members with the reference that links carry: member, program, reference.
pub fn list_programs_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String, String)>> {
    Ok(affiliate_refs::table
        .inner_join(programs::table)
        .filter(affiliate_refs::member_id.eq_any(ids))
        .filter(affiliate_refs::for_links.eq(true))
        .order((affiliate_refs::member_id.asc(), affiliate_refs::program_id.asc(), affiliate_refs::id.asc()))
        .select((affiliate_refs::member_id, programs::name, affiliate_refs::ref_code))
        .load(conn)?)
}

/// Lets an invited person in; false when they are something else by now.
pub fn mark_joined(tx: &mut Tx<'_>, member: i64, (name, locale): (&str, &str), hash: Option<&str>) -> Result<bool> {
    let now = Some(tx.now());
    let rows = diesel::update(members::table.find(member).filter(members::status.eq("invited")))
        .set((
            members::status.eq("active"),
            members::name.eq(name),
            members::name_key.eq(crate::text::fold(name)),
            members::locale.eq(locale),
            members::password_hash.eq(hash),
            members::confirmed_at.eq(now),
            members::joined_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(rows == 1)
}

/// What somebody who was imported accepts when they come in: the texts of the house and of their programs.
pub fn list_required(conn: &mut Conn, member: i64) -> Result<Vec<Policy>> {
    let mut programs: Vec<i64> = affiliate_refs::table
        .filter(affiliate_refs::member_id.eq(member))
        .select(affiliate_refs::program_id)
        .load(conn)?;
    programs.sort_unstable();
    programs.dedup();
    let mut out = policies::required(conn, None)?;
    for program in programs {
        for text in policies::required(conn, Some(program))? {
            if !out.iter().any(|p| p.id == text.id) {
                out.push(text);
            }
        }
    }
    Ok(out)
}
