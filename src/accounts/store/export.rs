//! Everything accounts and members keep about one person, for that person.

use crate::db::schema::{
    affiliate_refs, audit_log, member_niches, member_tags, members, niches, programs, tier_changes, tiers,
};
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::i18n::iso;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use serde_json::{Map, Value, json};

type Person = (String, String, String, String, String, String, String, String, String, i32, bool, bool);

/// The parts of the export by name. Hashes of secrets are not about the person and stay.
pub fn export(conn: &mut Conn, member: MemberId, now: Ms) -> Result<Map<String, Value>> {
    let mut all = Map::new();
    let (email, name, role, status, locale, theme, time_zone, pitch, bio, rank, newsletter, tracking): Person =
        members::table
            .find(member.0)
            .select((
                members::email,
                members::name,
                members::role,
                members::status,
                members::locale,
                members::theme,
                members::time_zone,
                members::pitch,
                members::bio,
                members::tier_rank,
                members::newsletter_consent,
                members::tracking_consent,
            ))
            .first(conn)?;
    let (created, confirmed, joined, seen): (Ms, Option<Ms>, Option<Ms>, Option<Ms>) = members::table
        .find(member.0)
        .select((members::created_at, members::confirmed_at, members::joined_at, members::last_seen_at))
        .first(conn)?;
    let tier: Option<String> = tiers::table.find(rank).select(tiers::slug).first(conn).optional()?;
    all.insert("exported_at".into(), json!(iso(now)));
    all.insert(
        "profile".into(),
        json!({
            "id": member, "email": email, "name": name, "role": role, "status": status, "locale": locale,
            "theme": theme, "time_zone": time_zone, "pitch": pitch, "bio": bio, "tier": tier,
            "newsletter_consent": newsletter, "tracking_consent": tracking, "created_at": iso(created),
            "confirmed_at": confirmed.map(iso), "joined_at": joined.map(iso), "last_seen_at": seen.map(iso),
        }),
    );
    let mine: Vec<String> = member_niches::table
        .inner_join(niches::table)
        .filter(member_niches::member_id.eq(member.0))
        .select(niches::slug)
        .load(conn)?;
    all.insert("niches".into(), json!(mine));
    let tags: Vec<String> =
        member_tags::table.filter(member_tags::member_id.eq(member.0)).select(member_tags::tag).load(conn)?;
    all.insert("tags".into(), json!(tags));
    let refs: Vec<(String, String, bool)> = affiliate_refs::table
        .inner_join(programs::table)
        .filter(affiliate_refs::member_id.eq(member.0))
        .select((programs::slug, affiliate_refs::ref_code, affiliate_refs::for_links))
        .load(conn)?;
    all.insert(
        "affiliate_refs".into(),
        refs.into_iter().map(|(p, r, l)| json!({ "program": p, "ref": r, "for_links": l })).collect(),
    );
    let changes: Vec<(i32, i32, String, Ms)> = tier_changes::table
        .filter(tier_changes::member_id.eq(member.0))
        .order(tier_changes::id.asc())
        .select((tier_changes::from_rank, tier_changes::to_rank, tier_changes::reason, tier_changes::at))
        .load(conn)?;
    all.insert(
        "tier_changes".into(),
        changes.into_iter().map(|(f, t, r, at)| json!({ "from": f, "to": t, "reason": r, "at": iso(at) })).collect(),
    );
    let consents = super::list_consents(conn, member)?;
    all.insert(
        "consents".into(),
        consents
            .into_iter()
            .map(|c| {
                json!({ "kind": c.kind, "state": c.state, "wording": c.wording, "version": c.version,
                        "source": c.source, "ip": c.ip, "at": iso(c.at), "original_row": c.proof })
            })
            .collect(),
    );
    let sessions = super::list_sessions(conn, member, now)?;
    all.insert(
        "sessions".into(),
        sessions
            .into_iter()
            .map(|s| {
                json!({ "created_at": iso(s.created_at), "last_seen_at": iso(s.last_seen_at), "ip": s.ip,
                        "agent": s.agent })
            })
            .collect(),
    );
    let tokens = super::list_tokens(conn, member)?;
    all.insert(
        "api_tokens".into(),
        tokens
            .into_iter()
            .map(|t| {
                json!({ "name": t.name, "scopes": t.scopes, "created_at": iso(t.created_at),
                        "expires_at": t.expires_at.map(iso), "last_used_at": t.last_used_at.map(iso) })
            })
            .collect(),
    );
    let about: Vec<(String, String, Ms)> = audit_log::table
        .filter(audit_log::object_type.eq("member"))
        .filter(audit_log::object_id.eq(member.0))
        .order(audit_log::id.asc())
        .select((audit_log::action, audit_log::detail, audit_log::at))
        .load(conn)?;
    all.insert(
        "decisions_of_the_team".into(),
        about.into_iter().map(|(a, d, at)| json!({ "action": a, "detail": d, "at": iso(at) })).collect(),
    );
    Ok(all)
}
