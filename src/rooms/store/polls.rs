//! SQL of polls.

use crate::db::schema::{poll_options, poll_votes, polls};
use crate::db::{Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::on;
use crate::rooms::model::{Poll, PollOption, RoomId};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// Stores a poll with its answers.
pub fn insert_poll(tx: &mut Tx<'_>, room: RoomId, message: i64, multi: bool, labels: &[String]) -> Result<i64> {
    let id: i64 = diesel::insert_into(polls::table)
        .values((polls::room_id.eq(room.0), polls::message_id.eq(message), polls::multi.eq(multi)))
        .returning(polls::id)
        .get_result(&mut **tx)?;
    for (position, label) in (0_i32..).zip(labels) {
        diesel::insert_into(poll_options::table)
            .values((poll_options::poll_id.eq(id), poll_options::position.eq(position), poll_options::label.eq(label)))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

/// Polls of messages as they stand, by message; with the reader's own votes where a reader is given.
pub fn list_polls(conn: &mut Conn, messages: &[i64], viewer: Option<MemberId>) -> Result<HashMap<i64, Poll>> {
    let found: Vec<(i64, i64, bool, Option<Ms>)> = polls::table
        .filter(polls::message_id.eq_any(messages))
        .select((polls::id, polls::message_id, polls::multi, polls::closed_at))
        .load(conn)?;
    let ids: Vec<i64> = found.iter().map(|f| f.0).collect();
    let options: Vec<(i64, i64, String)> = poll_options::table
        .filter(poll_options::poll_id.eq_any(&ids))
        .order((poll_options::poll_id.asc(), poll_options::position.asc()))
        .select((poll_options::poll_id, poll_options::id, poll_options::label))
        .load(conn)?;
    let counts: Vec<(i64, i64)> = poll_votes::table
        .filter(poll_votes::poll_id.eq_any(&ids))
        .group_by(poll_votes::option_id)
        .select((poll_votes::option_id, diesel::dsl::count(poll_votes::member_id)))
        .load(conn)?;
    let voters = count_voters(conn, &ids)?;
    let mine: HashSet<i64> = match viewer {
        Some(viewer) => poll_votes::table
            .filter(poll_votes::poll_id.eq_any(&ids))
            .filter(poll_votes::member_id.eq(viewer.0))
            .select(poll_votes::option_id)
            .load::<i64>(conn)?
            .into_iter()
            .collect(),
        None => HashSet::new(),
    };
    let counts: HashMap<i64, i64> = counts.into_iter().collect();
    Ok(found
        .into_iter()
        .map(|(id, message, multi, closed_at)| {
            let options = options
                .iter()
                .filter(|o| o.0 == id)
                .map(|(_, option, label)| PollOption {
                    id: *option,
                    label: label.clone(),
                    n: counts.get(option).copied().unwrap_or(0),
                    mine: viewer.map(|_| mine.contains(option)),
                })
                .collect();
            let voters = voters.get(&id).copied().unwrap_or(0);
            (message, Poll { id, multi, closed: closed_at.is_some(), voters, options })
        })
        .collect())
}

#[derive(QueryableByName)]
struct Voters {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    poll_id: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn count_voters(conn: &mut Conn, polls: &[i64]) -> Result<HashMap<i64, i64>> {
    if polls.is_empty() {
        return Ok(HashMap::new());
    }
    // Numbers only: nothing to quote.
    let ids = polls.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let rows: Vec<Voters> = diesel::sql_query(format!(
        "SELECT poll_id, COUNT(DISTINCT member_id) AS n FROM poll_votes WHERE poll_id IN ({ids}) GROUP BY poll_id"
    ))
    .load(conn)?;
    Ok(rows.into_iter().map(|r| (r.poll_id, r.n)).collect())
}

/// The poll of a message, as everybody sees it.
///
/// # Errors
/// [`Error::NotFound`] where the message holds none.
pub fn find_poll(conn: &mut Conn, message: i64) -> Result<Poll> {
    list_polls(conn, &[message], None)?.remove(&message).ok_or(Error::NotFound)
}

/// Replaces the votes of a member; answers whether anything changed.
pub fn replace_votes(tx: &mut Tx<'_>, poll: i64, member: MemberId, options: &[i64]) -> Result<bool> {
    let of_member = poll_votes::table.filter(poll_votes::poll_id.eq(poll)).filter(poll_votes::member_id.eq(member.0));
    let before: HashSet<i64> = of_member.select(poll_votes::option_id).load(&mut **tx)?.into_iter().collect();
    if before == options.iter().copied().collect() {
        return Ok(false);
    }
    diesel::delete(of_member).execute(&mut **tx)?;
    for option in options {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(poll_votes::table)
            .values((
                poll_votes::poll_id.eq(poll),
                poll_votes::option_id.eq(option),
                poll_votes::member_id.eq(member.0),
            ))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(true)
}

/// Takes no more votes; answers whether it took some until now.
pub fn mark_closed(tx: &mut Tx<'_>, poll: i64) -> Result<bool> {
    let now = tx.now();
    let open = polls::table.find(poll).filter(polls::closed_at.is_null());
    Ok(diesel::update(open).set(polls::closed_at.eq(Some(now))).execute(&mut **tx)? == 1)
}
