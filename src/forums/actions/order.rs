//! Rules of order that move posts: merging, splitting, the accepted answer, translations, warnings, the forum of a niche.

use crate::access::Sight;
use crate::error::{Error, Result};
use crate::forums::jobs::{enqueue_index, enqueue_reindex};
use crate::forums::model::{PostId, REASON, ThreadId, check_title};
use crate::forums::store::{self, NewThread, NicheForum, ThreadSet};
use crate::house::House;
use crate::members::store::{find_visible_niche, insert_audit};
use crate::notices::actions::notify;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::notices::store::copy_loud;
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Viewer};
use serde_json::json;

/// Posts that can be split off at once.
pub const MOST_POSTS: usize = 200;

fn team(sight: Sight) -> Result<()> {
    if sight.team { Ok(()) } else { Err(Error::Forbidden("moderators_only")) }
}

/// Puts every post of a thread behind those of another; the old address leads to the new one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for members; `not_found` or `same_thread` on `into`; `merged`.
pub async fn merge(house: &House, viewer: &Viewer, from: ThreadId, into: ThreadId, reason: &str) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let reason = check.text("reason", reason, 0, REASON);
    check.done()?;
    house
        .db
        .write(move |tx| {
            let old = store::find_visible_thread(tx, sight, from)?;
            team(sight)?;
            if from == into {
                return Err(Error::field("into", "same_thread"));
            }
            let new = match store::find_visible_thread(tx, sight, into) {
                Err(Error::NotFound) => return Err(Error::field("into", "not_found")),
                other => other?,
            };
            if old.merged_into.is_some() || new.merged_into.is_some() {
                return Err(Error::Conflict("merged"));
            }
            store::merge(tx, from, into)?;
            copy_loud(tx, ("thread", from.0), into.0)?;
            insert_audit(
                tx,
                Some(sight.member),
                "thread.merge",
                ("thread", Some(from.0)),
                &format!("{into} {reason}"),
            )?;
            crate::search::remove(tx, "thread", from.0)?;
            enqueue_reindex(tx, Some(into))
        })
        .await
}

/// Where posts go that are split off.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new thread of this title, in this niche or the one they come from.
    New(String, Option<String>),
    /// The end of a thread.
    Thread(ThreadId),
}

