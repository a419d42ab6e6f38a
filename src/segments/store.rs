//! SQL of segments.

use super::condition::{Bind, Condition};
use super::model::{Rule, Set, Test};
use crate::db::schema::{campaigns, niches, programs, segments, tiers};
use crate::db::{Backend, Conn, Ms, Tx};
use crate::error::{Error, FieldError, Result};
use crate::web::viewer::MemberId;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Text};

/// A saved segment.
#[derive(Debug, Clone, Queryable)]
pub struct Segment {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The rule as JSON text.
    pub rule: String,
    /// Grows with each change of the rule.
    pub version: i32,
    /// Who made it.
    pub created_by: Option<i64>,
    /// When.
    pub created_at: Ms,
    /// Last change.
    pub updated_at: Ms,
}

impl Segment {
    /// The rule as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.rule).unwrap_or(serde_json::Value::Null)
    }

    /// The rule.
    ///
    /// # Errors
    /// When what is stored is no rule (any more).
    pub fn parsed(&self) -> Result<Rule> {
        Rule::parse("rule", &self.json()).map_err(Error::Invalid)
    }
}

/// What a rule matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Members it matches.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Of them: without newsletter consent.
    #[diesel(sql_type = BigInt)]
    pub no_consent: i64,
    /// Of them: with consent, but suppressed.
    #[diesel(sql_type = BigInt)]
    pub suppressed: i64,
}

/// A member as an example of a segment.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, serde::Serialize, utoipa::ToSchema)]
pub struct Example {
    /// Member.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Slug of the tier.
    #[diesel(sql_type = Text)]
    pub tier: String,
    /// Language.
    #[diesel(sql_type = Text)]
    pub locale: String,
}

/// A query from SQL text and its values, for statements that are built around a [`Condition`].
pub fn bound(condition: Condition) -> BoxedSqlQuery<'static, Backend, SqlQuery> {
    let mut query = diesel::sql_query(condition.sql).into_boxed::<Backend>();
    for bind in condition.binds {
        query = match bind {
            Bind::Int(n) => query.bind::<BigInt, _>(n),
            Bind::Text(text) => query.bind::<Text, _>(text),
        };
    }
    query
}

/// SQL that tells whether a member's address is suppressed. Rows without an address (erased people) are known by
/// their hash alone and checked where mails are made.
pub const IS_SUPPRESSED: &str =
    "members.email_key IN (SELECT lower(s.email) FROM suppressions s WHERE s.email IS NOT NULL)";

/// Counts what `rule` matches.
pub fn count(conn: &mut Conn, rule: &Rule, now: Ms, currency: &str) -> Result<Counts> {
    let mut prefix = Condition::default();
    prefix.push(&format!(
        "SELECT COUNT(*) AS count, COUNT(CASE WHEN NOT members.newsletter_consent THEN 1 END) AS no_consent, \
         COUNT(CASE WHEN members.newsletter_consent AND {IS_SUPPRESSED} THEN 1 END) AS suppressed \
         FROM members WHERE "
    ));
    Ok(bound(rule.condition(prefix, now, currency)).get_result(conn)?)
}

/// The newest members that `rule` matches, deliverable ones first.
pub fn list_examples(conn: &mut Conn, rule: &Rule, now: Ms, currency: &str, most: i64) -> Result<Vec<Example>> {
    let mut prefix = Condition::default();
    prefix.push(
        "SELECT members.id AS id, members.name AS name, members.locale AS locale, \
         COALESCE((SELECT t.slug FROM tiers t WHERE t.rank = members.tier_rank), '') AS tier FROM members WHERE ",
    );
    let mut query = rule.condition(prefix, now, currency);
    query.push(" ORDER BY members.id DESC LIMIT ").int(most);
    Ok(bound(query).load(conn)?)
}

/// Whether `rule` matches one member.
pub fn matches(conn: &mut Conn, rule: &Rule, member: MemberId, now: Ms, currency: &str) -> Result<bool> {
    let mut prefix = Condition::default();
    prefix.push("SELECT members.id AS id, '' AS name, '' AS tier, '' AS locale FROM members WHERE members.id = ");
    prefix.int(member.0).push(" AND ");
    let row: Option<Example> = bound(rule.condition(prefix, now, currency)).get_result(conn).optional()?;
    Ok(row.is_some())
}

/// Names in a rule that nothing here has: tiers, niches, programs.
pub fn list_unknown_names(conn: &mut Conn, rule: &Rule) -> Result<Vec<FieldError>> {
    let leaves = rule.leaves();
    let of = |leaf: &Test| match leaf {
        Test::Among { of, .. } => Some(*of),
        Test::Tier { .. } => Some(Set::Tier),
        _ => None,
    };
    let mut unknown = Vec::new();
    for set in [Set::Tier, Set::Niche, Set::Program] {
        let mine: Vec<_> = leaves
            .iter()
            .filter(|l| of(&l.test) == Some(set) || (set == Set::Niche && of(&l.test) == Some(Set::PostedInNiche)))
            .collect();
        if mine.is_empty() {
            continue;
        }
        let known: Vec<String> = match set {
            Set::Tier => tiers::table.select(tiers::slug).load(conn)?,
            Set::Niche => niches::table.select(niches::slug).load(conn)?,
            _ => programs::table.select(programs::slug).load(conn)?,
        };
        for leaf in mine {
            let values: Vec<&String> = match &leaf.test {
                Test::Among { values, .. } => values.iter().collect(),
                Test::Tier { than, .. } => vec![than],
                _ => Vec::new(),
            };
            if values.iter().any(|v| !known.contains(v)) {
                unknown.push(FieldError::new(format!("{}.value", leaf.path), "not_found"));
            }
        }
    }
    Ok(unknown)
}

/// Segments, newest first.
pub fn list(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<Segment>> {
    Ok(segments::table
        .filter(segments::id.lt(before.unwrap_or(i64::MAX)))
        .order(segments::id.desc())
        .limit(limit)
        .load(conn)?)
}

/// One segment.
pub fn find(conn: &mut Conn, id: i64) -> Result<Segment> {
    Ok(segments::table.find(id).first(conn)?)
}

/// Stores a segment.
pub fn insert(tx: &mut Tx<'_>, name: &str, rule: &str, by: MemberId) -> Result<i64> {
    let now = tx.now();
    Ok(diesel::insert_into(segments::table)
        .values((
            segments::name.eq(name),
            segments::rule.eq(rule),
            segments::created_by.eq(Some(by.0)),
            segments::created_at.eq(now),
            segments::updated_at.eq(now),
        ))
        .returning(segments::id)
        .get_result(&mut **tx)?)
}

/// Changes a segment.
///
/// # Errors
/// [`Error::NotFound`].
pub fn update(tx: &mut Tx<'_>, id: i64, name: &str, rule: &str) -> Result<()> {
    let now = tx.now();
    let rows = diesel::update(segments::table.find(id))
        .set((
            segments::name.eq(name),
            segments::rule.eq(rule),
            segments::version.eq(segments::version + 1),
            segments::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if rows == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Deletes a segment that no campaign uses.
///
/// # Errors
/// Conflict `segment_in_use`; [`Error::NotFound`].
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let used = campaigns::table.filter(campaigns::segment_id.eq(id));
    if diesel::select(diesel::dsl::exists(used)).get_result::<bool>(&mut **tx)? {
        return Err(Error::Conflict("segment_in_use"));
    }
    let rows = diesel::delete(segments::table.find(id)).execute(&mut **tx)?;
    if rows == 1 { Ok(()) } else { Err(Error::NotFound) }
}
