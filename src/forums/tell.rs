//! Who is told of a post: the named, the answered, those who follow the thread, and for a new thread those who follow its niche
//! or one of its tags. A job behind the commit, so that nobody waits for it.

use super::model::{PostId, ThreadId};
use super::store;
use crate::access::Sight;
use crate::db::{Ms, Tx};
use crate::error::Result;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::members::store::list_blocked;
use crate::notices::actions::notify_many;
use crate::notices::kinds::{self, Kind};
use crate::notices::model::Notice;
use crate::notices::store::list_loud;
use crate::text::{excerpt, mentioned, plain};
use crate::web::viewer::MemberId;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of one post.
pub const TELL: &str = "forums.tell";
/// Opens a thread to more tiers when its time has come.
pub const STAGE: &str = "forums.stage";
/// Reminds of a post that was put aside.
pub const REMIND: &str = "forums.remind";

/// Characters of the text in a notification.
const TEXT: usize = 120;
/// More names than this are not looked at in one post.
const MOST_NAMED: i64 = 50;

/// Payload of [`TELL`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// The post.
    pub post: PostId,
}

/// Payload of [`STAGE`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Stage {
    /// The thread.
    pub thread: ThreadId,
}

/// Payload of [`REMIND`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Remind {
    /// Whom.
    pub member: MemberId,
    /// Of what.
    pub post: PostId,
    /// The moment it was asked for: another one since then ends this reminder.
    pub due: Ms,
}

/// Asks for everybody to be told of a post once it is on disk.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_tell(tx: &mut Tx<'_>, post: PostId) -> Result<()> {
    enqueue(tx, NewJob::new(TELL, &Told { post })?)
}

/// Asks for a thread to be looked at when its next stage begins.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_stage(tx: &mut Tx<'_>, thread: ThreadId, at: Ms) -> Result<()> {
    enqueue(tx, NewJob::new(STAGE, &Stage { thread })?.at(at).priority(10))
}

/// Asks for a reminder.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue_reminder(tx: &mut Tx<'_>, member: MemberId, post: PostId, due: Ms) -> Result<()> {
    enqueue(tx, NewJob::new(REMIND, &Remind { member, post, due })?.at(due))
}

/// Runs [`TELL`].
///
/// # Errors
/// When the database fails.
pub async fn tell(house: House, job: Told) -> Result<()> {
    house
        .db
        .write_background(move |tx| {
            let Some(said) = store::find_said(tx, job.post)? else { return Ok(()) };
            let Some(sender) = said.author_id else { return Ok(()) };
            let named = store::list_named(tx, &mentioned(&said.body), MOST_NAMED)?;
            let answered: Vec<i64> = match said.reply_to {
                Some(number) => store::find_author_of(tx, said.thread, number)?.into_iter().collect(),
                None => Vec::new(),
            };
            let following = ids(list_loud(tx, ("thread", said.thread.0))?);
            let groups: [(&'static Kind, Vec<i64>); 3] = [
                (&kinds::POST_MENTION, named),
                (&kinds::POST_ANSWER, answered),
                (&kinds::POST_ANSWER, if said.number == 1 { Vec::new() } else { following }),
            ];
            let mut told: Vec<i64> = vec![sender];
            for (kind, whom) in groups {
                let whom: Vec<i64> = whom.into_iter().filter(|m| !told.contains(m)).collect();
                told.extend(&whom);
                notify_some(tx, &said, kind, whom, said.min_rank)?;
            }
            if said.number == 1 {
                tell_new(tx, &said, (said.min_rank, i32::MAX), &told)?;
            }
            Ok(())
        })
        .await
}

fn ids(members: Vec<MemberId>) -> Vec<i64> {
    members.into_iter().map(|m| m.0).collect()
}

/// A new thread, told to those who follow its niche or a tag of it and whose tier is from `rank.0` to below `rank.1`.
fn tell_new(tx: &mut Tx<'_>, said: &store::Said, rank: (i32, i32), told: &[i64]) -> Result<()> {
    let mut whom = ids(list_loud(tx, ("niche", said.niche))?);
    for tag in store::list_tag_ids(tx, said.thread)? {
        whom.extend(ids(list_loud(tx, ("tag", tag))?));
    }
    whom.sort_unstable();
    whom.dedup();
    whom.retain(|m| !told.contains(m));
    let whom = store::list_ranked(tx, &whom, rank)?;
    notify_some(tx, said, &kinds::THREAD_NEW, whom, rank.0)
}

fn notify_some(tx: &mut Tx<'_>, said: &store::Said, kind: &'static Kind, whom: Vec<i64>, rank: i32) -> Result<()> {
    let sender = MemberId(said.author_id.unwrap_or(0));
    // Whoever blocked the writer is told nothing, and whoever may not see the thread yet learns of it when they may.
    let deaf: Vec<i64> = list_blocked(tx, &whom)?.into_iter().filter(|b| b.1 == sender.0).map(|b| b.0).collect();
    let whom: Vec<i64> = whom.into_iter().filter(|m| !deaf.contains(m)).collect();
    let whom: Vec<MemberId> = store::list_ranked(tx, &whom, (rank, i32::MAX))?.into_iter().map(MemberId).collect();
    if whom.is_empty() {
        return Ok(());
    }
    let args = json!({
        "by": said.author, "title": said.title, "niche": said.niche_name, "niche_en": said.niche_name_en, "text": excerpt(&plain(&said.html), TEXT),
    });
    let notice = Notice::new(sender, kind, format!("/posts/{}", said.post), args)
        .about("post", said.post.0)
        .in_place("thread", said.thread.0)
        .by(sender)
        // A second run changes nothing: what is unread of one fold is one.
        .folding(format!("post:{}", said.post));
    notify_many(tx, &whom, &notice)?;
    Ok(())
}

/// Runs [`STAGE`]: opens the thread as far as the clock says, and tells those it opened to. Running it twice opens it once.
///
/// # Errors
/// When the database fails.
pub async fn stage(house: House, job: Stage) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let Some((before, now)) = store::advance_stage(tx, job.thread)? else { return Ok(()) };
            super::jobs::enqueue_reindex(tx, Some(job.thread))?;
            let Some(first) = store::find_first(tx, job.thread)? else { return Ok(()) };
            match store::find_said(tx, first)? {
                Some(said) => tell_new(tx, &said, (now, before), &[]),
                None => Ok(()),
            }
        })
        .await
}

/// Runs [`REMIND`].
///
/// # Errors
/// When the database fails.
pub async fn remind(house: House, job: Remind) -> Result<()> {
    let live = house.live.clone();
    house
        .db
        .write_background(move |tx| {
            if !store::mark_told(tx, job.member, job.post, job.due)? {
                return Ok(());
            }
            // The gate of the post decides whether it is shown; the title is read with the eyes of the team.
            let sight = Sight { member: job.member, rank: i32::MAX, team: true, manages: false };
            let Some(kept) = store::find_bookmark(tx, sight, job.post)? else { return Ok(()) };
            let args = json!({ "title": kept.title, "note": kept.note });
            let notice = Notice::new(job.member, &kinds::BOOKMARK_DUE, format!("/posts/{}", job.post), args)
                .about("post", job.post.0);
            notify_many(tx, &[job.member], &notice)?;
            let (live, member) = (live.clone(), job.member);
            tx.after_commit(move || live.counters_changed(member));
            Ok(())
        })
        .await
}
