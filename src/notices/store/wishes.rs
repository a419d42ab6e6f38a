//! What members have set: channels by kind, levels by place, digest and quiet hours.

use crate::db::schema::{notice_levels, notice_prefs, notice_settings};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::notices::model::{Channels, Digest, Level, Wishes};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::HashMap;

/// Channels that a member has set, by kind.
pub fn list_prefs(conn: &mut Conn, member: MemberId) -> Result<HashMap<String, Channels>> {
    let rows: Vec<(String, bool, bool, bool)> = notice_prefs::table
        .filter(notice_prefs::member_id.eq(member.0))
        .select((notice_prefs::kind, notice_prefs::page, notice_prefs::push, notice_prefs::mail))
        .load(conn)?;
    Ok(rows.into_iter().map(|(kind, page, push, mail)| (kind, Channels { page, push, mail })).collect())
}

/// Channels of one kind that some of `members` have set.
pub fn list_prefs_of_kind(conn: &mut Conn, members: &[i64], kind: &str) -> Result<HashMap<i64, Channels>> {
    let mut out = HashMap::new();
    for some in members.chunks(500) {
        let rows: Vec<(i64, bool, bool, bool)> = notice_prefs::table
            .filter(notice_prefs::member_id.eq_any(some))
            .filter(notice_prefs::kind.eq(kind))
            .select((notice_prefs::member_id, notice_prefs::page, notice_prefs::push, notice_prefs::mail))
            .load(conn)?;
        out.extend(rows.into_iter().map(|(m, page, push, mail)| (m, Channels { page, push, mail })));
    }
    Ok(out)
}

/// Sets the channels of a kind.
pub fn set_pref(tx: &mut Tx<'_>, member: MemberId, kind: &str, channels: Channels) -> Result<()> {
    let conn: &mut Conn = tx;
    let set = (
        notice_prefs::page.eq(channels.page),
        notice_prefs::push.eq(channels.push),
        notice_prefs::mail.eq(channels.mail),
    );
    on!(conn, c => diesel::insert_into(notice_prefs::table)
        .values((notice_prefs::member_id.eq(member.0), notice_prefs::kind.eq(kind), set))
        .on_conflict((notice_prefs::member_id, notice_prefs::kind))
        .do_update()
        .set(set)
        .execute(c))?;
    Ok(())
}

/// Levels that some of `members` have set for a place.
pub fn list_levels_of_place(conn: &mut Conn, members: &[i64], (place, id): (&str, i64)) -> Result<HashMap<i64, Level>> {
    let mut out = HashMap::new();
    for some in members.chunks(500) {
        let rows: Vec<(i64, String)> = notice_levels::table
            .filter(notice_levels::member_id.eq_any(some))
            .filter(notice_levels::place.eq(place))
            .filter(notice_levels::place_id.eq(id))
            .select((notice_levels::member_id, notice_levels::level))
            .load(conn)?;
        out.extend(rows.into_iter().filter_map(|(m, l)| Some((m, Level::parse(&l)?))));
    }
    Ok(out)
}

/// Levels that a member has set, by id of the place.
pub fn list_levels(conn: &mut Conn, member: MemberId, place: &str) -> Result<HashMap<i64, Level>> {
    let rows: Vec<(i64, String)> = notice_levels::table
        .filter(notice_levels::member_id.eq(member.0))
        .filter(notice_levels::place.eq(place))
        .select((notice_levels::place_id, notice_levels::level))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, l)| Some((id, Level::parse(&l)?))).collect())
}

/// Level of a place for a member; what speaks to them in person where nothing is set.
pub fn level_of(conn: &mut Conn, member: MemberId, place: (&str, i64)) -> Result<Level> {
    Ok(list_levels_of_place(conn, &[member.0], place)?.remove(&member.0).unwrap_or(Level::Mentions))
}

/// Sets the level of a place.
pub fn set_level(tx: &mut Tx<'_>, member: MemberId, (place, id): (&str, i64), level: Level) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(notice_levels::table)
        .values((
            notice_levels::member_id.eq(member.0),
            notice_levels::place.eq(place),
            notice_levels::place_id.eq(id),
            notice_levels::level.eq(level.code()),
        ))
        .on_conflict((notice_levels::member_id, notice_levels::place, notice_levels::place_id))
        .do_update()
        .set(notice_levels::level.eq(level.code()))
        .execute(c))?;
    Ok(())
}

