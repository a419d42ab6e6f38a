//! SQL of policies and of the log of who accepted them.

use super::model::{From, Kind, Policy};
use crate::db::schema::{affiliate_refs, audit_log, members, policies, policy_acceptances, programs};
use crate::db::{Backend, Conn, Ms, Tx};
use crate::error::{Error, Result};
use crate::on;
use crate::settings::Bilingual;
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

type Row = (i64, String, Option<i64>, i32, String, String, bool, Ms);

fn policy((id, kind, program_id, version, de, en, asks, created_at): Row) -> Result<Policy> {
    let kind = Kind::parse(&kind).ok_or_else(|| Error::internal("an unknown kind of policy"))?;
    Ok(Policy { id, kind, program_id, version, text: Bilingual { de, en }, asks, created_at })
}

macro_rules! row {
    () => {
        (
            policies::id,
            policies::kind,
            policies::program_id,
            policies::version,
            policies::text_de,
            policies::text_en,
            policies::asks,
            policies::created_at,
        )
    };
}

/// The newest version of every text, the house's before the programs'.
pub fn list_current(conn: &mut Conn) -> Result<Vec<Policy>> {
    let heads: Vec<(i64, String, Option<i64>)> = policies::table
        .order(policies::version.asc())
        .select((policies::id, policies::kind, policies::program_id))
        .load(conn)?;
    let newest: HashMap<(String, Option<i64>), i64> = heads.into_iter().map(|(id, k, p)| ((k, p), id)).collect();
    let ids: Vec<i64> = newest.into_values().collect();
    let rows: Vec<Row> = policies::table.filter(policies::id.eq_any(ids)).select(row!()).load(conn)?;
    let mut out = rows.into_iter().map(policy).collect::<Result<Vec<_>>>()?;
    out.retain(|p| !p.text.is_empty());
    out.sort_by_key(|p| (p.kind, p.program_id));
    Ok(out)
}

/// What somebody who comes in to `program` accepts: privacy, the terms of the house, the terms of the program.
pub fn required(conn: &mut Conn, program: Option<i64>) -> Result<Vec<Policy>> {
    let mut out = list_current(conn)?;
    out.retain(|p| match p.kind {
        Kind::Imprint => false,
        Kind::Privacy => true,
        Kind::Terms => p.program_id.is_none() || p.program_id == program,
    });
    Ok(out)
}

/// One version.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut Conn, id: i64) -> Result<Policy> {
    policy(policies::table.find(id).select(row!()).first(conn)?)
}

/// What an applicant accepts: where there is one program only, its terms as well.
pub fn required_of_applicants(conn: &mut Conn) -> Result<Vec<Policy>> {
    let only = match list_programs(conn)?.as_slice() {
        [(id, ..)] => Some(*id),
        _ => None,
    };
    required(conn, only)
}

/// Every version of a text, the newest first.
pub fn list_versions(conn: &mut Conn, kind: Kind, program: Option<i64>) -> Result<Vec<Policy>> {
    let query = policies::table.filter(policies::kind.eq(kind.code())).into_boxed::<Backend>();
    let query = match program {
        Some(program) => query.filter(policies::program_id.eq(program)),
        None => query.filter(policies::program_id.is_null()),
    };
    let rows: Vec<Row> = query.order(policies::version.desc()).limit(200).select(row!()).load(conn)?;
    rows.into_iter().map(policy).collect()
}

/// Publishes a version; the newest one again where nothing changed.
pub fn insert(
    tx: &mut Tx<'_>,
    (kind, program): (Kind, Option<i64>),
    text: &Bilingual,
    asks: bool,
    by: Option<MemberId>,
) -> Result<Policy> {
    let newest = list_versions(tx, kind, program)?.into_iter().next();
    if let Some(same) = newest.as_ref().filter(|p| p.text == *text && (p.asks || !asks)) {
        return Ok(same.clone());
    }
    let now = tx.now();
    let version = newest.map_or(1, |p| p.version + 1);
    let conn: &mut Conn = tx;
    let id: i64 = on!(conn, c => diesel::insert_into(policies::table)
        .values((
            policies::kind.eq(kind.code()),
            policies::program_id.eq(program),
            policies::version.eq(version),
            policies::text_de.eq(&text.de),
            policies::text_en.eq(&text.en),
            policies::asks.eq(asks),
            policies::created_at.eq(now),
            policies::created_by.eq(by.map(|b| b.0)),
        ))
        .returning(policies::id)
        .get_result(c))?;
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::at.eq(now),
            audit_log::actor_id.eq(by.map(|b| b.0)),
            audit_log::action.eq("policy.publish"),
            audit_log::object_type.eq("policy"),
            audit_log::object_id.eq(Some(id)),
            audit_log::detail.eq(format!("{} {version}", kind.code())),
        ))
        .execute(&mut **tx)?;
    find(tx, id)
}

