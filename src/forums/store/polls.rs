//! SQL of polls in threads.

use crate::db::schema::{thread_poll_options as options, thread_poll_votes as votes, thread_polls as polls};
use crate::db::{Conn, DAY, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{PollInput, ThreadId};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A poll with its counts, as one reader sees it.
#[derive(Debug, Clone)]
pub struct Poll {
    /// What is asked.
    pub question: String,
    /// Whether several may be chosen.
    pub multi: bool,
    /// When it closes by itself.
    pub closes_at: Option<Ms>,
    /// When it was closed.
    pub closed_at: Option<Ms>,
    /// Its choices in their order.
    pub choices: Vec<PollChoice>,
    /// Members who voted.
    pub voters: i64,
}

/// A choice of a poll.
#[derive(Debug, Clone)]
pub struct PollChoice {
    /// Row id.
    pub id: i64,
    /// Text.
    pub label: String,
    /// Votes for it.
    pub votes: i64,
    /// Whether the reader voted for it.
    pub mine: bool,
}

impl Poll {
    /// Whether it still takes votes.
    pub fn is_open(&self, now: Ms) -> bool {
        self.closed_at.is_none() && self.closes_at.is_none_or(|at| at > now)
    }

    /// Whether the reader voted.
    pub fn voted(&self) -> bool {
        self.choices.iter().any(|c| c.mine)
    }
}

/// Opens the poll of a thread.
pub fn insert_poll(tx: &mut Tx<'_>, thread: ThreadId, poll: &PollInput) -> Result<()> {
    let closes = poll.days.map(|d| tx.now() + d * DAY);
    diesel::insert_into(polls::table)
        .values((
            polls::thread_id.eq(thread.0),
            polls::question.eq(&poll.question),
            polls::multi.eq(poll.multi),
            polls::closes_at.eq(closes),
        ))
        .execute(&mut **tx)?;
    for (position, label) in (0_i32..).zip(&poll.choices) {
        diesel::insert_into(options::table)
            .values((options::thread_id.eq(thread.0), options::position.eq(position), options::label.eq(label)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The poll of a thread that was found visible: two statements, whatever it has.
pub fn find_poll(conn: &mut Conn, thread: ThreadId, member: MemberId) -> Result<Option<Poll>> {
    type Head = (String, bool, Option<Ms>, Option<Ms>);
    let head: Option<Head> = polls::table
        .find(thread.0)
        .select((polls::question, polls::multi, polls::closes_at, polls::closed_at))
        .first(conn)
        .optional()?;
    let Some((question, multi, closes_at, closed_at)) = head else { return Ok(None) };
    let labels: Vec<(i64, String)> = options::table
        .filter(options::thread_id.eq(thread.0))
        .order(options::position)
        .select((options::id, options::label))
        .load(conn)?;
    let counts: Vec<(i64, i64)> = votes::table
        .filter(votes::thread_id.eq(thread.0))
        .group_by(votes::option_id)
        .select((votes::option_id, diesel::dsl::count_star()))
        .load(conn)?;
    let mine: Vec<i64> = votes::table
        .filter(votes::thread_id.eq(thread.0))
        .filter(votes::member_id.eq(member.0))
        .select(votes::option_id)
        .load(conn)?;
    let voters = votes::table
        .filter(votes::thread_id.eq(thread.0))
        .select(diesel::dsl::sql::<diesel::sql_types::BigInt>("COUNT(DISTINCT member_id)"))
        .first(conn)?;
    let choices = labels
        .into_iter()
        .map(|(id, label)| PollChoice {
            votes: counts.iter().find(|c| c.0 == id).map_or(0, |c| c.1),
            mine: mine.contains(&id),
            id,
            label,
        })
        .collect();
    Ok(Some(Poll { question, multi, closes_at, closed_at, choices, voters }))
}

/// Replaces a member's votes.
pub fn set_votes(tx: &mut Tx<'_>, thread: ThreadId, member: MemberId, chosen: &[i64]) -> Result<()> {
    // Touching the poll takes its row until the end: two votes of one member at the same moment come one after the other.
    diesel::update(polls::table.find(thread.0)).set(polls::thread_id.eq(thread.0)).execute(&mut **tx)?;
    diesel::delete(votes::table.filter(votes::thread_id.eq(thread.0)).filter(votes::member_id.eq(member.0)))
        .execute(&mut **tx)?;
    for option in chosen {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(votes::table)
            .values((votes::option_id.eq(option), votes::member_id.eq(member.0), votes::thread_id.eq(thread.0)))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// Closes a poll; a second time changes nothing.
pub fn close_poll(tx: &mut Tx<'_>, thread: ThreadId) -> Result<()> {
    let now = tx.now();
    diesel::update(polls::table.find(thread.0).filter(polls::closed_at.is_null()))
        .set(polls::closed_at.eq(Some(now)))
        .execute(&mut **tx)?;
    Ok(())
}
