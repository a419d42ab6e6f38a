//! Rules of threads.

use super::PostCreated;
use super::ads::{Disclosure, declare};
use crate::access::Sight;
use crate::db::{Ms, Tx};
use crate::error::{Error, FieldError, Result};
use crate::forums::files_used::use_files;
use crate::forums::jobs::{enqueue_index, enqueue_reindex, enqueue_stage, enqueue_tell};
use crate::forums::model::{
    Opening, PostId, Tag, ThreadChange, ThreadId, ThreadKind, ThreadRow, check_body, check_kind, check_lang,
    check_poll, check_tags, check_title, render, stages,
};
use crate::forums::store::{self, NewThread, ThreadSet};
use crate::house::House;
use crate::i18n::{date, parse_zone};
use crate::jobs::emit;
use crate::members::store::{find_visible_niche, insert_audit, list_tiers};
use crate::notices::store::follow_if_unset;
use crate::web::forms::Check;
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Viewer};

/// What was read from an opening.
struct Ready {
    title: String,
    kind: ThreadKind,
    lang: String,
    tags: Vec<Tag>,
    poll: Option<crate::forums::model::PollInput>,
    embargo: Vec<(String, Ms)>,
}

fn read_opening(check: &mut Check, opening: &mut Opening, viewer: &Viewer) -> Ready {
    let kind = check_kind(check, &opening.kind);
    if (kind.is_for_team() || opening.needs_ack) && !viewer.is_moderator() {
        check.add(FieldError::new("kind", "team_only"));
    }
    let mut embargo = Vec::new();
    for (tier, at) in opening.embargo.iter().filter(|(_, at)| !at.trim().is_empty()) {
        let path = format!("embargo.{tier}");
        if !viewer.is_manager() {
            check.add(FieldError::new(path, "team_only"));
            continue;
        }
        match at.trim().parse::<jiff::Timestamp>() {
            Ok(at) => embargo.push((tier.clone(), at.as_millisecond())),
            Err(_) => check.add(FieldError::new(path, "time")),
        }
    }
    Ready {
        title: check_title(check, &opening.title),
        kind,
        lang: check_lang(check, &opening.lang),
        tags: check_tags(check, &opening.tags),
        poll: opening.poll.take().map(|poll| check_poll(check, poll)),
        embargo,
    }
}

/// Opens a thread; its text is post 1. Answers thread and post.
///
/// # Errors
/// Invalid fields, `unlabelled` on `body` among them; [`Error::NotFound`] where the niche is not open to the viewer;
/// `promo_wait` and `promo_none` on `is_promo`; [`Error::TooMany`].
pub async fn open(house: &House, viewer: &Viewer, mut opening: Opening, ads: Disclosure) -> Result<(ThreadId, PostId)> {
    let mut check = Check::new();
    let ready = read_opening(&mut check, &mut opening, viewer);
    let body = check_body(&mut check, &opening.body);
    let body = declare(&mut check, body, ads);
    let checked = check.done();
    let sight = Sight::of(viewer);
    // Who may not see the niche learns nothing about its fields either.
    let slug = opening.niche;
    let niche = house.db.read(move |c| find_visible_niche(c, sight, &slug)).await?.slug;
    checked?;
    house.limits.take(Bucket::Posts, viewer.id)?;
    let text = render(body).await?;
    let who = viewer.clone();
    house
        .db
        .write(move |tx| {
            let niche = find_visible_niche(tx, sight, &niche)?;
            if opening.is_promo {
                take_promo_slot(tx, &who, niche.id)?;
            }
            let now = tx.now();
            let tiers = if ready.embargo.is_empty() { Vec::new() } else { list_tiers(tx)? };
            let mut waits = Vec::new();
            for (slug, until) in &ready.embargo {
                match tiers.iter().find(|t| t.slug == *slug) {
                    Some(tier) => waits.push((tier.rank, *until)),
                    None => return Err(Error::field(format!("embargo.{slug}"), "not_found")),
                }
            }
            let (min_rank, later) = if waits.is_empty() { (0, Vec::new()) } else { stages(&tiers, &waits, now) };
            let lang = if ready.lang.is_empty() { who.lang.code() } else { &ready.lang };
            let new = NewThread {
                niche_id: niche.id,
                author_id: Some(sight.member.0),
                title: &ready.title,
                kind: ready.kind.code(),
                lang,
                min_rank,
                is_promo: opening.is_promo,
                needs_ack: opening.needs_ack,
                has_poll: ready.poll.is_some(),
            };
            let thread = store::insert_thread(tx, &new)?;
            let post = store::insert_post(tx, thread, 1, sight.member, &text, None)?;
            use_files(tx, sight.member, post, &text.body)?;
            store::set_tags(tx, thread, &ready.tags)?;
            if let Some(poll) = &ready.poll {
                store::insert_poll(tx, thread, poll)?;
            }
            store::insert_stages(tx, thread, &later)?;
            for (at, _) in &later {
                enqueue_stage(tx, thread, *at)?;
            }
            store::mark_read(tx, thread, sight.member, 1)?;
            follow_if_unset(tx, sight.member, ("thread", thread.0))?;
            store::delete_draft(tx, sight.member, &format!("niche-{}", niche.slug))?;
            if ads == Disclosure::NoAds {
                insert_audit(tx, Some(sight.member), "post.no_ads", ("post", Some(post.0)), "")?;
            }
            enqueue_index(tx, post)?;
            enqueue_tell(tx, post)?;
            let event = PostCreated { post, thread, number: 1, niche: niche.id, member: sight.member.0 };
            emit(tx, "post.created", &event)?;
            Ok((thread, post))
        })
        .await
}