/// Moves posts of a thread to another or to a new one. Each keeps its address; where it stood a sign says where it went.
/// Answers the thread they are in now.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for members; `required`, `not_found` or `too_many` on `posts`; `title`, `into`.
pub async fn split(
    house: &House,
    viewer: &Viewer,
    from: ThreadId,
    ids: Vec<i64>,
    target: Target,
    reason: &str,
) -> Result<ThreadId> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let reason = check.text("reason", reason, 0, REASON);
    let target = match target {
        Target::New(title, niche) => Target::New(check_title(&mut check, &title), niche),
        other => other,
    };
    if ids.is_empty() {
        check.add(crate::error::FieldError::new("posts", "required"));
    }
    if ids.len() > MOST_POSTS {
        check.add(crate::error::FieldError::new("posts", "too_many").arg("max", MOST_POSTS));
    }
    let checked = check.done();
    house.db.read(move |c| store::find_visible_thread(c, sight, from)).await?;
    team(sight)?;
    checked?;
    house
        .db
        .write(move |tx| {
            let old = store::find_visible_thread(tx, sight, from)?;
            let moving = store::list_movable(tx, from, &ids)?;
            if moving.is_empty() {
                return Err(Error::field("posts", "not_found"));
            }
            let (to, behind) = match target.clone() {
                Target::Thread(to) if to == from => return Err(Error::field("into", "same_thread")),
                Target::Thread(to) => {
                    let found = match store::find_visible_thread(tx, sight, to) {
                        Err(Error::NotFound) => return Err(Error::field("into", "not_found")),
                        other => other?,
                    };
                    if found.merged_into.is_some() {
                        return Err(Error::Conflict("merged"));
                    }
                    let (first, second) = if from < to { (from, to) } else { (to, from) };
                    store::lock_thread(tx, first)?;
                    store::lock_thread(tx, second)?;
                    (to, store::find_visible_thread(tx, sight, to)?.last_number)
                }
                Target::New(title, niche) => {
                    let niche_id = match niche {
                        Some(slug) => match find_visible_niche(tx, sight, &slug) {
                            Err(Error::NotFound) => return Err(Error::field("niche", "not_found")),
                            other => other?.id,
                        },
                        None => old.niche_id,
                    };
                    store::lock_thread(tx, from)?;
                    let author = moving.first().and_then(|m| store::find_author(tx, m.0).ok().flatten());
                    let new = NewThread {
                        niche_id,
                        author_id: author,
                        title: &title,
                        kind: "talk",
                        lang: &old.lang,
                        min_rank: old.min_rank,
                        is_promo: false,
                        needs_ack: false,
                        has_poll: false,
                    };
                    let to = store::insert_thread(tx, &new)?;
                    // It begins with the first of its posts, not with one of its own.
                    store::empty_thread(tx, to)?;
                    (to, 0)
                }
            };
            let mut new_numbers: Vec<(i32, i32)> = Vec::new();
            for (i, (post, number, reply_to, _)) in (1_i32..).zip(&moving) {
                let answered = reply_to.and_then(|n| new_numbers.iter().find(|(o, _)| *o == n)).map(|(_, n)| *n);
                store::move_post(tx, *post, (from, *number), (to, behind + i), answered)?;
                new_numbers.push((*number, behind + i));
            }
            let all = i32::try_from(moving.len()).unwrap_or(0);
            let shown = i32::try_from(moving.iter().filter(|m| !m.3).count()).unwrap_or(0);
            store::note_moved(tx, from, to, (shown, all))?;
            if old.accepted_id.is_some_and(|id| moving.iter().any(|m| m.0.0 == id)) {
                store::update_thread(tx, from, &ThreadSet { accepted_id: Some(None), ..ThreadSet::default() })?;
            }
            insert_audit(tx, Some(sight.member), "thread.split", ("thread", Some(from.0)), &format!("{to} {reason}"))?;
            for (post, ..) in &moving {
                enqueue_index(tx, *post)?;
            }
            Ok(to)
        })
        .await
}

/// Accepts a post as the answer of its thread, or takes that back: who asked, and moderators.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; `post_deleted`; `no_answer_here` where the kind of thread has none.
pub async fn accept(house: &House, viewer: &Viewer, id: PostId, on: bool) -> Result<()> {
    let sight = Sight::of(viewer);
    let name = viewer.name.clone();
    house
        .db
        .write(move |tx| {
            let post = store::find_visible_post(tx, sight, id)?;
            let thread = store::find_visible_thread(tx, sight, post.thread_id)?;
            if !sight.team && thread.author_id != Some(sight.member) {
                return Err(Error::Forbidden("not_author"));
            }
            if !post.is_shown() {
                return Err(Error::Conflict("post_deleted"));
            }
            if !thread.kind().has_answer() || post.number == 1 {
                return Err(Error::Conflict("no_answer_here"));
            }
            let now = on.then_some(id.0);
            if thread.accepted_id == now || (!on && thread.accepted_id != Some(id.0)) {
                return Ok(());
            }
            store::update_thread(tx, thread.id, &ThreadSet { accepted_id: Some(now), ..ThreadSet::default() })?;
            if let Some(author) = post.author_id.filter(|_| on) {
                let args = json!({ "by": name, "title": thread.title });
                let notice = Notice::new(author, &kinds::ANSWER_ACCEPTED, format!("/posts/{id}"), args)
                    .about("post", id.0)
                    .in_place("thread", thread.id.0)
                    .by(sight.member);
                notify(tx, &notice)?;
            }
            Ok(())
        })
        .await
}

