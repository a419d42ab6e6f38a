//! SQL of single members and lists of them.

use crate::db::schema::{member_niches, member_tags, members, niches, tier_changes, tiers};
use crate::db::{Backend, Conn, Ms, Tx};
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A member with everything the team sees.
#[derive(Debug, Clone, Queryable)]
pub struct Person {
    /// The member.
    pub id: MemberId,
    /// Address as typed.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Status code.
    pub status: String,
    /// Language code.
    pub locale: String,
    /// `auto`, `light`, `dark`.
    pub theme: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Rank of the tier, earned or set.
    pub tier_rank: i32,
    /// Rank set by the team, if it was.
    pub tier_override_rank: Option<i32>,
    /// Why they wanted to join.
    pub pitch: String,
    /// About them, as they put it.
    pub bio: String,
    /// Why the application was declined.
    pub decline_reason: String,
    /// Whether newsletters are welcome.
    pub newsletter_consent: bool,
    /// Whether openings and clicks may be counted.
    pub tracking_consent: bool,
    /// When the row was made.
    pub created_at: Ms,
    /// When the address was confirmed.
    pub confirmed_at: Option<Ms>,
    /// When they came in.
    pub joined_at: Option<Ms>,
    /// Last visit, to five minutes.
    pub last_seen_at: Option<Ms>,
    /// The manager who looks after them.
    pub contact_id: Option<i64>,
}

macro_rules! person {
    () => {
        (
            members::id,
            members::email,
            members::name,
            members::role,
            members::status,
            members::locale,
            members::theme,
            members::time_zone,
            members::tier_rank,
            members::tier_override_rank,
            members::pitch,
            members::bio,
            members::decline_reason,
            members::newsletter_consent,
            members::tracking_consent,
            members::created_at,
            members::confirmed_at,
            members::joined_at,
            members::last_seen_at,
            members::contact_id,
        )
    };
}

/// One member, whatever the status.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub fn find_person(conn: &mut Conn, id: MemberId) -> Result<Person> {
    Ok(members::table.find(id.0).select(person!()).first(conn)?)
}