/// Lets a member hear everything of a place, unless something is set for it already.
pub fn follow_if_unset(tx: &mut Tx<'_>, member: MemberId, (place, id): (&str, i64)) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(notice_levels::table)
        .values((
            notice_levels::member_id.eq(member.0),
            notice_levels::place.eq(place),
            notice_levels::place_id.eq(id),
            notice_levels::level.eq(Level::All.code()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Whoever heard everything of one place hears everything of another: where two became one.
pub fn copy_loud(tx: &mut Tx<'_>, (place, from): (&str, i64), to: i64) -> Result<()> {
    for member in list_loud(tx, (place, from))? {
        follow_if_unset(tx, member, (place, to))?;
    }
    Ok(())
}

/// Members who want to hear everything of a place.
pub fn list_loud(conn: &mut Conn, (place, id): (&str, i64)) -> Result<Vec<MemberId>> {
    let rows: Vec<i64> = notice_levels::table
        .filter(notice_levels::place.eq(place))
        .filter(notice_levels::place_id.eq(id))
        .filter(notice_levels::level.eq(Level::All.code()))
        .select(notice_levels::member_id)
        .limit(5_000)
        .load(conn)?;
    Ok(rows.into_iter().map(MemberId).collect())
}

type WishRow = (i64, String, Option<i32>, Option<i32>, String, bool);

/// What some members have set for all kinds; who is missing has set nothing.
pub fn list_wishes(conn: &mut Conn, members: &[i64]) -> Result<HashMap<i64, Wishes>> {
    let mut out = HashMap::new();
    for some in members.chunks(500) {
        let rows: Vec<WishRow> = notice_settings::table
            .filter(notice_settings::member_id.eq_any(some))
            .select((
                notice_settings::member_id,
                notice_settings::digest,
                notice_settings::quiet_from,
                notice_settings::quiet_to,
                notice_settings::quiet_zone,
                notice_settings::push_text,
            ))
            .load(conn)?;
        out.extend(rows.into_iter().map(|(member, digest, from, to, quiet_zone, push_text)| {
            let digest = Digest::parse(&digest).unwrap_or(Digest::Off);
            (member, Wishes { digest, quiet: from.zip(to), quiet_zone, push_text })
        }));
    }
    Ok(out)
}

/// What a member has set for all kinds.
pub fn find_wishes(conn: &mut Conn, member: MemberId) -> Result<Wishes> {
    Ok(list_wishes(conn, &[member.0])?.remove(&member.0).unwrap_or_default())
}

/// Sets what counts for all kinds.
pub fn set_wishes(tx: &mut Tx<'_>, member: MemberId, wishes: &Wishes) -> Result<()> {
    let now: Ms = tx.now();
    let conn: &mut Conn = tx;
    let set = (
        notice_settings::digest.eq(wishes.digest.code()),
        notice_settings::quiet_from.eq(wishes.quiet.map(|q| q.0)),
        notice_settings::quiet_to.eq(wishes.quiet.map(|q| q.1)),
        notice_settings::quiet_zone.eq(&wishes.quiet_zone),
        notice_settings::push_text.eq(wishes.push_text),
        notice_settings::updated_at.eq(now),
    );
    on!(conn, c => diesel::insert_into(notice_settings::table)
        .values((notice_settings::member_id.eq(member.0), set))
        .on_conflict(notice_settings::member_id)
        .do_update()
        .set(set)
        .execute(c))?;
    Ok(())
}

/// Notes when the digest went out.
pub fn mark_digest(tx: &mut Tx<'_>, member: MemberId, at: Ms) -> Result<()> {
    let wishes = find_wishes(tx, member)?;
    set_wishes(tx, member, &wishes)?;
    diesel::update(notice_settings::table.find(member.0))
        .set(notice_settings::digest_at.eq(Some(at)))
        .execute(&mut **tx)?;
    Ok(())
}