/// Says that two threads say the same in two languages, or takes that back; each then leads to the other.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for anybody but the author and moderators; `not_found`, `same_thread` or
/// `same_language` on `twin`.
pub async fn link_twin(house: &House, viewer: &Viewer, id: ThreadId, twin: Option<ThreadId>) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let thread = store::find_visible_thread(tx, sight, id)?;
            if !sight.team && thread.author_id != Some(sight.member) {
                return Err(Error::Forbidden("not_author"));
            }
            store::unlink_twin(tx, id)?;
            if let Some(other) = twin {
                let found = match store::find_visible_thread(tx, sight, other) {
                    Err(Error::NotFound) => return Err(Error::field("twin", "not_found")),
                    found => found?,
                };
                if other == id {
                    return Err(Error::field("twin", "same_thread"));
                }
                if found.lang == thread.lang {
                    return Err(Error::field("twin", "same_language"));
                }
                store::unlink_twin(tx, other)?;
                store::update_thread(tx, id, &ThreadSet { twin_id: Some(Some(other.0)), ..ThreadSet::default() })?;
                store::update_thread(tx, other, &ThreadSet { twin_id: Some(Some(id.0)), ..ThreadSet::default() })?;
            }
            insert_audit(tx, Some(sight.member), "thread.twin", ("thread", Some(id.0)), "")
        })
        .await
}

/// Warns the author of a post: they are told with the reason, and the team sees it beside their name.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for members; invalid fields; `no_author`.
pub async fn warn(house: &House, viewer: &Viewer, id: PostId, reason: &str) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let reason = check.text("reason", reason, 3, REASON);
    let checked = check.done();
    house.db.read(move |c| store::find_visible_post(c, sight, id)).await?;
    team(sight)?;
    checked?;
    house
        .db
        .write(move |tx| {
            let post = store::find_visible_post(tx, sight, id)?;
            let Some(author) = post.author_id else { return Err(Error::Conflict("no_author")) };
            insert_audit(tx, Some(sight.member), "post.warn", ("post", Some(id.0)), &reason)?;
            tell_moderated(tx, author, ("warning", id), &reason, sight.member)
        })
        .await
}

/// Tells an author what was done and why, at the moment it takes effect (Art. 17 DSA: a statement of reasons).
pub(super) fn tell_moderated(
    tx: &mut crate::db::Tx<'_>,
    author: MemberId,
    (kind, post): (&str, PostId),
    reason: &str,
    by: MemberId,
) -> Result<()> {
    store::insert_warning(tx, author, (kind, post), reason, by)?;
    let args = json!({ "text": reason });
    let notice = Notice::new(author, &kinds::MODERATION, format!("/posts/{post}/moderated"), args).by(by);
    notify(tx, &notice)?;
    Ok(())
}

/// Sets rules and quota of a niche's forum: managers.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; invalid fields.
pub async fn set_niche_forum(house: &House, viewer: &Viewer, slug: String, set: NicheForum) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    let rules_de = check.text("rules_de", &set.rules_de, 0, 5_000);
    let rules_en = check.text("rules_en", &set.rules_en, 0, 5_000);
    if set.promo_days.is_some_and(|d| !(0..=365).contains(&d)) {
        check.add(crate::error::FieldError::new("promo_days", "range").arg("min", 0).arg("max", 365));
    }
    let checked = check.done();
    let of = slug.clone();
    house.db.read(move |c| find_visible_niche(c, sight, &of)).await?;
    if !sight.manages {
        return Err(Error::Forbidden("managers_only"));
    }
    checked?;
    house
        .db
        .write(move |tx| {
            let niche = find_visible_niche(tx, sight, &slug)?;
            let new = NicheForum { rules_de: rules_de.clone(), rules_en: rules_en.clone(), promo_days: set.promo_days };
            store::put_niche_forum(tx, niche.id, &new)?;
            insert_audit(tx, Some(sight.member), "niche.forum", ("niche", Some(niche.id)), "")
        })
        .await
}