/// Notes that `member` accepted `ids`; what was accepted before stays as it was.
pub fn accept(tx: &mut Tx<'_>, member: MemberId, ids: &[i64], from: &From) -> Result<()> {
    let now = tx.now();
    for id in ids {
        let conn: &mut Conn = tx;
        on!(conn, c => diesel::insert_into(policy_acceptances::table)
            .values((
                policy_acceptances::policy_id.eq(*id),
                policy_acceptances::member_id.eq(member.0),
                policy_acceptances::source.eq(from.source),
                policy_acceptances::locale.eq(from.locale),
                policy_acceptances::ip.eq(&from.ip),
                policy_acceptances::agent.eq(&from.agent),
                policy_acceptances::at.eq(now),
            ))
            .on_conflict((policy_acceptances::policy_id, policy_acceptances::member_id))
            .do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// What `member` is to be asked: for each text that concerns them, the newest version, where one that asks is newer than
/// the last one they accepted. Nothing for the team.
pub fn pending(conn: &mut Conn, member: MemberId) -> Result<Vec<Policy>> {
    let role: String = members::table.find(member.0).select(members::role).first(conn)?;
    if role != "member" {
        return Ok(Vec::new());
    }
    let all: Vec<(i64, String, Option<i64>, i32, bool)> = policies::table
        .filter(policies::kind.ne(Kind::Imprint.code()))
        .order(policies::version.asc())
        .select((policies::id, policies::kind, policies::program_id, policies::version, policies::asks))
        .load(conn)?;
    if !all.iter().any(|(.., asks)| *asks) {
        return Ok(Vec::new());
    }
    let accepted: Vec<i64> = policy_acceptances::table
        .filter(policy_acceptances::member_id.eq(member.0))
        .select(policy_acceptances::policy_id)
        .load(conn)?;
    let mine: Vec<i64> = affiliate_refs::table
        .filter(affiliate_refs::member_id.eq(member.0))
        .select(affiliate_refs::program_id)
        .distinct()
        .load(conn)?;
    // Of each text: the newest id, the newest version that asks, the newest version that was accepted.
    let mut state: BTreeMap<(String, Option<i64>), (i64, i32, i32)> = BTreeMap::new();
    for (id, kind, program, version, asks) in all {
        if program.is_some_and(|p| !mine.contains(&p)) {
            continue;
        }
        let (newest, asked, had) = state.entry((kind, program)).or_default();
        *newest = id;
        if asks {
            *asked = version;
        }
        if accepted.contains(&id) {
            *had = version;
        }
    }
    let open: Vec<i64> = state.into_values().filter(|(_, asked, had)| asked > had).map(|(id, ..)| id).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = policies::table.filter(policies::id.eq_any(open)).select(row!()).load(conn)?;
    let mut out = rows.into_iter().map(policy).collect::<Result<Vec<_>>>()?;
    out.sort_by_key(|p| (p.kind, p.program_id));
    Ok(out)
}

/// A yes in the log.
#[derive(Debug, Clone, Queryable)]
pub struct Acceptance {
    /// Row id.
    pub id: i64,
    /// The version.
    pub policy_id: i64,
    /// Who.
    pub member_id: i64,
    /// Their name.
    pub name: String,
    /// `application`, `invitation`, `login` or `api`.
    pub source: String,
    /// Language in which it was shown.
    pub locale: String,
    /// When.
    pub at: Ms,
}

/// Who accepted a version, the newest first, before the row `before`.
pub fn list_acceptances(conn: &mut Conn, policy: i64, before: Option<i64>, limit: i64) -> Result<Vec<Acceptance>> {
    Ok(policy_acceptances::table
        .inner_join(members::table.on(members::id.eq(policy_acceptances::member_id)))
        .filter(policy_acceptances::policy_id.eq(policy))
        .filter(policy_acceptances::id.lt(before.unwrap_or(i64::MAX)))
        .order(policy_acceptances::id.desc())
        .limit(limit)
        .select((
            policy_acceptances::id,
            policy_acceptances::policy_id,
            policy_acceptances::member_id,
            members::name,
            policy_acceptances::source,
            policy_acceptances::locale,
            policy_acceptances::at,
        ))
        .load(conn)?)
}

/// What `member` accepted, the newest first.
pub fn list_accepted(conn: &mut Conn, member: MemberId) -> Result<Vec<(Policy, Ms)>> {
    let rows: Vec<(Row, Ms)> = policy_acceptances::table
        .inner_join(policies::table.on(policies::id.eq(policy_acceptances::policy_id)))
        .filter(policy_acceptances::member_id.eq(member.0))
        .order(policy_acceptances::id.desc())
        .select((row!(), policy_acceptances::at))
        .load(conn)?;
    rows.into_iter().map(|(row, at)| Ok((policy(row)?, at))).collect()
}

/// How many accepted each version.
pub fn count_acceptances(conn: &mut Conn) -> Result<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = policy_acceptances::table
        .group_by(policy_acceptances::policy_id)
        .select((policy_acceptances::policy_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Id, slug and name of every program.
pub fn list_programs(conn: &mut Conn) -> Result<Vec<(i64, String, String)>> {
    Ok(programs::table.order(programs::id.asc()).select((programs::id, programs::slug, programs::name)).load(conn)?)
}