/// Names of members by id; who was erased has none.
///
/// # Errors
/// When the database fails.
pub fn list_names(conn: &mut Conn, ids: &[i64]) -> Result<std::collections::HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let rows: Vec<(i64, String)> =
        members::table.filter(members::id.eq_any(ids)).select((members::id, members::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// What a list of members is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Status code.
    pub status: Option<String>,
    /// Tier rank.
    pub rank: Option<i32>,
    /// Id of a niche.
    pub niche: Option<i64>,
    /// Part of a name or an address, in any case.
    pub q: Option<String>,
    /// Whether `q` looks at addresses as well: only for the team.
    pub by_email: bool,
    /// The manager who looks after them; `Some(None)`: nobody does.
    pub contact: Option<Option<i64>>,
}

/// Members before the id `before`, the newest first.
pub fn list_people(conn: &mut Conn, filter: &Filter, before: Option<i64>, limit: i64) -> Result<Vec<Person>> {
    let mut query = members::table.into_boxed::<Backend>();
    if let Some(status) = &filter.status {
        query = query.filter(members::status.eq(status.clone()));
    }
    if let Some(rank) = filter.rank {
        query = query.filter(members::tier_rank.eq(rank));
    }
    if let Some(niche) = filter.niche {
        let inside = member_niches::table.filter(member_niches::niche_id.eq(niche)).select(member_niches::member_id);
        query = query.filter(members::id.eq_any(inside));
    }
    match filter.contact {
        Some(Some(contact)) => query = query.filter(members::contact_id.eq(contact)),
        Some(None) => query = query.filter(members::contact_id.is_null()).filter(members::role.eq("member")),
        None => {}
    }
    if let Some(q) = filter.q.as_deref().map(crate::text::fold).filter(|q| !q.is_empty()) {
        let pattern = format!("%{}%", q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let named = members::name_key.like(pattern.clone()).escape('\\');
        query = if filter.by_email {
            query.filter(named.or(members::email_key.like(pattern).escape('\\')))
        } else {
            query.filter(named)
        };
    }
    if let Some(before) = before {
        query = query.filter(members::id.lt(before));
    }
    Ok(query.order(members::id.desc()).limit(limit).select(person!()).load(conn)?)
}

/// Tags of each member of `ids`, in order.
pub fn list_tags(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    Ok(member_tags::table
        .filter(member_tags::member_id.eq_any(ids))
        .order((member_tags::member_id.asc(), member_tags::tag.asc()))
        .select((member_tags::member_id, member_tags::tag))
        .load(conn)?)
}

/// A niche of a member, short.
#[derive(Debug, Clone, Queryable)]
pub struct NicheOf {
    /// The member.
    pub member_id: i64,
    /// Address of the niche.
    pub slug: String,
    /// German name.
    pub name_de: String,
    /// English name.
    pub name_en: String,
    /// Lowest tier rank that may know of it.
    pub min_rank: i32,
    /// Colour.
    pub hue: i32,
}

/// Niches of each member of `ids`, those whose gate is at most `rank`.
pub fn list_niches_of(conn: &mut Conn, ids: &[i64], rank: i32) -> Result<Vec<NicheOf>> {
    Ok(member_niches::table
        .inner_join(niches::table)
        .filter(member_niches::member_id.eq_any(ids))
        .filter(niches::min_rank.le(rank))
        .order((member_niches::member_id.asc(), niches::position.asc()))
        .select((
            member_niches::member_id,
            niches::slug,
            niches::name_de,
            niches::name_en,
            niches::min_rank,
            niches::hue,
        ))
        .load(conn)?)
}

/// Replaces the tags of a member.
pub fn replace_tags(tx: &mut Tx<'_>, id: MemberId, tags: &[String]) -> Result<()> {
    diesel::delete(member_tags::table.filter(member_tags::member_id.eq(id.0))).execute(&mut **tx)?;
    for tag in tags {
        diesel::insert_into(member_tags::table)
            .values((member_tags::member_id.eq(id.0), member_tags::tag.eq(tag)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Moves a member from one status to another; answers whether it was still in the first.
pub fn mark_status(tx: &mut Tx<'_>, id: MemberId, from: &str, to: &str, reason: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(members::table.filter(members::id.eq(id.0)).filter(members::status.eq(from)))
        .set((members::status.eq(to), members::decline_reason.eq(reason)))
        .execute(&mut **tx)?;
    if to == "active" {
        diesel::update(members::table.filter(members::id.eq(id.0)).filter(members::joined_at.is_null()))
            .set(members::joined_at.eq(Some(now)))
            .execute(&mut **tx)?;
    }
    Ok(rows == 1)
}

/// Sets the role.
pub fn update_role(tx: &mut Tx<'_>, id: MemberId, role: &str) -> Result<()> {
    diesel::update(members::table.find(id.0)).set(members::role.eq(role)).execute(&mut **tx)?;
    Ok(())
}

/// Active admins.
pub fn count_admins(conn: &mut Conn) -> Result<i64> {
    let admins = members::table.filter(members::role.eq("admin")).filter(members::status.eq("active"));
    Ok(admins.count().get_result(conn)?)
}

/// Sets or takes back the tier the team chose. Setting it moves the member at once.
pub fn update_tier_override(tx: &mut Tx<'_>, id: MemberId, rank: Option<i32>) -> Result<()> {
    let me = members::table.find(id.0);
    match rank {
        Some(rank) => diesel::update(me)
            .set((members::tier_override_rank.eq(Some(rank)), members::tier_rank.eq(rank)))
            .execute(&mut **tx)?,
        None => diesel::update(me).set(members::tier_override_rank.eq(None::<i32>)).execute(&mut **tx)?,
    };
    Ok(())
}

/// Notes a move between tiers.
pub fn insert_tier_change(tx: &mut Tx<'_>, id: MemberId, (from, to): (i32, i32), reason: &str) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(tier_changes::table)
        .values((
            tier_changes::member_id.eq(id.0),
            tier_changes::from_rank.eq(from),
            tier_changes::to_rank.eq(to),
            tier_changes::reason.eq(reason),
            tier_changes::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What members change about themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name.
    pub name: String,
    /// About them.
    pub bio: String,
    /// Language.
    pub lang: Lang,
    /// `auto`, `light`, `dark`.
    pub theme: String,
    /// IANA time zone.
    pub time_zone: String,
}

/// Writes a profile.
pub fn update_profile(tx: &mut Tx<'_>, id: MemberId, profile: &Profile) -> Result<()> {
    diesel::update(members::table.find(id.0))
        .set((
            members::name.eq(&profile.name),
            members::name_key.eq(crate::text::fold(&profile.name)),
            members::bio.eq(&profile.bio),
            members::locale.eq(profile.lang.code()),
            members::theme.eq(&profile.theme),
            members::time_zone.eq(&profile.time_zone),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Replaces the niches of a member that `rank` may know; memberships beyond it stay as they are.
pub fn replace_visible_niches(tx: &mut Tx<'_>, id: MemberId, rank: i32, wanted: &[i64]) -> Result<()> {
    let visible: Vec<i64> = niches::table.filter(niches::min_rank.le(rank)).select(niches::id).load(&mut **tx)?;
    let mine =
        member_niches::table.filter(member_niches::member_id.eq(id.0)).filter(member_niches::niche_id.eq_any(&visible));
    diesel::delete(mine).execute(&mut **tx)?;
    for niche in wanted {
        diesel::insert_into(member_niches::table)
            .values((member_niches::member_id.eq(id.0), member_niches::niche_id.eq(*niche)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Members of each role above member, with their status, highest role first.
pub fn list_team(conn: &mut Conn) -> Result<Vec<Person>> {
    Ok(members::table
        .filter(members::role.ne("member"))
        .order((members::role.asc(), members::name_key.asc()))
        .limit(500)
        .select(person!())
        .load(conn)?)
}

/// How many members have each status.
pub fn count_by_status(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    Ok(members::table.group_by(members::status).select((members::status, diesel::dsl::count_star())).load(conn)?)
}

/// Slug of the tier `rank`.
pub fn tier_slug(conn: &mut Conn, rank: i32) -> Result<Option<String>> {
    Ok(tiers::table.find(rank).select(tiers::slug).first(conn).optional()?)
}
