//! Telling members: kept with the cause, told after the commit.

mod settings;

pub use settings::{Change, ChannelChange, Current, change, current, set_level};

use super::jobs::{DELIVER_JOB, Deliver};
use super::kinds::Kind;
use super::model::{Channels, Kept, Level, Notice};
use super::store;
use crate::accounts::store::list_viewers;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::web::sources::Gates;
use crate::web::viewer::{MemberId, Viewer};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Tells one member. Answers whether anything was kept: nobody is told of their own doing, of a kind they switched off, of a
/// place they muted, or without being active.
///
/// # Errors
/// When it cannot be written.
pub fn notify(tx: &mut Tx<'_>, notice: &Notice) -> Result<bool> {
    Ok(notify_many(tx, &[notice.to], notice)? == 1)
}

/// Tells many members the same; `notice.to` is not looked at. Answers how many it was kept for.
///
/// # Errors
/// When it cannot be written.
pub fn notify_many(tx: &mut Tx<'_>, to: &[MemberId], notice: &Notice) -> Result<usize> {
    let wanted: BTreeSet<i64> = to.iter().filter(|m| Some(**m) != notice.actor).map(|m| m.0).collect();
    let ids = store::list_active(tx, &wanted.into_iter().collect::<Vec<_>>())?;
    if ids.is_empty() {
        return Ok(0);
    }
    let prefs = store::list_prefs_of_kind(tx, &ids, notice.kind.code)?;
    let levels = match notice.place {
        Some(place) => store::list_levels_of_place(tx, &ids, place)?,
        None => HashMap::new(),
    };
    let told: Vec<i64> =
        ids.into_iter().filter(|m| wants(notice.kind, prefs.get(m).copied(), levels.get(m).copied())).collect();
    for member in &told {
        store::insert_notice(tx, &Notice { to: MemberId(*member), ..notice.clone() })?;
    }
    let n = told.len();
    if n > 0 {
        enqueue(tx, NewJob::new(DELIVER_JOB, &Deliver { members: told })?.priority(5))?;
    }
    Ok(n)
}

fn wants(kind: &Kind, channels: Option<Channels>, level: Option<Level>) -> bool {
    let loud = match level {
        Some(Level::None) => false,
        Some(Level::Mentions) => kind.personal || kind.group != "chat",
        Some(Level::All) | None => true,
    };
    loud && channels.unwrap_or_else(|| Channels::of(kind)).page
}

/// A place was read: what happened there is read with it. Answers whether anything changed.
///
/// # Errors
/// When it cannot be written.
pub fn mark_place_read(tx: &mut Tx<'_>, member: MemberId, place: (&str, i64)) -> Result<bool> {
    Ok(store::mark_place_read(tx, member, place)? > 0)
}

/// Marks notifications of the viewer as read: these, or all up to an id.
///
/// # Errors
/// When it cannot be written.
pub async fn mark_read(house: &House, member: MemberId, ids: Option<Vec<i64>>, up_to: Option<i64>) -> Result<()> {
    let live = house.live.clone();
    house
        .db
        .write(move |tx| {
            if store::mark_read(tx, member, ids.as_deref(), up_to)? > 0 {
                let live = live.clone();
                tx.after_commit(move || live.counters_changed_everywhere(member));
            }
            Ok(())
        })
        .await
}

/// Unread notifications of each member that they may still see, at most 100 each.
///
/// # Errors
/// When the database or a gate fails.
pub fn count_unread(conn: &mut Conn, gates: &Gates, members: &[i64]) -> Result<HashMap<i64, i64>> {
    let mut by_member: BTreeMap<i64, Vec<(String, i64)>> = BTreeMap::new();
    for head in store::list_unread_heads(conn, members)? {
        by_member.entry(head.member_id).or_default().push((head.subject, head.subject_id));
    }
    let guarded: Vec<i64> =
        by_member.iter().filter(|(_, list)| list.iter().any(|(s, _)| !s.is_empty())).map(|(m, _)| *m).collect();
    let viewers = list_viewers(conn, &guarded)?;
    let mut out = HashMap::new();
    for (member, list) in by_member {
        let open = match viewers.iter().find(|v| v.id.0 == member) {
            Some(viewer) => open_subjects(conn, gates, viewer, list.iter().map(|(s, id)| (s.as_str(), *id)))?,
            None => HashSet::new(),
        };
        let n = list.iter().filter(|(s, id)| s.is_empty() || open.contains(&(s.clone(), *id))).count();
        out.insert(member, i64::try_from(n).unwrap_or(i64::MAX));
    }
    Ok(out)
}

/// Those of `kept` that the viewer may see now; one question a subject, however many there are.
///
/// # Errors
/// When the database or a gate fails.
pub fn visible(conn: &mut Conn, gates: &Gates, viewer: &Viewer, kept: Vec<Kept>) -> Result<Vec<Kept>> {
    let open = open_subjects(conn, gates, viewer, kept.iter().map(|k| (k.subject.as_str(), k.subject_id)))?;
    Ok(kept.into_iter().filter(|k| k.subject.is_empty() || open.contains(&(k.subject.clone(), k.subject_id))).collect())
}

fn open_subjects<'a>(
    conn: &mut Conn,
    gates: &Gates,
    viewer: &Viewer,
    subjects: impl Iterator<Item = (&'a str, i64)>,
) -> Result<HashSet<(String, i64)>> {
    let mut asked: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for (subject, id) in subjects.filter(|(s, _)| !s.is_empty()) {
        asked.entry(subject).or_default().insert(id);
    }
    let mut open = HashSet::new();
    for (subject, ids) in asked {
        // A subject without a gate stays unseen: forgetting one must not show anything.
        let Some(gate) = gates.get(subject) else { continue };
        let ids: Vec<i64> = ids.into_iter().collect();
        open.extend(gate(conn, viewer, &ids)?.into_iter().map(|id| (subject.to_owned(), id)));
    }
    Ok(open)
}