/// Refuses a promotional thread that comes too early; the team is not counted.
fn take_promo_slot(tx: &mut Tx<'_>, viewer: &Viewer, niche: i64) -> Result<()> {
    if viewer.is_moderator() {
        return Ok(());
    }
    let Some(days) = store::find_niche_forum(tx, niche)?.promo_days else { return Ok(()) };
    if days == 0 {
        return Err(Error::field("is_promo", "promo_none"));
    }
    store::lock_member(tx, viewer.id)?;
    let last = store::find_last_promo(tx, niche, viewer.id)?;
    match store::next_promo(last, days, tx.now()) {
        Some(at) => {
            let at = date(viewer.lang, at, &parse_zone(&viewer.time_zone));
            Err(Error::Invalid(vec![FieldError::new("is_promo", "promo_wait").arg("date", at)]))
        }
        None => Ok(()),
    }
}

/// Changes a thread: its author may rename, sort and tag it while it is open, the team may do all.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], invalid fields, `thread_locked`.
pub async fn change(house: &House, viewer: &Viewer, id: ThreadId, mut change: ThreadChange) -> Result<()> {
    let sight = Sight::of(viewer);
    let mut check = Check::new();
    if let Some(title) = &change.title {
        change.title = Some(check_title(&mut check, title));
    }
    let kind = change.kind.as_deref().map(|k| check_kind(&mut check, k));
    if kind.is_some_and(ThreadKind::is_for_team) && !viewer.is_moderator() {
        check.add(FieldError::new("kind", "team_only"));
    }
    let lang = change.lang.as_deref().map(|l| check_lang(&mut check, l));
    let tags = change.tags.as_deref().map(|t| check_tags(&mut check, t));
    change.reason = check.text("reason", &change.reason, 0, crate::forums::model::REASON);
    let checked = check.done();
    house.db.read(move |c| store::find_visible_thread(c, sight, id)).await?;
    checked?;
    house
        .db
        .write(move |tx| {
            let thread = store::find_visible_thread(tx, sight, id)?;
            may_change(sight, &thread, &change)?;
            if change.is_empty() {
                return Ok(());
            }
            let niche_id = match &change.niche {
                Some(slug) => match find_visible_niche(tx, sight, slug) {
                    Err(Error::NotFound) => return Err(Error::field("niche", "not_found")),
                    other => Some(other?.id),
                },
                None => None,
            };
            let set = ThreadSet {
                title_key: change.title.as_deref().map(crate::text::fold),
                title: change.title.clone(),
                pinned: change.pinned,
                locked: change.locked,
                hidden: change.hidden,
                niche_id,
                kind: kind.map(|k| k.code().to_owned()),
                lang: lang.clone(),
                is_promo: change.is_promo,
                ..ThreadSet::default()
            };
            if !set.is_empty() {
                store::update_thread(tx, id, &set)?;
            }
            if let Some(tags) = &tags {
                store::set_tags(tx, id, tags)?;
            }
            for action in audited(&change, thread.author_id == Some(sight.member)) {
                insert_audit(tx, Some(sight.member), action, ("thread", Some(id.0)), &change.reason)?;
            }
            if set.title.is_some() || set.hidden.is_some() || set.niche_id.is_some() || set.lang.is_some() {
                enqueue_reindex(tx, Some(id))?;
            }
            Ok(())
        })
        .await
}

fn may_change(sight: Sight, thread: &ThreadRow, change: &ThreadChange) -> Result<()> {
    if sight.team {
        return Ok(());
    }
    if change.is_moderation() {
        return Err(Error::Forbidden("moderators_only"));
    }
    if thread.author_id != Some(sight.member) {
        return Err(Error::Forbidden("not_author"));
    }
    if thread.locked {
        return Err(Error::Conflict("thread_locked"));
    }
    Ok(())
}

fn audited(change: &ThreadChange, own: bool) -> Vec<&'static str> {
    let which = |value: Option<bool>, on, off| value.map(|v| if v { on } else { off });
    let mut out: Vec<&'static str> = [
        which(change.pinned, "thread.pin", "thread.unpin"),
        which(change.locked, "thread.lock", "thread.unlock"),
        which(change.hidden, "thread.hide", "thread.show"),
        which(change.is_promo, "thread.promo", "thread.no_promo"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if change.niche.is_some() {
        out.push("thread.move");
    }
    if change.title.is_some() && !own {
        out.push("thread.rename");
    }
    if (change.kind.is_some() || change.tags.is_some()) && !own {
        out.push("thread.sort");
    }
    out
}

/// Notes what a member has read, behind the page that showed it: nobody waits for it. What was told about the thread is read
/// with it.
pub fn note_read(house: &House, member: MemberId, thread: ThreadId, number: i32) {
    let house = house.clone();
    tokio::spawn(async move {
        let noted = house
            .db
            .write(move |tx| {
                store::mark_read(tx, thread, member, number)?;
                crate::notices::actions::mark_place_read(tx, member, ("thread", thread.0))
            })
            .await;
        match noted {
            Ok(true) => house.live.counters_changed(member),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a reading position was not kept"),
        }
    });
}

/// Everything in a niche counts as read.
///
/// # Errors
/// [`Error::NotFound`] where the niche is not open to the viewer.
pub async fn mark_niche_read(house: &House, viewer: &Viewer, slug: String) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let niche = find_visible_niche(tx, sight, &slug)?.id;
            store::mark_niche_read(tx, niche, sight.member)
        })
        .await
}
